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
import io.keyward.cli.terminal.Terminal;
import io.keyward.jdbc.JdbcApiKeyStore;
import io.keyward.store.Actor;
import io.keyward.store.ApiKeyManager;
import io.keyward.store.ApiKeyStore;
import io.keyward.store.ChangeCause;
import io.keyward.store.ChangeCause.Action;
import io.keyward.store.KeyFilter;
import io.keyward.store.StoreException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The keys of a database.
 *
 * @param name the URL without its parts that may be secret
 * @param declaredRoles the roles that the services declare; empty if the command line names none
 * @param peppers reads the peppers of the services that are known here
 */
record DatabaseKeys(
        String name, JdbcApiKeyStore store, Collection<String> declaredRoles, Supplier<Peppers.Known> peppers)
        implements OpenKeys {
    private static final int PAGE = 500;

    @Override
    public List<ApiKeyRecord> records() {
        return store.load().records();
    }

    @Override
    public List<ApiKeyRecord> records(KeyFilter filter) {
        if (filter.conditions().isEmpty()) {
            return records();
        }
        List<ApiKeyRecord> page = store.list(filter, null, PAGE);
        List<ApiKeyRecord> all = new ArrayList<>(page);
        while (page.size() == PAGE) {
            page = store.list(filter, page.get(PAGE - 1).id(), PAGE);
            all.addAll(page);
        }
        return all;
    }

    @Override
    public void noteUnread(Terminal terminal) {
        DatabaseOptions.noteUnsound(store, terminal);
    }

    @Override
    public Function<String, Optional<ApiKeyRecord>> finder() {
        return store::find;
    }

    @Override
    public String placesOfRoles() {
        return "by --declared-roles";
    }

    /** Reads only the records that it changes, because a revocation must not wait for a million others. */
    @Override
    public ApiKeyManager manager(KeyFormat format, Collection<String> requested, Actor actor) {
        LearningStore learning = new LearningStore(rolesFor(requested));
        ApiKeyManager.Builder manager = ApiKeyManager.builder(learning, learning.ring, ApiKeyGenerator.of(format));
        learning.peppersKnown.ofNewKeys().ifPresent(manager::hasher);
        return manager.build().as(actor);
    }

    @Override
    public void takeBack(ApiKeyRecord record, Actor actor) {
        Instant now = Instant.now();
        try {
            store.remove(record, ChangeCause.of(Action.PURGE, actor, now));
        } catch (StoreException noRightToDelete) {
            // a database user who may change keys may lack the right to delete them; nobody has this key yet
            store.update(
                    record.toBuilder()
                            .state(KeyState.REVOKED)
                            .changed(now, actor.label())
                            .build(),
                    ChangeCause.of(Action.REVOKE, actor, now));
        }
    }

    @Override
    public List<KeyHasher> hashers(Collection<ApiKeyRecord> records) {
        List<KeyHasher> known = peppers.get().all();
        requireKnown(FileOptions.peppersOf(records), known);
        return Stream.concat(Stream.of(KeyHasher.sha256()), known.stream()).toList();
    }

    /**
     * Throws if a pepper is missing here, or is another one than that of the services: a key that is hashed with it may
     * have the text that no other key has.
     */
    private void requireKnown(Set<String> used, List<KeyHasher> known) {
        Set<String> missing = missing(used, known);
        if (!missing.isEmpty()) {
            throw CommandFailure.refused("keys of " + name + " are hashed with a pepper that only the services have ("
                    + String.join(", ", missing) + "), so their texts cannot be compared here; set "
                    + Peppers.variableOf(missing.iterator().next())
                    + " to the value that the services have, or let `keyward check` print the id that is in the text of"
                    + " an issued key");
        }
        // only those that the database has a check value of, because a command that reads stores none
        Set<String> kept = known.isEmpty() ? Set.of() : store.pepperIds();
        requireSamePeppers(known.stream().filter(hasher -> kept.contains(Peppers.idOf(hasher))));
    }

    private void requireSamePeppers(Stream<KeyHasher> hashers) {
        store.requirePeppers(hashers.collect(
                Collectors.toMap(Peppers::idOf, hasher -> hasher.check().orElseThrow())));
    }

    private static Set<String> missing(Collection<String> used, List<KeyHasher> known) {
        Set<String> missing = new TreeSet<>(used);
        known.forEach(hasher -> missing.remove(Peppers.idOf(hasher)));
        return missing;
    }

    @Override
    public Verification verify(String presented) {
        List<ApiKeyRecord> records = records();
        Set<String> names = new HashSet<>(declaredRoles);
        records.forEach(record -> names.addAll(record.roles()));
        List<KeyHasher> known = peppers.get().all();
        KeyRing ring = ringFor(names, known, FileOptions.peppersOf(records)).with(records);
        Verification verification = ApiKeyVerifier.of(ring).verify(presented);
        if (verification instanceof Rejected rejected && rejected.reason() == Reason.UNKNOWN) {
            requireKnown(FileOptions.peppersOf(records), known);
        }
        return verification;
    }

    /** Returns a ring without keys. */
    private static KeyRing ringFor(Collection<String> roles, List<KeyHasher> known, Collection<String> used) {
        KeyRing.Builder ring = KeyRing.builder().roles(FileOptions.model(roles));
        known.forEach(ring::hasher);
        missing(used, known).forEach(pepper -> ring.hasher(FileOptions.standInFor(pepper)));
        return ring.build();
    }

    /**
     * The store of one command. It adds the roles and peppers of each record that it reads to the ring, because the
     * manager checks each change with the ring. It stores a new secret only with the pepper that the services use.
     */
    private final class LearningStore implements ApiKeyStore {
        private final Peppers.Known peppersKnown = peppers.get();
        private final List<KeyHasher> known = peppersKnown.all();
        private final Set<String> usedPeppers = new HashSet<>();
        private final Set<String> roles;
        private final LiveKeyRing ring;
        private boolean hasPepperOfServices;

        LearningStore(Set<String> roles) {
            this.roles = roles;
            this.ring = LiveKeyRing.of(ringFor(roles, known, usedPeppers));
        }

        @Override
        public Optional<ApiKeyRecord> find(String id) {
            Optional<ApiKeyRecord> found = store.find(id);
            found.ifPresent(record -> learn(List.of(record)));
            return found;
        }

        @Override
        public List<ApiKeyRecord> list(KeyFilter filter, @Nullable String after, int limit) {
            List<ApiKeyRecord> page = store.list(filter, after, limit);
            learn(page);
            return page;
        }

        private void learn(List<ApiKeyRecord> records) {
            boolean isNew = false;
            for (ApiKeyRecord record : records) {
                isNew |= roles.addAll(record.roles());
                isNew |= usedPeppers.addAll(FileOptions.peppersOf(record).toList());
            }
            if (isNew) {
                ring.publish(ringFor(roles, known, usedPeppers));
            }
        }

        @Override
        public ApiKeyRecord insert(ApiKeyRecord record, ChangeCause cause) {
            requirePepperOfServices();
            return store.insert(record, cause);
        }

        @Override
        public ApiKeyRecord update(ApiKeyRecord record, ChangeCause cause) {
            if (cause.action() == Action.ROTATE) {
                requirePepperOfServices();
            }
            return store.update(record, cause);
        }

        /** Asks the database once for each command. */
        private void requirePepperOfServices() {
            if (hasPepperOfServices) {
                return;
            }
            peppersKnown.requireOne();
            Set<String> ofServices = store.pepperIds();
            if (known.isEmpty() && !ofServices.isEmpty()) {
                throw CommandFailure.refused("the services hash keys with a pepper (" + String.join(", ", ofServices)
                        + "), and this secret would be stored without one; set "
                        + Peppers.variableOf(ofServices.iterator().next())
                        + " to the value that the services have, or use the admin API; nothing was stored");
            }
            requireSamePeppers(known.stream());
            hasPepperOfServices = true;
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
