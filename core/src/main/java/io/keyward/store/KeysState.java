package io.keyward.store;

import static java.util.Objects.requireNonNull;

import io.keyward.KeyRingException.Problem;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Describes the keys of a service at one moment: whether there are any, whether they are fresh, whether the last reload
 * succeeded, and whether the source holds something else. Made for health checks; holds no key and no hash. Immutable.
 *
 * @param size how many records are in force
 * @param source where they come from, in words
 * @param isFresh whether keys are verified; if not, every verification throws
 *     {@link io.keyward.KeysUnavailableException}
 * @param isCurrent whether the keys in force are those of the source, as far as is known without a reload; also false
 *     for the moment until a change is in force, so {@link #isHealthy} ignores it
 * @param lastGood when the last reload that succeeded began; null if none did
 * @param problem why the last reload did not succeed, in words; null if it did
 * @param unfit the records that are disabled in this service only, because it lacks their roles or peppers, and those that
 *     are left out because they are not sound in the store
 */
public record KeysState(
        int size,
        String source,
        boolean isFresh,
        boolean isCurrent,
        @Nullable Instant lastGood,
        @Nullable String problem,
        List<Problem> unfit) {
    /** Copies the list. */
    public KeysState {
        requireNonNull(source, "source");
        unfit = List.copyOf(unfit);
    }

    /** Returns whether there are records; without any, every key is rejected. */
    public boolean hasKeys() {
        return size > 0;
    }

    /** Returns whether the last reload succeeded. */
    public boolean isLastReloadGood() {
        return problem == null;
    }

    /** Returns whether there are keys, they are fresh, and the last reload succeeded. */
    public boolean isHealthy() {
        return hasKeys() && isFresh && isLastReloadGood();
    }

    /** Returns how old the last good reload is; null if there was none. */
    public @Nullable Duration age(Instant now) {
        return lastGood == null ? null : Duration.between(lastGood, now);
    }
}
