package io.keyward.testing;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.keyward.ApiKeyVerifier;
import io.keyward.LiveKeyRing;
import io.keyward.Verification.Accepted;
import io.keyward.Verification.Reason;
import io.keyward.role.Role;
import io.keyward.role.RoleModel;
import io.keyward.store.IssuedKey;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class ThrowAwayKeysTest {
    private final MovableClock clock = MovableClock.at("2026-11-23T12:00:00Z");
    private final ThrowAwayKeys keys = ThrowAwayKeys.at(clock, "client");
    private final RecordingListener heard = new RecordingListener();
    private final ApiKeyVerifier verifier = ApiKeyVerifier.of(
                    LiveKeyRing.of(keys.ring(RoleModel.of(Role.of("client")))), clock)
            .notifying(heard);

    @Test
    void eachKeyIsInTheStateThatItsNameSays() {
        for (IssuedKey key :
                List.of(keys.expired(), keys.notYetValid(), keys.disabled(), keys.revoked(), keys.unknown())) {
            verify(key);
        }
        assertEquals(
                List.of(Reason.EXPIRED, Reason.NOT_YET_VALID, Reason.DISABLED, Reason.REVOKED, Reason.UNKNOWN),
                heard.rejections());

        assertAll(
                () -> assertTrue(accepted(keys.active()).principal().hasRole("client")),
                () -> assertFalse(accepted(keys.renewed()).retiring()),
                () -> assertTrue(accepted(keys.retiring()).retiring()));
        assertEquals(
                List.of(keys.active().id(), keys.renewed().id(), keys.renewed().id()), heard.acceptedIds());
    }

    @Test
    void statesFollowTheClock() {
        clock.advance(Duration.ofDays(1));

        List.of(keys.active(), keys.retiring()).forEach(this::verify);

        assertEquals(List.of(Reason.EXPIRED, Reason.EXPIRED), heard.rejections());
        assertFalse(accepted(keys.notYetValid()).retiring());
        assertEquals(3, heard.outcomes().size());
        heard.clear();
        assertEquals(List.of(), heard.outcomes());
    }

    private void verify(IssuedKey key) {
        verifier.verify(key.key().reveal());
    }

    private Accepted accepted(IssuedKey key) {
        return (Accepted) verifier.verify(key.key().reveal());
    }
}
