package io.keyward.cli.operator;

import io.keyward.ApiKeyRecord;
import io.keyward.HashedSecret;
import io.keyward.KeyFormat;
import io.keyward.cli.store.OpenKeys;
import io.keyward.cli.terminal.CommandFailure;
import io.keyward.cli.terminal.ExitCode;
import io.keyward.cli.terminal.PrefixOption;
import io.keyward.cli.terminal.SpanConverter;
import io.keyward.cli.terminal.Terminal;
import io.keyward.store.ApiKeyManager;
import io.keyward.store.ApiKeyStore;
import io.keyward.store.ChangeRefusedException;
import io.keyward.store.IssuedKey;
import io.keyward.store.RotateRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Gives a key a new secret. */
@Command(
        name = "rotate",
        description = {
            "Gives a key a new secret and shows it once; the old secret counts for a while longer, the id stays.",
            "",
            "An entry of a key list becomes a named key. If the new key cannot be shown, the rotation is undone."
        },
        exitCodeListHeading = ExitCode.HEADING,
        exitCodeList = {
            "0:the new secret is stored and was shown",
            "1:there is no such key, or a value is refused; nothing was changed",
            ExitCode.USAGE_LINE,
            "3:a file or standard output cannot be written; nothing is changed, or the message says what"
        },
        footer = {
            "",
            "Examples:",
            "  keyward rotate 7hq2mz9a --overlap 24h --expires 365d",
            "  keyward rotate client_01k2x3y4 --declared-roles client,miner,admin --overlap 0s --output env"
        })
public final class RotateCommand implements Runnable {
    private final Terminal terminal;

    @Mixin
    private ChangeOptions options = new ChangeOptions();

    @Mixin
    private KeyOutput output = new KeyOutput();

    @Parameters(paramLabel = "ID", description = "The key id.")
    private String id = "";

    @Option(
            names = "--overlap",
            paramLabel = "SPAN",
            converter = SpanConverter.class,
            defaultValue = "24h",
            description = "How long the old secret still counts, like 30m or 24h; 0s ends it now. Default:"
                    + " ${DEFAULT-VALUE}.")
    private Duration overlap = Duration.ofDays(1);

    @Option(
            names = "--expires",
            paramLabel = "WHEN",
            converter = KeyEnd.Converter.class,
            description = "When the key ends, as for issue. Default: as before; needed where that is within 14 days.")
    private @Nullable KeyEnd end;

    @Option(
            names = "--drop-old",
            description =
                    "End the secret that an earlier rotation left for its overlap; without this, a rotation inside"
                            + " that overlap is refused.")
    private boolean dropOld;

    @Option(names = "--keep-end", description = "Keep the end of the key, though it is near.")
    private boolean keepEnd;

    @Option(
            names = "--prefix",
            paramLabel = "PREFIX",
            converter = PrefixOption.class,
            description =
                    "The prefix of the new key. Default: the one it was issued with, or " + PrefixOption.DEFAULT + ".")
    private @Nullable KeyFormat format;

    public RotateCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public void run() {
        OpenKeys keys = options.existing(terminal);
        ApiKeyStore store = keys.store();
        ApiKeyRecord before = store.find(id).orElse(null);
        requireUsefulEnd(before);
        ApiKeyManager manager = options.manager(keys, formatOf(before), Set.of(), terminal);
        IssuedKey rotated = terminal.uninterrupted(() -> {
            IssuedKey stored = rotate(manager);
            output.show(stored, terminal, () -> undo(before, stored, store));
            return stored;
        });
        Instant until = rotated.record().retiring().map(HashedSecret::expiresAt).orElse(null);
        terminal.note("rotated key " + id + ", stored in " + keys.name() + "; the old secret "
                + (until == null ? "has ended" : "is valid until " + until)
                + "; the key ends "
                + (rotated.record().current().expiresAt() == null
                        ? "never"
                        : rotated.record().current().expiresAt()));
    }

    private IssuedKey rotate(ApiKeyManager manager) {
        RotateRequest.Builder request = RotateRequest.builder(overlap);
        if (dropOld) {
            request.dropOld();
        }
        KeyEnd newEnd = end;
        if (newEnd != null) {
            request.expiresAt(newEnd.fromNow());
        }
        try {
            return manager.rotate(id, request.build());
        } catch (ChangeRefusedException refused) {
            if (refused.reason() != ChangeRefusedException.Reason.OVERLAP) {
                throw refused;
            }
            throw CommandFailure.refused(refused.getMessage() + " (--drop-old)", refused);
        }
    }

    /** A new secret with an end that is near, or past, would help nobody, and nobody would notice. */
    private void requireUsefulEnd(@Nullable ApiKeyRecord before) {
        Instant until = before == null ? null : before.current().expiresAt();
        if (end == null
                && !keepEnd
                && until != null
                && until.isBefore(Instant.now().plus(RecordText.SOON))) {
            throw CommandFailure.refused("key " + id + (until.isAfter(Instant.now()) ? " ends " : " ended ") + until
                    + ", and the new secret would end then, too; say --expires 365d, or --keep-end");
        }
    }

    private KeyFormat formatOf(@Nullable ApiKeyRecord before) {
        if (format != null) {
            return format;
        }
        String noted = before == null ? null : before.metadata().get(IssueCommand.PREFIX_NOTE);
        return KeyFormat.of(noted == null ? PrefixOption.DEFAULT : noted);
    }

    private static void undo(@Nullable ApiKeyRecord before, IssuedKey stored, ApiKeyStore store) {
        if (before != null) {
            store.update(before.toBuilder().version(stored.record().version()).build());
        }
    }
}
