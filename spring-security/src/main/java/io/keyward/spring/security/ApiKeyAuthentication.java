package io.keyward.spring.security;

import static java.util.Objects.requireNonNull;

import io.keyward.ApiKeyPrincipal;
import io.keyward.role.RoleModel;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.security.authentication.AbstractAuthenticationToken;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.core.Transient;

/**
 * Tells Spring Security who the caller with a valid key is and what the caller may do.
 *
 * <p>The authorities are:
 *
 * <ul>
 *   <li>each effective role, as {@code ROLE_<role>}, for {@code hasRole};
 *   <li>each permission of the key, unchanged, for {@code hasAuthority}, except a permission that begins with
 *       {@code ROLE_} or {@code FACTOR_}, because such an authority means something else;
 *   <li>for each pattern of the key, such as {@code jobs:*}, the permissions that it covers and that a role declares.
 *       For permissions that no role declares, use {@link ApiKeyPermissions};
 *   <li>on Spring Security 7 also {@code FACTOR_API_KEY}, which names the way in which the caller authenticated.
 * </ul>
 *
 * <p>The credentials are empty. Spring Security stores this authentication in no session, because it is
 * {@link Transient}: a session would still name the caller after the key was revoked. It cannot be serialized, because
 * its principal cannot. May be shared between threads once its details are set.
 */
@Transient
public final class ApiKeyAuthentication extends AbstractAuthenticationToken {
    private final ApiKeyPrincipal principal;
    private final RoleModel roles;
    private final @Nullable GrantedAuthority factor = Authorities.factor();

    /** Null until somebody asks, because many rules need to know only that there is a caller. */
    private volatile @Nullable List<GrantedAuthority> authorities;

    private ApiKeyAuthentication(ApiKeyPrincipal principal, RoleModel roles) {
        super(null);
        this.principal = principal;
        this.roles = roles;
        super.setAuthenticated(true);
    }

    /**
     * Returns the authentication of a caller whom a verifier accepted.
     *
     * @param roles the roles that declare permissions; see {@link io.keyward.ApiKeyVerifier#roles}
     */
    public static ApiKeyAuthentication of(ApiKeyPrincipal principal, RoleModel roles) {
        return new ApiKeyAuthentication(requireNonNull(principal, "principal"), requireNonNull(roles, "roles"));
    }

    /** Returns the authorities, which do not change. */
    @Override
    public Collection<GrantedAuthority> getAuthorities() {
        return authorities();
    }

    private List<GrantedAuthority> authorities() {
        List<GrantedAuthority> made = authorities;
        if (made == null) {
            made = Authorities.of(principal, roles, factor);
            authorities = made;
        }
        return made;
    }

    /** Returns the caller. */
    @Override
    public ApiKeyPrincipal getPrincipal() {
        return principal;
    }

    /** Returns the empty text, because the key is not kept. */
    @Override
    public Object getCredentials() {
        return "";
    }

    /**
     * Revokes the authentication if the argument is false.
     *
     * @throws IllegalArgumentException if the argument is true and the authentication was revoked
     */
    @Override
    public void setAuthenticated(boolean authenticated) {
        if (authenticated && !isAuthenticated()) {
            throw new IllegalArgumentException("only a verifier authenticates a key; create another authentication");
        }
        super.setAuthenticated(authenticated);
    }

    /** Returns whether principal, authorities and details are equal. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ApiKeyAuthentication that
                && super.equals(that)
                && authorities().equals(that.authorities());
    }

    /** Returns a hash of principal and details. */
    @Override
    public int hashCode() {
        return super.hashCode();
    }

    @Override
    public String toString() {
        return "ApiKeyAuthentication [Principal=" + principal + ", Authenticated=" + isAuthenticated() + ", Details="
                + getDetails() + ", Granted Authorities=" + authorities() + "]";
    }
}
