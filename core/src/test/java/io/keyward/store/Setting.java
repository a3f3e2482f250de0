package io.keyward.store;

import io.keyward.ApiKeyGenerator;
import io.keyward.ApiKeyPrincipal;
import io.keyward.ApiKeyVerifier;
import io.keyward.KeyFormat;
import io.keyward.KeyRing;
import io.keyward.LiveKeyRing;
import io.keyward.Verification;
import io.keyward.Verification.Accepted;
import io.keyward.Verification.Reason;
import io.keyward.Verification.Rejected;
import io.keyward.role.Role;
import io.keyward.role.RoleModel;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/** A service with a store, a ring, a verifier and a manager, at a time that the test sets. */
final class Setting {
    static final Instant START = Instant.parse("2026-11-23T12:00:00Z");
    static final RoleModel ROLES = RoleModel.of(
            Role.of("client").permitting("jobs:submit", "jobs:read"),
            Role.of("miner").permitting("blocks:*"),
            Role.of("ops").including("client").permitting("keys:write"),
            Role.of("admin").including("ops", "miner"));
    static final ApiKeyGenerator GENERATOR = ApiKeyGenerator.of(KeyFormat.of("kw_test"));

    volatile Instant now = START;
    final InstantSource clock = () -> now;
    final ApiKeyStore store;
    final LiveKeyRing ring = LiveKeyRing.of(emptyRing());
    final LastUsed lastUsed = LastUsed.create(clock, 1 << 12);
    final ApiKeyVerifier verifier = ApiKeyVerifier.of(ring, clock).notifying(lastUsed);
    final ApiKeyManager manager;

    Setting() {
        this(InMemoryApiKeyStore.create());
    }

    Setting(ApiKeyStore store) {
        this.store = store;
        this.manager = newManager();
    }

    static KeyRing emptyRing() {
        return KeyRing.builder().roles(ROLES).build();
    }

    ApiKeyManager newManager() {
        return ApiKeyManager.builder(store, ring, GENERATOR)
                .clock(clock)
                .lastUsed(lastUsed)
                .build();
    }

    IssuedKey issue(String... roles) {
        return manager.issue(IssueRequest.builder().roles(roles).build());
    }

    void advance(Duration duration) {
        now = now.plus(duration);
    }

    Verification verify(IssuedKey issued) {
        return verifier.verify(issued.key().reveal());
    }

    boolean accepts(IssuedKey issued) {
        return verify(issued).isAccepted();
    }

    ApiKeyPrincipal principal(IssuedKey issued) {
        return ((Accepted) verify(issued)).principal();
    }

    @Nullable
    Reason refusal(IssuedKey issued) {
        return verify(issued) instanceof Rejected rejected ? rejected.reason() : null;
    }

    /** Puts a ring of all that the store holds in force, as a service does when it starts. */
    void reload() {
        ring.update(before ->
                KeyRing.builder().roles(ROLES).addAll(store.load().records()).build());
    }
}
