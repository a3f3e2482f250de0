package io.keyward.env;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.keyward.env.EnvDocument.Entry;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code .env} text.
 *
 * <pre>
 *  line   ::= blank | '#' comment | ['export' blank] NAME [blank] '=' [blank] value
 *  NAME   ::= [A-Za-z_] [A-Za-z0-9_.-]*
 *  value  ::= '…' | "…" | [ … ]   each may run over several lines; then only a blank and a comment may follow
 *           | anything else       to the end of the line or to a blank and '#', blanks around it trimmed
 * </pre>
 *
 * <p>In {@code '…'} every character is itself; in {@code "…"} a backslash escapes {@code " \ $ `}; a value in
 * {@code […]} keeps its brackets and quotes.
 *
 * <p>Nothing is expanded. The parser reports each line that it cannot read and goes on, so one report has every
 * problem. A problem quotes nothing of the text but names. A text with a problem must not be used.
 */
public final class EnvParser {
    /** The largest size of a file, in bytes. */
    public static final int MAX_FILE = 8 << 20;
    /** The largest length of a line, in characters. */
    public static final int MAX_LINE = 256 << 10;

    private static final char BYTE_ORDER_MARK = '\uFEFF';
    private static final int MAX_PROBLEMS = 100;
    private static final int MAX_NAME = 256;
    private static final String EXPORT = "export";
    private static final String LINE_RULE = "a line is NAME=value, empty, or a comment that begins with #";

    private final String source;
    private final String text;
    /** The characters of the text, because a JVM that has just started reads an array several times faster. */
    private final char[] chars;

    private final List<Entry> entries = new ArrayList<>();
    private final Map<String, Entry> firstByName = new LinkedHashMap<>();
    private final Set<String> repeated = new HashSet<>();
    private final List<EnvProblem> problems = new ArrayList<>();
    private int at;
    private int line = 1;

    private EnvParser(String source, char[] chars) {
        this.source = source;
        this.text = new String(chars);
        this.chars = chars;
    }

    /** Reads a file's bytes; {@code source} names it in problems. */
    public static EnvDocument read(String source, byte[] bytes) {
        if (bytes.length > MAX_FILE) {
            return unreadable(
                    source,
                    0,
                    "the file has " + bytes.length + " bytes",
                    "a key file has at most " + MAX_FILE + " bytes",
                    "check that it is the right file, or keep so many keys in a database");
        }
        CharBuffer decoded = CharBuffer.allocate(bytes.length);
        ByteBuffer input = ByteBuffer.wrap(bytes);
        if (UTF_8.newDecoder().decode(input, decoded, true).isError()) {
            return unreadable(
                    source,
                    lineAt(bytes, input.position()),
                    "a byte is not UTF-8",
                    "a key file is UTF-8 text",
                    "save it as UTF-8, or check that it is the right file");
        }
        char[] chars = decoded.array();
        return new EnvParser(source, decoded.hasRemaining() ? Arrays.copyOf(chars, decoded.position()) : chars).run();
    }

    /** Reads decoded text. */
    public static EnvDocument read(String source, String text) {
        return new EnvParser(source, text.toCharArray()).run();
    }

    /** Returns a text without the byte-order mark that some editors write before it. */
    public static String withoutByteOrderMark(String text) {
        return text.isEmpty() || text.charAt(0) != BYTE_ORDER_MARK ? text : text.substring(1);
    }

    private static EnvDocument unreadable(String source, int line, String what, String rule, String remedy) {
        EnvProblem problem = new EnvProblem(line, null, what, rule, remedy);
        return new EnvDocument(source, "", List.of(), Map.of(), Set.of(), List.of(problem));
    }

    private static int lineAt(byte[] bytes, int position) {
        int line = 1;
        for (int i = 0; i < position; i++) {
            if (bytes[i] == '\n') {
                line++;
            }
        }
        return line;
    }

    private EnvDocument run() {
        if (chars.length > 0 && chars[0] == BYTE_ORDER_MARK) {
            at++;
        }
        if (isText() && linesAreShort()) {
            while (at < chars.length && problems.size() < MAX_PROBLEMS) {
                readLine();
            }
        }
        return new EnvDocument(source, text, entries, firstByName, repeated, problems);
    }

    /** A zero byte or an escape means that this is another kind of file, so nothing of it is read. */
    private boolean isText() {
        int seen = 1;
        for (int i = at; i < chars.length; i++) {
            char c = chars[i];
            if (c == '\n') {
                seen++;
            } else if ((c < ' ' && c != '\t' && !isLineEnd(i)) || c == 0x7f) {
                String what = c == '\r' ? "a carriage return has no line feed after it" : "a control character";
                problem(
                        seen,
                        null,
                        what,
                        "a key file is text, in lines",
                        "remove it, or check that it is the right file");
                return false;
            }
        }
        return true;
    }

    private boolean linesAreShort() {
        int seen = 1;
        int start = at;
        while (start < chars.length) {
            int end = lineEnd(start);
            if (end - start > MAX_LINE) {
                problem(
                        seen,
                        null,
                        "the line has " + (end - start) + " characters",
                        "a line has at most " + MAX_LINE,
                        "put the list on several lines in brackets, or use named keys");
                return false;
            }
            start = afterLineEnd(end);
            seen++;
        }
        return true;
    }

    private void readLine() {
        int start = at;
        int end = lineEnd(start);
        int p = skipBlanks(start, end);
        if (p == end || chars[p] == '#') {
            moveTo(end);
            return;
        }
        int afterExport = p + EXPORT.length();
        if (text.startsWith(EXPORT, p) && afterExport < end && isBlank(afterExport)) {
            p = skipBlanks(afterExport, end);
        }
        int nameEnd = nameEnd(p, end);
        int equals = skipBlanks(nameEnd, end);
        if (nameEnd == p || equals == end || chars[equals] != '=') {
            reportNoAssignment(p, end);
            moveTo(end);
            return;
        }
        readValue(new Start(text.substring(p, nameEnd), start), skipBlanks(equals + 1, end), end);
    }

    private void reportNoAssignment(int p, int end) {
        boolean equalsSeen = text.substring(p, end).indexOf('=') >= 0;
        String what = p < end && chars[p] == '='
                ? "there is no name before the ="
                : equalsSeen ? notAName(p, end) : "the line has no =";
        String remedy = equalsSeen
                ? "name it with A-Z a-z 0-9 _ . -, a letter or _ first"
                : "complete it, put # before it, or put a value of several lines in quotes or brackets";
        problem(line, null, what, LINE_RULE, remedy);
    }

    /** Names a character outside ASCII, which may be invisible, like a byte-order mark where two files were joined. */
    private String notAName(int start, int end) {
        for (int i = start; i < end && chars[i] != '='; i++) {
            if (chars[i] > '~') {
                return String.format(Locale.ROOT, "there is the character U+%04X before the =", text.codePointAt(i));
            }
        }
        return "the text before the = is not a name";
    }

    private void readValue(Start entry, int p, int end) {
        if (entry.name.length() > MAX_NAME) {
            problem(line, null, "the name is too long", "a name has at most " + MAX_NAME + " characters", "shorten it");
            moveTo(end);
            return;
        }
        char first = p < end ? chars[p] : ' ';
        switch (first) {
            case '\'', '"' -> readQuoted(entry, p);
            case '[' -> readBrackets(entry, p, end);
            default -> readPlain(entry, p, end);
        }
    }

    private void readPlain(Start entry, int p, int end) {
        int stop = p;
        while (stop < end && !(chars[stop] == '#' && isBlank(stop - 1))) {
            stop++;
        }
        while (stop > p && isBlank(stop - 1)) {
            stop--;
        }
        add(entry, text.substring(p, stop), p, stop, end);
    }

    private void readQuoted(Start entry, int open) {
        char quote = chars[open];
        StringBuilder value = new StringBuilder();
        int p = open + 1;
        while (p < chars.length && chars[p] != quote) {
            boolean escapes = quote == '"' && chars[p] == '\\' && p + 1 < chars.length;
            if (escapes && "\"\\$`".indexOf(chars[p + 1]) >= 0) {
                p++;
            }
            if (chars[p] != '\r') {
                value.append(chars[p]);
            }
            p++;
        }
        if (p == chars.length) {
            reportUnclosed(entry, "the value opens with a quote that is never closed", "close the quote");
            return;
        }
        addIfNothingFollows(entry, value.toString(), open, p + 1);
    }

    /**
     * Reads up to the bracket that closes the first one; quotes hide brackets. If text follows the bracket on its line,
     * as in {@code [a-z]+}, it is a value like any other.
     */
    private void readBrackets(Start entry, int open, int lineEnd) {
        int depth = 0;
        boolean quoted = false;
        int p = open;
        for (; p < chars.length; p++) {
            char c = chars[p];
            if (quoted && c == '\\') {
                p++;
            } else if (c == '"') {
                quoted = !quoted;
            } else if (quoted && c == '\n') {
                reportUnclosed(entry, "a quote inside the brackets is not closed on its line", "close the quote");
                return;
            } else if (!quoted && c == '[') {
                depth++;
            } else if (!quoted && c == ']' && --depth == 0) {
                break;
            }
        }
        if (p >= chars.length) {
            reportUnclosed(entry, "the value opens with [ that is never closed", "close the list with ]");
        } else if (p < lineEnd && !isEndOrComment(p + 1, lineEnd)) {
            readPlain(entry, open, lineEnd);
        } else {
            String value = text.substring(open, p + 1).replace("\r", "");
            addIfNothingFollows(entry, value, open, p + 1);
        }
    }

    private void addIfNothingFollows(Start entry, String value, int valueStart, int valueEnd) {
        int end = lineEnd(valueEnd);
        if (isEndOrComment(valueEnd, end)) {
            add(entry, value, valueStart, valueEnd, end);
        } else {
            problem(
                    line,
                    entry.name,
                    "there is text after the closing " + (chars[valueStart] == '[' ? "bracket" : "quote"),
                    "after it only a blank and a comment may follow",
                    "remove it, or put the whole value in one pair of quotes");
            moveTo(end);
        }
    }

    private boolean isEndOrComment(int p, int end) {
        int next = skipBlanks(p, end);
        return next == end || (chars[next] == '#' && next > p);
    }

    /** It is not known where the quote should end, so only this line is skipped. */
    private void reportUnclosed(Start entry, String what, String remedy) {
        problem(line, entry.name, what, "quotes and brackets come in pairs", remedy);
        moveTo(lineEnd(at));
    }

    private void add(Start entry, String value, int valueStart, int valueEnd, int end) {
        Entry added = new Entry(entry.name, value, line, entry.start, end, valueStart, valueEnd);
        entries.add(added);
        Entry first = firstByName.putIfAbsent(entry.name, added);
        if (first != null) {
            repeated.add(entry.name);
            problem(
                    line,
                    entry.name,
                    "the name is already on line " + first.line(),
                    "a name is written once in a file",
                    "remove one of the two");
        }
        moveTo(end);
    }

    /** Moves to the line after the one that ends at {@code end}, and counts the lines on the way. */
    private void moveTo(int end) {
        int feed = text.indexOf('\n', at);
        while (feed >= 0 && feed < end) {
            line++;
            feed = text.indexOf('\n', feed + 1);
        }
        at = feed < 0 ? chars.length : feed + 1;
        line++;
    }

    private int nameEnd(int p, int end) {
        int i = p;
        while (i < end && isNameCharacter(chars[i], i == p)) {
            i++;
        }
        return i;
    }

    private static boolean isNameCharacter(char c, boolean first) {
        boolean letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
        return letter || (!first && ((c >= '0' && c <= '9') || c == '.' || c == '-'));
    }

    private int skipBlanks(int from, int end) {
        int i = from;
        while (i < end && isBlank(i)) {
            i++;
        }
        return i;
    }

    private boolean isBlank(int i) {
        return chars[i] == ' ' || chars[i] == '\t';
    }

    private boolean isLineEnd(int i) {
        return chars[i] == '\n' || (chars[i] == '\r' && i + 1 < chars.length && chars[i + 1] == '\n');
    }

    private int lineEnd(int from) {
        int feed = text.indexOf('\n', from);
        if (feed < 0) {
            return chars.length;
        }
        return feed > from && chars[feed - 1] == '\r' ? feed - 1 : feed;
    }

    private int afterLineEnd(int end) {
        int feed = text.indexOf('\n', end);
        return feed < 0 ? chars.length : feed + 1;
    }

    private void problem(int where, @Nullable String name, String what, String rule, String remedy) {
        problems.add(new EnvProblem(where, name, what, rule, remedy));
    }

    /** The part of an assignment that is read before its value. */
    private record Start(String name, int start) {}
}
