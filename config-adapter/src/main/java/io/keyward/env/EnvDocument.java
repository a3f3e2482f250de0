package io.keyward.env;

import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Holds the assignments of an {@code .env} text and their positions. {@link EnvParser} makes it.
 *
 * <p>Positions count characters of {@link #text}, the whole decoded text with its byte-order mark. Encoded as UTF-8 it
 * is the file again, byte for byte, so an editor can replace one entry and leave the rest as it was.
 */
public final class EnvDocument {
    private final String source;
    private final String text;
    private final List<Entry> entries;
    private final List<EnvProblem> problems;
    private final Map<String, Entry> firstByName;
    private final Set<String> repeated;

    /**
     * Makes a document of what was read; nothing is copied.
     *
     * @param firstByName the first entry of each name, in their order
     * @param repeated the names that have more than one
     */
    EnvDocument(
            String source,
            String text,
            List<Entry> entries,
            Map<String, Entry> firstByName,
            Set<String> repeated,
            List<EnvProblem> problems) {
        this.source = source;
        this.text = text;
        this.entries = Collections.unmodifiableList(entries);
        this.firstByName = firstByName;
        this.repeated = repeated;
        this.problems = Collections.unmodifiableList(problems);
    }

    /** Returns what the text was read from, for messages. */
    public String source() {
        return source;
    }

    public String text() {
        return text;
    }

    /** Returns the assignments in their order, including those with a problem as far as they could be read. */
    public List<Entry> entries() {
        return entries;
    }

    /** Returns what is wrong, in the order of lines; with a problem the text must not be used. */
    public List<EnvProblem> problems() {
        return problems;
    }

    /** Returns the first entry of that exact name; null if there is none. */
    @Nullable
    public Entry find(String name) {
        return firstByName.get(name);
    }

    /** Returns whether a name has more than one entry. */
    public boolean isRepeated(String name) {
        return repeated.contains(name);
    }

    /** Returns the first entry of each name, in their order. */
    public Collection<Entry> firstOfEach() {
        return Collections.unmodifiableCollection(firstByName.values());
    }

    /** Returns names and values, in their order; a new map at each call. */
    public Map<String, String> values() {
        Map<String, String> values = new LinkedHashMap<>();
        firstByName.forEach((name, entry) -> values.put(name, entry.value()));
        return values;
    }

    @Override
    public String toString() {
        return "EnvDocument[" + source + ", " + entries.size() + " entries]";
    }

    /**
     * One assignment.
     *
     * @param name the name as written
     * @param value the value without quotes, blanks around it and comment
     * @param line the line it begins on, from 1
     * @param start where its first line begins
     * @param end where its last line ends, before the line end
     * @param valueStart where the value as written begins, quotes included
     * @param valueEnd where the value as written ends, quotes included
     */
    public record Entry(String name, String value, int line, int start, int end, int valueStart, int valueEnd) {
        @Override
        public String toString() {
            return "Entry[" + name + ", line " + line + "]";
        }
    }
}
