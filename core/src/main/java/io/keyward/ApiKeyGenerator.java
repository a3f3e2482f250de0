package io.keyward;

import static java.util.Objects.requireNonNull;

import java.security.SecureRandom;

/**
 * Makes new keys of one format: an id and a secret of 178.6 bits from a cryptographic source.
 *
 * <p>Each character is drawn by rejection sampling, so all are equally likely. If the random source fails,
 * {@link #generate} fails too: there is no fallback to a weaker source.
 *
 * <p>May be shared between threads, as {@link SecureRandom} may.
 */
public final class ApiKeyGenerator {
    private static final String ID_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz";
    private static final int BATCH = 64;
    /** A good source needs more batches than this with a probability below 2^-1000. */
    private static final int MAX_BATCHES = 64;

    private final KeyFormat format;
    private final SecureRandom random;

    private ApiKeyGenerator(KeyFormat format, SecureRandom random) {
        this.format = requireNonNull(format, "format");
        this.random = requireNonNull(random, "random");
    }

    /** Returns a generator over the platform's {@link SecureRandom}. */
    public static ApiKeyGenerator of(KeyFormat format) {
        return of(format, new SecureRandom());
    }

    /** Returns a generator over the given source. */
    public static ApiKeyGenerator of(KeyFormat format, SecureRandom random) {
        return new ApiKeyGenerator(format, random);
    }

    /** Returns the format of the keys made here. */
    public KeyFormat format() {
        return format;
    }

    /**
     * Returns a new key with a new id.
     *
     * @throws IllegalStateException if the source repeats itself and never yields enough characters
     * @throws RuntimeException the exception of the source, if it fails
     */
    public ApiKey generate() {
        return generate(newId());
    }

    /**
     * Returns a new key with a given id, for a rotation: the secret is new, the id stays.
     *
     * @param id 8 characters of {@code 0-9a-z}
     * @throws IllegalArgumentException if the id has another form
     * @throws IllegalStateException as {@link #generate()}
     */
    public ApiKey generate(String id) {
        if (!KeyFormat.isId(id)) {
            throw new IllegalArgumentException("id of an issued key must be " + KeyFormat.ID_LENGTH + " of 0-9 a-z");
        }
        return format.assemble(id, draw(Base62.DIGITS, KeyFormat.SECRET_LENGTH));
    }

    /**
     * Returns a new id: 8 characters of {@code 0-9a-z}, 41.4 bits. Another key may have it already, which is unlikely.
     */
    public String newId() {
        return draw(ID_DIGITS, KeyFormat.ID_LENGTH);
    }

    /** Draws characters evenly: a byte at or above the largest multiple of the alphabet's size is thrown away. */
    private String draw(String alphabet, int count) {
        int bound = 256 - 256 % alphabet.length();
        StringBuilder drawn = new StringBuilder(count);
        byte[] batch = new byte[BATCH];
        for (int batches = 0; drawn.length() < count; batches++) {
            if (batches == MAX_BATCHES) {
                throw new IllegalStateException("the random source repeats itself; use another SecureRandom");
            }
            random.nextBytes(batch);
            for (int i = 0; i < BATCH && drawn.length() < count; i++) {
                int value = Byte.toUnsignedInt(batch[i]);
                if (value < bound) {
                    drawn.append(alphabet.charAt(value % alphabet.length()));
                }
            }
        }
        return drawn.toString();
    }

    @Override
    public String toString() {
        return "ApiKeyGenerator[" + format.prefix() + "]";
    }
}
