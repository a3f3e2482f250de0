package io.keyward.store;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Describes how to rotate a key: how long the old secret stays valid, and when the new one ends.
 *
 * <pre>{@code
 * RotateRequest.builder(Duration.ofDays(7)).expiresAt(nextYear).build()
 * }</pre>
 *
 * <p>{@link ApiKeyManager#rotate(String, RotateRequest)} checks whether it can be done. Immutable; may be shared
 * between threads and used for several keys.
 */
public final class RotateRequest {
    final Duration overlap;
    final boolean changesEnd;
    final @Nullable Instant expiresAt;
    final boolean dropsOld;

    private RotateRequest(Builder builder) {
        this.overlap = builder.overlap;
        this.changesEnd = builder.changesEnd;
        this.expiresAt = builder.expiresAt;
        this.dropsOld = builder.dropsOld;
    }

    /**
     * Starts a request.
     *
     * @param overlap how long the secret that is replaced stays valid; zero ends it now
     */
    public static Builder builder(Duration overlap) {
        return new Builder(overlap);
    }

    @Override
    public String toString() {
        return "RotateRequest[overlap=" + overlap + (changesEnd ? ", expiresAt=" + expiresAt : "")
                + (dropsOld ? ", dropOld" : "") + "]";
    }

    /** Builds a request; not for use by several threads. */
    public static final class Builder {
        private final Duration overlap;
        private boolean changesEnd;
        private @Nullable Instant expiresAt;
        private boolean dropsOld;

        private Builder(Duration overlap) {
            this.overlap = requireNonNull(overlap, "overlap");
        }

        /**
         * Sets when the new secret ends, to the millisecond; null for never. By default it ends when the old one would.
         */
        public Builder expiresAt(@Nullable Instant expiresAt) {
            this.changesEnd = true;
            this.expiresAt = KeyTimes.toMillis(expiresAt);
            return this;
        }

        /**
         * Ends a secret that is still valid after an earlier rotation. Without this, a rotation inside that overlap is
         * refused, because callers who still use that secret would be locked out.
         */
        public Builder dropOld() {
            this.dropsOld = true;
            return this;
        }

        /** Returns the request. */
        public RotateRequest build() {
            return new RotateRequest(this);
        }
    }
}
