package io.keyward.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.keyward.cli.holder.HolderCommands;
import io.keyward.cli.operator.OperatorCommands;
import io.keyward.cli.scan.ScanCommand;
import io.keyward.cli.scan.ScanRulesCommand;
import io.keyward.cli.store.DatabaseOptions;
import io.keyward.cli.terminal.Arguments;
import io.keyward.cli.terminal.CommandFailure;
import io.keyward.cli.terminal.Defaults;
import io.keyward.cli.terminal.ExitCode;
import io.keyward.cli.terminal.Terminal;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.ref.Reference;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Help.ColorScheme;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

/** Starts the command: parses its arguments, runs it, and turns every failure into a message and an exit code. */
public final class Main {
    private static final int PATIENCE_SECONDS = 10;
    private static final int DEFAULT_WIDTH = 100;
    /** The commands that look at all the others. */
    private static final Set<String> OF_ALL = Set.of("help", "completion", "man");

    private Main() {}

    /**
     * Runs the command and ends the process with its exit code: 0 done, 1 refused or unhealthy, 2 usage, 3 file
     * problem, 130 interrupted, 141 nobody reads the output.
     *
     * @param args the command line; never a secret
     */
    public static void main(String[] args) {
        InputStream[] kept = Terminal.occupyStandardDescriptors();
        Terminal terminal = Terminal.ofProcess();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> awaitEnd(terminal)));
        try {
            System.exit(run(List.of(args), terminal));
        } finally {
            // A stream that is collected closes its descriptor.
            Reference.reachabilityFence(kept);
        }
    }

    /** After Ctrl-C, waits until a change that has begun is stored and shown, or undone. */
    private static void awaitEnd(Terminal terminal) {
        try {
            if (!terminal.changes().tryLock(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                terminal.note("interrupted before the change was done; `keyward list` shows whether it was made");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Runs the command within a process and returns its exit code. */
    static int run(List<String> args, Terminal terminal) {
        FailureReport failures = FailureReport.of(args, terminal);
        try {
            Arguments.refusal(args).ifPresent(reason -> {
                throw CommandFailure.usage(reason);
            });
            CommandLine commandLine = commandLine(terminal, args);
            // What the parser prints by itself (help, version) is collected first: a PrintWriter would swallow a
            // failure.
            StringWriter printed = new StringWriter();
            int exitCode = commandLine.setOut(new PrintWriter(printed)).execute(args.toArray(String[]::new));
            terminal.show(printed.toString());
            return exitCode;
        } catch (CommandFailure failure) {
            return failures.report(failure);
        }
    }

    /** Returns the parser with every command in it. */
    static CommandLine commandLine(Terminal terminal) {
        return commandLine(terminal, List.of());
    }

    /** Returns what makes each command, by the name of the command. */
    static Map<String, Supplier<Object>> commands(Terminal terminal) {
        Map<String, Supplier<Object>> commands = new LinkedHashMap<>(OperatorCommands.of(terminal));
        commands.put("scan", () -> new ScanCommand(terminal));
        commands.put("scan-rules", () -> new ScanRulesCommand(terminal));
        commands.putAll(HolderCommands.of(terminal));
        commands.put("completion", () -> new CompletionCommand(terminal));
        commands.put("complete-ids", () -> new CompletionCommand.IdsCommand(terminal));
        commands.put("man", () -> new CompletionCommand.ManCommand(terminal));
        commands.put("help", CommandLine.HelpCommand::new);
        return commands;
    }

    private static CommandLine commandLine(Terminal terminal, List<String> args) {
        FailureReport failures = FailureReport.of(args, terminal);
        CommandLine commandLine = new CommandLine(new KeywardCommand());
        Map<String, Supplier<Object>> commands = commands(terminal);
        String asked = args.isEmpty() ? "" : args.get(0);
        if (commands.containsKey(asked) && !OF_ALL.contains(asked)) {
            // making the others would take longer than most commands run
            commands.keySet().retainAll(Set.of(asked));
        }
        commands.forEach((name, command) -> commandLine.addSubcommand(name, command.get()));
        addHelp(commandLine);
        Arguments.addConverters(commandLine);
        commandLine
                .setColorScheme(new ColorScheme.Builder(CommandLine.Help.defaultColorScheme(terminal.ansi()))
                        .ansi(terminal.ansi())
                        .build())
                .setDefaultValueProvider(new Defaults(terminal.environment(), args))
                .setErr(new PrintWriter(terminal.err(), true, UTF_8))
                .setUsageHelpWidth(terminal.width().orElse(DEFAULT_WIDTH))
                .setUsageHelpAutoWidth(
                        terminal.showsOutput() && terminal.width().isEmpty())
                // `-d @FILE` is a body; nothing else takes arguments from a file.
                .setExpandAtFiles(false)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setParameterExceptionHandler((problem, line) -> failures.refuse(problem))
                .setExecutionStrategy(Main::executeAndClose)
                .setExecutionExceptionHandler((problem, line, result) -> failures.report(problem));
        return commandLine;
    }

    /** Closes what the options of the command have opened, such as a connection, when the command is done. */
    private static int executeAndClose(CommandLine.ParseResult parsed) {
        try {
            return new CommandLine.RunLast().execute(parsed);
        } finally {
            parsed.asCommandLineList().forEach(command -> close(command.getCommandSpec()));
        }
    }

    private static void close(CommandSpec options) {
        options.mixins().values().forEach(Main::close);
        if (options.userObject() instanceof DatabaseOptions database) {
            database.close();
        }
    }

    private static void addHelp(CommandLine commandLine) {
        if (commandLine.getCommandSpec().userObject() instanceof CommandLine.HelpCommand) {
            return;
        }
        commandLine.getCommandSpec().versionProvider(Main::version).mixinStandardHelpOptions(true);
        UsageMessageSpec usage = commandLine.getCommandSpec().usageMessage().exitCodeListHeading("%nExit codes:%n");
        Map<String, String> exitCodes = new TreeMap<>(ExitCode.MEANINGS);
        exitCodes.putAll(usage.exitCodeList());
        usage.exitCodeList(exitCodes);
        if (usage.footer().length > 0) {
            usage.footerHeading("%nExamples:%n");
        }
        commandLine.getSubcommands().values().forEach(Main::addHelp);
    }

    private static String[] version() {
        String version = Main.class.getPackage().getImplementationVersion();
        return new String[] {"keyward " + (version == null ? "(not packaged)" : version)};
    }
}
