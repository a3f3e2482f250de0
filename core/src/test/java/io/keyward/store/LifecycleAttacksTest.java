package io.keyward.store;

import static io.keyward.store.Setting.START;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.keyward.ApiKeyPrincipal;
import io.keyward.ApiKeyRecord;
import io.keyward.KeyHasher;
import io.keyward.KeyRing;
import io.keyward.KeyRingException;
import io.keyward.LiveKeyRing;
import io.keyward.Verification;
import io.keyward.Verification.Accepted;
import io.keyward.Verification.Reason;
import io.keyward.role.Permission;
import io.keyward.role.Requirement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The cases about the life of a key (LI), and those about rights that meet the manager (AU). */
class LifecycleAttacksTest {
    private static final int THREADS = 8;
    private static final int ROUNDS = Boolean.getBoolean("tests.full") ? 400 : 20;
    private static final Duration HOUR = Duration.ofHours(1);

    @RegisterExtension
    final CapturedLog log = new CapturedLog();

    private final Setting setting = new Setting();
    private final ApiKeyManager manager = setting.manager;

    private IssuedKey issueUntil(Instant end) {
        return manager.issue(IssueRequest.builder().expiresAt(end).build());
    }

    @Test
    @DisplayName(
            "LI-01 expired, revoked, disabled and not yet valid keys are refused, each with its reason for the log")
    void refusesKeysThatDoNotCount() {
        IssuedKey expired = issueUntil(START.plus(HOUR));
        IssuedKey future = manager.issue(
                IssueRequest.builder().notBefore(START.plus(HOUR).plus(HOUR)).build());
        IssuedKey revoked = setting.issue();
        IssuedKey disabled = setting.issue();
        manager.revoke(revoked.id());
        manager.disable(disabled.id());
        setting.advance(HOUR);

        assertEquals(
                List.of(Reason.EXPIRED, Reason.NOT_YET_VALID, Reason.REVOKED, Reason.DISABLED),
                List.of(
                        setting.refusal(expired),
                        setting.refusal(future),
                        setting.refusal(revoked),
                        setting.refusal(disabled)));
    }

    @Test
    @DisplayName("LI-02 at the very end a key is no longer valid")
    void endIsExclusive() {
        IssuedKey issued = issueUntil(START.plus(HOUR));

        setting.now = START.plus(HOUR);

        assertEquals(Reason.EXPIRED, setting.refusal(issued));
    }

    @Test
    @DisplayName("LI-03 a nanosecond and a millisecond before its end a key counts")
    void countsUntilItsEnd() {
        IssuedKey issued = issueUntil(START.plus(HOUR));

        setting.now = START.plus(HOUR).minusNanos(1);
        assertTrue(setting.accepts(issued));
        setting.now = START.plus(HOUR).minusMillis(1);
        assertTrue(setting.accepts(issued));
    }

    @Test
    @DisplayName("LI-05 a rotated secret counts inside its overlap and not after it")
    void rotatedSecretCountsInsideItsOverlap() {
        IssuedKey old = setting.issue();
        IssuedKey renewed = manager.rotate(old.id(), HOUR);

        assertTrue(((Accepted) setting.verify(old)).retiring(), "told apart inside the overlap");
        setting.now = START.plus(HOUR).minusNanos(1);
        assertTrue(setting.accepts(old));
        setting.now = START.plus(HOUR);
        assertEquals(Reason.EXPIRED, setting.refusal(old));
        assertTrue(setting.accepts(renewed));
    }

    @Test
    @DisplayName("LI-06 of three secrets inside one overlap the oldest is refused at once")
    void secondRotationEndsTheOldest() {
        IssuedKey first = setting.issue();
        IssuedKey second = manager.rotate(first.id(), HOUR);
        IssuedKey third =
                manager.rotate(first.id(), RotateRequest.builder(HOUR).dropOld().build());

        assertFalse(setting.accepts(first));
        assertTrue(setting.accepts(second));
        assertTrue(setting.accepts(third));
        assertEquals(2, third.record().secrets().size());
    }

    @Test
    @DisplayName("LI-07 a revoke by id refuses both secrets of a rotation")
    void revokeEndsBothSecrets() {
        IssuedKey old = setting.issue();
        IssuedKey renewed = manager.rotate(old.id(), HOUR);

        manager.revoke(old.id());

        assertEquals(Reason.REVOKED, setting.refusal(old));
        assertEquals(Reason.REVOKED, setting.refusal(renewed));
    }

    @Test
    @DisplayName("LI-08 G8 no verification that began after revoke returned accepts the key, by 8 threads")
    void nothingIsAcceptedAfterARevokeReturned() throws Exception {
        for (int i = 0; i < 500; i++) {
            setting.issue("client");
        }
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            for (int round = 0; round < ROUNDS; round++) {
                IssuedKey issued = setting.issue("client");
                AtomicBoolean returned = new AtomicBoolean();
                CountDownLatch verifying = new CountDownLatch(THREADS);
                List<Future<Integer>> late = new ArrayList<>();
                for (int i = 0; i < THREADS; i++) {
                    late.add(threads.submit(() -> acceptedAfter(returned, verifying, issued)));
                }
                verifying.await();
                manager.revoke(issued.id());
                returned.set(true);
                for (Future<Integer> count : late) {
                    assertEquals(0, count.get(), "accepted after the revoke returned");
                }
            }
        } finally {
            threads.shutdownNow();
        }
    }

    /** Verifies until some verifications have begun after the revoke returned; counts those of them that accepted. */
    private int acceptedAfter(AtomicBoolean returned, CountDownLatch verifying, IssuedKey issued) {
        int late = 0;
        int accepted = 0;
        boolean first = true;
        while (late < 50) {
            boolean after = returned.get();
            boolean isAccepted = setting.accepts(issued);
            if (first) {
                assertTrue(after || isAccepted, "accepted before the revoke");
                verifying.countDown();
                first = false;
            }
            if (after) {
                late++;
                accepted += isAccepted ? 1 : 0;
            }
        }
        return accepted;
    }

    @Test
    @DisplayName("LI-08 G8 a reload that races with a revoke does not put the key back in force")
    void reloadDoesNotBringBackARevokedKey() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            for (int round = 0; round < ROUNDS; round++) {
                IssuedKey issued = setting.issue("client");
                AtomicBoolean done = new AtomicBoolean();
                CountDownLatch reloading = new CountDownLatch(1);
                Future<?> reloads = threads.submit(() -> {
                    do {
                        setting.reload();
                        reloading.countDown();
                    } while (!done.get());
                });
                reloading.await();
                manager.revoke(issued.id());
                for (int i = 0; i < 20; i++) {
                    assertEquals(Reason.REVOKED, setting.refusal(issued));
                }
                done.set(true);
                reloads.get();
                assertEquals(Reason.REVOKED, setting.refusal(issued));
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    @DisplayName("LI-08 two managers that change keys at once lose no change and publish none older over a newer")
    void managersDoNotUndoEachOther() throws Exception {
        List<IssuedKey> keys =
                IntStream.range(0, 4).mapToObj(i -> setting.issue("client")).toList();
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                ApiKeyManager own = i % 2 == 0 ? manager : setting.newManager();
                running.add(threads.submit(() -> {
                    for (int round = 0; round < ROUNDS; round++) {
                        for (IssuedKey key : keys) {
                            own.rotate(
                                    key.id(),
                                    RotateRequest.builder(HOUR).dropOld().build());
                        }
                    }
                }));
            }
            for (Future<?> run : running) {
                run.get();
            }
        } finally {
            threads.shutdownNow();
        }

        for (IssuedKey key : keys) {
            ApiKeyRecord stored = manager.find(key.id()).orElseThrow();
            assertEquals(1 + THREADS * ROUNDS, stored.version(), "no rotation is lost");
            assertEquals(stored, setting.ring.current().find(key.id()).orElseThrow());
        }
    }

    @Test
    @DisplayName(
            "LI-09 with the clock set back an expired key counts no longer than the clock is wrong, and a dropped one never")
    void clockSetBack() {
        IssuedKey expired = issueUntil(START.plus(HOUR));
        IssuedKey old = setting.issue();
        manager.rotate(old.id(), HOUR);
        setting.now = START.plus(HOUR);
        manager.disable(old.id());
        manager.enable(old.id());

        setting.now = START;
        assertTrue(setting.accepts(expired), "documented at ApiKeyVerifier: valid follows the clock");
        assertEquals(Reason.UNKNOWN, setting.refusal(old), "a retired secret that a write has dropped");
        setting.now = START.plus(HOUR);
        assertEquals(Reason.EXPIRED, setting.refusal(expired));
    }

    @Test
    @DisplayName("LI-10 G1 with the only key revoked everything is denied")
    void revokingTheOnlyKeyDeniesAll() {
        IssuedKey only = setting.issue("admin");

        manager.revoke(only.id());

        assertFalse(setting.accepts(only));
        for (String text :
                List.of("", "x".repeat(20), Setting.GENERATOR.generate().reveal())) {
            assertFalse(setting.verifier.verify(text).isAccepted());
        }
        assertFalse(setting.verifier.verify(null).isAccepted());
    }

    @Test
    @DisplayName("LI-11 a key counts from its beginning on, not a nanosecond before")
    void beginningIsInclusive() {
        IssuedKey now = manager.issue(IssueRequest.builder().notBefore(START).build());
        IssuedKey later = manager.issue(
                IssueRequest.builder().notBefore(START.plusMillis(1)).build());

        assertTrue(setting.accepts(now));
        setting.now = START.plusMillis(1).minusNanos(1);
        assertEquals(Reason.NOT_YET_VALID, setting.refusal(later));
        setting.now = START.plusMillis(1);
        assertTrue(setting.accepts(later));
    }

    @Test
    @DisplayName("LI-12 a record that could never count is refused by the ring and by the manager")
    void refusesEmptyWindow() {
        ApiKeyRecord never = ApiKeyRecord.builder("never")
                .secrets(List.of(new io.keyward.HashedSecret(
                        KeyHasher.sha256().hash(Setting.GENERATOR.generate()), START.plus(HOUR), START)))
                .build();
        IssueRequest request = IssueRequest.builder()
                .notBefore(START.plus(HOUR))
                .expiresAt(START.plus(HOUR))
                .build();

        assertThrows(KeyRingException.class, () -> KeyRing.of(never));
        ChangeRefusedException e = assertThrows(ChangeRefusedException.class, () -> manager.issue(request));
        assertEquals(ChangeRefusedException.Reason.INVALID, e.reason());
        assertEquals(List.of(), setting.store.load().records());
    }

    @Test
    @DisplayName("AU-04 an operator limited to ops issues no key with role admin, and nothing is stored")
    void operatorCannotIssueAdmin() {
        IssuedKey ops = setting.issue("ops");
        ApiKeyPrincipal operator = setting.principal(ops);

        ChangeRefusedException e = assertThrows(
                ChangeRefusedException.class,
                () -> manager.onBehalfOf(operator)
                        .issue(IssueRequest.builder().roles("admin").build()));

        assertEquals(ChangeRefusedException.Reason.EXCEEDS_MAKER, e.reason());
        assertEquals(List.of(ops.record()), setting.store.load().records());
        assertEquals(1, setting.ring.current().size());
    }

    @Test
    @DisplayName(
            "AU-08 G7 a role taken away is missing from the next verification on, also for a principal's next change")
    void roleTakenAwayIsGoneAtOnce() {
        IssuedKey admin = setting.issue("admin");
        ApiKeyPrincipal before = setting.principal(admin);
        Requirement needed = Requirement.anyRole("admin");
        assertTrue(before.hasRole("admin"));

        manager.change(admin.id(), KeyChange.builder().roles("client").build());

        ApiKeyPrincipal after = setting.principal(admin);
        assertFalse(after.hasRole("admin"));
        assertFalse(after.hasPermission("keys:write"));
        assertFalse(after.meets(needed));
        ChangeRefusedException e = assertThrows(
                ChangeRefusedException.class,
                () -> manager.onBehalfOf(before)
                        .issue(IssueRequest.builder().roles("admin").build()));
        assertEquals(ChangeRefusedException.Reason.EXCEEDS_MAKER, e.reason());
    }

    @Test
    @DisplayName("AU-08 G7 a permission taken away is missing from the next verification on")
    void permissionTakenAwayIsGoneAtOnce() {
        IssuedKey issued = manager.issue(IssueRequest.builder()
                .permissions(List.of(Permission.of("keys:write")))
                .build());
        assertTrue(setting.principal(issued).hasPermission("keys:write"));

        manager.change(issued.id(), KeyChange.builder().permissions(List.of()).build());

        assertFalse(setting.principal(issued).hasPermission("keys:write"));
    }

    @Test
    @DisplayName("G8 what a manager publishes is in force on every verifier of the ring when its method returns")
    void changeIsInForceWhenItReturns() {
        LiveKeyRing ring = setting.ring;
        for (int i = 0; i < ROUNDS; i++) {
            IssuedKey issued = setting.issue();
            Verification accepted = setting.verify(issued);
            manager.revoke(issued.id());
            assertTrue(accepted.isAccepted());
            assertEquals(Reason.REVOKED, setting.refusal(issued));
            assertEquals(i + 1, ring.current().size(), "a revoked record stays known");
        }
    }
}
