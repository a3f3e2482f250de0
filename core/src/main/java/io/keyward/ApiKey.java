package io.keyward;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/**
 * Holds the secret text that a caller presents: the key itself, never to be stored or logged.
 *
 * <p>A key is 16 to 256 printable ASCII characters without a blank. This includes the keys of {@link KeyFormat} and
 * most keys made elsewhere. Only {@link #reveal} returns the text: {@link #toString} names the type only, a key cannot
 * be serialized, and comparing two keys of one length takes the same time wherever they differ.
 *
 * <p>Not protected: the text stays in the heap until it is collected. Immutable; may be shared between threads.
 */
public final class ApiKey {
    /** The fewest characters of a key: {@value}. */
    public static final int MIN_LENGTH = 16;
    /** The most characters of a key: {@value}. */
    public static final int MAX_LENGTH = 256;

    static final char FIRST_PRINTABLE = '!';
    static final char LAST_PRINTABLE = '~';

    /** Transient because libraries that write the fields of any object, such as Gson, leave transient ones out. */
    private final transient String text;

    private ApiKey(String text) {
        this.text = text;
    }

    /**
     * Returns the key with this text, issued here or made elsewhere.
     *
     * @throws IllegalArgumentException if the text is shorter or longer than a key, or a character is not printable
     *     ASCII; the message gives the position, never the character
     */
    public static ApiKey of(String text) {
        if (text.length() < MIN_LENGTH || text.length() > MAX_LENGTH) {
            throw new IllegalArgumentException(
                    "key has " + text.length() + " characters and must have " + MIN_LENGTH + " to " + MAX_LENGTH);
        }
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < FIRST_PRINTABLE || c > LAST_PRINTABLE) {
                throw new IllegalArgumentException(
                        "key has a blank, control or non-ASCII character at position " + (i + 1));
            }
        }
        return new ApiKey(text);
    }

    /** Returns the text of the key, which is the secret: show it once, to the person who will use it. */
    public String reveal() {
        return text;
    }

    /** Compares in time that depends on the lengths alone. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ApiKey that
                && MessageDigest.isEqual(text.getBytes(ISO_8859_1), that.text.getBytes(ISO_8859_1));
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    /** Returns the name of the type, never the text. */
    @Override
    public String toString() {
        return "ApiKey";
    }
}
