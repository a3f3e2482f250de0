package io.keyward.jdbc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.keyward.KeyState;
import io.keyward.Verification;
import io.keyward.role.Role;
import io.keyward.role.RoleModel;
import io.keyward.store.Actor;
import io.keyward.store.ApiKeys;
import io.keyward.store.IssueRequest;
import io.keyward.store.IssuedKey;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two nodes over one PostgreSQL, each with all that a service has (issue 19; DB-06, DB-08, DB-09, PR-01, PR-10). */
class ManyNodesTest {
    private static final RoleModel ROLES = RoleModel.of(
            Role.of("client").permitting("jobs:submit"), Role.of("admin").including("client"));

    private final DataSource dataSource = TestDatabases.postgres();
    private final String schema = TestDatabases.newName("nodes");
    private final List<ApiKeys> nodes = new ArrayList<>();

    @BeforeEach
    void createSchema() {
        store().build().createSchema();
    }

    @AfterEach
    void close() {
        nodes.forEach(ApiKeys::close);
    }

    private JdbcApiKeyStore.Builder store() {
        return JdbcApiKeyStore.builder(dataSource).schema(schema);
    }

    private ApiKeys open(JdbcApiKeyStore store) {
        return open(ApiKeys.over(store));
    }

    private ApiKeys open(ApiKeys.Builder builder) {
        ApiKeys node = builder.roles(ROLES).format("kw_test").open();
        nodes.add(node);
        return node;
    }

    @Test
    void eachChangeOnOneNodeIsInForceOnTheOther() {
        ApiKeys a = open(store().build());
        ApiKeys b = open(store().build());

        IssuedKey issued = issue(a);
        String key = issued.key().reveal();
        awaitTrue(() -> isAccepted(b, key), "issued on A, accepted on B");

        IssuedKey rotated = a.manager().rotate(issued.record().id(), Duration.ofHours(1));
        awaitTrue(() -> isAccepted(b, rotated.key().reveal()), "rotated on A, accepted on B");

        b.manager().disable(issued.record().id());
        awaitTrue(() -> !isAccepted(a, rotated.key().reveal()), "disabled on B, rejected on A");
        a.manager().enable(issued.record().id());
        awaitTrue(() -> isAccepted(b, rotated.key().reveal()), "enabled on A, accepted on B");

        a.manager().revoke(issued.record().id());
        assertFalse(isAccepted(a, rotated.key().reveal()), "on the same node at once");
        awaitTrue(() -> !isAccepted(b, rotated.key().reveal()), "revoked on A, rejected on B");
    }

    @Test
    void revocationByNotificationDoesNotWaitForThePoll() {
        ApiKeys a = open(store().build());
        JdbcApiKeyStore listening = store().listening(TestDatabases.postgres("postgres", "postgres"))
                .build();
        ApiKeys b = open(ApiKeys.over(listening).interval(Duration.ofHours(1)).maxStaleness(Duration.ofHours(3)));
        awaitTrue(() -> listening.toString().endsWith(", listening]"), "notifications arrive");

        IssuedKey issued = issue(a);
        awaitTrue(() -> isAccepted(b, issued.key().reveal()), "the interval is an hour");
        a.manager().revoke(issued.record().id());
        awaitTrue(() -> !isAccepted(b, issued.key().reveal()), "the interval is an hour");
        assertTrue(b.state().source().contains("listening"), b.state().source());
    }

    @Test
    void verificationAsksNothingOfTheDatabase() {
        AtomicInteger connections = new AtomicInteger();
        DataSource counted = Proxies.counting(dataSource, connections);
        JdbcApiKeyStore store = JdbcApiKeyStore.builder(counted).schema(schema).build();
        ApiKeys node = open(ApiKeys.over(store).interval(Duration.ofHours(1)).maxStaleness(Duration.ofHours(3)));
        IssuedKey issued = issue(node);
        awaitTrue(() -> node.state().isFresh(), "the first reading of the follower");
        int before = settled(connections);

        for (int i = 0; i < 1_000; i++) {
            assertTrue(isAccepted(node, issued.key().reveal()));
            assertFalse(isAccepted(node, issued.key().reveal() + "x"));
        }

        assertEquals(before, connections.get());
    }

    /** The thread of the follower reads once at its start. */
    private static int settled(AtomicInteger count) {
        int[] last = {-1};
        awaitTrue(
                () -> {
                    int before = last[0];
                    last[0] = count.get();
                    try {
                        Thread.sleep(300);
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                    return before == last[0] && last[0] == count.get();
                },
                "the follower has read");
        return last[0];
    }

    @Test
    void writesCauseIntoTheTrailOfTheSameTransaction() throws Exception {
        ApiKeys node = open(store().build());
        IssuedKey issued = node.manager()
                .as(Actor.operator("anna").withName("Anna Berg").withAddress("192.0.2.7"))
                .inRequest("r-1")
                .issue(IssueRequest.builder().owner("o").roles("client").build());
        node.manager().revoke(issued.record().id());

        assertEquals(
                List.of("1 issue operator:anna Anna Berg 192.0.2.7 r-1", "2 revoke application null null null"),
                trail());
        assertEquals(
                KeyState.REVOKED,
                node.manager().find(issued.record().id()).orElseThrow().state());
    }

    private List<String> trail() throws Exception {
        List<String> lines = new ArrayList<>();
        try (Connection connection = dataSource.getConnection();
                PreparedStatement statement = connection.prepareStatement(
                        "select number, cause, changed_by, by_name, by_address, request_id from " + schema
                                + ".keyward_change where number > 0 order by number");
                ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                lines.add(rows.getLong(1) + " " + rows.getString(2) + " " + rows.getString(3) + " " + rows.getString(4)
                        + " " + rows.getString(5) + " " + rows.getString(6));
            }
        }
        return lines;
    }

    @Test
    void storesNoTextOfAnyKey() throws Exception {
        ApiKeys node = open(store().build());
        String key = issue(node).key().reveal();
        String secret = key.substring(key.length() - 36);
        for (String table : List.of("key", "secret", "attribute", "change", "use", "meta")) {
            try (Connection connection = dataSource.getConnection();
                    PreparedStatement statement = connection.prepareStatement(
                            "select count(*) from " + schema + ".keyward_" + table + " t where t::text like ?")) {
                statement.setString(1, "%" + secret + "%");
                try (ResultSet row = statement.executeQuery()) {
                    row.next();
                    assertEquals(0, row.getInt(1), table);
                }
            }
        }
    }

    private static IssuedKey issue(ApiKeys node) {
        return node.manager()
                .issue(IssueRequest.builder().owner("o").roles("client").build());
    }

    private static boolean isAccepted(ApiKeys node, String key) {
        Verification verification = node.verifier().verify(key);
        if (!(verification instanceof Verification.Accepted)) {
            assertInstanceOf(Verification.Rejected.class, verification);
            return false;
        }
        return true;
    }

    /** Generous, because the bound is the follower's and the machine may be slow. */
    static void awaitTrue(BooleanSupplier condition, String what) {
        long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() - end < 0, () -> "not in a minute: " + what);
            try {
                Thread.sleep(5);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
