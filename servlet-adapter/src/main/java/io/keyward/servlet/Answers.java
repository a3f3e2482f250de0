package io.keyward.servlet;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Sends the refusals. They are made once, so each is the same bytes for every key and every path.
 *
 * <p>Never by {@code sendError}: an error page would take its place, and Jetty drops headers on the way there.
 */
final class Answers {
    private static final String TYPE_BASE = "https://keyward.io/problems/";
    private static final int RETRY_AFTER_SECONDS = 5;

    private final ProblemWriter writer;
    private final List<String> challenges;
    private final List<String> challengesAfterKey;
    private final String vary;
    private final boolean explainForbidden;
    private final Answer badRequest;
    private final Answer unauthorized;
    private final Answer forbidden;
    private final Answer unavailable;
    private final Map<Access, Answer> explained = new ConcurrentHashMap<>();

    Answers(ProblemWriter writer, List<KeySource> sources, String realm, String vary, boolean explainForbidden) {
        this.writer = writer;
        this.vary = vary;
        this.explainForbidden = explainForbidden;
        this.challenges = new ArrayList<>();
        this.challengesAfterKey = new ArrayList<>();
        for (String scheme : schemes(sources)) {
            String challenge = scheme + " realm=\"" + realm + "\"";
            challenges.add(challenge);
            // RFC 6750 §3.1: the error is named to those only who presented something.
            challengesAfterKey.add(
                    HeaderNames.same(scheme, "Bearer") ? challenge + ", error=\"invalid_token\"" : challenge);
        }
        this.badRequest = answer(400, "bad-request", "Bad Request", null);
        this.unauthorized = answer(401, "unauthorized", "Unauthorized", null);
        this.forbidden = answer(403, "forbidden", "Forbidden", null);
        this.unavailable = answer(503, "unavailable", "Service Unavailable", null);
    }

    /** RFC 9110 §15.5.2 asks for a challenge with every 401, also where the key has a header of its own. */
    private static List<String> schemes(List<KeySource> sources) {
        List<String> schemes = new ArrayList<>();
        for (KeySource source : sources) {
            if (source instanceof AuthorizationSource authorization) {
                schemes.addAll(authorization.schemes());
            }
        }
        return schemes.isEmpty() ? List.of(ApiKeyFilter.AUTH_TYPE) : schemes;
    }

    private Answer answer(int status, String code, String title, @Nullable String detail) {
        ProblemWriter.Body body = Objects.requireNonNull(
                writer.write(new Problem(status, TYPE_BASE + code, title, code, detail)), "body of the problem writer");
        return new Answer(status, body.contentType(), body.text().getBytes(StandardCharsets.UTF_8));
    }

    void badRequest(HttpServletRequest request, HttpServletResponse response) throws IOException {
        send(badRequest, request, response);
    }

    void unauthorized(boolean presented, HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (response.isCommitted()) {
            return;
        }
        List<String> due = presented ? challengesAfterKey : challenges;
        response.setHeader("WWW-Authenticate", due.get(0));
        for (String further : due.subList(1, due.size())) {
            response.addHeader("WWW-Authenticate", further);
        }
        send(unauthorized, request, response);
    }

    void forbidden(Access access, HttpServletRequest request, HttpServletResponse response) throws IOException {
        send(
                explainForbidden
                        ? explained.computeIfAbsent(access, a -> answer(403, "forbidden", "Forbidden", "needs " + a))
                        : forbidden,
                request,
                response);
    }

    void unavailable(HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (!response.isCommitted()) {
            response.setIntHeader("Retry-After", RETRY_AFTER_SECONDS);
        }
        send(unavailable, request, response);
    }

    private void send(Answer answer, HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (response.isCommitted()) {
            return;
        }
        response.resetBuffer();
        response.setStatus(answer.status);
        response.setHeader("Cache-Control", "no-store");
        if (!response.getHeaders("Vary").contains(vary)) {
            response.addHeader("Vary", vary);
        }
        response.setContentType(answer.contentType);
        if ("HEAD".equals(request.getMethod())) {
            response.setContentLength(answer.body.length);
        } else {
            write(answer, response);
        }
    }

    /** Writes to the stream; where an open page took the writer and then forwarded to what is closed, to that. */
    private static void write(Answer answer, HttpServletResponse response) throws IOException {
        ServletOutputStream stream;
        try {
            stream = response.getOutputStream();
        } catch (IllegalStateException writerIsTaken) {
            response.getWriter().write(new String(answer.body, StandardCharsets.UTF_8));
            return;
        }
        response.setContentLength(answer.body.length);
        stream.write(answer.body);
    }

    /** One refusal, ready to be sent. */
    private static final class Answer {
        final int status;
        final String contentType;
        final byte[] body;

        Answer(int status, String contentType, byte[] body) {
            this.status = status;
            this.contentType = contentType;
            this.body = body;
        }
    }
}
