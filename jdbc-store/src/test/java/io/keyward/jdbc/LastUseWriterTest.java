package io.keyward.jdbc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.keyward.store.ApiKeys;
import io.keyward.store.IssueRequest;
import io.keyward.store.IssuedKey;
import io.keyward.store.LastUsed.LastUse;
import io.keyward.store.StoreException;
import io.keyward.testing.MovableClock;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Last use in the database: for the fleet, monotone, in batches; DB-07. */
class LastUseWriterTest {
    private static final Instant START = Instant.parse("2026-11-23T12:00:00Z");
    private static final Duration OVERLAP = Duration.ofHours(1);

    private final MovableClock clock = MovableClock.at(START);
    private final AtomicBoolean isAway = new AtomicBoolean();
    private final List<ApiKeys> open = new ArrayList<>();
    private DataSource real;
    private String schema;
    private JdbcApiKeyStore store;
    private ApiKeys a;
    private LastUseWriter writer;

    private void open(RestoreTest.Kind kind) {
        real = kind.dataSource();
        schema = TestDatabases.newName("used");
        store = newStore().build();
        store.createSchema();
        a = node(store);
        writer = LastUseWriter.of(store, a);
    }

    private JdbcApiKeyStore.Builder newStore() {
        DataSource switched = Proxies.of(() -> {
            if (isAway.get()) {
                throw new SQLException("away", "08001");
            }
            return real.getConnection();
        });
        return JdbcApiKeyStore.builder(switched).schema(schema).clock(clock);
    }

    private ApiKeys node(JdbcApiKeyStore over) {
        ApiKeys node = ApiKeys.over(over)
                .clock(clock)
                .format("kw_test")
                .interval(Duration.ofHours(1))
                .maxStaleness(Duration.ofHours(3))
                .open();
        open.add(node);
        return node;
    }

    @AfterEach
    void close() {
        open.forEach(ApiKeys::close);
    }

    private static IssuedKey issue(ApiKeys node) {
        return node.manager().issue(IssueRequest.builder().owner("o").build());
    }

    private static void use(ApiKeys node, IssuedKey key) {
        node.verifier().verify(key.key().reveal());
    }

    @ParameterizedTest
    @EnumSource
    void tellsWhoStillUsesTheOldSecret(RestoreTest.Kind kind) {
        open(kind);
        IssuedKey first = issue(a);
        String id = first.record().id();
        use(a, first);
        writer.flush();
        assertEquals(Map.of(1, START), store.lastUses(id));

        IssuedKey second = a.manager().rotate(id, OVERLAP);
        clock.advance(Duration.ofMinutes(5));
        use(a, first);
        clock.advance(Duration.ofMinutes(5));
        use(a, second);
        writer.flush();

        Map<Integer, Instant> expected =
                Map.of(1, START.plus(Duration.ofMinutes(5)), 2, START.plus(Duration.ofMinutes(10)));
        assertEquals(expected, store.lastUses(id));
    }

    @ParameterizedTest
    @EnumSource
    void managerOfEachNodeKnowsTheUsesOfAllNodes(RestoreTest.Kind kind) {
        open(kind);
        IssuedKey first = issue(a);
        IssuedKey unused = issue(a);
        String id = first.id();
        IssuedKey second = a.manager().rotate(id, OVERLAP);
        ApiKeys b = node(newStore().build());
        use(a, first);
        clock.advance(Duration.ofMinutes(2));
        use(a, second);
        writer.flush();
        clock.advance(Duration.ofMinutes(2));
        use(b, first);

        Map<String, LastUse> uses = b.manager().lastUses(List.of(second.record(), unused.record()));

        assertEquals(START.plus(Duration.ofMinutes(2)), uses.get(id).current(), "of the other node");
        assertEquals(START.plus(Duration.ofMinutes(4)), uses.get(id).retiring(), "its own is later");
        assertEquals(null, uses.get(unused.id()).current());
        isAway.set(true);
        try (Logged logged = new Logged()) {
            assertEquals(
                    null, b.manager().lastUses(List.of(second.record())).get(id).current());
            b.manager().lastUses(List.of(second.record()));
            String sentence = "times of last use by other nodes are not known";
            assertTrue(logged.text().contains(sentence), logged.text());
            assertEquals(logged.text().indexOf(sentence), logged.text().lastIndexOf(sentence), "said once");
        }
    }

    @ParameterizedTest
    @EnumSource
    void neverGoesBackAndWritesOnceAMinute(RestoreTest.Kind kind) {
        open(kind);
        IssuedKey key = issue(a);
        ApiKeys b = node(newStore().build());
        LastUseWriter other = LastUseWriter.of(store, b);
        use(b, key);
        clock.advance(Duration.ofMinutes(2));
        use(a, key);
        Instant later = START.plus(Duration.ofMinutes(2));

        writer.flush();
        other.flush();
        assertEquals(Map.of(1, later), store.lastUses(key.record().id()));
        clock.advance(Duration.ofSeconds(59));
        use(a, key);
        writer.flush();
        assertEquals(Map.of(1, later), store.lastUses(key.record().id()));
        clock.advance(Duration.ofSeconds(1));
        use(a, key);
        writer.flush();
        assertEquals(
                Map.of(1, later.plusSeconds(60)), store.lastUses(key.record().id()));
    }

    @ParameterizedTest
    @EnumSource
    void keepsForTheNextBatchWhatCouldNotBeWritten(RestoreTest.Kind kind) {
        open(kind);
        IssuedKey key = issue(a);
        use(a, key);
        isAway.set(true);
        assertThrows(StoreException.class, writer::flush);
        use(a, key);
        isAway.set(false);

        writer.flush();

        assertEquals(Map.of(1, START), store.lastUses(key.record().id()));
    }

    @ParameterizedTest
    @EnumSource
    void givesNoNumberAndWakesNobody(RestoreTest.Kind kind) {
        open(kind);
        use(a, issue(a));
        var before = store.load().stamp();

        writer.flush();

        assertEquals(before, store.load().stamp());
    }

    @ParameterizedTest
    @EnumSource
    void writesNothingWhereTheStoreIsReadOnly(RestoreTest.Kind kind) {
        open(kind);
        IssuedKey key = issue(a);
        JdbcApiKeyStore readOnly = newStore().readOnly().build();
        ApiKeys b = node(readOnly);
        use(b, key);

        LastUseWriter.of(readOnly, b).flush();

        assertEquals(Map.of(), store.lastUses(key.record().id()));
    }

    @ParameterizedTest
    @EnumSource
    void writesTheLastBatchWhenItIsClosed(RestoreTest.Kind kind) {
        open(kind);
        IssuedKey key = issue(a);
        writer.start(Duration.ofHours(1));
        use(a, key);

        writer.close();

        assertTrue(store.lastUses(key.record().id()).containsKey(1));
        assertEquals(Map.of(), store.lastUses("no_such"));
        assertEquals(Map.of(), store.lastUses("'; --"));
    }
}
