package io.keyward.cli.store;

import io.keyward.ApiKeyGenerator;
import io.keyward.ApiKeyRecord;
import io.keyward.ApiKeyVerifier;
import io.keyward.KeyFormat;
import io.keyward.KeyHasher;
import io.keyward.KeyRing;
import io.keyward.KeyState;
import io.keyward.LiveKeyRing;
import io.keyward.Verification;
import io.keyward.Verification.Reason;
import io.keyward.Verification.Rejected;
import io.keyward.cli.terminal.CommandFailure;
import io.keyward.cli.terminal.FileOptions;
import io.keyward.jdbc.JdbcApiKeyStore;
import io.keyward.store.Actor;
import io.keyward.store.ApiKeyManager;
import io.keyward.store.ApiKeyStore;
import io.keyward.store.ChangeCause;
import io.keyward.store.ChangeCause.Action;
import io.keyward.store.StoreException;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The keys of a database.
 *
 * @param name the URL, without what may be secret in it
 * @param declaredRoles the roles that the services declare; none where they were not named
 */
record DatabaseKeys(String name, JdbcApiKeyStore store, Collection<String> declaredRoles) implements OpenKeys {
    @Override
    public List<ApiKeyRecord> records() {
        return store.load().records();
    }

    @Override
    public String placesOfRoles() {
        return "by --declared-roles";
    }

    /** Reads no more than the records that are changed: a revocation must not wait for a million others. */
    @Override
    public ApiKeyManager manager(KeyFormat format, Collection<String> requested, Actor actor) {
        Set<String> names = new HashSet<>(declaredRoles);
        if (names.isEmpty()) {
            names.addAll(requested);
        }
        LiveKeyRing ring = LiveKeyRing.of(ringFor(names, Set.of()));
        return ApiKeyManager.builder(new Learning(store, ring, names), ring, ApiKeyGenerator.of(format))
                .build()
                .as(actor);
    }

    @Override
    public void takeBack(ApiKeyRecord record, Actor actor) {
        Instant now = Instant.now();
        try {
            store.remove(record, ChangeCause.of(Action.PURGE, actor, now));
        } catch (StoreException noRightToDelete) {
            // a user who may change keys need not be one who may remove them, and nobody has the key
            store.update(
                    record.toBuilder()
                            .state(KeyState.REVOKED)
                            .changed(now, actor.label())
                            .build(),
                    ChangeCause.of(Action.REVOKE, actor, now));
        }
    }

    @Override
    public List<KeyHasher> hashers() {
        requireNoPepper(peppersOf(records()));
        return List.of(KeyHasher.sha256());
    }

    /** A pepper that is not here may make known what is unknown without it. */
    private void requireNoPepper(Set<String> peppers) {
        if (!peppers.isEmpty()) {
            throw CommandFailure.refused("keys of " + name + " are hashed with a pepper that only the services have ("
                    + String.join(", ", peppers) + "), so their texts cannot be compared here; the id is in the text of"
                    + " an issued key, after its prefix: `keyward check` says it");
        }
    }

    @Override
    public Verification verify(String presented) {
        List<ApiKeyRecord> records = records();
        Set<String> names = new HashSet<>(declaredRoles);
        records.forEach(record -> names.addAll(record.roles()));
        KeyRing ring = ringFor(names, peppersOf(records)).with(records);
        Verification verification = ApiKeyVerifier.of(ring).verify(presented);
        if (verification instanceof Rejected rejected && rejected.reason() == Reason.UNKNOWN) {
            requireNoPepper(peppersOf(records));
        }
        return verification;
    }

    private static Set<String> peppersOf(Collection<ApiKeyRecord> records) {
        return records.stream().flatMap(FileOptions::peppersOf).collect(Collectors.toCollection(TreeSet::new));
    }

    /** Returns a ring without keys. */
    private static KeyRing ringFor(Collection<String> roles, Collection<String> peppers) {
        KeyRing.Builder ring = KeyRing.builder().roles(FileOptions.model(roles));
        peppers.forEach(pepper -> ring.hasher(FileOptions.standInFor(pepper)));
        return ring.build();
    }

    /** Lets a ring know the roles and peppers of each record that is read, before anything is judged by it. */
    private record Learning(JdbcApiKeyStore store, LiveKeyRing ring, Set<String> roles, Set<String> peppers)
            implements ApiKeyStore {
        Learning(JdbcApiKeyStore store, LiveKeyRing ring, Set<String> roles) {
            this(store, ring, roles, new HashSet<>());
        }

        @Override
        public Optional<ApiKeyRecord> find(String id) {
            Optional<ApiKeyRecord> found = store.find(id);
            found.ifPresent(this::learn);
            return found;
        }

        private void learn(ApiKeyRecord record) {
            boolean isNew = roles.addAll(record.roles());
            isNew |= peppers.addAll(FileOptions.peppersOf(record).toList());
            if (isNew) {
                ring.publish(ringFor(roles, peppers));
            }
        }

        @Override
        public ApiKeyRecord insert(ApiKeyRecord record, ChangeCause cause) {
            return store.insert(record, cause);
        }

        @Override
        public ApiKeyRecord update(ApiKeyRecord record, ChangeCause cause) {
            return store.update(record, cause);
        }

        @Override
        public void remove(ApiKeyRecord record, ChangeCause cause) {
            store.remove(record, cause);
        }

        @Override
        public Snapshot load() {
            return store.load();
        }

        @Override
        public Optional<Changes> changesSince(Stamp stamp) {
            return store.changesSince(stamp);
        }

        @Override
        public boolean hasOrderedVersions() {
            return store.hasOrderedVersions();
        }
    }
}
