package io.keyward.store;

import static java.util.Objects.requireNonNull;

import io.keyward.ApiKeyRecord;
import org.jspecify.annotations.Nullable;

/** Says what came of a change. Immutable; no hash is in its text. */
public sealed interface ChangeOutcome {
    /**
     * Returns the id of the key; null for one that was not issued, or where what was given has not the form of an id.
     */
    @Nullable
    String keyId();

    /**
     * Says that the change is stored.
     *
     * @param before the record as it was; null for one that is new
     * @param after the record as it is stored now; null for one that was removed
     */
    record Applied(@Nullable ApiKeyRecord before, @Nullable ApiKeyRecord after) implements ChangeOutcome {
        /** Refuses a change of nothing. */
        public Applied {
            if (before == null) {
                requireNonNull(after, "after");
            }
        }

        @Override
        public String keyId() {
            return (after == null ? requireNonNull(before) : after).id();
        }
    }

    /**
     * Says that nothing was stored: the manager refused the change, a guard did, or the store because of what it holds.
     *
     * @param keyId the id of the key; null as {@link ChangeOutcome#keyId}
     * @param problem a {@link ChangeRefusedException}, a {@link StoreConflictException}, or what the guard threw
     */
    record Refused(@Nullable String keyId, Throwable problem) implements ChangeOutcome {
        /** Refuses a missing problem. */
        public Refused {
            requireNonNull(problem, "problem");
        }
    }

    /**
     * Says that the store failed: the record is in its old state or in its new one.
     *
     * @param keyId the id of the key; null as {@link ChangeOutcome#keyId}
     * @param problem a {@link StoreException}, or what else the store threw
     */
    record Failed(@Nullable String keyId, Throwable problem) implements ChangeOutcome {
        /** Refuses a missing problem. */
        public Failed {
            requireNonNull(problem, "problem");
        }
    }
}
