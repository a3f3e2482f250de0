package io.keyward.config;

import java.util.List;
import java.util.stream.Collectors;

/**
 * Says that a configuration is refused: everything that is wrong with it, not only the first thing.
 *
 * <p>The message lists all problems, one a line, each with its place; it holds no value that was read.
 */
public final class ConfigException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient List<ConfigProblem> problems;

    ConfigException(List<ConfigProblem> problems) {
        super(describe(problems));
        this.problems = List.copyOf(problems);
    }

    /** Returns what is wrong, in the order of files and lines. */
    public List<ConfigProblem> problems() {
        return problems;
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
