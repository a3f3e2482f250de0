package io.keyward.store;

import io.keyward.ApiKeyRecord;
import io.keyward.KeyRing;
import io.keyward.KeyRingException;
import io.keyward.KeyRingException.Problem;
import io.keyward.KeyState;
import io.keyward.LiveKeyRing;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts stored records into the ring in force, for managers and followers.
 *
 * <p>If the versions of the store are ordered, records may arrive late and in any order: the higher version of an id
 * wins, and a record that was removed stays removed. If they are not ordered, the caller holds the lock of the ring
 * from before it reads a record until that is published here, and whatever arrives is the newest.
 */
final class RingMerge {
    private static final Logger LOG = LoggerFactory.getLogger(ApiKeyManager.class);

    private final LiveKeyRing live;
    private final boolean ordered;
    private final @Nullable LastUsed lastUsed;

    RingMerge(LiveKeyRing live, boolean ordered, @Nullable LastUsed lastUsed) {
        this.live = live;
        this.ordered = ordered;
        this.lastUsed = lastUsed;
    }

    /**
     * Publishes changed records.
     *
     * @param changed each id once
     * @param seen the ring that was in force before they were read or stored
     * @return why some of them could not be taken as they are; null if all could
     */
    @Nullable
    KeyRingException publish(Collection<ApiKeyRecord> changed, KeyRing seen) {
        List<KeyRingException> unfit = new ArrayList<>(1);
        live.update(now -> {
            List<ApiKeyRecord> newer = changed.stream()
                    .filter(record -> isNewer(record, now, seen))
                    .toList();
            if (newer.isEmpty()) {
                return now;
            }
            Fitted fitted = fit(now, newer);
            if (fitted.unfit != null) {
                unfit.add(fitted.unfit);
            }
            putInForce(now, fitted.ring, newer);
            return fitted.ring;
        });
        return unfit.isEmpty() ? null : unfit.get(0);
    }

    /**
     * Takes records that were removed from the store out of the ring in force, unless it holds a newer state.
     *
     * @param removed the last state of each, by id
     */
    void remove(Map<String, ApiKeyRecord> removed) {
        if (removed.isEmpty()) {
            return;
        }
        live.update(now -> {
            List<ApiKeyRecord> kept = now.records().stream()
                    .filter(record -> isKept(record, removed.get(record.id())))
                    .toList();
            if (kept.size() == now.size()) {
                return now;
            }
            KeyRing after = now.withOnly(kept);
            putInForce(now, after, removed.values());
            return after;
        });
    }

    private boolean isKept(ApiKeyRecord record, @Nullable ApiKeyRecord removed) {
        return removed == null || isOrderedAfter(record, removed);
    }

    private boolean isNewer(ApiKeyRecord record, KeyRing now, KeyRing seen) {
        Optional<ApiKeyRecord> present = now.find(record.id());
        if (present.isEmpty()) {
            // it was removed since, by somebody who read the store after this state was stored
            return !ordered || seen.find(record.id()).isEmpty();
        }
        return !present.get().equals(record) && !isOrderedAfter(present.get(), record);
    }

    boolean isOrderedAfter(ApiKeyRecord one, ApiKeyRecord other) {
        return ordered && one.version() > other.version();
    }

    /**
     * Makes the ring of a load, without the lock; {@link #publish(Loaded)} puts it in force.
     *
     * @param records all that the store holds
     * @param seen the ring that was in force before they were read
     */
    Loaded load(Collection<ApiKeyRecord> records, KeyRing seen) {
        List<ApiKeyRecord> newest =
                records.stream().map(record -> newest(record, seen)).toList();
        Fitted fitted = fit(seen.withOnly(List.of()).withValidUntil(null), newest);
        List<ApiKeyRecord> changed = newest.stream()
                .filter(record -> !seen.find(record.id()).equals(Optional.of(record)))
                .toList();
        return new Loaded(seen, fitted.ring, changed, fitted.unfit);
    }

    private ApiKeyRecord newest(ApiKeyRecord record, KeyRing seen) {
        return seen.find(record.id())
                .filter(present -> isOrderedAfter(present, record))
                .orElse(record);
    }

    /** Puts the ring of a load in force, with what was published since the load began. */
    void publish(Loaded loaded) {
        live.update(now -> {
            KeyRing after = withChangesSince(loaded, now);
            putInForce(now, after, loaded.changed);
            return after;
        });
    }

    /** Adds what was published since the load began, which the loaded ring may lack or have in an older state. */
    @SuppressWarnings("ReferenceEquality") // rings share the records that did not change, and there may be a million
    private KeyRing withChangesSince(Loaded loaded, KeyRing now) {
        if (!ordered || now == loaded.seen) {
            return loaded.ring;
        }
        List<ApiKeyRecord> since = now.records().stream()
                .filter(record -> loaded.seen.find(record.id()).orElse(null) != record)
                .filter(record -> loaded.ring
                        .find(record.id())
                        .filter(other -> other.version() >= record.version())
                        .isEmpty())
                .toList();
        return since.isEmpty() ? loaded.ring : fit(loaded.ring, since).ring;
    }

    private void putInForce(KeyRing before, KeyRing after, Collection<ApiKeyRecord> changed) {
        live.publish(after);
        if (lastUsed != null) {
            for (ApiKeyRecord record : changed) {
                before.find(record.id())
                        .ifPresent(old -> after.find(record.id()).ifPresent(now -> lastUsed.secretsChanged(old, now)));
            }
        }
        LOG.info("published a ring of {} keys, {} changed", after.size(), changed.size());
    }

    /**
     * Adds records to a ring, and disables those that do not fit. One record that does not fit must not prevent the
     * revocation of another key. Its own older state must not stay in force either, because the new one may be there to
     * end a leaked secret. If not even the disabled record fits, because another record has its hash, its older state
     * is disabled.
     */
    private static Fitted fit(KeyRing ring, Collection<ApiKeyRecord> records) {
        try {
            return new Fitted(ring.with(records), null);
        } catch (KeyRingException e) {
            LOG.warn("disabled in this service, because the ring in force refuses them: {}", e.getMessage());
            return new Fitted(withWhatFits(ring, records, e), e);
        }
    }

    /** Keeps less of the refused records in each round and finally nothing, so the loop ends. */
    private static KeyRing withWhatFits(KeyRing ring, Collection<ApiKeyRecord> records, KeyRingException refused) {
        Map<String, ApiKeyRecord> fitting = new LinkedHashMap<>();
        records.forEach(record -> fitting.put(record.id(), record));
        KeyRingException reason = refused;
        while (true) {
            reason.problems().stream()
                    .map(Problem::keyId)
                    .distinct()
                    .forEach(id -> fitting.computeIfPresent(id, (same, record) -> lessOf(record, ring.find(id))));
            try {
                return ring.with(fitting.values());
            } catch (KeyRingException e) {
                reason = e;
            }
        }
    }

    private static @Nullable ApiKeyRecord lessOf(ApiKeyRecord record, Optional<ApiKeyRecord> present) {
        if (record.state() == KeyState.ACTIVE) {
            return record.toBuilder().state(KeyState.DISABLED).build();
        }
        return present.filter(old -> !old.secrets().equals(record.secrets()))
                .map(old -> old.toBuilder().state(record.state()).build())
                .orElse(null);
    }

    private record Fitted(KeyRing ring, @Nullable KeyRingException unfit) {}

    /** Holds the ring of a load, not yet in force. */
    record Loaded(
            KeyRing seen,
            KeyRing ring,
            List<ApiKeyRecord> changed,
            @Nullable KeyRingException unfit) {}
}
