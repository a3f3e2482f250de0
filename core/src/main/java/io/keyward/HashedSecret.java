package io.keyward;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Pairs a hash with the time in which its key is valid ({@code notBefore <= now < expiresAt}) and with its number
 * within the record.
 *
 * <p>Immutable; its text shows the window and the number, never the hash.
 *
 * @param hash what is stored of the key
 * @param notBefore when the key becomes valid; null for always
 * @param expiresAt when the key stops being valid; null for never
 * @param ordinal the public number of the secret within its record: 1 for the first, one more with each rotation, so
 *     that people and logs can name a secret without showing anything of it
 */
public record HashedSecret(
        KeyHash hash, @Nullable Instant notBefore, @Nullable Instant expiresAt, int ordinal) {
    /** The highest ordinal: {@value}. */
    public static final int MAX_ORDINAL = 999_999_999;

    /**
     * Refuses a missing hash and an impossible ordinal; the ring checks that the window is not empty.
     *
     * @throws IllegalArgumentException if the ordinal is not 1 to {@value #MAX_ORDINAL}
     */
    public HashedSecret {
        requireNonNull(hash, "hash");
        if (ordinal < 1 || ordinal > MAX_ORDINAL) {
            throw new IllegalArgumentException("ordinal (" + ordinal + ") must be 1 to " + MAX_ORDINAL);
        }
    }

    /** Creates the first secret of a record. */
    public HashedSecret(KeyHash hash, @Nullable Instant notBefore, @Nullable Instant expiresAt) {
        this(hash, notBefore, expiresAt, 1);
    }

    /** Returns a first secret without a window. */
    public static HashedSecret of(KeyHash hash) {
        return new HashedSecret(hash, null, null);
    }

    /** Returns this secret with another beginning. */
    public HashedSecret withNotBefore(@Nullable Instant newNotBefore) {
        return new HashedSecret(hash, newNotBefore, expiresAt, ordinal);
    }

    /** Returns this secret with another end. */
    public HashedSecret withExpiresAt(@Nullable Instant newExpiresAt) {
        return new HashedSecret(hash, notBefore, newExpiresAt, ordinal);
    }

    /**
     * Returns this secret with another number.
     *
     * @throws IllegalArgumentException if it is not 1 to {@value #MAX_ORDINAL}
     */
    public HashedSecret withOrdinal(int newOrdinal) {
        return new HashedSecret(hash, notBefore, expiresAt, newOrdinal);
    }

    /** Returns whether there is no moment at which the key is valid. */
    public boolean isWindowEmpty() {
        return notBefore != null && expiresAt != null && !notBefore.isBefore(expiresAt);
    }
}
