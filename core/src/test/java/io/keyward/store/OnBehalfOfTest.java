package io.keyward.store;

import static io.keyward.store.Setting.START;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.keyward.ApiKeyPrincipal;
import io.keyward.KeyRing;
import io.keyward.KeyState;
import io.keyward.role.Permission;
import io.keyward.store.ApiKeyStore.Stamp;
import io.keyward.store.ChangeRefusedException.Reason;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** AU-04 and its kin: who may manage keys gains nothing by it. */
class OnBehalfOfTest {
    private static final Duration HOUR = Duration.ofHours(1);
    private static final Duration DAY = Duration.ofDays(1);

    @RegisterExtension
    final CapturedLog log = new CapturedLog();

    private final Setting setting = new Setting();
    private final IssuedKey admin = setting.issue("admin");
    private final IssuedKey client = setting.issue("client");
    private final IssuedKey ops = setting.manager.issue(
            IssueRequest.builder().roles("ops").expiresIn(DAY).build());
    private final ApiKeyPrincipal operator = setting.principal(ops);
    private final ApiKeyManager forOperator = setting.manager.onBehalfOf(operator);

    private void assertExceeds(Runnable change) {
        Stamp before = setting.store.load().stamp();
        KeyRing ring = setting.ring.current();

        ChangeRefusedException e = assertThrows(ChangeRefusedException.class, change::run);

        assertEquals(Reason.EXCEEDS_MAKER, e.reason(), e.getMessage());
        assertTrue(e.getMessage().contains(operator.id()), e.getMessage());
        assertEquals(before, setting.store.load().stamp(), "nothing is stored");
        assertSame(ring, setting.ring.current(), "no ring is published");
    }

    static Stream<Arguments> beyond() {
        return Stream.of(
                beyond(
                        "issues a role of more",
                        (manager, test) -> manager.issue(IssueRequest.builder()
                                .roles("admin")
                                .expiresIn(HOUR)
                                .build())),
                beyond(
                        "issues a role beside its own",
                        (manager, test) -> manager.issue(IssueRequest.builder()
                                .roles("miner")
                                .expiresIn(HOUR)
                                .build())),
                beyond(
                        "issues a permission it has not",
                        (manager, test) -> manager.issue(IssueRequest.builder()
                                .permissions(List.of(Permission.of("blocks:mine")))
                                .expiresIn(HOUR)
                                .build())),
                beyond(
                        "issues a pattern wider than what it has",
                        (manager, test) -> manager.issue(IssueRequest.builder()
                                .permissions(List.of(Permission.of("jobs:*")))
                                .expiresIn(HOUR)
                                .build())),
                beyond(
                        "issues a key that outlives its own",
                        (manager, test) -> manager.issue(IssueRequest.builder()
                                .roles("client")
                                .expiresAt(START.plus(DAY).plusMillis(1))
                                .build())),
                beyond(
                        "issues a key without end",
                        (manager, test) -> manager.issue(
                                IssueRequest.builder().roles("client").build())),
                beyond("rotates an admin's key", (manager, test) -> manager.rotate(test.admin.id(), HOUR)),
                beyond(
                        "rotates a key that outlives its own",
                        (manager, test) -> manager.rotate(test.client.id(), HOUR)),
                beyond(
                        "rotates its own key to a later end",
                        (manager, test) -> manager.rotate(
                                test.ops.id(), HOUR, START.plus(DAY).plus(HOUR))),
                beyond("revokes an admin's key", (manager, test) -> manager.revoke(test.admin.id())),
                beyond("disables an admin's key", (manager, test) -> manager.disable(test.admin.id())),
                beyond("enables an admin's key", (manager, test) -> manager.enable(test.admin.id())),
                beyond(
                        "renames an admin's key",
                        (manager, test) -> manager.change(
                                test.admin.id(),
                                KeyChange.builder().name("mine").build())),
                beyond(
                        "takes an admin's role away",
                        (manager, test) -> manager.change(
                                test.admin.id(), KeyChange.builder().roles().build())),
                beyond(
                        "gives itself a role",
                        (manager, test) -> manager.change(
                                test.ops.id(),
                                KeyChange.builder().roles("ops", "miner").build())),
                beyond(
                        "gives itself a permission",
                        (manager, test) -> manager.change(
                                test.ops.id(),
                                KeyChange.builder()
                                        .permissions(List.of(Permission.of("*:*")))
                                        .build())),
                beyond(
                        "gives itself a later end",
                        (manager, test) -> manager.change(
                                test.ops.id(),
                                KeyChange.builder().expiresAt(null).build())));
    }

    private interface Attempt {
        void by(ApiKeyManager manager, OnBehalfOfTest test);
    }

    private static Arguments beyond(String what, Attempt attempt) {
        Consumer<OnBehalfOfTest> run = test -> attempt.by(test.forOperator, test);
        return Arguments.of(what, run);
    }

    @ParameterizedTest(name = "AU-04 refuses an operator who {0}")
    @MethodSource("beyond")
    void refusesWhatIsBeyondTheMaker(String what, Consumer<OnBehalfOfTest> attempt) {
        assertExceeds(() -> attempt.accept(this));
    }

    @Test
    @DisplayName("AU-04 a key that is no longer in force makes nothing, whatever its principal says")
    void refusesMakerThatNoLongerCounts() {
        Runnable issue = () -> forOperator.issue(
                IssueRequest.builder().roles("client").expiresIn(HOUR).build());
        issue.run();

        setting.manager.disable(ops.id());
        assertExceeds(issue);
        setting.manager.enable(ops.id());
        issue.run();
        setting.advance(DAY);
        assertExceeds(issue);
        setting.now = START;
        setting.manager.revoke(ops.id());
        assertExceeds(issue);
    }

    @Test
    void makesWhatItsMakerMayDo() {
        IssuedKey made = forOperator.issue(IssueRequest.builder()
                .roles("client")
                .permissions(List.of(Permission.of("keys:write")))
                .expiresAt(START.plus(DAY))
                .build());
        IssuedKey renewed = forOperator.rotate(made.id(), HOUR);
        forOperator.disable(made.id());
        forOperator.enable(made.id());
        forOperator.change(made.id(), KeyChange.builder().roles("ops").build());

        assertTrue(setting.principal(renewed).hasRole("ops"));
        assertEquals(KeyState.REVOKED, forOperator.revoke(made.id()).state());
        assertEquals(KeyState.REVOKED, forOperator.revoke(client.id()).state());
    }

    @Test
    void logSaysForWhomAChangeWasMade() {
        forOperator.revoke(client.id());

        assertTrue(log.text().contains("revoked key `" + client.id() + "`, for key `" + ops.id() + "`"), log.text());
    }

    @Test
    void changesInBulkKeepTheLimits() {
        assertExceeds(() -> forOperator.inBulk(() -> forOperator.revoke(admin.id())));
    }
}
