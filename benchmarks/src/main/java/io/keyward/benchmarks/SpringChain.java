package io.keyward.benchmarks;

import jakarta.servlet.Filter;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletResponse;
import java.util.List;
import org.springframework.security.authentication.AuthenticationManager;
import org.springframework.security.authentication.BadCredentialsException;
import org.springframework.security.authorization.AuthenticatedAuthorizationManager;
import org.springframework.security.web.AuthenticationEntryPoint;
import org.springframework.security.web.DefaultSecurityFilterChain;
import org.springframework.security.web.FilterChainProxy;
import org.springframework.security.web.access.ExceptionTranslationFilter;
import org.springframework.security.web.access.intercept.AuthorizationFilter;
import org.springframework.security.web.authentication.AuthenticationConverter;
import org.springframework.security.web.authentication.AuthenticationEntryPointFailureHandler;
import org.springframework.security.web.authentication.AuthenticationFilter;
import org.springframework.security.web.authentication.preauth.PreAuthenticatedAuthenticationToken;
import org.springframework.security.web.context.RequestAttributeSecurityContextRepository;
import org.springframework.security.web.context.SecurityContextHolderFilter;
import org.springframework.security.web.servletapi.SecurityContextHolderAwareRequestFilter;
import org.springframework.security.web.util.matcher.AnyRequestMatcher;

/**
 * The shortest chain of Spring Security that does the filter's job: a converter takes the key from the header, a
 * manager looks its hash up. No sessions, no CSRF tokens, no response headers, which {@code HttpSecurity} adds unless
 * told not to.
 */
final class SpringChain {
    private SpringChain() {}

    static Filter over(KeyCheck check) throws ServletException {
        AuthenticationConverter converter = request -> {
            String key = request.getHeader("X-Api-Key");
            return key == null ? null : new PreAuthenticatedAuthenticationToken("", key);
        };
        AuthenticationManager manager = presented -> {
            if (!(presented.getCredentials() instanceof String key) || !check.accepts(key)) {
                throw new BadCredentialsException("unknown key");
            }
            return new PreAuthenticatedAuthenticationToken(SampleKeys.idIn(key), "", List.of());
        };
        AuthenticationEntryPoint unauthorized =
                (request, response, refused) -> response.setStatus(HttpServletResponse.SC_UNAUTHORIZED);
        AuthenticationFilter authentication = new AuthenticationFilter(manager, converter);
        authentication.setSuccessHandler((request, response, caller) -> {
            // the default redirects
        });
        authentication.setFailureHandler(new AuthenticationEntryPointFailureHandler(unauthorized));
        SecurityContextHolderAwareRequestFilter aware = new SecurityContextHolderAwareRequestFilter();
        aware.afterPropertiesSet();
        FilterChainProxy chain = new FilterChainProxy(new DefaultSecurityFilterChain(
                AnyRequestMatcher.INSTANCE,
                new SecurityContextHolderFilter(new RequestAttributeSecurityContextRepository()),
                authentication,
                aware,
                new ExceptionTranslationFilter(unauthorized),
                new AuthorizationFilter(AuthenticatedAuthorizationManager.authenticated())));
        chain.afterPropertiesSet();
        return chain;
    }
}
