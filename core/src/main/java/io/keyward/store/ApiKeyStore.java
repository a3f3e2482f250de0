package io.keyward.store;

import static java.util.Objects.requireNonNull;

import io.keyward.ApiKeyRecord;
import io.keyward.store.ChangeCause.Action;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Keeps key records: the write side of a file, a database or memory, and where a {@link io.keyward.KeyRing} is made
 * from.
 *
 * <p><b>One change at a time, of one record, whole or not at all.</b> {@link #insert(ApiKeyRecord, ChangeCause) insert}
 * and {@link #update(ApiKeyRecord, ChangeCause) update} are atomic for every thread and every process that works on the
 * same data. A reader sees a record as it was before or as it is after, never a mixture, and never a part of a refused
 * or failed change. Once a change has returned, every read that starts afterwards sees it, through this object or
 * another over the same data. It is as durable as the store is: for a file, on the disk (written, forced, renamed,
 * directory forced); for a database, committed; for memory, until the process ends.
 *
 * <p><b>Versions.</b> A stored record has a {@linkplain ApiKeyRecord#version version} of 1 or more, which names one
 * state of it. {@code insert} takes a record of version 0. {@code update} takes the version that the caller has read
 * and refuses unless the store still has that version. So no change is lost if two callers change the same record: the
 * second one gets an exception and reads again. Stores that count start at 1 and add 1 with every change. One that
 * cannot count, such as a file edited by hand, may derive the version from the record's content, because then too a
 * different version means different content. A version is not secret, so it must not show anything about a hash.
 *
 * <p><b>Three ways to end.</b> A method returns; or it throws {@link StoreConflictException}: the store was reached,
 * refused, and is as before; or it throws {@link StoreException}: the store could not be reached or its answer was
 * lost. After a {@code StoreException} a change has happened whole or not at all; {@link #find} shows which.
 *
 * <p><b>A revoked record stays</b> until {@link #remove} is called for it, so that its id is not issued again and its
 * rejection can be explained. When records disappear (removed here, or a line deleted by hand), {@link #changesSince}
 * returns empty and followers load all records.
 *
 * <p>A store keeps what it is given and checks only what it alone can see: ids, hashes, versions. {@link ApiKeyManager}
 * and the ring check roles, windows and states. Times are kept to the microsecond; a store may drop what is finer.
 *
 * <p>Implementations may be shared between threads, virtual ones included. Methods may block for I/O, because no
 * request waits for them. The contract suite {@code io.keyward.testing.ApiKeyStoreContract} tests what is written here.
 */
public interface ApiKeyStore {
    /**
     * Stores a new record.
     *
     * <p>Checks and stores in one step: if two callers insert the same id, or the same hash under two ids, at the same
     * time, one of them is refused.
     *
     * @param record a record of version 0
     * @param cause why; a store that keeps a trail writes it in the same step, any other may ignore it
     * @return the record as stored, with its first version
     * @throws StoreConflictException {@code ID_TAKEN} if there is a record of this id, {@code HASH_TAKEN} if one of its
     *     hashes occurs in another record or twice in this one; the store is as before
     * @throws IllegalArgumentException if the version is not 0, or the store cannot represent a value of the record;
     *     the store is as before
     * @throws StoreException if the store failed: the record is there whole or not at all
     */
    ApiKeyRecord insert(ApiKeyRecord record, ChangeCause cause);

    /** Stores a new record as one that the application itself imports now: for set-up and tests. */
    default ApiKeyRecord insert(ApiKeyRecord record) {
        return insert(record, ChangeCause.of(Action.IMPORT, Actor.application(), Instant.now()));
    }

    /**
     * Replaces the stored record of the same id if it is still in the version of the given one: compare and set.
     *
     * <pre>{@code
     * store.update(store.find(id).orElseThrow().toBuilder().state(KeyState.DISABLED).build());
     * }</pre>
     *
     * <p>Hashes that the new state no longer has are free for other records from then on.
     *
     * @param record the new state, with the version of the state it was made from
     * @param cause why, as for {@link #insert(ApiKeyRecord, ChangeCause)}
     * @return the record as stored, with its new version
     * @throws StoreConflictException {@code STALE} if the stored version is another, {@code MISSING} if there is no
     *     record of this id, {@code HASH_TAKEN} as {@link #insert(ApiKeyRecord, ChangeCause) insert}; the store is as
     *     before
     * @throws IllegalArgumentException if the version is 0, or the store cannot represent a value of the record; the
     *     store is as before
     * @throws StoreException if the store failed: the record is in its old state or in its new one
     */
    ApiKeyRecord update(ApiKeyRecord record, ChangeCause cause);

    /** Replaces a stored record as one that the application itself changes now: for set-up and tests. */
    default ApiKeyRecord update(ApiKeyRecord record) {
        return update(record, ChangeCause.of(Action.CHANGE, Actor.application(), Instant.now()));
    }

    /**
     * Removes the stored record of an id if it is still in the version of the given one: compare and remove.
     *
     * <p>For records that are no longer needed, see {@link ApiKeyManager#purge}. The id and the hashes are free from
     * then on, and {@link #changesSince} returns empty for every earlier stamp.
     *
     * @param record the record as it was read
     * @param cause why, as for {@link #insert(ApiKeyRecord, ChangeCause)}
     * @throws StoreConflictException {@code STALE} if the stored version is another, {@code MISSING} if there is no
     *     record of this id; the store is as before
     * @throws IllegalArgumentException if the version is 0
     * @throws UnsupportedOperationException if the store keeps every record, which is the default
     * @throws StoreException if the store failed: the record is there or not
     */
    default void remove(ApiKeyRecord record, ChangeCause cause) {
        throw new UnsupportedOperationException(this + " keeps every record");
    }

    /**
     * Returns the record of an id as it is stored now, revoked ones included; empty if there is none.
     *
     * @param id any text; the result is empty if it cannot be a key id
     * @throws StoreException if the store could not be read
     */
    Optional<ApiKeyRecord> find(String id);

    /**
     * Returns records that a filter chooses, by id in the order of its characters' codes ({@code 0-9}, {@code _},
     * {@code a-z}): one page at a time.
     *
     * <pre>{@code
     * List<ApiKeyRecord> next = store.list(filter, page.get(page.size() - 1).id(), 100);
     * }</pre>
     *
     * <p>A record that is inserted or removed between two pages may appear or not; every other record appears exactly
     * once. By default it loads all records; a database filters and pages by itself.
     *
     * @param after the id after which the page begins, stored or not; null for the first page
     * @param limit the most records, at least 1
     * @return the page; the last one if it has fewer records than the limit
     * @throws IllegalArgumentException if the limit is less than 1
     * @throws StoreException if the store could not be read
     */
    default List<ApiKeyRecord> list(KeyFilter filter, @Nullable String after, int limit) {
        if (limit < 1) {
            throw new IllegalArgumentException("limit (" + limit + ") must be at least 1");
        }
        return load().records().stream()
                .filter(record -> after == null || record.id().compareTo(after) > 0)
                .filter(filter::chooses)
                .sorted(Comparator.comparing(ApiKeyRecord::id))
                .limit(limit)
                .toList();
    }

    /**
     * Returns all records, and the stamp from which {@link #changesSince} continues.
     *
     * <p>Both belong to one moment: every change is in the records or comes after the stamp. Takes time and memory in
     * proportion to the number of records.
     *
     * @throws StoreException if the store could not be read, or holds something that is not valid
     */
    Snapshot load();

    /**
     * Returns what changed after a stamp; empty if the store cannot know, so that the caller must {@link #load} again.
     *
     * <p>Each changed record comes once, in its newest state, in the order of its last change, the oldest first. It
     * contains every change that had returned when this call started: none is skipped, but one may come twice. So a
     * database must not stamp with a clock or a sequence alone, because a lower number may be committed after a higher
     * one.
     *
     * <p>If there is much, a store may return only the first part: call again with the new stamp until the list is
     * empty. It returns empty if the stamp is from another store or too old, or if records have been removed since. A
     * call when nothing changed is cheap.
     *
     * @throws StoreException if the store could not be read; the old stamp can be used again
     */
    Optional<Changes> changesSince(Stamp stamp);

    /**
     * Returns whether a later state of an id always has a higher version, even if the record was removed and inserted
     * again in between; by default false.
     *
     * <p>Managers and followers then read and write without the lock of the ring, and the higher version wins when they
     * publish. For a store that cannot promise this, such as a file edited by hand, they hold the lock while they read
     * and write, so a read that hangs holds up every change.
     */
    default boolean hasOrderedVersions() {
        return false;
    }

    /**
     * Returns whether others than the managers of this process may change the records, by default true; then a service
     * needs a {@link StoreFollower}.
     */
    default boolean isShared() {
        return true;
    }

    /**
     * Returns the records that the last {@link #load} left out because they are not sound in the store, by id, with what
     * is wrong with each, without any hash; by default empty. Their keys are rejected.
     */
    default Map<String, String> unsound() {
        return Map.of();
    }

    /**
     * Returns when the secrets of these keys were last used, as far as the store knows of it, because the services over
     * it write that down; by default empty. By id, and then by {@linkplain io.keyward.HashedSecret#ordinal ordinal}.
     *
     * <p>A store that cannot read them logs that and returns empty, because the answer to a change shows them too, and a
     * change that was made must not look failed.
     */
    default Map<String, Map<Integer, Instant>> lastUses(Collection<String> ids) {
        requireNonNull(ids, "ids");
        return Map.of();
    }

    /**
     * Returns whether the store holds exactly these records, as far as it can find out cheaply; by default true. A
     * follower asks now and then, and loads all records if the answer is false. This finds changes that the store did
     * not count, such as those that an operator makes while triggers are off.
     *
     * @param records what a follower has read up to the stamp, and maybe newer ones
     * @param except ids that are not compared, because the service holds them in another state on purpose
     * @param stamp of the last reading
     * @throws StoreException if the store could not be read
     */
    default boolean isInStep(Collection<ApiKeyRecord> records, Set<String> except, Stamp stamp) {
        return true;
    }

    /**
     * Compares the peppers of a service, by their check values, with those that the hashes in the store were made with,
     * and stores the check value of a new pepper if it may write. By default it does neither. A follower calls it
     * before each load of all records, and now and then.
     *
     * @param checks the {@linkplain io.keyward.KeyHasher#check check values} of the service, by the id of the pepper
     * @throws StoreException if the store has another check value for one of the ids, or could not be read
     */
    default void requirePeppers(Map<String, String> checks) {
        requireNonNull(checks, "checks");
    }

    /**
     * Runs a callback soon after records may have changed, if the store is notified of changes; by default never. A
     * follower still reads at its interval, because a notification can be lost.
     *
     * @param changed returns at once and throws nothing; runs on any thread, even if nothing changed
     * @return ends the watch when closed
     */
    default Watch watch(Runnable changed) {
        requireNonNull(changed, "changed");
        return () -> {};
    }

    /** Ends a {@link #watch} when closed; the second time it does nothing. */
    @FunctionalInterface
    interface Watch extends AutoCloseable {
        /** Ends it; after this the callback does not run. */
        @Override
        void close();
    }

    /**
     * Holds all records of one moment.
     *
     * @param records in no particular order
     * @param stamp where {@link #changesSince} continues
     */
    record Snapshot(List<ApiKeyRecord> records, Stamp stamp) {
        /** Copies the list. */
        public Snapshot {
            records = List.copyOf(records);
            requireNonNull(stamp, "stamp");
        }
    }

    /**
     * Holds the records that changed after one moment.
     *
     * @param records each in its newest state, in the order of their last change, the oldest first; empty if nothing
     *     changed
     * @param stamp where {@link #changesSince} continues
     */
    record Changes(List<ApiKeyRecord> records, Stamp stamp) {
        /** Copies the list. */
        public Changes {
            records = List.copyOf(records);
            requireNonNull(stamp, "stamp");
        }
    }

    /**
     * Marks a moment in the history of one store. Only the store that made it can read it; everyone may keep it.
     *
     * @param text what the store wrote into it; holds no secret
     */
    record Stamp(String text) {
        /** Refuses a missing text. */
        public Stamp {
            requireNonNull(text, "text");
        }
    }
}
