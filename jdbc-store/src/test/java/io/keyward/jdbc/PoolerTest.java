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
import io.keyward.jdbc.LastUseWriter.SecretUse;
import io.keyward.store.Actor;
import io.keyward.store.ApiKeyStore.Snapshot;
import io.keyward.store.ApiKeys;
import io.keyward.store.ChangeCause;
import io.keyward.store.IssueRequest;
import io.keyward.store.IssuedKey;
import io.keyward.store.KeyFilter;
import io.keyward.store.StoreConflictException;
import io.keyward.testing.ThrowAwayKeys;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/** Behind a pooler that gives each transaction another session, and keeps nothing of it (issue 19, PR-01). */
@Isolated("it reads the log of the JVM")
class PoolerTest {
    private final DataSource direct = TestDatabases.postgres();
    private final String schema = TestDatabases.newName("pooled");
    private TransactionPooler pooler;
    private HikariDataSource pooled;
    private JdbcApiKeyStore store;

    @BeforeEach
    void createSchemaThroughPooler() throws Exception {
        pooler = new TransactionPooler(TestDatabases.port());
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl("jdbc:postgresql://localhost:" + pooler.port()
                + "/postgres?user=postgres&sslmode=disable&gssEncMode=disable&prepareThreshold=0");
        config.setMaximumPoolSize(4);
        config.setMinimumIdle(0);
        pooled = new HikariDataSource(config);
        store = JdbcApiKeyStore.builder(pooled).schema(schema).build();
        store.createSchema();
    }

    @AfterEach
    void close() throws Exception {
        pooled.close();
        pooler.close();
    }

    private static ApiKeyRecord record() {
        return ThrowAwayKeys.recordOf(ThrowAwayKeys.newKey()).build();
    }

    @Test
    @DisplayName("PR-01 each operation of the store needs nothing of a session beyond its transaction")
    void needsNoSessionState() {
        int before = pooler.transactions();
        store.createSchema();
        ApiKeyRecord stored = store.insert(
                record().toBuilder().owner("o").metadata(Map.of("team", "lab")).build());
        Snapshot all = store.load();
        assertEquals(List.of(stored), all.records());
        ApiKeyRecord revoked =
                store.update(stored.toBuilder().state(KeyState.REVOKED).build());
        assertThrows(
                StoreConflictException.class,
                () -> store.update(stored.toBuilder().name("n").build()));
        assertEquals(
                List.of(revoked), store.changesSince(all.stamp()).orElseThrow().records());
        assertEquals(revoked, store.find(stored.id()).orElseThrow());
        assertEquals(List.of(revoked), store.list(KeyFilter.all().owner("o"), null, 10));
        Instant used = Instant.parse("2026-11-29T12:00:00Z");
        store.writeUses(List.of(new SecretUse(stored.id(), 1, used)));
        assertEquals(Map.of(1, used), store.lastUses(stored.id()));
        store.requirePeppers(Map.of("p1", "check"));
        Snapshot again = store.load();
        assertTrue(store.isInStep(again.records(), Set.of(), again.stamp()));
        assertTrue(
                store.check().stream().noneMatch(finding -> finding.level() == DatabaseFinding.Level.ERROR),
                () -> store.check().toString());
        store.remove(revoked, ChangeCause.of(ChangeCause.Action.PURGE, Actor.application(), used));
        assertEquals(List.of(), store.load().records());

        assertTrue(pooler.transactions() > before + 10, "each had another session");
        assertEquals(Set.of(), pooler.held(), "no session held anything after a transaction");
    }

    @Test
    @DisplayName(
            "PR-01 behind a pooler a revocation on one node takes effect on another, which says that it only polls")
    void nodesFollowEachOther() {
        JdbcApiKeyStore listening = JdbcApiKeyStore.builder(pooled)
                .schema(schema)
                .listening(pooled)
                .listenerTimes(
                        new ChangeListener.Times(Duration.ofMillis(500), Duration.ofMinutes(5), Duration.ofMinutes(5)))
                .build();
        try (Logged logged = new Logged();
                ApiKeys a = opened(store);
                ApiKeys b = opened(listening)) {
            IssuedKey key = a.manager().issue(IssueRequest.builder().owner("o").build());
            awaitTrue(() -> b.verifier().verify(key.key().reveal()).isAccepted(), "B has the key");
            a.manager().revoke(key.record().id());
            awaitTrue(() -> !b.verifier().verify(key.key().reveal()).isAccepted(), "B has the revocation");
            awaitTrue(() -> logged.text().contains("found by polling only"), "B says so");
            assertFalse(b.state().source().contains(", listening"), b.state().source());
        }
    }

    private static ApiKeys opened(JdbcApiKeyStore store) {
        return ApiKeys.over(store)
                .format("kw_test")
                .interval(Duration.ofMillis(20))
                .open();
    }

    @Test
    @DisplayName("a load behind a pooler sees one moment, whichever session its transaction gets")
    void loadSeesOneMoment() throws Exception {
        ApiKeyRecord first = store.insert(record());
        CompletableFuture<Snapshot> load;
        try (Connection holder = direct.getConnection();
                Statement statement = holder.createStatement()) {
            holder.setAutoCommit(false);
            statement.execute("lock table " + schema + ".keyward_attribute in access exclusive mode");
            load = CompletableFuture.supplyAsync(store::load);
            awaitTrue(this::isLoadWaiting, "the load has read the secrets and waits for the attributes");
            TestDatabases.execute(direct, "update " + schema + ".keyward_key set name = 'later'");
            holder.commit();
        }

        Snapshot all = load.get(60, TimeUnit.SECONDS);

        assertEquals(List.of(first), all.records());
        assertEquals(
                List.of("later"),
                store.changesSince(all.stamp()).orElseThrow().records().stream()
                        .map(ApiKeyRecord::name)
                        .toList());
    }

    private boolean isLoadWaiting() {
        try (Connection connection = direct.getConnection();
                Statement statement = connection.createStatement();
                ResultSet row =
                        statement.executeQuery("select count(*) from pg_locks where not granted and relation = '"
                                + schema + ".keyward_attribute'::regclass")) {
            return row.next() && row.getInt(1) == 1;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
