package io.keyward.cli.holder;

import io.keyward.cli.terminal.Arguments;
import io.keyward.cli.terminal.CommandFailure;
import io.keyward.cli.terminal.Json;
import io.keyward.cli.terminal.Terminal;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "token",
        description = {
            "Prints the stored key, for a program that reads it from a pipe.",
            "",
            "Refuses to print it to a terminal, where it would stay on the screen, unless --show is given."
        },
        exitCodeList = {"0:the key was printed", "1:no key is stored, or standard output is a terminal"},
        footer = {
            "  keyward auth token | docker login --username alice --password-stdin registry.example.com",
            "  keyward auth token --role admin --show"
        })
final class AuthTokenCommand implements Runnable, Arguments.TakesSecret {
    private final Terminal terminal;

    @Mixin
    private PlaceOptions options = new PlaceOptions();

    @Option(names = "--show", description = "Print the key to a terminal, too.")
    private boolean show;

    @Option(names = "--json", description = "Print JSON: stored, token.")
    private boolean json;

    AuthTokenCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public void run() {
        Credential credential = options.place(terminal).require();
        if (terminal.showsOutput() && !show) {
            throw CommandFailure.refused(
                    "standard output is a terminal, where the key would stay on the screen; pipe it to"
                            + " the program that needs it, or use --show");
        }
        String key = credential.key().reveal();
        terminal.show(
                json
                        ? Json.object()
                                .add("stored", credential.label())
                                .add("token", key)
                                .print()
                        : key + "\n");
    }
}
