package io.keyward.cli.operator;

import io.keyward.cli.terminal.ExitCode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Groups what is about the database itself. */
@Command(
        name = "db",
        description = "Creates the tables of a database and looks at them; its keys are for the other commands.",
        synopsisSubcommandLabel = "COMMAND",
        exitCodeListHeading = ExitCode.HEADING,
        exitCodeList = {ExitCode.OK_LINE, ExitCode.REFUSED_LINE, ExitCode.USAGE_LINE, ExitCode.FILE_LINE},
        footer = {
            "",
            "Examples:",
            "  keyward db create --jdbc-url jdbc:postgresql://db/app --jdbc-user owner --first-admin",
            "  keyward db check --jdbc-url jdbc:postgresql://db/app --jdbc-user owner"
        })
public final class DbCommand implements Runnable {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(), "no command given; there are create and check, see `keyward db --help`");
    }
}
