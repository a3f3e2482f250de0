package io.keyward.store;

import static java.util.Objects.requireNonNull;
import static java.util.concurrent.TimeUnit.MILLISECONDS;

import io.keyward.ApiKeyRecord;
import io.keyward.KeyRing;
import io.keyward.KeyRingException;
import io.keyward.KeyRingException.Problem;
import io.keyward.LiveKeyRing;
import io.keyward.store.ApiKeyStore.Changes;
import io.keyward.store.ApiKeyStore.Snapshot;
import io.keyward.store.ApiKeyStore.Stamp;
import io.keyward.store.ApiKeyStore.Watch;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a live ring in step with a store that others change too.
 *
 * <pre>{@code
 * StoreFollower follower = StoreFollower.builder(store, ring).interval(Duration.ofSeconds(1)).build();
 * follower.follow(); // the first load, on this thread
 * follower.start();
 * }</pre>
 *
 * <p>It asks the store for changes at an interval, and at once after {@link #wake}, which a store that is
 * {@linkplain ApiKeyStore#watch notified of changes} calls. If the store cannot name them, because records were
 * removed, it loads all records. The ring then holds what the store holds and nothing else. A record that does not fit,
 * because this service lacks its roles or peppers, is disabled here and reported by {@link #state}, as is one that the
 * store left out because it is not sound.
 *
 * <p><b>The age of the ring is bounded.</b> When the store fails, or does not answer for twice the interval, the ring
 * gets an end ({@link KeyRing#validUntil}): the last good reading plus {@link Builder#maxStaleness}. After it every
 * verification throws {@link io.keyward.KeysUnavailableException}. The next good reading removes the end. The ring has
 * no end while the store answers, because an end costs each verification a reading of the clock. The end of the ring
 * belongs to the follower, so do not set one of your own.
 *
 * <p><b>The lock of the ring.</b> A store with {@linkplain ApiKeyStore#hasOrderedVersions ordered versions} is read
 * without it, so a revoke never waits for a reading. Any other store is read with the lock held.
 *
 * <p>One follower for each ring. May be shared between threads.
 */
public final class StoreFollower implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StoreFollower.class);
    private static final Duration MIN_INTERVAL = Duration.ofMillis(1);
    private static final Duration MAX_INTERVAL = Duration.ofDays(1);
    private static final Duration MAX_BACK_OFF = Duration.ofSeconds(30);
    private static final double MAX_JITTER = 0.5;
    /** Services that start together must not all check together. */
    private static final double CHECK_JITTER = 0.3;
    /** After this many intervals without an answer the store is treated as away. */
    private static final int PATIENCE = 2;
    /** Beyond this power of two each interval is longer than any back-off. */
    private static final int MAX_DOUBLINGS = 15;
    /** How long {@link #close} waits for a reading to end by itself, and then for one that it has interrupted. */
    private static final long CLOSE_MILLIS = 2_000;

    private final ApiKeyStore store;
    private final LiveKeyRing live;
    private final RingMerge merge;
    private final Duration interval;
    private final double jitter;
    private final Duration maxStaleness;
    private final Duration checkInterval;
    private final InstantSource clock;
    private final ThreadFactory threads;
    private final SecureRandom random = new SecureRandom();
    private final Semaphore wakeUps = new Semaphore(0);
    private final CountDownLatch closed = new CountDownLatch(1);
    private final List<Thread> started = new ArrayList<>(2);
    private @Nullable Watch watch;
    private volatile boolean hasThreads;
    private volatile @Nullable Thread comparing;
    /** Set where a comparison found a difference; all records are then loaded. */
    private volatile boolean isOutOfStep;

    /** One reading at a time; guards {@link #stamp} and {@link #unfit}. */
    private final ReentrantLock reading = new ReentrantLock();

    private @Nullable Stamp stamp;
    private Instant checkAt;
    private final Map<String, Problem> unfit = new LinkedHashMap<>();
    private volatile Progress progress;

    private StoreFollower(Builder builder) {
        this.store = builder.store;
        this.live = builder.live;
        this.merge = new RingMerge(live, store.hasOrderedVersions(), builder.lastUsed);
        this.interval = builder.interval;
        this.jitter = builder.jitter;
        this.maxStaleness = builder.maxStaleness;
        this.clock = builder.clock;
        this.threads = builder.threads;
        this.checkInterval = builder.checkInterval;
        Instant opened = clock.instant();
        this.checkAt = nextCheck(opened);
        this.progress = new Progress(opened, opened, null, 0, null, List.of());
    }

    /**
     * Starts a follower.
     *
     * @param store what is followed
     * @param live what is kept in step; it has the roles and peppers, and need not hold any records yet
     */
    public static Builder builder(ApiKeyStore store, LiveKeyRing live) {
        return new Builder(store, live);
    }

    /**
     * Reads the store once, on this thread, and puts in force what changed. Waits for a reading that is under way.
     *
     * @throws StoreException if the store failed; what came before the failure is in force, and the ring has an end
     * @throws IllegalStateException if this is closed
     */
    public void follow() {
        reading.lock();
        try {
            if (isClosed()) {
                throw new IllegalStateException("the follower of " + store + " is closed");
            }
            Instant began = clock.instant();
            try {
                readStore();
            } catch (Throwable e) {
                failed(e);
                throw e;
            }
            succeeded(began);
        } finally {
            reading.unlock();
        }
    }

    /**
     * Starts to follow on threads of its own: one that reads, one that bounds the age of the ring where a reading hangs,
     * and now and then one that compares ring and store.
     *
     * @throws IllegalStateException if this was started before or is closed
     */
    public synchronized void start() {
        if (isClosed() || !started.isEmpty()) {
            throw new IllegalStateException("a follower starts once, and not after it was closed");
        }
        hasThreads = true;
        for (Runnable task : List.<Runnable>of(this::followUntilClosed, this::watchUntilClosed)) {
            Thread thread = thread(task);
            started.add(thread);
            thread.start();
        }
        watch = store.watch(this::wake);
    }

    private Thread thread(Runnable task) {
        return requireNonNull(threads.newThread(task), "thread of the ThreadFactory");
    }

    /** Has the store read at once, for a database that notifies of changes. Returns without waiting. */
    public void wake() {
        if (wakeUps.availablePermits() == 0) {
            wakeUps.release();
        }
    }

    /** Returns the state of the ring and of the last reading. */
    public KeysState state() {
        Progress now = progress;
        return now.problem == null && isOverdue()
                ? state(now, "the store has not answered since " + now.answered)
                : state(now, now.problem);
    }

    /** Returns the state of a ring that needs no further reading. */
    KeysState stateOfLastReading() {
        Progress now = progress;
        return state(now, now.problem);
    }

    private KeysState state(Progress now, @Nullable String problem) {
        KeyRing ring = live.current();
        Instant end = ring.validUntil();
        boolean fresh = end == null || clock.instant().isBefore(end);
        return new KeysState(ring.size(), store.toString(), fresh, problem == null, now.lastGood, problem, now.unfit);
    }

    /**
     * Stops following, and waits until its threads have ended. The ring stays as it is; nothing is published after
     * this. A reading under way may end by itself, and is then interrupted. Does nothing when closed before.
     */
    @Override
    public synchronized void close() {
        closed.countDown();
        wakeUps.release();
        if (watch != null) {
            watch.close();
            watch = null;
        }
        boolean interrupted = false;
        started.remove(Thread.currentThread()); // which cannot wait for itself
        for (Thread thread : started) {
            interrupted |= !end(thread);
        }
        started.clear();
        Thread last = comparing; // none begins after the reading thread has ended
        if (last != null && last != Thread.currentThread()) {
            interrupted |= !end(last);
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits for a thread, then interrupts it; returns false if this thread was interrupted while it waited. */
    private static boolean end(Thread thread) {
        // waits first, because an interrupt can do harm: it closes the file of an embedded database
        boolean undisturbed = join(thread);
        if (thread.isAlive()) {
            thread.interrupt();
            undisturbed &= join(thread);
        }
        if (thread.isAlive()) {
            LOG.warn("thread {} still waits for the store and ends when that answers", thread.getName());
        }
        return undisturbed;
    }

    /** Returns false if this thread was interrupted while it waited. */
    private static boolean join(Thread thread) {
        try {
            thread.join(CLOSE_MILLIS);
            return true;
        } catch (InterruptedException e) {
            return false;
        }
    }

    private boolean isClosed() {
        return closed.getCount() == 0;
    }

    private void followUntilClosed() {
        while (!isClosed()) {
            wakeUps.drainPermits();
            if (isClosed()) {
                return;
            }
            try {
                follow();
            } catch (Throwable e) {
                // follow() has noted and logged it; a later reading may succeed, and until then the ring has an end
            }
            try {
                boolean woken = wakeUps.tryAcquire(pause().toMillis(), MILLISECONDS);
                LOG.trace("reading the store, woken: {}", woken);
            } catch (InterruptedException e) {
                // from close() or from somebody else: the loop checks which
            }
        }
    }

    private void watchUntilClosed() {
        while (!isClosed()) {
            try {
                checkAge();
            } catch (Throwable e) {
                LOG.error("the age of the ring could not be checked", e);
            }
            try {
                if (closed.await(untilOverdue().toMillis(), MILLISECONDS)) {
                    return;
                }
            } catch (InterruptedException e) {
                // as in followUntilClosed
            }
        }
    }

    /** Gives the ring an end if the store has not answered for too long, even if the reading thread hangs. */
    void checkAge() {
        if (!isOverdue()) {
            return;
        }
        // checked again under the lock, because a reading may have succeeded in the meantime
        live.update(ring -> isClosed() || !isOverdue() ? ring : endingBy(ring, end()));
    }

    private boolean isOverdue() {
        return !clock.instant().isBefore(overdueAt());
    }

    private Instant overdueAt() {
        Progress now = progress;
        Instant patient = KeyTimes.after(now.answered, interval.multipliedBy(PATIENCE));
        Instant end = KeyTimes.after(now.reference, maxStaleness);
        // a reading may take so long that its ring is too old as soon as it is published
        return !maxStaleness.isZero() && end.isBefore(patient) ? end : patient;
    }

    private Duration untilOverdue() {
        Duration left = Duration.between(clock.instant(), overdueAt());
        Duration most = interval.multipliedBy(PATIENCE);
        if (left.isNegative() || left.isZero()) {
            return interval;
        }
        return left.compareTo(MIN_INTERVAL) < 0 ? MIN_INTERVAL : left.compareTo(most) > 0 ? most : left;
    }

    /**
     * Returns the time until the next reading: the interval, doubled for each failure in a row, and varied at random.
     */
    Duration pause() {
        int failures = progress.failures;
        Duration longest = interval.compareTo(MAX_BACK_OFF) > 0 ? interval : MAX_BACK_OFF;
        Duration even = interval.multipliedBy(1L << Math.min(Math.max(failures - 1, 0), MAX_DOUBLINGS));
        if (even.compareTo(longest) > 0) {
            even = longest;
        }
        return varied(even, jitter);
    }

    /** Returns a duration that is longer or shorter by at most this share, at random. */
    private Duration varied(Duration even, double share) {
        double factor = 1 + share * (2 * random.nextDouble() - 1);
        return Duration.ofMillis(Math.max(1, Math.round(even.toMillis() * factor)));
    }

    private void readStore() {
        if (store.hasOrderedVersions()) {
            readNewer();
            return;
        }
        live.update(ring -> {
            // the end comes first, because the store may hang and nobody else can set it while this holds the lock
            live.publish(endingBy(ring, endOfHangingRead()));
            readNewer();
            return live.current();
        });
    }

    /** With a staleness of zero the ring ends when the store is found to be away, not at each reading. */
    private Instant endOfHangingRead() {
        return maxStaleness.isZero() ? KeyTimes.after(clock.instant(), interval.multipliedBy(PATIENCE)) : end();
    }

    private void readNewer() {
        Stamp known = stamp;
        if (known == null || !takeChanges(known) || isOutOfStep || !compareNowAndThen()) {
            takeAll();
        }
    }

    /** Compares ring and store now and then, because a store may not count every change. Returns whether they agree. */
    private boolean compareNowAndThen() {
        Stamp known = stamp;
        Instant now = clock.instant();
        if (known == null || now.isBefore(checkAt)) {
            return true;
        }
        requirePeppers(); // before the next check is set, so that a reading that fails here asks again
        checkAt = nextCheck(now);
        Collection<ApiKeyRecord> records = live.current().records();
        // records that are disabled only here differ from the store on purpose
        Set<String> except = Set.copyOf(unfit.keySet());
        if (!hasThreads || !store.hasOrderedVersions()) {
            return store.isInStep(records, except, known);
        }
        Thread before = comparing;
        if (before == null || !before.isAlive()) {
            // on a thread of its own: a large table takes long, and a revocation must not wait for it
            Thread thread = thread(() -> compare(records, except, known));
            comparing = thread;
            thread.start();
        }
        return true;
    }

    private void compare(Collection<ApiKeyRecord> records, Set<String> except, Stamp known) {
        try {
            if (!store.isInStep(records, except, known)) {
                isOutOfStep = true;
                wake();
            }
        } catch (Throwable e) {
            if (!isClosed()) {
                LOG.warn("the keys in force could not be compared with {}: {}", store, describe(e), e);
            }
        }
    }

    private Instant nextCheck(Instant now) {
        return KeyTimes.after(now, varied(checkInterval, CHECK_JITTER));
    }

    /** Takes over what changed, part by part; returns false if the store cannot know it. */
    private boolean takeChanges(Stamp since) {
        KeyRing seen = live.current();
        Optional<Changes> changes = store.changesSince(since);
        boolean complete = true;
        while (changes.isPresent() && !changes.get().records().isEmpty()) {
            complete &= take(changes.get().records(), seen);
            stamp = changes.get().stamp();
            seen = live.current();
            changes = store.changesSince(changes.get().stamp());
        }
        if (!complete) {
            // a hash has moved from one record to another, so they only fit all together
            stamp = null;
        }
        return changes.isPresent();
    }

    private boolean take(List<ApiKeyRecord> changed, KeyRing seen) {
        List<@Nullable KeyRingException> refused = new ArrayList<>(1);
        live.update(ring -> {
            if (!isClosed()) {
                refused.add(merge.publish(changed, seen));
            }
            return live.current();
        });
        changed.forEach(record -> unfit.remove(record.id()));
        KeyRingException reason = refused.isEmpty() ? null : refused.get(0);
        if (reason == null) {
            return true;
        }
        report(reason);
        return changed.stream().noneMatch(this::isBehind);
    }

    private boolean isBehind(ApiKeyRecord record) {
        return live.current()
                .find(record.id())
                .filter(present -> present.version() == record.version() || merge.isOrderedAfter(present, record))
                .isEmpty();
    }

    /** With another pepper this service would reject every key, so the reading fails and the present ring stays. */
    private void requirePeppers() {
        store.requirePeppers(live.current().pepperChecks());
    }

    private void takeAll() {
        requirePeppers();
        KeyRing seen = live.current();
        Snapshot all = store.load();
        isOutOfStep = false;
        RingMerge.Loaded loaded = merge.load(all.records(), seen);
        live.update(ring -> {
            if (!isClosed()) {
                merge.publish(loaded);
            }
            return live.current();
        });
        stamp = all.stamp();
        unfit.clear();
        store.unsound()
                .forEach((id, flaw) -> unfit.put(
                        id, new Problem(id, "it is not sound in the store, so it is left out and rejected: " + flaw)));
        if (loaded.unfit() != null) {
            report(loaded.unfit());
        }
    }

    private void report(KeyRingException reason) {
        reason.problems().forEach(problem -> unfit.putIfAbsent(problem.keyId(), problem));
    }

    private void succeeded(Instant began) {
        boolean wasAway = progress.problem != null;
        progress = new Progress(began, clock.instant(), began, 0, null, List.copyOf(unfit.values()));
        if (live.current().validUntil() != null) {
            live.update(ring -> isClosed() ? ring : ring.withValidUntil(null));
        }
        if (wasAway) {
            LOG.info("{} can be read again", store);
        }
    }

    private void failed(Throwable failure) {
        Progress before = progress;
        String problem = describe(failure);
        Instant now = clock.instant();
        // a clock that was set back must not lengthen the life of the ring
        Instant reference = before.reference.isAfter(now) ? now : before.reference;
        progress = new Progress(
                reference, before.answered, before.lastGood, before.failures + 1, problem, List.copyOf(unfit.values()));
        live.update(ring -> isClosed() ? ring : endingBy(ring, end()));
        if (before.problem == null) {
            LOG.warn(
                    "{} cannot be read; its keys as of {} are in force until {}: {}",
                    store,
                    reference,
                    live.current().validUntil(),
                    problem,
                    failure);
        }
    }

    private static String describe(Throwable failure) {
        // an exception that is not ours may quote data
        return failure instanceof StoreException
                ? String.valueOf(failure.getMessage())
                : failure.getClass().getName() + "; the log has more";
    }

    private Instant end() {
        return KeyTimes.after(progress.reference, maxStaleness);
    }

    private static KeyRing endingBy(KeyRing ring, Instant end) {
        Instant present = ring.validUntil();
        return present != null && !end.isBefore(present) ? ring : ring.withValidUntil(end);
    }

    @Override
    public String toString() {
        return "StoreFollower[" + store + "]";
    }

    /**
     * Holds the results of the readings so far.
     *
     * @param reference the ring is at least as new as this: when the last good reading began, or else when the follower
     *     was built
     * @param answered when the last good reading ended, or else when the follower was built
     */
    private record Progress(
            Instant reference,
            Instant answered,
            @Nullable Instant lastGood,
            int failures,
            @Nullable String problem,
            List<Problem> unfit) {}

    /** Builds a follower; not for use by several threads. */
    public static final class Builder {
        private final ApiKeyStore store;
        private final LiveKeyRing live;
        private Duration interval = Duration.ofMillis(500);
        private Duration checkInterval = Duration.ofMinutes(10);
        private double jitter = 0.1;
        private Duration maxStaleness = Duration.ofMinutes(15);
        private InstantSource clock = InstantSource.system();
        private ThreadFactory threads = Builder::daemon;
        private @Nullable LastUsed lastUsed;

        private Builder(ApiKeyStore store, LiveKeyRing live) {
            this.store = requireNonNull(store, "store");
            this.live = requireNonNull(live, "live");
        }

        /** Sets the time between two readings, by default half a second; 1 millisecond to 1 day. */
        public Builder interval(Duration interval) {
            this.interval = requireNonNull(interval, "interval");
            return this;
        }

        /**
         * Sets the fraction by which each interval is randomly longer or shorter, so that many services do not ask at
         * once; by default 0.1, at most 0.5.
         */
        public Builder jitter(double jitter) {
            this.jitter = jitter;
            return this;
        }

        /**
         * Sets how old the keys may become while the store is away, by default 15 minutes. Zero: verification stops as
         * soon as the follower notices that the store is away.
         */
        public Builder maxStaleness(Duration maxStaleness) {
            this.maxStaleness = requireNonNull(maxStaleness, "maxStaleness");
            return this;
        }

        /**
         * Sets how often the store is asked whether it holds what is in force, see {@link ApiKeyStore#isInStep}; by
         * default every 10 minutes, more or less by a random part. From 1 millisecond.
         */
        public Builder checkInterval(Duration checkInterval) {
            this.checkInterval = requireNonNull(checkInterval, "checkInterval");
            return this;
        }

        /** Sets the clock for the age of the ring, by default the system's; give the same one to the verifier. */
        public Builder clock(InstantSource clock) {
            this.clock = requireNonNull(clock, "clock");
            return this;
        }

        /** Sets what makes the threads, by default daemon threads. */
        public Builder threads(ThreadFactory threads) {
            this.threads = requireNonNull(threads, "threads");
            return this;
        }

        /** Sets the memory of uses, by default none; it is notified of rotations that were made elsewhere. */
        public Builder lastUsed(LastUsed lastUsed) {
            this.lastUsed = requireNonNull(lastUsed, "lastUsed");
            return this;
        }

        /**
         * Returns the follower, which follows nothing yet.
         *
         * @throws IllegalArgumentException if a value is out of its range, or {@code maxStaleness} is neither zero nor
         *     at least twice the interval
         */
        public StoreFollower build() {
            require(
                    interval.compareTo(MIN_INTERVAL) >= 0 && interval.compareTo(MAX_INTERVAL) <= 0,
                    "interval (" + interval + ") must be from 1 millisecond to 1 day");
            require(
                    checkInterval.compareTo(MIN_INTERVAL) >= 0,
                    "checkInterval (" + checkInterval + ") must be at least 1 millisecond");
            require(jitter >= 0 && jitter <= MAX_JITTER, "jitter (" + jitter + ") must be from 0 to " + MAX_JITTER);
            Duration least = interval.multipliedBy(PATIENCE);
            require(
                    maxStaleness.isZero() || maxStaleness.compareTo(least) >= 0,
                    "maxStaleness (" + maxStaleness + ") must be zero or at least twice the interval (" + interval
                            + "); raise it or shorten the interval");
            return new StoreFollower(this);
        }

        private static void require(boolean fits, String message) {
            if (!fits) {
                throw new IllegalArgumentException(message);
            }
        }

        private static Thread daemon(Runnable task) {
            Thread thread = new Thread(task, "keyward-follower");
            thread.setDaemon(true);
            return thread;
        }
    }
}
