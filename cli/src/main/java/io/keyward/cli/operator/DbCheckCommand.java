package io.keyward.cli.operator;

import io.keyward.cli.store.DatabaseOptions;
import io.keyward.cli.terminal.ExitCode;
import io.keyward.cli.terminal.Json;
import io.keyward.cli.terminal.Terminal;
import io.keyward.jdbc.DatabaseFinding;
import io.keyward.jdbc.DatabaseFinding.Level;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "check",
        description = {
            "Checks the schema, and lists the database roles that can read a hash or change a key, the triggers"
                    + " that are off, tables with row security, and records that are not sound, so that their keys are"
                    + " rejected. Changes nothing.",
            "",
            "If a restore has lost revocations, only the services that had seen them know it: look at their logs"
                    + " and their state."
        },
        exitCodeList = {
            "0:services can work with the database; there may be warnings",
            "1:they cannot, or it cannot be reached; with --strict also if there is a warning"
        },
        footer = {
            "  keyward db check --jdbc-url jdbc:postgresql://db/app --jdbc-user owner",
            "  keyward db check --strict --json"
        })
final class DbCheckCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin
    private DatabaseOptions database = new DatabaseOptions();

    @Option(names = "--strict", description = "Treat warnings as unhealthy, too.")
    private boolean strict;

    @Option(names = "--json", description = "Print JSON: healthy, findings (an array of level and message).")
    private boolean json;

    DbCheckCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        List<DatabaseFinding> findings = database.store(terminal).check();
        boolean healthy = findings.stream()
                .allMatch(finding -> finding.level() == Level.INFO || (finding.level() == Level.WARNING && !strict));
        terminal.show(json ? jsonOf(findings, healthy) : textOf(findings));
        return healthy ? ExitCode.OK : ExitCode.REFUSED;
    }

    private static String textOf(List<DatabaseFinding> findings) {
        return findings.stream()
                .map(finding -> wordOf(finding.level()) + ": " + Terminal.oneLine(finding.message()) + "\n")
                .collect(Collectors.joining());
    }

    private static String jsonOf(List<DatabaseFinding> findings, boolean healthy) {
        List<Json> array = findings.stream()
                .map(finding ->
                        Json.object().add("level", wordOf(finding.level())).add("message", finding.message()))
                .toList();
        return Json.object().add("healthy", healthy).add("findings", array).print();
    }

    private static String wordOf(Level level) {
        return level.name().toLowerCase(Locale.ROOT);
    }
}
