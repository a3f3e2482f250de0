package io.keyward.store;

import static java.util.Objects.requireNonNull;

import io.keyward.ApiKey;
import io.keyward.ApiKeyRecord;

/**
 * Holds a key that was just made and the record stored of it. Nothing else holds the key: show it to the person who
 * will use it, then drop this object.
 *
 * <p>{@link #toString} shows the id only. Immutable.
 *
 * @param key the key, which no store has
 * @param record what is stored of it
 */
public record IssuedKey(ApiKey key, ApiKeyRecord record) {
    /** Refuses a missing part. */
    public IssuedKey {
        requireNonNull(key, "key");
        requireNonNull(record, "record");
    }

    /** Returns the id of the record, which stays the same when the key is rotated. */
    public String id() {
        return record.id();
    }

    @Override
    public String toString() {
        return "IssuedKey[" + id() + "]";
    }
}
