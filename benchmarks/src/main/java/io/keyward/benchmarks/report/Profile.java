package io.keyward.benchmarks.report;

import java.time.Duration;

/** How thoroughly is measured. A round takes each row of a part once, in a JVM of its own. */
enum Profile {
    /** Shows that the benchmarks run; the figures mean nothing. */
    SMOKE(1, 0, 1, Duration.ofMillis(1)),
    /** A look at a few rows, in half a minute: tells a slip, and no more. */
    GLANCE(1, 3, 3, Duration.ofMillis(500)),
    /** The budgets, in half an hour. */
    SHORT(3, 3, 5, Duration.ofMillis(500)),
    /** Everything, in some hours. */
    FULL(5, 5, 5, Duration.ofSeconds(1));

    final int rounds;
    final int warmups;
    final int iterations;
    final Duration iteration;

    Profile(int rounds, int warmups, int iterations, Duration iteration) {
        this.rounds = rounds;
        this.warmups = warmups;
        this.iterations = iterations;
        this.iteration = iteration;
    }

    /** Returns one of the two, by whether this is the smoke profile, whose sizes are small and which starts no JVM. */
    <T> T smokeOr(T smoke, T real) {
        return this == SMOKE ? smoke : real;
    }
}
