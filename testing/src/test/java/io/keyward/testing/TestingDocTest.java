package io.keyward.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.keyward.ApiKeyVerifier;
import io.keyward.LiveKeyRing;
import io.keyward.Verification.Reason;
import io.keyward.Verification.Rejected;
import io.keyward.role.Role;
import io.keyward.role.RoleModel;
import io.keyward.store.ApiKeyStore;
import io.keyward.store.InMemoryApiKeyStore;
import io.keyward.store.IssuedKey;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Runs the code of docs/testing.md. */
class TestingDocTest {
    @Test
    void pageShowsTheCodeThatRunsHere() throws Exception {
        DocumentedCode.assertSame("testing.md", TestingDocTest.class);
    }

    @Test
    void everyStepDoesWhatThePageSays() {
        // page
        RoleModel roles = RoleModel.of(Role.of("client").permitting("jobs:submit"));
        MovableClock clock = MovableClock.at("2026-11-23T12:00:00Z");
        ThrowAwayKeys keys = ThrowAwayKeys.at(clock, "client");
        RecordingListener heard = new RecordingListener();
        ApiKeyVerifier verifier =
                ApiKeyVerifier.of(LiveKeyRing.of(keys.ring(roles)), clock).notifying(heard);

        verifier.verify(keys.active().key().reveal());
        verifier.verify(keys.revoked().key().reveal());

        assertEquals(List.of(keys.active().id()), heard.acceptedIds());
        assertEquals(List.of(Reason.REVOKED), heard.rejections());
        // end

        // page
        assertTrue(verifier.verify(keys.retiring().key().reveal()).isAccepted());
        clock.advance(Duration.ofDays(1)); // the overlap of the rotation is over
        assertEquals(Reason.EXPIRED, reasonOf(verifier, keys.retiring()));
        // end
    }

    // page
    static class MyStoreTest extends ApiKeyStoreContract {
        @Override
        protected ApiKeyStore newStore() {
            return InMemoryApiKeyStore.create(); // a new, empty store of yours
        }
    }
    // end

    private static Reason reasonOf(ApiKeyVerifier verifier, IssuedKey key) {
        return ((Rejected) verifier.verify(key.key().reveal())).reason();
    }
}
