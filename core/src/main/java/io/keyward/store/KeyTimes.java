package io.keyward.store;

import static java.time.temporal.ChronoUnit.MILLIS;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Reckons with the times of keys, which every store must be able to write down: whole milliseconds of four-digit years.
 */
final class KeyTimes {
    private static final Instant FIRST = Instant.parse("0001-01-01T00:00:00Z");
    private static final Instant LAST = Instant.parse("9999-12-31T23:59:59.999Z");

    private KeyTimes() {}

    static @Nullable Instant toMillis(@Nullable Instant time) {
        // beyond the years that can be written down cutting may overflow, and it is refused anyway
        return time == null || !canBeWritten(time) ? time : time.truncatedTo(MILLIS);
    }

    static boolean canBeWritten(@Nullable Instant time) {
        return time == null || (!time.isBefore(FIRST) && !time.isAfter(LAST));
    }

    /**
     * Returns the sum, or the last instant there is where the sum is beyond it, which is refused as any time too far
     * off.
     */
    static Instant after(Instant time, Duration duration) {
        try {
            return time.plus(duration);
        } catch (DateTimeException | ArithmeticException overflow) {
            return duration.isNegative() ? Instant.MIN : Instant.MAX;
        }
    }

    /** Returns the earlier of two ends, null being never. */
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
