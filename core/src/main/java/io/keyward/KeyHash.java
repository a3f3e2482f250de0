package io.keyward;

import static java.util.Objects.requireNonNull;

import java.util.HexFormat;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Holds what may be stored of a key: 32 bytes that a one-way function made of it, and the name of that function.
 *
 * <p>The text form is {@code sha256:} and 64 hexadecimal digits, or {@code hmac-sha256:<pepper id>:} and 64. It is as
 * secret as the key, because anyone who knows it can test guesses and recognise the key. Only {@link #reveal} returns
 * it: {@link #toString} names the type only, no method returns an array, the type cannot be serialized, and comparison
 * always looks at all 32 bytes.
 *
 * <p>Immutable; may be shared between threads.
 */
public final class KeyHash {
    static final String SHA256 = "sha256";
    static final String HMAC_SHA256 = "hmac-sha256";

    private static final String SHA256_COLON = SHA256 + ":";
    private static final Pattern HMAC_COLON = Pattern.compile("hmac-sha256:[a-z0-9][a-z0-9_-]{0,31}:");
    private static final int WORD_DIGITS = 16;
    private static final int DIGITS = 4 * WORD_DIGITS;
    private static final HexFormat HEX = HexFormat.of();
    /** SHA-256 of no bytes at all, FIPS 180-4: what a script computes if its key variable is not set. */
    private static final KeyHash OF_NOTHING =
            new KeyHash(SHA256, 0xe3b0c44298fc1c14L, 0x9afbf4c8996fb924L, 0x27ae41e4649b934cL, 0xa495991b7852b855L);

    private final String scheme;
    /** Transient for the same reason as the text in {@link ApiKey}. */
    final transient long word0;

    final transient long word1;
    final transient long word2;
    final transient long word3;

    KeyHash(String scheme, long word0, long word1, long word2, long word3) {
        this.scheme = requireNonNull(scheme, "scheme");
        this.word0 = word0;
        this.word1 = word1;
        this.word2 = word2;
        this.word3 = word3;
    }

    /**
     * Reads the text form of a hash; 64 hexadecimal digits alone are taken as SHA-256. Digits may be of either case.
     *
     * @throws IllegalArgumentException if the text has another form, is all zeros, or is the SHA-256 hash of the empty
     *     string or of another text that is no key, such as {@code null}; the message holds nothing of the text
     */
    public static KeyHash parse(String text) {
        int start = text.length() - DIGITS;
        String scheme = start < 0 ? null : schemeOf(text, start);
        if (scheme == null || !areDigits(text, start)) {
            throw new IllegalArgumentException("hash must be sha256:<64 hex digits> or hmac-sha256:<pepper id>:<64 hex"
                    + " digits>; this text has " + text.length() + " characters");
        }
        KeyHash hash = new KeyHash(
                scheme, word(text, start, 0), word(text, start, 1), word(text, start, 2), word(text, start, 3));
        hash.refuseKnownEmpty();
        return hash;
    }

    /** Returns the scheme that is written before the digits; null if it is none. */
    private static @Nullable String schemeOf(String text, int end) {
        if (end == 0 || (end == SHA256_COLON.length() && text.startsWith(SHA256_COLON))) {
            return SHA256;
        }
        return HMAC_COLON.matcher(text).region(0, end).matches() ? text.substring(0, end - 1) : null;
    }

    private static boolean areDigits(String text, int start) {
        for (int i = start; i < text.length(); i++) {
            if (!HexFormat.isHexDigit(text.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    private static long word(String text, int start, int index) {
        int at = start + index * WORD_DIGITS;
        return HexFormat.fromHexDigitsToLong(text, at, at + WORD_DIGITS);
    }

    private void refuseKnownEmpty() {
        if ((word0 | word1 | word2 | word3) == 0) {
            throw new IllegalArgumentException("hash is all zeros, which no key has; regenerate it from the key");
        }
        if (equals(OF_NOTHING)) {
            throw new IllegalArgumentException("hash is that of the empty string; regenerate it from the key");
        }
        if (OfSlips.HASHES.contains(this)) {
            throw new IllegalArgumentException(
                    "hash is that of a text that is no key, such as `null`; regenerate it from the key");
        }
    }

    /** Made when the first hash is read. */
    private static final class OfSlips {
        static final Set<KeyHash> HASHES = new Sha256Hasher().hashesOfSlips();
    }

    /** Returns the function that made the hash: {@code sha256}, or {@code hmac-sha256:<pepper id>}. Not secret. */
    public String scheme() {
        return scheme;
    }

    /** Returns the text form: scheme, colon, 64 lower-case digits. It is a secret, and only a store needs it. */
    public String reveal() {
        return scheme
                + ":"
                + HEX.toHexDigits(word0)
                + HEX.toHexDigits(word1)
                + HEX.toHexDigits(word2)
                + HEX.toHexDigits(word3);
    }

    /** Compares scheme and all 32 bytes, in time that does not depend on where the bytes differ. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof KeyHash that
                && scheme.equals(that.scheme)
                && ((word0 ^ that.word0) | (word1 ^ that.word1) | (word2 ^ that.word2) | (word3 ^ that.word3)) == 0;
    }

    @Override
    public int hashCode() {
        return Long.hashCode(word0);
    }

    /** Returns the name of the type, never the bytes. */
    @Override
    public String toString() {
        return "KeyHash";
    }
}
