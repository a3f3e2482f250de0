package io.keyward.store;

import static io.keyward.store.Setting.START;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.keyward.ApiKeyRecord;
import io.keyward.Verification;
import io.keyward.Verification.Accepted;
import io.keyward.store.LastUsed.LastUse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LastUsedTest {
    private static final Duration HOUR = Duration.ofHours(1);

    @RegisterExtension
    final CapturedLog log = new CapturedLog();

    private final Setting setting = new Setting();

    private LastUse useOf(IssuedKey issued) {
        return setting.manager.lastUse(issued.id()).orElseThrow();
    }

    @Test
    void keyThatWasNotUsedHasNoTime() {
        assertEquals(new LastUse(null, null, START), useOf(setting.issue()));
    }

    @Test
    void remembersTheLastUseToTheSecond() {
        IssuedKey issued = setting.issue();
        setting.advance(Duration.ofMillis(5_400));
        setting.verify(issued);
        assertEquals(START.plusSeconds(5), useOf(issued).current());

        setting.advance(HOUR);
        setting.verify(issued);
        assertEquals(START.plusSeconds(3_605), useOf(issued).current());
    }

    @Test
    void refusedKeyIsNotUsed() {
        IssuedKey issued = setting.issue();
        setting.manager.disable(issued.id());

        setting.verify(issued);

        assertNull(useOf(issued).current());
    }

    @Test
    void rotationMovesTheTimeToTheRetiringSecret() {
        IssuedKey old = setting.issue();
        setting.verify(old);

        IssuedKey renewed = setting.manager.rotate(old.id(), HOUR.multipliedBy(9));
        assertEquals(new LastUse(null, START, START), useOf(old));

        setting.advance(HOUR);
        setting.verify(renewed);
        setting.advance(HOUR.multipliedBy(2));
        assertEquals(new LastUse(START.plus(HOUR), START, START), useOf(old));
        assertEquals(HOUR.multipliedBy(3), useOf(old).retiringUnusedFor(setting.now));

        setting.verify(old);
        assertEquals(START.plus(HOUR.multipliedBy(3)), useOf(old).retiring());
    }

    @Test
    void secondRotationForgetsTheOldest() {
        IssuedKey first = setting.issue();
        setting.verify(first);
        IssuedKey second = setting.manager.rotate(first.id(), HOUR);
        setting.advance(Duration.ofSeconds(9));
        setting.verify(second);

        setting.manager.rotate(first.id(), RotateRequest.builder(HOUR).dropOld().build());
        assertEquals(new LastUse(null, START.plusSeconds(9), START), useOf(first));

        setting.manager.rotate(
                first.id(), RotateRequest.builder(Duration.ZERO).dropOld().build());
        assertEquals(new LastUse(null, null, START), useOf(first));
    }

    @Test
    void otherChangesKeepTheTimes() {
        IssuedKey issued = setting.issue();
        setting.verify(issued);

        setting.manager.change(issued.id(), KeyChange.builder().owner("o").build());

        assertEquals(START, useOf(issued).current());
    }

    @Test
    void clockSetBackKeepsTheLaterTime() {
        IssuedKey issued = setting.issue();
        setting.advance(HOUR);
        setting.verify(issued);

        setting.now = START.minus(HOUR);
        setting.verify(issued);

        assertEquals(START.plus(HOUR), useOf(issued).current());
    }

    @Test
    void memoryIsBoundedAndSaysFromWhenOnNothingIsForgotten() {
        LastUsed small = LastUsed.create(setting.clock, 4);
        List<IssuedKey> keys = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            keys.add(setting.issue());
        }
        for (IssuedKey key : keys) {
            setting.advance(Duration.ofSeconds(1));
            small.onVerification(setting.verify(key));
        }

        List<IssuedKey> remembered = keys.stream()
                .filter(key -> small.of(key.id()).current() != null)
                .toList();
        assertEquals(8, remembered.size(), "eight places");
        assertTrue(remembered.contains(keys.get(999)));
        for (int i = 0; i < keys.size(); i++) {
            Instant used = START.plusSeconds(i + 1);
            boolean known = remembered.contains(keys.get(i));
            assertTrue(known || !small.since().isBefore(used), "a forgotten use is before since");
            assertFalse(known && small.since().isAfter(used.plusSeconds(1)), "what is known is after it");
        }
    }

    private static List<LastUsed.Use> drained(LastUsed lastUsed) {
        List<LastUsed.Use> batch = new ArrayList<>();
        lastUsed.drain(batch::addAll);
        return batch;
    }

    @Test
    void drainHandsOutEachUseOnce() {
        IssuedKey one = setting.issue();
        IssuedKey other = setting.issue();
        setting.verify(one);
        assertEquals(List.of(new LastUsed.Use(one.id(), START, null)), drained(setting.lastUsed));
        assertEquals(List.of(), drained(setting.lastUsed));

        setting.advance(HOUR);
        setting.verify(other);
        assertEquals(List.of(new LastUsed.Use(other.id(), START.plus(HOUR), null)), drained(setting.lastUsed));
        assertEquals(START, useOf(one).current(), "still remembered");
    }

    @Test
    void drainSaysWhichSecretWasUsed() {
        IssuedKey old = setting.issue();
        IssuedKey renewed = setting.manager.rotate(old.id(), HOUR.multipliedBy(9));
        setting.verify(old);
        setting.advance(HOUR);
        setting.verify(renewed);

        assertEquals(List.of(new LastUsed.Use(old.id(), START.plus(HOUR), START)), drained(setting.lastUsed));
    }

    @Test
    void batchThatCouldNotBeWrittenComesAgain() {
        IssuedKey issued = setting.issue();
        setting.verify(issued);
        assertThrows(
                StoreException.class,
                () -> setting.lastUsed.drain(batch -> {
                    throw new StoreException("the database is away");
                }));

        assertEquals(List.of(new LastUsed.Use(issued.id(), START, null)), drained(setting.lastUsed));
    }

    @Test
    void keyThatLosesItsPlaceIsInTheNextBatchAndNothingPilesUpWithoutEnd() {
        LastUsed small = LastUsed.create(setting.clock, 4);
        assertEquals(List.of(), drained(small));
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            IssuedKey issued = setting.issue();
            setting.advance(Duration.ofSeconds(1));
            small.onVerification(setting.verify(issued));
            ids.add(issued.id());
        }

        assertEquals(
                ids.stream().sorted().toList(),
                drained(small).stream().map(LastUsed.Use::keyId).sorted().toList(),
                "eight places, and eight that lost theirs");
        assertEquals(List.of(), drained(small));
        for (int i = 0; i < 100; i++) {
            setting.advance(Duration.ofSeconds(1));
            small.onVerification(setting.verify(setting.issue()));
        }
        assertEquals(16, drained(small).size());
    }

    @Test
    void useThatWasDrainedIsNotDrainedAgainWhenItsKeyLosesItsPlace() {
        LastUsed small = LastUsed.create(setting.clock, 4);
        IssuedKey first = setting.issue();
        small.onVerification(setting.verify(first));
        assertEquals(1, drained(small).size());
        for (int i = 0; i < 8; i++) {
            setting.advance(Duration.ofSeconds(1));
            small.onVerification(setting.verify(setting.issue()));
        }

        assertNull(small.of(first.id()).current());
        assertTrue(drained(small).stream().noneMatch(use -> use.keyId().equals(first.id())));
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, (1 << 24) + 1})
    void refusesCapacity(int capacity) {
        assertThrows(IllegalArgumentException.class, () -> LastUsed.create(setting.clock, capacity));
    }

    @Test
    void managerWithoutMemoryTellsNothing() {
        ApiKeyManager plain = ApiKeyManager.builder(setting.store, setting.ring, Setting.GENERATOR)
                .build();

        assertTrue(plain.lastUse("any").isEmpty());
    }

    @Test
    void threadsThatUseManyKeysAtOnceLoseNoKey() throws Exception {
        List<IssuedKey> keys = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            keys.add(setting.issue());
        }
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                running.add(threads.submit(() -> keys.forEach(setting::verify)));
            }
            for (Future<?> run : running) {
                run.get();
            }
        } finally {
            threads.shutdownNow();
        }

        keys.forEach(key -> assertEquals(START, useOf(key).current()));
    }

    @Test
    void useThatLosesItsPlaceWhileItIsWrittenCountsAsForgotten() throws Exception {
        AtomicInteger seconds = new AtomicInteger();
        LastUsed small = LastUsed.create(() -> START.plusSeconds(seconds.incrementAndGet()), 1);
        List<Verification> uses = new ArrayList<>();
        for (int i = 0; i < 64; i++) {
            uses.add(setting.verify(setting.issue()));
        }

        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Future<Integer>> running = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                running.add(threads.submit(() -> countLost(small, uses, seconds)));
            }
            for (Future<Integer> run : running) {
                assertEquals(0, run.get(), "uses that are neither remembered nor said to be forgotten");
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void useThatIsNotedWhileTheRecordChangesIsNotLost() throws Exception {
        AtomicInteger seconds = new AtomicInteger();
        LastUsed lastUsed = LastUsed.create(() -> START.plusSeconds(seconds.incrementAndGet()), 1);
        IssuedKey issued = setting.issue();
        List<Verification> use = List.of(setting.verify(issued));
        ApiKeyRecord before = setting.store.find(issued.id()).orElseThrow();
        ApiKeyRecord after = before.toBuilder().owner("o").build();

        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            Future<Integer> uses = threads.submit(() -> countLost(lastUsed, use, seconds));
            threads.submit(() -> {
                while (!uses.isDone()) {
                    lastUsed.secretsChanged(before, after);
                }
            });
            assertEquals(0, uses.get(), "uses that are neither remembered nor said to be forgotten");
        } finally {
            threads.shutdownNow();
        }
    }

    private static int countLost(LastUsed lastUsed, List<Verification> uses, AtomicInteger seconds) {
        int lost = 0;
        for (int i = 0; i < 100_000; i++) {
            Accepted use = (Accepted) uses.get(ThreadLocalRandom.current().nextInt(uses.size()));
            Instant before = START.plusSeconds(seconds.get());
            lastUsed.onVerification(use);
            LastUse told = lastUsed.of(use.keyId());
            boolean remembered = told.current() != null && told.current().isAfter(before);
            if (!remembered && !told.since().isAfter(before)) {
                lost++;
            }
        }
        return lost;
    }
}
