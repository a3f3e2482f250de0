package io.keyward.cli.terminal;

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

    public static final String OK_LINE = "0:done, or healthy";
    public static final String REFUSED_LINE = "1:refused, found, or unhealthy";
    public static final String USAGE_LINE = "2:the command line cannot be understood";
    public static final String FILE_LINE = "3:a file, a stream or a database cannot be read or written";

    private ExitCode() {}
}
