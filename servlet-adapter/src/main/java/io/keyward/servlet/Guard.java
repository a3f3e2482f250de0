package io.keyward.servlet;

import io.keyward.ApiKeyPrincipal;
import io.keyward.ApiKeyVerifier;
import io.keyward.Verification;
import io.keyward.servlet.AccessListener.Outcome;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.FilterChain;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletRequestWrapper;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/** Decides about each dispatch, in one place: 400 for the path, 503 for the verifier, 401 for the key, 403 for the rule. */
final class Guard {
    /** Where the verdict of the first dispatch waits for the later ones; one for each filter of an application. */
    private final String verdictAttribute = "io.keyward.servlet.verdict." + UUID.randomUUID();

    private final ApiKeyVerifier verifier;
    private final List<KeySource> sources;
    private final PathPolicy paths;
    private final Answers answers;
    private final HeaderPolicy headers;
    private final HeaderPolicy traceHeaders;
    private final RefusalLog log;
    private final @Nullable AccessListener listener;
    private final @Nullable CorsPolicy cors;
    private final String vary;
    private final boolean tlsOnly;

    Guard(
            ApiKeyVerifier verifier,
            List<KeySource> sources,
            PathPolicy paths,
            Answers answers,
            HeaderPolicy headers,
            HeaderPolicy traceHeaders,
            RefusalLog log,
            @Nullable AccessListener listener,
            @Nullable CorsPolicy cors,
            String vary,
            boolean tlsOnly) {
        this.verifier = verifier;
        this.sources = sources;
        this.paths = paths;
        this.answers = answers;
        this.headers = headers;
        this.traceHeaders = traceHeaders;
        this.log = log;
        this.listener = listener;
        this.cors = cors;
        this.vary = vary;
        this.tlsOnly = tlsOnly;
    }

    PathPolicy paths() {
        return paths;
    }

    /** Decides about one dispatch. */
    void handle(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        DispatcherType dispatch = request.getDispatcherType();
        if (dispatch == DispatcherType.REQUEST) {
            judge(request, response, chain);
        } else if (dispatch == DispatcherType.ASYNC || dispatch == DispatcherType.ERROR) {
            Verdict first = firstVerdict(request);
            if (first == null) {
                judge(request, response, chain);
            } else {
                pass(first, request, response, chain);
            }
        } else if (dispatch == DispatcherType.FORWARD || dispatch == DispatcherType.INCLUDE) {
            checkTarget(dispatch, request, response, chain);
        } else {
            log.unknownDispatch(request);
            answers.unavailable(request, response);
        }
    }

    private @Nullable Verdict firstVerdict(HttpServletRequest request) {
        return request.getAttribute(verdictAttribute) instanceof Verdict verdict && verdict.by == this ? verdict : null;
    }

    /** Judges a request from its path on. */
    private void judge(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        String path = paths.pathOf(request);
        if (path == null) {
            log.suspiciousPath(request);
            tell(Outcome.BAD_REQUEST, null);
            answers.badRequest(request, response);
            return;
        }
        if (cors != null) {
            cors.mark(request, response);
            if (cors.isPreflight(request)) {
                tell(Outcome.PREFLIGHT, null);
                cors.answer(request, response, vary);
                return;
            }
        }
        Access access = paths.accessTo(path, request, false);
        if (access.isOpen()) {
            tell(Outcome.OPEN, null);
            if (cors != null) {
                // The answer to a page names its origin, also where no key matters.
                response.addHeader("Vary", "Origin");
            }
            enter(new Verdict(this, null), request, response, chain);
        } else {
            judgeCredentials(access, path, request, response, chain);
        }
    }

    private void judgeCredentials(
            Access access, String path, HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        Presented presented = new Presented();
        HttpServletRequest unguarded = unguarded(request);
        for (KeySource source : sources) {
            source.collect(name -> values(unguarded, name), unguarded.getQueryString(), presented);
        }
        boolean insecure = tlsOnly && !request.isSecure();
        if (!presented.isSingle() || insecure) {
            log.unusable(presented, insecure, request, path);
            tell(Outcome.UNAUTHORIZED, null);
            answers.unauthorized(!presented.isNothing(), request, response);
            return;
        }
        Verification verification = verified(presented.text(), request, path);
        if (verification == null) {
            tell(Outcome.UNAVAILABLE, null);
            answers.unavailable(request, response);
        } else if (verification instanceof Verification.Rejected rejected) {
            log.rejected(rejected, request, path);
            tell(Outcome.UNAUTHORIZED, verification);
            answers.unauthorized(true, request, response);
        } else {
            ApiKeyPrincipal principal = ((Verification.Accepted) verification).principal();
            if (access.admits(principal)) {
                tell(Outcome.ALLOWED, verification);
                enter(new Verdict(this, principal), request, response, chain);
            } else {
                log.forbidden(principal, access, request, path);
                tell(Outcome.FORBIDDEN, verification);
                answers.forbidden(access, request, response);
            }
        }
    }

    private static List<String> values(HttpServletRequest request, String name) {
        Enumeration<String> values = request.getHeaders(name);
        return values == null ? List.of() : Collections.list(values);
    }

    /** Returns null if the verifier could not tell. Whatever it throws, the handler must not run. */
    private @Nullable Verification verified(@Nullable String text, HttpServletRequest request, String path) {
        try {
            Verification verification = verifier.verify(text);
            if (verification == null) {
                log.verifierFailed(new IllegalStateException("the verifier returned null"), request, path);
            }
            return verification;
        } catch (Throwable failure) {
            log.verifierFailed(failure, request, path);
            return null;
        }
    }

    private void tell(Outcome outcome, @Nullable Verification verification) {
        if (listener != null) {
            try {
                listener.decided(outcome, verification);
            } catch (Throwable failure) {
                // Errors and checked exceptions of other languages too: the decision has been made without the
                // listener.
                log.listenerFailed(failure);
            }
        }
    }

    /** Checks where a handler forwards to or what it includes, with the principal of the first dispatch. */
    private void checkTarget(
            DispatcherType dispatch, HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        boolean include = dispatch == DispatcherType.INCLUDE;
        Verdict first = firstVerdict(request);
        if (first == null && !include) {
            judge(request, response, chain);
            return;
        }
        ApiKeyPrincipal principal = first == null ? null : first.principal;
        String path = include ? includedPath(request) : paths.pathOf(request);
        Access access = path == null ? Access.denyAll() : paths.accessTo(path, request, include);
        if (access.isOpen() || (principal != null && access.admits(principal))) {
            pass(new Verdict(this, principal), request, response, chain);
            return;
        }
        log.dispatchRefused(dispatch, principal, access, request, path);
        if (include) {
            // An include can set neither status nor header: it adds nothing to the page.
            return;
        }
        answerDenied(path, principal, access, request, response);
    }

    /** Checks a target before a dispatcher leaves for it; answers where a forward is denied. */
    private boolean admitsTarget(
            DispatcherType dispatch,
            String target,
            @Nullable ApiKeyPrincipal principal,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException {
        String path = RequestPath.canonical(target);
        Access access = path == null ? Access.denyAll() : paths.accessToTarget(path, request);
        if (access.isOpen() || (principal != null && access.admits(principal))) {
            return true;
        }
        log.dispatchRefused(dispatch, principal, access, request, path);
        if (dispatch == DispatcherType.FORWARD) {
            answerDenied(path, principal, access, request, response);
        }
        return false;
    }

    private void answerDenied(
            @Nullable String path,
            @Nullable ApiKeyPrincipal principal,
            Access access,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException {
        if (path == null) {
            answers.badRequest(request, response);
        } else if (principal == null) {
            answers.unauthorized(false, request, response);
        } else {
            answers.forbidden(access, request, response);
        }
    }

    private @Nullable String includedPath(HttpServletRequest request) {
        Object uri = request.getAttribute(RequestDispatcher.INCLUDE_REQUEST_URI);
        if (uri == null) {
            // A named dispatcher has no path of its own: it acts under that of the page that includes.
            return paths.pathOf(request);
        }
        return RequestPath.of(
                (String) uri,
                (String) request.getAttribute(RequestDispatcher.INCLUDE_CONTEXT_PATH),
                (String) request.getAttribute(RequestDispatcher.INCLUDE_SERVLET_PATH),
                (String) request.getAttribute(RequestDispatcher.INCLUDE_PATH_INFO));
    }

    /** Lets the request in, and notes for its later dispatches who it is. */
    private void enter(Verdict verdict, HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        request.setAttribute(verdictAttribute, verdict);
        pass(verdict, request, response, chain);
    }

    private void pass(Verdict verdict, HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        ApiKeyPrincipal principal = verdict.principal;
        HttpServletResponse answer = principal == null ? response : new GuardedResponse(response, vary);
        HttpServletRequest shown = new GuardedRequest(
                request,
                answer,
                principal,
                "TRACE".equals(request.getMethod()) ? traceHeaders : headers,
                (dispatch, target, from, to) -> admitsTarget(dispatch, target, principal, from, to));
        if (principal == null) {
            chain.doFilter(shown, answer);
            return;
        }
        String before = MDC.get(ApiKeyFilter.MDC_KEY);
        MDC.put(ApiKeyFilter.MDC_KEY, principal.id());
        try {
            chain.doFilter(shown, answer);
        } finally {
            if (before == null) {
                MDC.remove(ApiKeyFilter.MDC_KEY);
            } else {
                MDC.put(ApiKeyFilter.MDC_KEY, before);
            }
        }
    }

    /** Returns the innermost guarded request below some wrappers, the application's own among them; null if there is none. */
    private static @Nullable GuardedRequest guarded(ServletRequest request) {
        GuardedRequest innermost = null;
        ServletRequest inner = request;
        while (inner instanceof ServletRequestWrapper wrapper) {
            if (inner instanceof GuardedRequest guarded) {
                innermost = guarded;
            }
            inner = wrapper.getRequest();
        }
        return innermost;
    }

    /** Returns the request as it came, for a filter behind another one of its kind, which hides the credentials. */
    private static HttpServletRequest unguarded(HttpServletRequest request) {
        GuardedRequest innermost = guarded(request);
        return innermost == null ? request : (HttpServletRequest) innermost.getRequest();
    }

    /** What the first dispatch decided: who may see what follows; no principal where the path is open. */
    private static final class Verdict {
        final Guard by;
        final @Nullable ApiKeyPrincipal principal;

        Verdict(Guard by, @Nullable ApiKeyPrincipal principal) {
            this.by = by;
            this.principal = principal;
        }
    }
}
