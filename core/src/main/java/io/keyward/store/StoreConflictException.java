package io.keyward.store;

import static java.util.Objects.requireNonNull;

/** Thrown when a store refuses a change because of what it holds. The store is as it was before. */
public final class StoreConflictException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Conflict conflict;
    private final String keyId;

    /**
     * Creates the exception.
     *
     * @param conflict what prevented the change
     * @param keyId the id of the record that was refused
     */
    public StoreConflictException(Conflict conflict, String keyId) {
        super("key `" + requireNonNull(keyId, "keyId") + "` " + conflict.description);
        this.conflict = conflict;
        this.keyId = keyId;
    }

    /** Returns what prevented the change. */
    public Conflict conflict() {
        return conflict;
    }

    /** Returns the id of the record that was refused. */
    public String keyId() {
        return keyId;
    }

    /** Names what prevents a change. */
    public enum Conflict {
        /** The id to insert exists already: insert with another, or update. */
        ID_TAKEN("exists already; give the new key another id"),
        /** Another record has the hash too, or the record has it twice: keep each key in one record only. */
        HASH_TAKEN("has a hash that is stored already; keep each key in one record only"),
        /** Somebody changed the record since it was read: read it again and repeat the change. */
        STALE("was changed by somebody else since it was read; read it again and repeat the change"),
        /** There is no record to update. */
        MISSING("is not in the store");

        private final String description;

        Conflict(String description) {
            this.description = description;
        }
    }
}
