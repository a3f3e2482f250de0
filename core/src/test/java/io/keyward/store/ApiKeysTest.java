package io.keyward.store;

import static io.keyward.store.Setting.START;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.keyward.KeyHasher;
import io.keyward.KeysUnavailableException;
import io.keyward.Verification.Accepted;
import io.keyward.Verification.Reason;
import io.keyward.Verification.Rejected;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Issue 15, section 5. */
class ApiKeysTest {
    private static final Duration HOUR = Duration.ofHours(1);

    @RegisterExtension
    final CapturedLog log = new CapturedLog();

    private volatile Instant now = START;
    private final List<Thread> threads = new CopyOnWriteArrayList<>();
    private final FollowedStore shared = new FollowedStore();

    private ApiKeys.Builder over(ApiKeyStore store) {
        return ApiKeys.over(store).roles(Setting.ROLES).format("kw_test").clock(() -> now);
    }

    private Thread thread(Runnable task) {
        Thread thread = new Thread(task, "keys");
        thread.setDaemon(true);
        threads.add(thread);
        return thread;
    }

    private static IssueRequest client() {
        return IssueRequest.builder().roles("client").expiresIn(HOUR).build();
    }

    @Test
    void everyPartHasTheRolesTheClockAndTheFormatThatWereGivenOnce() {
        try (ApiKeys keys = over(InMemoryApiKeyStore.create()).open()) {
            IssuedKey issued = keys.manager().issue(client());
            String text = issued.key().reveal();

            assertTrue(text.startsWith("kw_test_"));
            assertEquals(START.plus(HOUR), issued.record().current().expiresAt());
            Accepted accepted = (Accepted) keys.verifier().verify(text);
            assertTrue(accepted.principal().hasPermission("jobs:read"));
            assertEquals(START, keys.lastUsed().of(issued.id()).current());
            assertEquals(
                    keys.lastUsed().of(issued.id()),
                    keys.manager().lastUse(issued.id()).orElseThrow());
            assertTrue(keys.ring().current().find(issued.id()).isPresent());

            now = now.plus(HOUR);
            assertEquals(
                    new Rejected(Reason.EXPIRED, issued.id()), keys.verifier().verify(text));
        }
    }

    @Test
    void firstPepperHashesNewKeysAndOlderOnesStayGood() {
        ApiKeyStore store = InMemoryApiKeyStore.create();
        byte[] old = pepper();
        IssuedKey before;
        try (ApiKeys keys = over(store).pepper("p1", old).open()) {
            before = keys.manager().issue(client());
        }
        try (ApiKeys keys = over(store).pepper("p2", pepper()).pepper("p1", old).open()) {
            IssuedKey after = keys.manager().issue(client());

            assertEquals("hmac-sha256:p2", after.record().current().hash().scheme());
            assertTrue(keys.verifier().verify(after.key().reveal()).isAccepted());
            assertTrue(keys.verifier().verify(before.key().reveal()).isAccepted());
        }
    }

    @Test
    void keysWhosePepperIsMissingAreDisabledAndReported() {
        ApiKeyStore store = InMemoryApiKeyStore.create();
        String id;
        try (ApiKeys keys = over(store).pepper("p1", pepper()).open()) {
            id = keys.manager().issue(client()).id();
        }
        try (ApiKeys keys = over(store).open()) {
            assertEquals(id, keys.state().unfit().get(0).keyId());
            assertTrue(keys.state().isLastReloadGood());
        }
    }

    /** Issue 14, item 9. */
    @Test
    void doesNotOpenWhereTheStoreKeepsTheCheckValueOfAnotherPepper() {
        byte[] pepper = pepper();
        shared.peppers = Map.of("p1", KeyHasher.hmacSha256("p1", pepper).check().orElseThrow());

        StoreException e = assertThrows(
                StoreException.class, () -> over(shared).pepper("p1", pepper()).open());
        assertTrue(e.getMessage().contains("p1"));
        over(shared).pepper("p1", pepper).pepper("p2", pepper()).open().close();
    }

    private static byte[] pepper() {
        byte[] pepper = new byte[32];
        new SecureRandom().nextBytes(pepper);
        return pepper;
    }

    @Test
    void storeThatNobodyElseChangesIsNotFollowedAndItsKeysDoNotAge() {
        try (ApiKeys keys = over(InMemoryApiKeyStore.create()).open()) {
            assertFalse(keys.state().hasKeys());
            assertFalse(keys.state().isHealthy());

            keys.manager().issue(client());
            now = now.plus(Duration.ofDays(9));

            assertTrue(keys.state().isHealthy());
            assertNull(keys.state().problem());
        }
    }

    @Test
    void sharedStoreIsFollowedUntilClose() throws Exception {
        Semaphore readings = new Semaphore(0);
        ApiKeys keys = over(shared)
                .interval(Duration.ofMillis(1))
                .threads(this::thread)
                .open();
        IssuedKey elsewhere = new Setting(shared).issue("client");
        shared.step = step -> readings.release();
        while (!keys.verifier().verify(elsewhere.key().reveal()).isAccepted()) {
            assertTrue(readings.tryAcquire(30, SECONDS));
        }

        keys.close();
        keys.close();

        assertEquals(2, threads.size());
        threads.forEach(thread -> assertFalse(thread.isAlive()));
        assertTrue(keys.verifier().verify(elsewhere.key().reveal()).isAccepted(), "goes on with the keys in force");
    }

    @Test
    void startFailsWithoutTheStoreAndLeavesNoThread() {
        shared.isAway = true;

        assertThrows(
                StoreException.class, () -> over(shared).threads(this::thread).open());

        assertEquals(List.of(), threads);
    }

    @Test
    void startWithoutTheStoreDeniesByChoiceAndRecovers() throws Exception {
        IssuedKey issued = new Setting(shared).issue("client");
        shared.isAway = true;
        try (ApiKeys keys = over(shared)
                .startWithoutStore()
                .interval(Duration.ofMillis(1))
                .threads(this::thread)
                .open()) {
            assertThrows(
                    KeysUnavailableException.class,
                    () -> keys.verifier().verify(issued.key().reveal()));
            KeysState away = keys.state();
            assertFalse(away.isFresh());
            assertFalse(away.hasKeys());
            assertNull(away.lastGood());
            assertEquals("the database does not answer", away.problem());

            Semaphore readings = new Semaphore(0);
            shared.step = step -> readings.release();
            shared.isAway = false;
            while (!keys.state().isHealthy()) {
                assertTrue(readings.tryAcquire(30, SECONDS));
            }
            assertTrue(keys.verifier().verify(issued.key().reveal()).isAccepted());
        }
    }

    @Test
    void refusesToOpenWithoutAFormatOrWithOnePepperIdTwice() {
        ApiKeys.Builder unformatted = ApiKeys.over(shared);
        assertEquals(
                "the keys have no format; call format(…) with the prefix of new keys",
                assertThrows(IllegalStateException.class, unformatted::open).getMessage());
        ApiKeys.Builder twice = over(shared).pepper("p1", pepper()).pepper("p1", pepper());
        assertThrows(IllegalArgumentException.class, twice::open);
    }

    @Test
    void partsThatAreReadyMakeTheSameObject() {
        Setting setting = new Setting();
        KeysState state = new KeysState(1, "a file", true, true, START, null, List.of());
        AtomicBoolean closed = new AtomicBoolean();
        ApiKeys keys = ApiKeys.of(
                setting.verifier, setting.manager, setting.ring, setting.lastUsed, () -> state, () -> closed.set(true));

        assertSame(setting.verifier, keys.verifier());
        assertSame(setting.manager, keys.manager());
        assertSame(setting.ring, keys.ring());
        assertSame(setting.lastUsed, keys.lastUsed());
        assertSame(state, keys.state());
        keys.close();
        assertTrue(closed.get());
    }
}
