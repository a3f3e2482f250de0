package io.keyward.testing;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/**
 * A clock whose time changes only when a test moves it.
 *
 * <p>May be shared between threads; a move is seen by all of them at once.
 */
public final class MovableClock implements InstantSource {
    private volatile Instant now;

    private MovableClock(Instant start) {
        this.now = start;
    }

    /** Returns a clock at an instant. */
    public static MovableClock at(Instant start) {
        return new MovableClock(start);
    }

    /** Returns a clock at an instant in ISO 8601 form, such as {@code 2026-11-23T12:00:00Z}. */
    public static MovableClock at(String start) {
        return at(Instant.parse(start));
    }

    @Override
    public Instant instant() {
        return now;
    }

    /** Moves the clock on, or back if the duration is negative; returns the new time. */
    public synchronized Instant advance(Duration duration) {
        now = now.plus(duration);
        return now;
    }

    /** Sets the clock to an instant. */
    public synchronized void moveTo(Instant instant) {
        now = instant;
    }

    @Override
    public String toString() {
        return "MovableClock[" + instant() + "]";
    }
}
