package io.keyward.spring.boot;

import io.keyward.ApiKeyRecord;
import io.keyward.HashedSecret;
import io.keyward.config.KeywardConfig;
import io.keyward.store.ApiKeys;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;

/** Shows the ids of the keys in force and their states. It shows no key, no hash, no owner and no metadata. */
@Endpoint(id = "keyward")
final class KeywardEndpoint {
    private final String source;
    private final @Nullable KeysInForce inForce;
    private final InstantSource clock;

    KeywardEndpoint(
            ObjectProvider<KeysSource> source,
            ObjectProvider<KeywardConfig> config,
            ObjectProvider<ApiKeys> keys,
            InstantSource clock) {
        KeysSource named = source.getIfAvailable();
        this.source = named == null ? "application" : named.name();
        this.inForce = KeysInForce.of(config, keys);
        this.clock = clock;
    }

    /** Returns the keys by id; only the source if the application has its own verifier. */
    @ReadOperation
    Keys keys() {
        if (inForce == null) {
            return new Keys(source, null, null, null);
        }
        Instant now = clock.instant();
        Map<String, String> origins = inForce.origins();
        List<Key> keys = inForce.ring().current().records().stream()
                .sorted(Comparator.comparing(ApiKeyRecord::id))
                .map(record -> Key.of(record, now, origins.get(record.id())))
                .toList();
        return new Keys(source, keys.size(), inForce.state().get().isFresh(), keys);
    }

    /**
     * The answer of the endpoint.
     *
     * @param source the value of {@code keyward.store}, or {@code application}
     * @param count the number of records in any state
     * @param fresh false if the keys are so old that no key is accepted
     * @param keys the keys by id
     */
    record Keys(
            String source,
            @Nullable Integer count,
            @Nullable Boolean fresh,
            @Nullable List<Key> keys) {}

    /**
     * One key.
     *
     * @param id the id of the record
     * @param state {@code active}, {@code not-yet-valid}, {@code expired}, {@code disabled}, {@code revoked} or
     *     {@code unsupported}
     * @param roles the names of its roles, without the roles that they include
     * @param notBefore when the current secret becomes valid; null if it has no such time
     * @param expiresAt when the current secret expires; null if never
     * @param retiringUntil when the previous secret expires; null if there is none
     * @param origin the property source and line of the key; null if a store has it
     */
    record Key(
            String id,
            String state,
            List<String> roles,
            @Nullable String notBefore,
            @Nullable String expiresAt,
            @Nullable String retiringUntil,
            @Nullable String origin) {
        static Key of(ApiKeyRecord record, Instant now, @Nullable String origin) {
            return new Key(
                    record.id(),
                    stateOf(record, now),
                    record.roles().stream().sorted().toList(),
                    text(record.current().notBefore()),
                    text(record.current().expiresAt()),
                    text(record.retiring().map(HashedSecret::expiresAt).orElse(null)),
                    origin);
        }

        /** Returns the state in which a verification finds the key. It checks in the order of a verification. */
        private static String stateOf(ApiKeyRecord record, Instant now) {
            if (!record.unknownAttributes().isEmpty()) {
                return "unsupported";
            }
            return switch (record.state()) {
                case REVOKED -> "revoked";
                case DISABLED -> "disabled";
                case ACTIVE -> stateOf(record.secrets(), now);
            };
        }

        private static String stateOf(List<HashedSecret> secrets, Instant now) {
            boolean begins = false;
            for (HashedSecret secret : secrets) {
                boolean ended = secret.expiresAt() != null && !now.isBefore(secret.expiresAt());
                boolean begun = secret.notBefore() == null || !now.isBefore(secret.notBefore());
                if (begun && !ended) {
                    return "active";
                }
                begins |= !begun && !secret.isWindowEmpty();
            }
            return begins ? "not-yet-valid" : "expired";
        }

        private static @Nullable String text(@Nullable Instant time) {
            return time == null ? null : time.toString();
        }
    }
}
