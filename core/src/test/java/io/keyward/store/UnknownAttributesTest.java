package io.keyward.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.keyward.ApiKeyRecord;
import io.keyward.KeyRing;
import io.keyward.KeyState;
import io.keyward.Verification.Reason;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Issue 15, item 2: an old node meets the record of a newer one. */
class UnknownAttributesTest {
    @RegisterExtension
    final CapturedLog log = new CapturedLog();

    private final Setting setting = new Setting();
    private final IssuedKey issued = setting.issue("admin");

    static Stream<Named<BiConsumer<ApiKeyManager, String>>> changes() {
        return Stream.of(
                Named.of("rotate", (manager, id) -> manager.rotate(id, Duration.ofHours(1))),
                Named.of("rotate with an end", (manager, id) -> manager.rotate(id, Duration.ZERO, null)),
                Named.of("revoke", ApiKeyManager::revoke),
                Named.of("disable", ApiKeyManager::disable),
                Named.of(
                        "change",
                        (manager, id) -> manager.change(
                                id, KeyChange.builder().owner("another").build())));
    }

    @ParameterizedTest
    @MethodSource("changes")
    void managerRefusesEveryChange(BiConsumer<ApiKeyManager, String> change) {
        ApiKeyRecord extended = extend(issued.record());
        KeyRing ring = setting.ring.current();

        ChangeRefusedException refused =
                assertThrows(ChangeRefusedException.class, () -> change.accept(setting.manager, issued.id()));

        assertEquals(ChangeRefusedException.Reason.UNSUPPORTED, refused.reason());
        assertTrue(String.valueOf(refused.getMessage()).contains("[of-tomorrow]"), refused.getMessage());
        assertEquals(Optional.of(extended), setting.store.find(issued.id()));
        assertSame(ring, setting.ring.current());
    }

    @Test
    void managerRefusesToEnableSuchAKey() {
        extend(setting.manager.disable(issued.id()));

        ChangeRefusedException refused =
                assertThrows(ChangeRefusedException.class, () -> setting.manager.enable(issued.id()));

        assertEquals(ChangeRefusedException.Reason.UNSUPPORTED, refused.reason());
    }

    @Test
    void revokingSuchAKeyThatIsRevokedDoesNothing() {
        ApiKeyRecord extended = extend(setting.manager.revoke(issued.id()));

        assertEquals(extended, setting.manager.revoke(issued.id()));
        assertEquals(KeyState.REVOKED, extended.state());
    }

    @Test
    void nobodyActsOnBehalfOfSuchAKey() {
        ApiKeyManager forIssued = setting.manager.onBehalfOf(setting.principal(issued));
        extend(issued.record());

        ChangeRefusedException refused = assertThrows(
                ChangeRefusedException.class,
                () -> forIssued.issue(IssueRequest.builder().roles("client").build()));

        assertEquals(ChangeRefusedException.Reason.EXCEEDS_MAKER, refused.reason());
    }

    @Test
    void eachLoadReportsTheKeyAndNamesTheAttribute() {
        extend(issued.record());

        assertEquals(Reason.UNSUPPORTED, setting.refusal(issued));
        assertTrue(
                log.lines().stream()
                        .anyMatch(line -> line.startsWith("WARN KeyRing")
                                && line.contains("`" + issued.id() + "`")
                                && line.contains("[of-tomorrow]")),
                log.text());
    }

    /** Does what a newer node does, and lets this one load it. */
    private ApiKeyRecord extend(ApiKeyRecord record) {
        ApiKeyRecord extended = setting.store.update(
                record.toBuilder().attributes(Map.of("of-tomorrow", "1")).build());
        setting.reload();
        return extended;
    }
}
