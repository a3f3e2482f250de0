package io.keyward.store;

import static io.keyward.store.Setting.START;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.keyward.ApiKeyGenerator;
import io.keyward.KeyFormat;
import io.keyward.KeyRing;
import io.keyward.KeyRingException.Problem;
import io.keyward.KeysUnavailableException;
import io.keyward.LiveKeyRing;
import io.keyward.Verification.Reason;
import io.keyward.role.Role;
import io.keyward.role.RoleModel;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Issue 15, section 4. */
class StoreFollowerTest {
    /** Never the common pool: with two processors it has one thread, which one of these tests keeps waiting. */
    private static final Executor OWN_THREAD = task -> new Thread(task).start();

    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration QUARTER = Duration.ofMinutes(15);

    @RegisterExtension
    final CapturedLog log = new CapturedLog();

    private final FollowedStore store = new FollowedStore();
    /** The service that follows. */
    private final Setting here = new Setting(store);
    /** One that changes the keys. */
    private final ApiKeyManager elsewhere = new Setting(store).manager;

    private final CountDownLatch goOn = new CountDownLatch(1);
    private final List<Thread> threads = new CopyOnWriteArrayList<>();
    private StoreFollower follower = builder().build();

    private StoreFollower.Builder builder() {
        return StoreFollower.builder(store, here.ring)
                .clock(here.clock)
                .lastUsed(here.lastUsed)
                .interval(SECOND)
                .threads(task -> {
                    Thread thread = new Thread(task, "followed");
                    thread.setDaemon(true);
                    threads.add(thread);
                    return thread;
                });
    }

    @AfterEach
    void stop() {
        goOn.countDown();
        follower.close();
    }

    @Test
    void readsAtOnceWhenStoreIsNotifiedAndNoMoreAfterItWasClosed() throws Exception {
        Semaphore readings = new Semaphore(0);
        follower = builder()
                .interval(Duration.ofDays(1))
                .maxStaleness(Duration.ofDays(3))
                .build();
        follower.follow();
        store.step = step -> readings.release();
        follower.start();
        assertTrue(readings.tryAcquire(1, 30, SECONDS), "the thread reads at its start");

        readings.drainPermits();
        store.changed.run();

        assertTrue(readings.tryAcquire(1, 30, SECONDS), "a notification wakes the follower");
        follower.close();
        assertTrue(store.isWatchClosed);
    }

    @Test
    void loadsAllWhenStoreIsOutOfStepThoughNothingWasCounted() {
        IssuedKey issued = issueElsewhere();
        follower = builder().checkInterval(Duration.ofMinutes(10)).build();
        follower.follow();
        List<String> steps = new CopyOnWriteArrayList<>();
        store.step = steps::add;
        store.isInStep = false;

        follower.follow();
        assertFalse(steps.contains("load"), "not before its time");
        here.advance(Duration.ofMinutes(13));
        store.isInStep = true;
        follower.follow();
        assertFalse(steps.contains("load"), "not where it is in step");
        here.advance(Duration.ofMinutes(13));
        store.isInStep = false;
        follower.follow();

        assertTrue(steps.contains("load"));
        assertEquals(List.of(issued.record().id()), store.asked);
    }

    @Test
    void findsARevocationWhileALargeStoreIsCompared() throws Exception {
        IssuedKey issued = issueElsewhere();
        CountDownLatch compares = new CountDownLatch(1);
        CountDownLatch loadsAgain = new CountDownLatch(1);
        startComparing(step -> {
            if (step.equals("isInStep")) {
                compares.countDown();
                await(goOn);
            } else if (step.equals("load!")) {
                loadsAgain.countDown();
            }
        });
        store.isInStep = false;
        await(compares);

        elsewhere.revoke(issued.record().id());
        follower.wake();
        awaitUntil(() -> here.refusal(issued) == Reason.REVOKED);

        assertEquals(1, loadsAgain.getCount(), "the comparison has not ended");
        assertTrue(follower.state().isLastReloadGood());
        goOn.countDown();
        assertTrue(loadsAgain.await(30, SECONDS), "all is loaded where the comparison found a difference");
    }

    @Test
    void aComparisonThatFailsIsLoggedAndDisturbsNoReading() throws Exception {
        IssuedKey issued = issueElsewhere();
        CountDownLatch failed = new CountDownLatch(1);
        startComparing(step -> {
            if (step.equals("isInStep")) {
                failed.countDown();
                throw new StoreException("too slow");
            }
        });

        await(failed);
        awaitUntil(() -> log.text().contains("could not be compared with"));
        elsewhere.revoke(issued.record().id());
        awaitUntil(() -> here.refusal(issued) == Reason.REVOKED);
        assertTrue(follower.state().isLastReloadGood());
    }

    /** Starts a follower that compares with its next reading. */
    private void startComparing(Consumer<String> steps) {
        follower = builder()
                .interval(Duration.ofMillis(10))
                .checkInterval(Duration.ofMinutes(10))
                .build();
        follower.follow();
        store.step = steps;
        here.advance(Duration.ofMinutes(13));
        follower.start();
    }

    private static void awaitUntil(BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + SECONDS.toNanos(30);
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < end, "within 30 seconds");
            Thread.sleep(2);
        }
    }

    private IssuedKey issueElsewhere(String... roles) {
        return elsewhere.issue(IssueRequest.builder().roles(roles).build());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void takesOverWhatAnotherServiceIssuedRotatedAndRevoked(boolean ordered) {
        store.ordered = ordered;
        follower = builder().build();
        IssuedKey first = issueElsewhere("client");
        follower.follow();
        assertTrue(here.accepts(first));

        IssuedKey renewed = elsewhere.rotate(first.id(), Duration.ZERO);
        IssuedKey second = issueElsewhere();
        follower.follow();
        assertTrue(here.accepts(renewed));
        assertTrue(here.accepts(second));
        assertEquals(Reason.UNKNOWN, here.refusal(first));

        elsewhere.revoke(first.id());
        follower.follow();
        assertEquals(Reason.REVOKED, here.refusal(renewed));
        assertEquals(2, follower.state().size());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void recordThatTheStoreNoLongerHasLeavesTheRing(boolean ordered) {
        store.ordered = ordered;
        follower = builder().build();
        IssuedKey gone = issueElsewhere();
        IssuedKey stays = issueElsewhere();
        follower.follow();

        store.remove(gone.id());
        follower.follow();

        assertEquals(Reason.UNKNOWN, here.refusal(gone));
        assertTrue(here.accepts(stays));
    }

    @Test
    void nothingIsPublishedWhereNothingChanged() {
        issueElsewhere();
        follower.follow();
        KeyRing ring = here.ring.current();

        follower.follow();

        assertSame(ring, here.ring.current());
    }

    @Test
    void recordThatDoesNotFitIsDisabledAndReportedAndHoldsUpNoRevoke() {
        LiveKeyRing ring = LiveKeyRing.of(
                KeyRing.builder().roles(RoleModel.of(Role.of("strange"))).build());
        ApiKeyManager stranger = ApiKeyManager.builder(store, ring, ApiKeyGenerator.of(KeyFormat.of("kw_test")))
                .build();
        IssuedKey loaded =
                stranger.issue(IssueRequest.builder().roles("strange").build());
        IssuedKey revoked = issueElsewhere();
        follower.follow();
        assertEquals(Reason.DISABLED, here.refusal(loaded));

        IssuedKey unfit = stranger.issue(IssueRequest.builder().roles("strange").build());
        elsewhere.revoke(revoked.id());
        follower.follow();

        assertEquals(Reason.REVOKED, here.refusal(revoked));
        assertEquals(Reason.DISABLED, here.refusal(unfit));
        assertEquals(
                List.of(loaded.id(), unfit.id()),
                follower.state().unfit().stream().map(Problem::keyId).toList());
        assertTrue(follower.state().isLastReloadGood());

        stranger.change(unfit.id(), KeyChange.builder().roles().build());
        stranger.change(loaded.id(), KeyChange.builder().roles().build());
        follower.follow();
        assertTrue(here.accepts(unfit));
        assertEquals(List.of(), follower.state().unfit());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void ringEndsOnlyWhileTheStoreIsAway(boolean ordered) {
        store.ordered = ordered;
        follower = builder().build();
        IssuedKey issued = issueElsewhere();
        follower.follow();
        assertNull(here.ring.current().validUntil());

        here.advance(SECOND);
        store.isAway = true;
        assertThrows(StoreException.class, follower::follow);
        assertEquals(START.plus(QUARTER), here.ring.current().validUntil());
        assertTrue(here.accepts(issued));
        KeysState away = follower.state();
        assertEquals("the database does not answer", away.problem());
        assertEquals(START, away.lastGood());
        assertEquals(SECOND, away.age(here.now));
        assertTrue(away.isFresh());

        here.advance(QUARTER);
        assertThrows(StoreException.class, follower::follow);
        assertThrows(KeysUnavailableException.class, () -> here.verify(issued));
        assertFalse(follower.state().isFresh());

        store.isAway = false;
        follower.follow();
        assertNull(here.ring.current().validUntil());
        assertTrue(here.accepts(issued));
        assertTrue(follower.state().isHealthy());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void stalenessOfZeroDeniesAsSoonAsTheStoreIsNoticedToBeAway(boolean ordered) {
        store.ordered = ordered;
        follower = builder().maxStaleness(Duration.ZERO).build();
        IssuedKey issued = issueElsewhere();
        follower.follow();
        here.advance(Duration.ofHours(1));
        store.step = step -> {
            if (step.equals("changesSince")) {
                assertTrue(here.accepts(issued), "a reading alone denies nothing");
            }
        };
        follower.follow();

        store.step = step -> {};
        store.isAway = true;
        assertThrows(StoreException.class, follower::follow);

        assertThrows(KeysUnavailableException.class, () -> here.verify(issued));
    }

    @Test
    void clockThatIsSetBackDoesNotLengthenTheLifeOfTheRing() {
        follower.follow();
        here.advance(Duration.ofHours(-1));
        store.isAway = true;

        assertThrows(StoreException.class, follower::follow);

        assertEquals(here.now.plus(QUARTER), here.ring.current().validUntil());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void ringEndsThoughAReadingHangs(boolean ordered) {
        store.ordered = ordered;
        follower = builder().build();
        follower.follow();
        CompletableFuture<Void> hanging = hangIn("changesSince");

        here.advance(SECOND.multipliedBy(2));
        CompletableFuture<Void> watch = CompletableFuture.runAsync(follower::checkAge, OWN_THREAD);
        if (ordered) {
            watch.orTimeout(30, SECONDS).join();
        }

        assertEquals(START.plus(QUARTER), here.ring.current().validUntil());
        assertEquals(
                "the store has not answered since " + START, follower.state().problem());
        goOn.countDown();
        hanging.orTimeout(30, SECONDS).join();
        watch.orTimeout(30, SECONDS).join();
        assertNull(here.ring.current().validUntil());
        assertTrue(follower.state().isLastReloadGood());
    }

    @Test
    void threadOfItsOwnEndsTheRingWhileTheReadingThreadHangs() {
        CountDownLatch hangs = new CountDownLatch(1);
        Semaphore watched = new Semaphore(0);
        follower = builder()
                .interval(Duration.ofMillis(1))
                .clock(() -> {
                    if (hangs.getCount() == 0) {
                        watched.release();
                    }
                    return here.now;
                })
                .build();
        follower.follow();
        store.step = step -> {
            hangs.countDown();
            await(goOn);
        };
        follower.start();
        await(hangs);

        here.advance(SECOND);
        while (here.ring.current().validUntil() == null) {
            assertDoesNotTakeForEver(watched);
        }

        assertEquals(START.plus(QUARTER), here.ring.current().validUntil());
    }

    @Test
    void wakeReadsAtOnce() {
        Semaphore readings = new Semaphore(0);
        store.step = step -> {
            if (step.equals("load") || step.equals("changesSince")) {
                readings.release();
            }
        };
        follower = builder()
                .interval(Duration.ofDays(1))
                .maxStaleness(Duration.ofDays(2))
                .build();
        follower.start();
        assertDoesNotTakeForEver(readings);

        follower.wake();

        assertDoesNotTakeForEver(readings);
    }

    @Test
    void followsByItselfUntilItIsClosedAndLeavesNoThread() {
        follower = builder().interval(Duration.ofMillis(1)).build();
        follower.start();
        IssuedKey issued = issueElsewhere();
        Semaphore readings = new Semaphore(0);
        store.step = step -> readings.release();
        while (!here.accepts(issued)) {
            assertDoesNotTakeForEver(readings);
        }

        follower.close();

        assertEquals(2, threads.size());
        threads.forEach(thread -> assertFalse(thread.isAlive()));
        follower.close();
        assertThrows(IllegalStateException.class, follower::follow);
        assertThrows(IllegalStateException.class, follower::start);
    }

    @Test
    void threadOutlivesWhateverTheStoreThrows() {
        Semaphore readings = new Semaphore(0);
        store.step = step -> {
            readings.release();
            throw new AssertionError("a driver's fault, with a secret in its text");
        };
        follower = builder().interval(Duration.ofMillis(1)).build();
        follower.start();
        assertDoesNotTakeForEver(readings);
        assertDoesNotTakeForEver(readings);

        assertEquals(
                "java.lang.AssertionError; the log has more", follower.state().problem());
    }

    @Test
    void closeEndsAReadingThatHangs() {
        CountDownLatch hangs = new CountDownLatch(1);
        store.step = step -> {
            hangs.countDown();
            await(goOn);
        };
        follower.start();
        await(hangs);

        follower.close();

        threads.forEach(thread -> assertFalse(thread.isAlive()));
    }

    @Test
    void readingThatEndsAfterCloseIsNotPublished() {
        follower.follow();
        issueElsewhere();
        CompletableFuture<Void> hanging = hangIn("changesSince!");
        KeyRing ring = here.ring.current();

        follower.close();
        goOn.countDown();
        hanging.orTimeout(30, SECONDS).join();

        assertSame(ring, here.ring.current());
    }

    @Test
    void timeOfUseMovesWithARotationMadeElsewhere() {
        IssuedKey old = issueElsewhere();
        follower.follow();
        here.verify(old);

        elsewhere.rotate(old.id(), Duration.ofHours(1));
        follower.follow();
        assertEquals(new LastUsed.LastUse(null, START, START), here.lastUsed.of(old.id()));

        elsewhere.rotate(
                old.id(), RotateRequest.builder(Duration.ofHours(1)).dropOld().build());
        store.remove("nobody");
        follower.follow();
        assertEquals(new LastUsed.LastUse(null, null, START), here.lastUsed.of(old.id()), "by a load as well");
    }

    @Test
    void pausesLongerTheLongerTheStoreIsAway() {
        follower = builder().jitter(0).build();
        assertEquals(SECOND, follower.pause());
        store.isAway = true;
        for (int seconds : new int[] {1, 2, 4, 8, 16, 30, 30}) {
            assertThrows(StoreException.class, follower::follow);
            assertEquals(SECOND.multipliedBy(seconds), follower.pause());
        }
        for (int i = 0; i < 100; i++) {
            assertThrows(StoreException.class, follower::follow);
        }
        assertEquals(Duration.ofSeconds(30), follower.pause());

        store.isAway = false;
        follower.follow();
        assertEquals(SECOND, follower.pause());
    }

    @Test
    void jitterShakesThePause() {
        follower = builder().jitter(0.5).build();
        List<Duration> pauses = java.util.stream.Stream.generate(follower::pause)
                .limit(100)
                .distinct()
                .toList();

        assertTrue(pauses.size() > 1);
        pauses.forEach(pause -> assertTrue(
                pause.compareTo(Duration.ofMillis(500)) >= 0 && pause.compareTo(Duration.ofMillis(1500)) <= 0));
    }

    @ParameterizedTest
    @CsvSource({
        "PT0S,      0.1,  PT15M,    'interval (PT0S) must be from 1 millisecond to 1 day'",
        "PT24H0.1S, 0.1,  PT48H,    'interval (PT24H0.1S) must be from 1 millisecond to 1 day'",
        "PT1S,      0.6,  PT15M,    'jitter (0.6) must be from 0 to 0.5'",
        "PT1S,      NaN,  PT15M,    'jitter (NaN) must be from 0 to 0.5'",
        "PT1S,      0.1,  PT1.999S, 'maxStaleness (PT1.999S) must be zero or at least twice the interval (PT1S); raise it or shorten the interval'",
        "PT1S,      0.1,  -PT1S,    'maxStaleness (PT-1S) must be zero or at least twice the interval (PT1S); raise it or shorten the interval'",
        "PT10M,     0.1,  PT15M,    'maxStaleness (PT15M) must be zero or at least twice the interval (PT10M); raise it or shorten the interval'"
    })
    void refusesWhatDoesNotFitTogether(Duration interval, double jitter, Duration maxStaleness, String message) {
        StoreFollower.Builder builder =
                builder().interval(interval).jitter(jitter).maxStaleness(maxStaleness);

        assertEquals(
                message,
                assertThrows(IllegalArgumentException.class, builder::build).getMessage());
    }

    private CompletableFuture<Void> hangIn(String hangingStep) {
        CountDownLatch hangs = new CountDownLatch(1);
        store.step = step -> {
            if (step.equals(hangingStep)) {
                hangs.countDown();
                await(goOn);
            }
        };
        CompletableFuture<Void> hanging = CompletableFuture.runAsync(follower::follow, OWN_THREAD);
        await(hangs);
        return hanging;
    }

    private static void assertDoesNotTakeForEver(Semaphore signs) {
        try {
            assertTrue(signs.tryAcquire(30, SECONDS), "no sign of life");
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            assertTrue(latch.await(30, SECONDS), "nobody came");
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
