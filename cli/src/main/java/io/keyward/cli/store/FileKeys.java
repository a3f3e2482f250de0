package io.keyward.cli.store;

import io.keyward.ApiKeyRecord;
import io.keyward.KeyFormat;
import io.keyward.KeyHasher;
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
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/**
 * The keys of a file.
 *
 * @param path the file, as the caller named it
 * @param input reads the file as a service does
 * @param isNew whether the file is created with the first key
 */
record FileKeys(Path path, KeyFile file, Supplier<KeyInput> input, boolean isNew) implements OpenKeys {
    @Override
    public String name() {
        return path.toString();
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
        return FileOptions.rolesFor(file, records(), requested);
    }

    @Override
    public String placesOfRoles() {
        return "in keyward.roles of the file, nor by --declared-roles";
    }

    @Override
    public ApiKeyManager manager(KeyFormat format, Collection<String> requested, Actor actor) {
        return FileOptions.manager(file, format, requested, actor);
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
        return FileOptions.noteProblems(file, path, terminal);
    }

    @Override
    public void noteUndeclared(Terminal terminal) {
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
        KeyInput read = input.get();
        return read.configuration().roles(read.rolesBeside()).follow(false).load();
    }
}
