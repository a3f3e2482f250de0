package io.keyward.testing;

import io.keyward.ApiKey;
import io.keyward.ApiKeyGenerator;
import io.keyward.ApiKeyRecord;
import io.keyward.HashedSecret;
import io.keyward.KeyFormat;
import io.keyward.KeyHasher;
import io.keyward.KeyRing;
import io.keyward.KeyState;
import io.keyward.role.RoleModel;
import io.keyward.store.IssuedKey;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Makes keys for one test, and their records. The keys are random, have the prefix {@code kw_test} and are known to
 * nobody.
 *
 * <p>{@link #newKey} and {@link #recordOf} make a single key and its record. {@link #at} makes a key in every state, at
 * the time of a clock, and {@link #ring} holds them all:
 *
 * <pre>{@code
 * MovableClock clock = MovableClock.at("2026-11-23T12:00:00Z");
 * ThrowAwayKeys keys = ThrowAwayKeys.at(clock, "client");
 * ApiKeyVerifier verifier = ApiKeyVerifier.of(LiveKeyRing.of(keys.ring(roles)), clock);
 * verifier.verify(keys.expired().key().reveal());
 * }</pre>
 *
 * <p>May be shared between threads.
 */
public final class ThrowAwayKeys {
    /** The format of the keys made here. */
    public static final KeyFormat FORMAT = KeyFormat.of("kw_test");

    private static final ApiKeyGenerator GENERATOR = ApiKeyGenerator.of(FORMAT);
    private static final KeyHasher SHA256 = KeyHasher.sha256();
    private static final Duration DAY = Duration.ofDays(1);

    private final IssuedKey active;
    private final IssuedKey expired;
    private final IssuedKey notYetValid;
    private final IssuedKey disabled;
    private final IssuedKey revoked;
    private final IssuedKey renewed;
    private final IssuedKey retiring;
    private final IssuedKey unknown;

    private ThrowAwayKeys(Instant now, String... roles) {
        this.active = make(KeyState.ACTIVE, null, now.plus(DAY), roles);
        this.expired = make(KeyState.ACTIVE, null, now, roles);
        this.notYetValid = make(KeyState.ACTIVE, now.plus(DAY), null, roles);
        this.disabled = make(KeyState.DISABLED, null, null, roles);
        this.revoked = make(KeyState.REVOKED, null, null, roles);
        this.unknown = make(KeyState.ACTIVE, null, null, roles);
        IssuedKey old = make(KeyState.ACTIVE, null, now.plus(DAY), roles);
        ApiKey key = GENERATOR.generate(old.id());
        ApiKeyRecord rotated = old.record().toBuilder()
                .secrets(List.of(HashedSecret.of(SHA256.hash(key)), old.record().current()))
                .build();
        this.renewed = new IssuedKey(key, rotated);
        this.retiring = new IssuedKey(old.key(), rotated);
    }

    /** Returns a new key. */
    public static ApiKey newKey() {
        return GENERATOR.generate();
    }

    /** Returns a builder with the record of a key: its own id, its SHA-256 hash, active, without roles and window. */
    public static ApiKeyRecord.Builder recordOf(ApiKey key) {
        return ApiKeyRecord.builder(FORMAT.idOf(key)).hash(SHA256.hash(key));
    }

    /**
     * Returns new keys, one in each state at the current time of a clock.
     *
     * @param clock read once
     * @param roles the roles of each key
     */
    public static ThrowAwayKeys at(InstantSource clock, String... roles) {
        return new ThrowAwayKeys(clock.instant(), roles);
    }

    /** Returns a key that is valid for a day from the clock's time on. */
    public IssuedKey active() {
        return active;
    }

    /** Returns a key that expires at the clock's time. */
    public IssuedKey expired() {
        return expired;
    }

    /** Returns a key that becomes valid a day after the clock's time. */
    public IssuedKey notYetValid() {
        return notYetValid;
    }

    /** Returns a key that is disabled. */
    public IssuedKey disabled() {
        return disabled;
    }

    /** Returns a key that is revoked. */
    public IssuedKey revoked() {
        return revoked;
    }

    /** Returns the new key of a record that was rotated; it is valid. */
    public IssuedKey renewed() {
        return renewed;
    }

    /**
     * Returns the old key of the record of {@link #renewed}, which is retiring and valid for a day from the clock's
     * time on.
     */
    public IssuedKey retiring() {
        return retiring;
    }

    /** Returns a key that looks like the others and that {@link #records} does not have. */
    public IssuedKey unknown() {
        return unknown;
    }

    /** Returns the records of all keys but {@link #unknown}. */
    public List<ApiKeyRecord> records() {
        List<ApiKeyRecord> records = new ArrayList<>();
        for (IssuedKey key : List.of(active, expired, notYetValid, disabled, revoked, renewed)) {
            records.add(key.record());
        }
        return records;
    }

    /**
     * Returns a ring of {@link #records}.
     *
     * @param roles the model that declares the roles of the keys
     * @throws io.keyward.KeyRingException if one of them is not declared
     */
    public KeyRing ring(RoleModel roles) {
        return KeyRing.builder().roles(roles).addAll(records()).build();
    }

    private static IssuedKey make(
            KeyState state, @Nullable Instant notBefore, @Nullable Instant expiresAt, String... roles) {
        ApiKey key = GENERATOR.generate();
        ApiKeyRecord record = ApiKeyRecord.builder(FORMAT.idOf(key))
                .secrets(List.of(new HashedSecret(SHA256.hash(key), notBefore, expiresAt)))
                .roles(roles)
                .state(state)
                .build();
        return new IssuedKey(key, record);
    }

    @Override
    public String toString() {
        return "ThrowAwayKeys";
    }
}
