package io.keyward.store;

import io.keyward.ApiKeyRecord;
import io.keyward.KeyRing;
import io.keyward.KeyRingException;
import io.keyward.KeyState;
import io.keyward.LiveKeyRing;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts stored changes into the ring in force, one or many at a time.
 *
 * <p>The lock of the live ring is held from before a record is read until its new state is published. So a ring never
 * goes back: who publishes next, a manager or a reload, has read the store after that change.
 */
final class RingPublisher {
    private static final Logger LOG = LoggerFactory.getLogger(ApiKeyManager.class);

    private final LiveKeyRing live;
    private final @Nullable LastUsed lastUsed;
    /**
     * What is stored and not yet published; null where no change is under way. Guarded by the lock of the live ring.
     */
    private @Nullable Map<String, ApiKeyRecord> pending;

    RingPublisher(LiveKeyRing live, @Nullable LastUsed lastUsed) {
        this.live = live;
        this.lastUsed = lastUsed;
    }

    /**
     * Runs changes and publishes what they stored, also where they end with an exception; within another run, as part
     * of it.
     */
    <T> T publishing(Supplier<T> changes) {
        List<T> result = new ArrayList<>(1);
        live.update(ring -> {
            if (pending != null) {
                result.add(changes.get());
            } else {
                result.add(publishingPending(changes));
            }
            return live.current();
        });
        return result.get(0);
    }

    /** Takes note of a record in its newest state. */
    void stored(ApiKeyRecord record) {
        Map<String, ApiKeyRecord> open = pending;
        if (open == null) {
            throw new IllegalStateException("no change is under way");
        }
        open.remove(record.id());
        open.put(record.id(), record);
    }

    private <T> T publishingPending(Supplier<T> changes) {
        Map<String, ApiKeyRecord> open = new LinkedHashMap<>();
        pending = open;
        T result;
        try {
            result = changes.get();
        } catch (RuntimeException | Error e) {
            publishAlthough(e, open);
            throw e;
        } finally {
            pending = null;
        }
        publish(open);
        return result;
    }

    private void publishAlthough(Throwable failure, Map<String, ApiKeyRecord> changed) {
        try {
            publish(changed);
        } catch (KeyRingException e) {
            failure.addSuppressed(e);
        }
    }

    private void publish(Map<String, ApiKeyRecord> changed) {
        KeyRing before = live.current();
        changed.values().removeIf(record -> before.find(record.id()).equals(Optional.of(record)));
        if (changed.isEmpty()) {
            return;
        }
        KeyRingException unfit = null;
        KeyRing after;
        try {
            after = before.with(changed.values());
        } catch (KeyRingException e) {
            unfit = e;
            after = withThoseThatFit(before, changed.values());
        }
        live.publish(after);
        tellLastUsed(before, changed.values());
        LOG.info("published a ring of {} keys, {} changed", after.size(), changed.size());
        if (unfit != null) {
            throw unfit;
        }
    }

    /**
     * One record that does not fit must not keep a key in force that was revoked beside it, nor its own older state: it may
     * be there to end a secret that has leaked.
     */
    private static KeyRing withThoseThatFit(KeyRing before, Collection<ApiKeyRecord> changed) {
        KeyRing after = before;
        for (ApiKeyRecord record : changed) {
            try {
                after = after.with(List.of(record));
            } catch (KeyRingException e) {
                LOG.warn("stored, but refused by the ring in force: {}", e.getMessage());
                after = disabling(record, after);
            }
        }
        return after;
    }

    private static KeyRing disabling(ApiKeyRecord record, KeyRing ring) {
        try {
            return ring.with(List.of(record.toBuilder().state(KeyState.DISABLED).build()));
        } catch (KeyRingException sharedHash) {
            LOG.error("no state of it can be taken, the older one stays: {}", sharedHash.getMessage());
            return ring;
        }
    }

    private void tellLastUsed(KeyRing before, Collection<ApiKeyRecord> changed) {
        if (lastUsed != null) {
            changed.forEach(record ->
                    before.find(record.id()).ifPresent(replaced -> lastUsed.secretsChanged(replaced, record)));
        }
    }
}
