package io.keyward.cli.holder;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.keyward.ApiKey;

/**
 * Replaces a key by stars in what passes through, so the answer of a service that repeats its request does not show
 * the key on the screen or write it to a file.
 *
 * <p>Works on pieces of a stream, and holds back only what could be the beginning of the key. For one thread.
 */
final class KeyMask {
    private static final String STARS = "********";

    private final String key;
    private String held = "";

    KeyMask(ApiKey key) {
        this.key = key.reveal();
    }

    /** Returns a text with stars for the key. */
    static String in(String text, ApiKey key) {
        return text.replace(key.reveal(), STARS);
    }

    /** Takes a piece, and returns what can be passed on of all pieces so far. */
    byte[] next(byte[] piece, int length) {
        // in this encoding a character is a byte, whatever the encoding of the stream
        String text = (held + new String(piece, 0, length, ISO_8859_1)).replace(key, STARS);
        int end = Math.max(0, text.length() - key.length() + 1);
        while (!key.startsWith(text.substring(end))) {
            end++;
        }
        held = text.substring(end);
        return text.substring(0, end).getBytes(ISO_8859_1);
    }

    /** Returns what was held back, after the last piece. */
    byte[] rest() {
        return held.getBytes(ISO_8859_1);
    }
}
