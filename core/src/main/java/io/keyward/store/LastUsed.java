package io.keyward.store;

import static java.util.Objects.requireNonNull;

import io.keyward.ApiKeyRecord;
import io.keyward.HashedSecret;
import io.keyward.KeyHash;
import io.keyward.Verification;
import io.keyward.Verification.Accepted;
import io.keyward.VerificationListener;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Remembers, to the second, when each secret of each key was last accepted, so that you can see whether an old secret
 * is still in use before you drop it.
 *
 * <pre>{@code
 * LastUsed lastUsed = LastUsed.create();
 * ApiKeyVerifier verifier = ApiKeyVerifier.of(ring).notifying(lastUsed);
 * ApiKeyManager manager = ApiKeyManager.builder(store, ring, generator).lastUsed(lastUsed).build();
 * }</pre>
 *
 * <p>Costs a verification one reading of the clock, a look-up, and at most one write a second for each secret; no lock,
 * no I/O. Memory is bounded by the capacity: if there are more keys, those unused for longest are forgotten, and
 * {@link #since} returns the time from which on none was. The memory covers this process only and ends with it.
 *
 * <p>A rotation moves the time of the current secret to the retiring one when the manager or a {@link StoreFollower}
 * publishes it. A use that was verified before a rotation and noted after it is noted for the new secret.
 * {@link #drain} passes on what was used since its last call, so that it can be written to a database now and then. May
 * be shared between threads.
 */
public final class LastUsed implements VerificationListener {
    /** The number of keys remembered by default: {@value}. */
    public static final int DEFAULT_CAPACITY = 1 << 16;

    private static final int MAX_CAPACITY = 1 << 24;
    /** The places in which a key can be; each verification searches all of them. */
    private static final int WAYS = 8;

    /** Twice as many places as keys, so that few keys find all their places taken. */
    private static final int SPARE = 2;

    private static final int SPREAD = 0x9E3779B9;
    private static final int NEVER = 0;
    private static final int CURRENT = 0;
    private static final int RETIRING = 1;

    private final InstantSource clock;
    private final Instant start;
    private final AtomicReferenceArray<@Nullable Slot> slots;
    /** Seconds after {@link #start}: uses up to then may be forgotten. */
    private final AtomicInteger forgotten = new AtomicInteger(NEVER);

    private final ReentrantLock draining = new ReentrantLock();
    /** Uses that lost their place before they were drained; at most as many as there are places. */
    private final Map<String, Seconds> undrained = new ConcurrentHashMap<>();

    private volatile boolean isDrained;

    private LastUsed(InstantSource clock, int capacity) {
        if (capacity < 1 || capacity > MAX_CAPACITY) {
            throw new IllegalArgumentException("capacity (" + capacity + ") must be 1 to " + MAX_CAPACITY);
        }
        this.clock = requireNonNull(clock, "clock");
        this.start = clock.instant();
        this.slots = new AtomicReferenceArray<>(Math.max(WAYS, SPARE * powerOfTwoFrom(capacity)));
    }

    /** Returns an empty memory for {@value #DEFAULT_CAPACITY} keys, by the system's clock. */
    public static LastUsed create() {
        return create(InstantSource.system(), DEFAULT_CAPACITY);
    }

    /**
     * Returns an empty memory.
     *
     * @param clock gives the time of a use
     * @param capacity about how many keys are remembered, 1 to 2^24; takes 8 to 16 bytes each at once and
     *     some 64 for each key that is used
     * @throws IllegalArgumentException if the capacity is out of range
     */
    public static LastUsed create(InstantSource clock, int capacity) {
        return new LastUsed(clock, capacity);
    }

    @Override
    public void onVerification(Verification verification) {
        if (verification instanceof Accepted accepted) {
            int now = secondsNow();
            Slot slot = slotOf(accepted.keyId());
            int secret = accepted.retiring() ? RETIRING : CURRENT;
            // less than, because with "not equal" threads on both sides of a second would overwrite each other
            if (slot.seconds.getAcquire(secret) < now) {
                slot.seconds.accumulateAndGet(secret, now, Math::max);
            }
            if (slot.evicted) {
                forget(slot);
            }
        }
    }

    /** Returns what is remembered of a key. */
    public LastUse of(String keyId) {
        int current = NEVER;
        int retiring = NEVER;
        for (Slot slot : slotsOf(keyId)) {
            current = Math.max(current, slot.seconds.getOpaque(CURRENT));
            retiring = Math.max(retiring, slot.seconds.getOpaque(RETIRING));
        }
        return new LastUse(instant(current), instant(retiring), since());
    }

    /** Returns what is remembered of a key, or what is known of other processes if that is later. */
    LastUse of(ApiKeyRecord record, Map<Integer, Instant> elsewhere) {
        LastUse own = of(record.id());
        return new LastUse(
                later(own.current(), elsewhere.get(record.current().ordinal())),
                later(
                        own.retiring(),
                        record.retiring()
                                .map(old -> elsewhere.get(old.ordinal()))
                                .orElse(null)),
                own.since());
    }

    private static @Nullable Instant later(@Nullable Instant one, @Nullable Instant other) {
        return one == null || (other != null && other.isAfter(one)) ? other : one;
    }

    /**
     * Returns the time from which on every use is remembered: when this was created, or later if a key had to be
     * forgotten.
     */
    public Instant since() {
        return start.plusSeconds(forgotten.get());
    }

    /**
     * Passes the keys used since the last drain to a writer, for example as one batch of updates.
     *
     * <p>From the second drain on, this includes keys that were forgotten in between. If the writer throws, the next
     * batch contains everything again. A use may be in two batches, so the writer must keep the later time.
     *
     * @param writer called once, on this thread, even if nothing was used; other drains wait for it
     * @throws RuntimeException the exception of the writer
     */
    public void drain(Consumer<? super List<Use>> writer) {
        draining.lock();
        try {
            isDrained = true;
            Map<String, Seconds> evicted = new HashMap<>(undrained);
            Map<String, Seconds> batch = new HashMap<>(evicted);
            Map<Slot, Seconds> used = new HashMap<>();
            for (int i = 0; i < slots.length(); i++) {
                Slot slot = slots.get(i);
                if (slot != null) {
                    Seconds now = slot.seconds();
                    if (slot.drained == null || !slot.drained.equals(now)) {
                        used.put(slot, now);
                        batch.merge(slot.keyId, now, Seconds::latest);
                    }
                }
            }
            List<Use> uses = new ArrayList<>(batch.size());
            batch.forEach((id, seconds) -> uses.add(new Use(id, instant(seconds.current), instant(seconds.retiring))));
            writer.accept(List.copyOf(uses));
            used.forEach((slot, seconds) -> slot.drained = seconds);
            evicted.forEach(undrained::remove);
        } finally {
            draining.unlock();
        }
    }

    /** Moves times along with the secrets they belong to. */
    void secretsChanged(ApiKeyRecord before, ApiKeyRecord after) {
        slotsOf(after.id()).forEach(slot -> slot.secretsChanged(before, after));
    }

    /** Returns the slots of a key: more than one if threads have used it for the first time together. */
    private List<Slot> slotsOf(String keyId) {
        List<Slot> found = new ArrayList<>(1);
        int bucket = bucketOf(keyId);
        for (int i = bucket; i < bucket + WAYS; i++) {
            Slot slot = slots.get(i);
            if (slot != null && slot.keyId.equals(keyId)) {
                found.add(slot);
            }
        }
        return found;
    }

    /** Returns the slot of a key; a key without one gets an empty slot, or that of the key unused for longest. */
    private Slot slotOf(String keyId) {
        int bucket = bucketOf(keyId);
        while (true) {
            int place = bucket;
            Slot held = null;
            for (int i = bucket; i < bucket + WAYS; i++) {
                Slot slot = slots.get(i);
                if (slot != null && slot.keyId.equals(keyId)) {
                    return slot;
                }
                if (i == bucket || (held != null && (slot == null || slot.lastUse() < held.lastUse()))) {
                    place = i;
                    held = slot;
                }
            }
            Slot taken = new Slot(keyId);
            if (held != null) {
                // in this order, so that a use at the same time is read here or sees that the slot is evicted
                held.evicted = true;
                forget(held);
            }
            if (slots.compareAndSet(place, held, taken)) {
                return taken;
            }
        }
    }

    private void forget(Slot slot) {
        forgotten.accumulateAndGet(slot.lastUse(), Math::max);
        Seconds last = slot.seconds();
        // only if somebody drains, because otherwise the map would only grow
        if (isDrained && !last.equals(slot.drained) && undrained.size() < slots.length()) {
            undrained.merge(slot.keyId, last, Seconds::latest);
        }
    }

    private int bucketOf(String keyId) {
        int hash = keyId.hashCode() * SPREAD;
        return ((hash >>> 8) * WAYS) & (slots.length() - 1);
    }

    /** Returns the seconds since this was created, counted from 1, because 0 means never. */
    private int secondsNow() {
        long seconds = (clock.millis() - start.toEpochMilli()) / 1000 + 1;
        return (int) Math.max(1, Math.min(Integer.MAX_VALUE, seconds));
    }

    private @Nullable Instant instant(int seconds) {
        return seconds == NEVER ? null : start.plusSeconds(seconds - 1L);
    }

    private static int powerOfTwoFrom(int capacity) {
        int floor = Integer.highestOneBit(capacity);
        return floor == capacity ? floor : floor << 1;
    }

    @Override
    public String toString() {
        return "LastUsed[since " + since() + "]";
    }

    private static final class Slot {
        private final String keyId;
        private final AtomicIntegerArray seconds = new AtomicIntegerArray(2);

        /** Set before its place is given to another key; a use that comes later is forgotten at once. */
        private volatile boolean evicted;
        /** Its seconds in the last batch; null if it was in none. */
        private volatile @Nullable Seconds drained;

        private Slot(String keyId) {
            this.keyId = keyId;
        }

        private int lastUse() {
            return Math.max(seconds.get(CURRENT), seconds.get(RETIRING));
        }

        private Seconds seconds() {
            return new Seconds(seconds.get(CURRENT), seconds.get(RETIRING));
        }

        private void secretsChanged(ApiKeyRecord before, ApiKeyRecord after) {
            KeyHash old = before.current().hash();
            if (after.current().hash().equals(old)) {
                // does not write its time, because a use of it may be noted at this moment
                if (!retiringHash(after).equals(retiringHash(before))) {
                    seconds.set(RETIRING, NEVER);
                }
                return;
            }
            boolean retires = retiringHash(after).equals(Optional.of(old));
            int restored =
                    retiringHash(before).equals(Optional.of(after.current().hash())) ? seconds.get(RETIRING) : NEVER;
            // in this order, so that no use of the old secret is lost, not even one that is noted at this moment
            seconds.set(RETIRING, retires ? seconds.get(CURRENT) : NEVER);
            int latest = seconds.getAndSet(CURRENT, restored);
            if (retires) {
                seconds.accumulateAndGet(RETIRING, latest, Math::max);
            }
        }

        private static Optional<KeyHash> retiringHash(ApiKeyRecord record) {
            return record.retiring().map(HashedSecret::hash);
        }
    }

    /** Holds the seconds of one key at one moment. */
    private record Seconds(int current, int retiring) {
        private static Seconds latest(Seconds one, Seconds other) {
            return new Seconds(Math.max(one.current, other.current), Math.max(one.retiring, other.retiring));
        }
    }

    /**
     * Holds when a key was last used, as one item of a batch.
     *
     * @param keyId the key
     * @param current by the current secret; null if not since this process remembers
     * @param retiring by the one that a rotation is retiring; null as for {@code current}, or if there is none
     */
    public record Use(
            String keyId,
            @Nullable Instant current,
            @Nullable Instant retiring) {}

    /**
     * Holds when the secrets of one key were last accepted: by this process, or by any process that
     * {@link ApiKeyManager#lastUses} knows of.
     *
     * @param current by the current secret; null if not since {@code since}
     * @param retiring by the one that a rotation is retiring; null if not since {@code since}, or there is none
     * @param since from when on every use is remembered
     */
    public record LastUse(
            @Nullable Instant current, @Nullable Instant retiring, Instant since) {
        /** Returns how long ago the retiring secret was used; null if it was not. */
        public @Nullable Duration retiringUnusedFor(Instant now) {
            return retiring == null ? null : Duration.between(retiring, now);
        }
    }
}
