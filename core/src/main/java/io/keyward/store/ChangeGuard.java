package io.keyward.store;

import io.keyward.ApiKeyRecord;
import org.jspecify.annotations.Nullable;

/**
 * Hears of each change that {@link ApiKeyManager} makes: before it, and may stop it; and after it, whatever came of it.
 *
 * <p>For a trail outside of the store, for a rule of one's own, for a notice to a person. Attach it by {@link
 * ApiKeyManager.Builder#guards}. A change that changes nothing, such as the second revoke of a key, is not told.
 *
 * <p>Called on the thread that makes the change, while other changes through the same manager may wait: return soon, and call
 * no manager. Several threads may call at once. Records reach a guard with their hashes, which are as secret as keys: write
 * down ids and what their {@code toString} shows.
 */
public interface ChangeGuard {
    /**
     * Called when a change has passed all checks and is about to be stored; does nothing by default. Called again, with
     * other records, where somebody else changed the record meanwhile.
     *
     * @param cause why it is made
     * @param before the record as it is; null for one that is new
     * @param after the record as it would be stored; null for one that is removed
     * @throws RuntimeException to stop the change: nothing is stored, and the manager's caller gets this exception
     */
    default void before(ChangeCause cause, @Nullable ApiKeyRecord before, @Nullable ApiKeyRecord after) {}

    /**
     * Called once for each change that was applied, refused or has failed; does nothing by default. What it throws is logged
     * and changes nothing.
     *
     * @param cause why it was made
     * @param outcome what came of it
     */
    default void after(ChangeCause cause, ChangeOutcome outcome) {}

    /**
     * Returns the guard that a manager has by default: it writes one line at info for each applied change and one for each
     * refused or failed one, never with a key or a hash.
     */
    static ChangeGuard logging() {
        return ChangeLog.INSTANCE;
    }
}
