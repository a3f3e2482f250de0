package io.keyward.cli.holder;

import io.keyward.cli.terminal.CommandFailure;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.tomlj.Toml;
import org.tomlj.TomlArray;
import org.tomlj.TomlParseResult;
import org.tomlj.TomlPosition;
import org.tomlj.TomlTable;

/**
 * Holds the text of a TOML file, and edits single entries of it without a change of anything else.
 *
 * <p>A parser reads it and says on which line an entry is; only that line is changed. After each change the text is
 * read again, and if anything but the asked entries differs, the change is refused: the file of another program must
 * not be damaged.
 *
 * <p>Immutable. Messages name file and line, never their content.
 */
record TomlText(Path file, String mark, List<String> lines, TomlParseResult toml) {
    private static final String BYTE_ORDER_MARK = "\uFEFF";
    /** A key, and a value that ends on its own line; what comes after it is kept. */
    private static final Pattern ENTRY = Pattern.compile("([^=]*=[ \\t]*)"
            + "(\"(?:[^\"\\\\]|\\\\.)*\"|'[^']*'|[^\\s#\"'\\[{][^#\\r\\n]*?)"
            + "([ \\t]*(?:#[^\\r\\n]*)?\\r?\\n?)");

    /**
     * Reads a text.
     *
     * @param file the file it is from, for messages
     * @throws CommandFailure if it is not TOML
     */
    static TomlText parse(Path file, String text) {
        String mark = text.startsWith(BYTE_ORDER_MARK) ? BYTE_ORDER_MARK : "";
        String body = text.substring(mark.length());
        TomlParseResult toml = Toml.parse(body);
        if (toml.hasErrors()) {
            // The parser's own message quotes the text, which may be a key.
            throw CommandFailure.file(
                    file + ", line " + toml.errors().get(0).position().line()
                            + ": this is not TOML; repair the line, or move the file away and log in again");
        }
        return new TomlText(file, mark, List.of(body.split("(?<=\n)", -1)), toml);
    }

    /**
     * Returns the text at a path; nothing if there is no entry.
     *
     * @throws CommandFailure if the entry is not a text
     */
    Optional<String> string(List<String> path) {
        Object value = toml.get(path);
        if (value == null) {
            return Optional.empty();
        }
        if (value instanceof String text) {
            return Optional.of(text);
        }
        throw CommandFailure.file(place(path) + ": must be a text in quotes");
    }

    /** Returns the whole number at a path; nothing if there is none. */
    Optional<Long> number(List<String> path) {
        return toml.get(path) instanceof Long number ? Optional.of(number) : Optional.empty();
    }

    /** Returns the names in a table, in their order; none if there is no table at the path. */
    Set<String> names(List<String> table) {
        Object found = table.isEmpty() ? toml : toml.get(table);
        return found instanceof TomlTable entries ? entries.keySet() : Set.of();
    }

    /** Returns the place of an entry, with which a message begins: file, line, name. */
    String place(List<String> path) {
        TomlPosition position = toml.inputPositionOf(path);
        return file + (position == null ? "" : ", line " + position.line()) + ", " + path.get(path.size() - 1);
    }

    /** Returns a text as a TOML value. */
    static String quoted(String text) {
        return "\"" + Toml.tomlEscape(text) + "\"";
    }

    String text() {
        return mark + String.join("", lines);
    }

    /**
     * Returns the text with entries of a table set: those there are get their new value in place, others are added
     * next to them.
     *
     * @param table path of the table, empty for the entries before any table
     * @param entries TOML values by name, in the order in which new ones are written
     * @throws CommandFailure if an entry is written in a way that cannot be changed on its line
     */
    TomlText with(List<String> table, Map<String, String> entries) {
        Map<String, String> missing = new LinkedHashMap<>(entries);
        TomlText changed = this;
        int after = lineBefore(table);
        for (Map.Entry<String, String> entry : entries.entrySet()) {
            int line = lineOf(join(table, entry.getKey()));
            if (line > 0) {
                changed = changed.replacing(line, entry.getValue(), join(table, entry.getKey()));
                missing.remove(entry.getKey());
                after = line;
            }
        }
        if (!missing.isEmpty()) {
            changed = changed.adding(table, after, missing);
        }
        return changed.checkedAgainst(this, table, entries.keySet());
    }

    /** Returns the text without entries of a table, and without the table's header if nothing is left in it. */
    TomlText without(List<String> table, Set<String> names) {
        Set<Integer> doomed = new TreeSet<>();
        for (String name : names) {
            int line = lineOf(join(table, name));
            if (line > 0) {
                entryAt(line, join(table, name));
                doomed.add(line);
            }
        }
        int header = headerOf(table);
        if (header > 0 && names.containsAll(names(table))) {
            doomed.add(header);
        }
        List<String> kept = new ArrayList<>();
        for (int line = 1; line <= lines.size(); line++) {
            if (!doomed.contains(line)) {
                kept.add(lines.get(line - 1));
            }
        }
        return reread(kept).checkedAgainst(this, table, names);
    }

    private TomlText replacing(int line, String value, List<String> path) {
        Matcher entry = entryAt(line, path);
        List<String> changed = new ArrayList<>(lines);
        changed.set(line - 1, entry.group(1) + value + entry.group(3));
        return new TomlText(file, mark, changed, toml);
    }

    private Matcher entryAt(int line, List<String> path) {
        Matcher entry = ENTRY.matcher(lines.get(line - 1));
        if (!entry.matches()) {
            throw CommandFailure.file(
                    place(path) + ": cannot be changed as it is written; put name and value alone on one line");
        }
        return entry;
    }

    private TomlText adding(List<String> table, int after, Map<String, String> entries) {
        String end = lines.get(0).endsWith("\r\n") ? "\r\n" : "\n";
        List<String> changed = new ArrayList<>(lines);
        List<String> added = new ArrayList<>();
        if (after < 0) {
            added.add((text().isBlank() ? "" : end) + "[" + String.join(".", table) + "]" + end);
        }
        entries.forEach((name, value) -> added.add(name + " = " + value + end));
        int index = after < 0 ? changed.size() : after;
        if (index > 0
                && !changed.get(index - 1).isEmpty()
                && !changed.get(index - 1).endsWith("\n")) {
            changed.set(index - 1, changed.get(index - 1) + end);
        }
        changed.addAll(index, added);
        return new TomlText(file, mark, changed, toml);
    }

    /** Returns the number of the line after which a table's first entry can stand: -1 if the table must be made. */
    private int lineBefore(List<String> table) {
        if (!table.isEmpty()) {
            return headerOf(table);
        }
        int first = toml.keySet().stream()
                .mapToInt(name -> lineOf(List.of(name)))
                .min()
                .orElse(lines.size() + 1);
        return first - 1;
    }

    private int headerOf(List<String> table) {
        int line = table.isEmpty() || !(toml.get(table) instanceof TomlTable) ? -1 : lineOf(table);
        // A table that is only implied, like `a` by `[a.b]`, is where its first child is.
        boolean isHeader = line > 0
                && lines.get(line - 1).replaceAll("[\\s\"']", "").startsWith("[" + String.join(".", table) + "]");
        return isHeader ? line : -1;
    }

    private int lineOf(List<String> path) {
        TomlPosition position = toml.inputPositionOf(path);
        return position == null ? -1 : position.line();
    }

    private TomlText reread(List<String> changed) {
        return parse(file, mark + String.join("", changed));
    }

    private TomlText checkedAgainst(TomlText before, List<String> table, Set<String> asked) {
        TomlText read;
        try {
            read = reread(lines);
        } catch (CommandFailure broken) {
            throw unchangeable(broken);
        }
        Map<List<String>, Object> now = leaves(read.toml);
        Map<List<String>, Object> then = leaves(before.toml);
        asked.forEach(name -> {
            now.remove(join(table, name));
            then.remove(join(table, name));
        });
        if (!now.equals(then)) {
            throw unchangeable(null);
        }
        return read;
    }

    private CommandFailure unchangeable(@Nullable CommandFailure cause) {
        String message =
                file + ": cannot be changed without touching other entries; write the entries by hand, one to a"
                        + " line, before any table";
        return cause == null ? CommandFailure.file(message) : CommandFailure.file(message, cause);
    }

    private static Map<List<String>, Object> leaves(TomlTable table) {
        Map<List<String>, Object> leaves = new HashMap<>();
        table.entryPathSet()
                .forEach(entry -> leaves.put(
                        entry.getKey(),
                        entry.getValue() instanceof TomlArray array
                                ? array.toJson()
                                : String.valueOf(entry.getValue())));
        return leaves;
    }

    /** Returns the path of an entry of a table. */
    static List<String> join(List<String> path, String name) {
        List<String> joined = new ArrayList<>(path);
        joined.add(name);
        return List.copyOf(joined);
    }

    @Override
    public String toString() {
        return "TomlText[" + file + "]";
    }
}
