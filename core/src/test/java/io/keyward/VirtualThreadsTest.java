package io.keyward;

import static io.keyward.TestKeys.newKey;
import static io.keyward.TestKeys.ringOf;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.ref.Reference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.io.TempDir;

/** Shows what virtual threads cost; the project compiles for Java 17, so they are reached by name. */
@EnabledForJreRange(min = JRE.JAVA_25, disabledReason = "virtual threads are measured on JDK 25")
class VirtualThreadsTest {
    private final ApiKey key = newKey();
    private final ApiKeyVerifier verifier = ApiKeyVerifier.of(ringOf(key));
    private ExecutorService perTask;

    @BeforeEach
    void start() throws ReflectiveOperationException {
        perTask = (ExecutorService)
                Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
    }

    @Test
    @DisplayName("G14 no verification pins a virtual thread or is wrong on one")
    void pinsNoVirtualThread(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("pinned.jfr");
        try (Recording recording = new Recording()) {
            recording.enable("jdk.VirtualThreadPinned").withoutThreshold();
            recording.start();
            List<Future<Integer>> wrong = new ArrayList<>();
            for (int t = 0; t < 10_000; t++) {
                wrong.add(perTask.submit(this::countWrong));
            }
            for (Future<Integer> each : wrong) {
                assertEquals(0, each.get());
            }
            recording.stop();
            recording.dump(file);
        }
        long pinned = RecordingFile.readAllEvents(file).stream()
                .filter(event -> event.getEventType().getName().equals("jdk.VirtualThreadPinned"))
                .count();
        System.out.println("VirtualThreadsTest: " + pinned + " pinned in 10000 threads, file of " + Files.size(file));
        assertEquals(0, pinned);
    }

    private int countWrong() {
        int wrong = 0;
        for (int i = 0; i < 20; i++) {
            wrong += verifier.verify(key.reveal()).isAccepted() ? 0 : 1;
            wrong += verifier.verify("somebody.elses.key.0123456789").isAccepted() ? 1 : 0;
            Thread.yield();
        }
        return wrong;
    }

    @Test
    @DisplayName("G12, G14 a virtual thread that has verified keeps at most 200 bytes")
    void keepsLittleForEachVirtualThread() throws Exception {
        int threads = 100_000;
        // the same code with and without a key, so that both wait with the same stack; the first rounds are for the
        // compiler
        heapOf(threads, null);
        heapOf(threads, key.reveal());
        long idle = Long.MAX_VALUE;
        long verified = Long.MAX_VALUE;
        for (int i = 0; i < 2; i++) {
            idle = Math.min(idle, heapOf(threads, null));
            verified = Math.min(verified, heapOf(threads, key.reveal()));
        }
        long each = (verified - idle) / threads;
        System.out.println("VirtualThreadsTest: " + each + " bytes kept for each of " + threads
                + " live virtual threads: idle " + idle / threads + ", having verified " + verified / threads);
        assertTrue(each <= 200, each + " bytes kept for each virtual thread");
    }

    /** Returns the heap in use while so many virtual threads wait after a verification. */
    private long heapOf(int threads, String presented) throws InterruptedException {
        CountDownLatch done = new CountDownLatch(threads);
        CountDownLatch leave = new CountDownLatch(1);
        for (int i = 0; i < threads; i++) {
            perTask.execute(() -> {
                verifier.verify(presented);
                done.countDown();
                try {
                    leave.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
        }
        done.await();
        long used = usedHeap();
        leave.countDown();
        return used;
    }

    private static long usedHeap() {
        Runtime runtime = Runtime.getRuntime();
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 2; i++) {
            System.gc();
            least = Math.min(least, runtime.totalMemory() - runtime.freeMemory());
        }
        return least;
    }

    @Test
    void sharesAFewDesks() throws Exception {
        Desks desks = new Desks(() -> "engine");
        ConcurrentHashMap<Object, Boolean> seen = new ConcurrentHashMap<>();
        List<Future<?>> all = new ArrayList<>();
        List<Object> kept = new ArrayList<>();
        for (int t = 0; t < 2_000; t++) {
            all.add(perTask.submit(() -> {
                Object[] desk = desks.take();
                seen.put(System.identityHashCode(desk), true);
                synchronized (kept) {
                    kept.add(desk);
                }
                desks.giveBack(desk);
            }));
        }
        for (Future<?> each : all) {
            each.get();
        }
        Reference.reachabilityFence(kept);
        assertTrue(seen.size() < 200, seen.size() + " desks for 2000 threads");
    }
}
