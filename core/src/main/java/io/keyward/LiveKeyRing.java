package io.keyward;

import static java.util.Objects.requireNonNull;

/**
 * Holds the ring in force: what a source publishes into and a verifier reads from.
 *
 * <p>One volatile reference. A verification that starts after {@link #publish} returned sees the new ring and nothing of
 * the old; one that runs meanwhile sees either whole. Reading takes no lock. May be shared between threads.
 */
public final class LiveKeyRing {
    private volatile KeyRing current;

    private LiveKeyRing(KeyRing first) {
        this.current = requireNonNull(first, "first");
    }

    /** Returns a holder with a first ring in force. */
    public static LiveKeyRing of(KeyRing first) {
        return new LiveKeyRing(first);
    }

    /** Returns the ring in force. */
    public KeyRing current() {
        return current;
    }

    /** Puts a ring in force, in place of the one before. */
    public void publish(KeyRing ring) {
        this.current = requireNonNull(ring, "ring");
    }

    @Override
    public String toString() {
        return "LiveKeyRing[" + current + "]";
    }
}
