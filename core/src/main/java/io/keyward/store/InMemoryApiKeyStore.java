package io.keyward.store;

import io.keyward.ApiKeyRecord;
import io.keyward.HashedSecret;
import io.keyward.KeyHash;
import io.keyward.store.StoreConflictException.Conflict;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Keeps records in memory until the process ends: for tests, and for services that get their keys from elsewhere at
 * each start.
 *
 * <p>Keeps no history except the order of last changes, so it holds one entry a record. Every method holds one lock for
 * a few map operations; {@link #load} holds it while it copies. May be shared between threads.
 */
public final class InMemoryApiKeyStore implements ApiKeyStore {
    private final String name = Long.toHexString(new SecureRandom().nextLong());
    private final Map<String, Entry> entries = new HashMap<>();
    private final Map<KeyHash, String> idsByHash = new HashMap<>();
    private final NavigableMap<Long, ApiKeyRecord> byLastChange = new TreeMap<>();
    private long changes;
    /** A stamp from before the last removal cannot show what was removed. */
    private long lastRemoval;
    /** The highest version of a record that was removed; a new record of the same id gets a higher one. */
    private long highestRemoved;

    private InMemoryApiKeyStore() {}

    /** Returns an empty store. */
    public static InMemoryApiKeyStore create() {
        return new InMemoryApiKeyStore();
    }

    @Override
    public synchronized ApiKeyRecord insert(ApiKeyRecord record, ChangeCause cause) {
        if (record.version() != 0) {
            throw new IllegalArgumentException("key `" + record.id() + "` has version " + record.version()
                    + " and must have 0 to be inserted; update it instead");
        }
        if (entries.containsKey(record.id())) {
            throw new StoreConflictException(Conflict.ID_TAKEN, record.id());
        }
        return put(record, null);
    }

    @Override
    public synchronized ApiKeyRecord update(ApiKeyRecord record, ChangeCause cause) {
        if (record.version() == 0) {
            throw new IllegalArgumentException(
                    "key `" + record.id() + "` has version 0 and must have that of the record it was made from");
        }
        return put(record, current(record));
    }

    private Entry current(ApiKeyRecord record) {
        Entry stored = entries.get(record.id());
        if (stored == null) {
            throw new StoreConflictException(Conflict.MISSING, record.id());
        }
        if (stored.record.version() != record.version()) {
            throw new StoreConflictException(Conflict.STALE, record.id());
        }
        return stored;
    }

    @Override
    public synchronized void remove(ApiKeyRecord record, ChangeCause cause) {
        if (record.version() == 0) {
            throw new IllegalArgumentException("key `" + record.id() + "` has version 0 and was never stored");
        }
        Entry before = current(record);
        release(before);
        entries.remove(record.id());
        highestRemoved = Math.max(highestRemoved, record.version());
        lastRemoval = ++changes;
    }

    @Override
    public synchronized Optional<ApiKeyRecord> find(String id) {
        return Optional.ofNullable(entries.get(id)).map(Entry::record);
    }

    @Override
    public synchronized Snapshot load() {
        return new Snapshot(List.copyOf(byLastChange.values()), stamp());
    }

    @Override
    public synchronized Optional<Changes> changesSince(Stamp stamp) {
        return changeNumberOf(stamp)
                .filter(number -> number >= lastRemoval)
                .map(number -> new Changes(
                        List.copyOf(byLastChange.tailMap(number, false).values()), stamp()));
    }

    @Override
    public boolean hasOrderedVersions() {
        return true;
    }

    @Override
    public boolean isShared() {
        return false;
    }

    /** Checks first, so that a refused change leaves nothing behind. */
    private ApiKeyRecord put(ApiKeyRecord record, @Nullable Entry before) {
        requireOwnHashes(record);
        long version = before == null ? highestRemoved : record.version();
        ApiKeyRecord stored = record.toBuilder().version(version + 1).build();
        if (before != null) {
            release(before);
        }
        changes++;
        stored.secrets().forEach(secret -> idsByHash.put(secret.hash(), stored.id()));
        byLastChange.put(changes, stored);
        entries.put(stored.id(), new Entry(stored, changes));
        return stored;
    }

    private void release(Entry entry) {
        entry.record.secrets().forEach(secret -> idsByHash.remove(secret.hash()));
        byLastChange.remove(entry.lastChange);
    }

    private void requireOwnHashes(ApiKeyRecord record) {
        Set<KeyHash> seen = new HashSet<>();
        for (HashedSecret secret : record.secrets()) {
            String holder = idsByHash.getOrDefault(secret.hash(), record.id());
            if (!holder.equals(record.id()) || !seen.add(secret.hash())) {
                throw new StoreConflictException(Conflict.HASH_TAKEN, record.id());
            }
        }
    }

    private Stamp stamp() {
        return new Stamp(name + ":" + changes);
    }

    private Optional<Long> changeNumberOf(Stamp stamp) {
        String start = name + ":";
        return stamp.text().startsWith(start)
                ? Optional.of(Long.valueOf(stamp.text().substring(start.length())))
                : Optional.empty();
    }

    @Override
    public synchronized String toString() {
        return "InMemoryApiKeyStore[" + entries.size() + " keys]";
    }

    private record Entry(ApiKeyRecord record, long lastChange) {}
}
