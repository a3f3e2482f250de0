package io.keyward;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Turns keys into hashes by one scheme. Ready ones are in {@link KeyHashers}; there are no others.
 *
 * <p>The engines come from the JCA, so an installed FIPS provider is used. May be shared between threads, virtual ones
 * included; keep one for long, since it holds the engines of its threads.
 */
public abstract sealed class KeyHasher permits Sha256Hasher, HmacSha256Hasher {
    private static final VarHandle WORDS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    /** What a script hashes that lost the key: nothing, a line end, the word of its language for nothing. */
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
    private final Desks desks;
    private volatile @Nullable Set<KeyHash> slips;

    KeyHasher(String scheme) {
        this.scheme = scheme;
        this.desks = new Desks(this::newEngine);
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
        Object[] desk = desks.take();
        KeyText.copy(text, desk);
        KeyHash hash = hash(desk, text.length());
        KeyText.wipe(desk, text.length());
        desks.giveBack(desk);
        return hash;
    }

    /**
     * Returns the check value of the pepper: 16 hexadecimal digits, to be kept with the hashes, so that another pepper
     * under the same id is noticed. Empty for a scheme without pepper.
     *
     * <p>It is the beginning of an HMAC over a label and the pepper's id. The label has characters that no key has, so the
     * value is the hash of no key. Not secret: it says nothing of the pepper but whether two are the same.
     */
    public Optional<String> check() {
        return Optional.empty();
    }

    /** Returns the hash of no text at all, which a forgotten key leaves behind. */
    final KeyHash hashOfNothing() {
        return hash(desks.newDesk(), 0);
    }

    /** Returns the hashes of texts that only a slip produces, and that of no text. */
    final Set<KeyHash> hashesOfSlips() {
        Set<KeyHash> known = slips;
        if (known == null) {
            known = newHashesOfSlips();
            slips = known;
        }
        return known;
    }

    private Set<KeyHash> newHashesOfSlips() {
        Object[] desk = desks.newDesk();
        Set<KeyHash> hashes = new HashSet<>();
        for (String slip : SLIPS) {
            byte[] text = slip.getBytes(UTF_8);
            System.arraycopy(text, 0, (byte[]) desk[Desks.BYTES], Desks.TEXT, text.length);
            hashes.add(hash(desk, text.length));
        }
        return Set.copyOf(hashes);
    }

    /**
     * Looks a presented text up: hashes it once and probes once.
     *
     * @return the answer stored for it; else {@link RingVerifier#MALFORMED} for a text that cannot be a key or has wrong
     *     check digits, {@link RingVerifier#UNKNOWN} for any other
     */
    final Object look(String presented, SecretTable table) {
        Object[] desk = desks.take();
        int length = presented.length();
        Object answer = KeyText.copy(presented, desk) ? lookUp(desk, length, table) : RingVerifier.MALFORMED;
        KeyText.wipe(desk, length);
        desks.giveBack(desk);
        return answer;
    }

    private KeyHash hash(Object[] desk, int length) {
        byte[] bytes = digest(desk, length);
        return new KeyHash(scheme, word(bytes, 0), word(bytes, 1), word(bytes, 2), word(bytes, 3));
    }

    private Object lookUp(Object[] desk, int length, SecretTable table) {
        byte[] bytes = digest(desk, length);
        Object answer = table.find(word(bytes, 0), word(bytes, 1), word(bytes, 2), word(bytes, 3));
        return answer == RingVerifier.UNKNOWN && KeyText.isMistyped(desk, length) ? RingVerifier.MALFORMED : answer;
    }

    private byte[] digest(Object[] desk, int length) {
        byte[] bytes = (byte[]) desk[Desks.BYTES];
        digest(desk[Desks.ENGINE], bytes, length);
        return bytes;
    }

    private static long word(byte[] bytes, int index) {
        return (long) WORDS.get(bytes, Desks.RESULT + index * Long.BYTES);
    }

    /** Returns a new engine for one thread at a time. */
    abstract Object newEngine();

    /** Writes the hash of the {@code length} bytes at {@link Desks#TEXT} to {@link Desks#RESULT}. */
    abstract void digest(Object engine, byte[] bytes, int length);

    @Override
    public final String toString() {
        return "KeyHasher[" + scheme + "]";
    }
}
