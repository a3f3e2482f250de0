package io.keyward;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.Optional;
import java.util.regex.Pattern;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * Describes the text of the keys that an application issues, and finds what is wrong with a text that is not such a
 * key.
 *
 * <pre>
 *  kw_live_7hq2mz9a k3…30 characters…Qx 4fT0Zb
 *  └prefix┘└─id 8──┘└──secret 30 ──────┘└check 6┘
 * </pre>
 *
 * <p>The prefix is chosen by the application and says whose key it is and for which environment. After it comes
 * {@code _}, then exactly 44 characters of {@code 0-9A-Za-z}: the public id (8, lower case), the secret (30, 178.6
 * bits) and the check digits (6), the CRC-32 (ISO 3309) of everything before them in base 62. A text is read by
 * position from its end, never by splitting it. Nothing here needs a store, so a typing error is found offline.
 *
 * <p>Immutable; may be shared between threads.
 */
public final class KeyFormat {
    static final int ID_LENGTH = 8;
    static final int SECRET_LENGTH = 30;
    static final int CHECK_LENGTH = 6;
    /** Characters after the prefix and its underscore. */
    static final int TAIL_LENGTH = ID_LENGTH + SECRET_LENGTH + CHECK_LENGTH;

    private static final int MIN_PREFIX = 2;
    private static final int MAX_PREFIX = 20;
    private static final Pattern PREFIX = Pattern.compile("[a-z][a-z0-9]*(_[a-z0-9]+)*");
    private static final Pattern ID = Pattern.compile("[0-9a-z]{" + ID_LENGTH + "}");

    private final String prefix;

    private KeyFormat(String prefix) {
        this.prefix = prefix;
    }

    /**
     * Returns the format with a prefix, such as {@code acme_live}.
     *
     * <p>With a prefix of up to 10 characters a key fits one block of SHA-256; a longer one costs a second block at
     * each verification.
     *
     * @param prefix 2 to 20 characters: words of {@code a-z 0-9} joined by single underscores, the first character a
     *     letter
     * @throws IllegalArgumentException if the prefix has another form
     */
    public static KeyFormat of(String prefix) {
        boolean fits = prefix.length() >= MIN_PREFIX && prefix.length() <= MAX_PREFIX;
        if (!fits || !PREFIX.matcher(prefix).matches()) {
            throw new IllegalArgumentException("key prefix must be " + MIN_PREFIX + " to " + MAX_PREFIX
                    + " characters, words of a-z 0-9 between single underscores, a letter first, like acme_live");
        }
        return new KeyFormat(prefix);
    }

    /**
     * Returns the format that a text claims to have, read from its prefix, whatever its check digits say.
     *
     * @return the format, or nothing if the text does not have the outline of an issued key
     */
    public static Optional<KeyFormat> recognise(String text) {
        int prefixLength = text.length() - TAIL_LENGTH - 1;
        if (prefixLength < MIN_PREFIX || prefixLength > MAX_PREFIX || text.charAt(prefixLength) != '_') {
            return Optional.empty();
        }
        String prefix = text.substring(0, prefixLength);
        return PREFIX.matcher(prefix).matches() ? Optional.of(new KeyFormat(prefix)) : Optional.empty();
    }

    /** Returns whether a text has the form of the id in an issued key: 8 characters of {@code 0-9a-z}. */
    public static boolean isId(String text) {
        return ID.matcher(text).matches();
    }

    /** Returns the prefix, without the underscore after it. */
    public String prefix() {
        return prefix;
    }

    /** Returns the number of characters of a key: 52 with a prefix of 7. */
    public int length() {
        return prefix.length() + 1 + TAIL_LENGTH;
    }

    /**
     * Reads a key of this format, strictly.
     *
     * @throws KeyFormatException if {@link #flawOf} finds a flaw; the exception names it, and holds nothing of the text
     */
    public ApiKey parse(String text) {
        Optional<Flaw> flaw = flawOf(text);
        if (flaw.isPresent()) {
            throw new KeyFormatException(flaw.get());
        }
        return ApiKey.of(text);
    }

    /**
     * Returns the first flaw of a text as a key of this format; empty if it has none.
     *
     * <p>A text without a flaw is well-formed, but not always valid: only a verifier knows whether it was issued.
     */
    public Optional<Flaw> flawOf(String text) {
        if (!text.startsWith(prefix + "_")) {
            return Optional.of(Flaw.PREFIX);
        }
        if (text.length() != length()) {
            return Optional.of(Flaw.LENGTH);
        }
        if (!hasTailAlphabet(text)) {
            return Optional.of(Flaw.ALPHABET);
        }
        byte[] bytes = text.getBytes(ISO_8859_1);
        return checkDigitsMatch(bytes, 0, bytes.length, new CRC32())
                ? Optional.empty()
                : Optional.of(Flaw.CHECK_DIGITS);
    }

    /**
     * Returns the id inside a key of this format.
     *
     * @return 8 characters of {@code 0-9a-z}; public, safe in logs
     * @throws KeyFormatException if the key is not of this format
     */
    public String idOf(ApiKey key) {
        parse(key.reveal());
        return key.reveal().substring(prefix.length() + 1, prefix.length() + 1 + ID_LENGTH);
    }

    /**
     * Returns a regular expression that finds keys of this format in other text.
     *
     * <p>It uses only what PCRE, RE2 and {@code java.util.regex} have in common. It does not verify the check digits,
     * so pass what it finds to {@link #flawOf}.
     */
    public String regex() {
        return "\\b" + prefix + "_[0-9a-z]{" + ID_LENGTH + "}[0-9A-Za-z]{" + (SECRET_LENGTH + CHECK_LENGTH) + "}\\b";
    }

    /** Returns the key made of an id and a secret: adds prefix and check digits. */
    ApiKey assemble(String id, String secret) {
        String body = prefix + "_" + id + secret;
        byte[] bytes = body.getBytes(ISO_8859_1);
        CRC32 crc = new CRC32();
        crc.update(bytes, 0, bytes.length);
        return ApiKey.of(body + Base62.print(crc.getValue(), CHECK_LENGTH));
    }

    /**
     * Returns whether bytes have the outline of an issued key of any prefix, and check digits that do not belong to it.
     * The digits are checked before the alphabet, because a match settles the question alone.
     */
    static boolean isMistyped(byte[] text, int from, int length, CRC32 crc) {
        int prefixLength = length - TAIL_LENGTH - 1;
        return prefixLength >= MIN_PREFIX
                && prefixLength <= MAX_PREFIX
                && text[from + prefixLength] == '_'
                && !checkDigitsMatch(text, from, length, crc)
                && isBase62(text, from + prefixLength + 1, from + length);
    }

    /** Returns whether the last six bytes are the check digits of those before them. */
    private static boolean checkDigitsMatch(byte[] text, int from, int length, CRC32 crc) {
        int body = length - CHECK_LENGTH;
        crc.reset();
        crc.update(text, from, body);
        long claimed = 0;
        for (int i = body; i < length; i++) {
            claimed = claimed * Base62.BASE + Base62.valueOf(text[from + i]);
        }
        return claimed == crc.getValue();
    }

    private static boolean isBase62(byte[] text, int from, int to) {
        int values = 0;
        for (int i = from; i < to; i++) {
            values |= Base62.valueOf(text[i]);
        }
        return values >= 0;
    }

    private boolean hasTailAlphabet(String text) {
        int idEnd = prefix.length() + 1 + ID_LENGTH;
        for (int i = prefix.length() + 1; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Base62.valueOf(c) < 0 || (i < idEnd && c >= 'A' && c <= 'Z')) {
                return false;
            }
        }
        return true;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof KeyFormat that && prefix.equals(that.prefix);
    }

    @Override
    public int hashCode() {
        return prefix.hashCode();
    }

    @Override
    public String toString() {
        return "KeyFormat[" + prefix + "]";
    }

    /** Names what is wrong with a text as a key of one format, in the order of the checks. */
    public enum Flaw {
        /** Another prefix: a key of another application or environment, or not a key at all. */
        PREFIX("does not begin with the prefix of this application"),
        /** A part is missing, or there is something extra at an end. */
        LENGTH("has the wrong length: a part is missing or too much was copied"),
        /** A character that no key has, such as a blank, a quote or a letter from another alphabet. */
        ALPHABET("has a character that no key has"),
        /** Each character is allowed, but the check digits do not match the rest. */
        CHECK_DIGITS("check digits do not match: a character is wrong or missing");

        private final String description;

        Flaw(String description) {
            this.description = description;
        }

        /** Returns the flaw in words a person understands, to follow "the key". */
        public String description() {
            return description;
        }
    }
}
