package io.keyward.store;

import static io.keyward.store.Setting.START;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.keyward.ApiKeyRecord;
import io.keyward.HashedSecret;
import io.keyward.KeyHasher;
import io.keyward.KeyState;
import io.keyward.LiveKeyRing;
import io.keyward.Verification.Reason;
import io.keyward.store.ChangeOutcome.Applied;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Issue 15, item 6: what has been of no use for a while is removed, and nothing else ever. */
class PurgeTest {
    private static final Duration DAY = Duration.ofDays(1);
    private static final Duration MONTH = DAY.multipliedBy(30);

    @RegisterExtension
    final CapturedLog log = new CapturedLog();

    private final Setting setting = new Setting();
    private final ApiKeyManager manager = setting.manager;

    private static Arguments record(String what, boolean purged, UnaryOperator<ApiKeyRecord.Builder> change) {
        return Arguments.of(what, purged, change);
    }

    /** Purged a month after {@link Setting#START}, with a span of a day: what had ended by then minus a day. */
    static Stream<Arguments> records() {
        Instant limit = START.plus(MONTH).minus(DAY);
        return Stream.of(
                record("active without end", false, record -> record),
                record(
                        "disabled",
                        false,
                        record -> record.state(KeyState.DISABLED).changed(START, null)),
                record("revoked long ago", true, record -> revoked(record, START)),
                record("revoked at the limit", true, record -> revoked(record, limit)),
                record("revoked after it", false, record -> revoked(record, limit.plusMillis(1))),
                record("revoked, unknown when", false, record -> record.state(KeyState.REVOKED)),
                record(
                        "revoked, unknown when, but created long ago",
                        false,
                        record -> record.state(KeyState.REVOKED).created(START, "a")),
                record("expired long ago", true, record -> ending(record, START)),
                record("expired at the limit", true, record -> ending(record, limit)),
                record("expired after it", false, record -> ending(record, limit.plusMillis(1))),
                record(
                        "disabled and expired",
                        true,
                        record -> ending(record, START).state(KeyState.DISABLED)),
                record(
                        "revoked just now, but expired long ago",
                        true,
                        record -> revoked(ending(record, START), limit.plusSeconds(1))),
                record("changed long ago", false, record -> record.changed(START, "a")),
                record(
                        "retiring secret valid still",
                        false,
                        record -> record.secrets(
                                List.of(secret().withExpiresAt(START), secret().withExpiresAt(limit.plusMillis(1))))),
                record(
                        "both secrets expired",
                        true,
                        record ->
                                record.secrets(List.of(secret().withExpiresAt(START), secret().withExpiresAt(limit)))),
                record(
                        "not yet valid",
                        false,
                        record -> record.secrets(List.of(secret().withNotBefore(START.plus(MONTH.multipliedBy(2)))))),
                record(
                        "with an attribute that is not known",
                        false,
                        record -> revoked(record, START).attributes(Map.of("of-tomorrow", "1"))));
    }

    private static ApiKeyRecord.Builder revoked(ApiKeyRecord.Builder record, Instant at) {
        return record.state(KeyState.REVOKED).changed(at, "operator:anna");
    }

    private static ApiKeyRecord.Builder ending(ApiKeyRecord.Builder record, Instant end) {
        return record.secrets(List.of(secret().withExpiresAt(end)));
    }

    private static HashedSecret secret() {
        return HashedSecret.of(KeyHasher.sha256().hash(Setting.GENERATOR.generate()));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("records")
    void removesWhatHasEndedForTheSpanAndNothingElse(
            String what, boolean purged, UnaryOperator<ApiKeyRecord.Builder> change) {
        ApiKeyRecord record = setting.store.insert(
                change.apply(ApiKeyRecord.builder("a").hash(secret().hash())).build());
        IssuedKey other = setting.issue("client");
        setting.reload();
        setting.advance(MONTH);

        assertEquals(purged ? List.of("a") : List.of(), manager.purge(KeyFilter.all(), DAY));

        assertEquals(purged, setting.store.find(record.id()).isEmpty());
        assertEquals(purged, setting.ring.current().find(record.id()).isEmpty());
        assertTrue(setting.accepts(other));
    }

    @Test
    void removedKeyIsUnknownAtOnceAndItsFilterShowsItBefore() {
        IssuedKey alice = manager.issue(IssueRequest.builder().owner("alice").build());
        IssuedKey bob = manager.issue(IssueRequest.builder().owner("bob").build());
        manager.revoke(alice.id());
        manager.revoke(bob.id());
        setting.advance(DAY);
        KeyFilter ofAlice = KeyFilter.all().owner("alice");
        assertEquals(1, manager.list(ofAlice.endedBy(setting.now.minus(DAY))).size());

        assertEquals(List.of(alice.id()), manager.purge(ofAlice, DAY));

        assertEquals(Reason.UNKNOWN, setting.refusal(alice));
        assertEquals(Reason.REVOKED, setting.refusal(bob));
        assertEquals(List.of(), manager.purge(ofAlice, DAY), "repeating it does nothing");
    }

    @Test
    void refusesANegativeSpanAndTakesTheLongest() {
        IssuedKey revoked = setting.issue();
        manager.revoke(revoked.id());

        assertThrows(IllegalArgumentException.class, () -> manager.purge(KeyFilter.all(), DAY.negated()));
        assertEquals(List.of(), manager.purge(KeyFilter.all(), Duration.ofSeconds(Long.MAX_VALUE)));
        assertEquals(List.of(revoked.id()), manager.purge(KeyFilter.all(), Duration.ZERO));
    }

    @Test
    void guardsHearOfEachRemovalAndMayStopIt() {
        IssuedKey revoked = setting.issue();
        manager.revoke(revoked.id());
        List<String> heard = new ArrayList<>();
        ChangeGuard guard = new ChangeGuard() {
            @Override
            public void before(ChangeCause cause, @Nullable ApiKeyRecord before, @Nullable ApiKeyRecord after) {
                heard.add("before " + cause.action() + " " + after);
                if (heard.size() == 1) {
                    throw new IllegalStateException("not yet");
                }
            }

            @Override
            public void after(ChangeCause cause, ChangeOutcome outcome) {
                heard.add("after " + (outcome instanceof Applied applied && applied.after() == null));
            }
        };
        ApiKeyManager guarded = ApiKeyManager.builder(setting.store, setting.ring, Setting.GENERATOR)
                .clock(setting.clock)
                .guards(guard, ChangeGuard.logging())
                .build()
                .as(Actor.job("nightly"));

        assertThrows(IllegalStateException.class, () -> guarded.purge(KeyFilter.all(), Duration.ZERO));
        assertTrue(setting.store.find(revoked.id()).isPresent());
        guarded.purge(KeyFilter.all(), Duration.ZERO);

        assertEquals(List.of("before PURGE null", "after false", "before PURGE null", "after true"), heard);
        assertTrue(log.lines().contains("INFO ApiKeyManager - purged key `" + revoked.id() + "`, by job:nightly"));
    }

    @Test
    @DisplayName("AU-04 who may manage keys purges none that may do more")
    void refusesWhatIsBeyondTheMaker() {
        IssuedKey admin = setting.issue("admin");
        IssuedKey client = setting.issue("client");
        manager.revoke(admin.id());

        ChangeRefusedException refused = assertThrows(
                ChangeRefusedException.class,
                () -> manager.onBehalfOf(setting.principal(client)).purge(KeyFilter.all(), Duration.ZERO));

        assertEquals(ChangeRefusedException.Reason.EXCEEDS_MAKER, refused.reason());
        assertTrue(setting.store.find(admin.id()).isPresent());
    }

    @Test
    void recordThatSomebodyChangesAtTheSameTimeStays() {
        IssuedKey renewed = manager.issue(IssueRequest.builder().expiresIn(DAY).build());
        setting.advance(DAY);
        ApiKeyStore overtaken = new DelegatingStore(setting.store) {
            @Override
            public void remove(ApiKeyRecord record, ChangeCause cause) {
                manager.rotate(renewed.id(), Duration.ZERO, null);
                super.remove(record, cause);
            }
        };

        assertEquals(List.of(), purging(overtaken).purge(KeyFilter.all(), Duration.ZERO));

        assertEquals(
                KeyState.ACTIVE, setting.store.find(renewed.id()).orElseThrow().state());
    }

    @Test
    void removalWhoseAnswerIsLostIsDone() {
        IssuedKey revoked = setting.issue();
        manager.revoke(revoked.id());
        ApiKeyStore losing = new DelegatingStore(setting.store) {
            @Override
            public void remove(ApiKeyRecord record, ChangeCause cause) {
                super.remove(record, cause);
                throw new StoreException("connection lost");
            }
        };

        assertEquals(List.of(revoked.id()), purging(losing).purge(KeyFilter.all(), Duration.ZERO));
    }

    @Test
    void failedRemovalLeavesTheRing() {
        IssuedKey revoked = setting.issue();
        manager.revoke(revoked.id());
        ApiKeyStore failing = new DelegatingStore(setting.store) {
            @Override
            public void remove(ApiKeyRecord record, ChangeCause cause) {
                throw new StoreException("down");
            }
        };

        assertThrows(StoreException.class, () -> purging(failing).purge(KeyFilter.all(), Duration.ZERO));

        assertEquals(Reason.REVOKED, setting.refusal(revoked));
    }

    private ApiKeyManager purging(ApiKeyStore store) {
        return ApiKeyManager.builder(store, setting.ring, Setting.GENERATOR)
                .clock(setting.clock)
                .build();
    }

    @Test
    void followerTakesOverWhatWasPurgedElsewhere() {
        IssuedKey revoked = setting.issue();
        IssuedKey kept = setting.issue();
        LiveKeyRing elsewhere = LiveKeyRing.of(Setting.emptyRing());
        try (StoreFollower follower = StoreFollower.builder(setting.store, elsewhere)
                .clock(setting.clock)
                .build()) {
            follower.follow();
            manager.revoke(revoked.id());
            follower.follow();
            manager.purge(KeyFilter.all(), Duration.ZERO);
            assertTrue(elsewhere.current().find(revoked.id()).isPresent());

            follower.follow();

            assertFalse(elsewhere.current().find(revoked.id()).isPresent());
            assertTrue(elsewhere.current().find(kept.id()).isPresent());
        }
    }

    @Test
    void filterIsAValueThatCanBeRead() {
        KeyFilter filter = KeyFilter.all().owner("alice").role("client").state(KeyState.ACTIVE);

        assertEquals(filter, KeyFilter.all().owner("alice").role("client").state(KeyState.ACTIVE));
        assertEquals(
                Set.of(
                        new KeyFilter.OwnedBy("alice"),
                        new KeyFilter.HavingRole("client"),
                        new KeyFilter.InState(KeyState.ACTIVE)),
                Set.copyOf(filter.conditions()));
        assertEquals(filter, new KeyFilter(filter.conditions()));
        assertEquals(List.of(), KeyFilter.all().conditions());
        assertThrows(
                UnsupportedOperationException.class, () -> filter.conditions().clear());
    }

    @Test
    void managerListsInPages() {
        List<String> ids =
                Stream.generate(() -> setting.issue().id()).limit(5).sorted().toList();

        assertEquals(ids.subList(0, 2), idsOf(manager.list(KeyFilter.all(), null, 2)));
        assertEquals(ids.subList(2, 5), idsOf(manager.list(KeyFilter.all(), ids.get(1), 9)));
        assertThrows(IllegalArgumentException.class, () -> manager.list(KeyFilter.all(), null, 0));
    }

    private static List<String> idsOf(List<ApiKeyRecord> records) {
        return records.stream().map(ApiKeyRecord::id).toList();
    }
}
