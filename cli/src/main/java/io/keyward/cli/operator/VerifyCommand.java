package io.keyward.cli.operator;

import io.keyward.ApiKeyPrincipal;
import io.keyward.Verification;
import io.keyward.Verification.Accepted;
import io.keyward.Verification.Rejected;
import io.keyward.cli.store.OpenKeys;
import io.keyward.cli.store.StoreOptions;
import io.keyward.cli.terminal.Arguments;
import io.keyward.cli.terminal.ExitCode;
import io.keyward.cli.terminal.Json;
import io.keyward.cli.terminal.PastedKey;
import io.keyward.cli.terminal.Terminal;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "verify",
        description = {
            "Says whether a service with these keys would accept a key, and whose it is.",
            "",
            "A file is read as the service reads it, by the rules of its mode."
        },
        exitCodeList = {"0:the key is accepted", "1:the key is rejected, or the file is refused"},
        footer = {
            "  keyward verify",
            "  keyward verify --file /etc/app/.env --declared-roles client,miner,admin < key.txt"
        })
final class VerifyCommand implements Callable<Integer>, Arguments.TakesSecret {
    private final Terminal terminal;

    @Mixin
    private StoreOptions options = new StoreOptions();

    @Option(names = "--json", description = "Print JSON: accepted, id, owner, roles, retiring, reason.")
    private boolean json;

    VerifyCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        OpenKeys keys = options.toRead(terminal);
        String presented = terminal.readSecret("Key (not shown): ");
        return answer(keys.verify(presented), PastedKey.surroundingsOf(presented));
    }

    private int answer(Verification verification, Optional<String> surroundings) {
        if (json) {
            terminal.show(jsonOf(verification));
        }
        if (verification instanceof Accepted accepted) {
            ApiKeyPrincipal principal = accepted.principal();
            if (!json) {
                terminal.show(Terminal.printable("accepted: key " + principal.id()
                                + (principal.owner() == null ? "" : " of " + principal.owner()) + ", roles "
                                + new TreeSet<>(principal.roles()))
                        + "\n");
            }
            if (accepted.retiring()) {
                terminal.note("this is the old secret of the key; its holder should change to the new one");
            }
            return ExitCode.OK;
        }
        if (!json && verification instanceof Rejected rejected) {
            terminal.note("rejected: " + nameOf(rejected).replace('_', ' ')
                    + (rejected.keyId() == null ? "" : ", key " + rejected.keyId())
                    + surroundings.map(text -> "; what was given " + text).orElse(""));
        }
        return ExitCode.REFUSED;
    }

    private static String nameOf(Rejected rejected) {
        return rejected.reason().name().toLowerCase(Locale.ROOT);
    }

    private static String jsonOf(Verification verification) {
        ApiKeyPrincipal principal = verification instanceof Accepted accepted ? accepted.principal() : null;
        return Json.object()
                .add("accepted", verification.isAccepted())
                .add("id", verification.keyId())
                .add("owner", principal == null ? null : principal.owner())
                .add("roles", principal == null ? Set.of() : new TreeSet<>(principal.roles()))
                .add("retiring", verification instanceof Accepted accepted && accepted.retiring())
                .add("reason", verification instanceof Rejected rejected ? nameOf(rejected) : null)
                .print();
    }
}
