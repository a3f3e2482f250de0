package io.keyward.jdbc;

import static io.keyward.jdbc.ManyNodesTest.awaitTrue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.keyward.ApiKey;
import io.keyward.ApiKeyRecord;
import io.keyward.KeyState;
import io.keyward.KeysUnavailableException;
import io.keyward.Verification;
import io.keyward.store.ApiKeyStore.Snapshot;
import io.keyward.store.ApiKeys;
import io.keyward.store.IssueRequest;
import io.keyward.store.IssuedKey;
import io.keyward.store.StoreException;
import io.keyward.testing.MovableClock;
import io.keyward.testing.ThrowAwayKeys;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What happens when the database is away, slow, cut off or another one (issue 19; DB-02, PR-01, PR-02, PR-06 e, PR-10).
 */
class FaultTest {
    private final DataSource dataSource = TestDatabases.postgres();
    private final String schema = TestDatabases.newName("faults");
    private final AtomicBoolean isAway = new AtomicBoolean();
    private final DataSource switched = Proxies.of(() -> {
        if (isAway.get()) {
            throw new SQLException("connection refused", "08001");
        }
        return dataSource.getConnection();
    });
    private final MovableClock clock = MovableClock.at(Instant.parse("2026-11-23T12:00:00Z"));
    private final List<AutoCloseable> open = new ArrayList<>();

    @BeforeEach
    void createSchema() {
        store(dataSource).build().createSchema();
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
    }

    private JdbcApiKeyStore.Builder store(DataSource source) {
        return JdbcApiKeyStore.builder(source).schema(schema);
    }

    private ApiKeys.Builder node(JdbcApiKeyStore store) {
        return ApiKeys.over(store).format("kw_test").interval(Duration.ofMillis(20));
    }

    private ApiKeys opened(ApiKeys.Builder builder) {
        ApiKeys node = builder.open();
        open.add(node);
        return node;
    }

    private static IssuedKey issue(ApiKeys node) {
        return node.manager().issue(IssueRequest.builder().owner("o").build());
    }

    @Test
    void startWithoutDatabaseFailsOrDeniesUntilItIsThere() {
        IssuedKey key = issue(opened(node(store(dataSource).build())));
        isAway.set(true);

        assertThrows(StoreException.class, () -> node(store(switched).build()).open());
        ApiKeys late = opened(node(store(switched).build()).startWithoutStore());
        assertThrows(
                KeysUnavailableException.class,
                () -> late.verifier().verify(key.key().reveal()));
        isAway.set(false);

        awaitTrue(() -> late.state().isHealthy(), "it recovers by itself");
        assertInstanceOf(
                Verification.Accepted.class, late.verifier().verify(key.key().reveal()));
    }

    @Test
    void goesOnWithTheLastRingUntilItIsTooOld() {
        ApiKeys node = opened(node(store(switched).build()).clock(clock).maxStaleness(Duration.ofMinutes(15)));
        IssuedKey key = issue(node);
        isAway.set(true);
        awaitTrue(() -> node.ring().current().validUntil() != null, "the follower notices");

        assertInstanceOf(
                Verification.Accepted.class, node.verifier().verify(key.key().reveal()));
        clock.advance(Duration.ofMinutes(16));
        assertThrows(
                KeysUnavailableException.class,
                () -> node.verifier().verify(key.key().reveal()));
        isAway.set(false);

        awaitTrue(() -> node.state().isHealthy(), "it recovers by itself");
        assertInstanceOf(
                Verification.Accepted.class, node.verifier().verify(key.key().reveal()));
    }

    @Test
    void schemaThatIsDroppedIsLikeDatabaseThatIsAway() throws Exception {
        ApiKeys node = opened(node(store(dataSource).build()));
        IssuedKey key = issue(node);

        TestDatabases.execute(dataSource, "drop schema " + schema + " cascade");

        awaitTrue(() -> !node.state().isLastReloadGood(), "the follower notices");
        assertEquals(1, node.ring().current().size(), "nothing is loaded in place of the keys");
        assertInstanceOf(
                Verification.Accepted.class, node.verifier().verify(key.key().reveal()));
        assertThrows(
                StoreException.class, () -> node.manager().revoke(key.record().id()));
    }

    @Test
    void noticesConnectionThatSwallowsBytes() throws Exception {
        try (TcpProxy proxy = new TcpProxy(TestDatabases.port())) {
            DataSource through = through(proxy);
            JdbcApiKeyStore store =
                    store(through).networkTimeout(Duration.ofSeconds(3)).build();
            ApiKeys node = opened(node(store));
            IssuedKey key = issue(node);

            proxy.swallow(true);
            awaitTrue(() -> !node.state().isLastReloadGood(), "the follower notices");
            assertThrows(
                    StoreException.class,
                    () -> node.manager().disable(key.record().id()));
            proxy.swallow(false);
            proxy.cut();

            awaitTrue(() -> node.state().isHealthy(), "it recovers by itself");
            assertEquals(
                    node.manager().find(key.record().id()).orElseThrow().state(),
                    node.ring().current().find(key.record().id()).orElseThrow().state());
        }
    }

    private static DataSource through(TcpProxy proxy) {
        String url = "jdbc:postgresql://localhost:" + proxy.port()
                + "/postgres?user=postgres&connectTimeout=5&loginTimeout=5&sslmode=disable&gssEncMode=disable";
        return Proxies.of(() -> DriverManager.getConnection(url));
    }

    @Test
    void losesNothingThatWasAcknowledgedWhileConnectionsAreCut() throws Exception {
        try (TcpProxy proxy = new TcpProxy(TestDatabases.port())) {
            JdbcApiKeyStore store =
                    store(through(proxy)).networkTimeout(Duration.ofSeconds(2)).build();
            AtomicBoolean done = new AtomicBoolean();
            Thread cutter = new Thread(() -> {
                while (!done.get()) {
                    try {
                        proxy.cut();
                        Thread.sleep(25);
                    } catch (Exception e) {
                        Thread.currentThread().interrupt();
                    }
                }
            });
            cutter.start();
            Map<String, ApiKeyRecord> acknowledged = new ConcurrentHashMap<>();
            int failures = 0;
            for (int i = 0; i < 100; i++) {
                ApiKeyRecord record = full();
                try {
                    ApiKeyRecord stored = store.insert(record);
                    acknowledged.put(stored.id(), stored);
                    ApiKeyRecord revoked = store.update(
                            stored.toBuilder().state(KeyState.REVOKED).build());
                    acknowledged.put(revoked.id(), revoked);
                } catch (StoreException e) {
                    failures++;
                }
            }
            done.set(true);
            cutter.join();

            Snapshot all = store(dataSource).build().load();
            Map<String, ApiKeyRecord> held = new ConcurrentHashMap<>();
            all.records().forEach(record -> held.put(record.id(), record));
            acknowledged.forEach((id, record) -> {
                assertTrue(held.containsKey(id), id);
                assertTrue(held.get(id).version() >= record.version(), id);
                assertTrue(held.get(id).state().compareTo(record.state()) >= 0, id);
            });
            held.values().forEach(record -> {
                assertEquals(2, record.secrets().size(), "whole or not at all");
                assertEquals(Map.of("team", "lab"), record.metadata());
            });
            assertFalse(acknowledged.isEmpty() && failures == 0);
        }
    }

    private static ApiKeyRecord full() {
        ApiKeyRecord one = ThrowAwayKeys.recordOf(ThrowAwayKeys.newKey()).build();
        ApiKeyRecord other = ThrowAwayKeys.recordOf(ThrowAwayKeys.newKey()).build();
        return one.toBuilder()
                .secrets(List.of(one.current(), other.current()))
                .metadata(Map.of("team", "lab"))
                .build();
    }

    @Test
    void listensAgainAfterItsConnectionWasKilled() throws Exception {
        JdbcApiKeyStore store = store(dataSource)
                .listening(TestDatabases.postgres("postgres", "postgres"))
                .listenerTimes(
                        new ChangeListener.Times(Duration.ofSeconds(30), Duration.ofMinutes(5), Duration.ofMillis(50)))
                .build();
        List<String> woken = new CopyOnWriteArrayList<>();
        open.add(store.watch(() -> woken.add("")));
        awaitTrue(() -> store.toString().endsWith(", listening]"), "notifications arrive");

        TestDatabases.execute(
                dataSource,
                "select pg_terminate_backend(pid) from pg_stat_activity where query = 'listen \"" + schema
                        + ".keyward_change\"'");

        awaitTrue(() -> woken.size() >= 2, "whoever listens again reads at once");
        awaitTrue(() -> store.toString().endsWith(", listening]"), "notifications arrive again");
        int before = woken.size();
        store.insert(full());
        awaitTrue(() -> woken.size() > before, "a change is heard");
    }

    @Test
    void saysPollingOnlyWhereNotificationsAreSwallowed() throws Exception {
        // another database of the server: LISTEN succeeds, and nothing is ever heard, as behind a pooler
        JdbcApiKeyStore store = store(dataSource)
                .listening(TestDatabases.postgres("postgres", "template1"))
                .listenerTimes(
                        new ChangeListener.Times(Duration.ofMillis(300), Duration.ofMinutes(5), Duration.ofMinutes(5)))
                .build();
        ApiKeys a = opened(node(store(dataSource).build()));
        ApiKeys b = opened(node(store));

        IssuedKey key = issue(a);

        awaitTrue(() -> b.verifier().verify(key.key().reveal()) instanceof Verification.Accepted, "polling goes on");
        assertTrue(b.state().source().endsWith(", polling only]"), b.state().source());
    }

    @Test
    void closesItsConnectionForNotifications() throws Exception {
        JdbcApiKeyStore store = store(dataSource)
                .listening(TestDatabases.postgres("postgres", "postgres"))
                .build();
        var watch = store.watch(() -> {});
        awaitTrue(() -> store.toString().endsWith(", listening]"), "notifications arrive");

        watch.close();
        watch.close();

        awaitTrue(() -> listeners() == 0, "the server sees no listener");
        assertFalse(store.toString().contains("listening"), store.toString());
    }

    private int listeners() {
        try (var connection = dataSource.getConnection();
                var statement = connection.prepareStatement(
                        "select count(*) from pg_stat_activity where query like ? and pid <> pg_backend_pid()")) {
            statement.setString(1, "%listen \"" + schema + "%");
            try (var row = statement.executeQuery()) {
                row.next();
                return row.getInt(1);
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void pollsWithOneConstantStatementThatFiltersCanName() {
        List<String> statements = new CopyOnWriteArrayList<>();
        JdbcApiKeyStore store = store(Proxies.noting(dataSource, statements)).build();
        store.insert(full());
        Snapshot all = store.load();
        statements.clear();

        for (int i = 0; i < 10; i++) {
            assertEquals(
                    all.stamp(), store.changesSince(all.stamp()).orElseThrow().stamp());
        }

        assertEquals(10, statements.size(), statements::toString);
        assertEquals(1, new HashSet<>(statements).size());
        assertTrue(statements.get(0).contains("keyward-poll"), statements.get(0));
    }

    /** The driver may send statements of its own after the poll, and no proxy of a data source sees them. */
    @Test
    void serverGetsNoStatementAfterThePoll() throws Exception {
        try (var only = TestDatabases.postgres("postgres", "postgres").getConnection();
                var other = dataSource.getConnection();
                var asked = other.createStatement()) {
            JdbcApiKeyStore store =
                    store(Proxies.of(() -> Proxies.unclosed(only))).build();
            Snapshot all = store.load();
            store.changesSince(all.stamp());
            int pid;
            try (var statement = only.createStatement();
                    var row = statement.executeQuery("select pg_backend_pid()")) {
                row.next();
                pid = row.getInt(1);
            }

            store.changesSince(all.stamp());

            try (var row = asked.executeQuery("select query from pg_stat_activity where pid = " + pid)) {
                assertTrue(row.next());
                assertTrue(row.getString(1).startsWith("/* keyward-poll */"), "the last one: " + row.getString(1));
            }
        }
    }

    /** StandbyTest has one that streams. */
    @Test
    void refusesStandbyWhoseAgeNobodyKnows(@TempDir Path folder) throws Exception {
        try (EmbeddedPostgres primary = start(folder)) {
            JdbcApiKeyStore store = JdbcApiKeyStore.of(primary.getPostgresDatabase());
            store.createSchema();
            store.insert(full());
        }
        Files.createFile(folder.resolve("standby.signal"));
        try (EmbeddedPostgres standby = start(folder)) {
            DataSource source = standby.getPostgresDatabase();
            StoreException refused = assertThrows(
                    StoreException.class, () -> JdbcApiKeyStore.of(source).load());
            assertTrue(refused.getMessage().contains("standby"), refused.getMessage());
            JdbcApiKeyStore replica = JdbcApiKeyStore.builder(source).replica().build();
            StoreException unknown = assertThrows(StoreException.class, replica::load);
            assertTrue(unknown.getMessage().contains("unknown age"), unknown.getMessage());
        }
    }

    private static EmbeddedPostgres start(Path folder) throws Exception {
        return EmbeddedPostgres.builder()
                .setDataDirectory(folder)
                .setCleanDataDirectory(false)
                .start();
    }

    /** No verification on a node is accepted after its own revoke returned, and none elsewhere beyond the bound. */
    @Test
    void historyOfRevocationsUnderLoadHoldsTheBound() throws Exception {
        ApiKeys a = opened(node(store(dataSource).build()).interval(Duration.ofMillis(200)));
        ApiKeys b = opened(node(store(dataSource).build()).interval(Duration.ofMillis(200)));
        List<IssuedKey> keys = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            keys.add(issue(a));
        }
        awaitTrue(() -> b.ring().current().size() == keys.size(), "all keys are in force on B");
        Map<String, Long> revokedAt = new ConcurrentHashMap<>();
        Map<String, Long> lastAcceptedOnB = new ConcurrentHashMap<>();
        List<String> violations = new CopyOnWriteArrayList<>();
        AtomicBoolean done = new AtomicBoolean();
        ApiKey neverIssued = ThrowAwayKeys.newKey();
        Thread load = new Thread(() -> {
            while (!done.get()) {
                for (IssuedKey key : keys) {
                    boolean isRevoked = revokedAt.containsKey(key.record().id());
                    if (a.verifier().verify(key.key().reveal()) instanceof Verification.Accepted && isRevoked) {
                        violations.add("A accepted " + key.record().id());
                    }
                    long before = System.nanoTime();
                    if (b.verifier().verify(key.key().reveal()) instanceof Verification.Accepted) {
                        lastAcceptedOnB.put(key.record().id(), before);
                    }
                }
                if (b.verifier().verify(neverIssued.reveal()) instanceof Verification.Accepted) {
                    violations.add("B accepted a key that was never issued");
                }
            }
        });
        load.start();
        for (IssuedKey key : keys) {
            a.manager().revoke(key.record().id());
            revokedAt.put(key.record().id(), System.nanoTime());
        }
        awaitTrue(
                () -> keys.stream()
                        .allMatch(key -> b.verifier().verify(key.key().reveal()) instanceof Verification.Rejected),
                "all are rejected on B");
        done.set(true);
        load.join();

        assertEquals(List.of(), violations);
        lastAcceptedOnB.forEach((id, time) -> assertTrue(
                time - revokedAt.get(id) < Duration.ofSeconds(30).toNanos(),
                () -> "B accepted " + id + " after " + Duration.ofNanos(time - revokedAt.get(id))));
    }
}
