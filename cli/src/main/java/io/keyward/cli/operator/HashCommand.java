package io.keyward.cli.operator;

import io.keyward.ApiKey;
import io.keyward.KeyHasher;
import io.keyward.cli.terminal.Arguments;
import io.keyward.cli.terminal.CommandFailure;
import io.keyward.cli.terminal.EnvironmentOption;
import io.keyward.cli.terminal.FileOptions;
import io.keyward.cli.terminal.Json;
import io.keyward.cli.terminal.KeyInput;
import io.keyward.cli.terminal.RolesOption;
import io.keyward.cli.terminal.Terminal;
import io.keyward.cli.terminal.WriteOptions;
import io.keyward.config.KeyFile;
import io.keyward.config.WellKnownKeys;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "hash",
        description = {
            "Prints the hash of a key, which is what a service stores.",
            "",
            "With --file, replaces the plaintext keys of a key file by their hashes. The holders keep using their"
                    + " keys, and the file no longer reveals them. A variable that only has the text of a key as"
                    + " its value, such as one that a list refers to, is named and stays as it is.",
            "",
            "The hash is as secret as the key. A key whose check digits do not match is refused, because its hash"
                    + " would be of no use."
        },
        exitCodeList = "1:the text is not a valid key",
        footer = {
            "  keyward hash",
            "  keyward hash --bare < key.txt",
            "  keyward hash --file .env --declared-roles client,miner,admin",
            "  keyward hash --file .env --declared-roles client --hex-keys"
        })
final class HashCommand implements Runnable, Arguments.TakesSecret {
    private final Terminal terminal;

    @Option(names = "--bare", description = "Print the 64 hexadecimal digits without `sha256:` before them.")
    private boolean bare;

    @Option(
            names = {"-f", "--file"},
            paramLabel = "FILE",
            description = "Hash the plaintext keys of this file in place, and print their ids.")
    private @Nullable Path file;

    @Mixin
    private RolesOption roles = new RolesOption();

    @Option(
            names = "--hex-keys",
            description = "With --file: take 64 hexadecimal digits for a key, such as `openssl rand -hex 32` makes, and"
                    + " not for a hash without its scheme. Without this option they are refused.")
    private boolean hexKeys;

    @Mixin
    private EnvironmentOption environment = new EnvironmentOption();

    @Mixin
    private WriteOptions write = new WriteOptions();

    @Option(names = "--json", description = "Print JSON: hash; with --file: hashed, an array of ids.")
    private boolean json;

    HashCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public void run() {
        if (file != null) {
            hashFile(file);
        } else {
            hashKey();
        }
    }

    private void hashFile(Path keyFile) {
        KeyFile existing = new KeyInput(keyFile, roles.names(), environment.variables(terminal))
                .required()
                .toChange();
        KeyFile keys = write.applyTo(hexKeys ? existing.readingHexAsKeys() : existing);
        List<String> ids = terminal.uninterrupted(keys::hashPlaintextKeys);
        String lines = ids.stream().map(id -> id + "\n").collect(Collectors.joining());
        terminal.show(json ? Json.object().add("hashed", ids).print() : lines);
        terminal.note(ids.size() + (ids.size() == 1 ? " key is" : " keys are") + " a hash now in " + keyFile);
        List<String> copies = keys.plaintextCopies();
        if (!copies.isEmpty()) {
            terminal.note("not changed, because other programs may set or read it: the text of a key in "
                    + String.join(", ", copies)
                    + "; if the service refers to it, write the hash there instead; if nothing reads it, remove it");
        }
        FileOptions.noteUndeclared(keys, terminal);
    }

    private void hashKey() {
        ApiKey key = terminal.readKeyWithoutTypo();
        if (WellKnownKeys.isWellKnown(key)) {
            throw CommandFailure.refused(
                    "the key is well known or looks like one of an example file, and its hash would hide that;"
                            + " generate a new key");
        }
        String hash = KeyHasher.sha256().hash(key).reveal();
        String shown = bare ? hash.substring(hash.lastIndexOf(':') + 1) : hash;
        terminal.show(json ? Json.object().add("hash", shown).print() : shown + "\n");
    }
}
