package io.keyward.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * The processor time of all threads of this process, those of the collector and the compilers too.
 *
 * <p>On Linux it comes from the scheduler, in nanoseconds. The JVM's own bean counts in hundredths of a second, which is
 * some per cent of what a service spends in a quarter of a second. Not for use by several threads.
 */
public final class ProcessorTime {
    private static final Path THREADS = Path.of("/proc/self/task");

    /** What each thread has spent when it was last seen; one that has ended stays. */
    private final Map<Path, Long> nanosByThread = new HashMap<>();

    /** Returns what was spent since the process began, in nanoseconds. */
    public long nanosSoFar() throws IOException {
        if (!Files.exists(THREADS.resolveSibling("schedstat"))) {
            return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime();
        }
        try (DirectoryStream<Path> threads = Files.newDirectoryStream(THREADS)) {
            for (Path thread : threads) {
                look(thread);
            }
        }
        return nanosByThread.values().stream().mapToLong(Long::longValue).sum();
    }

    private void look(Path thread) throws IOException {
        try {
            String schedule = Files.readString(thread.resolve("schedstat"));
            nanosByThread.put(thread, Long.parseLong(schedule.substring(0, schedule.indexOf(' '))));
        } catch (IOException ended) {
            // the thread has ended; what it has spent since it was last seen is lost
        }
    }
}
