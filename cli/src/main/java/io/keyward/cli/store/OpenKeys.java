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

/** The keys that a command works on. Commands find here all that differs between a file and a database. */
public interface OpenKeys {
    /** Returns what messages call the file or the database. The name holds no secret. */
    String name();

    ApiKeyStore store();

    /** Returns all records that can be read. */
    List<ApiKeyRecord> records();

    /** Returns the records that a filter chooses, of those that can be read. */
    default List<ApiKeyRecord> records(KeyFilter filter) {
        return records().stream().filter(filter::chooses).toList();
    }

    /** Returns a function that finds the record of an id. Call this method once for several ids: it may read all. */
    default Function<String, Optional<ApiKeyRecord>> finder() {
        Map<String, ApiKeyRecord> byId = records().stream()
                .collect(Collectors.toMap(ApiKeyRecord::id, Function.identity(), (first, other) -> first));
        return id -> Optional.ofNullable(byId.get(id));
    }

    /** Returns whether the first key creates the file. */
    default boolean isNew() {
        return false;
    }

    /** Returns whether <code>${NAME}</code> in a value is resolved, so no value may hold it as text. */
    default boolean resolvesReferences() {
        return false;
    }

    /** Returns the roles that a key may have; empty if any role is accepted. */
    Collection<String> declaredRoles();

    /**
     * Returns the roles that {@link #manager} accepts before it has read any record of a database.
     *
     * @param requested the roles of new keys; if no role is declared at all, any role is accepted
     */
    default Set<String> rolesFor(Collection<String> requested) {
        return new TreeSet<>(declaredRoles().isEmpty() ? requested : declaredRoles());
    }

    /** Returns the words with which a message says where no role is declared. */
    String placesOfRoles();

    /**
     * Returns a manager over the store.
     *
     * @param format the format of keys made by it
     * @param requested the roles of a new key; if no role is declared at all, any role is accepted
     * @param actor who makes the changes
     */
    ApiKeyManager manager(KeyFormat format, Collection<String> requested, Actor actor);

    /**
     * Returns a manager as {@link #manager} does, which hashes new secrets as the services do. Warns if it does so with a
     * pepper that nothing but a variable of this process names.
     *
     * @throws CommandFailure if they have a pepper that is not known here
     */
    default ApiKeyManager issuer(KeyFormat format, Collection<String> requested, Actor actor, Terminal terminal) {
        return manager(format, requested, actor);
    }

    /** Removes a record that was just inserted and whose key nobody has seen. */
    void takeBack(ApiKeyRecord record, Actor actor);

    /** Returns the ids of the keys that are stored in plaintext. */
    default List<String> plaintextKeyIds() {
        return List.of();
    }

    /** Returns the other places that hold the secrets of a key, see {@link io.keyward.config.KeyFile#copiesOf}. */
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

    /** Prints the names of what looks like a key and is not read. */
    default void noteUnread(Terminal terminal) {}

    /**
     * Returns the hashers for all hashes of these records.
     *
     * @throws CommandFailure if a pepper is not known here
     */
    List<KeyHasher> hashers(Collection<ApiKeyRecord> records);

    /** Returns the verdict of a service that has these keys on a presented text. */
    Verification verify(String presented);
}
