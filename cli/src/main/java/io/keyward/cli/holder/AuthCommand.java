package io.keyward.cli.holder;

import io.keyward.cli.terminal.Arguments;
import io.keyward.cli.terminal.CommandGroup;
import io.keyward.cli.terminal.ExitCode;
import picocli.CommandLine.Command;

/** Groups the commands about stored keys. */
@Command(
        name = "auth",
        description = "Stores, shows and removes the keys of this machine.",
        synopsisSubcommandLabel = "COMMAND",
        exitCodeList = {ExitCode.OK_LINE, ExitCode.REFUSED_LINE, ExitCode.USAGE_LINE, ExitCode.FILE_LINE},
        footer = {"  keyward auth login", "  keyward auth status --check", "  keyward auth token | pbcopy"})
public final class AuthCommand extends CommandGroup implements Arguments.TakesSecret {}
