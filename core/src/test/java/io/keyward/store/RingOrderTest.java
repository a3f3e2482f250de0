package io.keyward.store;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.keyward.Verification.Reason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Issue 15, section 4: managers and a follower over one ring, paused wherever they read or have not yet published. */
class RingOrderTest {
    /** Never the common pool: with two processors it has one thread, which one of these tests keeps waiting. */
    private static final Executor OWN_THREAD = task -> new Thread(task).start();

    private static final Duration HOUR = Duration.ofHours(1);

    @RegisterExtension
    final CapturedLog log = new CapturedLog();

    /** Two managers, each as in a service of its own code, and a follower; all over one store and one ring. */
    private static final class Scene {
        private final FollowedStore store = new FollowedStore();
        private final Setting setting = new Setting(store);
        private final ApiKeyManager one = setting.manager;
        private final ApiKeyManager two = setting.newManager();
        /** A service elsewhere: what it changes comes into the ring by the follower alone. */
        private final ApiKeyManager elsewhere = new Setting(store).manager;

        private final StoreFollower follower =
                StoreFollower.builder(store, setting.ring).clock(setting.clock).build();
        private final IssuedKey key = setting.issue();

        private long ringVersion() {
            return setting.ring.current().find(key.id()).orElseThrow().version();
        }
    }

    private record Actor(String name, java.util.function.Consumer<Scene> act) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static void forgetStamp(Scene scene) {
        scene.store.remove("nobody");
    }

    private static final RotateRequest DROPPING_OLD =
            RotateRequest.builder(HOUR).dropOld().build();
    private static final List<Actor> PAUSED = List.of(
            new Actor("a load", scene -> {
                forgetStamp(scene);
                scene.follower.follow();
            }),
            new Actor("a reading of changes", scene -> scene.follower.follow()),
            new Actor("a rotation by one manager", scene -> scene.one.rotate(scene.key.id(), DROPPING_OLD)),
            new Actor("a disable by one manager", scene -> scene.one.disable(scene.key.id())));

    private static final List<Actor> MEANWHILE = List.of(
            new Actor("two rotations", scene -> {
                scene.two.rotate(scene.key.id(), DROPPING_OLD);
                scene.two.rotate(scene.key.id(), DROPPING_OLD);
            }),
            new Actor("a disable and an enable", scene -> {
                scene.two.disable(scene.key.id());
                scene.two.enable(scene.key.id());
            }),
            new Actor("a change elsewhere and then one here", scene -> {
                scene.elsewhere.rotate(scene.key.id(), DROPPING_OLD);
                scene.two.rotate(scene.key.id(), DROPPING_OLD);
            }));

    @TestFactory
    Stream<DynamicTest> noRingGoesBackWhereverOneIsPausedWhileTheOtherWorks() {
        return PAUSED.stream()
                .flatMap(paused -> MEANWHILE.stream()
                        .map(other -> DynamicTest.dynamicTest(
                                paused + ", and meanwhile " + other, () -> pauseAtEveryPoint(paused, other))));
    }

    private static void pauseAtEveryPoint(Actor paused, Actor meanwhile) {
        int points = 1;
        for (int point = 0; point < points; point++) {
            Scene scene = new Scene();
            scene.follower.follow();
            // something is there to be read
            scene.elsewhere.change(
                    scene.key.id(), KeyChange.builder().name("changed").build());
            int at = point;
            AtomicInteger passed = new AtomicInteger();
            List<Long> seen = new ArrayList<>();
            Thread pausedThread = Thread.currentThread();
            scene.store.step = step -> {
                if (Thread.currentThread() == pausedThread && passed.getAndIncrement() == at) {
                    seen.add(scene.ringVersion());
                    // on another thread: it would wait for ever where the paused one held the lock of the ring
                    CompletableFuture.runAsync(() -> meanwhile.act.accept(scene), OWN_THREAD)
                            .orTimeout(30, SECONDS)
                            .join();
                    seen.add(scene.ringVersion());
                }
            };

            paused.act.accept(scene);

            seen.add(scene.ringVersion());
            points = Math.max(points, passed.get());
            assertEquals(seen.stream().sorted().toList(), seen, "paused at point " + at);
            scene.store.step = step -> {};
            assertEquals(
                    scene.store.find(scene.key.id()).orElseThrow().version(),
                    scene.ringVersion(),
                    "what the managers returned is in force, paused at point " + at);
        }
        assertTrue(points >= 2, "there was something to pause at");
    }

    @Test
    @DisplayName("revoke returns while a load hangs, and the load does not undo it")
    void revokeReturnsWhileALoadHangs() {
        Scene scene = new Scene();
        CountDownLatch loaded = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        scene.store.step = step -> {
            if (step.equals("load!")) {
                loaded.countDown();
                await(goOn);
            }
        };
        CompletableFuture<Void> load = CompletableFuture.runAsync(scene.follower::follow, OWN_THREAD);
        await(loaded);

        CompletableFuture.runAsync(() -> scene.one.revoke(scene.key.id()), OWN_THREAD)
                .orTimeout(30, SECONDS)
                .join();
        IssuedKey issued = scene.setting.issue();

        assertFalse(load.isDone());
        assertEquals(Reason.REVOKED, scene.setting.refusal(scene.key));
        goOn.countDown();
        load.orTimeout(30, SECONDS).join();
        assertEquals(Reason.REVOKED, scene.setting.refusal(scene.key));
        assertTrue(scene.setting.accepts(issued), "not in the load, and newer than it");
    }

    @Test
    void recordThatIsRemovedWhileItsChangeWaitsToBePublishedStaysRemoved() {
        Scene scene = new Scene();
        scene.follower.follow();
        scene.store.step = step -> {
            if (step.equals("update!")) {
                scene.store.step = later -> {};
                scene.store.remove(scene.key.id());
                CompletableFuture.runAsync(scene.follower::follow, OWN_THREAD)
                        .orTimeout(30, SECONDS)
                        .join();
            }
        };

        scene.one.rotate(scene.key.id(), DROPPING_OLD);

        assertTrue(scene.setting.ring.current().find(scene.key.id()).isEmpty());
    }

    @Test
    void storeWithoutOrderedVersionsIsReadAndChangedUnderTheLock() {
        Scene scene = new Scene();
        scene.store.ordered = false;
        ApiKeyManager manager = scene.setting.newManager();
        StoreFollower follower =
                StoreFollower.builder(scene.store, scene.setting.ring).build();
        List<Boolean> held = new ArrayList<>();
        scene.store.step = step -> held.add(isHeld(scene));

        follower.follow();
        manager.revoke(scene.key.id());

        assertFalse(held.isEmpty());
        assertFalse(held.contains(false));
    }

    private static boolean isHeld(Scene scene) {
        CountDownLatch got = new CountDownLatch(1);
        Thread other = new Thread(() -> scene.setting.ring.update(ring -> {
            got.countDown();
            return ring;
        }));
        other.setDaemon(true);
        other.start();
        while (other.getState() != Thread.State.WAITING && other.getState() != Thread.State.TERMINATED) {
            Thread.onSpinWait();
        }
        return got.getCount() == 1;
    }

    private static void await(CountDownLatch latch) {
        try {
            assertTrue(latch.await(30, SECONDS), "nobody came");
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
