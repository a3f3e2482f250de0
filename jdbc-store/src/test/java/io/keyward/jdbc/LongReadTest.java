package io.keyward.jdbc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.keyward.ApiKeyRecord;
import io.keyward.jdbc.Proxies.Sent;
import io.keyward.store.ApiKeyStore.Snapshot;
import io.keyward.store.StoreException;
import io.keyward.testing.ThrowAwayKeys;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/**
 * The server sends nothing before the first row of a large table is sorted, so statements that read all rows may take
 * longer than the others (issue 19, a million keys on a busy machine).
 */
@Isolated("its time-outs are short")
class LongReadTest {
    private static final int SHORT = 20_000;
    private static final int LONG = 180_000;

    private final DataSource dataSource = TestDatabases.postgres();
    private final String schema = TestDatabases.newName("long_reads");
    private final List<Sent> sent = new CopyOnWriteArrayList<>();
    private final JdbcApiKeyStore store = store(Proxies.timing(dataSource, sent))
            .networkTimeout(Duration.ofMillis(SHORT))
            .loadTimeout(Duration.ofMillis(LONG))
            .build();

    private JdbcApiKeyStore.Builder store(DataSource source) {
        return JdbcApiKeyStore.builder(source).schema(schema);
    }

    @BeforeEach
    void createSchema() {
        store.createSchema();
    }

    private static ApiKeyRecord record() {
        return ThrowAwayKeys.recordOf(ThrowAwayKeys.newKey()).build();
    }

    private void requireTimes(String longTable) {
        assertFalse(sent.isEmpty());
        assertTrue(sent.get(0).networkTimeout() == SHORT, "a dead connection is noticed soon: " + sent);
        List<Sent> reads =
                sent.stream().filter(each -> each.sql().contains(longTable)).toList();
        assertFalse(reads.isEmpty(), sent::toString);
        reads.forEach(each -> assertEquals(LONG, each.networkTimeout(), each::toString));
    }

    @Test
    void loadOfAllKeysMayTakeLonger() {
        store.insert(record());
        sent.clear();

        assertEquals(1, store.load().records().size());

        requireTimes("_secret s");
        requireTimes("_attribute a");
        requireTimes("_key k");
    }

    @Test
    void checksumsMayTakeLonger() {
        Snapshot all = store.load();
        sent.clear();

        assertTrue(store.isInStep(all.records(), Set.of(), all.stamp()));

        requireTimes("sha256(");
    }

    @Test
    void readingManyChangesMayTakeLongerAndFewMayNot() {
        Snapshot none = store.load();
        store.insert(record());
        sent.clear();

        assertEquals(1, store.changesSince(none.stamp()).orElseThrow().records().size());
        assertTrue(sent.stream().allMatch(each -> each.networkTimeout() == SHORT), sent::toString);

        importKeys(1_001);
        sent.clear();
        assertEquals(
                1_002, store.changesSince(none.stamp()).orElseThrow().records().size());
        requireTimes("_secret s");
    }

    /** One statement of another client, to which the triggers give a number for each row. */
    private void importKeys(int count) {
        List<ApiKeyRecord> records =
                IntStream.range(0, count).mapToObj(i -> record()).toList();
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            for (ApiKeyRecord record : records) {
                statement.addBatch(
                        "insert into " + schema + ".keyward_key (id, version) values ('" + record.id() + "', 0)");
                statement.addBatch("insert into " + schema + ".keyward_secret (hash, key_id) values ('"
                        + record.current().hash().reveal() + "', '" + record.id() + "')");
            }
            statement.executeBatch();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void connectionHasTheTimeOfItsPoolAfterwards() throws Exception {
        int before;
        try (Connection connection = dataSource.getConnection()) {
            before = connection.getNetworkTimeout();
        }
        // of one connection, so that no pool puts it right
        try (Connection only = TestDatabases.postgres("postgres", "postgres").getConnection()) {
            DataSource kept = Proxies.of(() -> Proxies.unclosed(only));
            store(kept).build().load();
            assertEquals(before, only.getNetworkTimeout());

            assertThrows(
                    StoreException.class,
                    () -> store(kept).tablePrefix("absent_").build().load());
            assertEquals(before, only.getNetworkTimeout(), "after a failure, too");
        }
    }

    @Test
    void changesAreNotMadeWithTheLongTime() {
        sent.clear();

        ApiKeyRecord stored = store.insert(record());
        store.update(stored.toBuilder().name("n").build());
        store.find(stored.id());

        assertTrue(sent.stream().allMatch(each -> each.networkTimeout() == SHORT), sent::toString);
    }

    @Test
    void serverThatFallsSilentDuringTheLoadIsNoticed() throws Exception {
        JdbcApiKeyStore bounded = store(dataSource)
                .networkTimeout(Duration.ofSeconds(1))
                .loadTimeout(Duration.ofSeconds(1))
                .build();
        try (Connection holder = dataSource.getConnection();
                Statement statement = holder.createStatement()) {
            holder.setAutoCommit(false);
            statement.execute("lock table " + schema + ".keyward_secret in access exclusive mode");

            StoreException failed = assertThrows(StoreException.class, bounded::load);

            assertTrue(failed.getMessage().contains("cannot be reached"), failed.getMessage());
            holder.rollback();
        }
    }

    /** As hosted servers give their users some seconds for a statement. */
    @Test
    void statementTimeoutOfTheUserIsRaisedForLongReadsOnly() throws Exception {
        store.insert(record());
        String user = TestDatabases.newReaderOf(schema);
        TestDatabases.execute(dataSource, "alter role " + user + " set statement_timeout = '60s'");
        Map<String, String> timeouts = new ConcurrentHashMap<>();
        DataSource source = Proxies.observing(TestDatabases.postgres(user, "postgres"), (connection, sql) -> {
            if (sql.contains("keyward_") || sql.contains("sha256(")) {
                try (Statement statement = connection.createStatement();
                        ResultSet row = statement.executeQuery("show statement_timeout")) {
                    row.next();
                    timeouts.put(sql, row.getString(1));
                }
            }
        });
        JdbcApiKeyStore hurried =
                store(source).loadTimeout(Duration.ofMinutes(5)).build();
        Snapshot all = hurried.load();
        assertTrue(hurried.isInStep(all.records(), Set.of(), all.stamp()));
        assertEquals("5min", timeoutOf(timeouts, "_secret s"));
        assertEquals("5min", timeoutOf(timeouts, "sum("));
        timeouts.clear();

        hurried.find(all.records().get(0).id());
        hurried.changesSince(all.stamp());
        timeouts.forEach((sql, timeout) -> assertEquals("1min", timeout, sql));
        assertFalse(timeouts.isEmpty());

        JdbcApiKeyStore hasty = store(source)
                .networkTimeout(Duration.ofSeconds(30))
                .loadTimeout(Duration.ofSeconds(30))
                .build();
        timeouts.clear();
        hasty.load();
        assertEquals("1min", timeoutOf(timeouts, "_secret s"), "a longer one stays");
    }

    private static String timeoutOf(Map<String, String> timeouts, String part) {
        return timeouts.entrySet().stream()
                .filter(each -> each.getKey().contains(part))
                .map(Map.Entry::getValue)
                .distinct()
                .collect(Collectors.joining(" "));
    }

    @Test
    void longerNetworkTimeoutIsUsedForTheLoadToo() {
        JdbcApiKeyStore patient = store(Proxies.timing(dataSource, sent))
                .networkTimeout(Duration.ofMillis(LONG))
                .loadTimeout(Duration.ofMillis(SHORT))
                .build();
        sent.clear();

        patient.load();

        assertTrue(sent.stream().allMatch(each -> each.networkTimeout() == LONG), sent::toString);
    }

    @Test
    void refusesTimeOutOfRange() {
        JdbcApiKeyStore.Builder builder = store(dataSource);
        assertThrows(IllegalArgumentException.class, () -> builder.loadTimeout(Duration.ZERO));
        IllegalArgumentException refused =
                assertThrows(IllegalArgumentException.class, () -> builder.loadTimeout(Duration.ofDays(2)));
        assertTrue(refused.getMessage().contains("loadTimeout"), refused.getMessage());
    }
}
