package io.keyward.cli.operator;

import io.keyward.ApiKey;
import io.keyward.ApiKeyGenerator;
import io.keyward.KeyFormat;
import io.keyward.cli.terminal.Json;
import io.keyward.cli.terminal.PrefixOption;
import io.keyward.cli.terminal.Terminal;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Makes a key without a record. */
@Command(
        name = "generate",
        description = {
            "Makes a key without storing a record of it.",
            "",
            "Nothing is stored: hand the key out, and its hash (`keyward hash`) to the service. `keyward issue`"
                    + " does both."
        },
        footer = {"  keyward generate --prefix acme_live", "  keyward generate > key.txt && keyward hash < key.txt"})
final class GenerateCommand implements Runnable {
    private final Terminal terminal;

    @Option(
            names = "--prefix",
            paramLabel = "PREFIX",
            converter = PrefixOption.class,
            defaultValue = PrefixOption.DEFAULT,
            description = "The prefix, which says whose key it is and for which environment, like acme_live."
                    + " Default: ${DEFAULT-VALUE}.")
    private KeyFormat format = KeyFormat.of(PrefixOption.DEFAULT);

    @Option(names = "--json", description = "Print JSON: key, id, prefix.")
    private boolean json;

    GenerateCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public void run() {
        ApiKey key = ApiKeyGenerator.of(format).generate();
        terminal.showKey(json ? asJson(key) : key.reveal() + "\n");
    }

    private String asJson(ApiKey key) {
        return Json.print(Json.object()
                .add("key", key.reveal())
                .add("id", format.idOf(key))
                .add("prefix", format.prefix())
                .build());
    }
}
