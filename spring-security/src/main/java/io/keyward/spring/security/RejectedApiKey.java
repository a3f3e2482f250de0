package io.keyward.spring.security;

import io.keyward.Verification;
import org.jspecify.annotations.Nullable;
import org.springframework.security.authentication.AbstractAuthenticationToken;
import org.springframework.security.core.authority.AuthorityUtils;

/**
 * Says in the events of Spring Security which key was rejected and why; it never authenticates anybody.
 *
 * <pre>{@code
 * @EventListener
 * void rejected(AbstractAuthenticationFailureEvent event) {
 *     if (event.getAuthentication() instanceof RejectedApiKey key && key.reason() == Reason.REVOKED) { … }
 * }
 * }</pre>
 *
 * <p>Holds nothing of what was presented. May be shared between threads once its details are set.
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

    /** Returns the id of the key where the text is one that is known; null otherwise. */
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
     * Does nothing for false.
     *
     * @throws IllegalArgumentException for true
     */
    @Override
    public void setAuthenticated(boolean authenticated) {
        if (authenticated) {
            throw new IllegalArgumentException("a rejected key cannot be authenticated");
        }
    }
}
