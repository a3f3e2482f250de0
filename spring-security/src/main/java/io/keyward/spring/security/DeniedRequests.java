package io.keyward.spring.security;

import io.keyward.Verification;
import io.keyward.servlet.AccessListener.Outcome;
import io.keyward.servlet.DenialLog;
import io.keyward.servlet.Denials;
import io.keyward.servlet.KeyReader.None;
import io.keyward.servlet.RequestInfo;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.core.context.SecurityContextHolderStrategy;
import org.springframework.security.web.AuthenticationEntryPoint;
import org.springframework.security.web.access.AccessDeniedHandler;
import org.springframework.security.web.access.AccessDeniedHandlerImpl;
import org.springframework.security.web.csrf.CsrfException;

/** Answers denied requests as the servlet filter does, and logs one line for each. */
final class DeniedRequests implements AuthenticationEntryPoint, AccessDeniedHandler {
    static final DenialLog LOG = DenialLog.of(LoggerFactory.getLogger(ApiKeyAuthenticationFilter.class), Level.INFO);

    private final Denials denials;
    private final RequestKeys keys;
    private final SecurityContextHolderStrategy holder;
    private final Decisions decisions;
    private final AccessDeniedHandler forOthers = new AccessDeniedHandlerImpl();

    DeniedRequests(Denials denials, RequestKeys keys, SecurityContextHolderStrategy holder, Decisions decisions) {
        this.denials = denials;
        this.keys = keys;
        this.holder = holder;
        this.decisions = decisions;
    }

    /** Answers a request without a caller on a path that needs one. */
    @Override
    public void commence(HttpServletRequest request, HttpServletResponse response, AuthenticationException exception)
            throws IOException {
        unauthorized(false, "no key", request, response);
    }

    /** Answers a caller who lacks a right; a caller without a key gets the default answer of Spring Security. */
    @Override
    public void handle(HttpServletRequest request, HttpServletResponse response, AccessDeniedException exception)
            throws IOException, ServletException {
        Authentication caller = holder.getContext().getAuthentication();
        if (caller instanceof ApiKeyAuthentication key) {
            LOG.forbidden(key.getPrincipal(), "the rules of the chain or of a method deny it", RequestInfo.of(request));
            decisions.tell(Outcome.FORBIDDEN, Decisions.acceptedOf(request), request);
            denials.forbidden(request, response);
        } else if (exception instanceof CsrfException && caller == null && isNobody(request)) {
            // Spring checks the token before it checks the caller, but a client without a key must learn that it needs
            // one.
            forgetNewSession(request, response);
            unauthorized(false, "no key", request, response);
        } else {
            forOthers.handle(request, response, exception);
        }
    }

    private boolean isNobody(HttpServletRequest request) {
        HttpSession session = request.getSession(false);
        return (session == null || session.isNew()) && keys.read(request) instanceof None && !keys.hasOthers(request);
    }

    /** Ends the session that Spring created for a CSRF token, because strangers could create any number of sessions. */
    private static void forgetNewSession(HttpServletRequest request, HttpServletResponse response) {
        HttpSession session = request.getSession(false);
        if (session != null) {
            String id = session.getId();
            session.invalidate();
            forgetItsHeaders(id, response);
        }
    }

    /**
     * The container has already added the cookie of the session, and Jetty an {@code Expires} for the whole response.
     * Only a reset removes them in every container.
     */
    private static void forgetItsHeaders(String sessionId, HttpServletResponse response) {
        Map<String, List<String>> others = new LinkedHashMap<>();
        for (String name : response.getHeaderNames()) {
            if (!name.equalsIgnoreCase("Expires")) {
                others.put(
                        name,
                        response.getHeaders(name).stream()
                                .filter(value -> !value.contains(sessionId))
                                .toList());
            }
        }
        response.reset();
        others.forEach((name, values) -> values.forEach(value -> response.addHeader(name, value)));
    }

    void unauthorized(boolean presented, String reason, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        LOG.unusable(reason, RequestInfo.of(request));
        decisions.tell(Outcome.UNAUTHORIZED, null, request);
        denials.unauthorized(presented, request, response);
    }

    void rejected(Verification.Rejected rejected, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        LOG.rejected(rejected, RequestInfo.of(request));
        decisions.tell(Outcome.UNAUTHORIZED, rejected, request);
        denials.unauthorized(true, request, response);
    }

    /** Denies a request because there are too many; with the verdict if the key was verified. */
    void tooMany(
            Duration wait,
            Verification.@Nullable Accepted accepted,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException {
        LOG.tooMany(accepted == null ? null : accepted.principal(), RequestInfo.of(request));
        decisions.tell(Outcome.TOO_MANY_REQUESTS, accepted, request);
        denials.tooManyRequests(wait, request, response);
    }

    /** Denies a request because the verifier or the gate failed. */
    void unavailable(String what, Throwable failure, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        LOG.failed(what, failure, RequestInfo.of(request));
        decisions.tell(Outcome.UNAVAILABLE, null, request);
        denials.unavailable(request, response);
    }
}
