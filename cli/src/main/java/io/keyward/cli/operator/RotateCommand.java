package io.keyward.cli.operator;

import io.keyward.ApiKeyRecord;
import io.keyward.HashedSecret;
import io.keyward.KeyFormat;
import io.keyward.cli.store.OpenKeys;
import io.keyward.cli.terminal.CommandFailure;
import io.keyward.cli.terminal.ExitCode;
import io.keyward.cli.terminal.PrefixOption;
import io.keyward.cli.terminal.Terminal;
import io.keyward.store.ApiKeyManager;
import io.keyward.store.ChangeRefusedException;
import io.keyward.store.IssuedKey;
import io.keyward.store.RotateRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "rotate",
        description = {
            "Gives a key a new secret and shows it once. The id stays, and the old secret stays valid for a while.",
            "",
            "An entry of a key list becomes a named key. If the new key cannot be shown, the rotation is undone. Of"
                    + " several keys each is rotated and shown before the next; what was done is printed on standard"
                    + " error."
        },
        exitCodeList = {
            "0:the new secret is stored and was shown",
            "1:a key does not exist or a value is refused, and the key was not changed; the others were",
            "3:a file or standard output cannot be written; the message says what was changed, if anything was"
        },
        footer = {
            "  keyward rotate 7hq2mz9a --overlap 24h --expires 365d",
            "  keyward rotate --ending-within 14d --expires 365d --dry-run",
            "  keyward rotate --ending-within 14d --expires 365d --yes > new-keys.csv",
            "  keyward rotate client_01k2x3y4 --declared-roles client,miner,admin --overlap 0s --output env"
        })
final class RotateCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin
    private ChangeOptions options = new ChangeOptions();

    @Mixin
    private KeyOutput output = new KeyOutput();

    @Mixin
    private Selection selection = new Selection();

    @Option(
            names = "--overlap",
            paramLabel = "SPAN",
            defaultValue = "24h",
            description = "How long the old secret stays valid, like 30m or 24h; 0s ends it now. Default:"
                    + " ${DEFAULT-VALUE}.")
    private Duration overlap = Duration.ofDays(1);

    @Option(
            names = "--expires",
            paramLabel = "WHEN",
            converter = KeyEnd.Converter.class,
            description = "When the key ends, as for issue. Default: as before; required if that is within 14 days.")
    private @Nullable KeyEnd end;

    @Option(
            names = "--drop-old",
            description =
                    "End the secret that an earlier rotation left for its overlap; without this option, a rotation"
                            + " inside that overlap is refused.")
    private boolean dropOld;

    @Option(names = "--keep-end", description = "Keep the end of the key even if it is near.")
    private boolean keepEnd;

    @Option(
            names = "--prefix",
            paramLabel = "PREFIX",
            description =
                    "The prefix of the new key. Default: the one it was issued with, or " + PrefixOption.DEFAULT + ".")
    private @Nullable KeyFormat format;

    RotateCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        OpenKeys keys = options.existing(terminal);
        selection.askForText(keys, terminal);
        String id = selection.onlyId();
        if (id != null) {
            rotateOne(id, keys);
            return ExitCode.OK;
        }
        KeyOutput.Series shown = output.series(terminal);
        int exitCode = selection.rotate(
                keys,
                terminal,
                this::knownObstacle,
                one -> rotate(one, keys, shown::show).record(),
                output.isJson());
        if (exitCode <= ExitCode.REFUSED && !selection.isDryRun()) {
            shown.end();
            keys.noteProblems(terminal);
        }
        return exitCode;
    }

    private void rotateOne(String id, OpenKeys keys) {
        keys.store().find(id).map(this::obstacle).ifPresent(reason -> {
            throw CommandFailure.refused("key " + id + " " + reason);
        });
        IssuedKey rotated =
                terminal.uninterrupted(() -> rotate(id, keys, (stored, undo) -> output.show(stored, terminal, undo)));
        Instant until = rotated.record().retiring().map(HashedSecret::expiresAt).orElse(null);
        terminal.note("rotated key " + id + ", stored in " + keys.name() + "; the old secret "
                + (until == null ? "has ended" : "is valid until " + until)
                + "; the key ends "
                + Objects.requireNonNullElse(rotated.record().current().expiresAt(), "never"));
        keys.noteProblems(terminal);
    }

    private IssuedKey rotate(String id, OpenKeys keys, BiConsumer<IssuedKey, Runnable> show) {
        ApiKeyRecord before = keys.store().find(id).orElse(null);
        IssuedKey stored = rotate(id, keys.issuer(formatOf(before), Set.of(), options.actor(terminal), terminal));
        show.accept(stored, () -> {
            if (before != null) {
                options.undo(keys, before, stored.record(), terminal);
            }
        });
        return stored;
    }

    private IssuedKey rotate(String id, ApiKeyManager manager) {
        RotateRequest.Builder request = RotateRequest.builder(overlap);
        if (dropOld) {
            request.dropOld();
        }
        if (end != null) {
            request.expiresAt(end.fromNow());
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

    /** Returns why the rotation would be refused, for a dry run and before the question. */
    private @Nullable String knownObstacle(ApiKeyRecord record) {
        Instant overlaps = record.retiring().map(HashedSecret::expiresAt).orElse(null);
        return overlaps != null && !dropOld && overlaps.isAfter(Instant.now())
                ? "its old secret stays valid until " + overlaps
                        + " since an earlier rotation, and another one would end"
                        + " it now; wait until then, or use --drop-old"
                : obstacle(record);
    }

    /** Returns why a new secret would be of little use: its end is near or past, and nobody would notice. */
    private @Nullable String obstacle(ApiKeyRecord record) {
        Instant until = record.current().expiresAt();
        if (end == null
                && !keepEnd
                && until != null
                && until.isBefore(Instant.now().plus(RecordText.SOON))) {
            return (until.isAfter(Instant.now()) ? "ends " : "ended ") + until
                    + ", and the new secret would end then, too; use --expires 365d, or --keep-end";
        }
        return null;
    }

    private KeyFormat formatOf(@Nullable ApiKeyRecord before) {
        if (format != null) {
            return format;
        }
        String noted = before == null ? null : before.metadata().get(PrefixOption.NOTE);
        return KeyFormat.of(noted == null ? PrefixOption.DEFAULT : noted);
    }
}
