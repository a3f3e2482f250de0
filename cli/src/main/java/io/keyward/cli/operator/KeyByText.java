package io.keyward.cli.operator;

import io.keyward.ApiKey;
import io.keyward.ApiKeyRecord;
import io.keyward.HashedSecret;
import io.keyward.KeyHash;
import io.keyward.KeyHasher;
import io.keyward.cli.terminal.CommandFailure;
import io.keyward.cli.terminal.FileOptions;
import io.keyward.cli.terminal.KeyInput;
import io.keyward.cli.terminal.Terminal;
import io.keyward.config.ConfigException;
import io.keyward.config.KeyFile;
import io.keyward.config.KeywardConfig;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The option that names a key by its text, for who has found one and does not know its id. */
final class KeyByText {
    private static final String STANDARD_INPUT = "-";

    @Option(
            names = "--key",
            paramLabel = STANDARD_INPUT,
            description = "The key whose text is on standard input, or is typed without echo at the prompt; the option"
                    + " takes - and never the text. Keys made elsewhere, too.")
    private @Nullable String source;

    /** Returns whether the option was given. */
    boolean isGiven() {
        return source != null;
    }

    /**
     * Asks for the text, and returns the id of the key that has it, be it revoked, expired, or its old secret.
     *
     * @param input the keys, and the peppers for those that have one
     * @param file how messages call the keys
     * @throws CommandFailure if it is no key of this file, or the option was given anything but {@code -}
     */
    String askForId(KeyInput input, Path file, Terminal terminal) {
        if (!STANDARD_INPUT.equals(source)) {
            throw CommandFailure.usage("--key takes - alone, and reads the key at the prompt or on standard input: the"
                    + " process list and the shell history show arguments; replace a key that stood there");
        }
        KeyFile keys = input.keys();
        List<ApiKeyRecord> records = keys.records();
        ApiKey key = terminal.readKey();
        List<String> ids = idsOf(key, records, List.of(KeyHasher.sha256()));
        if (ids.isEmpty() && records.stream().anyMatch(KeyByText::isPeppered)) {
            ids = idsOf(key, records, hashers(input));
        }
        if (ids.size() > 1) {
            throw CommandFailure.refused(
                    "several keys of " + file + " have that text: " + String.join(", ", ids) + "; name the ids");
        }
        if (ids.isEmpty()) {
            if (keys.problems().isEmpty()) {
                FileOptions.noteUndeclared(keys, terminal);
            }
            throw CommandFailure.refused("no key of " + file + " has that text");
        }
        return ids.get(0);
    }

    /** Goes by the hash: the id in a text is whatever somebody wrote there. */
    private static List<String> idsOf(ApiKey key, List<ApiKeyRecord> records, List<KeyHasher> hashers) {
        List<KeyHash> hashes = hashers.stream().map(hasher -> hasher.hash(key)).toList();
        return records.stream()
                .filter(record ->
                        record.secrets().stream().map(HashedSecret::hash).anyMatch(hashes::contains))
                .map(ApiKeyRecord::id)
                .sorted()
                .toList();
    }

    private static boolean isPeppered(ApiKeyRecord record) {
        return record.secrets().stream()
                .anyMatch(secret ->
                        !secret.hash().scheme().equals(KeyHasher.sha256().scheme()));
    }

    /** Reads the peppers as a service does, which takes no file with anything wrong in it. */
    private static List<KeyHasher> hashers(KeyInput input) {
        try (KeywardConfig config =
                input.configuration().roles(input.rolesBeside()).follow(false).load()) {
            return config.hashers();
        } catch (ConfigException e) {
            throw CommandFailure.refused(
                    "no key hashed without a pepper has that text, and the others cannot be compared: "
                            + e.getMessage(),
                    e);
        }
    }
}
