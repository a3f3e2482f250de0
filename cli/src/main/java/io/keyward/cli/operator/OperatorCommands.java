package io.keyward.cli.operator;

import io.keyward.cli.terminal.CommandGroup;
import io.keyward.cli.terminal.Terminal;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The commands for people who manage the keys of a service. */
public final class OperatorCommands {
    private OperatorCommands() {}

    /** Returns what makes each command, by the name of the command, in the order of the help. */
    public static Map<String, Supplier<Object>> of(Terminal terminal) {
        Map<String, Supplier<Object>> commands = new LinkedHashMap<>();
        commands.put("issue", () -> new IssueCommand(terminal));
        commands.put("list", () -> new ListCommand(terminal));
        commands.put("show", () -> new ShowCommand(terminal));
        commands.put("rotate", () -> new RotateCommand(terminal));
        commands.put("renew", () -> new RenewCommand(terminal));
        commands.put("change", () -> new ChangeCommand(terminal));
        commands.put("revoke", () -> new StateCommand.RevokeCommand(terminal));
        commands.put("disable", () -> new StateCommand.DisableCommand(terminal));
        commands.put("enable", () -> new StateCommand.EnableCommand(terminal));
        commands.put("status", () -> new StatusCommand(terminal));
        commands.put("verify", () -> new VerifyCommand(terminal));
        commands.put("check", () -> new CheckCommand(terminal));
        commands.put("hash", () -> new HashCommand(terminal));
        commands.put("generate", () -> new GenerateCommand(terminal));
        commands.put("pepper", () -> new PepperCommand(terminal));
        commands.put(
                "db",
                () -> new CommandLine(new DbCommand())
                        .addSubcommand(new DbCreateCommand(terminal))
                        .addSubcommand(new DbCheckCommand(terminal)));
        commands.put("import", () -> new ImportCommand(terminal));
        commands.put("export", () -> new ExportCommand(terminal));
        return commands;
    }

    /** Groups the commands about the database itself. */
    @Command(
            name = "db",
            description = "Creates the tables of a database and checks them. The other commands work on its keys.",
            footer = {
                "  keyward db create --jdbc-url jdbc:postgresql://db/app --jdbc-user owner --first-admin",
                "  keyward db check --jdbc-url jdbc:postgresql://db/app --jdbc-user owner"
            })
    static final class DbCommand extends CommandGroup {}
}
