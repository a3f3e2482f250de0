package io.keyward.cli.operator;

import io.keyward.ApiKeyRecord;
import io.keyward.cli.store.OpenKeys;
import io.keyward.cli.terminal.CommandFailure;
import io.keyward.cli.terminal.Terminal;
import io.keyward.store.ApiKeyManager;
import io.keyward.store.IssueRequest;
import io.keyward.store.KeyChange;
import java.time.Instant;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "renew",
        description = {
            "Gives keys a later end; their secrets stay, so their holders have nothing to do.",
            "",
            "`keyward rotate` gives a key a new secret."
        },
        exitCodeList = "1:a key does not exist, is revoked, or would end earlier; the others were renewed",
        footer = {
            "  keyward renew 7hq2mz9a --expires 365d",
            "  keyward renew --ending-within 14d --dry-run",
            "  keyward renew --ending-within 14d --owner ci --expires 90d --yes"
        })
final class RenewCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin
    private ChangeOptions options = new ChangeOptions();

    @Mixin
    private Selection selection = new Selection();

    @Option(
            names = "--expires",
            paramLabel = "WHEN",
            converter = KeyEnd.Converter.class,
            defaultValue = "365d",
            description =
                    "The new end: a span like 90d from now, an instant like 2027-01-01T00:00:00Z, or never. Default:"
                            + " ${DEFAULT-VALUE}.")
    private KeyEnd end = new KeyEnd(IssueRequest.DEFAULT_LIFETIME, null);

    @Option(
            names = "--json",
            description = "Print JSON: the key as `show --json` does; of several keys an array of id,"
                    + " owner, expiresAt, result, reason.")
    private boolean json;

    RenewCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        OpenKeys keys = options.existing(terminal);
        ApiKeyManager manager = options.manager(keys, terminal);
        Instant newEnd = end.fromNow();
        int exitCode = selection.change(
                keys,
                terminal,
                "renew",
                id -> renew(keys, manager, id, newEnd),
                renewed -> "renewed key " + renewed.id() + " in " + keys.name() + "; it ends "
                        + Objects.requireNonNullElse(renewed.current().expiresAt(), "never"),
                json);
        keys.noteProblems(terminal);
        return exitCode;
    }

    private static ApiKeyRecord renew(OpenKeys keys, ApiKeyManager manager, String id, @Nullable Instant newEnd) {
        Instant before = keys.store()
                .find(id)
                .map(record -> record.current().expiresAt())
                .orElse(null);
        if (before != null && newEnd != null && newEnd.isBefore(before)) {
            throw CommandFailure.refused("key " + id + " ends " + before
                    + ", which is later; `keyward change --expires` gives it an earlier end");
        }
        return manager.change(id, KeyChange.builder().expiresAt(newEnd).build());
    }
}
