package io.keyward.store;

import static java.util.Objects.requireNonNull;

import io.keyward.ApiKeyRecord;
import org.jspecify.annotations.Nullable;

/** Describes the outcome of a change. Immutable; its text holds no hash. */
public sealed interface ChangeOutcome {
    /** Returns the id of the key; null if no key was issued, or if the given text does not have the form of an id. */
    @Nullable
    String keyId();

    /**
     * Means that the change is stored.
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
     * Means that nothing was stored: the manager, a guard or the store refused the change.
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
     * Means that the store failed: the record is in its old state or in its new one.
     *
     * @param keyId the id of the key; null as {@link ChangeOutcome#keyId}
     * @param problem a {@link StoreException}, or another exception of the store
     */
    record Failed(@Nullable String keyId, Throwable problem) implements ChangeOutcome {
        /** Refuses a missing problem. */
        public Failed {
            requireNonNull(problem, "problem");
        }
    }
}
