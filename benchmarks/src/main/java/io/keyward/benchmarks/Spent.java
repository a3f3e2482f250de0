package io.keyward.benchmarks;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.Arrays;

/**
 * What a process has spent since it began.
 *
 * @param cpuNanos the processor time of all its threads, in user and in kernel mode, in nanoseconds
 * @param bytes what its threads that are alive have allocated
 */
public record Spent(long cpuNanos, long bytes) {
    /** Returns what this process has spent. */
    public static Spent soFar(ProcessorTime time) throws IOException {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long bytes = Arrays.stream(threads.getThreadAllocatedBytes(threads.getAllThreadIds()))
                .filter(allocated -> allocated > 0)
                .sum();
        return new Spent(time.nanosSoFar(), bytes);
    }

    /** Reads what {@link #toString} wrote. */
    public static Spent parse(String text) {
        String[] numbers = text.split(" ", 2);
        return new Spent(Long.parseLong(numbers[0]), Long.parseLong(numbers[1]));
    }

    /** Returns what was spent since then. */
    public Spent since(Spent before) {
        return new Spent(cpuNanos - before.cpuNanos, bytes - before.bytes);
    }

    @Override
    public String toString() {
        return cpuNanos + " " + bytes;
    }
}
