package io.keyward.store;

import io.keyward.ApiKeyRecord;
import org.jspecify.annotations.Nullable;

/**
 * Is notified of each change that {@link ApiKeyManager} makes: before it, when it can stop it, and after it, with the
 * outcome.
 *
 * <p>Use it for a trail outside the store, a rule of your own, or a message to a person. Attach it by
 * {@link ApiKeys.Builder#guards} or {@link ApiKeyManager.Builder#guards}. It is not called for a change that changes
 * nothing, such as the second revoke of a key.
 *
 * <p>Called on the thread that makes the change, while other changes through the same manager may wait: return soon,
 * and do not call a manager. Several threads may call at once. Records reach a guard with their hashes, which are as
 * secret as keys: write only ids and what their {@code toString} shows.
 */
public interface ChangeGuard {
    /**
     * Called when a change has passed all checks and is about to be stored; does nothing by default. Called again, with
     * other records, if the store refuses because somebody else changed the record first.
     *
     * @param cause why it is made
     * @param before the record as it is; null for one that is new
     * @param after the record as it would be stored; null for one that is removed
     * @throws ChangeRefusedException to stop a change that a rule forbids, made by
     *     {@link ChangeRefusedException#stopped}; the admin API answers 403 with its message, and the command line
     *     prints it
     * @throws RuntimeException to stop the change because it could not be checked. In either case nothing is stored, no
     *     further guard is asked, and the caller of the manager gets this exception
     */
    default void before(ChangeCause cause, @Nullable ApiKeyRecord before, @Nullable ApiKeyRecord after) {}

    /**
     * Called once for each change that was applied, was refused or has failed; does nothing by default. An applied
     * change is stored by then, and in force when the method of the manager returns. Whatever this throws is logged and
     * changes nothing.
     *
     * @param cause why it was made
     * @param outcome what came of it
     */
    default void after(ChangeCause cause, ChangeOutcome outcome) {}

    /**
     * Returns the guard that a manager has by default. It writes one line at info for each change that was applied, was
     * refused or has failed, never with a key or a hash.
     */
    static ChangeGuard logging() {
        return ChangeLog.INSTANCE;
    }
}
