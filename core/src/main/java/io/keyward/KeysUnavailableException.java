package io.keyward;

import java.time.Instant;

/**
 * Thrown when a key cannot be verified because the keys in memory are too old: their source has been unreachable for
 * longer than allowed. This says nothing about the presented key; a service answers 503.
 */
public final class KeysUnavailableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Instant validUntil;

    KeysUnavailableException(Instant validUntil) {
        super("the keys in memory were valid until " + validUntil
                + " and no newer ones have arrived; check the source they are read from");
        this.validUntil = validUntil;
    }

    /** Returns until when the keys in memory were valid. */
    public Instant validUntil() {
        return validUntil;
    }
}
