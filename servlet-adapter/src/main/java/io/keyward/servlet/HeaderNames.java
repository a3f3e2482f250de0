package io.keyward.servlet;

/** Compares and checks names of header fields, independent of the JVM's locale. */
final class HeaderNames {
    private static final String TOKEN_MARKS = "!#$%&'*+-.^_`|~";

    private HeaderNames() {}

    /**
     * Returns whether two names differ in case only, or in {@code _} and {@code .} where the other has {@code -}:
     * CGI-style servers behind this one treat those as the same header, and attackers have forged identity headers that
     * way.
     */
    static boolean alike(String one, String other) {
        return equal(one, other, true);
    }

    /** Returns whether two names differ in case only. */
    static boolean same(String one, String other) {
        return equal(one, other, false);
    }

    /**
     * Refuses texts that are not names.
     *
     * @throws IllegalArgumentException if a text is not a token of RFC 9110 §5.6.2
     */
    static void requireTokens(String what, String... texts) {
        for (String text : texts) {
            if (!isToken(text)) {
                throw new IllegalArgumentException(what + " (" + LogText.quoted(text, 40)
                        + ") must be a token of RFC 9110: letters, digits and " + TOKEN_MARKS);
            }
        }
    }

    static boolean isToken(String text) {
        boolean token = !text.isEmpty();
        for (int i = 0; i < text.length(); i++) {
            token &= isTokenChar(text.charAt(i));
        }
        return token;
    }

    /** Returns whether a name is of letters, digits and hyphens; nginx drops request headers with any other. */
    static boolean passesProxies(String name) {
        for (int i = 0; i < name.length(); i++) {
            if (!isAlphanumeric(name.charAt(i)) && name.charAt(i) != '-') {
                return false;
            }
        }
        return true;
    }

    static boolean isTokenChar(char c) {
        return isAlphanumeric(c) || TOKEN_MARKS.indexOf(c) >= 0;
    }

    /** Character.isLetterOrDigit would accept letters of every alphabet. */
    static boolean isAlphanumeric(char c) {
        char folded = fold(c, false);
        return (folded >= 'a' && folded <= 'z') || (c >= '0' && c <= '9');
    }

    private static boolean equal(String one, String other, boolean marksAlike) {
        if (one.length() != other.length()) {
            return false;
        }
        for (int i = 0; i < one.length(); i++) {
            if (fold(one.charAt(i), marksAlike) != fold(other.charAt(i), marksAlike)) {
                return false;
            }
        }
        return true;
    }

    private static char fold(char c, boolean marksAlike) {
        if (c >= 'A' && c <= 'Z') {
            return (char) (c + ('a' - 'A'));
        }
        return marksAlike && (c == '_' || c == '.') ? '-' : c;
    }
}
