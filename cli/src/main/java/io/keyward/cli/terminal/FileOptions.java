package io.keyward.cli.terminal;

import io.keyward.ApiKeyGenerator;
import io.keyward.ApiKeyRecord;
import io.keyward.KeyFormat;
import io.keyward.KeyHasher;
import io.keyward.KeyRing;
import io.keyward.LiveKeyRing;
import io.keyward.config.ConfigProblem;
import io.keyward.config.KeyFile;
import io.keyward.env.KeyFileBytes;
import io.keyward.role.Role;
import io.keyward.role.RoleModel;
import io.keyward.store.Actor;
import io.keyward.store.ApiKeyManager;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options that name the key file of a command, and what commands do with that file. */
public final class FileOptions {
    public static final String PROPERTIES = ".properties";

    private static final String PEPPERED = "hmac-sha256:";

    @Option(
            names = {"-f", "--file"},
            paramLabel = "FILE",
            defaultValue = ".env",
            description = "The key file. Default: KEYWARD_FILE, file in ./keyward.toml, or .env.")
    private Path file = Path.of(".env");

    @Mixin
    private RolesOption roles = new RolesOption();

    @Mixin
    private EnvironmentOption environment = new EnvironmentOption();

    public Path file() {
        return file;
    }

    /** Returns the roles that the service declares in its code, as far as they were named. */
    public Collection<String> declaredRoles() {
        return roles.names();
    }

    /**
     * Returns the key file, which must exist.
     *
     * @throws CommandFailure if it does not
     */
    public KeyFile existing(Terminal terminal) {
        return existing(file, roles.names(), environment.variables(terminal));
    }

    /** Returns a key file, which must exist, with the roles that a service declares. */
    public static KeyFile existing(Path file, Collection<String> roles, Map<String, String> environment) {
        requireThere(file);
        return KeyFile.of(file, model(roles), environment);
    }

    static void requireThere(Path file) {
        if (!Files.exists(file)) {
            throw CommandFailure.file("there is no file " + file + "; name the key file with --file");
        }
    }

    /** Returns the key file, which is created with the first key. */
    public KeyFile orNew(Terminal terminal) {
        return orNew(file, roles.names(), environment.variables(terminal));
    }

    /** Returns a key file, which is created with the first key, with the roles that a service declares. */
    public static KeyFile orNew(Path file, Collection<String> roles, Map<String, String> environment) {
        return KeyFile.of(file, model(roles), environment);
    }

    /**
     * Returns the keys of a file, which may be a {@code .properties} file, for reading only.
     *
     * @throws CommandFailure if there is nothing, it cannot be read, or a pipe does not end
     */
    public static KeyFile toRead(Path file, Collection<String> roles, Map<String, String> environment) {
        if (!file.toString().endsWith(PROPERTIES)) {
            return KeyInput.read(file, roles, environment).keys();
        }
        requireThere(file);
        try {
            return KeyFile.ofProperties(file, KeyInput.bytes(file), model(roles), environment);
        } catch (IOException e) {
            throw CommandFailure.file(file + ": cannot be read: " + KeyFileBytes.reason(e), e);
        }
    }

    /**
     * Returns what a command that changes nothing reads.
     *
     * @throws CommandFailure if there is nothing, or if a pipe does not end
     */
    public KeyInput input(Terminal terminal) {
        return KeyInput.read(file, roles.names(), environment.variables(terminal));
    }

    /**
     * Returns a manager over the store of a key file. If something is wrong in the file, the manager can still switch
     * keys off.
     *
     * @param format the format of keys made by it
     * @param requested the roles of a new key; if no role is declared at all, any role is accepted
     * @param actor who makes the changes
     */
    public static ApiKeyManager manager(KeyFile file, KeyFormat format, Collection<String> requested, Actor actor) {
        List<ApiKeyRecord> records = file.records();
        KeyRing.Builder ring = KeyRing.builder().roles(model(rolesFor(file, records, requested)));
        peppersOf(records).forEach(pepper -> ring.hasher(standInFor(pepper)));
        return ApiKeyManager.builder(file.store(), LiveKeyRing.of(ring.build()), ApiKeyGenerator.of(format))
                .build()
                .as(actor);
    }

    /** Returns the roles that the manager of a key file knows: the declared ones, else the requested, and those of keys. */
    public static Set<String> rolesFor(KeyFile file, List<ApiKeyRecord> records, Collection<String> requested) {
        Set<String> names = new TreeSet<>(file.declaredRoles().isEmpty() ? requested : file.declaredRoles());
        records.forEach(record -> names.addAll(record.roles()));
        return names;
    }

    /** Returns the ids of the peppers that the hashes of these records have, in their order. */
    public static Set<String> peppersOf(Collection<ApiKeyRecord> records) {
        return records.stream().flatMap(FileOptions::peppersOf).collect(Collectors.toCollection(TreeSet::new));
    }

    /** Returns the ids of the peppers that the hashes of a record have. */
    public static Stream<String> peppersOf(ApiKeyRecord record) {
        return record.secrets().stream()
                .map(secret -> secret.hash().scheme())
                .filter(scheme -> scheme.startsWith(PEPPERED))
                .map(scheme -> scheme.substring(PEPPERED.length()));
    }

    /**
     * Returns a hasher that has the id of a pepper and not the pepper. A ring refuses hashes whose hasher it does not
     * have; this one is for a ring that verifies no key.
     */
    public static KeyHasher standInFor(String pepper) {
        return KeyHasher.hmacSha256(pepper, new byte[KeyHasher.MIN_PEPPER_LENGTH]);
    }

    /**
     * Prints what is wrong with a key file that was changed, because a running service refuses such a file.
     *
     * @return whether anything is wrong
     */
    public static boolean noteProblems(KeyFile keys, Path file, Terminal terminal) {
        List<ConfigProblem> problems = keys.problems();
        for (ConfigProblem problem : problems) {
            terminal.note(String.valueOf(problem));
        }
        if (!problems.isEmpty()) {
            String lines = problems.stream()
                    .filter(problem -> problem.line() > 0)
                    .map(problem -> String.valueOf(problem.line()))
                    .distinct()
                    .collect(Collectors.joining(", "));
            terminal.note("a running service refuses " + file + ", and this change with it, until "
                    + (lines.isEmpty() ? "that" : "line " + lines) + " is repaired");
        }
        return !problems.isEmpty();
    }

    /** Prints the names that look like key lists and are not read, and the option that declares roles. */
    public static void noteUndeclared(KeyFile keys, Terminal terminal) {
        keys.almostLists().forEach(name -> terminal.note(String.valueOf(name)));
        List<String> lists = keys.undeclaredLists();
        if (!lists.isEmpty()) {
            TreeSet<String> suggested = new TreeSet<>();
            lists.forEach(list -> suggested.add(
                    list.replaceFirst("_API_KEY(?:S|_HASHES)$", "").toLowerCase(Locale.ROOT)));
            terminal.note("not read, because no such role is declared: " + String.join(", ", lists)
                    + "; if they are key lists of the service, use --declared-roles " + String.join(",", suggested)
                    + " or set KEYWARD_ROLES");
        }
    }

    /** Returns roles that hold no permissions. */
    public static RoleModel model(Collection<String> names) {
        try {
            return RoleModel.of(new TreeSet<>(names).stream().map(Role::of).toList());
        } catch (IllegalArgumentException e) {
            throw CommandFailure.refused(String.valueOf(e.getMessage()), e);
        }
    }
}
