package io.keyward.testing;

import static java.util.stream.Collectors.toMap;
import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.keyward.ApiKeyRecord;
import io.keyward.HashedSecret;
import io.keyward.KeyState;
import io.keyward.role.Permission;
import io.keyward.store.Actor;
import io.keyward.store.ApiKeyStore;
import io.keyward.store.ApiKeyStore.Changes;
import io.keyward.store.ApiKeyStore.Snapshot;
import io.keyward.store.ApiKeyStore.Stamp;
import io.keyward.store.ChangeCause;
import io.keyward.store.ChangeCause.Action;
import io.keyward.store.KeyFilter;
import io.keyward.store.StoreConflictException;
import io.keyward.store.StoreConflictException.Conflict;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * Tests what {@link ApiKeyStore} promises. A store passes if JUnit runs a subclass of this without a failure:
 *
 * <pre>{@code
 * class InMemoryApiKeyStoreTest extends ApiKeyStoreContract {
 *     @Override
 *     protected ApiKeyStore newStore() {
 *         return InMemoryApiKeyStore.create();
 *     }
 * }
 * }</pre>
 *
 * <p>It tests atomicity, versions, order and visibility between threads. If {@link #reopen} is overridden, it tests
 * them between stores over the same data, too. It cannot test durability: each store must test for itself what survives
 * a killed process or a full disk. No test depends on how fast the machine is.
 */
public abstract class ApiKeyStoreContract {
    private static final int THREADS = 8;
    private static final int ROUNDS = 25;
    /** More than a right store ever needs; without it a test of a wrong store would never end. */
    private static final int MOST_ATTEMPTS = 10_000;

    private static final String ALWAYS_STALE =
            "what find returns is always refused as STALE, so find does not return what is stored";
    private static final String NO_END =
            "changesSince reports changes without end; after the newest stamp it must report none";

    private static final Instant START = Instant.parse("2026-11-23T12:00:00Z");

    private static final ChangeCause PURGE = ChangeCause.of(Action.PURGE, Actor.job("nightly"), START);

    private ApiKeyStore store;

    /** For subclasses. */
    protected ApiKeyStoreContract() {}

    /**
     * Returns a new store without records; called once before each test.
     *
     * @throws Exception for any reason; the test fails
     */
    protected abstract ApiKeyStore newStore() throws Exception;

    /**
     * Returns another store over the data of the given one, as another process would open it; by default the given one
     * itself.
     *
     * @throws Exception for any reason; the test fails
     */
    protected ApiKeyStore reopen(ApiKeyStore opened) throws Exception {
        return opened;
    }

    /**
     * Returns whether the store can say what changed, by default true. A store whose {@link ApiKeyStore#changesSince}
     * returns empty after every change overrides this with false; then the order of changes is not tested.
     */
    protected boolean tellsChanges() {
        return true;
    }

    /**
     * Returns whether the store can {@link ApiKeyStore#remove}, by default true. A store that keeps every record
     * overrides this with false.
     */
    protected boolean removes() {
        return true;
    }

    @BeforeEach
    void openStore() throws Exception {
        store = newStore();
    }

    // insert

    @Test
    @DisplayName("insert gives the record its first version and changes nothing else")
    void insertGivesFirstVersion() {
        ApiKeyRecord record = fullRecord().build();

        ApiKeyRecord stored = store.insert(record);

        assertTrue(stored.version() >= 1, "the version of a stored record is 1 or more");
        assertSameBut(record, stored);
        assertEquals(Optional.of(stored), store.find(record.id()));
    }

    @Test
    @DisplayName("a record of every component comes back the same, by find, by load and after opening again")
    void keepsEveryComponent() throws Exception {
        ApiKeyRecord stored = store.insert(fullRecord().build());
        ApiKeyStore reopened = reopen(store);

        assertAll(
                () -> assertEquals(Optional.of(stored), store.find(stored.id())),
                () -> assertEquals(List.of(stored), store.load().records()),
                () -> assertEquals(Optional.of(stored), reopened.find(stored.id())),
                () -> assertEquals(List.of(stored), reopened.load().records()));
    }

    @Test
    @DisplayName("a record of nothing but a hash comes back the same")
    void keepsBareRecord() {
        ApiKeyRecord record = bareRecord();

        store.insert(record);

        assertSameBut(record, found(record.id()));
    }

    @Test
    @DisplayName("each state comes back the same")
    void keepsEachState() {
        for (KeyState state : KeyState.values()) {
            ApiKeyRecord stored = store.insert(newRecord().state(state).build());
            assertEquals(state, found(stored.id()).state());
        }
    }

    @Test
    @DisplayName("times to the microsecond, long ago and far ahead, come back the same")
    void keepsTimesToTheMicrosecond() {
        HashedSecret secret = bareRecord()
                .current()
                .withNotBefore(Instant.parse("1970-01-01T00:00:00.000001Z"))
                .withExpiresAt(Instant.parse("9999-12-31T23:59:59.999999Z"));
        ApiKeyRecord record = newRecord().secrets(List.of(secret)).build();

        store.insert(record);

        assertSameBut(record, found(record.id()));
    }

    @Test
    @DisplayName("creation and last change to the microsecond come back the same, each also without the other")
    void keepsCreationAndLastChange() throws Exception {
        Instant time = Instant.parse("2026-11-23T12:00:00.000001Z");
        List<ApiKeyRecord> records = List.of(
                newRecord().created(time, null).build(),
                newRecord().created(null, "operator:anna").build(),
                newRecord().changed(time, null).build(),
                newRecord().changed(null, "key:a1b2c3d4").build(),
                newRecord()
                        .created(time, "operator:anna")
                        .changed(time.plusSeconds(1), "operator:anna")
                        .build());
        records.forEach(store::insert);

        for (ApiKeyRecord record : records) {
            assertSameBut(record, found(record.id()));
            assertSameBut(record, reopen(store).find(record.id()).orElseThrow());
        }
    }

    @Test
    @DisplayName("the ordinals of the secrets come back the same, and outlive the secret that a rotation has replaced")
    void keepsOrdinals() throws Exception {
        HashedSecret old = bareRecord().current().withOrdinal(7).withExpiresAt(START);
        ApiKeyRecord rotating = store.insert(newRecord()
                .secrets(List.of(bareRecord().current().withOrdinal(8), old))
                .build());
        assertHolds(rotating);

        ApiKeyRecord rotated = store.update(
                rotating.toBuilder().secrets(List.of(rotating.current())).build());

        assertEquals(8, found(rotated.id()).current().ordinal());
        assertEquals(8, reopen(store).find(rotated.id()).orElseThrow().current().ordinal());
    }

    @Test
    @DisplayName("an attribute that nobody knows comes back the same, and survives a change of something else")
    void keepsUnknownAttributes() throws Exception {
        Map<String, String> attributes = Map.of("of-tomorrow", "10/s; \"burst\"=20", "x.y_Z", "a", "limit", "b");
        ApiKeyRecord stored = store.insert(newRecord().attributes(attributes).build());

        assertEquals(attributes, found(stored.id()).attributes());
        ApiKeyRecord changed = store.update(stored.toBuilder().owner("o").build());
        assertEquals(attributes, found(changed.id()).attributes());
        assertEquals(attributes, reopen(store).find(changed.id()).orElseThrow().attributes());
    }

    @Test
    @DisplayName("text with marks that files and queries use comes back the same or is refused whole")
    void keepsAwkwardTextOrRefusesIt() {
        for (String text : awkwardTexts()) {
            ApiKeyRecord record = newRecord()
                    .owner(text)
                    .name(text)
                    .metadata(Map.of("note", text))
                    .build();
            try {
                store.insert(record);
                assertSameBut(record, found(record.id()));
            } catch (IllegalArgumentException refused) {
                assertEquals(Optional.empty(), store.find(record.id()), "a refused record leaves nothing behind");
            }
        }
    }

    @Test
    @DisplayName("whatever the cause of a change says, the record is stored as it was given")
    void storesTheSameWhateverTheCause() {
        for (ChangeCause cause : causes()) {
            ApiKeyRecord record = fullRecord().build();

            ApiKeyRecord inserted = store.insert(record, cause);
            assertSameBut(record, inserted);
            assertEquals(inserted, found(record.id()));

            ApiKeyRecord change = inserted.toBuilder().owner("another").build();
            ApiKeyRecord updated = store.update(change, cause);
            assertSameBut(change, updated);
            assertEquals(updated, found(record.id()));
        }
    }

    private static List<ChangeCause> causes() {
        Actor full = Actor.operator("o'brien; --").withName("鍵 \"a\" = b # c").withAddress("2001:db8::1");
        Stream<ChangeCause> actions =
                Stream.of(Action.values()).map(action -> new ChangeCause(action, full, "r-1 ${HOME}", START));
        Stream<ChangeCause> actors = Stream.of(Actor.application(), Actor.job("nightly"))
                .map(actor -> ChangeCause.of(Action.CHANGE, actor, START.plusNanos(1)));
        return Stream.concat(actions, actors).toList();
    }

    @Test
    @DisplayName("insert refuses an id that exists, and leaves its record as it was")
    void refusesIdThatIsTaken() {
        ApiKeyRecord first = store.insert(fullRecord().build());
        ApiKeyRecord second = ApiKeyRecord.builder(first.id())
                .hash(bareRecord().current().hash())
                .build();

        assertConflict(Conflict.ID_TAKEN, () -> store.insert(second));
        assertHolds(first);
        store.insert(newRecord().secrets(second.secrets()).build());
    }

    @Test
    @DisplayName("insert refuses a hash of another record, current or retiring, and leaves nothing behind")
    void refusesHashOfAnotherRecord() {
        ApiKeyRecord first = store.insert(fullRecord().build());
        Stamp stamp = store.load().stamp();
        HashedSecret free = bareRecord().current();
        ApiKeyRecord.Builder second = newRecord();
        for (HashedSecret taken : first.secrets()) {
            for (List<HashedSecret> secrets : List.of(List.of(taken), List.of(taken, free), List.of(free, taken))) {
                ApiKeyRecord refused = second.secrets(secrets).build();
                assertConflict(Conflict.HASH_TAKEN, () -> store.insert(refused));
            }
        }
        assertHolds(first);
        assertUnchangedSince(stamp);

        ApiKeyRecord accepted = store.insert(second.secrets(List.of(free)).build());
        assertHolds(first, accepted);
    }

    @Test
    @DisplayName("insert refuses one hash twice in a record")
    void refusesOneHashTwiceInARecord() {
        HashedSecret secret = bareRecord().current();
        ApiKeyRecord record = newRecord().secrets(List.of(secret, secret)).build();

        assertConflict(Conflict.HASH_TAKEN, () -> store.insert(record));
        assertHolds();
    }

    @Test
    @DisplayName("insert refuses a record that has a version already")
    void refusesInsertOfAVersion() {
        assertThrows(
                IllegalArgumentException.class,
                () -> store.insert(newRecord().version(1).build()));
        assertHolds();
    }

    // update

    @Test
    @DisplayName("update gives a new version and changes what was changed")
    void updateGivesNewVersion() throws Exception {
        ApiKeyRecord first = store.insert(fullRecord().build());
        ApiKeyRecord wanted = first.toBuilder().owner("somebody else").build();

        ApiKeyRecord second = store.update(wanted);

        assertNotEquals(first.version(), second.version(), "each state has a version of its own");
        assertSameBut(wanted, second);
        assertHolds(second);
        assertEquals(Optional.of(second), reopen(store).find(first.id()));
    }

    @Test
    @DisplayName("update replaces every component, also by nothing")
    void updateReplacesEveryComponent() {
        ApiKeyRecord full = store.insert(fullRecord().build());
        ApiKeyRecord bare = ApiKeyRecord.builder(full.id())
                .hash(bareRecord().current().hash())
                .version(full.version())
                .build();

        ApiKeyRecord emptied = store.update(bare);
        assertSameBut(bare, emptied);
        assertHolds(emptied);

        ApiKeyRecord refilled =
                store.update(full.toBuilder().version(emptied.version()).build());
        assertSameBut(full, refilled);
        assertHolds(refilled);
    }

    @Test
    @DisplayName("of two updates from one version the second is refused and the first stays")
    void refusesUpdateFromAStaleVersion() {
        ApiKeyRecord read = store.insert(fullRecord().build());

        ApiKeyRecord first = store.update(read.toBuilder().owner("first").build());

        assertConflict(
                Conflict.STALE,
                () -> store.update(read.toBuilder().name("second").build()));
        assertHolds(first);
    }

    @Test
    @DisplayName("no version of the past is accepted again, whatever the record went through")
    void refusesEveryVersionOfThePast() {
        ApiKeyRecord current = store.insert(bareRecord());
        List<ApiKeyRecord> past = new ArrayList<>();
        for (int i = 0; i < ROUNDS; i++) {
            past.add(current);
            current = store.update(current.toBuilder().name("name " + i).build());
            for (ApiKeyRecord old : past) {
                ApiKeyRecord late = old.toBuilder().owner("late").build();
                assertConflict(Conflict.STALE, () -> store.update(late));
            }
        }
        assertHolds(current);
    }

    @Test
    @DisplayName("update refuses an id that does not exist, and does not insert it")
    void refusesUpdateOfAMissingRecord() {
        assertConflict(
                Conflict.MISSING, () -> store.update(newRecord().version(1).build()));
        assertHolds();
    }

    @Test
    @DisplayName("update refuses a record that was never stored")
    void refusesUpdateWithoutAVersion() {
        ApiKeyRecord stored = store.insert(bareRecord());

        assertThrows(
                IllegalArgumentException.class,
                () -> store.update(stored.toBuilder().version(0).build()));
        assertHolds(stored);
    }

    @Test
    @DisplayName("update refuses a hash of another record and leaves both as they were")
    void refusesUpdateToAHashOfAnotherRecord() {
        ApiKeyRecord one = store.insert(bareRecord());
        ApiKeyRecord two = store.insert(fullRecord().build());
        Stamp stamp = store.load().stamp();
        HashedSecret fresh = bareRecord().current();
        ApiKeyRecord stolen = two.toBuilder()
                .owner("changed as well")
                .secrets(List.of(fresh, one.current()))
                .build();

        assertConflict(Conflict.HASH_TAKEN, () -> store.update(stolen));
        assertHolds(one, two);
        assertUnchangedSince(stamp);
        store.insert(newRecord().secrets(List.of(fresh)).build());
    }

    @Test
    @DisplayName("a hash that a record no longer has is free for another")
    void freesHashesThatARecordNoLongerHas() {
        ApiKeyRecord first = store.insert(fullRecord().build());
        HashedSecret dropped = first.retiring().orElseThrow();

        ApiKeyRecord rotated =
                store.update(first.toBuilder().secrets(List.of(first.current())).build());
        ApiKeyRecord taker = store.insert(newRecord().secrets(List.of(dropped)).build());

        assertHolds(rotated, taker);
        assertConflict(
                Conflict.HASH_TAKEN,
                () -> store.update(rotated.toBuilder().secrets(first.secrets()).build()));
    }

    @Test
    @DisplayName("the two secrets of a record can change places")
    void secretsCanChangePlaces() {
        ApiKeyRecord first = store.insert(fullRecord().build());
        List<HashedSecret> swapped =
                List.of(first.secrets().get(1), first.secrets().get(0));

        ApiKeyRecord second = store.update(first.toBuilder().secrets(swapped).build());

        assertEquals(swapped, found(second.id()).secrets());
    }

    // remove

    @Test
    @DisplayName("what was removed is in no read any more, and its id and its hashes are free")
    void removesARecord() throws Exception {
        if (!removes()) {
            assertKeepsEveryRecord();
            return;
        }
        ApiKeyRecord kept = store.insert(fullRecord().build());
        ApiKeyRecord record = fullRecord().build();
        ApiKeyRecord stored = store.update(
                store.insert(record).toBuilder().state(KeyState.REVOKED).build());
        Stamp before = store.load().stamp();

        store.remove(stored, PURGE);

        assertHolds(kept);
        assertEquals(Optional.empty(), store.find(record.id()));
        assertEquals(Optional.empty(), reopen(store).find(record.id()));
        assertEquals(Optional.empty(), store.changesSince(before), "a follower loads again");
        ApiKeyRecord again = store.insert(record);
        assertSameBut(record, again);
        assertHolds(kept, again);
        if (store.hasOrderedVersions()) {
            assertTrue(again.version() > stored.version(), "versions of an id go up, over its removal too");
        }
    }

    private void assertKeepsEveryRecord() {
        ApiKeyRecord kept = store.insert(bareRecord());
        assertThrows(UnsupportedOperationException.class, () -> store.remove(kept, PURGE));
        assertHolds(kept);
    }

    @Test
    @DisplayName(
            "remove refuses a record that was changed since it was read, that is not there, and that was never stored")
    void refusesToRemoveAnotherState() {
        if (!removes()) {
            return;
        }
        ApiKeyRecord read = store.insert(bareRecord());
        ApiKeyRecord now = store.update(read.toBuilder().owner("o").build());
        ApiKeyRecord missing = newRecord().version(1).build();

        assertConflict(Conflict.STALE, () -> store.remove(read, PURGE));
        assertConflict(Conflict.MISSING, () -> store.remove(missing, PURGE));
        assertThrows(IllegalArgumentException.class, () -> store.remove(bareRecord(), PURGE));
        assertHolds(now);
    }

    // list

    @Test
    @DisplayName("list gives every record once, by id in the order of its characters' codes, whatever the limit")
    void listsInPages() {
        List<String> ids = List.of("zz", "a_1", "a", "aa", "a0", "0a", "_x", "a__", "b");
        ids.forEach(id -> store.insert(withId(id)));
        List<String> sorted = ids.stream().sorted().toList();

        for (int limit : List.of(1, 2, 3, ids.size(), ids.size() + 1, Integer.MAX_VALUE)) {
            assertEquals(sorted, listed(limit), "by " + limit);
        }
        assertEquals(
                List.of("b", "zz"), idsOf(store.list(KeyFilter.all(), "azzz", 9)), "after an id that is not there");
        assertEquals(List.of(), store.list(KeyFilter.all(), "zz", 1));
        for (int none : List.of(0, -1)) {
            assertThrows(IllegalArgumentException.class, () -> store.list(KeyFilter.all(), null, none));
        }
    }

    private List<String> listed(int limit) {
        List<String> ids = new ArrayList<>();
        List<ApiKeyRecord> page = store.list(KeyFilter.all(), null, limit);
        while (!page.isEmpty()) {
            assertTrue(page.size() <= limit, "no page is longer than the limit");
            ids.addAll(idsOf(page));
            String last = ids.get(ids.size() - 1);
            page = store.list(KeyFilter.all(), last, limit);
            for (String id : idsOf(page)) {
                assertTrue(id.compareTo(last) > 0, "the page after `" + last + "` begins after it");
            }
        }
        return ids;
    }

    @Test
    @DisplayName("list chooses as the filter does, before it cuts the page")
    void listsWhatAFilterChooses() {
        HashedSecret ended = bareRecord().current().withExpiresAt(START);
        HashedSecret ending = bareRecord().current().withExpiresAt(START.plusSeconds(60));
        Stream.of(
                        newRecord().owner("alice").roles("client"),
                        newRecord().owner("Alice").roles("client", "miner"),
                        newRecord().owner("alice").roles("miner").secrets(List.of(ended)),
                        newRecord().owner("o'brien; --").secrets(List.of(ending)),
                        newRecord().state(KeyState.DISABLED).roles("client"),
                        newRecord().owner("alice").state(KeyState.REVOKED).changed(START, "operator:anna"),
                        newRecord().created(START, "operator:anna"),
                        newRecord().owner("alice").created(START.plusNanos(1_000), "operator:anna"),
                        newRecord().state(KeyState.REVOKED))
                .forEach(record -> store.insert(record.build()));

        for (KeyFilter filter : filters()) {
            List<ApiKeyRecord> chosen = store.load().records().stream()
                    .filter(filter::chooses)
                    .sorted(Comparator.comparing(ApiKeyRecord::id))
                    .toList();
            assertEquals(chosen, store.list(filter, null, Integer.MAX_VALUE), filter.toString());
            assertEquals(chosen.stream().limit(1).toList(), store.list(filter, null, 1), filter.toString());
        }
    }

    private static List<KeyFilter> filters() {
        KeyFilter all = KeyFilter.all();
        Instant micro = START.plusNanos(1_000);
        return List.of(
                all,
                all.owner("alice"),
                all.owner("alice").owner("Alice"),
                all.owner("o'brien; --"),
                all.owner("nobody"),
                all.owner("\0"),
                all.owner("\ud800"),
                all.role("client"),
                all.role("client").role("miner"),
                all.role("clien"),
                all.role("clien\0"),
                all.role("client miner"),
                all.state(KeyState.ACTIVE),
                all.state(KeyState.REVOKED).owner("alice"),
                all.expiringBefore(START),
                all.expiringBefore(micro),
                all.expiringBefore(START.plusSeconds(61)).owner("alice"),
                all.createdAfter(START),
                all.createdAfter(START.plusNanos(500)),
                all.createdAfter(START.minusNanos(1)).owner("alice"),
                all.createdAfter(Instant.MIN),
                all.createdAfter(Instant.MAX),
                all.endedBy(START.minusNanos(1_000)),
                all.endedBy(START),
                all.endedBy(START.plusSeconds(60)).role("miner"));
    }

    private static ApiKeyRecord withId(String id) {
        return ApiKeyRecord.builder(id).hash(bareRecord().current().hash()).build();
    }

    private static List<String> idsOf(List<ApiKeyRecord> records) {
        return records.stream().map(ApiKeyRecord::id).toList();
    }

    @Test
    @DisplayName(
            "where versions are ordered, each state of a record has a higher one than all before it, also in another store")
    void ordersVersionsWhereItSaysSo() throws Exception {
        assumeTrue(store.hasOrderedVersions(), "the versions of this store have no order");
        ApiKeyRecord current = store.insert(fullRecord().build());
        for (int i = 0; i < ROUNDS; i++) {
            ApiKeyStore writer = i % 2 == 0 ? store : reopen(store);
            ApiKeyRecord next =
                    writer.update(current.toBuilder().name("name " + i).build());
            assertTrue(next.version() > current.version(), next.version() + " after " + current.version());
            assertEquals(
                    next.version(), reopen(store).find(next.id()).orElseThrow().version());
            current = next;
        }
    }

    @Test
    @DisplayName(
            "where versions are ordered, threads that change one record see no version twice and none that is smaller")
    void ordersVersionsOfManyWriters() throws Exception {
        assumeTrue(store.hasOrderedVersions(), "the versions of this store have no order");
        ApiKeyRecord first = store.insert(bareRecord());
        AtomicBoolean done = new AtomicBoolean();
        Callable<List<Long>> reader = () -> {
            List<Long> seen = new ArrayList<>();
            while (!done.get()) {
                seen.add(found(first.id()).version());
            }
            return seen;
        };
        ExecutorService threads = Executors.newFixedThreadPool(3);
        try {
            Future<List<Long>> reading = threads.submit(reader);
            List<Future<List<Long>>> writing = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                String name = "writer " + i;
                writing.add(threads.submit(() -> changeUntilRefusedNoMore(first.id(), name)));
            }
            Set<Long> versions = new HashSet<>();
            for (Future<List<Long>> writer : writing) {
                for (long version : writer.get()) {
                    assertTrue(versions.add(version), "version " + version + " names two states");
                }
            }
            done.set(true);
            List<Long> seen = reading.get();
            assertEquals(seen.stream().sorted().toList(), seen, "a reader never sees an older state after a newer one");
        } finally {
            done.set(true);
            threads.shutdownNow();
        }
    }

    private List<Long> changeUntilRefusedNoMore(String id, String name) {
        List<Long> versions = new ArrayList<>();
        for (int attempt = 0; versions.size() < ROUNDS; attempt++) {
            assertTrue(attempt < MOST_ATTEMPTS, ALWAYS_STALE);
            try {
                versions.add(store.update(found(id).toBuilder()
                                .name(name + versions.size())
                                .build())
                        .version());
            } catch (StoreConflictException stale) {
                assertEquals(Conflict.STALE, stale.conflict());
            }
        }
        return versions;
    }

    // find and load

    @Test
    @DisplayName("a new store is empty")
    void newStoreIsEmpty() {
        assertHolds();
    }

    @Test
    @DisplayName("find answers nothing for any text that is no stored id")
    void findsNothingForOtherText() {
        ApiKeyRecord stored = store.insert(ApiKeyRecord.builder("alice_1")
                .hash(bareRecord().current().hash())
                .build());
        List<String> others = List.of("", " ", "alice", "alice_1 ", "ALICE_1", "alice_1\n", "alice%1", "alicex1", "%");
        others.forEach(other -> assertEquals(Optional.empty(), store.find(other), () -> "find(" + other + ")"));
        awkwardTexts().forEach(other -> assertEquals(Optional.empty(), store.find(other), () -> "find(" + other + ")"));
        assertEquals(Optional.empty(), store.find("\0"));
        assertEquals(Optional.empty(), store.find("a".repeat(10_000)));
        assertEquals(Optional.of(stored), store.find("alice_1"));
    }

    @Test
    @DisplayName("load gives every record once")
    void loadsEveryRecordOnce() throws Exception {
        ApiKeyRecord[] stored = new ApiKeyRecord[ROUNDS];
        for (int i = 0; i < ROUNDS; i++) {
            stored[i] = store.insert(i % 2 == 0 ? bareRecord() : fullRecord().build());
        }

        assertHolds(stored);
        assertEquals(byId(List.of(stored)), byId(reopen(store).load().records()));
    }

    @Test
    @DisplayName("after a revoke has returned every read shows it: find, load and changes, here and elsewhere")
    void everyReadShowsARevokeThatReturned() throws Exception {
        ApiKeyRecord stored = store.insert(fullRecord().build());
        ApiKeyStore elsewhere = reopen(store);
        Stamp before = elsewhere.load().stamp();
        assertEquals(KeyState.ACTIVE, elsewhere.find(stored.id()).orElseThrow().state());

        store.update(stored.toBuilder().state(KeyState.REVOKED).build());

        for (ApiKeyStore reader : List.of(store, elsewhere)) {
            Map<String, ApiKeyRecord> followed = new HashMap<>();
            follow(reader, before, followed);
            assertAll(
                    () -> assertEquals(
                            KeyState.REVOKED,
                            reader.find(stored.id()).orElseThrow().state(),
                            "find"),
                    () -> assertEquals(
                            KeyState.REVOKED, reader.load().records().get(0).state(), "load"),
                    () -> assertEquals(
                            List.of(KeyState.REVOKED),
                            followed.values().stream().map(ApiKeyRecord::state).toList(),
                            "changesSince"));
        }
    }

    @Test
    @DisplayName("what was read stays as it was read")
    void whatWasReadStays() {
        ApiKeyRecord stored = store.insert(bareRecord());
        Snapshot snapshot = store.load();

        store.update(stored.toBuilder().name("changed").build());
        store.insert(bareRecord());

        assertEquals(List.of(stored), snapshot.records());
    }

    // changesSince

    @Test
    @DisplayName("nothing has changed since a load, and the stamp of that answer is valid, too")
    void nothingChangedSinceALoad() {
        store.insert(bareRecord());
        Snapshot snapshot = store.load();

        assertUnchangedSince(snapshot.stamp());
        store.changesSince(snapshot.stamp()).ifPresent(changes -> assertUnchangedSince(changes.stamp()));
    }

    @Test
    @DisplayName("each change is reported after the stamp before it, none is skipped")
    void tellsEachChange() {
        Stamp stamp = store.load().stamp();
        for (int i = 0; i < ROUNDS; i++) {
            ApiKeyRecord stored = store.insert(bareRecord());
            Map<String, ApiKeyRecord> followed = new HashMap<>();
            stamp = follow(store, stamp, followed);
            assertEquals(stored, followed.get(stored.id()), "an insert");

            ApiKeyRecord changed = store.update(stored.toBuilder().owner("o").build());
            stamp = follow(store, stamp, followed);
            assertEquals(changed, followed.get(stored.id()), "an update");
        }
    }

    @Test
    @DisplayName("changes come in the order of their last change, each record once and in its newest state")
    void tellsChangesInOrder() {
        ApiKeyRecord before = store.insert(bareRecord());
        Stamp stamp = store.load().stamp();
        ApiKeyRecord one = store.insert(bareRecord());
        ApiKeyRecord two = store.insert(bareRecord());
        ApiKeyRecord three = store.insert(bareRecord());
        ApiKeyRecord changedBefore = store.update(before.toBuilder().name("n").build());
        ApiKeyRecord changedOne = store.update(one.toBuilder().name("n").build());
        ApiKeyRecord changedTwice =
                store.update(store.update(two.toBuilder().name("n").build()).toBuilder()
                        .name("m")
                        .build());

        List<ApiKeyRecord> told = allChangesSince(stamp);

        if (tellsChanges()) {
            List<String> order = List.of(three.id(), changedBefore.id(), changedOne.id(), changedTwice.id());
            List<String> toldOrder =
                    told.stream().map(ApiKeyRecord::id).filter(order::contains).toList();
            assertEquals(order, toldOrder, "the order of the last changes");
        }
        assertEquals(
                byId(List.of(three, changedBefore, changedOne, changedTwice)),
                byId(told),
                "every changed record in its newest state");
    }

    @Test
    @DisplayName("an old stamp stays valid: every change after it is reported")
    void oldStampStaysGood() {
        Stamp old = store.load().stamp();
        Set<String> ids = new HashSet<>();
        for (int i = 0; i < ROUNDS; i++) {
            ids.add(store.insert(bareRecord()).id());
            store.load();
        }

        assertEquals(ids, byId(allChangesSince(old)).keySet());
    }

    @Test
    @DisplayName("a stamp that another store made is answered with nothing, not with a part")
    void answersNothingForAForeignStamp() {
        store.insert(bareRecord());

        assertEquals(Optional.empty(), store.changesSince(new Stamp("")));
        assertEquals(Optional.empty(), store.changesSince(new Stamp("of another store")));
    }

    // threads

    @Test
    @DisplayName("8 threads that change one record lose no change")
    void losesNoUpdateOfManyThreads() throws Exception {
        ApiKeyRecord counter = store.insert(withCount(newRecord(), 0));

        inThreads(thread -> {
            ApiKeyStore own = reopen(store);
            for (int i = 0; i < ROUNDS; i++) {
                countUp(own, counter.id());
            }
        });

        assertEquals(THREADS * ROUNDS, countOf(found(counter.id())));
    }

    @Test
    @DisplayName("of 8 threads that insert one id, or one hash, exactly one succeeds")
    void oneInserterWins() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            HashedSecret secret = bareRecord().current();
            String id = bareRecord().id();
            Collection<Optional<Conflict>> sameId = attemptInThreads(thread -> attemptInsert(
                    ApiKeyRecord.builder(id).hash(bareRecord().current().hash()).build()));
            Collection<Optional<Conflict>> sameHash = attemptInThreads(
                    thread -> attemptInsert(newRecord().secrets(List.of(secret)).build()));

            assertEquals(1, sameId.stream().filter(Optional::isEmpty).count(), "inserts of one id");
            assertEquals(1, sameHash.stream().filter(Optional::isEmpty).count(), "inserts of one hash");
        }
        assertEquals(2 * ROUNDS, store.load().records().size());
    }

    @Test
    @DisplayName("readers see a record as it was before a change or as it is after, never a mixture")
    void readersSeeNoMixture() throws Exception {
        ApiKeyRecord one = store.insert(fullRecord().build());
        ApiKeyRecord other = fullRecord().build();
        Set<ApiKeyRecord> whole = Set.of(
                one.toBuilder().version(0).build(),
                ApiKeyRecord.builder(one.id())
                        .owner("other owner")
                        .state(KeyState.DISABLED)
                        .secrets(other.secrets())
                        .metadata(Map.of("other", "metadata"))
                        .build());
        AtomicBoolean done = new AtomicBoolean();

        inThreads(thread -> {
            ApiKeyStore own = reopen(store);
            if (thread == 0) {
                try {
                    flip(own, one.id(), List.copyOf(whole));
                } finally {
                    done.set(true);
                }
                return;
            }
            do {
                assertWhole(whole, own.find(one.id()).orElseThrow());
                own.load().records().forEach(record -> assertWhole(whole, record));
            } while (!done.get());
        });
    }

    @Test
    @DisplayName("a follower misses nothing and never goes back while 7 threads insert and update")
    void followerMissesNothing() throws Exception {
        AtomicBoolean[] done =
                Stream.generate(AtomicBoolean::new).limit(THREADS).toArray(AtomicBoolean[]::new);
        // the follower reads again as soon as there is something new, while the other threads are at their next change
        Semaphore news = new Semaphore(0);
        Snapshot start = store.load();
        Map<String, ApiKeyRecord> followed = new HashMap<>();

        inThreads(thread -> {
            ApiKeyStore own = reopen(store);
            if (thread > 0) {
                try {
                    String id = own.insert(withCount(newRecord(), 0)).id();
                    for (int i = 0; i < ROUNDS; i++) {
                        countUp(own, id);
                        news.release();
                    }
                } finally {
                    done[thread].set(true);
                    news.release();
                }
                return;
            }
            Stamp stamp = start.stamp();
            boolean last;
            do {
                news.acquire();
                news.drainPermits();
                last = Stream.of(done).skip(1).allMatch(AtomicBoolean::get);
                stamp = follow(own, stamp, followed);
            } while (!last);
        });

        assertEquals(THREADS - 1, followed.size(), "every inserted record was reported");
        assertEquals(byId(store.load().records()), followed, "the follower has what the store has");
    }

    // helpers

    private static ApiKeyRecord.Builder newRecord() {
        return ThrowAwayKeys.recordOf(ThrowAwayKeys.newKey());
    }

    private static ApiKeyRecord bareRecord() {
        return newRecord().build();
    }

    private static ApiKeyRecord.Builder fullRecord() {
        HashedSecret current = bareRecord().current().withNotBefore(START).withExpiresAt(START.plusSeconds(86_400));
        HashedSecret retiring = bareRecord().current().withExpiresAt(START.plusSeconds(3_600));
        return newRecord()
                .owner("alice@example.org")
                .name("nightly build")
                .roles("client", "miner")
                .permissions(List.of(Permission.of("jobs:submit"), Permission.of("keys:*")))
                .secrets(List.of(current, retiring))
                .metadata(Map.of("team", "lab 7", "ticket", "KW-12"))
                .attributes(Map.of("tier", "gold"))
                .created(START.minusSeconds(60), "operator:anna")
                .changed(START, "key:a1b2c3d4");
    }

    /** Texts that break files, shell commands or queries that are built from text. */
    private static List<String> awkwardTexts() {
        Stream<String> marks = """
                a=b#c
                a # b
                '
                "
                \\
                a\\nb
                ${HOME}
                $(id)
                %00
                x'; drop table keys; --
                a,b
                ["a"]
                null
                ключ
                鍵
                \uD83D\uDD11""".lines();
        Stream<String> ends = Stream.of(" leading", "trailing ", "a".repeat(ApiKeyRecord.MAX_TEXT));
        return Stream.concat(marks, ends).toList();
    }

    private static ApiKeyRecord withCount(ApiKeyRecord.Builder record, int count) {
        return record.metadata(Map.of("count", Integer.toString(count))).build();
    }

    private static int countOf(ApiKeyRecord record) {
        return Integer.parseInt(record.metadata().getOrDefault("count", ""));
    }

    /** Repeats the update until it is not refused; each time it is, another thread has made progress. */
    private static void countUp(ApiKeyStore store, String id) {
        for (int attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
            ApiKeyRecord read = store.find(id).orElseThrow();
            try {
                store.update(withCount(read.toBuilder(), countOf(read) + 1));
                return;
            } catch (StoreConflictException e) {
                assertEquals(Conflict.STALE, e.conflict());
            }
        }
        fail(ALWAYS_STALE);
    }

    private static void flip(ApiKeyStore store, String id, List<ApiKeyRecord> sides) {
        for (int i = 0; i < 2 * ROUNDS; i++) {
            ApiKeyRecord now = store.find(id).orElseThrow();
            store.update(sides.get(i % 2).toBuilder().version(now.version()).build());
        }
    }

    private static void assertWhole(Set<ApiKeyRecord> whole, ApiKeyRecord seen) {
        assertTrue(
                whole.contains(seen.toBuilder().version(0).build()),
                () -> "a mixture of two states: " + seen + " " + seen.metadata() + " " + seen.owner());
    }

    private Optional<Conflict> attemptInsert(ApiKeyRecord record) {
        try {
            store.insert(record);
            return Optional.empty();
        } catch (StoreConflictException e) {
            return Optional.of(e.conflict());
        }
    }

    private ApiKeyRecord found(String id) {
        return store.find(id).orElseThrow(() -> new AssertionError("key `" + id + "` is not found"));
    }

    /** Asserts that the store holds these records and no others, by load and by find. */
    private void assertHolds(ApiKeyRecord... records) {
        assertEquals(byId(List.of(records)), byId(store.load().records()), "load");
        for (ApiKeyRecord record : records) {
            assertEquals(Optional.of(record), store.find(record.id()), "find");
        }
    }

    private void assertUnchangedSince(Stamp stamp) {
        assertEquals(List.of(), store.changesSince(stamp).map(Changes::records).orElse(List.of()));
    }

    private static void assertSameBut(ApiKeyRecord expected, ApiKeyRecord actual) {
        ApiKeyRecord wanted = expected.toBuilder().version(actual.version()).build();
        assertEquals(
                wanted,
                actual,
                () -> "the record that came back differs in more than its version: owner "
                        + actual.owner() + ", name " + actual.name() + ", permissions " + actual.permissions()
                        + ", metadata "
                        + actual.metadata() + ", windows and hashes not shown");
    }

    private static void assertConflict(Conflict expected, Runnable change) {
        StoreConflictException e = assertThrows(StoreConflictException.class, change::run);
        assertEquals(expected, e.conflict());
    }

    private static Map<String, ApiKeyRecord> byId(Collection<ApiKeyRecord> records) {
        return records.stream().collect(toMap(ApiKeyRecord::id, record -> record));
    }

    private List<ApiKeyRecord> allChangesSince(Stamp stamp) {
        Map<String, ApiKeyRecord> followed = new HashMap<>();
        List<ApiKeyRecord> told = new ArrayList<>();
        Stamp next = stamp;
        for (int reading = 0; reading < MOST_ATTEMPTS; reading++) {
            Optional<Changes> changes = changesSince(store, next);
            if (changes.isEmpty()) {
                follow(store, next, followed);
                return List.copyOf(followed.values());
            }
            if (changes.get().records().isEmpty()) {
                return told;
            }
            told.addAll(changes.get().records());
            next = changes.get().stamp();
        }
        return fail(NO_END);
    }

    private Optional<Changes> changesSince(ApiKeyStore reader, Stamp stamp) {
        Optional<Changes> changes = reader.changesSince(stamp);
        assertTrue(changes.isPresent() || !tellsChanges(), "the store's own stamp must be answered");
        return changes;
    }

    /** Applies changes as a follower does; asserts that counts do not go back. */
    private Stamp follow(ApiKeyStore reader, Stamp stamp, Map<String, ApiKeyRecord> followed) {
        Stamp next = stamp;
        for (int reading = 0; reading < MOST_ATTEMPTS; reading++) {
            Optional<Changes> changes = changesSince(reader, next);
            if (changes.isEmpty()) {
                Snapshot all = reader.load();
                all.records().forEach(record -> take(record, followed));
                return all.stamp();
            }
            changes.get().records().forEach(record -> take(record, followed));
            next = changes.get().stamp();
            if (changes.get().records().isEmpty()) {
                return next;
            }
        }
        return fail(NO_END);
    }

    private static void take(ApiKeyRecord record, Map<String, ApiKeyRecord> followed) {
        ApiKeyRecord before = followed.put(record.id(), record);
        if (before != null && before.metadata().containsKey("count")) {
            assertFalse(countOf(record) < countOf(before), "a change was reported after a later one");
        }
    }

    private static void inThreads(Work work) throws Exception {
        attemptInThreads(thread -> {
            work.run(thread);
            return Optional.empty();
        });
    }

    private static Collection<Optional<Conflict>> attemptInThreads(Attempt attempt) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            CyclicBarrier together = new CyclicBarrier(THREADS);
            List<Callable<Optional<Conflict>>> calls = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                int thread = i;
                calls.add(() -> {
                    together.await();
                    return attempt.run(thread);
                });
            }
            List<Optional<Conflict>> results = new ArrayList<>();
            for (Future<Optional<Conflict>> result : threads.invokeAll(calls)) {
                results.add(result.get());
            }
            return results;
        } finally {
            threads.shutdownNow();
        }
    }

    private interface Work {
        void run(int thread) throws Exception;
    }

    private interface Attempt {
        Optional<Conflict> run(int thread) throws Exception;
    }
}
