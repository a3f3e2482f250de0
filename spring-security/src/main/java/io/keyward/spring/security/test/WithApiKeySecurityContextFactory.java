package io.keyward.spring.security.test;

import java.util.List;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.test.context.support.WithSecurityContextFactory;

/** Creates the security context of {@link WithApiKey}; Spring calls it. */
final class WithApiKeySecurityContextFactory implements WithSecurityContextFactory<WithApiKey> {
    @Override
    public SecurityContext createSecurityContext(WithApiKey key) {
        SecurityContext context = SecurityContextHolder.createEmptyContext();
        context.setAuthentication(MockApiKey.authentication(
                key.id(),
                key.owner().isEmpty() ? null : key.owner(),
                List.of(key.roles()),
                List.of(key.permissions()),
                null));
        return context;
    }
}
