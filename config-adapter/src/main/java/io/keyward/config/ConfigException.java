package io.keyward.config;

import java.util.List;
import java.util.stream.Collectors;

/**
 * Thrown when a configuration is refused. Has every problem, not only the first.
 *
 * <p>The message lists all problems, one a line, each with its place; it holds no value that was read.
 */
public final class ConfigException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient ConfigReport report;

    ConfigException(ConfigReport report) {
        super(describe(report.problems()));
        this.report = report;
    }

    /** Returns what is wrong, in the order of files and lines. */
    public List<ConfigProblem> problems() {
        return report.problems();
    }

    /** Returns what was found as far as it could be read: the files looked for, the names, the problems. */
    public ConfigReport report() {
        return report;
    }

    static String describe(List<ConfigProblem> problems) {
        return problems.stream()
                .map(problem -> "  " + problem)
                .collect(Collectors.joining(
                        "\n",
                        "the key configuration is refused, " + problems.size()
                                + (problems.size() == 1 ? " problem:\n" : " problems:\n"),
                        ""));
    }
}
