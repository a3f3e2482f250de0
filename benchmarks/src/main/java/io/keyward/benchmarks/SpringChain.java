package io.keyward.benchmarks;

import static io.keyward.spring.security.ApiKeysConfigurer.apiKeys;
import static org.springframework.security.config.Customizer.withDefaults;

import io.keyward.ApiKeyVerifier;
import jakarta.servlet.Filter;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletResponse;
import java.util.List;
import java.util.Map;
import org.springframework.context.ApplicationContext;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.security.authentication.AuthenticationManager;
import org.springframework.security.authentication.BadCredentialsException;
import org.springframework.security.authorization.AuthenticatedAuthorizationManager;
import org.springframework.security.config.ObjectPostProcessor;
import org.springframework.security.config.annotation.authentication.builders.AuthenticationManagerBuilder;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
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
 * The shortest chains of Spring Security that do the filter's job. No sessions, no CSRF tokens, no response headers, which
 * Spring's configuration adds unless told not to.
 */
final class SpringChain {
    private SpringChain() {}

    /** Returns a chain whose converter takes the key from the header and whose manager looks its hash up. */
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

    /** Returns the same five filters with Keyward's in the place of the second. */
    static Filter withKeyward(ApiKeyVerifier verifier) throws Exception {
        GenericApplicationContext context = new GenericApplicationContext();
        context.refresh();
        ObjectPostProcessor<Object> initializing = new ObjectPostProcessor<>() {
            @Override
            public <O> O postProcess(O made) {
                context.getBeanFactory().initializeBean(made, made.getClass().getName());
                return made;
            }
        };
        HttpSecurity http = new HttpSecurity(
                initializing,
                new AuthenticationManagerBuilder(initializing),
                Map.of(ApplicationContext.class, context));
        FilterChainProxy chain = new FilterChainProxy(http.securityContext(
                        contexts -> contexts.securityContextRepository(new RequestAttributeSecurityContextRepository()))
                .servletApi(withDefaults())
                .exceptionHandling(withDefaults())
                .with(apiKeys(verifier), withDefaults())
                .authorizeHttpRequests(paths -> paths.anyRequest().authenticated())
                .build());
        chain.afterPropertiesSet();
        return chain;
    }
}
