package io.keyward.cli.operator;

import io.keyward.ApiKeyRecord;
import io.keyward.KeyFormat;
import io.keyward.cli.store.OpenKeys;
import io.keyward.cli.terminal.CommandFailure;
import io.keyward.cli.terminal.PrefixOption;
import io.keyward.cli.terminal.Terminal;
import io.keyward.role.Permission;
import io.keyward.store.ApiKeyManager;
import io.keyward.store.KeyChange;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "change",
        description = {
            "Changes the owner, name, roles, permissions, end or metadata of a key, without a new secret.",
            "",
            "Everything that no option names stays as it is. Roles and permissions are replaced as a whole."
        },
        exitCodeList = "1:the key does not exist or is revoked, or a value is refused; nothing was changed",
        footer = {
            "  keyward change 7hq2mz9a --owner bob",
            "  keyward change 7hq2mz9a --role client --role miner --expires never",
            "  keyward change 7hq2mz9a --metadata ticket=4711 --metadata host="
        })
final class ChangeCommand implements Runnable {
    private final Terminal terminal;

    @Mixin
    private ChangeOptions options = new ChangeOptions();

    @Parameters(paramLabel = "ID", description = "The key id.")
    private String id = "";

    @Option(names = "--owner", paramLabel = "WHO", description = "The owner of the key.")
    private @Nullable String owner;

    @Option(names = "--name", paramLabel = "NAME", description = "What the key is for; an empty text removes the name.")
    private @Nullable String name;

    @Option(names = "--role", paramLabel = "ROLE", description = "A role of the key; may be given several times.")
    private @Nullable List<String> roles;

    @Option(
            names = "--permission",
            paramLabel = "PERMISSION",
            description = "A permission beyond those of the roles, like jobs:submit; may be given several times.")
    private @Nullable List<String> permissions;

    @Option(
            names = "--expires",
            paramLabel = "WHEN",
            converter = KeyEnd.Converter.class,
            description = "When the key ends, as for issue.")
    private @Nullable KeyEnd end;

    @Option(
            names = "--metadata",
            paramLabel = "NAME=VALUE",
            description = "An entry of the metadata; an empty value removes it. May be given several times.")
    private @Nullable Map<String, String> metadata;

    @Option(names = "--json", description = "Print the key as `show --json` does.")
    private boolean json;

    ChangeCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public void run() {
        if (owner == null && name == null && roles == null && permissions == null && end == null && metadata == null) {
            throw CommandFailure.usage("name what is to be changed, like --owner or --expires");
        }
        OpenKeys keys = options.existing(terminal);
        ApiKeyManager manager = keys.manager(
                KeyFormat.of(PrefixOption.DEFAULT), roles == null ? List.of() : roles, options.actor(terminal));
        ApiKeyRecord changed = terminal.uninterrupted(() -> manager.change(id, change()));
        terminal.note("changed key " + id + " in " + keys.name() + ": owner " + changed.owner() + ", roles "
                + new TreeSet<>(changed.roles()) + ", " + RecordText.endOf(changed));
        keys.noteProblems(terminal);
        if (json) {
            terminal.show(RecordText.jsonOf(changed));
        }
    }

    private KeyChange change() {
        KeyChange.Builder change = KeyChange.builder();
        if (owner != null) {
            change.owner(owner);
        }
        if (name != null) {
            change.name(name.isEmpty() ? null : name);
        }
        if (roles != null) {
            change.roles(roles);
        }
        if (permissions != null) {
            change.permissions(permissions.stream().map(Permission::of).toList());
        }
        if (end != null) {
            change.expiresAt(end.fromNow());
        }
        if (metadata != null) {
            metadata.forEach((name, value) -> change.metadata(name, value.isEmpty() ? null : value));
        }
        return change.build();
    }
}
