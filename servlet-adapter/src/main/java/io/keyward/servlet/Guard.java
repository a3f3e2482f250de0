package io.keyward.servlet;

import io.keyward.ApiKeyPrincipal;
import io.keyward.Verification;
import io.keyward.servlet.AccessListener.Outcome;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.FilterChain;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Decides about each dispatch, in this order: its path, the CORS preflight, the rule of an open path, the key, the rule
 * of a closed one. {@link PathPolicy} knows paths and rules, {@link Authenticator} finds the key, and {@link Decisions}
 * carries the decision out.
 */
final class Guard {
    /** The verdict for an open path, in place of a principal. */
    private static final Object ANYONE = new Object();

    /**
     * The attribute that keeps the verdict of the first dispatch for the later ones. Each filter of an application has
     * its own.
     */
    private final String verdictAttribute = "io.keyward.servlet.verdict." + UUID.randomUUID();

    private final PathPolicy paths;
    private final Authenticator authenticator;
    private final Decisions decisions;
    private final Passage passage;
    private final GuardedRequest.TargetCheck targets = this::admitsTarget;
    private final @Nullable CorsPolicy cors;

    Guard(
            PathPolicy paths,
            Authenticator authenticator,
            Decisions decisions,
            Passage passage,
            @Nullable CorsPolicy cors) {
        this.paths = paths;
        this.authenticator = authenticator;
        this.decisions = decisions;
        this.passage = passage;
        this.cors = cors;
    }

    PathPolicy paths() {
        return paths;
    }

    /** Returns the headers whose whole value is a key. */
    List<String> keyHeaders() {
        return authenticator.keyHeaders();
    }

    void handle(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        DispatcherType dispatch = request.getDispatcherType();
        if (dispatch == DispatcherType.REQUEST) {
            decide(request, response, chain);
        } else if (dispatch == DispatcherType.ASYNC || dispatch == DispatcherType.ERROR) {
            Object first = firstVerdict(request);
            if (first == null) {
                decide(request, response, chain);
            } else {
                pass(principalOf(first), request, response, chain);
            }
        } else if (dispatch == DispatcherType.FORWARD || dispatch == DispatcherType.INCLUDE) {
            checkTarget(dispatch, request, response, chain);
        } else {
            decisions.unknownDispatch(request, response);
        }
    }

    /** Returns the caller that was let in, or {@link #ANYONE}; null before the first verdict. */
    private @Nullable Object firstVerdict(HttpServletRequest request) {
        Object first = request.getAttribute(verdictAttribute);
        return first == ANYONE || first instanceof ApiKeyPrincipal ? first : null;
    }

    private static @Nullable ApiKeyPrincipal principalOf(@Nullable Object verdict) {
        return verdict instanceof ApiKeyPrincipal principal ? principal : null;
    }

    private void decide(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        String path = paths.pathOf(request);
        if (path == null) {
            decisions.suspiciousPath(request, response);
            return;
        }
        if (cors != null) {
            cors.mark(request, response);
            if (cors.isPreflight(request)) {
                decisions.preflight(cors, request, response, path);
                return;
            }
        }
        Access access = paths.accessTo(path, request, false);
        if (access.isOpen()) {
            decisions.notifyListener(Outcome.OPEN, null, request, path);
            if (cors != null) {
                // An answer to a page names its origin even on an open path.
                response.addHeader("Vary", "Origin");
            }
            enter(null, request, response, chain);
            return;
        }
        Verification.Accepted accepted = authenticator.authenticate(request, response, path);
        if (accepted == null) {
            return;
        }
        if (access.admits(accepted.principal())) {
            decisions.notifyListener(Outcome.ALLOWED, accepted, request, path);
            enter(accepted.principal(), request, response, chain);
        } else {
            decisions.forbidden(accepted, access, request, response, path);
        }
    }

    /** Checks the target of a forward or an include, with the principal of the first dispatch. */
    private void checkTarget(
            DispatcherType dispatch, HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        boolean include = dispatch == DispatcherType.INCLUDE;
        Object first = firstVerdict(request);
        if (first == null && !include) {
            decide(request, response, chain);
            return;
        }
        if (!include && isErrorPageOfAnOuterFilter(request)) {
            pass(principalOf(first), request, response, chain);
            return;
        }
        ApiKeyPrincipal principal = principalOf(first);
        String path = include ? includedPath(request) : paths.pathOf(request);
        Access access = path == null ? Access.denyAll() : paths.accessTo(path, request, include);
        if (access.admits(principal)) {
            pass(principal, request, response, chain);
        } else {
            decisions.target(dispatch, principal, access, request, response, path);
        }
    }

    /**
     * Returns whether a filter ahead of this one forwards to an error page, after this filter has let the request in.
     * Spring Boot does so in a WAR. A container would make an ERROR dispatch of it, which asks no rule. The application
     * behind this filter cannot cause it, because its requests are guarded ones.
     */
    private static boolean isErrorPageOfAnOuterFilter(HttpServletRequest request) {
        return request.getAttribute(RequestDispatcher.ERROR_STATUS_CODE) != null
                && GuardedRequest.unguarded(request) == request;
    }

    /** Checks a target before a dispatcher goes there; answers if a forward is denied. */
    private boolean admitsTarget(
            DispatcherType dispatch,
            String target,
            @Nullable ApiKeyPrincipal principal,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException {
        String path = RequestPath.canonical(target);
        Access access = path == null ? Access.denyAll() : paths.accessToTarget(path, request);
        if (access.admits(principal)) {
            return true;
        }
        decisions.target(dispatch, principal, access, request, response, path);
        return false;
    }

    private @Nullable String includedPath(HttpServletRequest request) {
        Object uri = request.getAttribute(RequestDispatcher.INCLUDE_REQUEST_URI);
        if (uri == null) {
            // A named dispatcher has no path of its own, so it uses that of the page that includes.
            return paths.pathOf(request);
        }
        return RequestPath.of(
                (String) uri,
                (String) request.getAttribute(RequestDispatcher.INCLUDE_CONTEXT_PATH),
                (String) request.getAttribute(RequestDispatcher.INCLUDE_SERVLET_PATH),
                (String) request.getAttribute(RequestDispatcher.INCLUDE_PATH_INFO));
    }

    /** Lets the request in, and notes the caller for its later dispatches. */
    private void enter(
            @Nullable ApiKeyPrincipal principal,
            HttpServletRequest request,
            HttpServletResponse response,
            FilterChain chain)
            throws IOException, ServletException {
        request.setAttribute(verdictAttribute, principal == null ? ANYONE : principal);
        pass(principal, request, response, chain);
    }

    private void pass(
            @Nullable ApiKeyPrincipal principal,
            HttpServletRequest request,
            HttpServletResponse response,
            FilterChain chain)
            throws IOException, ServletException {
        passage.lead(principal, request, response, chain, targets);
    }
}
