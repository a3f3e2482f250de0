package io.keyward.cli.holder;

import io.keyward.cli.terminal.Arguments;
import io.keyward.cli.terminal.CommandFailure;
import io.keyward.cli.terminal.Json;
import io.keyward.cli.terminal.Terminal;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "logout",
        description = {
            "Removes a stored key from this machine.",
            "",
            "The server is not told: if the key has leaked, the person who issued it must revoke it."
        },
        exitCodeList = {"0:the key is removed", "1:there was none"},
        footer = {
            "  keyward logout",
            "  keyward logout --environment staging --role admin",
            "  keyward logout --config-file ~/.ml/config.toml"
        })
final class LogoutCommand implements Runnable, Arguments.TakesSecret {
    private final Terminal terminal;

    @Mixin
    private PlaceOptions options = new PlaceOptions();

    @Option(names = "--json", description = "Print JSON: removed.")
    private boolean json;

    LogoutCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public void run() {
        CredentialPlace place = options.place(terminal);
        String description = place.peek().map(Credential::description).orElse("the key itself");
        if (!place.erase()) {
            throw CommandFailure.refused("no key is stored for " + place.label());
        }
        terminal.show(json ? Json.object().add("removed", place.label()).print() : "removed " + place.erasure() + "\n");
        terminal.note(description + " is still valid; if it has leaked, have it revoked");
    }
}
