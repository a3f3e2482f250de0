package io.keyward.cli.operator;

import io.keyward.ApiKey;
import io.keyward.ApiKeyRecord;
import io.keyward.HashedSecret;
import io.keyward.KeyHash;
import io.keyward.KeyHasher;
import io.keyward.cli.store.OpenKeys;
import io.keyward.cli.terminal.CommandFailure;
import io.keyward.cli.terminal.Terminal;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The option that names a key by its text, for a person who has found a key and does not know its id. */
final class KeyByText {
    private static final String STANDARD_INPUT = "-";

    @Option(
            names = "--key",
            paramLabel = STANDARD_INPUT,
            description = "Select the key by its text, which is read from standard input or typed without echo at"
                    + " the prompt. The value is always -, never the text. Works for keys made elsewhere, too.")
    private @Nullable String source;

    /** Returns whether the option was given. */
    boolean isGiven() {
        return source != null;
    }

    /**
     * Asks for the text, and returns the id of the key that has it. The key may be revoked or expired, and the text
     * may be its old secret.
     *
     * @throws CommandFailure if none of the keys has the text, or the value of the option is not {@code -}
     */
    String askForId(OpenKeys keys, Terminal terminal) {
        if (!STANDARD_INPUT.equals(source)) {
            throw CommandFailure.usage("the value of --key must be -, and the key is read at the prompt or from"
                    + " standard input, because the process list and the shell history show arguments; replace a"
                    + " key that was there");
        }
        List<ApiKeyRecord> records = keys.records();
        ApiKey key = terminal.readKey();
        List<String> ids = idsOf(key, records, List.of(KeyHasher.sha256()));
        if (ids.isEmpty() && records.stream().anyMatch(KeyByText::isPeppered)) {
            ids = idsOf(key, records, keys.hashers(records));
        }
        if (ids.size() > 1) {
            throw CommandFailure.refused(
                    "several keys of " + keys.name() + " have that text: " + String.join(", ", ids) + "; name the ids");
        }
        if (ids.isEmpty()) {
            keys.noteUnread(terminal);
            throw CommandFailure.refused("no key of " + keys.name() + " has that text");
        }
        return ids.get(0);
    }

    /** Compares hashes, because anyone can write any id into a text. */
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
}
