package io.keyward;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Turns keys into hashes by one scheme: {@link #sha256}, or {@link #hmacSha256} with a pepper. There are no others.
 *
 * <p>A fast hash is right here: an issued key has 178.6 random bits, so nobody can guess it however fast the hash is.
 * It would be wrong for passwords. A pepper helps if the hashes may leak without it, or if keys made elsewhere are
 * weak.
 *
 * <p>The engines come from the JCA, so an installed FIPS provider is used. May be shared between threads, virtual ones
 * included. Keep one hasher and reuse it, because it holds the engines of its threads.
 */
public abstract sealed class KeyHasher permits Sha256Hasher, HmacSha256Hasher {
    /** The fewest bytes of a pepper: {@value}. */
    public static final int MIN_PEPPER_LENGTH = 32;

    private static final Pattern PEPPER_ID = Pattern.compile("[a-z0-9][a-z0-9_-]{0,31}");

    /** What a script hashes if it has lost the key: nothing, a line end, or the null value of its language as text. */
    private static final List<String> SLIPS = List.of(
            "",
            "\n",
            "\r\n",
            " ",
            "\0",
            "\"\"",
            "''",
            "\"\"\n",
            "''\n",
            "null",
            "null\n",
            "\"null\"",
            "undefined",
            "undefined\n",
            "None",
            "None\n",
            "nil",
            "nil\n",
            "NULL",
            "NaN",
            "true",
            "false",
            "0",
            "-",
            "-n",
            "-n \n",
            "[]",
            "{}",
            "[object Object]",
            "[object Object]\n",
            "[object Promise]",
            "$KEY",
            "$API_KEY",
            "${KEY}",
            "${API_KEY}");

    private final String scheme;
    /** Transient for the same reason as the text in {@link ApiKey}: the engines of a pepper hold it. */
    final transient EnginePool pool;

    private volatile @Nullable Set<KeyHash> slips;

    KeyHasher(String scheme) {
        this.scheme = scheme;
        this.pool = new EnginePool(this::newEngine);
    }

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
     * @param pepperId 1 to 32 of {@code a-z 0-9 _ -}, the first a letter or digit; part of each hash, so that several
     *     peppers can be in use at once
     * @param pepper at least {@value #MIN_PEPPER_LENGTH} random bytes, kept apart from the hashes; copied
     * @throws IllegalArgumentException if the id has another form or the pepper is shorter
     */
    public static KeyHasher hmacSha256(String pepperId, byte[] pepper) {
        if (!PEPPER_ID.matcher(pepperId).matches()) {
            throw new IllegalArgumentException("pepper id must be 1 to 32 of a-z 0-9 _ -, the first a letter or digit");
        }
        if (pepper.length < MIN_PEPPER_LENGTH) {
            throw new IllegalArgumentException(
                    "pepper `" + pepperId + "` has " + pepper.length + " bytes, fewer than " + MIN_PEPPER_LENGTH);
        }
        return new HmacSha256Hasher(pepperId, pepper);
    }

    /** Returns the scheme that the hashes made here name, see {@link KeyHash#scheme}. */
    public final String scheme() {
        return scheme;
    }

    /**
     * Returns the hash of a key. Costs one run of the scheme: for SHA-256 well under a microsecond.
     *
     * @throws java.security.ProviderException if the JCA provider fails
     */
    public final KeyHash hash(ApiKey key) {
        String text = key.reveal();
        Object[] kit = pool.take();
        PresentedText.copy(text, kit);
        KeyHash hash = hash(kit, text.length());
        PresentedText.wipe(kit, text.length());
        pool.giveBack(kit);
        return hash;
    }

    /**
     * Returns the check value of the pepper: 16 hexadecimal digits, to be kept with the hashes, so that another pepper
     * under the same id is noticed. Empty for a scheme without pepper.
     *
     * <p>It is the beginning of an HMAC over a label and the pepper's id. The label has characters that no key has, so
     * the value is the hash of no key. It is not secret: it only shows whether two peppers are the same.
     */
    public Optional<String> check() {
        return Optional.empty();
    }

    final KeyHash hashOfNothing() {
        return hash(pool.newKit(), 0);
    }

    /** Returns the hashes of texts that are no key and appear by mistake, the empty one among them. */
    final Set<KeyHash> hashesOfSlips() {
        Set<KeyHash> known = slips;
        if (known == null) {
            known = newHashesOfSlips();
            slips = known;
        }
        return known;
    }

    private Set<KeyHash> newHashesOfSlips() {
        Object[] kit = pool.newKit();
        Set<KeyHash> hashes = new HashSet<>();
        for (String slip : SLIPS) {
            byte[] text = slip.getBytes(UTF_8);
            System.arraycopy(text, 0, (byte[]) kit[EnginePool.BYTES], EnginePool.TEXT, text.length);
            hashes.add(hash(kit, text.length));
        }
        return Set.copyOf(hashes);
    }

    private KeyHash hash(Object[] kit, int length) {
        digest(kit, length);
        return new KeyHash(
                scheme,
                EnginePool.word(kit, 0),
                EnginePool.word(kit, 1),
                EnginePool.word(kit, 2),
                EnginePool.word(kit, 3));
    }

    /**
     * Hashes the {@code length} bytes of the text in the kit; {@link EnginePool#word} then gives the words of the
     * result.
     */
    final void digest(Object[] kit, int length) {
        digest(kit[EnginePool.ENGINE], (byte[]) kit[EnginePool.BYTES], length);
    }

    /** Returns a new engine for one thread at a time. */
    abstract Object newEngine();

    /** Writes the hash of the {@code length} bytes at {@link EnginePool#TEXT} to {@link EnginePool#RESULT}. */
    abstract void digest(Object engine, byte[] bytes, int length);

    @Override
    public final String toString() {
        return "KeyHasher[" + scheme + "]";
    }
}
