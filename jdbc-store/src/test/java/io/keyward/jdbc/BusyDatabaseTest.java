package io.keyward.jdbc;

import static io.keyward.jdbc.ManyNodesTest.awaitTrue;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.keyward.store.ApiKeys;
import io.keyward.store.IssueRequest;
import io.keyward.store.IssuedKey;
import io.keyward.store.StoreException;
import io.keyward.testing.MovableClock;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What happens when others hold what a node needs: connections, locks, or another opinion of the time (issue 19). */
class BusyDatabaseTest {
    private final DataSource dataSource = TestDatabases.postgres();
    private final String schema = TestDatabases.newName("busy");
    private final List<AutoCloseable> open = new ArrayList<>();

    @BeforeEach
    void createSchema() {
        store(dataSource).createSchema();
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
    }

    private JdbcApiKeyStore store(DataSource source) {
        return JdbcApiKeyStore.builder(source).schema(schema).build();
    }

    private ApiKeys.Builder node(DataSource source) {
        return ApiKeys.over(store(source)).format("kw_test").interval(Duration.ofMillis(50));
    }

    private ApiKeys opened(ApiKeys.Builder builder) {
        ApiKeys node = builder.open();
        open.add(node);
        return node;
    }

    private static IssuedKey issue(ApiKeys node) {
        return node.manager().issue(IssueRequest.builder().owner("o").build());
    }

    private static boolean isAccepted(ApiKeys node, IssuedKey key) {
        return node.verifier().verify(key.key().reveal()).isAccepted();
    }

    @Test
    @DisplayName("DB-02 a pool without a free connection stops changes and the follower, and no verification")
    void poolIsExhausted() throws Exception {
        HikariConfig config = new HikariConfig();
        config.setDataSource(dataSource);
        config.setMaximumPoolSize(1);
        config.setConnectionTimeout(250);
        HikariDataSource pool = new HikariDataSource(config);
        open.add(pool);
        ApiKeys node = opened(node(pool));
        IssuedKey key = issue(node);

        try (Connection taken = pool.getConnection()) {
            assertTrue(taken.isValid(0));
            assertTrue(isAccepted(node, key));
            StoreException failed = assertThrows(
                    StoreException.class,
                    () -> node.manager().revoke(key.record().id()));
            assertTrue(failed.getMessage().contains("no free connection"), failed.getMessage());
            awaitTrue(() -> !node.state().isLastReloadGood(), "the follower notices");
            assertTrue(isAccepted(node, key), "a revocation that failed has no effect");
        }

        awaitTrue(() -> node.state().isHealthy(), "it recovers by itself");
        node.manager().revoke(key.record().id());
        assertFalse(isAccepted(node, key));
    }

    @Test
    @DisplayName("a transaction that others hold open makes a change fail after a while, and the next one works")
    void transactionIsHeldOpen() throws Exception {
        // shorter than the 5 seconds that a change waits for a lock by default: the server must answer first
        JdbcApiKeyStore impatient = JdbcApiKeyStore.builder(dataSource)
                .schema(schema)
                .networkTimeout(Duration.ofSeconds(3))
                .build();
        ApiKeys node = opened(ApiKeys.over(impatient).format("kw_test").interval(Duration.ofMillis(50)));
        IssuedKey key = issue(node);

        try (Connection other = dataSource.getConnection();
                Statement statement = other.createStatement()) {
            other.setAutoCommit(false);
            statement.execute("select * from " + schema + ".keyward_meta for update");
            StoreException failed = assertThrows(
                    StoreException.class,
                    () -> node.manager().revoke(key.record().id()));
            assertTrue(failed.getMessage().contains("a lock was held by others"), failed.getMessage());
            assertTrue(isAccepted(node, key));
            assertTrue(node.state().isLastReloadGood(), "reading waits for no lock");
            other.rollback();
        }

        node.manager().revoke(key.record().id());
        assertFalse(isAccepted(node, key));
    }

    @Test
    @DisplayName("DB-06 a revocation by hand takes effect when it is committed, and not before")
    void uncommittedRevocationHasNoEffect() throws Exception {
        ApiKeys node = opened(node(dataSource));
        IssuedKey key = issue(node);

        try (Connection other = dataSource.getConnection();
                Statement statement = other.createStatement()) {
            other.setAutoCommit(false);
            statement.execute("update " + schema + ".keyward_key set state = 'revoked' where id = '"
                    + key.record().id() + "'");
            Instant later = Instant.now();
            awaitTrue(
                    () -> node.state().lastGood() != null
                            && node.state().lastGood().isAfter(later),
                    "the follower has read since");
            assertTrue(isAccepted(node, key));
            other.commit();
        }

        awaitTrue(() -> !isAccepted(node, key), "it is committed");
    }

    @Test
    @DisplayName("nodes whose clocks disagree by an hour still see each other's changes, in their order")
    void clocksDisagree() {
        Instant now = Instant.now();
        ApiKeys early = opened(node(dataSource).clock(MovableClock.at(now.minus(Duration.ofHours(1)))));
        ApiKeys late = opened(node(dataSource).clock(MovableClock.at(now.plus(Duration.ofHours(1)))));

        IssuedKey key = early.manager()
                .issue(IssueRequest.builder()
                        .owner("o")
                        .expiresIn(Duration.ofDays(1))
                        .build());
        awaitTrue(() -> isAccepted(late, key), "issued by the clock that is behind");
        late.manager().disable(key.record().id());
        awaitTrue(() -> !isAccepted(early, key), "disabled by the clock that is ahead");
        early.manager().enable(key.record().id());
        awaitTrue(() -> isAccepted(late, key), "enabled by the clock that is behind");
        early.manager().revoke(key.record().id());

        assertFalse(isAccepted(early, key));
        awaitTrue(() -> !isAccepted(late, key), "revoked by the clock that is behind");
    }
}
