package io.keyward.cli.terminal;

import org.jspecify.annotations.Nullable;

/** Ends a command with a message for the operator and an exit code. The message holds no secret. */
public final class CommandFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int exitCode;

    private CommandFailure(int exitCode, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.exitCode = exitCode;
    }

    public static CommandFailure refused(String message) {
        return new CommandFailure(ExitCode.REFUSED, message, null);
    }

    public static CommandFailure refused(String message, Throwable cause) {
        return new CommandFailure(ExitCode.REFUSED, message, cause);
    }

    public static CommandFailure usage(String message) {
        return new CommandFailure(ExitCode.USAGE, message, null);
    }

    public static CommandFailure file(String message) {
        return new CommandFailure(ExitCode.FILE, message, null);
    }

    public static CommandFailure file(String message, Throwable cause) {
        return new CommandFailure(ExitCode.FILE, message, cause);
    }

    static CommandFailure nobodyReads(Throwable cause) {
        return new CommandFailure(ExitCode.NOBODY_READS, "nobody reads the output any more", cause);
    }

    /** Returns the same failure with a longer message. */
    public CommandFailure saying(String further) {
        return new CommandFailure(exitCode, getMessage() + further, this);
    }

    public int exitCode() {
        return exitCode;
    }
}
