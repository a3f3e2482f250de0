package io.keyward;

import java.util.regex.Pattern;

/**
 * Gives the ready-made {@link KeyHasher}s.
 *
 * <p>A fast hash is right here: an issued key carries 178.6 random bits, which no guessing reaches however fast the
 * hash. It would be wrong for passwords. A pepper helps where hashes may leak apart from it, or where keys made
 * elsewhere are weak.
 */
public final class KeyHashers {
    /** The fewest bytes of a pepper: {@value}. */
    public static final int MIN_PEPPER_LENGTH = 32;

    private static final Pattern PEPPER_ID = Pattern.compile("[a-z0-9][a-z0-9_-]{0,31}");

    private KeyHashers() {}

    /**
     * Returns a hasher of scheme {@code sha256}.
     *
     * <p>Its engines are those of the JCA provider that has precedence when a thread first uses it.
     */
    public static KeyHasher sha256() {
        return new Sha256Hasher();
    }

    /**
     * Returns a hasher of scheme {@code hmac-sha256:<pepperId>}: HMAC-SHA-256 keyed with a pepper.
     *
     * @param pepperId 1 to 32 of {@code a-z 0-9 _ -}, the first no sign; stands in each hash, so that several peppers
     *     can be live at once
     * @param pepper at least {@value #MIN_PEPPER_LENGTH} random bytes, kept apart from the hashes; copied
     * @throws IllegalArgumentException if the id has another form or the pepper is shorter
     */
    public static KeyHasher hmacSha256(String pepperId, byte[] pepper) {
        if (!PEPPER_ID.matcher(pepperId).matches()) {
            throw new IllegalArgumentException("pepper id must be 1 to 32 of a-z 0-9 _ -, the first a letter or digit");
        }
        if (pepper.length < MIN_PEPPER_LENGTH) {
            throw new IllegalArgumentException(
                    "pepper `" + pepperId + "` of " + pepper.length + " bytes must have at least " + MIN_PEPPER_LENGTH);
        }
        return new HmacSha256Hasher(pepperId, pepper);
    }
}
