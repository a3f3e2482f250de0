package io.keyward.cli.operator;

import io.keyward.ApiKey;
import io.keyward.ApiKeyGenerator;
import io.keyward.cli.terminal.Json;
import io.keyward.cli.terminal.PrefixOption;
import io.keyward.cli.terminal.Terminal;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "generate",
        description = {
            "Makes a key without storing a record of it.",
            "",
            "Nothing is stored: hand the key out, and its hash (`keyward hash`) to the service. `keyward issue`"
                    + " does both."
        },
        footer = {"  keyward generate --prefix acme_live", "  keyward generate | tee /dev/tty | keyward hash"})
final class GenerateCommand implements Runnable {
    private final Terminal terminal;

    @Mixin
    private PrefixOption prefix = new PrefixOption();

    @Option(names = "--json", description = "Print JSON: key, id, prefix.")
    private boolean json;

    GenerateCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public void run() {
        ApiKey key = ApiKeyGenerator.of(prefix.format()).generate();
        terminal.showKey(
                json
                        ? Json.object()
                                .add("key", key.reveal())
                                .add("id", prefix.format().idOf(key))
                                .add("prefix", prefix.format().prefix())
                                .print()
                        : key.reveal() + "\n");
    }
}
