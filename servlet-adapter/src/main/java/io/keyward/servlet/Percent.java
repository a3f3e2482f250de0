package io.keyward.servlet;

/** Reads {@code %nn}. */
final class Percent {
    private Percent() {}

    /** Returns the octet that {@code %nn} at an index stands for; -1 if two hexadecimal ASCII digits do not follow. */
    static int octetAt(String text, int index) {
        if (index + 2 >= text.length()) {
            return -1;
        }
        int high = digit(text.charAt(index + 1));
        int low = digit(text.charAt(index + 2));
        return high < 0 || low < 0 ? -1 : high * 16 + low;
    }

    /** Character.digit would take full-width digits too. */
    private static int digit(char c) {
        return c < 0x80 ? Character.digit(c, 16) : -1;
    }
}
