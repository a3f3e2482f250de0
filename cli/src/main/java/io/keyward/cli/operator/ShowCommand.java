package io.keyward.cli.operator;

import io.keyward.ApiKeyRecord;
import io.keyward.cli.store.OpenKeys;
import io.keyward.cli.store.StoreOptions;
import io.keyward.cli.terminal.CommandFailure;
import io.keyward.cli.terminal.Terminal;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "show",
        description = "Shows the record of a key, never the key or its hash. When it was last used is known only in a"
                + " database to which the services write that.",
        exitCodeList = "1:the key does not exist, or no key has that text",
        footer = {
            "  keyward show 7hq2mz9a",
            "  keyward show alice --file /etc/app/.env --json",
            "  keyward show --key -"
        })
final class ShowCommand implements Runnable {
    private final Terminal terminal;

    @Mixin
    private StoreOptions options = new StoreOptions();

    @Parameters(paramLabel = "ID", arity = "0..1", description = "The key id.")
    private @Nullable String named;

    @Mixin
    private KeyByText byText = new KeyByText();

    @Option(
            names = "--json",
            description = "Print JSON: id, owner, name, state, roles, permissions, notBefore, expiresAt, retiringUntil,"
                    + " plaintext, metadata, attributes, ordinal, retiringOrdinal, createdAt, createdBy, changedAt,"
                    + " changedBy, revokedAt, revokedBy, lastUsedAt, retiringLastUsedAt, warnings.")
    private boolean json;

    ShowCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public void run() {
        if ((named == null) != byText.isGiven()) {
            throw CommandFailure.usage("name the id of one key, or give the key by its text with --key -");
        }
        OpenKeys keys = options.toRead(terminal);
        String id = named == null ? byText.askForId(keys, terminal) : named;
        ApiKeyRecord record = keys.store()
                .find(id)
                .orElseThrow(() -> CommandFailure.refused(
                        "there is no key of that id in " + keys.name() + "; `keyward list` shows the ids"));
        boolean plaintext = keys.plaintextKeyIds().contains(id);
        Map<Integer, Instant> uses = keys.store().lastUses(List.of(id)).getOrDefault(id, Map.of());
        RecordText text = new RecordText(record, Instant.now(), plaintext, uses);
        terminal.show(json ? text.json().print() : Terminal.printable(text.lines()));
        text.noteWarnings(terminal);
    }
}
