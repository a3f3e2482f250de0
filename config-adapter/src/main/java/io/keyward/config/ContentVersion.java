package io.keyward.config;

import java.nio.ByteBuffer;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Makes a number of a content, so that another content has another number.
 *
 * <p>Keyed with a secret of this process: a version is not secret, and a plain digest would let who sees it test
 * guesses at a hash.
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

    /** Returns a number from 1 on. */
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
