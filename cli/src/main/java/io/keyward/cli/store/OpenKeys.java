package io.keyward.cli.store;

import io.keyward.ApiKeyRecord;
import io.keyward.KeyFormat;
import io.keyward.KeyHasher;
import io.keyward.Verification;
import io.keyward.cli.terminal.CommandFailure;
import io.keyward.cli.terminal.Terminal;
import io.keyward.config.ConfigProblem;
import io.keyward.store.Actor;
import io.keyward.store.ApiKeyManager;
import io.keyward.store.ApiKeyStore;
import io.keyward.store.KeyFilter;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The keys that a command works on, and what differs between a file and a database. */
public interface OpenKeys {
    /** Returns what messages call the place of the keys; holds no secret. */
    String name();

    ApiKeyStore store();

    /** Returns all records, as far as they can be read. */
    List<ApiKeyRecord> records();

    /** Returns the records that a filter chooses, as far as they can be read. */
    default List<ApiKeyRecord> records(KeyFilter filter) {
        return records().stream().filter(filter::chooses).toList();
    }

    /** Returns what finds the record of an id, as far as it can be read. Call it once for several ids. */
    default Function<String, Optional<ApiKeyRecord>> finder() {
        Map<String, ApiKeyRecord> byId = records().stream()
                .collect(Collectors.toMap(ApiKeyRecord::id, Function.identity(), (first, other) -> first));
        return id -> Optional.ofNullable(byId.get(id));
    }

    /** Returns whether the place is created with the first key. */
    default boolean isNew() {
        return false;
    }

    /** Returns whether <code>${NAME}</code> in a value is resolved, so that no value may have it in its text. */
    default boolean resolvesReferences() {
        return false;
    }

    /** Returns the roles that a key may have; none where every role is taken as it is. */
    Collection<String> declaredRoles();

    /**
     * Returns the roles that {@link #manager} knows before it reads a record of a database.
     *
     * @param requested the roles of new keys; if no role is declared at all, any role is accepted
     */
    default Set<String> rolesFor(Collection<String> requested) {
        return new TreeSet<>(declaredRoles().isEmpty() ? requested : declaredRoles());
    }

    /** Returns where roles are declared, for a message that none is. */
    String placesOfRoles();

    /**
     * Returns a manager over the store.
     *
     * @param format the format of keys made by it
     * @param requested the roles of a new key; if no role is declared at all, any role is accepted
     * @param actor who makes the changes
     */
    ApiKeyManager manager(KeyFormat format, Collection<String> requested, Actor actor);

    /** Takes back a record that was just inserted and that nobody has seen. */
    void takeBack(ApiKeyRecord record, Actor actor);

    /** Returns the ids of the keys that are kept in plaintext. */
    default List<String> plaintextKeyIds() {
        return List.of();
    }

    /** Returns where the secrets of a key are kept besides, see {@link io.keyward.config.KeyFile#copiesOf}. */
    default List<ConfigProblem> copiesOf(String id) {
        return List.of();
    }

    /**
     * Prints what stops a running service from accepting a change.
     *
     * @return whether anything does
     */
    default boolean noteProblems(Terminal terminal) {
        return false;
    }

    /** Prints what looks like keys and is not read. */
    default void noteUndeclared(Terminal terminal) {}

    /**
     * Returns all hashers that the hashes of these records need.
     *
     * @throws CommandFailure if a pepper is not known here
     */
    List<KeyHasher> hashers(Collection<ApiKeyRecord> records);

    /** Returns what a service with these keys says of a key. */
    Verification verify(String presented);
}
