package io.keyward.cli.store;

import io.keyward.ApiKeyGenerator;
import io.keyward.ApiKeyRecord;
import io.keyward.KeyFormat;
import io.keyward.KeyHasher;
import io.keyward.KeyRing;
import io.keyward.LiveKeyRing;
import io.keyward.Verification;
import io.keyward.cli.terminal.CommandFailure;
import io.keyward.cli.terminal.FileOptions;
import io.keyward.cli.terminal.KeyInput;
import io.keyward.cli.terminal.Terminal;
import io.keyward.config.ConfigException;
import io.keyward.config.ConfigProblem;
import io.keyward.config.EnvFileApiKeyStore;
import io.keyward.config.KeyFile;
import io.keyward.config.KeywardConfig;
import io.keyward.store.Actor;
import io.keyward.store.ApiKeyManager;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The keys of a file.
 *
 * @param input reads the file as a service does
 * @param file reads and changes its records one by one
 * @param isNew whether the file is created with the first key
 */
record FileKeys(KeyInput input, KeyFile file, boolean isNew) implements OpenKeys {
    @Override
    public String name() {
        return input.file().toString();
    }

    @Override
    public EnvFileApiKeyStore store() {
        return file.store();
    }

    @Override
    public List<ApiKeyRecord> records() {
        return file.records();
    }

    @Override
    public boolean resolvesReferences() {
        return true;
    }

    @Override
    public Collection<String> declaredRoles() {
        return file.declaredRoles();
    }

    /** Adds the roles of the keys, because the manager of a file reads all of its records. */
    @Override
    public Set<String> rolesFor(Collection<String> requested) {
        return rolesFor(requested, records());
    }

    private Set<String> rolesFor(Collection<String> requested, List<ApiKeyRecord> records) {
        Set<String> names = OpenKeys.super.rolesFor(requested);
        records.forEach(record -> names.addAll(record.roles()));
        return names;
    }

    @Override
    public String placesOfRoles() {
        return "in keyward.roles of the file, nor by --declared-roles";
    }

    /** If something is wrong in the file, the manager can still switch keys off. */
    @Override
    public ApiKeyManager manager(KeyFormat format, Collection<String> requested, Actor actor) {
        return manager(format, requested, actor, records(), null);
    }

    @Override
    public ApiKeyManager issuer(KeyFormat format, Collection<String> requested, Actor actor, Terminal terminal) {
        List<ApiKeyRecord> records = records();
        KeyHasher pepper = Peppers.ofNewKeys(input.file(), input.environment()).orElse(null);
        Set<String> used = FileOptions.peppersOf(records);
        if (pepper != null) {
            noteUnlessKnown(pepper, used, terminal);
        } else if (!used.isEmpty()) {
            throw CommandFailure.refused("keys of " + name() + " are hashed with a pepper (" + String.join(", ", used)
                    + "), and this secret would be stored without one; set "
                    + Peppers.variableOf(used.iterator().next())
                    + " to the value that the service has; nothing was stored");
        }
        return manager(format, requested, actor, records, pepper);
    }

    private void noteUnlessKnown(KeyHasher pepper, Set<String> used, Terminal terminal) {
        String id = Peppers.idOf(pepper);
        if (!used.contains(id) && !Peppers.isNamedIn(input.file(), id)) {
            terminal.note("the new secret is hashed with the pepper in the variable " + Peppers.variableOf(id)
                    + ", which neither a line nor a key of " + name()
                    + " has; a service without that pepper refuses the file; if it has none, unset the variable and"
                    + " make the key again; otherwise add the line " + Peppers.variableOf(id) + "_CHECK="
                    + pepper.check().orElseThrow());
        }
    }

    private ApiKeyManager manager(
            KeyFormat format,
            Collection<String> requested,
            Actor actor,
            List<ApiKeyRecord> records,
            @Nullable KeyHasher pepper) {
        KeyRing.Builder ring = KeyRing.builder().roles(FileOptions.model(rolesFor(requested, records)));
        Set<String> standIns = FileOptions.peppersOf(records);
        if (pepper != null) {
            ring.hasher(pepper);
            standIns.remove(Peppers.idOf(pepper));
        }
        standIns.forEach(id -> ring.hasher(FileOptions.standInFor(id)));
        ApiKeyManager.Builder manager =
                ApiKeyManager.builder(file.store(), LiveKeyRing.of(ring.build()), ApiKeyGenerator.of(format));
        if (pepper != null) {
            manager.hasher(pepper);
        }
        return manager.build().as(actor);
    }

    @Override
    public void takeBack(ApiKeyRecord record, Actor actor) {
        store().takeBack(record);
    }

    @Override
    public List<String> plaintextKeyIds() {
        return file.plaintextKeyIds();
    }

    @Override
    public List<ConfigProblem> copiesOf(String id) {
        return file.copiesOf(id);
    }

    @Override
    public boolean noteProblems(Terminal terminal) {
        List<ConfigProblem> problems = file.problems();
        for (ConfigProblem problem : problems) {
            terminal.note(String.valueOf(problem));
        }
        if (!problems.isEmpty()) {
            String lines = problems.stream()
                    .filter(problem -> problem.line() > 0)
                    .map(problem -> String.valueOf(problem.line()))
                    .distinct()
                    .collect(Collectors.joining(", "));
            terminal.note("a running service refuses " + name() + ", and this change with it, until "
                    + (lines.isEmpty() ? "that" : "line " + lines) + " is repaired");
        }
        return !problems.isEmpty();
    }

    @Override
    public void noteUnread(Terminal terminal) {
        if (file.problems().isEmpty()) {
            FileOptions.noteUndeclared(file, terminal);
        }
    }

    /** Reads the peppers as a service does, so a file with any problem in it is refused. */
    @Override
    public List<KeyHasher> hashers(Collection<ApiKeyRecord> records) {
        try (KeywardConfig config = load()) {
            return config.hashers();
        } catch (ConfigException e) {
            throw CommandFailure.refused(
                    "no key hashed without a pepper has that text, and the others cannot be compared: "
                            + e.getMessage(),
                    e);
        }
    }

    @Override
    public Verification verify(String presented) {
        try (KeywardConfig config = load()) {
            return config.verifier().verify(presented);
        } catch (ConfigException e) {
            throw CommandFailure.refused(String.valueOf(e.getMessage()), e);
        }
    }

    private KeywardConfig load() {
        return input.load(input.configuration());
    }
}
