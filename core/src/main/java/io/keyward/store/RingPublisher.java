package io.keyward.store;

import io.keyward.ApiKeyRecord;
import io.keyward.KeyRing;
import io.keyward.KeyRingException;
import io.keyward.LiveKeyRing;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Puts the changes of a manager into the ring in force, one or many at a time.
 *
 * <p>Where the versions of the store are ordered, changes are stored without the lock of the live ring and merged under
 * it. Otherwise the lock is held from before a record is read until its new state is published. Either way a ring never
 * goes back.
 */
final class RingPublisher {
    private final LiveKeyRing live;
    private final boolean ordered;
    private final RingMerge merge;
    /** What this thread has stored and not yet published; removed when its run ends. */
    @SuppressWarnings("ThreadLocalUsage") // of this manager and its thread, and never left behind
    private final ThreadLocal<@Nullable Map<String, ApiKeyRecord>> pending = new ThreadLocal<>();

    RingPublisher(LiveKeyRing live, boolean ordered, @Nullable LastUsed lastUsed) {
        this.live = live;
        this.ordered = ordered;
        this.merge = new RingMerge(live, ordered, lastUsed);
    }

    /**
     * Runs changes and publishes what they stored, also where they end with an exception; within another run of this
     * thread, as part of it.
     */
    <T> T publishing(Supplier<T> changes) {
        if (pending.get() != null) {
            return changes.get();
        }
        if (ordered) {
            return publishingPending(changes);
        }
        List<T> result = new ArrayList<>(1);
        live.update(ring -> {
            result.add(publishingPending(changes));
            return live.current();
        });
        return result.get(0);
    }

    /** Takes note of a record in its newest state. */
    void stored(ApiKeyRecord record) {
        Map<String, ApiKeyRecord> open = pending.get();
        if (open == null) {
            throw new IllegalStateException("no change is under way");
        }
        open.remove(record.id());
        open.put(record.id(), record);
    }

    private <T> T publishingPending(Supplier<T> changes) {
        KeyRing seen = live.current();
        Map<String, ApiKeyRecord> open = new LinkedHashMap<>();
        pending.set(open);
        T result;
        try {
            result = changes.get();
        } catch (Throwable e) {
            // also what the compiler does not see: a guard in another language may throw a checked exception
            KeyRingException unfit = merge.publish(open.values(), seen);
            if (unfit != null) {
                e.addSuppressed(unfit);
            }
            throw e;
        } finally {
            pending.remove();
        }
        KeyRingException unfit = merge.publish(open.values(), seen);
        if (unfit != null) {
            throw unfit;
        }
        return result;
    }
}
