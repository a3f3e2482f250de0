package io.keyward.cli.terminal;

import io.keyward.ApiKeyRecord;
import io.keyward.KeyHasher;
import io.keyward.config.KeyFile;
import io.keyward.role.Role;
import io.keyward.role.RoleModel;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
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

    /** Returns the roles that the service declares in its code, as far as they were named. */
    public Collection<String> declaredRoles() {
        return roles.names();
    }

    /** Returns the key file. */
    public KeyInput input(Terminal terminal) {
        return new KeyInput(file, roles.names(), environment.variables(terminal));
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
