package io.keyward;

import static io.keyward.TestKeys.newKey;
import static io.keyward.TestKeys.ringOf;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.management.JMException;
import javax.management.ObjectName;
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
        // a thread that waits for a class to be loaded is pinned too, which is not what is asked here
        perTask.submit(this::countWrong).get();
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
        // one round unmeasured: the first leaves behind what classes and pools keep once
        heldBy(threads, key.reveal());
        long idle = heldBy(threads, null);
        long verified = heldBy(threads, key.reveal());

        assertTrue(idle > 100L * threads, "the histogram is not understood");
        long each = (verified - idle) / threads;
        System.out.println("VirtualThreadsTest: " + each + " bytes kept for each of " + threads
                + " live virtual threads: idle " + idle / threads + ", having verified " + verified / threads);
        assertTrue(each <= 200, each + " bytes kept for each virtual thread");
    }

    /**
     * Returns the bytes of the heap in use while so many virtual threads wait after a verification, less their stacks.
     */
    private long heldBy(int threads, String presented) throws Exception {
        CountDownLatch verified = new CountDownLatch(threads);
        CountDownLatch leave = new CountDownLatch(1);
        List<Future<?>> all = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            all.add(perTask.submit(() -> {
                verifier.verify(presented);
                verified.countDown();
                leave.await();
                return null;
            }));
        }
        verified.await();
        long held = liveBytes();
        leave.countDown();
        for (Future<?> each : all) {
            each.get();
        }
        return held;
    }

    /**
     * Sums up the live objects but for the stacks of waiting threads: what of a stack is copied to the heap depends on
     * which frames the compiler has got to, and a verification that has returned has none there.
     */
    private static long liveBytes() throws JMException {
        String histogram = (String) ManagementFactory.getPlatformMBeanServer()
                .invoke(
                        new ObjectName("com.sun.management:type=DiagnosticCommand"),
                        "gcClassHistogram",
                        new Object[] {new String[0]},
                        new String[] {String[].class.getName()});
        // a line is "rank: instances bytes class (module)"
        return histogram
                .lines()
                .map(line -> line.trim().split("\\s+"))
                .filter(columns -> columns.length > 3 && columns[0].matches("\\d+:"))
                .filter(columns -> !columns[3].equals("jdk.internal.vm.StackChunk"))
                .mapToLong(columns -> Long.parseLong(columns[2]))
                .sum();
    }

    @Test
    void sharesAFewDesks() throws Exception {
        int threads = 1_000 * Runtime.getRuntime().availableProcessors();
        EnginePool pool = new EnginePool(() -> "engine");
        Queue<Object[]> borrowed = new ConcurrentLinkedQueue<>();
        List<Future<?>> all = new ArrayList<>();
        for (int t = 0; t < threads; t++) {
            all.add(perTask.submit(() -> {
                Object[] kit = pool.take();
                pool.giveBack(kit);
                borrowed.add(kit); // after it was given back: who waits with a kit in hand makes others take more
            }));
        }
        for (Future<?> each : all) {
            each.get();
        }

        Set<Object[]> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        seen.addAll(borrowed);
        assertTrue(seen.size() < threads / 10, seen.size() + " kits for " + threads + " threads");
    }
}
