package io.keyward.benchmarks.report;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Optional;

/** Says on standard error what is going on, with the time since the start. */
final class Progress {
    private static final DateTimeFormatter CLOCK = DateTimeFormatter.ofPattern("HH:mm");
    private static final Duration UNKNOWN = Duration.ofMinutes(2);

    private Progress() {}

    static void say(String text) {
        Duration time = Duration.ofMillis(ManagementFactory.getRuntimeMXBean().getUptime());
        System.err.printf("%3d:%02d  %s%n", time.toMinutes(), time.toSecondsPart(), text);
    }

    /** Says which part comes now and when all will be done, by what the parts took the last time. */
    static void next(int number, List<Part> left, Profile profile) throws IOException {
        Duration all = Duration.ZERO;
        for (Part part : left) {
            all = all.plus(expected(part, profile));
        }
        Part part = left.get(0);
        say("part " + number + " of " + (number + left.size() - 1) + ", " + part.name() + ": about "
                + expected(part, profile).toSeconds() + " s; all done about "
                + LocalTime.now(ZoneId.systemDefault()).plus(all).format(CLOCK));
    }

    private static Duration expected(Part part, Profile profile) throws IOException {
        Optional<Duration> known = part.expected(profile);
        return known.isPresent()
                ? known.get()
                : Results.lastTime(part.name(), profile).orElse(UNKNOWN);
    }
}
