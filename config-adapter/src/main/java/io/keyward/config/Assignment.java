package io.keyward.config;

import io.keyward.env.InvalidValue;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * One value as a source has it.
 *
 * @param spelling the name as written there
 * @param value the raw value; nothing in it is expanded
 * @param source the file, or what else it came from, for messages
 * @param file the file, by the path that named it; null if it is none
 * @param line the line in the file; 0 if not known
 * @param rank the place of the source in the order of sources, the first wins
 */
record Assignment(
        String spelling,
        String value,
        String source,
        @Nullable Path file,
        int line,
        int rank) {
    /** Returns the place as {@code file:line}, or the source alone. */
    String place() {
        return line > 0 ? source + ":" + line : source;
    }

    /** Returns name and place in words, for a message about another assignment. */
    String inWords() {
        return line > 0 ? spelling + " on line " + line + " of " + source : spelling + " in " + source;
    }

    ConfigProblem problem(String what, String rule, String remedy) {
        return new ConfigProblem(source, line, spelling, what, rule, remedy);
    }

    ConfigProblem problem(InvalidValue invalid) {
        return problem(invalid.what(), invalid.rule(), invalid.remedy());
    }

    /** Returns the name and its place; never the value. */
    @Override
    public String toString() {
        return spelling + " in " + place();
    }
}
