package io.keyward.spring.security;

import io.keyward.ApiKey;
import io.keyward.ApiKeyRecord;
import io.keyward.ApiKeyVerifier;
import io.keyward.KeyRing;
import io.keyward.LiveKeyRing;
import io.keyward.Verification;
import io.keyward.role.Role;
import io.keyward.role.RoleModel;
import io.keyward.testing.MovableClock;
import io.keyward.testing.ThrowAwayKeys;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Holds one key of each role and one in each state, and counts verifications. */
final class TestKeys implements ApiKeyVerifier {
    static final RoleModel ROLES = RoleModel.of(
            Role.of("client").permitting("jobs:read", "jobs:submit"),
            Role.of("admin").including("client").permitting("keys:*"),
            Role.of("auditor").permitting("keys:read"));

    final MovableClock clock = MovableClock.at("2026-11-23T12:00:00Z");
    final ThrowAwayKeys states = ThrowAwayKeys.at(clock, "client");
    final ApiKey admin = ThrowAwayKeys.newKey();
    final AtomicInteger verifications = new AtomicInteger();
    final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

    private final LiveKeyRing ring = LiveKeyRing.of(ring(List.of()));
    private final ApiKeyVerifier verifier = ApiKeyVerifier.of(ring, clock);

    private KeyRing ring(List<ApiKeyRecord> more) {
        return KeyRing.builder()
                .roles(ROLES)
                .addAll(states.records())
                .add(ThrowAwayKeys.recordOf(admin).roles("admin").build())
                .addAll(more)
                .build();
    }

    /** Adds a key, which {@link #revokeAdded} takes out. */
    ApiKey add() {
        ApiKey added = ThrowAwayKeys.newKey();
        ring.publish(ring(List.of(ThrowAwayKeys.recordOf(added).roles("client").build())));
        return added;
    }

    void revokeAdded() {
        ring.publish(ring(List.of()));
    }

    String client() {
        return states.active().key().reveal();
    }

    String clientId() {
        return states.active().id();
    }

    String unknown() {
        return states.unknown().key().reveal();
    }

    @Override
    public Verification verify(@Nullable String presented) {
        verifications.incrementAndGet();
        Throwable thrown = failure.get();
        if (thrown != null) {
            throw TestKeys.<RuntimeException>unchecked(thrown);
        }
        return verifier.verify(presented);
    }

    @Override
    public Optional<RoleModel> roles() {
        return verifier.roles();
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> RuntimeException unchecked(Throwable thrown) throws T {
        throw (T) thrown;
    }
}
