package io.keyward.benchmarks.report;

import java.lang.management.ManagementFactory;
import java.time.Duration;

/** Says on standard error what is going on, with the time since the start. */
final class Progress {
    private Progress() {}

    static void say(String text) {
        Duration time = Duration.ofMillis(ManagementFactory.getRuntimeMXBean().getUptime());
        System.err.printf("%3d:%02d  %s%n", time.toMinutes(), time.toSecondsPart(), text);
    }
}
