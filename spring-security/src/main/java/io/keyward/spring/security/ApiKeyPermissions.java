package io.keyward.spring.security;

import io.keyward.ApiKeyPrincipal;
import java.io.Serializable;
import org.jspecify.annotations.Nullable;
import org.springframework.security.access.PermissionEvaluator;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;

/**
 * Asks the key itself for a permission, so that patterns such as {@code jobs:*} cover also what no role declares.
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
 * <p>As a {@link PermissionEvaluator} it answers {@code hasPermission(target, 'jobs:submit')} the same way: a key holds
 * a permission for all targets or for none, so the target decides nothing. Callers without a key are denied. May be
 * shared between threads.
 */
public final class ApiKeyPermissions implements PermissionEvaluator {
    /** Makes one; it has no settings. */
    public ApiKeyPermissions() {}

    /**
     * Returns whether the present caller has a key with this permission.
     *
     * @throws IllegalArgumentException if the text is not a permission
     */
    public boolean may(String permission) {
        return holds(SecurityContextHolder.getContext().getAuthentication(), permission);
    }

    /** Returns whether this caller has a key with this permission, whatever the target. */
    @Override
    public boolean hasPermission(
            @Nullable Authentication authentication, @Nullable Object target, @Nullable Object permission) {
        return holds(authentication, permission);
    }

    /** Returns whether this caller has a key with this permission, whatever the target. */
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
