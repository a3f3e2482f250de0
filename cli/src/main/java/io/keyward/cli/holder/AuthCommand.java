package io.keyward.cli.holder;

import io.keyward.cli.terminal.Arguments;
import io.keyward.cli.terminal.ExitCode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Groups what is about the stored keys. */
@Command(
        name = "auth",
        description = "Stores, shows and removes the keys of this machine.",
        synopsisSubcommandLabel = "COMMAND",
        exitCodeListHeading = ExitCode.HEADING,
        exitCodeList = {ExitCode.OK_LINE, ExitCode.REFUSED_LINE, ExitCode.USAGE_LINE, ExitCode.FILE_LINE},
        footer = {
            "",
            "Examples:",
            "  keyward auth login",
            "  keyward auth status --check",
            "  keyward auth token | pbcopy"
        })
public final class AuthCommand implements Runnable, Arguments.TakesSecret {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(),
                "no command given; there are login, logout, status and token, see `keyward auth --help`");
    }
}
