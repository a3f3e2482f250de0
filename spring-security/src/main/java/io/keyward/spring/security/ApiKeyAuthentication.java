package io.keyward.spring.security;

import static java.util.Objects.requireNonNull;

import io.keyward.ApiKeyPrincipal;
import io.keyward.role.RoleModel;
import org.springframework.security.authentication.AbstractAuthenticationToken;

/**
 * Describes the caller of a valid key to Spring Security: who it is and what it may do.
 *
 * <p>The authorities are:
 *
 * <ul>
 *   <li>each role in effect, as {@code ROLE_<role>}, for {@code hasRole};
 *   <li>each permission held, as it is, for {@code hasAuthority}, except those whose text begins with {@code ROLE_} or
 *       {@code FACTOR_}, because such an authority means something else;
 *   <li>for a pattern that is held, such as {@code jobs:*}, each permission that the role model declares and the pattern
 *       covers. What no role declares is not among them: {@link ApiKeyPermissions} answers for that;
 *   <li>{@code FACTOR_API_KEY} on Spring Security 7, which says how the caller was recognised.
 * </ul>
 *
 * <p>The credentials are empty. It cannot be serialized, because the principal cannot, so no session holds one. May be
 * shared between threads once its details are set.
 */
public final class ApiKeyAuthentication extends AbstractAuthenticationToken {
    private final ApiKeyPrincipal principal;

    private ApiKeyAuthentication(ApiKeyPrincipal principal, RoleModel roles) {
        super(Authorities.of(principal, roles));
        this.principal = principal;
        super.setAuthenticated(true);
    }

    /**
     * Returns the authentication of a caller whom a verifier accepted.
     *
     * @param roles whose permissions the patterns cover; see {@link io.keyward.ApiKeyVerifier#roles}
     */
    public static ApiKeyAuthentication of(ApiKeyPrincipal principal, RoleModel roles) {
        return new ApiKeyAuthentication(requireNonNull(principal, "principal"), requireNonNull(roles, "roles"));
    }

    /** Returns the caller. */
    @Override
    public ApiKeyPrincipal getPrincipal() {
        return principal;
    }

    /** Returns the empty text: the key is forgotten. */
    @Override
    public Object getCredentials() {
        return "";
    }

    /**
     * Takes the authentication back, or leaves it.
     *
     * @throws IllegalArgumentException if it is taken back and then given again; only a verifier does that
     */
    @Override
    public void setAuthenticated(boolean authenticated) {
        if (authenticated && !isAuthenticated()) {
            throw new IllegalArgumentException("only a verifier authenticates a key; make another authentication");
        }
        super.setAuthenticated(authenticated);
    }
}
