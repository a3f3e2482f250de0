package io.keyward.cli.terminal;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.keyward.KeyFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Recognises what is copied together with a key: quotes, the name of its variable, its header, the byte-order mark of
 * an editor. Such a text could be a key made elsewhere, so without this check it would fail later, far from the cause.
 *
 * <p>The sentences follow "the key" and repeat nothing of the text.
 */
public final class PastedKey {
    private static final String OPENING_QUOTES = "\"'`“”„‘’‚«»‹›";
    private static final String BYTE_ORDER_MARK = "\uFEFF";
    /** Parts of an issued key, see {@link KeyFormat}. */
    private static final int MAX_PREFIX = 20;

    private static final int ID = 8;
    private static final int SECRET_AND_CHECK = 36;
    /**
     * A key made elsewhere has at least 16 characters. Fewer characters after a colon are part of a key with a colon
     * in it.
     */
    private static final String VALUE = "\\s*(?<value>(?:(?:bearer|apikey|token|basic)\\s+)?\\S{16,}.*)";

    private static final Pattern SCHEME = Pattern.compile("(?i)(?:bearer|apikey|token|basic)\\s+\\S.*");
    private static final Pattern URL = Pattern.compile("(?i)(?:https?|wss?)://.*");
    private static final Pattern NAMED = Pattern.compile(
            "(?i)(?:export\\s+|set\\s+|\\$env:|-H\\s*['\"]?)?(?<name>[a-z][a-z0-9_.-]*)['\"]?\\s*(?<separator>[=:])"
                    + VALUE);
    private static final Pattern NAME_OF_CREDENTIAL =
            Pattern.compile("(?i).*(?:key|token|secret|passw|auth|credential).*");
    private static final Pattern VARIABLE = Pattern.compile("[A-Z][A-Z0-9_]*");

    private static final Pattern NO_PART_OF_A_KEY = Pattern.compile("[^0-9A-Za-z_]");

    private PastedKey() {}

    /** Returns what surrounds a key, to follow "the key"; nothing for a text that is a key and no more. */
    public static Optional<String> surroundingsOf(String text) {
        if (text.startsWith(BYTE_ORDER_MARK)) {
            return Optional.of("has a byte-order mark before it; save the file as UTF-8 without one");
        }
        if (!text.equals(text.strip())
                || isBlank(text.codePointAt(0))
                || isBlank(text.codePointBefore(text.length()))) {
            return Optional.of("has blanks before or after it; copy it without them");
        }
        if (OPENING_QUOTES.indexOf(text.charAt(0)) >= 0) {
            return Optional.of("has quotes around it; copy it without them");
        }
        if (text.charAt(0) == '{' || text.charAt(0) == '[') {
            return Optional.of("comes inside JSON; copy its value alone");
        }
        if (SCHEME.matcher(text).matches()) {
            return Optional.of("comes with other text, the scheme of a header; copy the key alone");
        }
        if (URL.matcher(text).matches()) {
            return Optional.of("comes inside a URL, or this is the URL of the service; copy the key alone");
        }
        Matcher named = NAMED.matcher(text);
        if (named.matches() && isName(named)) {
            return Optional.of("comes with other text, like a header name or `API_KEY=`; copy the key alone");
        }
        if (!isIssued(text) && isIssued(withSmallLetters(text))) {
            return Optional.of("has a capital letter where there is a small one, as some keyboards write the first;"
                    + " copy it again");
        }
        if (holdsIssuedKey(text)) {
            return Optional.of(
                    "comes with other characters, like the stars of bold text or a full stop; copy the key" + " alone");
        }
        Matcher foreign = NO_PART_OF_A_KEY.matcher(text);
        if (foreign.find() && isIssued(foreign.replaceAll(""))) {
            foreign.reset().find();
            return Optional.of("has a character at position " + (foreign.start() + 1)
                    + " that is no part of it and may be invisible; copy it again");
        }
        return Optional.empty();
    }

    /** Returns whether a text is an issued key; its check digits make a mistake almost impossible. */
    private static boolean isIssued(String text) {
        return KeyFormat.recognise(text)
                .filter(format -> format.flawOf(text).isEmpty())
                .isPresent();
    }

    /** Returns a text with prefix and id in small letters, if it has the length of a key. */
    private static String withSmallLetters(String text) {
        int secret = Math.max(0, text.length() - SECRET_AND_CHECK);
        return text.substring(0, secret).toLowerCase(Locale.ROOT) + text.substring(secret);
    }

    private static boolean holdsIssuedKey(String text) {
        if (isIssued(text)) {
            return false;
        }
        for (int underscore = text.indexOf('_'); underscore >= 0; underscore = text.indexOf('_', underscore + 1)) {
            int end = underscore + 1 + ID + SECRET_AND_CHECK;
            for (int start = Math.max(0, underscore - MAX_PREFIX);
                    start < underscore && end <= text.length();
                    start++) {
                if (isIssued(text.substring(start, end))) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Names an encoding other than UTF-8, and what to do about it; nothing if the bytes may be UTF-8. */
    static Optional<String> encodingOf(byte[] bytes) {
        boolean marked = bytes.length >= 2
                && ((bytes[0] == (byte) 0xFF && bytes[1] == (byte) 0xFE)
                        || (bytes[0] == (byte) 0xFE && bytes[1] == (byte) 0xFF));
        if (marked || new String(bytes, UTF_8).indexOf('\0') >= 0) {
            return Optional.of("standard input is UTF-16, as `>` of PowerShell writes it; save it as UTF-8 without a"
                    + " byte-order mark");
        }
        return Optional.empty();
    }

    /**
     * A key that was made elsewhere may hold a colon or an equals sign, so the part before it must look like a name.
     */
    private static boolean isName(Matcher named) {
        String name = named.group("name");
        return NAME_OF_CREDENTIAL.matcher(name).matches()
                || (named.group("separator").equals("=")
                        && VARIABLE.matcher(name).matches())
                || KeyFormat.recognise(named.group("value")).isPresent();
    }

    /** Blanks that {@link String#strip} leaves, such as the no-break space that web pages put around code. */
    private static boolean isBlank(int character) {
        return Character.isSpaceChar(character) || Character.getType(character) == Character.FORMAT;
    }
}
