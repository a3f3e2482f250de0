package io.keyward.config;

import java.nio.ByteBuffer;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Computes a version number from a content. Different contents have different numbers.
 *
 * <p>The computation uses a random key of this process, because a version is not secret: with a plain digest, anyone
 * who sees it could test guesses at a hash.
 */
final class ContentVersion {
    private static final String ALGORITHM = "HmacSHA256";
    private static final SecretKeySpec KEY = newKey();

    private ContentVersion() {}

    private static SecretKeySpec newKey() {
        byte[] key = new byte[32];
        new SecureRandom().nextBytes(key);
        return new SecretKeySpec(key, ALGORITHM);
    }

    /** Returns a positive number. */
    static long of(byte[] content) {
        return Math.max(1, ByteBuffer.wrap(mac(content)).getLong() & Long.MAX_VALUE);
    }

    /** Returns 32 bytes that nobody outside this process can compute. */
    static byte[] mac(byte[] content) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(KEY);
            return mac.doFinal(content);
        } catch (NoSuchAlgorithmException | InvalidKeyException e) {
            throw new IllegalStateException("no JCA provider has " + ALGORITHM, e);
        }
    }
}
