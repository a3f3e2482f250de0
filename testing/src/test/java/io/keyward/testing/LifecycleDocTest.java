package io.keyward.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.keyward.ApiKeyGenerator;
import io.keyward.ApiKeyPrincipal;
import io.keyward.ApiKeyRecord;
import io.keyward.ApiKeyVerifier;
import io.keyward.KeyFormat;
import io.keyward.KeyRing;
import io.keyward.KeyState;
import io.keyward.LiveKeyRing;
import io.keyward.Verification;
import io.keyward.Verification.Accepted;
import io.keyward.Verification.Reason;
import io.keyward.Verification.Rejected;
import io.keyward.role.Role;
import io.keyward.role.RoleModel;
import io.keyward.store.Actor;
import io.keyward.store.ApiKeyManager;
import io.keyward.store.ApiKeyStore;
import io.keyward.store.ApiKeys;
import io.keyward.store.ChangeCause;
import io.keyward.store.ChangeGuard;
import io.keyward.store.ChangeOutcome;
import io.keyward.store.ChangeRefusedException;
import io.keyward.store.InMemoryApiKeyStore;
import io.keyward.store.IssueRequest;
import io.keyward.store.IssuedKey;
import io.keyward.store.KeyChange;
import io.keyward.store.KeyFilter;
import io.keyward.store.KeysState;
import io.keyward.store.LastUsed;
import io.keyward.store.RotateRequest;
import io.keyward.store.StoreFollower;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Runs the code of docs/lifecycle.md. */
class LifecycleDocTest {
    private static final Logger LOG = System.getLogger(LifecycleDocTest.class.getName());

    @Test
    void pageShowsTheCodeThatRunsHere() throws Exception {
        DocumentedCode.assertSame("lifecycle.md", LifecycleDocTest.class);
    }

    @Test
    void everyStepDoesWhatThePageSays() {
        // page
        RoleModel roles = RoleModel.of(
                Role.of("client").permitting("jobs:submit", "jobs:read"),
                Role.of("admin").including("client").permitting("keys:write"));
        ApiKeyStore store = InMemoryApiKeyStore.create(); // or a file, or a database
        ApiKeys keys = ApiKeys.over(store).roles(roles).format("acme_live").open(); // close it when the service stops

        ApiKeyVerifier verifier = keys.verifier();
        ApiKeyManager manager = keys.manager();
        // end

        // page
        IssuedKey issued = manager.issue(IssueRequest.builder()
                .owner("alice@example.org")
                .name("nightly build")
                .roles("client")
                .expiresIn(Duration.ofDays(90)) // without it, 365 days; neverExpires() for no end
                .build());
        String text = issued.key().reveal(); // show it once, to the one who will hold it
        String id = issued.id(); // public: note it, log it, revoke by it
        // end
        assertTrue(text.startsWith("acme_live_" + id));

        // page
        Verification verification = verifier.verify(text);
        if (verification instanceof Accepted accepted) {
            ApiKeyPrincipal caller = accepted.principal(); // caller.hasPermission("jobs:submit")
        }
        // end
        assertTrue(((Accepted) verification).principal().hasPermission("jobs:submit"));

        // page
        IssuedKey renewed = manager.rotate(id, Duration.ofDays(7));
        // end
        assertTrue(((Accepted) verifier.verify(text)).retiring());

        // page
        Instant lastUseOfOldSecret =
                manager.lastUse(id).orElseThrow().retiring(); // null: not since this service started
        // end
        assertTrue(lastUseOfOldSecret != null);
        assertThrows(ChangeRefusedException.class, () -> manager.rotate(id, Duration.ZERO));

        // page
        IssuedKey again = manager.rotate(
                id, RotateRequest.builder(Duration.ofDays(7)).dropOld().build());
        // end
        assertEquals(new Rejected(Reason.UNKNOWN, null), verifier.verify(text));
        assertTrue(verifier.verify(again.key().reveal()).isAccepted());

        // page
        manager.revoke(id);
        // end
        assertEquals(
                new Rejected(Reason.REVOKED, id), verifier.verify(again.key().reveal()));
        assertEquals(
                new Rejected(Reason.REVOKED, id), verifier.verify(renewed.key().reveal()));

        IssuedKey other = manager.issue(IssueRequest.builder().roles("admin").build());
        String otherId = other.id();
        // page
        manager.disable(otherId);
        manager.enable(otherId);
        manager.change(
                otherId,
                KeyChange.builder().owner("bob@example.org").roles("client").build());
        // end
        ApiKeyPrincipal principal = ((Accepted) verifier.verify(other.key().reveal())).principal();
        assertFalse(principal.hasRole("admin"));
        assertEquals("bob@example.org", principal.owner());

        // page
        Instant nextWeek = Instant.now().plus(Duration.ofDays(7));
        List<ApiKeyRecord> expiring =
                manager.list(KeyFilter.all().owner("alice@example.org").expiringBefore(nextWeek));
        // end
        assertEquals(List.of(), expiring);

        // page
        List<ApiKeyRecord> page = manager.list(KeyFilter.all(), null, 100);
        while (!page.isEmpty()) {
            page.forEach(record -> LOG.log(Level.INFO, record));
            page = manager.list(KeyFilter.all(), page.get(page.size() - 1).id(), 100);
        }
        // end

        // page
        List<String> purged = manager.purge(KeyFilter.all(), Duration.ofDays(90));
        // end
        assertEquals(List.of(), purged, "what was revoked a moment ago stays");

        // page
        List<ApiKeyRecord> leavers = manager.list(KeyFilter.all().owner("bob@example.org"));
        manager.inBulk(() -> leavers.forEach(record -> manager.revoke(record.id())));
        // end
        assertFalse(verifier.verify(other.key().reveal()).isAccepted());

        IssuedKey operator =
                manager.issue(IssueRequest.builder().roles("client").build());
        ApiKeyPrincipal caller = ((Accepted) verifier.verify(operator.key().reveal())).principal();
        // page
        ApiKeyManager forCaller = manager.onBehalfOf(caller);
        // end
        assertThrows(
                ChangeRefusedException.class,
                () -> forCaller.issue(IssueRequest.builder().roles("admin").build()));
        keys.close();
    }

    @Test
    void changesSayWhoMadeThemAndGuardsMayStopThem() {
        RoleModel roles = RoleModel.empty();
        ApiKeys keys = ApiKeys.over(store).roles(roles).format("acme_live").open();
        ApiKeyManager manager = keys.manager();
        String otherId = manager.issue(IssueRequest.builder().build()).id();
        // page
        ApiKeyManager forAnna =
                manager.as(Actor.operator("anna").withAddress("192.0.2.7")).inRequest("r-17");
        forAnna.disable(otherId);
        // end
        assertEquals("operator:anna", store.find(otherId).orElseThrow().changedBy());

        // page
        ChangeGuard noChangesAtNight = new ChangeGuard() {
            @Override
            public void before(ChangeCause cause, @Nullable ApiKeyRecord before, @Nullable ApiKeyRecord after) {
                if (cause.actor().kind() == Actor.Kind.OPERATOR && isNight(cause.time())) {
                    // nothing is stored, and the caller gets this
                    throw ChangeRefusedException.stopped("keys are changed by day");
                }
            }

            @Override
            public void after(ChangeCause cause, ChangeOutcome outcome) {
                LOG.log(
                        Level.INFO,
                        cause.action() + " of " + outcome.keyId() + " by "
                                + cause.actor().label());
            }
        };
        ApiKeys guarded = ApiKeys.over(store)
                .roles(roles)
                .format("acme_live")
                .guards(noChangesAtNight, ChangeGuard.logging())
                .open();
        // end
        ApiKeyManager byAnna = guarded.manager().as(Actor.operator("anna"));
        assertThrows(ChangeRefusedException.class, () -> byAnna.enable(otherId));
        assertEquals(KeyState.DISABLED, store.find(otherId).orElseThrow().state());
        guarded.manager().enable(otherId);
        guarded.close();
        keys.close();
    }

    /** It is always night here. */
    private static boolean isNight(Instant time) {
        return time != null;
    }

    @Test
    void partsCanBeAssembledByHand() {
        RoleModel roles = RoleModel.empty();
        // page
        LiveKeyRing ring = LiveKeyRing.of(
                KeyRing.builder().roles(roles).addAll(store.load().records()).build());
        LastUsed lastUsed = LastUsed.create();
        ApiKeyVerifier verifier = ApiKeyVerifier.of(ring).notifying(lastUsed);
        ApiKeyGenerator generator = ApiKeyGenerator.of(KeyFormat.of("acme_live"));
        ApiKeyManager manager =
                ApiKeyManager.builder(store, ring, generator).lastUsed(lastUsed).build();
        // end
        IssuedKey issued = manager.issue(IssueRequest.builder().build());
        assertTrue(verifier.verify(issued.key().reveal()).isAccepted());
    }

    private final ApiKeyStore store = InMemoryApiKeyStore.create();

    @Test
    void followerTakesOverWhatAnotherServiceChanged() {
        LiveKeyRing elsewhere = LiveKeyRing.of(KeyRing.of());
        ApiKeyManager manager = ApiKeyManager.builder(store, elsewhere, ApiKeyGenerator.of(ThrowAwayKeys.FORMAT))
                .build();
        LiveKeyRing ring = LiveKeyRing.of(KeyRing.of());
        LastUsed lastUsed = LastUsed.create();
        ApiKeyVerifier verifier = ApiKeyVerifier.of(ring);
        IssuedKey first = manager.issue(IssueRequest.builder().build());
        // page
        StoreFollower follower = StoreFollower.builder(store, ring)
                .interval(Duration.ofSeconds(1))
                .maxStaleness(Duration.ofMinutes(15))
                .lastUsed(lastUsed)
                .build();
        follower.follow(); // the first load: throws where the store cannot be reached
        follower.start(); // from now on by itself, until follower.close()
        // end
        assertTrue(verifier.verify(first.key().reveal()).isAccepted());

        manager.revoke(first.id());
        IssuedKey second = manager.issue(IssueRequest.builder().build());
        follower.follow();

        assertFalse(verifier.verify(first.key().reveal()).isAccepted());
        assertTrue(verifier.verify(second.key().reveal()).isAccepted());
        // page
        KeysState state = follower.state(); // for a health check
        if (!state.isHealthy()) {
            LOG.log(Level.WARNING, state.size() + " keys, last read " + state.lastGood() + ": " + state.problem());
        }
        // end
        assertTrue(state.isHealthy());
        follower.close();
    }

    @Test
    void followerTakesOverARevokeBesideARecordThatDoesNotFitAndDisablesThatOne() {
        LiveKeyRing elsewhere = LiveKeyRing.of(
                KeyRing.builder().roles(RoleModel.of(Role.of("elsewhere"))).build());
        ApiKeyManager manager = ApiKeyManager.builder(store, elsewhere, ApiKeyGenerator.of(ThrowAwayKeys.FORMAT))
                .build();
        LiveKeyRing ring = LiveKeyRing.of(KeyRing.of());
        ApiKeyVerifier verifier = ApiKeyVerifier.of(ring);
        StoreFollower follower = StoreFollower.builder(store, ring).build();
        IssuedKey revoked = manager.issue(IssueRequest.builder().build());
        IssuedKey unfit = manager.issue(IssueRequest.builder().build());
        IssuedKey both = manager.issue(IssueRequest.builder().build());
        follower.follow();
        assertTrue(verifier.verify(both.key().reveal()).isAccepted());

        manager.change(unfit.id(), KeyChange.builder().roles("elsewhere").build());
        manager.change(both.id(), KeyChange.builder().roles("elsewhere").build());
        manager.revoke(both.id());
        manager.revoke(revoked.id());
        follower.follow();

        assertEquals(
                new Rejected(Reason.REVOKED, revoked.id()),
                verifier.verify(revoked.key().reveal()));
        assertEquals(
                new Rejected(Reason.REVOKED, both.id()),
                verifier.verify(both.key().reveal()));
        assertEquals(
                new Rejected(Reason.DISABLED, unfit.id()),
                verifier.verify(unfit.key().reveal()));
    }
}
