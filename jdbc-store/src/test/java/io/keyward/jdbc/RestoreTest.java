package io.keyward.jdbc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.keyward.ApiKey;
import io.keyward.ApiKeyRecord;
import io.keyward.ApiKeyVerifier;
import io.keyward.KeyRing;
import io.keyward.KeyState;
import io.keyward.LiveKeyRing;
import io.keyward.Verification;
import io.keyward.store.ApiKeyStore;
import io.keyward.store.ApiKeyStore.Stamp;
import io.keyward.store.StoreConflictException;
import io.keyward.store.StoreException;
import io.keyward.store.StoreFollower;
import io.keyward.testing.MovableClock;
import io.keyward.testing.ThrowAwayKeys;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What a node does when the database comes back from a backup, or a failover has lost commits (issue 19, PR-02, PR-05
 * d).
 */
@Isolated("it reads the log of the JVM")
class RestoreTest {
    private final MovableClock clock = MovableClock.at(Instant.parse("2026-11-23T12:00:00Z"));
    private final ApiKey key = ThrowAwayKeys.newKey();
    private final LiveKeyRing ring = LiveKeyRing.of(KeyRing.builder().build());
    private final ApiKeyVerifier verifier = ApiKeyVerifier.of(ring, clock);

    private DataSource dataSource;
    private String schema;
    private JdbcApiKeyStore store;
    private StoreFollower follower;

    /** Takes the tables aside, and brings them back in place of what they have become. */
    enum Kind {
        POSTGRES,
        H2;

        DataSource dataSource() {
            return this == POSTGRES ? TestDatabases.postgres() : TestDatabases.h2("");
        }
    }

    private void open(Kind kind) {
        dataSource = kind.dataSource();
        schema = TestDatabases.newName("restored");
        store = newStore();
        store.createSchema();
        follower = StoreFollower.builder(store, ring).clock(clock).build();
    }

    private JdbcApiKeyStore newStore() {
        return JdbcApiKeyStore.builder(dataSource).schema(schema).clock(clock).build();
    }

    @AfterEach
    void close() {
        if (follower != null) {
            follower.close();
        }
    }

    @ParameterizedTest
    @EnumSource
    void namesLostRevocationAndKeepsKeyRejected(Kind kind) throws Exception {
        open(kind);
        ApiKeyRecord stored = store.insert(ThrowAwayKeys.recordOf(key).build());
        follower.follow();
        backUp();
        store.update(withState(stored, KeyState.REVOKED));
        follower.follow();

        restore();
        newStore().insert(other());
        newStore().insert(other());
        try (Logged logged = new Logged()) {
            follower.follow();
            assertTrue(logged.text().contains("keyward revoke " + stored.id()), logged.text());
        }

        assertInstanceOf(Verification.Rejected.class, verifier.verify(key.reveal()));
        assertEquals(Set.of(stored.id()), store.lostRevocations());
        try (Logged logged = new Logged()) {
            ApiKeyStore.Snapshot all = store.load();
            assertTrue(store.isInStep(all.records(), Set.of(), all.stamp()));
            assertTrue(logged.text().contains("keyward revoke " + stored.id()), "said again: " + logged.text());
        }
        assertEquals(3, ring.current().size(), "what the database holds is in force");
    }

    @ParameterizedTest
    @EnumSource
    void keepsLostRevocationThroughChangesUntilItIsRepeated(Kind kind) throws Exception {
        open(kind);
        ApiKeyRecord stored = loseRevocation();

        ApiKeyRecord found = store.find(stored.id()).orElseThrow();
        assertEquals(KeyState.ACTIVE, found.state(), "find tells what the database holds");
        assertThrows(
                StoreException.class,
                () -> store.update(found.toBuilder().owner("o").build()));
        // another node, which has not seen the revocation, changes the key
        JdbcApiKeyStore elsewhere = newStore();
        elsewhere.update(
                elsewhere.find(stored.id()).orElseThrow().toBuilder().owner("o").build());
        follower.follow();
        assertInstanceOf(Verification.Rejected.class, verifier.verify(key.reveal()));

        store.update(withState(store.find(stored.id()).orElseThrow(), KeyState.REVOKED));
        follower.follow();

        assertEquals(Set.of(), store.lostRevocations());
        assertInstanceOf(Verification.Rejected.class, verifier.verify(key.reveal()));
    }

    @ParameterizedTest
    @EnumSource
    void takesWordOfDatabaseWhenToldTo(Kind kind) throws Exception {
        open(kind);
        loseRevocation();

        store.acceptLostRevocations();
        follower.follow();

        assertEquals(Set.of(), store.lostRevocations());
        assertInstanceOf(Verification.Accepted.class, verifier.verify(key.reveal()));
    }

    private ApiKeyRecord loseRevocation() throws Exception {
        ApiKeyRecord stored = store.insert(ThrowAwayKeys.recordOf(key).build());
        backUp();
        store.update(withState(stored, KeyState.REVOKED));
        follower.follow();
        restore();
        newStore().insert(other());
        follower.follow();
        assertEquals(Set.of(stored.id()), store.lostRevocations());
        return stored;
    }

    @ParameterizedTest
    @EnumSource
    void revokesInRestoredDatabaseThoughItsNumbersAreLower(Kind kind) throws Exception {
        open(kind);
        ApiKeyRecord stored = store.insert(ThrowAwayKeys.recordOf(key).build());
        backUp();
        ApiKeyRecord latest = stored;
        for (int i = 0; i < 5; i++) {
            latest = store.update(latest.toBuilder().name("name " + i).build());
        }
        follower.follow();

        restore();
        newStore().update(withState(newStore().find(stored.id()).orElseThrow(), KeyState.REVOKED));
        follower.follow();

        assertInstanceOf(Verification.Rejected.class, verifier.verify(key.reveal()));
        assertTrue(store.find(stored.id()).orElseThrow().version() > latest.version(), "versions stay ordered");
    }

    @ParameterizedTest
    @EnumSource
    void noticesRestoreWhileItWrites(Kind kind) throws Exception {
        open(kind);
        ApiKeyRecord stored = store.insert(ThrowAwayKeys.recordOf(key).build());
        backUp();
        ApiKeyRecord changed = store.update(stored.toBuilder().owner("o").build());

        restore();

        assertThrows(StoreConflictException.class, () -> store.update(withState(changed, KeyState.REVOKED)));
        ApiKeyRecord found = store.find(stored.id()).orElseThrow();
        assertTrue(found.version() > changed.version());
        store.update(withState(found, KeyState.REVOKED));
        follower.follow();
        assertInstanceOf(Verification.Rejected.class, verifier.verify(key.reveal()));
    }

    @ParameterizedTest
    @EnumSource
    void noticesRestoreThatHasOvertakenTheNumber(Kind kind) throws Exception {
        open(kind);
        ApiKeyRecord stored = store.insert(ThrowAwayKeys.recordOf(key).build());
        backUp();
        store.update(withState(stored, KeyState.REVOKED));
        follower.follow();

        restore();
        Stream.generate(RestoreTest::other).limit(5).forEach(newStore()::insert);
        follower.follow();

        assertEquals(Set.of(stored.id()), store.lostRevocations());
        assertInstanceOf(Verification.Rejected.class, verifier.verify(key.reveal()));
    }

    @ParameterizedTest
    @EnumSource
    void waitsForServerThatLagsAndTakesItForRestoredAfterWhile(Kind kind) throws Exception {
        open(kind);
        store.insert(ThrowAwayKeys.recordOf(key).build());
        backUp();
        ApiKeyRecord later = store.insert(other());
        follower.follow();
        Stamp stamp = store.load().stamp();

        restore();

        StoreException lags = assertThrows(StoreException.class, () -> store.changesSince(stamp));
        assertTrue(lags.getMessage().contains("lags"), lags.getMessage());
        assertThrows(StoreException.class, store::load);
        clock.advance(Duration.ofSeconds(31));
        assertEquals(Optional.empty(), store.changesSince(stamp));
        follower.follow();
        assertTrue(ring.current().find(later.id()).isEmpty());
    }

    @ParameterizedTest
    @EnumSource
    void knowsLaggingServerByMarkThatItNeverPolled(Kind kind) throws Exception {
        open(kind);
        follower.follow();
        store.insert(other());
        backUp();
        store.insert(other());
        JdbcApiKeyStore late = newStore();
        Stamp stamp = late.load().stamp();

        restore();

        StoreException lags = assertThrows(StoreException.class, () -> late.changesSince(stamp));
        assertTrue(lags.getMessage().contains("lags"), lags.getMessage());
    }

    @ParameterizedTest
    @EnumSource
    void enablingInTheSameHistoryIsNoLoss(Kind kind) throws Exception {
        open(kind);
        ApiKeyRecord stored = store.insert(ThrowAwayKeys.recordOf(key).build());
        ApiKeyRecord disabled = store.update(withState(stored, KeyState.DISABLED));
        follower.follow();
        newStore().update(withState(disabled, KeyState.ACTIVE));
        follower.follow();
        store.load();

        assertEquals(Set.of(), store.lostRevocations());
        assertInstanceOf(Verification.Accepted.class, verifier.verify(key.reveal()));
    }

    private static ApiKeyRecord withState(ApiKeyRecord record, KeyState state) {
        return record.toBuilder().state(state).build();
    }

    private static ApiKeyRecord other() {
        return ThrowAwayKeys.recordOf(ThrowAwayKeys.newKey()).build();
    }

    private void backUp() throws SQLException {
        for (String table : List.of("meta", "change", "key", "secret")) {
            TestDatabases.execute(
                    dataSource,
                    "create table " + schema + ".backup_" + table + " as select * from " + schema + ".keyward_"
                            + table);
        }
    }

    private void restore() throws SQLException {
        boolean isPostgres = TestDatabases.isPostgres(dataSource);
        String s = schema + ".";
        TestDatabases.execute(
                dataSource,
                isPostgres ? "set session_replication_role = replica" : "select 1",
                "delete from " + s + "keyward_secret",
                "delete from " + s + "keyward_key",
                "delete from " + s + "keyward_change",
                "delete from " + s + "keyward_meta",
                "insert into " + s + "keyward_meta select * from " + s + "backup_meta",
                "insert into " + s + "keyward_change select * from " + s + "backup_change",
                "insert into " + s + "keyward_key select * from " + s + "backup_key",
                "insert into " + s + "keyward_secret select * from " + s + "backup_secret",
                isPostgres ? "set session_replication_role = origin" : "select 1");
    }
}
