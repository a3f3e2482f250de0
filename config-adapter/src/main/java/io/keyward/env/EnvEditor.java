package io.keyward.env;

import io.keyward.env.EnvDocument.Entry;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Changes single entries of an {@code .env} text and leaves every other character as it was: comments, order, line
 * ends, blanks, unknown lines.
 *
 * <p>Collects changes by their position in the unchanged text and applies them at the end. For one thread.
 */
public final class EnvEditor {
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_@%+=:,./-]+");

    private final EnvDocument original;
    private final List<Change> changes = new ArrayList<>();

    public EnvEditor(EnvDocument original) {
        this.original = original;
    }

    /** Returns the text that is being changed. */
    public EnvDocument original() {
        return original;
    }

    /** Replaces the value of an entry, with quotes if it needs them; a comment after it stays. */
    public void setValue(Entry entry, String value) {
        setWritten(entry, quote(value));
    }

    /** Replaces the name and the value of an entry; {@code export} and a comment stay. */
    public void rename(Entry entry, String name, String value) {
        int nameStart = original.text().indexOf(entry.name(), entry.start());
        changes.add(new Change(nameStart, nameStart + entry.name().length(), name));
        setValue(entry, value);
    }

    /** Replaces the value of an entry by a text that already has its quotes. */
    public void setWritten(Entry entry, String written) {
        boolean commentFollows =
                entry.valueEnd() < original.text().length() && original.text().charAt(entry.valueEnd()) == '#';
        changes.add(new Change(entry.valueStart(), entry.valueEnd(), commentFollows ? written + " " : written));
    }

    /** Removes the lines of an entry, its comment and line end with it. */
    public void remove(Entry entry) {
        int feed = original.text().indexOf('\n', entry.end());
        changes.add(new Change(entry.start(), feed < 0 ? original.text().length() : feed + 1, ""));
    }

    /** Adds assignments in the lines before an entry. */
    public void addBefore(Entry entry, Map<String, String> assignments) {
        changes.add(new Change(entry.start(), entry.start(), lines(assignments) + lineEnd()));
    }

    /** Adds assignments in the lines after an entry. */
    public void addAfter(Entry entry, Map<String, String> assignments) {
        String lines = lines(assignments);
        changes.add(new Change(entry.end(), entry.end(), lineEnd() + lines));
    }

    /** Adds assignments at the end of the text, after an empty line. */
    public void append(Map<String, String> assignments) {
        String text = original.text();
        StringBuilder added = new StringBuilder();
        boolean ended = text.isEmpty() || text.endsWith("\n");
        if (!ended) {
            added.append(lineEnd());
        }
        if (!text.isBlank() && !text.endsWith("\n\n") && !text.endsWith("\n\r\n")) {
            added.append(lineEnd());
        }
        added.append(lines(assignments)).append(lineEnd());
        changes.add(new Change(text.length(), text.length(), added.toString()));
    }

    /**
     * Replaces one item of a list, or removes it, and leaves the other items as they are written.
     *
     * @param item the item as it was read
     * @param replacement what to put there; empty to remove it
     */
    public static String withItem(String written, List<String> items, String item, String replacement) {
        int at = positionOf(written, item);
        if (at < 0) {
            return rewritten(items, item, replacement);
        }
        int end = at + item.length();
        return replacement.isEmpty()
                ? withoutItem(written, at, end)
                : written.substring(0, at) + replacement + written.substring(end);
    }

    /** An item with escapes is not in the text as it was read, so the whole list is written again, as JSON. */
    private static String rewritten(List<String> items, String item, String replacement) {
        return list(items.stream()
                .map(each -> each.equals(item) ? replacement : each)
                .filter(each -> !each.isEmpty())
                .toList());
    }

    /** Returns how a list is written. */
    public static String list(List<String> items) {
        List<String> quoted = new ArrayList<>();
        items.forEach(item -> quoted.add('"' + item.replace("\\", "\\\\").replace("\"", "\\\"") + '"'));
        return "[" + String.join(",", quoted) + "]";
    }

    private static int positionOf(String written, String item) {
        int at = written.indexOf(item);
        while (at >= 0) {
            boolean startsHere = at == 0 || isBorder(written.charAt(at - 1));
            int end = at + item.length();
            boolean endsHere = end == written.length() || isBorder(written.charAt(end));
            if (startsHere && endsHere) {
                return at;
            }
            at = written.indexOf(item, at + 1);
        }
        return -1;
    }

    private static boolean isBorder(char c) {
        return ",[]\"' \t\r\n".indexOf(c) >= 0;
    }

    /**
     * Removes an item with its quotes, the comma after it and the blanks up to the next item. For the last item it
     * removes the comma before it.
     */
    private static String withoutItem(String written, int itemStart, int itemEnd) {
        boolean json = itemStart > 0
                && written.charAt(itemStart - 1) == '"'
                && itemEnd < written.length()
                && written.charAt(itemEnd) == '"'
                && written.indexOf('[') >= 0;
        int start = json ? itemStart - 1 : itemStart;
        int end = json ? itemEnd + 1 : itemEnd;
        int after = skipBlanks(written, end);
        if (after < written.length() && written.charAt(after) == ',') {
            return written.substring(0, start) + written.substring(skipBlanks(written, after + 1));
        }
        int before = start;
        while (before > 0 && ListValue.isBlank(written.charAt(before - 1))) {
            before--;
        }
        boolean commaBefore = before > 0 && written.charAt(before - 1) == ',';
        return written.substring(0, commaBefore ? before - 1 : start) + written.substring(end);
    }

    private static int skipBlanks(String text, int from) {
        int i = from;
        while (i < text.length() && ListValue.isBlank(text.charAt(i))) {
            i++;
        }
        return i;
    }

    /** Returns the changed text. */
    public String text() {
        StringBuilder changed = new StringBuilder(original.text());
        changes.stream()
                .sorted(Comparator.comparingInt(Change::start)
                        .thenComparingInt(Change::end)
                        .reversed())
                .forEach(change -> changed.replace(change.start(), change.end(), change.text()));
        return changed.toString();
    }

    private String lines(Map<String, String> assignments) {
        List<String> lines = new ArrayList<>();
        assignments.forEach((name, value) -> lines.add(name + "=" + quote(value)));
        return String.join(lineEnd(), lines);
    }

    private String lineEnd() {
        int feed = original.text().indexOf('\n');
        return feed > 0 && original.text().charAt(feed - 1) == '\r' ? "\r\n" : "\n";
    }

    /**
     * Quotes a value so that a shell and our parser read the same; without quotes a shell acts on blanks and special
     * characters.
     */
    private static String quote(String value) {
        if (PLAIN.matcher(value).matches()) {
            return value;
        }
        if (value.indexOf('\'') < 0) {
            return "'" + value + "'";
        }
        StringBuilder quoted = new StringBuilder("\"");
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if ("\"\\$`".indexOf(c) >= 0) {
                quoted.append('\\');
            }
            quoted.append(c);
        }
        return quoted.append('"').toString();
    }

    /** Returns a value as it is written in the file, quotes included. */
    public static String written(EnvDocument text, Entry entry) {
        return text.text().substring(entry.valueStart(), entry.valueEnd());
    }

    /** Replaces the characters from {@code start} to before {@code end} by {@code text}. */
    private record Change(int start, int end, String text) {
        /** Returns the place only, because the text may hold a key. */
        @Override
        public String toString() {
            return "Change[" + start + " to " + end + "]";
        }
    }
}
