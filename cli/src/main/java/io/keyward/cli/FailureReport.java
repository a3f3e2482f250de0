package io.keyward.cli;

import static java.util.Objects.requireNonNull;

import io.keyward.cli.terminal.Arguments;
import io.keyward.cli.terminal.CommandFailure;
import io.keyward.cli.terminal.ExitCode;
import io.keyward.cli.terminal.Json;
import io.keyward.cli.terminal.Terminal;
import io.keyward.env.Failures;
import io.keyward.store.ChangeRefusedException;
import io.keyward.store.ChangeRefusedException.Reason;
import io.keyward.store.StoreConflictException;
import io.keyward.store.StoreException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.util.List;
import picocli.CommandLine.ParameterException;

/**
 * Reports each failure as a sentence on standard error and an exit code, and with {@code --json} also as a JSON
 * object on standard output.
 *
 * @param terminal where it is printed
 * @param json whether JSON was asked for
 */
record FailureReport(Terminal terminal, boolean json) {
    /** Makes the report of a command line, which may be one that cannot be parsed. */
    static FailureReport of(List<String> args, Terminal terminal) {
        int output = Math.max(args.indexOf("-o"), args.indexOf("--output"));
        boolean json = args.contains("--json")
                || args.contains("--output=json")
                || (output >= 0 && args.indexOf("json") == output + 1);
        return new FailureReport(terminal, json);
    }

    int refuse(ParameterException problem) {
        if (problem.getCause() instanceof CommandFailure failure) {
            // The parser asks Defaults for values, which found a file that it cannot use.
            return report(failure);
        }
        String command = problem.getCommandLine().getCommandSpec().qualifiedName();
        return tell(ExitCode.USAGE, Arguments.describe(problem) + "\nTry: " + command + " --help");
    }

    int report(Exception problem) {
        if (problem instanceof CommandFailure failure) {
            return tell(failure.exitCode(), String.valueOf(failure.getMessage()));
        }
        if (problem instanceof ChangeRefusedException refused && refused.reason() == Reason.NO_SUCH_KEY) {
            return tell(
                    ExitCode.REFUSED,
                    refused.getMessage() + "; `keyward list` shows the ids, and those of list entries where their"
                            + " roles are declared");
        }
        if (problem instanceof ChangeRefusedException
                || problem instanceof StoreConflictException
                || problem instanceof IllegalArgumentException) {
            // Refusals of the library: their messages hold no secret.
            return tell(ExitCode.REFUSED, String.valueOf(problem.getMessage()));
        }
        if (problem instanceof StoreException) {
            return tell(ExitCode.FILE, String.valueOf(problem.getMessage()));
        }
        if (problem instanceof IOException e) {
            return tell(ExitCode.FILE, describe(e));
        }
        if (problem instanceof UncheckedIOException e) {
            return tell(ExitCode.FILE, describe(requireNonNull(e.getCause(), "cause")));
        }
        // The message of an unexpected exception can contain anything, even a key.
        StackTraceElement[] trace = problem.getStackTrace();
        return tell(
                ExitCode.REFUSED,
                "this should not happen: " + problem.getClass().getName() + " at "
                        + (trace.length == 0 ? "an unknown place" : trace[0]) + "; please report it");
    }

    private static String describe(IOException e) {
        String file = e instanceof FileSystemException named ? named.getFile() : null;
        return (file == null ? "a file or stream" : file) + " cannot be read or written: " + Failures.describe(e);
    }

    private int tell(int exitCode, String text) {
        try {
            if (json && exitCode != ExitCode.NOBODY_READS) {
                terminal.show(Json.object()
                        .add("title", titleOf(exitCode))
                        .add("detail", text.lines().findFirst().orElse(""))
                        .add("exitCode", exitCode)
                        .print());
            }
        } catch (CommandFailure cannotBeWritten) {
            // The sentence on standard error says what went wrong first.
        }
        terminal.note(text);
        return exitCode;
    }

    private static String titleOf(int exitCode) {
        return switch (exitCode) {
            case ExitCode.USAGE -> "usage";
            case ExitCode.FILE -> "file";
            default -> "refused";
        };
    }
}
