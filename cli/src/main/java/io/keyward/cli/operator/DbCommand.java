package io.keyward.cli.operator;

import io.keyward.cli.terminal.CommandGroup;
import picocli.CommandLine.Command;

/** Groups the commands about the database itself. */
@Command(
        name = "db",
        description = "Creates the tables of a database and checks them. The other commands work on its keys.",
        footer = {
            "  keyward db create --jdbc-url jdbc:postgresql://db/app --jdbc-user owner --first-admin",
            "  keyward db check --jdbc-url jdbc:postgresql://db/app --jdbc-user owner"
        })
final class DbCommand extends CommandGroup {}
