package io.keyward.cli;

import io.keyward.cli.terminal.FileOptions;
import io.keyward.cli.terminal.Json;
import io.keyward.cli.terminal.Terminal;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "completion",
        description = "Prints a completion script for a shell: bash, zsh or fish.",
        footer = {
            "  source <(keyward completion bash)",
            "  keyward completion zsh > ~/.zfunc/_keyward",
            "  keyward completion fish > ~/.config/fish/completions/keyward.fish"
        })
final class CompletionCommand implements Runnable {
    /** The shells that have a script. */
    enum Shell {
        bash,
        zsh,
        fish
    }

    private final Terminal terminal;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(
            paramLabel = "SHELL",
            arity = "0..1",
            defaultValue = "bash",
            description = "bash, zsh or fish. Default: ${DEFAULT-VALUE}.")
    private Shell shell = Shell.bash;

    @Option(names = "--json", description = "Print JSON: shell, script.")
    private boolean json;

    CompletionCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public void run() {
        CompletionScript scripts = new CompletionScript(spec.root().commandLine());
        String script = switch (shell) {
            case bash -> scripts.bash();
            case zsh -> scripts.zsh();
            case fish -> scripts.fish();
        };
        terminal.show(
                json ? Json.object().add("shell", shell).add("script", script).print() : script);
    }

    /** Prints the ids of a key file for the scripts, which hide its failures because a person is typing. */
    @Command(name = "complete-ids", hidden = true, description = "Prints the ids of a key file.")
    static final class IdsCommand implements Runnable {
        private final Terminal terminal;

        @Mixin
        private FileOptions keys = new FileOptions();

        IdsCommand(Terminal terminal) {
            this.terminal = terminal;
        }

        @Override
        public void run() {
            terminal.show(keys.input(terminal).required().toChange().records().stream()
                    .map(record -> record.id() + "\n")
                    .collect(Collectors.joining()));
        }
    }

    @Command(
            name = "man",
            description = "Prints the manual page, made from the help of every command.",
            footer = {"  keyward man > /usr/local/share/man/man1/keyward.1", "  keyward man | man -l -"})
    static final class ManCommand implements Runnable {
        private final Terminal terminal;

        @Spec
        private CommandSpec spec = CommandSpec.create();

        @Option(names = "--json", description = "Print JSON: page.")
        private boolean json;

        ManCommand(Terminal terminal) {
            this.terminal = terminal;
        }

        @Override
        public void run() {
            StringBuilder page =
                    new StringBuilder(".TH KEYWARD 1\n.SH NAME\nkeyward \\- makes, hashes and manages API keys\n");
            describe(spec.root().commandLine(), page);
            terminal.show(json ? Json.object().add("page", page).print() : page.toString());
        }

        /** The usual width of a manual page, on every terminal, because its lines are not filled again. */
        private static final int WIDTH = 78;

        private static void describe(CommandLine command, StringBuilder page) {
            if (command.getCommandSpec().usageMessage().hidden()) {
                return;
            }
            page.append(".SH \"")
                    .append(command.getCommandSpec().qualifiedName().toUpperCase(java.util.Locale.ROOT))
                    .append("\"\n.nf\n");
            command.setUsageHelpAutoWidth(false).setUsageHelpWidth(WIDTH);
            command.getUsageMessage(CommandLine.Help.Ansi.OFF)
                    .lines()
                    .forEach(line -> page.append(roff(line.stripTrailing())).append('\n'));
            page.append(".fi\n");
            command.getSubcommands().values().forEach(child -> describe(child, page));
        }

        /**
         * Escapes a line: roff takes a dot or an apostrophe at its start for a command, and may print a hyphen as a
         * dash.
         */
        private static String roff(String line) {
            String plain = line.replace("\\", "\\e").replace("-", "\\-");
            return plain.startsWith(".") || plain.startsWith("'") ? "\\&" + plain : plain;
        }
    }
}
