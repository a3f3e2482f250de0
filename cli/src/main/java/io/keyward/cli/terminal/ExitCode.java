package io.keyward.cli.terminal;

import java.util.Map;

/** The exit codes of every command. Scripts rely on them, so their meaning never changes. */
public final class ExitCode {
    public static final int OK = 0;
    /** The answer is no: a key is rejected, something was found, the configuration is unhealthy, an id is unknown. */
    public static final int REFUSED = 1;
    /** The command line cannot be understood; nothing was read or changed. */
    public static final int USAGE = 2;
    /** A file, a stream or a database cannot be read or written; what was there before is still there. */
    public static final int FILE = 3;

    /** What a shell reports for a program that writes to a closed pipe: 128 and the number of SIGPIPE. */
    public static final int NOBODY_READS = 141;

    /** What each code means in the help of a command that does not say it in words of its own. */
    public static final Map<String, String> MEANINGS = Map.of(
            "0", "done, or healthy",
            "2", "the command line cannot be understood",
            "3", "a file, a stream or a database cannot be read or written");

    private ExitCode() {}
}
