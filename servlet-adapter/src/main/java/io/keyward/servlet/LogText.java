package io.keyward.servlet;

/**
 * Makes a stranger's text safe for one line of a log: cuts it, and escapes everything except printable ASCII as in
 * JSON.
 */
final class LogText {
    private LogText() {}

    static String quoted(String text, int maxLength) {
        int end = Math.min(text.length(), maxLength);
        StringBuilder shown = new StringBuilder(end + 8);
        for (int i = 0; i < end; i++) {
            char c = text.charAt(i);
            if (c < 0x20 || c > 0x7e || c == '"' || c == '\\') {
                shown.append(String.format("\\u%04x", (int) c));
            } else {
                shown.append(c);
            }
        }
        return end < text.length() ? shown.append("...").toString() : shown.toString();
    }
}
