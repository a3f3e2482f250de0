package io.keyward.jdbc;

import io.keyward.store.StoreException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Knows how old the answers of standbys are, and refuses those that are too old. May be shared between threads.
 *
 * <p>A standby of an idle primary has replayed its last commit long ago, and a commit that has just arrived there would
 * make it look as old as that. So an answer is also no older than the last time at which a standby had replayed
 * everything: {@link History} refuses a position that is behind the one known then.
 */
final class ReplayAge {
    private @Nullable Long currentAt;

    /**
     * Throws if an answer is too old.
     *
     * @param millis its age as the server has it, 0 if it has replayed everything; null if it does not know it
     * @param asked when the server was asked, of {@link System#nanoTime}
     */
    synchronized void require(@Nullable Long millis, Duration maxLag, long asked) {
        if (millis != null && millis == 0) {
            currentAt = asked;
            return;
        }
        long since = currentAt == null ? Long.MAX_VALUE : (asked - currentAt) / 1_000_000;
        long age = Math.min(since, millis == null ? Long.MAX_VALUE : millis);
        if (age > maxLag.toMillis()) {
            throw new StoreException("the replica is "
                    + (age == Long.MAX_VALUE ? "of unknown age" : age / 1_000 + " seconds behind")
                    + " and may be " + maxLag + " behind, so its answer is not used");
        }
    }
}
