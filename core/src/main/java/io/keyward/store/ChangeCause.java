package io.keyward.store;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Says why a record is changed: what is done, by whom, for which request, and when.
 *
 * <p>{@link ApiKeyManager} makes one for each change and hands it to the {@linkplain ApiKeyStore store}, which can keep
 * it in the transaction of the change, and to each {@link ChangeGuard}. Holds no secret, and no text of the record.
 * Immutable.
 *
 * @param action what is done
 * @param actor who does it
 * @param requestId the id of the request that led to it, as the application's log has it; null if there is none
 * @param time when; what a record notes as its creation or last change
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

    /** Says what is done to a key. */
    public enum Action {
        /** A new key is made. */
        ISSUE,
        /** A record of a key that was made elsewhere is taken over. */
        IMPORT,
        /** A key gets a new secret. */
        ROTATE,
        /** What is noted of a key is changed: owner, name, roles, permissions, end, metadata. */
        CHANGE,
        /** A key is switched off. */
        DISABLE,
        /** A key is switched on. */
        ENABLE,
        /** A key is ended for good. */
        REVOKE,
        /** The record of a key that has ended is removed. */
        PURGE,
        /** An earlier change is taken back, because its result could not be handed over. */
        UNDO
    }
}
