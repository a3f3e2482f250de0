package io.keyward.cli.holder;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.keyward.ApiKey;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;

/**
 * Replaces a key by stars in what passes through, so the answer of a service that repeats its request does not show
 * the key on the screen or write it to a file.
 *
 * <p>Works on pieces of a stream, and holds back only what could be the beginning of the key. For one thread.
 */
final class KeyMask {
    private static final String STARS = "********";

    private final byte[] key;
    private final int[] shorter;
    private int matched;

    KeyMask(ApiKey key) {
        this.key = key.reveal().getBytes(US_ASCII);
        this.shorter = shorterOf(this.key);
    }

    /** Returns a text with stars for the key. */
    static String in(String text, ApiKey key) {
        return text.replace(key.reveal(), STARS);
    }

    /** Takes a piece, and returns what can be passed on of all pieces so far. */
    byte[] next(byte[] piece, int length) {
        ByteArrayOutputStream passed = new ByteArrayOutputStream(length + STARS.length());
        for (int i = 0; i < length; i++) {
            accept(piece[i], passed);
        }
        return passed.toByteArray();
    }

    /** Returns what was held back, after the last piece. */
    byte[] rest() {
        byte[] rest = Arrays.copyOf(key, matched);
        matched = 0;
        return rest;
    }

    private void accept(byte b, ByteArrayOutputStream passed) {
        while (matched > 0 && key[matched] != b) {
            int fewer = shorter[matched - 1];
            passed.write(key, 0, matched - fewer);
            matched = fewer;
        }
        if (key[matched] != b) {
            passed.write(b);
        } else if (++matched == key.length) {
            passed.writeBytes(STARS.getBytes(US_ASCII));
            matched = 0;
        }
    }

    /** Knuth, Morris, Pratt: for each beginning of the key, the longest shorter beginning that it ends with. */
    private static int[] shorterOf(byte[] key) {
        int[] shorter = new int[key.length];
        for (int i = 1, length = 0; i < key.length; i++) {
            while (length > 0 && key[i] != key[length]) {
                length = shorter[length - 1];
            }
            if (key[i] == key[length]) {
                length++;
            }
            shorter[i] = length;
        }
        return shorter;
    }
}
