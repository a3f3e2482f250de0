package io.keyward.store;

import io.keyward.ApiKeyRecord;
import io.keyward.KeyRing;
import io.keyward.KeyRingException;
import io.keyward.LiveKeyRing;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Puts the changes of a manager into the ring in force, one or many at a time.
 *
 * <p>If the versions of the store are ordered, changes are stored without the lock of the live ring and merged under
 * it. Otherwise the lock is held from before a record is read until its new state is published. Either way, the ring
 * never returns to an older state.
 */
final class RingPublisher {
    private final LiveKeyRing live;
    private final boolean ordered;
    private final RingMerge merge;
    /** What this thread has stored and not yet published; removed when its run ends. */
    @SuppressWarnings("ThreadLocalUsage") // of this manager and its thread, and never left behind
    private final ThreadLocal<@Nullable Pending> pending = new ThreadLocal<>();

    RingPublisher(LiveKeyRing live, boolean ordered, @Nullable LastUsed lastUsed) {
        this.live = live;
        this.ordered = ordered;
        this.merge = new RingMerge(live, ordered, lastUsed);
    }

    /**
     * Runs changes and publishes what they stored, even if they end with an exception. A run inside another run of this
     * thread is part of that one.
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

    /** Notes a record in its newest state. */
    void stored(ApiKeyRecord record) {
        Pending open = open();
        open.removed.remove(record.id());
        open.stored.remove(record.id());
        open.stored.put(record.id(), record);
    }

    /** Notes a record that is no longer in the store, in its last state there. */
    void removed(ApiKeyRecord record) {
        Pending open = open();
        open.stored.remove(record.id());
        open.removed.put(record.id(), record);
    }

    private Pending open() {
        Pending open = pending.get();
        if (open == null) {
            throw new IllegalStateException("no change is under way");
        }
        return open;
    }

    private <T> T publishingPending(Supplier<T> changes) {
        KeyRing seen = live.current();
        Pending open = new Pending(new LinkedHashMap<>(), new HashMap<>());
        pending.set(open);
        T result;
        try {
            result = changes.get();
        } catch (Throwable e) {
            // Throwable, because a guard in another language may throw a checked exception
            KeyRingException unfit = merge(open, seen);
            if (unfit != null) {
                e.addSuppressed(unfit);
            }
            throw e;
        } finally {
            pending.remove();
        }
        KeyRingException unfit = merge(open, seen);
        if (unfit != null) {
            throw unfit;
        }
        return result;
    }

    private @Nullable KeyRingException merge(Pending open, KeyRing seen) {
        merge.remove(open.removed);
        return merge.publish(open.stored.values(), seen);
    }

    private record Pending(Map<String, ApiKeyRecord> stored, Map<String, ApiKeyRecord> removed) {}
}
