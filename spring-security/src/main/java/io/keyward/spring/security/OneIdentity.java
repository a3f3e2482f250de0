package io.keyward.spring.security;

import io.keyward.servlet.ApiKeyFilter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.security.core.context.SecurityContextHolderStrategy;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Denies a request with a key if the resource server takes another caller from it. A token in {@code Authorization} is
 * denied earlier. But the application decides by its {@code BearerTokenResolver} where else a token may be, such as in a
 * cookie or in the query. Runs directly behind the filter of bearer tokens.
 */
final class OneIdentity extends OncePerRequestFilter {
    private static final String CALLER = OneIdentity.class.getName() + ".caller";

    private final ApiKeyAuthenticationFilter keys;
    private final SecurityContextHolderStrategy holder;

    OneIdentity(ApiKeyAuthenticationFilter keys, SecurityContextHolderStrategy holder) {
        this.keys = keys;
        this.holder = holder;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        Object caller = request.getAttribute(CALLER);
        if (caller != null && caller != holder.getContext().getAuthentication()) {
            keys.denyOthers(request, response);
        } else {
            chain.doFilter(request, response);
        }
    }

    /** Notes the caller of a key directly before the filter of bearer tokens. */
    static final class Before extends OncePerRequestFilter {
        private final SecurityContextHolderStrategy holder;

        Before(SecurityContextHolderStrategy holder) {
            this.holder = holder;
        }

        @Override
        protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
                throws IOException, ServletException {
            if (request.getAttribute(ApiKeyFilter.PRINCIPAL_ATTRIBUTE) != null) {
                request.setAttribute(CALLER, holder.getContext().getAuthentication());
            }
            chain.doFilter(request, response);
        }
    }
}
