package io.keyward.store;

import static java.time.temporal.ChronoUnit.MILLIS;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Computes with the times of keys, which every store must be able to write: whole milliseconds of four-digit years. */
final class KeyTimes {
    private static final Instant FIRST = Instant.parse("0001-01-01T00:00:00Z");
    private static final Instant LAST = Instant.parse("9999-12-31T23:59:59.999Z");

    private KeyTimes() {}

    static @Nullable Instant toMillis(@Nullable Instant time) {
        // a time that cannot be written is refused later, and cutting it here could overflow
        return time == null || !canBeWritten(time) ? time : time.truncatedTo(MILLIS);
    }

    static boolean canBeWritten(@Nullable Instant time) {
        return time == null || (!time.isBefore(FIRST) && !time.isAfter(LAST));
    }

    /**
     * Returns the sum; the first or last possible instant if the sum is beyond it, which is then refused as too far
     * off.
     */
    static Instant after(Instant time, Duration duration) {
        try {
            return time.plus(duration);
        } catch (DateTimeException | ArithmeticException overflow) {
            return duration.isNegative() ? Instant.MIN : Instant.MAX;
        }
    }

    /** Returns the earlier of two ends, where null means never. */
    static @Nullable Instant earlier(@Nullable Instant one, @Nullable Instant other) {
        if (one == null || other == null) {
            return one == null ? other : one;
        }
        return one.isBefore(other) ? one : other;
    }

    static boolean isPast(@Nullable Instant end, Instant now) {
        return end != null && !now.isBefore(end);
    }
}
