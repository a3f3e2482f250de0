package io.keyward;

import java.time.Instant;

/**
 * Says that a key could not be judged because the keys at hand are too old: their source has been away longer than it
 * may be. It is no verdict about the key; a service answers 503.
 */
public final class KeysUnavailableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Instant validUntil;

    KeysUnavailableException(Instant validUntil) {
        super("the keys at hand were good until " + validUntil
                + " and no newer ones have come; check the source they are read from");
        this.validUntil = validUntil;
    }

    /** Returns the end of the keys at hand. */
    public Instant validUntil() {
        return validUntil;
    }
}
