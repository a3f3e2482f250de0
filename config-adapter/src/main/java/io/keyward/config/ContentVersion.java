package io.keyward.config;

import io.keyward.env.Sha256;
import java.nio.ByteBuffer;
import java.security.SecureRandom;

/**
 * Computes a version number from a content. Different contents have different numbers.
 *
 * <p>The computation uses a random key of this process, because a version is not secret: with a plain digest, anyone
 * who sees it could test guesses at a hash.
 */
final class ContentVersion {
    private static final byte[] KEY = newKey();

    private ContentVersion() {}

    private static byte[] newKey() {
        byte[] key = new byte[32];
        new SecureRandom().nextBytes(key);
        return key;
    }

    /** Returns a positive number. */
    static long of(byte[] content) {
        return Math.max(1, ByteBuffer.wrap(keyed(content)).getLong() & Long.MAX_VALUE);
    }

    /** Returns 32 bytes that nobody outside this process can compute. */
    static byte[] keyed(byte[] content) {
        // not a Mac, which loads every provider of the JDK, and `keyward list` waits for it; the key on both sides, so
        // that nobody can go on from a digest
        return Sha256.of(KEY, content, KEY);
    }
}
