package io.keyward.store;

import static java.util.Objects.requireNonNull;

/** Says that a store refused a change because of what it holds. The store is as it was before. */
public final class StoreConflictException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Conflict conflict;
    private final String keyId;

    /**
     * Creates the exception.
     *
     * @param conflict what stood in the way
     * @param keyId the id of the record that was refused
     */
    public StoreConflictException(Conflict conflict, String keyId) {
        super("key `" + requireNonNull(keyId, "keyId") + "` " + conflict.description);
        this.conflict = conflict;
        this.keyId = keyId;
    }

    /** Returns what stood in the way. */
    public Conflict conflict() {
        return conflict;
    }

    /** Returns the id of the record that was refused. */
    public String keyId() {
        return keyId;
    }

    /** Names what stands in the way of a change. */
    public enum Conflict {
        /** An inserted id is there already: insert with another, or update. */
        ID_TAKEN("is there already; give the new one another id"),
        /** A hash stands under another id, or twice in the record: one key may stand under one record only. */
        HASH_TAKEN("has a hash that is stored already; one key may stand under one record only"),
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
