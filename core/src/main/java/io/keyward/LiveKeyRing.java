package io.keyward;

import static java.util.Objects.requireNonNull;

import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;

/**
 * Holds the ring in force: what a source publishes into and a verifier reads from.
 *
 * <p>One volatile reference. A verification that starts after {@link #publish} or {@link #update} returned sees the new
 * ring and nothing of the old; one that runs at the same time sees one of the two rings whole. Reading takes no lock;
 * publishers wait for each other. May be shared between threads.
 */
public final class LiveKeyRing {
    private final ReentrantLock publishing = new ReentrantLock();
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

    /**
     * Puts a ring in force, in place of the one before.
     *
     * <p>If others change keys at the same time, use {@link #update}: a ring that was read before their change would
     * undo it here.
     */
    public void publish(KeyRing ring) {
        requireNonNull(ring, "ring");
        update(before -> ring);
    }

    /**
     * Replaces the ring in force with the one that {@code change} makes of it; one publisher at a time.
     *
     * <p>A source that follows a store or a file reads it <em>within</em> {@code change}. Then no publisher can replace
     * a newer reading with an older one, and no revoked key comes back.
     *
     * @param change returns the new ring; called once, on this thread, while other publishers wait. It may do I/O and
     *     may call this object again
     * @return the ring now in force
     * @throws RuntimeException the exception of {@code change}; the ring in force does not change
     */
    public KeyRing update(UnaryOperator<KeyRing> change) {
        publishing.lock();
        try {
            KeyRing changed = requireNonNull(change.apply(current), "changed ring");
            current = changed;
            return changed;
        } finally {
            publishing.unlock();
        }
    }

    @Override
    public String toString() {
        return "LiveKeyRing[" + current + "]";
    }
}
