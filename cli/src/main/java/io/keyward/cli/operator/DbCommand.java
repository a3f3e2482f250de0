package io.keyward.cli.operator;

import io.keyward.cli.terminal.CommandGroup;
import io.keyward.cli.terminal.ExitCode;
import picocli.CommandLine.Command;

/** Groups the commands about the database itself. */
@Command(
        name = "db",
        description = "Creates the tables of a database and checks them. The other commands work on its keys.",
        synopsisSubcommandLabel = "COMMAND",
        exitCodeList = {ExitCode.OK_LINE, ExitCode.REFUSED_LINE, ExitCode.USAGE_LINE, ExitCode.FILE_LINE},
        footer = {
            "  keyward db create --jdbc-url jdbc:postgresql://db/app --jdbc-user owner --first-admin",
            "  keyward db check --jdbc-url jdbc:postgresql://db/app --jdbc-user owner"
        })
public final class DbCommand extends CommandGroup {}
