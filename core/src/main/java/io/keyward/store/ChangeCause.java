package io.keyward.store;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Describes why a record is changed: what is done, by whom, for which request, and when.
 *
 * <p>{@link ApiKeyManager} makes one for each change and hands it to the {@linkplain ApiKeyStore store}, which can keep
 * it in the transaction of the change, and to each {@link ChangeGuard}. Holds no secret, and no text of the record.
 * Immutable.
 *
 * @param action what is done
 * @param actor who does it
 * @param requestId the id of the request that led to it, as in the application's log; null if there is none
 * @param time when; the record notes it as its creation or last change
 */
public record ChangeCause(
        Action action, Actor actor, @Nullable String requestId, Instant time) {
    /** The most characters of a request id: {@value}. */
    public static final int MAX_REQUEST_ID = 200;

    /**
     * Refuses missing parts.
     *
     * @throws IllegalArgumentException if the request id is empty or too long, has blanks at its ends, or has a control
     *     character or line break
     */
    public ChangeCause {
        requireNonNull(action, "action");
        requireNonNull(actor, "actor");
        Actor.requireLine("request id", requestId, MAX_REQUEST_ID);
        requireNonNull(time, "time");
    }

    /** Returns a cause without a request. */
    public static ChangeCause of(Action action, Actor actor, Instant time) {
        return new ChangeCause(action, actor, null, time);
    }

    /** Names what is done to a key. */
    public enum Action {
        /** A new key is made. */
        ISSUE,
        /** A record of a key that was made elsewhere is stored. */
        IMPORT,
        /** A key gets a new secret. */
        ROTATE,
        /** The owner, name, roles, permissions, end or metadata of a key are changed. */
        CHANGE,
        /** A key is disabled. */
        DISABLE,
        /** A disabled key is enabled. */
        ENABLE,
        /** A key is revoked for good. */
        REVOKE,
        /** The record of a key that has ended is removed. */
        PURGE,
        /** An earlier change is undone, because its result could not be delivered. */
        UNDO
    }
}
