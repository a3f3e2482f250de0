package io.keyward;

import io.keyward.Verification.Accepted;
import io.keyward.Verification.Reason;
import io.keyward.Verification.Rejected;
import java.time.Instant;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * Decides about a known secret that has a window: the only kind of answer that needs the clock.
 *
 * <p>Milliseconds decide, because reading them allocates nothing. It reads the exact time only in the millisecond of a
 * bound.
 */
final class TimedVerdict {
    private final Accepted accepted;
    private final @Nullable Instant notBefore;
    private final @Nullable Instant expiresAt;
    private final long fromMillis;
    private final long untilMillis;

    TimedVerdict(Accepted accepted, HashedSecret secret) {
        this.accepted = accepted;
        this.notBefore = secret.notBefore();
        this.expiresAt = secret.expiresAt();
        this.fromMillis = notBefore == null ? Long.MIN_VALUE : millis(notBefore);
        this.untilMillis = expiresAt == null ? Long.MAX_VALUE : millis(expiresAt);
    }

    Verification at(InstantSource clock) {
        long now = clock.millis();
        if (now > fromMillis && now < untilMillis) {
            return accepted;
        }
        return at(clock.instant());
    }

    private Verification at(Instant now) {
        if (notBefore != null && now.isBefore(notBefore)) {
            return new Rejected(Reason.NOT_YET_VALID, keyId());
        }
        return expiresAt == null || now.isBefore(expiresAt) ? accepted : new Rejected(Reason.EXPIRED, keyId());
    }

    String keyId() {
        return accepted.keyId();
    }

    /** Returns the milliseconds of an instant; beyond the range of a long, the end of that range. */
    static long millis(Instant instant) {
        long seconds = instant.getEpochSecond();
        long last = Long.MAX_VALUE / 1000 - 1;
        if (seconds > last || seconds < -last) {
            return seconds > 0 ? Long.MAX_VALUE : Long.MIN_VALUE;
        }
        return instant.toEpochMilli();
    }
}
