package io.keyward.env;

import java.util.ArrayList;
import java.util.List;

/**
 * Reads the value of a list: {@code ["a","b"]}, the same in one pair of quotes, {@code [a,b]} as a shell leaves it,
 * {@code a,b}, or one item.
 *
 * <p>Each item of the result is in the text as it is, apart from JSON escapes. Every other form is refused; the reason
 * quotes nothing of the text.
 */
public final class ListValue {
    private static final String FORMS = "a list is [\"a\",\"b\"], [a,b] or a,b";
    private static final String SEPARATORS = "; |\t\r\n";
    private static final String MARKS = "\"'\\[]";
    private static final String JSON_ESCAPES = "\"\\/bfnrt";
    private static final String JSON_ESCAPED = "\"\\/\b\f\n\r\t";

    private final String text;
    private int at;

    private ListValue(String text) {
        this.text = text;
    }

    /** Returns the items, at least one; none is empty. */
    public static List<String> parse(String value) throws InvalidValue {
        List<String> items = parseOrEmpty(value);
        if (items.isEmpty()) {
            throw new InvalidValue(
                    "the list is empty", "a list has at least one item", "remove the name, or add an item");
        }
        return items;
    }

    /** Returns the items; the list is empty only for {@code []}, because somebody wrote that on purpose. */
    public static List<String> parseOrEmpty(String value) throws InvalidValue {
        String text = unquoted(value);
        if (text.isEmpty()) {
            throw new InvalidValue(
                    "the value is empty", "a list has at least one item", "remove the name, or add an item");
        }
        if (text.charAt(0) != '[') {
            return bare(text);
        }
        if (text.length() == 1 || text.charAt(text.length() - 1) != ']') {
            throw new InvalidValue("the list opens with [ and does not end with ]", FORMS, "close it, or remove the [");
        }
        String inside = trim(text.substring(1, text.length() - 1));
        if (inside.isEmpty()) {
            return List.of();
        }
        return inside.charAt(0) == '"' ? new ListValue(inside).json() : bare(inside);
    }

    /** Returns a value without blanks around it and without one pair of quotes around the whole. */
    public static String unquoted(String value) {
        String text = trim(value);
        int last = text.length() - 1;
        boolean quoted =
                last > 0 && text.charAt(0) == text.charAt(last) && (text.charAt(0) == '"' || text.charAt(0) == '\'');
        return quoted ? trim(text.substring(1, last)) : text;
    }

    private static List<String> bare(String text) throws InvalidValue {
        List<String> items = new ArrayList<>();
        for (String part : text.split(",", -1)) {
            String item = trim(part);
            requireItem(item, items.size() + 1);
            for (int i = 0; i < item.length(); i++) {
                if (SEPARATORS.indexOf(item.charAt(i)) >= 0) {
                    throw new InvalidValue(
                            "item " + (items.size() + 1) + " has a semicolon, bar, blank or line break at position "
                                    + (i + 1),
                            "only a comma separates items: " + FORMS,
                            "write commas; if it belongs to the item, write the list as [\"a\",\"b\"]");
                }
                if (MARKS.indexOf(item.charAt(i)) >= 0) {
                    throw new InvalidValue(
                            "item " + (items.size() + 1) + " has a quote, bracket or backslash at position " + (i + 1),
                            FORMS + ", with either every item in double quotes or none",
                            "write all items in the same way");
                }
            }
            items.add(item);
        }
        return items;
    }

    private List<String> json() throws InvalidValue {
        List<String> items = new ArrayList<>();
        while (true) {
            String item = string(items.size() + 1);
            requireItem(item, items.size() + 1);
            items.add(item);
            skipBlanks();
            if (at == text.length()) {
                return items;
            }
            if (text.charAt(at++) != ',') {
                throw notJson(items.size(), "is followed by something other than a comma");
            }
            skipBlanks();
        }
    }

    private String string(int number) throws InvalidValue {
        if (at == text.length() || text.charAt(at) != '"') {
            throw notJson(number, at == text.length() ? "is missing after a comma" : "is not in double quotes");
        }
        at++;
        StringBuilder item = new StringBuilder();
        while (at < text.length()) {
            char c = text.charAt(at++);
            if (c == '"') {
                return item.toString();
            }
            if (c < ' ') {
                throw notJson(number, "has a line break or control character inside its quotes");
            }
            item.append(c == '\\' ? escaped(number) : c);
        }
        throw notJson(number, "has no closing quote");
    }

    private char escaped(int number) throws InvalidValue {
        char c = at < text.length() ? text.charAt(at++) : ' ';
        int plain = JSON_ESCAPES.indexOf(c);
        if (plain >= 0) {
            return JSON_ESCAPED.charAt(plain);
        }
        if (c != 'u' || at + 4 > text.length()) {
            throw notJson(number, "has a backslash that begins no JSON escape");
        }
        int value = 0;
        for (int i = 0; i < 4; i++) {
            char digit = text.charAt(at++);
            // Character.digit also accepts digits of other scripts
            int read = digit < 0x80 ? Character.digit(digit, 16) : -1;
            if (read < 0) {
                throw notJson(number, "has a \\u that is not followed by four hexadecimal digits");
            }
            value = value * 16 + read;
        }
        return (char) value;
    }

    private void skipBlanks() {
        while (at < text.length() && isBlank(text.charAt(at))) {
            at++;
        }
    }

    private static void requireItem(String item, int number) throws InvalidValue {
        if (item.isBlank()) {
            throw new InvalidValue(
                    "item " + number + " is empty", "no item of a list is empty", "remove the extra comma");
        }
    }

    private static InvalidValue notJson(int number, String what) {
        return new InvalidValue("item " + number + " " + what, FORMS, "write it as JSON, or without any quotes");
    }

    /** Trims blanks, tabs and line ends, and nothing else: {@code strip} and {@code trim} remove more characters. */
    public static String trim(String text) {
        int start = 0;
        int end = text.length();
        while (start < end && isBlank(text.charAt(start))) {
            start++;
        }
        while (end > start && isBlank(text.charAt(end - 1))) {
            end--;
        }
        return text.substring(start, end);
    }

    static boolean isBlank(char c) {
        return c == ' ' || c == '\t' || c == '\n' || c == '\r';
    }
}
