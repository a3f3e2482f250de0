package io.keyward.config;

import static java.util.Objects.requireNonNull;

import io.keyward.env.EnvProblem;
import org.jspecify.annotations.Nullable;

/**
 * Describes one problem of the configuration: its place, what is wrong, the rule and the remedy.
 *
 * <p>Holds no secret, no hash and no other value that was read. May be shared between threads.
 *
 * @param source the file, or what else the value came from; null if it has no single source
 * @param line the line of the file, from 1; 0 if not known
 * @param name the name of the variable or property; null if it belongs to none
 * @param what what is wrong
 * @param rule what should hold instead
 * @param remedy what to do about it
 */
public record ConfigProblem(
        @Nullable String source, int line, @Nullable String name, String what, String rule, String remedy) {
    /** Checks that no text is missing. */
    public ConfigProblem {
        requireNonNull(what, "what");
        requireNonNull(rule, "rule");
        requireNonNull(remedy, "remedy");
    }

    /** Returns a problem of a source as a whole; of no source if that is null. */
    static ConfigProblem of(@Nullable String source, String what, String rule, String remedy) {
        return new ConfigProblem(source, 0, null, what, rule, remedy);
    }

    /** Returns a problem of a text that was read from this source. */
    static ConfigProblem of(String source, EnvProblem problem) {
        return new ConfigProblem(
                source, problem.line(), problem.name(), problem.what(), problem.rule(), problem.remedy());
    }

    /** Returns the place as {@code file:line: NAME}, as far as it is known. */
    public String place() {
        String where = source == null ? "" : line > 0 ? source + ":" + line : source;
        String separator = where.isEmpty() || name == null ? "" : ": ";
        return where + separator + (name == null ? "" : name);
    }

    /** Returns everything as one line. */
    @Override
    public String toString() {
        String place = place();
        return (place.isEmpty() ? "" : place + ": ") + what + "; " + rule + "; " + remedy;
    }
}
