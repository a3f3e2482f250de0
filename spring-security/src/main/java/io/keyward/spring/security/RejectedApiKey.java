package io.keyward.spring.security;

import io.keyward.Verification;
import org.jspecify.annotations.Nullable;
import org.springframework.security.authentication.AbstractAuthenticationToken;
import org.springframework.security.core.authority.AuthorityUtils;

/**
 * Names in the events of Spring Security the key that was rejected, and the reason. It authenticates nobody.
 *
 * <pre>{@code
 * @EventListener
 * void rejected(AbstractAuthenticationFailureEvent event) {
 *     if (event.getAuthentication() instanceof RejectedApiKey key && key.reason() == Reason.REVOKED) { … }
 * }
 * }</pre>
 *
 * <p>Holds no part of the presented text. May be shared between threads once its details are set.
 */
public final class RejectedApiKey extends AbstractAuthenticationToken {
    private final Verification.@Nullable Reason reason;
    private final @Nullable String keyId;

    RejectedApiKey(Verification.@Nullable Reason reason, @Nullable String keyId) {
        super(AuthorityUtils.NO_AUTHORITIES);
        this.reason = reason;
        this.keyId = keyId;
    }

    /**
     * Returns why the key was rejected; null if it was not verified, because the request had more than one credential,
     * or because the verifier failed.
     */
    public Verification.@Nullable Reason reason() {
        return reason;
    }

    /** Returns the id of the key; null if no record has the presented text. */
    public @Nullable String keyId() {
        return keyId;
    }

    /** Returns the key id, or the empty text. */
    @Override
    public Object getPrincipal() {
        return keyId == null ? "" : keyId;
    }

    /** Returns the empty text. */
    @Override
    public Object getCredentials() {
        return "";
    }

    /**
     * Does nothing if the argument is false.
     *
     * @throws IllegalArgumentException if the argument is true
     */
    @Override
    public void setAuthenticated(boolean authenticated) {
        if (authenticated) {
            throw new IllegalArgumentException("a rejected key cannot be authenticated");
        }
    }
}
