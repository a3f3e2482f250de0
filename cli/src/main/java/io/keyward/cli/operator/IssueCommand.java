package io.keyward.cli.operator;

import io.keyward.KeyFormat;
import io.keyward.cli.store.OpenKeys;
import io.keyward.cli.terminal.ExitCode;
import io.keyward.cli.terminal.PrefixOption;
import io.keyward.cli.terminal.Terminal;
import io.keyward.role.Permission;
import io.keyward.store.ApiKeyManager;
import io.keyward.store.IssueRequest;
import io.keyward.store.IssuedKey;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Makes a key, stores its hash, and shows it once. */
@Command(
        name = "issue",
        description = {
            "Makes a key, stores its hash in the key file, and shows the key once.",
            "",
            "The hash is on the disk before the key is shown; if showing it fails, the hash is taken out again. A missing key"
                    + " file is made, readable by its owner only."
        },
        exitCodeListHeading = ExitCode.HEADING,
        exitCodeList = {
            "0:the key is stored and was shown",
            "1:a value is refused; nothing was stored",
            ExitCode.USAGE_LINE,
            "3:a file or standard output cannot be written; nothing is stored, or the message says what"
        },
        footer = {
            "",
            "Examples:",
            "  keyward issue --role client --owner alice",
            "  keyward issue --role client --owner ci --name nightly --expires 90d --file /etc/app/.env",
            "  keyward issue --role client --owner alice --output bitwarden | bw encode | bw create item",
            "  keyward issue --role client --owner alice --output 1password | op item create -",
            "  keyward issue --role client --owner ci --output kubernetes | kubectl apply -f -"
        })
public final class IssueCommand implements Runnable {
    /** Where the prefix of a key is noted, so that a rotation uses it again. */
    static final String PREFIX_NOTE = "prefix";

    private final Terminal terminal;

    @Mixin
    private ChangeOptions options = new ChangeOptions();

    @Mixin
    private KeyOutput output = new KeyOutput();

    @Option(
            names = "--role",
            paramLabel = "ROLE",
            required = true,
            description = "A role of the key; may be given several times.")
    private List<String> roles = List.of();

    @Option(names = "--owner", paramLabel = "WHO", required = true, description = "Whose key it is.")
    private String owner = "";

    @Option(names = "--name", paramLabel = "NAME", description = "What it is for.")
    private @Nullable String name;

    @Option(
            names = "--permission",
            paramLabel = "PERMISSION",
            description = "A permission beyond those of the roles, like jobs:submit; may be given several times.")
    private List<String> permissions = List.of();

    @Option(
            names = "--expires",
            paramLabel = "WHEN",
            converter = KeyEnd.Converter.class,
            defaultValue = "365d",
            description = "When the key ends: a span like 90d, an instant like 2027-01-01T00:00:00Z, or never. Default:"
                    + " ${DEFAULT-VALUE}.")
    private KeyEnd end = new KeyEnd(IssueRequest.DEFAULT_LIFETIME, null);

    @Option(names = "--not-before", paramLabel = "INSTANT", description = "When the key begins. Default: now.")
    private @Nullable Instant notBefore;

    @Option(
            names = "--prefix",
            paramLabel = "PREFIX",
            converter = PrefixOption.class,
            defaultValue = PrefixOption.DEFAULT,
            description = "Whose key it is and for which environment, like acme_live. Default: ${DEFAULT-VALUE}.")
    private KeyFormat format = KeyFormat.of(PrefixOption.DEFAULT);

    public IssueCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public void run() {
        OpenKeys keys = options.orNew(terminal);
        boolean noneDeclared = keys.declaredRoles().isEmpty();
        ApiKeyManager manager = options.manager(keys, format, roles, terminal);
        IssueRequest request = request();
        IssuedKey issued = terminal.uninterrupted(() -> {
            IssuedKey stored = manager.issue(request);
            output.show(stored, terminal, () -> options.takeBack(keys, stored.record(), terminal));
            return stored;
        });
        terminal.note("issued key " + issued.id() + " for " + owner + ", roles " + new TreeSet<>(roles) + ", "
                + endOf(issued) + ", stored in " + keys.name() + (keys.isNew() ? ", which is new" : "")
                + "; it is not shown again");
        if (noneDeclared) {
            terminal.note("no role is declared " + keys.placesOfRoles() + ": the service must declare "
                    + new TreeSet<>(roles) + " in its code");
        }
    }

    private IssueRequest request() {
        IssueRequest.Builder request = IssueRequest.builder()
                .owner(owner)
                .name(name)
                .roles(roles)
                .permissions(permissions.stream().map(Permission::of).toList())
                .notBefore(notBefore)
                .metadata(prefixNote(format));
        Duration span = end.span();
        return (span != null ? request.expiresIn(span) : request.expiresAt(end.instant())).build();
    }

    /** Returns what metadata say of the prefix of a key, so that a rotation uses it again. */
    static Map<String, String> prefixNote(KeyFormat format) {
        return format.prefix().equals(PrefixOption.DEFAULT) ? Map.of() : Map.of(PREFIX_NOTE, format.prefix());
    }

    private static String endOf(IssuedKey issued) {
        Instant until = issued.record().current().expiresAt();
        return until == null ? "without end" : "until " + until;
    }
}
