package io.keyward.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.keyward.ApiKeyRecord;
import io.keyward.KeyRing;
import io.keyward.Verification.Reason;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class StoreFailureTest {
    @RegisterExtension
    final CapturedLog log = new CapturedLog();

    private final FailingStore store = new FailingStore();
    private final Setting setting = new Setting(store);

    @Test
    void lostAnswerOfAChangeThatWasStoredIsFoundOut() {
        IssuedKey issued = setting.issue();
        store.losesAnswers = true;

        IssuedKey renewed = setting.manager.rotate(issued.id(), Duration.ofHours(1));
        IssuedKey another = setting.issue();
        setting.manager.revoke(another.id());

        assertTrue(setting.accepts(renewed));
        assertEquals(Reason.REVOKED, setting.refusal(another));
    }

    @Test
    void changeThatWasNotStoredFailsAndTheRingStays() {
        IssuedKey issued = setting.issue();
        KeyRing ring = setting.ring.current();
        store.refusesWrites = true;

        assertThrows(StoreException.class, () -> setting.manager.revoke(issued.id()));
        assertThrows(StoreException.class, () -> setting.manager.rotate(issued.id(), Duration.ofHours(1)));
        assertThrows(StoreException.class, () -> setting.issue());

        assertSame(ring, setting.ring.current());
        assertTrue(setting.accepts(issued));
    }

    @Test
    void whereNothingCanBeFoundOutTheFirstFailureIsToldAndARepeatedRevokeHeals() {
        IssuedKey issued = setting.issue();
        store.losesAnswers = true;
        store.readsLeft = 1;

        StoreException e = assertThrows(StoreException.class, () -> setting.manager.revoke(issued.id()));
        assertEquals("the answer was lost", e.getMessage());
        assertEquals(1, e.getSuppressed().length);
        assertTrue(setting.accepts(issued), "stored and not in force: nobody knew");

        store.readsLeft = Integer.MAX_VALUE;
        setting.manager.revoke(issued.id());
        assertEquals(Reason.REVOKED, setting.refusal(issued));
    }

    @Test
    void changeThatIsAlwaysOvertakenGivesUp() {
        IssuedKey issued = setting.issue();
        store.overtakes = Integer.MAX_VALUE;

        ChangeRefusedException e =
                assertThrows(ChangeRefusedException.class, () -> setting.manager.revoke(issued.id()));

        assertEquals(ChangeRefusedException.Reason.CONTENDED, e.reason());
        assertTrue(setting.accepts(issued));
    }

    @Test
    void changeThatIsOvertakenIsMadeOnWhatTheOtherStored() {
        IssuedKey issued = setting.issue();
        store.overtakes = 3;

        ApiKeyRecord revoked = setting.manager.revoke(issued.id());

        assertEquals("overtaken 1", revoked.name());
        assertEquals(5, revoked.version());
        assertFalse(setting.accepts(issued));
    }

    @Test
    void valueThatTheStoreCannotWriteIsRefused() {
        store.cannotWrite = true;

        ChangeRefusedException e = assertThrows(ChangeRefusedException.class, () -> setting.issue());

        assertEquals(ChangeRefusedException.Reason.INVALID, e.reason());
        assertEquals("new key: owner cannot be written to this file", e.getMessage());
    }

    /** Fails as a database does whose connection breaks before or after a commit, or that others change meanwhile. */
    private static final class FailingStore extends DelegatingStore {
        private boolean losesAnswers;
        private boolean refusesWrites;
        private boolean cannotWrite;
        private int readsLeft = Integer.MAX_VALUE;
        private int overtakes;

        FailingStore() {
            super(InMemoryApiKeyStore.create());
        }

        @Override
        public ApiKeyRecord insert(ApiKeyRecord record, ChangeCause cause) {
            return answer(() -> super.insert(record, cause));
        }

        @Override
        public ApiKeyRecord update(ApiKeyRecord record, ChangeCause cause) {
            if (overtakes > 0) {
                ApiKeyRecord now = super.find(record.id()).orElseThrow();
                super.update(now.toBuilder().name("overtaken " + overtakes).build(), cause);
                overtakes--;
            }
            return answer(() -> super.update(record, cause));
        }

        @Override
        public Optional<ApiKeyRecord> find(String id) {
            if (readsLeft-- <= 0) {
                throw new StoreException("nothing can be read");
            }
            return super.find(id);
        }

        private ApiKeyRecord answer(java.util.function.Supplier<ApiKeyRecord> write) {
            if (cannotWrite) {
                throw new IllegalArgumentException("owner cannot be written to this file");
            }
            if (refusesWrites) {
                throw new StoreException("the disk is full");
            }
            ApiKeyRecord written = write.get();
            if (losesAnswers) {
                throw new StoreException("the answer was lost");
            }
            return written;
        }
    }
}
