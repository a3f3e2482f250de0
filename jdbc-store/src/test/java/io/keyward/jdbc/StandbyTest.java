package io.keyward.jdbc;

import static io.keyward.jdbc.ManyNodesTest.awaitTrue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.keyward.ApiKeyRecord;
import io.keyward.KeyState;
import io.keyward.KeysUnavailableException;
import io.keyward.store.ApiKeyStore.Snapshot;
import io.keyward.store.ApiKeys;
import io.keyward.store.IssueRequest;
import io.keyward.store.IssuedKey;
import io.keyward.store.StoreException;
import io.keyward.testing.MovableClock;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** A primary and a standby that streams from it, both of them real servers (issue 19, PR-02). */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class StandbyTest {
    private static final Set<String> OF_THE_PROCESS = Set.of("postmaster.pid", "postmaster.opts", "epg-lock");
    /** Order of the test that promotes the standby, so no other can follow it. */
    private static final int LAST = Integer.MAX_VALUE;

    @TempDir
    private static Path folder;

    private static final List<EmbeddedPostgres> SERVERS = new ArrayList<>();
    private static EmbeddedPostgres primary;
    private static EmbeddedPostgres standby;

    private final MovableClock clock = MovableClock.at(Instant.parse("2026-11-29T12:00:00Z"));
    private final String schema = TestDatabases.newName("standby");
    private final List<AutoCloseable> open = new ArrayList<>();
    private ApiKeys nodeA;

    @BeforeAll
    static void startServers() throws Exception {
        TestDatabases.postgres();
        primary = started(folder.resolve("primary"));
        standby = startedStandby(folder.resolve("standby"));
    }

    @AfterAll
    static void closeServers() throws IOException {
        for (int i = SERVERS.size() - 1; i >= 0; i--) {
            SERVERS.get(i).close();
        }
    }

    @BeforeEach
    void openNode() {
        JdbcApiKeyStore store = store(primary.getPostgresDatabase()).build();
        store.createSchema();
        nodeA = opened(ApiKeys.over(store));
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
        if (text(standby, "select pg_is_in_recovery()").equals("t")) {
            resumeReplay(); // a test that failed may have left it paused
        }
    }

    private static EmbeddedPostgres started(Path data) throws IOException {
        EmbeddedPostgres server = EmbeddedPostgres.builder()
                .setDataDirectory(data)
                .setCleanDataDirectory(false)
                .start();
        SERVERS.add(server);
        return server;
    }

    private JdbcApiKeyStore.Builder store(DataSource source) {
        return JdbcApiKeyStore.builder(source).schema(schema);
    }

    private ApiKeys opened(ApiKeys.Builder builder) {
        ApiKeys node = builder.format("kw_test").interval(Duration.ofMillis(20)).open();
        open.add(node);
        return node;
    }

    private IssuedKey issued() {
        return nodeA.manager().issue(IssueRequest.builder().owner("o").build());
    }

    private static boolean isAccepted(ApiKeys node, IssuedKey key) {
        return node.verifier().verify(key.key().reveal()).isAccepted();
    }

    /** Copies the running primary, and starts the copy as its standby. */
    private static EmbeddedPostgres startedStandby(Path data) throws Exception {
        try (Connection session = primary.getPostgresDatabase().getConnection();
                Statement statement = session.createStatement()) {
            statement.execute("select pg_backup_start('standby', true)");
            copy(folder.resolve("primary"), data);
            try (ResultSet row = statement.executeQuery("select labelfile from pg_backup_stop(false)")) {
                assertTrue(row.next());
                Files.writeString(data.resolve("backup_label"), row.getString(1));
            }
        }
        Files.createFile(data.resolve("standby.signal"));
        Files.writeString(
                data.resolve("postgresql.auto.conf"),
                "primary_conninfo = 'host=localhost port=" + primary.getPort() + " user=postgres sslmode=disable'\n",
                StandardOpenOption.APPEND);
        EmbeddedPostgres server = started(data);
        awaitTrue(
                () -> text(server, "select count(*) from pg_stat_wal_receiver").equals("1"), "it streams");
        return server;
    }

    /** A file of a running server may be gone before it is copied; its log brings back what matters. */
    private static void copy(Path from, Path to) throws IOException {
        Files.walkFileTree(from, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path each, BasicFileAttributes attributes) throws IOException {
                Path made = Files.createDirectory(to.resolve(from.relativize(each)));
                Files.setPosixFilePermissions(made, Files.getPosixFilePermissions(each));
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path each, BasicFileAttributes attributes) throws IOException {
                if (!OF_THE_PROCESS.contains(each.getFileName().toString())) {
                    try {
                        Files.copy(each, to.resolve(from.relativize(each)));
                    } catch (NoSuchFileException e) {
                        // a temporary file
                    }
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path each, IOException failure) throws IOException {
                if (failure instanceof NoSuchFileException) {
                    return FileVisitResult.CONTINUE;
                }
                throw failure;
            }
        });
    }

    private static void execute(EmbeddedPostgres server, String... statements) throws SQLException {
        TestDatabases.execute(server.getPostgresDatabase(), statements);
    }

    private static String text(EmbeddedPostgres server, String sql) {
        try (Connection connection = server.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            return row.next() ? row.getString(1) : "";
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private void awaitReplay() {
        String there = "select to_regclass('" + schema + ".keyward_meta')";
        awaitTrue(() -> text(standby, there) != null, "the standby has the tables");
        String number = "select number from " + schema + ".keyward_meta";
        awaitTrue(() -> text(standby, number).equals(text(primary, number)), "the standby has replayed all");
    }

    /** Lets the standby receive changes and not apply them until it is told to, so no test depends on time. */
    private static void pauseReplay() throws SQLException {
        execute(standby, "select pg_wal_replay_pause()");
        awaitTrue(() -> text(standby, "select pg_get_wal_replay_pause_state()").equals("paused"), "replay has paused");
    }

    private static void resumeReplay() throws SQLException {
        execute(standby, "select pg_wal_replay_resume()");
    }

    private static void awaitProblem(ApiKeys node, String word) {
        awaitTrue(() -> String.valueOf(node.state().problem()).contains(word), "a problem with the word " + word);
    }

    @Test
    @DisplayName("a standby is refused unless a replica was asked for, and never stores anything")
    void standbyIsReadOnlyIfAskedFor() throws Exception {
        issued();
        awaitReplay();
        DataSource source = standby.getPostgresDatabase();

        StoreException refused =
                assertThrows(StoreException.class, () -> store(source).build().load());
        assertTrue(refused.getMessage().contains("standby"), refused.getMessage());

        JdbcApiKeyStore replica = store(source).replica().build();
        Snapshot all = replica.load();
        assertEquals(1, all.records().size());
        assertEquals(List.of(), replica.changesSince(all.stamp()).orElseThrow().records());
        assertTrue(replica.isInStep(all.records(), Set.of(), all.stamp()));
        replica.requirePeppers(Map.of("p1", "check"));
        ApiKeyRecord changed = all.records().get(0).toBuilder().name("n").build();
        StoreException notStored = assertThrows(StoreException.class, () -> replica.update(changed));
        assertTrue(notStored.getMessage().contains("nothing was stored"), notStored.getMessage());
    }

    @Test
    @DisplayName("a replica that is behind is not used: a revoked key stays revoked, and the keys in memory grow old")
    void replicaThatFallsBehindAges() throws Exception {
        IssuedKey key = issued();
        awaitReplay();
        pauseReplay();
        AtomicReference<DataSource> server = new AtomicReference<>(primary.getPostgresDatabase());
        JdbcApiKeyStore store =
                store(Proxies.of(() -> server.get().getConnection())).replica().build();
        ApiKeys nodeB = opened(ApiKeys.over(store).clock(clock).maxStaleness(Duration.ofMinutes(15)));
        nodeA.manager().revoke(key.record().id());
        awaitTrue(() -> !isAccepted(nodeB, key), "B sees it on the primary");

        server.set(standby.getPostgresDatabase());
        awaitProblem(nodeB, "replica");

        assertFalse(isAccepted(nodeB, key), "the replica still shows it as valid");
        assertEquals(Set.of(), store.lostRevocations(), "a standby that is behind has lost nothing");
        clock.advance(Duration.ofMinutes(16));
        assertThrows(
                KeysUnavailableException.class,
                () -> nodeB.verifier().verify(key.key().reveal()));
        resumeReplay();
        awaitTrue(() -> nodeB.state().isHealthy(), "it has caught up");
        assertFalse(isAccepted(nodeB, key));
    }

    @Test
    @DisplayName("a node that has only a replica does not use it while it lags more than it may")
    void replicaThatIsTooFarBehindIsNotUsed() throws Exception {
        IssuedKey key = issued();
        awaitReplay();
        pauseReplay();
        DataSource source = standby.getPostgresDatabase();
        ApiKeys strict =
                opened(ApiKeys.over(store(source).replica(Duration.ofMillis(1)).build())
                        .startWithoutStore());
        awaitTrue(() -> strict.state().isHealthy(), "it has replayed all that there is, however old that is");
        assertTrue(isAccepted(strict, key));

        nodeA.manager().revoke(key.record().id());

        awaitProblem(strict, "replica");
        StoreException refused = assertThrows(
                StoreException.class,
                () -> store(source).replica(Duration.ofMillis(1)).build().load());
        assertTrue(refused.getMessage().contains("behind"), refused.getMessage());
        ApiKeys patient =
                opened(ApiKeys.over(store(source).replica(Duration.ofHours(2)).build()));
        assertTrue(isAccepted(patient, key), "it was given that much");

        resumeReplay();
        awaitTrue(() -> strict.state().isHealthy(), "it has caught up");
        awaitTrue(() -> !isAccepted(strict, key) && !isAccepted(patient, key), "the revocation has arrived");
    }

    @Test
    @DisplayName("a replica that is cut off from its primary is as old as the last change that it has replayed")
    void replicaThatIsCutOffIsNotUsed() throws Exception {
        issued();
        awaitReplay();
        DataSource source = standby.getPostgresDatabase();
        ApiKeys node =
                opened(ApiKeys.over(store(source).replica(Duration.ofMillis(1)).build())
                        .startWithoutStore());
        awaitTrue(() -> node.state().isHealthy(), "it has replayed all");
        String conninfo = text(standby, "show primary_conninfo");

        execute(standby, "alter system set primary_conninfo = ''", "select pg_reload_conf()");
        try {
            awaitProblem(node, "replica");
            assertEquals(
                    1,
                    store(source)
                            .replica(Duration.ofHours(1))
                            .build()
                            .load()
                            .records()
                            .size(),
                    "the last change that it replayed is not that old");
        } finally {
            execute(standby, "alter system set primary_conninfo = '" + conninfo + "'", "select pg_reload_conf()");
        }
        awaitTrue(() -> node.state().isHealthy(), "it streams again");
    }

    @Test
    @Order(LAST)
    @DisplayName("PR-02 the standby is promoted; the old primary runs on alone, then in recovery, then falls silent")
    void failover() throws Exception {
        IssuedKey k1 = issued();
        IssuedKey k2 = issued();
        IssuedKey k3 = issued();
        IssuedKey k4 = issued();
        try (TcpProxy proxy = new TcpProxy(primary.getPort());
                HikariDataSource pool = pool(proxy.port())) {
            JdbcApiKeyStore store = store(pool).build();
            ApiKeys nodeB = opened(ApiKeys.over(store));
            awaitReplay();
            execute(standby, "select pg_promote(true, 60)");
            assertEquals("f", text(standby, "select pg_is_in_recovery()"));
            ApiKeys newA =
                    opened(ApiKeys.over(store(standby.getPostgresDatabase()).build()));

            // b
            newA.manager().revoke(k1.record().id());
            newA.manager().disable(k3.record().id());
            nodeB.manager().revoke(k2.record().id());
            assertTrue(isAccepted(nodeB, k1), "nothing on the old primary can say so");
            proxy.lead(standby.getPort());
            // what maxLifetime does every few minutes
            pool.getHikariPoolMXBean().softEvictConnections();
            awaitTrue(() -> !isAccepted(nodeB, k1), "the renewed connection leads to the new primary");
            awaitTrue(() -> nodeB.state().isHealthy(), "and all is well again");
            assertFalse(isAccepted(nodeB, k3));
            assertTrue(isAccepted(newA, k2), "the new primary never had that revocation");
            assertFalse(isAccepted(nodeB, k2), "the node that made it keeps it");
            assertEquals(Set.of(k2.record().id()), store.lostRevocations());
            newA.manager().revoke(k2.record().id());
            awaitTrue(() -> store.lostRevocations().isEmpty(), "it was repeated");

            // a and d
            primary.close();
            Files.createFile(folder.resolve("primary").resolve("standby.signal"));
            EmbeddedPostgres old = started(folder.resolve("primary"));
            proxy.lead(old.getPort());
            pool.getHikariPoolMXBean().softEvictConnections();
            awaitProblem(nodeB, "standby");
            assertFalse(isAccepted(nodeB, k1), "what it shows is not used");
            StoreException notStored = assertThrows(
                    StoreException.class,
                    () -> nodeB.manager().revoke(k4.record().id()));
            assertTrue(notStored.getMessage().contains("nothing was stored"), notStored.getMessage());
            assertEquals(
                    KeyState.ACTIVE,
                    newA.manager().find(k4.record().id()).orElseThrow().state(),
                    "and nothing was");
            String idle = "select count(*) from pg_stat_activity where state = 'idle' and query like '%keyward%'";
            awaitTrue(() -> text(old, idle).equals("0"), "its connections are closed, not given back");
            proxy.lead(standby.getPort());
            awaitTrue(() -> nodeB.state().isHealthy(), "so a new connection leads to the new primary");

            // c
            proxy.swallow(true);
            awaitTrue(() -> !nodeB.state().isLastReloadGood(), "silence is noticed");
            newA.manager().revoke(k4.record().id());
            proxy.swallow(false);
            proxy.cut();
            awaitTrue(() -> !isAccepted(nodeB, k4), "a new connection has the news");
        }
    }

    private static HikariDataSource pool(int port) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl("jdbc:postgresql://localhost:" + port
                + "/postgres?user=postgres&connectTimeout=5&loginTimeout=5&sslmode=disable&gssEncMode=disable");
        // a second one could be on its way to the old server while the first is renewed
        config.setMaximumPoolSize(1);
        // with 0, a connection that is evicted while the node waits for it may be renewed only when the wait times out
        config.setMinimumIdle(1);
        config.setConnectionTimeout(30_000);
        return new HikariDataSource(config);
    }
}
