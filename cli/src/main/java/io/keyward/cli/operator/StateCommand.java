package io.keyward.cli.operator;

import io.keyward.ApiKeyRecord;
import io.keyward.KeyState;
import io.keyward.cli.store.OpenKeys;
import io.keyward.cli.terminal.CommandFailure;
import io.keyward.cli.terminal.ExitCode;
import io.keyward.cli.terminal.Terminal;
import io.keyward.config.ConfigProblem;
import io.keyward.store.ApiKeyManager;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.BiFunction;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Switches a key off, on, or off for good: three commands that differ in one call. */
@Command(
        exitCodeList =
                "1:a key does not exist or is revoked, and was not changed (the others were); or a service refuses the file"
                        + " because of another line; or the key is also written elsewhere, where it is rejected, too")
abstract class StateCommand implements Callable<Integer> {
    private final Terminal terminal;
    private final String verb;
    private final String done;
    private final BiFunction<ApiKeyManager, String, ApiKeyRecord> change;
    private final Set<ConfigProblem> copies = new LinkedHashSet<>();

    @Mixin
    private ChangeOptions options = new ChangeOptions();

    @Mixin
    private Selection selection = new Selection();

    @Option(
            names = "--json",
            description =
                    "Print the key as `show --json` does; of several keys an array of id, owner, expiresAt, result,"
                            + " reason.")
    private boolean json;

    StateCommand(Terminal terminal, String verb, String done, BiFunction<ApiKeyManager, String, ApiKeyRecord> change) {
        this.terminal = terminal;
        this.verb = verb;
        this.done = done;
        this.change = change;
    }

    @Override
    public Integer call() {
        OpenKeys keys = options.existing(terminal);
        ApiKeyManager manager = options.manager(keys, terminal);
        int exitCode = selection.change(
                keys,
                terminal,
                verb,
                id -> change(keys, manager, id),
                changed -> done + " key " + changed.id() + " in " + keys.name(),
                json);
        return hasMoreToRepair(keys) ? ExitCode.REFUSED : exitCode;
    }

    /** Prints what is left to do by hand: lines that a service refuses, and copies of the changed keys. */
    private boolean hasMoreToRepair(OpenKeys keys) {
        copies.forEach(copy -> terminal.note(String.valueOf(copy)));
        return keys.noteProblems(terminal) || !copies.isEmpty();
    }

    private ApiKeyRecord change(OpenKeys keys, ApiKeyManager manager, String id) {
        if (keys.store()
                .find(id)
                .filter(record -> record.state() == KeyState.REVOKED)
                .isPresent()) {
            throw CommandFailure.refused("key " + id + " is revoked already, for good; nothing was changed");
        }
        ApiKeyRecord changed = change.apply(manager, id);
        copies.addAll(keys.copiesOf(id));
        return changed;
    }

    @Command(
            name = "revoke",
            description = "Ends a key for good, with all its secrets. The record stays, so the id is not used again.",
            footer = {
                "  keyward revoke 7hq2mz9a",
                "  keyward revoke --owner bob --dry-run",
                "  keyward revoke --key - < leaked.txt",
                "  keyward revoke client_01k2x3y4 --declared-roles client,miner,admin --file /etc/app/.env"
            })
    static final class RevokeCommand extends StateCommand {
        RevokeCommand(Terminal terminal) {
            super(terminal, "revoke", "revoked", ApiKeyManager::revoke);
        }
    }

    @Command(
            name = "disable",
            description = "Switches a key off until it is enabled again.",
            footer = {"  keyward disable 7hq2mz9a", "  keyward disable 7hq2mz9a k3x0p1qa --yes"})
    static final class DisableCommand extends StateCommand {
        DisableCommand(Terminal terminal) {
            super(terminal, "disable", "disabled", ApiKeyManager::disable);
        }
    }

    @Command(
            name = "enable",
            description = "Switches a disabled key on. A revoked key stays revoked.",
            exitCodeList = "1:a key does not exist or is revoked, and was not changed; the others were",
            footer = {"  keyward enable 7hq2mz9a"})
    static final class EnableCommand extends StateCommand {
        EnableCommand(Terminal terminal) {
            super(terminal, "enable", "enabled", ApiKeyManager::enable);
        }
    }
}
