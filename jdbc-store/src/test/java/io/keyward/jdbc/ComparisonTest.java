package io.keyward.jdbc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.keyward.ApiKey;
import io.keyward.ApiKeyRecord;
import io.keyward.ApiKeyVerifier;
import io.keyward.HashedSecret;
import io.keyward.KeyRing;
import io.keyward.KeyState;
import io.keyward.LiveKeyRing;
import io.keyward.Verification;
import io.keyward.role.Permission;
import io.keyward.store.ApiKeyStore.Snapshot;
import io.keyward.store.StoreFollower;
import io.keyward.testing.MovableClock;
import io.keyward.testing.ThrowAwayKeys;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** PR-06 b and c: what was changed while triggers were off is found by a checksum. */
class ComparisonTest {
    private static final Instant START = Instant.parse("2026-11-23T12:00:00.000123Z");

    private final DataSource dataSource = TestDatabases.postgres();
    private final String schema = TestDatabases.newName("compared");
    private final List<String> statements = new CopyOnWriteArrayList<>();
    private final JdbcApiKeyStore store = JdbcApiKeyStore.builder(Proxies.noting(dataSource, statements))
            .schema(schema)
            .build();
    private final ApiKey key = ThrowAwayKeys.newKey();

    @BeforeEach
    void fill() {
        store.createSchema();
        store.insert(full(key).build());
        for (int i = 0; i < 20; i++) {
            store.insert(ThrowAwayKeys.recordOf(ThrowAwayKeys.newKey()).build());
        }
    }

    private static ApiKeyRecord.Builder full(ApiKey key) {
        ApiKeyRecord record = ThrowAwayKeys.recordOf(key).build();
        HashedSecret retiring =
                ThrowAwayKeys.recordOf(ThrowAwayKeys.newKey()).build().current();
        return record.toBuilder()
                .owner("Zoë \"Z\" O'Neil | \\ %")
                .name("n")
                .roles()
                .permissions(List.of(Permission.of("jobs:submit"), Permission.of("a:b")))
                .secrets(List.of(
                        record.current().withOrdinal(2).withNotBefore(Instant.parse("1970-01-01T00:00:00.000001Z")),
                        retiring.withExpiresAt(Instant.parse("9999-12-31T23:59:59.999999Z"))))
                .metadata(Map.of("B", "x", "a", "y", "a.b", "|", "Z-1", "ü"))
                .attributes(Map.of())
                .created(START, "operator:anna")
                .changed(START.minus(Duration.ofDays(999_999 / 3)), null);
    }

    @Test
    void readsNoRowsWhereAllIsInStep() {
        Snapshot all = store.load();
        statements.clear();

        assertTrue(store.isInStep(all.records(), Set.of(), all.stamp()));

        assertFalse(
                statements.stream().anyMatch(sql -> sql.contains("s.key_id, s.hash") || sql.contains("k.id, ('x'")),
                statements::toString);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "update S.keyward_key set state = 'revoked' where id = 'K'",
                "update S.keyward_key set owner = null where id = 'K'",
                "update S.keyward_key set roles = 'x' where id = 'K'",
                "update S.keyward_key set permissions = '' where id = 'K'",
                "update S.keyward_secret set expires_at = now() where key_id = 'K' and retiring",
                "update S.keyward_secret set not_before = null where key_id = 'K'",
                "update S.keyward_attribute set content = 'z' where key_id = 'K' and attribute = 'a.b'",
                "update S.keyward_attribute set kind = 'attribute' where key_id = 'K' and attribute = 'a'",
                "delete from S.keyward_secret where key_id = 'K' and retiring",
                "delete from S.keyward_key where id = 'K'"
            })
    void findsWhatWasChangedWhileTriggersWereOff(String sql) throws Exception {
        Snapshot all = store.load();

        withoutTriggers(sql);

        assertEquals(all.stamp(), store.changesSince(all.stamp()).orElseThrow().stamp(), "nothing was counted");
        assertFalse(store.isInStep(all.records(), Set.of(), all.stamp()));
        assertTrue(store.isInStep(all.records(), Set.of(id()), all.stamp()), "only that one differs");
        if (!sql.contains("and retiring") && !sql.startsWith("delete")) {
            Snapshot again = store.load();
            assertTrue(store.isInStep(again.records(), Set.of(), again.stamp()));
        }
    }

    @Test
    void findsRowThatWasInsertedWhileTriggersWereOff() throws Exception {
        Snapshot all = store.load();

        withoutTriggers("insert into S.keyward_key (id, version) values ('sneaked_in', 0)");

        assertFalse(store.isInStep(all.records(), Set.of(), all.stamp()));
    }

    @Test
    void takesOtherOrderOfRolesForTheSame() throws Exception {
        Snapshot all = store.load();

        withoutTriggers("update S.keyward_key set permissions = ' jobs:submit  a:b ' where id = 'K'");

        assertTrue(store.isInStep(all.records(), Set.of(), all.stamp()));
    }

    /** One such row must not end the comparison of all. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "update S.keyward_secret set expires_at = 'infinity' where key_id = 'K'",
                "update S.keyward_secret set not_before = 'infinity' where key_id = 'K'",
                "update S.keyward_secret set expires_at = '-infinity', not_before = '-infinity' where key_id = 'K'",
                "update S.keyward_secret set expires_at = '0044-03-15 BC' where key_id = 'K'",
                "update S.keyward_secret set expires_at = '12026-11-30 00:00:00.1234567+00' where key_id = 'K'",
                "update S.keyward_key set created_at = 'infinity', changed_at = '-infinity' where id = 'K'"
            })
    void comparesTimesThatNoRecordMayHave(String sql) throws Exception {
        withoutTriggers(sql);
        Snapshot all = store.load();
        assertTrue(all.records().stream().anyMatch(record -> record.id().equals(id())));

        assertTrue(store.isInStep(all.records(), Set.of(), all.stamp()));
        String other = all.records().stream()
                .map(ApiKeyRecord::id)
                .filter(id -> !id.equals(id()))
                .findFirst()
                .orElseThrow();
        withoutTriggers("update S.keyward_key set state = 'revoked' where id = '" + other + "'");

        assertFalse(store.isInStep(all.records(), Set.of(), all.stamp()));
    }

    @Test
    void leavesOutWhatIsNewerThanTheStampOnEitherSide() {
        Snapshot all = store.load();
        ApiKeyRecord own = store.insert(full(ThrowAwayKeys.newKey()).build());
        store.update(store.find(id()).orElseThrow().toBuilder().name("newer").build());
        List<ApiKeyRecord> records = new ArrayList<>(all.records());

        assertTrue(store.isInStep(records, Set.of(), all.stamp()), "newer in the table");
        records.add(own);
        assertTrue(store.isInStep(records, Set.of(), all.stamp()), "newer in the ring");
    }

    @Test
    void followerPutsItInForceWithinTheIntervalOfTheCheck() throws Exception {
        MovableClock clock = MovableClock.at(Instant.parse("2026-11-23T12:00:00Z"));
        LiveKeyRing ring = LiveKeyRing.of(KeyRing.builder().build());
        ApiKeyVerifier verifier = ApiKeyVerifier.of(ring, clock);
        try (StoreFollower follower =
                StoreFollower.builder(store, ring).clock(clock).build()) {
            follower.follow();
            assertInstanceOf(Verification.Accepted.class, verifier.verify(key.reveal()));
            withoutTriggers("update S.keyward_key set state = 'revoked' where id = 'K'");
            follower.follow();
            clock.advance(Duration.ofMinutes(13));

            follower.follow();

            assertInstanceOf(Verification.Rejected.class, verifier.verify(key.reveal()));
            assertEquals(
                    KeyState.REVOKED, ring.current().find(id()).orElseThrow().state());
        }
    }

    private String id() {
        return ThrowAwayKeys.recordOf(key).build().id();
    }

    private void withoutTriggers(String sql) throws Exception {
        TestDatabases.execute(
                dataSource,
                "set session_replication_role = replica",
                sql.replace("S.", schema + ".").replace("'K'", "'" + id() + "'"),
                "set session_replication_role = origin");
    }
}
