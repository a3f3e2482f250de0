package io.keyward.jdbc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.keyward.ApiKeyRecord;
import io.keyward.KeyState;
import io.keyward.store.ApiKeyStore.Snapshot;
import io.keyward.testing.ThrowAwayKeys;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What {@code pg_restore --data-only} does after {@code --schema-only}: the triggers are there and no row, the search
 * path is empty, and one table comes after another (PR-05 d). Written out here, because pg_dump is not in the embedded
 * binaries.
 */
class DataOnlyRestoreTest {
    private final DataSource dataSource = TestDatabases.postgres();
    private final String schema = TestDatabases.newName("dumped");
    private final String backup = TestDatabases.newName("dump");
    private final JdbcApiKeyStore node =
            JdbcApiKeyStore.builder(dataSource).schema(schema).build();

    @BeforeEach
    void createSchema() {
        node.createSchema();
    }

    private static ApiKeyRecord record() {
        return ThrowAwayKeys.recordOf(ThrowAwayKeys.newKey())
                .metadata(Map.of("team", "lab"))
                .build();
    }

    private void dump(String... tables) throws SQLException {
        TestDatabases.execute(dataSource, "create schema " + backup);
        for (String table : tables) {
            TestDatabases.execute(
                    dataSource, "create table " + backup + "." + table + " as select * from " + schema + "." + table);
        }
    }

    private void restoreData(String... tables) throws SQLException {
        TestDatabases.execute(dataSource, "drop schema " + schema + " cascade");
        JdbcApiKeyStore.builder(dataSource).schema(schema).build().createSchema();
        try (Connection connection =
                        TestDatabases.postgres("postgres", "postgres").getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("delete from " + schema + ".keyward_meta");
            statement.execute("delete from " + schema + ".keyward_change");
            statement.execute("select pg_catalog.set_config('search_path', '', false)");
            for (String table : tables) {
                statement.execute("insert into " + schema + "." + table + " select * from " + backup + "." + table);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "keyward_change keyward_key keyward_attribute keyward_meta keyward_secret keyward_use",
                "keyward_meta keyward_change keyward_key keyward_secret keyward_attribute keyward_use",
                "keyward_key keyward_secret keyward_attribute keyward_use keyward_change keyward_meta"
            })
    @DisplayName("PR-05 d every row comes back, no number is spent twice, and a running node sees what was lost")
    void dataOnly(String order) throws Exception {
        String[] tables = order.split(" ");
        ApiKeyRecord one = node.insert(record());
        ApiKeyRecord two = node.insert(record());
        ApiKeyRecord three = node.update(
                node.insert(record()).toBuilder().state(KeyState.REVOKED).build());
        node.writeUses(List.of(new LastUseWriter.SecretUse(one.id(), 1, java.time.Instant.EPOCH)));
        dump(tables);
        ApiKeyRecord revoked =
                node.update(two.toBuilder().state(KeyState.REVOKED).build());
        Snapshot before = node.load();

        restoreData(tables);

        JdbcApiKeyStore fresh =
                JdbcApiKeyStore.builder(dataSource).schema(schema).build();
        Map<String, ApiKeyRecord> restored = new HashMap<>();
        fresh.load().records().forEach(record -> restored.put(record.id(), record));
        assertEquals(Set.of(one.id(), two.id(), three.id()), restored.keySet());
        for (ApiKeyRecord each : List.of(one, two, three)) {
            ApiKeyRecord now = restored.get(each.id());
            assertEquals(each.secrets(), now.secrets());
            assertEquals(each.metadata(), now.metadata());
            assertEquals(each.state(), now.state());
        }
        assertEquals(1, fresh.lastUses(one.id()).size());
        assertNumbersAreSpentOnce();
        ApiKeyRecord next = fresh.insert(record());
        assertTrue(next.version() > restored.get(one.id()).version());
        assertNumbersAreSpentOnce();

        assertTrue(
                node.changesSince(before.stamp()).isEmpty(), "the node must load again: its change is not in the dump");
        Snapshot after = node.load();
        assertEquals(4, after.records().size());
        assertEquals(Set.of(revoked.id()), node.lostRevocations());
        assertFalse(after.records().stream()
                .anyMatch(record -> record.id().equals(two.id()) && record.state() == KeyState.ACTIVE));
    }

    private void assertNumbersAreSpentOnce() throws SQLException {
        Set<Long> versions = new HashSet<>();
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("select k.version, c.number, m.number from " + schema
                        + ".keyward_key k left join " + schema
                        + ".keyward_change c on c.number = k.version and c.key_id"
                        + " = k.id cross join " + schema + ".keyward_meta m")) {
            while (rows.next()) {
                assertTrue(versions.add(rows.getLong(1)), "two keys have one version");
                assertEquals(rows.getLong(1), rows.getLong(2), "the version is the number of a change of that key");
                assertTrue(rows.getLong(1) <= rows.getLong(3));
            }
        }
    }
}
