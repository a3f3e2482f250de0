package io.keyward.spring.security;

import io.keyward.ApiKeyPrincipal;
import java.io.Serializable;
import org.jspecify.annotations.Nullable;
import org.springframework.security.access.PermissionEvaluator;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;

/**
 * Checks whether the key of the caller has a permission. Patterns such as {@code jobs:*} also cover permissions that no
 * role declares.
 *
 * <pre>{@code
 * @Bean
 * ApiKeyPermissions keyward() {
 *     return new ApiKeyPermissions();
 * }
 *
 * @PreAuthorize("@keyward.may('jobs:submit')")
 * }</pre>
 *
 * <p>As a {@link PermissionEvaluator} it answers {@code hasPermission(target, 'jobs:submit')} in the same way. It
 * ignores the target, because a key has a permission for all targets or for none. A caller without a key has no
 * permission. May be shared between threads.
 */
public final class ApiKeyPermissions implements PermissionEvaluator {
    /** Creates an evaluator; there are no settings. */
    public ApiKeyPermissions() {}

    /**
     * Returns whether the current caller has a key with this permission.
     *
     * @throws IllegalArgumentException if the text is not a permission
     */
    public boolean may(String permission) {
        return holds(SecurityContextHolder.getContext().getAuthentication(), permission);
    }

    /** Returns whether the caller has a key with this permission; ignores the target. */
    @Override
    public boolean hasPermission(
            @Nullable Authentication authentication, @Nullable Object target, @Nullable Object permission) {
        return holds(authentication, permission);
    }

    /** Returns whether the caller has a key with this permission; ignores the target. */
    @Override
    public boolean hasPermission(
            @Nullable Authentication authentication,
            @Nullable Serializable targetId,
            @Nullable String targetType,
            @Nullable Object permission) {
        return holds(authentication, permission);
    }

    private static boolean holds(@Nullable Authentication authentication, @Nullable Object permission) {
        return authentication != null
                && authentication.isAuthenticated()
                && permission != null
                && authentication.getPrincipal() instanceof ApiKeyPrincipal principal
                && principal.hasPermission(permission.toString());
    }
}
