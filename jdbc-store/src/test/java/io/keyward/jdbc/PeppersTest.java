package io.keyward.jdbc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.keyward.KeyHasher;
import io.keyward.KeyRing;
import io.keyward.LiveKeyRing;
import io.keyward.role.Role;
import io.keyward.role.RoleModel;
import io.keyward.store.ApiKeys;
import io.keyward.store.IssueRequest;
import io.keyward.store.IssuedKey;
import io.keyward.store.StoreException;
import io.keyward.store.StoreFollower;
import io.keyward.testing.MovableClock;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Issue 14, item 9: the database keeps a check value for each pepper. */
class PeppersTest {
    private static final RoleModel ROLES = RoleModel.of(Role.of("client"));

    private final byte[] pepper = pepper();
    private final byte[] other = pepper();
    private DataSource dataSource;
    private String schema;

    private void use(String database) {
        dataSource = database.equals("H2") ? TestDatabases.h2("") : TestDatabases.postgres();
        schema = TestDatabases.newName("peppered");
        store().build().createSchema();
    }

    private JdbcApiKeyStore.Builder store() {
        return JdbcApiKeyStore.builder(dataSource).schema(schema);
    }

    private static ApiKeys.Builder over(JdbcApiKeyStore store) {
        return ApiKeys.over(store).roles(ROLES).format("kw_test");
    }

    @ParameterizedTest
    @ValueSource(strings = {"H2", "PostgreSQL"})
    void firstNodeKeepsCheckValueAndNodeWithAnotherPepperDoesNotOpen(String database) throws Exception {
        use(database);
        IssuedKey issued;
        try (ApiKeys keys = over(store().build()).pepper("p1", pepper).open()) {
            issued = keys.manager().issue(IssueRequest.builder().roles("client").build());
        }

        assertEquals("p1=" + KeyHasher.hmacSha256("p1", pepper).check().orElseThrow(), kept());
        for (JdbcApiKeyStore store : List.of(store().build(), store().readOnly().build())) {
            ApiKeys.Builder wrong = over(store).pepper("p1", other);
            String message = assertThrows(StoreException.class, wrong::open).getMessage();
            assertTrue(message.contains("pepper `p1`"), message);
            try (ApiKeys right = over(store).pepper("p1", pepper).open()) {
                assertTrue(right.verifier().verify(issued.key().reveal()).isAccepted());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"H2", "PostgreSQL"})
    void keepsFurtherPeppersAndNoneOfNodeThatIsRefused(String database) throws Exception {
        use(database);
        over(store().build()).pepper("p1", pepper).open().close();

        ApiKeys.Builder wrong = over(store().build()).pepper("p2", other).pepper("p1", other);
        assertThrows(StoreException.class, wrong::open);
        assertFalse(kept().contains("p2"), kept());

        over(store().build()).pepper("p2", other).pepper("p1", pepper).open().close();
        over(store().build()).open().close();
        String both = KeyHasher.hmacSha256("p2", other).check().orElseThrow();
        assertTrue(kept().matches("p1=[0-9a-f]{16} p2=" + both), kept());
    }

    @ParameterizedTest
    @ValueSource(strings = {"H2", "PostgreSQL"})
    void readOnlyNodeKeepsNothing(String database) throws Exception {
        use(database);

        over(store().readOnly().build()).pepper("p1", other).open().close();

        assertEquals("", kept());
    }

    @Test
    void nodeWhoseUserMayOnlyReadOpensAndKeepsNothing() throws Exception {
        use("PostgreSQL");
        JdbcApiKeyStore store = JdbcApiKeyStore.builder(
                        TestDatabases.postgres(TestDatabases.newReaderOf(schema), "postgres"))
                .schema(schema)
                .build();

        over(store).pepper("p1", other).open().close();
        assertEquals("", kept());

        over(store().build()).pepper("p1", pepper).open().close();
        assertThrows(StoreException.class, over(store).pepper("p1", other)::open);
    }

    @ParameterizedTest
    @ValueSource(strings = {"H2", "PostgreSQL"})
    void runningNodeKeepsItsLastGoodRingAndSaysWhyUntilThePepperFits(String database) throws Exception {
        use(database);
        MovableClock clock = MovableClock.at(Instant.parse("2026-11-25T12:00:00Z"));
        IssuedKey issued;
        try (ApiKeys keys = over(store().build()).clock(clock).open()) {
            issued = keys.manager().issue(IssueRequest.builder().roles("client").build());
        }
        LiveKeyRing ring = LiveKeyRing.of(KeyRing.builder()
                .roles(ROLES)
                .hasher(KeyHasher.hmacSha256("p1", other))
                .build());
        StoreFollower follower = StoreFollower.builder(store().readOnly().build(), ring)
                .clock(clock)
                .build();
        follower.follow();
        over(store().build()).pepper("p1", pepper).open().close();

        clock.advance(Duration.ofMinutes(14));
        for (int reading = 0; reading < 2; reading++) {
            assertThrows(StoreException.class, follower::follow);
            assertTrue(ring.current().find(issued.id()).isPresent());
            assertFalse(follower.state().isLastReloadGood());
            assertTrue(follower.state().problem().contains("pepper `p1`"));
        }

        TestDatabases.execute(dataSource, "update " + schema + ".keyward_meta set pepper_checks = ''");
        follower.follow();
        assertTrue(follower.state().isLastReloadGood());
        follower.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"H2", "PostgreSQL"})
    void ofNodesThatStartTogetherWithTwoPeppersOnePepperWins(String database) throws Exception {
        use(database);
        Map<String, String> one = Map.of("p1", "0000000000000001");
        Map<String, String> two = Map.of("p1", "0000000000000002");
        ExecutorService nodes = Executors.newFixedThreadPool(2);
        try {
            List<Future<Boolean>> opened = nodes.invokeAll(List.of(opens(one), opens(two)));

            boolean isOne = opened.get(0).get();
            assertEquals(!isOne, opened.get(1).get());
            assertEquals("p1=" + (isOne ? one : two).get("p1"), kept());
        } finally {
            nodes.shutdownNow();
        }
    }

    private Callable<Boolean> opens(Map<String, String> checks) {
        return () -> {
            try {
                store().build().requirePeppers(checks);
                return true;
            } catch (StoreException refused) {
                return false;
            }
        };
    }

    private String kept() throws SQLException {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select pepper_checks from " + schema + ".keyward_meta")) {
            row.next();
            return row.getString(1);
        }
    }

    private static byte[] pepper() {
        byte[] pepper = new byte[32];
        new SecureRandom().nextBytes(pepper);
        return pepper;
    }
}
