package io.keyward.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.keyward.store.ChangeRefusedException;
import io.keyward.store.ChangeRefusedException.Reason;
import io.keyward.store.StoreConflictException;
import io.keyward.store.StoreException;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.lang.ref.Reference;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine;
import picocli.CommandLine.Help.ColorScheme;
import picocli.CommandLine.ParameterException;

/** Starts the command: parses its arguments, runs it, and turns every failure into a message and an exit code. */
public final class Main {
    private static final int PATIENCE_SECONDS = 10;

    private Main() {}

    /**
     * Runs the command and ends the process with its exit code: 0 done, 1 refused or unhealthy, 2 usage, 3 file problem.
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

    /** Gives a change that was begun when Ctrl-C came the time to be stored and shown, or to be undone. */
    private static void awaitEnd(Terminal terminal) {
        try {
            if (!terminal.changes().tryLock(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                terminal.note("interrupted before the change was done; look at the key with `keyward list`");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Runs the command within a process and returns its exit code. */
    static int run(List<String> args, Terminal terminal) {
        try {
            Optional<String> unfit = Arguments.unfitness(args);
            if (unfit.isPresent()) {
                throw CommandFailure.usage(unfit.get());
            }
            CommandLine commandLine = commandLine(terminal, args);
            // What the parser prints by itself (help, version) is collected first: a PrintWriter would swallow a
            // failure.
            StringWriter printed = new StringWriter();
            int exitCode = commandLine.setOut(new PrintWriter(printed)).execute(args.toArray(String[]::new));
            terminal.show(printed.toString());
            return exitCode;
        } catch (CommandFailure failure) {
            return report(failure, terminal);
        }
    }

    /** Returns the parser with every command in it. */
    static CommandLine commandLine(Terminal terminal) {
        return commandLine(terminal, List.of());
    }

    private static CommandLine commandLine(Terminal terminal, List<String> args) {
        CommandLine commandLine = new CommandLine(new KeywardCommand());
        commandLine
                .addSubcommand(new IssueCommand(terminal))
                .addSubcommand(new ListCommand(terminal))
                .addSubcommand(new ShowCommand(terminal))
                .addSubcommand(new RotateCommand(terminal))
                .addSubcommand(new StateCommand.RevokeCommand(terminal))
                .addSubcommand(new StateCommand.DisableCommand(terminal))
                .addSubcommand(new StateCommand.EnableCommand(terminal))
                .addSubcommand(new StatusCommand(terminal))
                .addSubcommand(new VerifyCommand(terminal))
                .addSubcommand(new CheckCommand(terminal))
                .addSubcommand(new HashCommand(terminal))
                .addSubcommand(new GenerateCommand(terminal))
                .addSubcommand(new ScanCommand(terminal))
                .addSubcommand(new ScanRulesCommand(terminal))
                .addSubcommand(new LoginCommand(terminal))
                .addSubcommand(new CommandLine(new AuthCommand())
                        .addSubcommand(new LoginCommand(terminal))
                        .addSubcommand(new LogoutCommand(terminal))
                        .addSubcommand(new AuthStatusCommand(terminal))
                        .addSubcommand(new AuthTokenCommand(terminal)))
                .addSubcommand(new LogoutCommand(terminal))
                .addSubcommand(new WhoamiCommand(terminal))
                .addSubcommand(new RequestCommand(terminal))
                .addSubcommand(new CompletionCommand(terminal))
                .addSubcommand(new CommandLine.HelpCommand());
        addHelp(commandLine);
        commandLine
                .setColorScheme(new ColorScheme.Builder(CommandLine.Help.defaultColorScheme(terminal.ansi()))
                        .ansi(terminal.ansi())
                        .build())
                .setDefaultValueProvider(new Defaults(terminal.environment(), args))
                .setErr(new PrintWriter(terminal.err(), true, UTF_8))
                .setUsageHelpWidth(100)
                // `-d @FILE` is a body; nothing else takes arguments from a file.
                .setExpandAtFiles(false)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setParameterExceptionHandler((problem, line) -> refuse(problem, terminal))
                .setExecutionExceptionHandler((problem, line, result) -> report(problem, terminal));
        return commandLine;
    }

    private static void addHelp(CommandLine commandLine) {
        if (commandLine.getCommandSpec().userObject() instanceof CommandLine.HelpCommand) {
            return;
        }
        commandLine.getCommandSpec().versionProvider(Main::version).mixinStandardHelpOptions(true);
        commandLine.getSubcommands().values().forEach(Main::addHelp);
    }

    private static String[] version() {
        String version = Main.class.getPackage().getImplementationVersion();
        return new String[] {"keyward " + (version == null ? "(not packaged)" : version)};
    }

    private static int refuse(ParameterException problem, Terminal terminal) {
        if (problem.getCause() instanceof CommandFailure failure) {
            // The parser was told to ask a file that is damaged, see Defaults.
            return report(failure, terminal);
        }
        String command = problem.getCommandLine().getCommandSpec().qualifiedName();
        terminal.note(Arguments.describe(problem) + "\nTry: " + command + " --help");
        return ExitCode.USAGE;
    }

    private static int report(Exception problem, Terminal terminal) {
        if (problem instanceof CommandFailure failure) {
            terminal.note(String.valueOf(failure.getMessage()));
            return failure.exitCode();
        }
        if (problem instanceof ChangeRefusedException refused && refused.reason() == Reason.NO_SUCH_KEY) {
            terminal.note(refused.getMessage() + "; `keyward list` shows the ids, and those of list entries where their"
                    + " roles are declared");
            return ExitCode.REFUSED;
        }
        if (problem instanceof ChangeRefusedException
                || problem instanceof StoreConflictException
                || problem instanceof IllegalArgumentException) {
            // Refusals of the library: their messages hold no secret.
            terminal.note(String.valueOf(problem.getMessage()));
            return ExitCode.REFUSED;
        }
        if (problem instanceof StoreException) {
            terminal.note(String.valueOf(problem.getMessage()));
            return ExitCode.FILE;
        }
        if (problem instanceof IOException || problem instanceof UncheckedIOException) {
            terminal.note("file problem: " + problem.getMessage());
            return ExitCode.FILE;
        }
        // The message of an unforeseen exception may hold anything, a key included.
        terminal.note("this should not happen: " + problem.getClass().getName() + " at " + placeOf(problem)
                + "; please report it");
        return ExitCode.REFUSED;
    }

    private static String placeOf(Exception problem) {
        StackTraceElement[] trace = problem.getStackTrace();
        return trace.length == 0 ? "an unknown place" : trace[0].toString();
    }
}
