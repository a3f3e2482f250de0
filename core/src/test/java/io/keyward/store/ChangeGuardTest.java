package io.keyward.store;

import static io.keyward.store.Setting.START;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.keyward.ApiKeyPrincipal;
import io.keyward.ApiKeyRecord;
import io.keyward.KeyRing;
import io.keyward.Verification.Accepted;
import io.keyward.Verification.Reason;
import io.keyward.store.ApiKeyStore.Stamp;
import io.keyward.store.ChangeCause.Action;
import io.keyward.store.ChangeOutcome.Applied;
import io.keyward.store.ChangeOutcome.Failed;
import io.keyward.store.ChangeOutcome.Refused;
import io.keyward.store.StoreConflictException.Conflict;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Issue 15, item 3: who hears of a change, who may stop it, and what a store is told. */
class ChangeGuardTest {
    private static final Duration HOUR = Duration.ofHours(1);
    private static final Actor ANNA =
            Actor.operator("anna").withName("Anna Berg").withAddress("192.0.2.7");

    @RegisterExtension
    final CapturedLog log = new CapturedLog();

    private final TrailStore store = new TrailStore();
    private final Setting setting = new Setting(store);
    private final IssuedKey key = setting.issue("client");
    private final IssuedKey off = disabled();
    private final Recording guard = new Recording();
    private final ApiKeyManager manager = guardedBy(guard);

    private IssuedKey disabled() {
        IssuedKey issued = setting.issue();
        setting.manager.disable(issued.id());
        return issued;
    }

    private ApiKeyManager guardedBy(ChangeGuard... guards) {
        return ApiKeyManager.builder(store, setting.ring, Setting.GENERATOR)
                .clock(setting.clock)
                .guards(guards)
                .build();
    }

    private interface Attempt extends BiConsumer<ApiKeyManager, ChangeGuardTest> {}

    static Stream<Named<Attempt>> changes() {
        return Stream.of(
                Named.of(
                        "issue",
                        (manager, test) -> manager.issue(
                                IssueRequest.builder().roles("client").build())),
                Named.of("rotate", (manager, test) -> manager.rotate(test.key.id(), HOUR)),
                Named.of(
                        "change",
                        (manager, test) -> manager.change(
                                test.key.id(), KeyChange.builder().name("n").build())),
                Named.of("disable", (manager, test) -> manager.disable(test.key.id())),
                Named.of("enable", (manager, test) -> manager.enable(test.off.id())),
                Named.of("revoke", (manager, test) -> manager.revoke(test.key.id())));
    }

    /** Also those that the manager waits for when it speaks to the store, and one that the compiler does not see. */
    static Stream<Throwable> problems() {
        return Stream.of(
                new IllegalStateException("not on a Friday"),
                new IllegalArgumentException("not so"),
                new StoreException("trail is full"),
                new StoreConflictException(Conflict.STALE, "a"),
                new StoreConflictException(Conflict.ID_TAKEN, "a"),
                new AssertionError("not an exception"),
                new IOException("checked, as other languages throw it"));
    }

    static Stream<Arguments> changesAndProblems() {
        return changes().flatMap(change -> problems().map(problem -> Arguments.of(change, problem)));
    }

    @ParameterizedTest(name = "{0} stopped by {1}")
    @MethodSource("changesAndProblems")
    void guardThatThrowsStoresNothing(Attempt change, Throwable problem) {
        guard.stopBy = problem;
        Stamp stamp = store.load().stamp();
        KeyRing ring = setting.ring.current();
        int trail = store.trail.size();

        Throwable thrown = assertThrows(Throwable.class, () -> change.accept(manager, this));

        assertSame(problem, thrown);
        assertEquals(stamp, store.load().stamp(), "nothing is stored");
        assertEquals(trail, store.trail.size(), "the store was not asked");
        assertSame(ring, setting.ring.current(), "no ring is published");
        assertEquals(1, guard.befores.size(), "it is asked once");
        assertSame(problem, assertInstanceOf(Refused.class, guard.onlyOutcome()).problem());
    }

    @ParameterizedTest(name = "{0} followed by {1}")
    @MethodSource("changesAndProblems")
    void guardThatThrowsAfterwardsChangesNothing(Attempt change, Throwable problem) {
        Recording next = new Recording();
        guard.failBy = problem;

        change.accept(guardedBy(guard, next), this);

        assertInstanceOf(Applied.class, next.onlyOutcome());
        assertEquals(store.load().records().size(), setting.ring.current().size(), "what is stored is in force");
        assertTrue(log.text().contains("the change stays as it is"), log.text());
    }

    @ParameterizedTest
    @MethodSource("changes")
    void everyChangeIsHeardBeforeAndAfterWithTheCauseThatTheStoreGets(Attempt change) {
        change.accept(manager.as(ANNA).inRequest("r-17"), this);

        Before before = guard.befores.get(0);
        Applied applied = assertInstanceOf(Applied.class, guard.onlyOutcome());
        ChangeCause cause = before.cause;
        assertEquals(List.of(cause), guard.causes);
        assertEquals(cause, store.trail.get(store.trail.size() - 1));
        assertEquals(ANNA, cause.actor());
        assertEquals("r-17", cause.requestId());
        assertEquals(START, cause.time());
        assertEquals(before.record, applied.before());
        ApiKeyRecord after = applied.after();
        assertEquals(store.find(applied.keyId()).orElseThrow(), after);
        assertEquals(
                before.planned,
                after.toBuilder().version(before.planned.version()).build());
        assertEquals("operator:anna", cause.action() == Action.ISSUE ? after.createdBy() : after.changedBy());
        assertEquals(START, cause.action() == Action.ISSUE ? after.createdAt() : after.changedAt());
    }

    @Test
    void eachActionHasItsName() {
        changes().forEach(change -> change.getPayload().accept(manager, this));

        assertEquals(
                List.of(Action.ISSUE, Action.ROTATE, Action.CHANGE, Action.DISABLE, Action.ENABLE, Action.REVOKE),
                guard.causes.stream().map(ChangeCause::action).toList());
    }

    @Test
    void refusedChangesAreHeardAndNoGuardIsAsked() {
        IssuedKey revoked = setting.issue();
        setting.manager.revoke(revoked.id());
        ApiKeyPrincipal client = setting.principal(key);
        List<Runnable> refused = List.of(
                () -> manager.revoke("nobody"),
                () -> manager.revoke(key.key().reveal()),
                () -> manager.enable(revoked.id()),
                () -> manager.rotate(key.id(), HOUR.negated()),
                () -> manager.issue(IssueRequest.builder().roles("undeclared").build()),
                () -> manager.onBehalfOf(client)
                        .issue(IssueRequest.builder().roles("admin").build()));

        refused.forEach(change -> assertThrows(ChangeRefusedException.class, change::run));

        assertEquals(
                List.of("nobody", "null", revoked.id(), key.id(), "null", "null"),
                guard.outcomes.stream()
                        .map(outcome -> String.valueOf(outcome.keyId()))
                        .toList());
        assertEquals(
                List.of(
                        ChangeRefusedException.Reason.NO_SUCH_KEY,
                        ChangeRefusedException.Reason.NO_SUCH_KEY,
                        ChangeRefusedException.Reason.REVOKED,
                        ChangeRefusedException.Reason.INVALID,
                        ChangeRefusedException.Reason.INVALID,
                        ChangeRefusedException.Reason.EXCEEDS_MAKER),
                guard.outcomes.stream()
                        .map(outcome -> ((ChangeRefusedException) ((Refused) outcome).problem()).reason())
                        .toList());
        assertEquals(List.of(), guard.befores);
        assertEquals(Actor.key(client), guard.causes.get(5).actor());
    }

    @Test
    void failureOfTheStoreIsHeardAsSuch() {
        StoreException down = new StoreException("down");
        store.failBy = down;

        assertThrows(StoreException.class, () -> manager.revoke(key.id()));

        Failed failed = assertInstanceOf(Failed.class, guard.onlyOutcome());
        assertSame(down, failed.problem());
        assertEquals(key.id(), failed.keyId());
    }

    @Test
    void hashOfAnotherKeyIsARefusalAndNoFailure() {
        store.failBy = new StoreConflictException(Conflict.HASH_TAKEN, key.id());

        assertThrows(StoreConflictException.class, () -> manager.revoke(key.id()));

        assertInstanceOf(Refused.class, guard.onlyOutcome());
    }

    @Test
    void changeWhoseAnswerIsLostIsApplied() {
        store.loseAnswer = true;

        manager.revoke(key.id());

        assertInstanceOf(Applied.class, guard.onlyOutcome());
    }

    @Test
    @DisplayName("where somebody else was faster, the guard is asked again and hears of one change")
    void isAskedAgainAfterAConflict() {
        store.overtakeOnce = true;

        manager.disable(key.id());

        assertEquals(
                List.of(1L, 2L),
                guard.befores.stream().map(before -> before.planned.version()).toList());
        assertInstanceOf(Applied.class, guard.onlyOutcome());
    }

    @Test
    void changeOfNothingIsNotHeard() {
        setting.manager.revoke(key.id());

        manager.revoke(key.id());
        manager.disable(off.id());

        assertEquals(List.of(), guard.befores);
        assertEquals(List.of(), guard.outcomes);
    }

    @Test
    void guardsAreAskedInOrderUpToTheFirstThatStops() {
        Recording first = new Recording();
        Recording third = new Recording();
        guard.stopBy = new IllegalStateException("no");

        assertThrows(
                IllegalStateException.class,
                () -> guardedBy(first, guard, third).revoke(key.id()));

        assertEquals(1, first.befores.size());
        assertEquals(0, third.befores.size());
        for (Recording each : List.of(first, guard, third)) {
            assertInstanceOf(Refused.class, each.onlyOutcome());
        }
    }

    @ParameterizedTest
    @MethodSource("problems")
    void changesInBulkThatWereStoredBeforeOneWasStoppedAreInForce(Throwable problem) {
        IssuedKey other = setting.issue();

        Throwable thrown = assertThrows(
                Throwable.class,
                () -> manager.inBulk(() -> {
                    manager.revoke(key.id());
                    guard.stopBy = problem;
                    manager.revoke(other.id());
                }));

        assertSame(problem, thrown);
        assertEquals(Reason.REVOKED, setting.refusal(key));
        assertTrue(setting.accepts(other));
    }

    @Test
    @DisplayName("as names the actor and onBehalfOf limits, in either order")
    void asJoinsOnBehalfOf() {
        ApiKeyPrincipal client = setting.principal(key);
        for (ApiKeyManager joined : List.of(
                manager.onBehalfOf(client).as(ANNA),
                manager.as(ANNA).onBehalfOf(client),
                manager.as(ANNA).inRequest("r").onBehalfOf(client))) {
            IssuedKey issued =
                    joined.issue(IssueRequest.builder().roles("client").build());
            ChangeRefusedException refused = assertThrows(
                    ChangeRefusedException.class,
                    () -> joined.issue(IssueRequest.builder().roles("admin").build()));

            assertEquals("operator:anna", issued.record().createdBy());
            assertEquals(ChangeRefusedException.Reason.EXCEEDS_MAKER, refused.reason());
            assertEquals(ANNA, guard.causes.get(guard.causes.size() - 1).actor());
        }
    }

    @Test
    void recordSaysWhoMadeAndWhoChangedIt() {
        IssuedKey made = manager.issue(IssueRequest.builder().roles("client").build());
        setting.advance(HOUR);
        ApiKeyRecord changed = manager.onBehalfOf(setting.principal(key)).disable(made.id());
        setting.advance(HOUR);
        ApiKeyRecord revoked = manager.as(Actor.job("leavers")).revoke(made.id());

        assertEquals("application", made.record().createdBy());
        assertEquals(START, made.record().createdAt());
        assertNull(made.record().changedAt());
        assertEquals("key:" + key.id(), changed.changedBy());
        assertEquals(START.plus(HOUR), changed.changedAt());
        assertEquals("job:leavers", revoked.changedBy());
        assertEquals("application", revoked.createdBy());
        assertEquals(START, revoked.createdAt());
    }

    @Test
    void readyMadeListenerLogsActorRequestAndRefusals() {
        ApiKeyManager logging = guardedBy(guard, ChangeGuard.logging());
        logging.as(ANNA).inRequest("r-17").revoke(key.id());
        assertThrows(
                ChangeRefusedException.class,
                () -> logging.as(Actor.job("nightly")).enable(key.id()));
        assertThrows(
                ChangeRefusedException.class, () -> logging.revoke(key.key().reveal()));
        guard.stopBy = new IllegalStateException("quoting " + key.key().reveal());
        assertThrows(IllegalStateException.class, () -> logging.enable(off.id()));

        List<String> lines = log.lines();
        assertTrue(
                lines.contains("INFO ApiKeyManager - revoked key `" + key.id() + "`, by operator:anna, request r-17"));
        assertTrue(lines.contains(
                "INFO ApiKeyManager - refused to enable key `" + key.id() + "`: REVOKED, by job:nightly"));
        assertTrue(lines.contains("INFO ApiKeyManager - refused to revoke a key: NO_SUCH_KEY"));
        assertTrue(
                lines.contains("INFO ApiKeyManager - refused to enable key `" + off.id() + "`: IllegalStateException"));
        assertTrue(lines.stream().noneMatch(line -> line.contains(key.key().reveal())), log.text());
    }

    @Test
    void assembledKeysAskTheGuardsTheyWereGiven() {
        try (ApiKeys keys = ApiKeys.over(InMemoryApiKeyStore.create())
                .roles(Setting.ROLES)
                .format("kw_test")
                .guards(guard)
                .open()) {
            IssuedKey issued = keys.manager().issue(IssueRequest.builder().build());
            guard.stopBy = new IllegalStateException("no");

            assertThrows(IllegalStateException.class, () -> keys.manager().revoke(issued.id()));

            assertEquals(2, guard.befores.size());
            assertInstanceOf(Accepted.class, keys.verifier().verify(issued.key().reveal()));
        }
    }

    static Stream<Named<Runnable>> badActors() {
        return Stream.of(
                Named.of("empty", () -> Actor.operator("")),
                Named.of("blank", () -> Actor.job(" ")),
                Named.of("blank at its end", () -> Actor.operator("anna ")),
                Named.of("bell alone", () -> Actor.operator("\u0007")),
                Named.of("escape at its start", () -> Actor.operator("\u001b[2J")),
                Named.of("delete at its end", () -> Actor.job("nightly\u007f")),
                Named.of("line break", () -> Actor.operator("anna\nINFO forged")),
                Named.of("line separator", () -> ANNA.withName("a\u2028b")),
                Named.of("text that turns direction", () -> ANNA.withName("a\u202eb")),
                Named.of("half a character", () -> ANNA.withName("a\ud800b")),
                Named.of("tab in an address", () -> ANNA.withAddress("1\t2")),
                Named.of("too long", () -> Actor.job("j".repeat(Actor.MAX_ID + 1))),
                Named.of("name too long", () -> ANNA.withName("n".repeat(Actor.MAX_TEXT + 1))));
    }

    @ParameterizedTest
    @MethodSource("badActors")
    void actorRefusesTextThatIsNoLine(Runnable made) {
        assertThrows(IllegalArgumentException.class, made::run);
    }

    @Test
    void requestIdIsOneLineToo() {
        for (String bad : List.of("", " r", "r\r\n", "r".repeat(ChangeCause.MAX_REQUEST_ID + 1))) {
            assertThrows(IllegalArgumentException.class, () -> manager.inRequest(bad));
        }
    }

    @Test
    @DisplayName("the longest actor fits into a record")
    void everyActorFitsIntoARecord() {
        Actor longest = Actor.operator("a".repeat(Actor.MAX_ID));

        assertEquals(
                longest.label(),
                manager.as(longest)
                        .issue(IssueRequest.builder().build())
                        .record()
                        .createdBy());
    }

    private record Before(ChangeCause cause, @Nullable ApiKeyRecord record, ApiKeyRecord planned) {}

    private static final class Recording implements ChangeGuard {
        private final List<Before> befores = new ArrayList<>();
        private final List<ChangeCause> causes = new ArrayList<>();
        private final List<ChangeOutcome> outcomes = new ArrayList<>();
        private @Nullable Throwable stopBy;
        private @Nullable Throwable failBy;

        @Override
        public void before(ChangeCause cause, @Nullable ApiKeyRecord before, @Nullable ApiKeyRecord after) {
            befores.add(new Before(cause, before, after));
            throwUnchecked(stopBy);
        }

        @Override
        public void after(ChangeCause cause, ChangeOutcome outcome) {
            causes.add(cause);
            outcomes.add(outcome);
            throwUnchecked(failBy);
        }

        ChangeOutcome onlyOutcome() {
            assertEquals(1, outcomes.size(), outcomes.toString());
            return outcomes.get(0);
        }

        @SuppressWarnings("unchecked")
        private static <E extends Throwable> void throwUnchecked(@Nullable Throwable problem) throws E {
            if (problem != null) {
                throw (E) problem;
            }
        }
    }

    /** Keeps the causes it was given, as a table beside that of the keys would. */
    private static final class TrailStore extends DelegatingStore {
        private final List<ChangeCause> trail = new ArrayList<>();
        private @Nullable RuntimeException failBy;
        private boolean loseAnswer;
        private boolean overtakeOnce;

        TrailStore() {
            super(InMemoryApiKeyStore.create());
        }

        @Override
        public ApiKeyRecord insert(ApiKeyRecord record, ChangeCause cause) {
            ApiKeyRecord stored = super.insert(record, cause);
            trail.add(cause);
            return stored;
        }

        @Override
        public ApiKeyRecord update(ApiKeyRecord record, ChangeCause cause) {
            if (failBy != null) {
                throw failBy;
            }
            if (overtakeOnce) {
                overtakeOnce = false;
                super.update(
                        find(record.id()).orElseThrow().toBuilder()
                                .owner("overtaken")
                                .build(),
                        cause);
            }
            ApiKeyRecord stored = super.update(record, cause);
            trail.add(cause);
            if (loseAnswer) {
                throw new StoreException("connection lost");
            }
            return stored;
        }
    }
}
