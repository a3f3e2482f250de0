package io.keyward.cli;

import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Prints the completion script. */
@Command(
        name = "completion",
        description = "Prints a completion script for bash and zsh.",
        exitCodeListHeading = ExitCode.HEADING,
        exitCodeList = {ExitCode.OK_LINE, ExitCode.USAGE_LINE, ExitCode.FILE_LINE},
        footer = {
            "",
            "Examples:",
            "  source <(keyward completion)",
            "  keyward completion > /etc/bash_completion.d/keyward"
        })
final class CompletionCommand implements Runnable {
    private final Terminal terminal;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    CompletionCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public void run() {
        terminal.show(AutoComplete.bash("keyward", spec.root().commandLine()));
    }
}
