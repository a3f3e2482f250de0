package io.keyward.cli;

import io.keyward.ApiKeyGenerator;
import io.keyward.ApiKeyRecord;
import io.keyward.HashedSecret;
import io.keyward.KeyFormat;
import io.keyward.KeyHashers;
import io.keyward.KeyRing;
import io.keyward.LiveKeyRing;
import io.keyward.config.EnvFileApiKeyStore;
import io.keyward.role.Role;
import io.keyward.role.RoleModel;
import io.keyward.store.ApiKeyManager;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import picocli.CommandLine.Option;

/** The options that say which keys a command works on, and what follows from them. */
final class FileOptions {
    private static final String PEPPERED = "hmac-sha256:";

    @Option(
            names = {"-f", "--file"},
            paramLabel = "FILE",
            defaultValue = ".env",
            description = "The key file. Default: ${DEFAULT-VALUE}.")
    private Path file = Path.of(".env");

    @Option(
            names = "--declared-roles",
            paramLabel = "ROLE",
            split = ",",
            description =
                    "Roles that the service declares in its code, like client,miner,admin; those in keyward.roles of"
                            + " the file count without being named. Only variables of declared roles are key lists.")
    private List<String> roles = List.of();

    Path file() {
        return file;
    }

    /**
     * Returns the store over the file, which must exist.
     *
     * @throws CommandFailure if it does not
     */
    EnvFileApiKeyStore existing() {
        return existing(file, roles);
    }

    /** Returns the store over a file, which must exist, with the roles that a service declares. */
    static EnvFileApiKeyStore existing(Path file, Collection<String> roles) {
        if (!Files.exists(file)) {
            throw CommandFailure.file("there is no file " + file + "; name the key file with --file");
        }
        return EnvFileApiKeyStore.of(file, model(roles));
    }

    /** Returns the store over the file, which is made with the first key. */
    EnvFileApiKeyStore orNew() {
        return EnvFileApiKeyStore.of(file, model(roles));
    }

    /** Returns the roles for a reader of the whole configuration, see {@link #rolesBeside}. */
    RoleModel rolesBesideFile() {
        return rolesBeside(file, roles);
    }

    /** Returns the roles given, and those in use in a file, without what the file declares itself. */
    static RoleModel rolesBeside(Path file, Collection<String> given) {
        EnvFileApiKeyStore store = EnvFileApiKeyStore.of(file);
        Set<String> beside = new TreeSet<>(given);
        store.load().records().forEach(record -> beside.addAll(record.roles()));
        beside.removeAll(store.declaredRoles());
        return model(beside);
    }

    /**
     * Returns a manager over a store.
     *
     * @param format the format of keys made by it
     * @param requested the roles of a new key; where no role at all is declared, they are taken as they are
     */
    static ApiKeyManager manager(EnvFileApiKeyStore store, KeyFormat format, Collection<String> requested) {
        Set<String> names = new HashSet<>(store.declaredRoles());
        if (names.isEmpty()) {
            names.addAll(requested);
        }
        List<ApiKeyRecord> records = store.load().records();
        records.forEach(record -> names.addAll(record.roles()));
        KeyRing.Builder ring = KeyRing.builder().roles(model(names));
        records.stream()
                .flatMap(record -> record.secrets().stream())
                .map(HashedSecret::hash)
                .map(hash -> hash.scheme())
                .filter(scheme -> scheme.startsWith(PEPPERED))
                .distinct()
                // The ring is asked for nothing here, but takes no hash whose pepper it lacks.
                .forEach(scheme -> ring.hasher(KeyHashers.hmacSha256(
                        scheme.substring(PEPPERED.length()), new byte[KeyHashers.MIN_PEPPER_LENGTH])));
        return ApiKeyManager.builder(store, LiveKeyRing.of(ring.build()), ApiKeyGenerator.of(format))
                .build();
    }

    private static RoleModel model(Collection<String> names) {
        try {
            return RoleModel.of(new TreeSet<>(names).stream().map(Role::of).toList());
        } catch (IllegalArgumentException e) {
            throw CommandFailure.refused(String.valueOf(e.getMessage()), e);
        }
    }
}
