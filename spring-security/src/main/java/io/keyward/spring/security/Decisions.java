package io.keyward.spring.security;

import io.keyward.Verification;
import io.keyward.servlet.AccessListener;
import io.keyward.servlet.AccessListener.Outcome;
import io.keyward.servlet.RequestInfo;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.springframework.security.authentication.AnonymousAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolderStrategy;
import org.springframework.web.filter.OncePerRequestFilter;

/** Notifies the listener of a chain of each decision about a request. */
final class Decisions {
    private static final String ACCEPTED = ApiKeyAuthenticationFilter.class.getName() + ".accepted";
    private static final String TOLD = Decisions.class.getName() + ".told";

    private final @Nullable AccessListener listener;

    Decisions(@Nullable AccessListener listener) {
        this.listener = listener;
    }

    /** Keeps the verdict for what the listener is told later. */
    void keep(Verification.Accepted accepted, HttpServletRequest request) {
        if (listener != null) {
            request.setAttribute(ACCEPTED, accepted);
        }
    }

    static Verification.@Nullable Accepted acceptedOf(HttpServletRequest request) {
        return request.getAttribute(ACCEPTED) instanceof Verification.Accepted accepted ? accepted : null;
    }

    void tell(Outcome outcome, @Nullable Verification verification, HttpServletRequest request) {
        if (listener == null || isErrorPageOfWhatWasTold(request)) {
            return;
        }
        request.setAttribute(TOLD, true);
        try {
            listener.decided(outcome, verification, RequestInfo.of(request));
        } catch (Throwable failure) {
            // Throwable also covers errors, and checked exceptions of other languages. The decision does not depend
            // on the listener.
            DeniedRequests.LOG.listenerFailed(failure);
        }
    }

    /** The chain also checks the dispatch to an error page, but that is the same request. */
    private static boolean isErrorPageOfWhatWasTold(HttpServletRequest request) {
        return request.getDispatcherType() == DispatcherType.ERROR && request.getAttribute(TOLD) != null;
    }

    /** Runs after each filter that may deny a request by its path, and reports the requests that reach it. */
    static final class Allowed extends OncePerRequestFilter {
        private final Decisions decisions;
        private final SecurityContextHolderStrategy holder;

        Allowed(Decisions decisions, SecurityContextHolderStrategy holder) {
            this.decisions = decisions;
            this.holder = holder;
        }

        @Override
        protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
                throws IOException, ServletException {
            Authentication caller = holder.getContext().getAuthentication();
            if (caller instanceof ApiKeyAuthentication) {
                decisions.tell(Outcome.ALLOWED, acceptedOf(request), request);
            } else if (caller == null || caller instanceof AnonymousAuthenticationToken) {
                decisions.tell(Outcome.OPEN, null, request);
            }
            chain.doFilter(request, response);
        }
    }
}
