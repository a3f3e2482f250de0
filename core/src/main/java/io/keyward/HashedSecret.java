package io.keyward;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Pairs a hash with the time in which its key counts: valid means {@code notBefore <= now < expiresAt}.
 *
 * <p>Immutable; its text shows the window and never the hash.
 *
 * @param hash what is stored of the key
 * @param notBefore when the key begins to count; null for always
 * @param expiresAt when it no longer counts; null for never
 */
public record HashedSecret(
        KeyHash hash, @Nullable Instant notBefore, @Nullable Instant expiresAt) {
    /** Refuses a missing hash; that the window is not empty is judged by the ring. */
    public HashedSecret {
        requireNonNull(hash, "hash");
    }

    /** Returns a secret without a window. */
    public static HashedSecret of(KeyHash hash) {
        return new HashedSecret(hash, null, null);
    }

    /** Returns this secret with another beginning. */
    public HashedSecret withNotBefore(@Nullable Instant newNotBefore) {
        return new HashedSecret(hash, newNotBefore, expiresAt);
    }

    /** Returns this secret with another end. */
    public HashedSecret withExpiresAt(@Nullable Instant newExpiresAt) {
        return new HashedSecret(hash, notBefore, newExpiresAt);
    }

    /** Tells whether there is no moment at which the key counts. */
    public boolean isWindowEmpty() {
        return notBefore != null && expiresAt != null && !notBefore.isBefore(expiresAt);
    }
}
