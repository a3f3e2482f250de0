package io.keyward.jdbc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.keyward.ApiKeyRecord;
import io.keyward.KeyState;
import io.keyward.store.ApiKeyStore.Changes;
import io.keyward.store.ApiKeyStore.Stamp;
import io.keyward.testing.ThrowAwayKeys;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.PGConnection;

/** PR-05 and PR-06: what an operator changes with SQL reaches the nodes as what a node changes. */
class HandMadeChangesTest {
    private final DataSource dataSource = TestDatabases.postgres();
    private final String schema = TestDatabases.newName("by_hand");
    private final JdbcApiKeyStore store =
            JdbcApiKeyStore.builder(dataSource).schema(schema).build();

    @BeforeEach
    void createSchema() {
        store.createSchema();
    }

    @Test
    void tellsStateChangedByHand() throws Exception {
        ApiKeyRecord stored = store.insert(full());
        Stamp before = store.load().stamp();

        run("update S.keyward_key set state = 'revoked' where id = '" + stored.id() + "'");

        Changes changes = store.changesSince(before).orElseThrow();
        assertEquals(1, changes.records().size());
        assertEquals(KeyState.REVOKED, changes.records().get(0).state());
        assertTrue(changes.records().get(0).version() > stored.version());
    }

    @Test
    void givesEachRowOfOneStatementNumberOfItsOwn() throws Exception {
        for (int i = 0; i < 3; i++) {
            store.insert(full());
        }
        Stamp before = store.load().stamp();

        run("update S.keyward_key set state = 'disabled'");

        List<ApiKeyRecord> changed = store.changesSince(before).orElseThrow().records();
        assertEquals(
                List.of(4L, 5L, 6L), changed.stream().map(ApiKeyRecord::version).toList());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "update S.keyward_secret set expires_at = now()",
                "delete from S.keyward_attribute",
                "update S.keyward_attribute set content = 'other'",
                "delete from S.keyward_secret where ordinal = 1",
                "update S.keyward_key set version = 99"
            })
    void tellsChangeOfEachTable(String sql) throws Exception {
        store.insert(full());
        Stamp before = store.load().stamp();

        run(sql);

        Changes changes = store.changesSince(before).orElseThrow();
        assertEquals(store.load().records(), changes.records());
        assertEquals(1, changes.records().size());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "delete from S.keyward_key",
                "truncate S.keyward_key cascade",
                "truncate S.keyward_secret",
                "delete from S.keyward_secret"
            })
    void asksForLoadWhenKeysAreGone(String sql) throws Exception {
        store.insert(full());
        Stamp before = store.load().stamp();

        run(sql);

        assertEquals(Optional.empty(), store.changesSince(before));
        assertEquals(List.of(), store.load().records());
    }

    @Test
    void needsNoRightsBeyondTheKeyTable() throws Exception {
        ApiKeyRecord stored = store.insert(full());
        Stamp before = store.load().stamp();
        String role = TestDatabases.newName("dba");
        run(
                "create role " + role + " login",
                "grant usage on schema S to " + role,
                "grant select, update on S.keyward_key to " + role);

        TestDatabases.execute(
                TestDatabases.postgres(role, "postgres"),
                "set search_path = ''",
                "update " + schema + ".keyward_key set state = 'revoked' where id = '" + stored.id() + "'");

        assertEquals(
                KeyState.REVOKED,
                store.changesSince(before).orElseThrow().records().get(0).state());
    }

    /** Each of these is a habit of PostgreSQL, and the key must still be one that can be revoked. */
    @ParameterizedTest
    @CsvSource(
            nullValues = "none",
            value = {
                "expires_at = 'infinity', none, none",
                "expires_at = '20000-01-01 00:00+00', none, 9999-12-31T23:59:59.999999Z",
                "expires_at = '-infinity', none, 0001-01-01T00:00:00Z",
                "expires_at = '0044-03-15 BC', none, 0001-01-01T00:00:00Z",
                "not_before = '-infinity', 0001-01-01T00:00:00Z, none",
                "not_before = 'infinity', 9999-12-31T23:59:59.999999Z, none",
            })
    void takesTimesThatNoRecordMayHaveForTheNearest(
            String assignment, @Nullable Instant notBefore, @Nullable Instant expiresAt) throws Exception {
        ApiKeyRecord stored =
                store.insert(ThrowAwayKeys.recordOf(ThrowAwayKeys.newKey()).build());

        run("update S.keyward_secret set " + assignment);

        ApiKeyRecord found = store.find(stored.id()).orElseThrow();
        assertEquals(notBefore, found.current().notBefore());
        assertEquals(expiresAt, found.current().expiresAt());
        ApiKeyRecord revoked =
                store.update(found.toBuilder().state(KeyState.REVOKED).build());
        assertEquals(Optional.of(revoked), store.find(stored.id()));
    }

    @Test
    void namesTriggersThatAreOffOrGone() throws Exception {
        assertFalse(store.check().toString().contains("trigger"), store.check()::toString);

        run(
                "alter table S.keyward_key disable trigger keyward_on_key",
                "drop trigger keyward_on_truncate on S.keyward_secret");

        String found = store.check().toString();
        assertTrue(found.contains("trigger `keyward_on_key` of table `keyward_key` is off"), found);
        assertTrue(found.contains("trigger `keyward_on_truncate` of table `keyward_secret` is missing"), found);
    }

    /** As docs/database.md says how: the trail grows with each change. */
    @Test
    void olderRowsOfTheTrailMayBeDeleted() throws Exception {
        ApiKeyRecord stored = store.insert(full());
        for (int i = 0; i < 5; i++) {
            stored = store.update(stored.toBuilder().name("n" + i).build());
        }
        Stamp before = store.load().stamp();

        run("delete from S.keyward_change where number < (select number - 2 from S.keyward_meta)");
        ApiKeyRecord changed = store.update(stored.toBuilder().name("later").build());

        assertEquals(List.of(changed), store.changesSince(before).orElseThrow().records());
        assertEquals(List.of(changed), store.load().records());
        assertEquals(changed.version(), History.numberOf(changed.version()), "no other history was taken for one");
    }

    @Test
    void storesOwnChangeUnderOneNumberOnly() {
        ApiKeyRecord first = store.insert(full());
        ApiKeyRecord second = store.update(first.toBuilder().owner("o").build());

        assertEquals(List.of(1L, 2L), List.of(first.version(), second.version()));
        assertEquals(Optional.of(second), store.find(first.id()));
    }

    @Test
    void chainsMarksAsJavaDoes() throws Exception {
        ApiKeyRecord stored = store.insert(full());
        run("update S.keyward_key set state = 'disabled'");
        store.update(store.find(stored.id()).orElseThrow().toBuilder().name("n").build());

        String mark = "0".repeat(32);
        try (Connection connection = dataSource.getConnection();
                PreparedStatement statement = connection.prepareStatement(
                        "select mark, entry from " + schema + ".keyward_change where number > 0 order by number");
                ResultSet rows = statement.executeQuery()) {
            int count = 0;
            while (rows.next()) {
                mark = Marks.after(mark, rows.getString(2));
                assertEquals(mark, rows.getString(1));
                count++;
            }
            assertEquals(3, count);
        }
    }

    @Test
    void notifiesOfChangesByHandAndByStore() throws Exception {
        ApiKeyRecord stored = store.insert(full());
        try (Connection listening =
                        TestDatabases.postgres("postgres", "postgres").getConnection();
                Statement statement = listening.createStatement()) {
            statement.execute("listen \"" + schema + ".keyward_change\"");

            run("update S.keyward_key set state = 'disabled'");
            store.update(store.find(stored.id()).orElseThrow());

            int heard = 0;
            while (heard < 2) {
                heard += listening.unwrap(PGConnection.class).getNotifications(30_000).length;
            }
            assertEquals(2, heard);
        }
    }

    private static ApiKeyRecord full() {
        ApiKeyRecord other = ThrowAwayKeys.recordOf(ThrowAwayKeys.newKey()).build();
        ApiKeyRecord one = ThrowAwayKeys.recordOf(ThrowAwayKeys.newKey()).build();
        return one.toBuilder()
                .secrets(List.of(one.current(), other.current()))
                .metadata(Map.of("team", "lab"))
                .build();
    }

    private void run(String... statements) throws Exception {
        for (String sql : statements) {
            TestDatabases.execute(
                    dataSource, sql.replace("S.", schema + ".").replace("schema S ", "schema " + schema + " "));
        }
    }
}
