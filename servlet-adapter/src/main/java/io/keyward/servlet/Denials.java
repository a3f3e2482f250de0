package io.keyward.servlet;

import static java.util.Objects.requireNonNull;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Sends the answers to denied requests: 400, 401, 403, 429 and 503, with challenge, body and what keeps caches away.
 *
 * <p>The filter sends them by itself. Use this class if something else denies requests and must give the same answers,
 * such as the entry point of a security framework:
 *
 * <pre>{@code
 * Denials denials = Denials.builder().sources(KeySources.header("X-Api-Key")).build();
 * denials.unauthorized(false, request, response);
 * }</pre>
 *
 * <p>The bodies are made once, so each is the same bytes for every key and every path. {@code sendError} is never used,
 * because an error page would replace status and body, and Jetty drops headers on the way to it. Does nothing if the
 * answer is already committed. Does not log. Immutable; may be shared between threads.
 */
public final class Denials {
    private static final String TYPE_BASE = "https://keyward.io/problems/";
    private static final Duration UNAVAILABLE_FOR = Duration.ofSeconds(5);

    private final ProblemWriter writer;
    private final List<String> challenges = new ArrayList<>();
    private final List<String> challengesAfterKey = new ArrayList<>();
    private final String vary;
    private final boolean explainForbidden;
    private final Answer badRequest;
    private final Answer unauthorized;
    private final Answer forbidden;
    private final Answer tooManyRequests;
    private final Answer unavailable;
    private final Map<Access, Answer> explained = new ConcurrentHashMap<>();

    private Denials(Builder settings) {
        this.writer = settings.problemWriter;
        this.vary = String.join(", ", varying(settings));
        this.explainForbidden = settings.explainForbidden;
        for (String scheme : schemes(settings.sources)) {
            String challenge = scheme + " realm=\"" + settings.realm + "\"";
            challenges.add(challenge);
            // RFC 6750 §3.1: only a caller who sent a credential gets the error.
            challengesAfterKey.add(
                    HeaderNames.same(scheme, "Bearer") ? challenge + ", error=\"invalid_token\"" : challenge);
        }
        this.badRequest = answer(400, "bad-request", "Bad Request", null);
        this.unauthorized = answer(401, "unauthorized", "Unauthorized", null);
        this.forbidden = answer(403, "forbidden", "Forbidden", null);
        this.tooManyRequests = answer(429, "too-many-requests", "Too Many Requests", null);
        this.unavailable = answer(503, "unavailable", "Service Unavailable", null);
    }

    private static Set<String> varying(Builder settings) {
        Set<String> headers = new LinkedHashSet<>();
        settings.sources.stream()
                .map(KeySource::header)
                .filter(Objects::nonNull)
                .forEach(headers::add);
        if (settings.varyByOrigin) {
            headers.add("Origin");
        }
        return headers;
    }

    /** RFC 9110 §15.5.2 requires a challenge with every 401, even if the key has a header of its own. */
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
        ProblemWriter.Body body = requireNonNull(
                writer.write(new Problem(status, TYPE_BASE + code, title, code, detail)), "body of the problem writer");
        return new Answer(status, body.contentType(), body.text().getBytes(StandardCharsets.UTF_8));
    }

    /** Returns a builder with the sources, realm and bodies that a filter has if nothing is set. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Sends 400, for a path that can be read in more than one way.
     *
     * @throws IOException if the answer cannot be written
     */
    public void badRequest(HttpServletRequest request, HttpServletResponse response) throws IOException {
        send(badRequest, request, response);
    }

    /**
     * Sends 401 with a challenge for each scheme, for a request without exactly one valid key.
     *
     * @param presented whether the request carried a credential; the challenge for Bearer says so
     * @throws IOException if the answer cannot be written
     */
    public void unauthorized(boolean presented, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
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

    /**
     * Sends 403, for a valid key without the required rights.
     *
     * @throws IOException if the answer cannot be written
     */
    public void forbidden(HttpServletRequest request, HttpServletResponse response) throws IOException {
        send(forbidden, request, response);
    }

    /**
     * Sends 403, for a valid key without the required rights. Names these rights if {@link Builder#explainForbidden} is
     * on.
     *
     * @param needed what a rule requires; must not come from the request, because one body is kept for each
     * @throws IOException if the answer cannot be written
     */
    public void forbidden(Access needed, HttpServletRequest request, HttpServletResponse response) throws IOException {
        send(
                explainForbidden
                        ? explained.computeIfAbsent(needed, a -> answer(403, "forbidden", "Forbidden", "needs " + a))
                        : forbidden,
                request,
                response);
    }

    /**
     * Sends 429, for a caller who has to wait.
     *
     * @param wait how long, from now; {@code Retry-After} has it in whole seconds, rounded up, at least one
     * @throws IOException if the answer cannot be written
     */
    public void tooManyRequests(Duration wait, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        retryAfter(wait, response);
        send(tooManyRequests, request, response);
    }

    /**
     * Sends 503 with {@code Retry-After}, if nobody can say whether a key is valid.
     *
     * @throws IOException if the answer cannot be written
     */
    public void unavailable(HttpServletRequest request, HttpServletResponse response) throws IOException {
        retryAfter(UNAVAILABLE_FOR, response);
        send(unavailable, request, response);
    }

    private static void retryAfter(Duration wait, HttpServletResponse response) {
        if (!response.isCommitted()) {
            long seconds = wait.getNano() == 0 ? wait.getSeconds() : wait.getSeconds() + 1;
            response.setHeader("Retry-After", Long.toString(Math.max(1, seconds)));
        }
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

    /** Writes to the stream, or to the writer if an open page took it before it forwarded to a closed one. */
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

    /** Returns the value of {@code Vary}: the headers that carry keys, and {@code Origin} where it matters. */
    String vary() {
        return vary;
    }

    /** One denial, ready to be sent. */
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

    /** Collects the content of denials. Not for use by several threads at once. */
    public static final class Builder {
        private List<KeySource> sources = KeySources.standard();
        private String realm = "api";
        private ProblemWriter problemWriter = ProblemWriter.json();
        private boolean explainForbidden;
        private boolean varyByOrigin;

        private Builder() {}

        /**
         * Sets where keys are read, which decides the challenges and {@code Vary}; the sources of a filter if not set.
         *
         * @throws IllegalArgumentException if there is none, or two read the same place
         */
        public Builder sources(KeySource... sources) {
            this.sources = KeyReader.of(sources).sources();
            return this;
        }

        /**
         * Sets the realm of the challenge; {@code api} if not set.
         *
         * @throws IllegalArgumentException if the text is not printable ASCII
         */
        public Builder realm(String realm) {
            if (!realm.matches("[\\x20-\\x7e]{1,100}")) {
                throw new IllegalArgumentException(
                        "realm (" + LogText.quoted(realm, 40) + ") must be 1 to 100 characters of printable ASCII");
            }
            this.realm = realm.replace("\\", "\\\\").replace("\"", "\\\"");
            return this;
        }

        /** Sets the writer of the bodies; {@link ProblemWriter#json} if not set. */
        public Builder problemWriter(ProblemWriter problemWriter) {
            this.problemWriter = requireNonNull(problemWriter, "problemWriter");
            return this;
        }

        /** Sets whether a 403 names the missing role or permission; off if not set. */
        public Builder explainForbidden(boolean explain) {
            this.explainForbidden = explain;
            return this;
        }

        /** Sets whether answers differ by {@code Origin}, as they do with a CORS policy. */
        Builder varyByOrigin(boolean vary) {
            this.varyByOrigin = vary;
            return this;
        }

        /** Returns the denials; the bodies are written now. */
        public Denials build() {
            return new Denials(this);
        }
    }
}
