package io.keyward;

import java.util.Arrays;
import java.util.zip.CRC32;

/** Moves presented text onto a desk and judges its form there. */
final class KeyText {
    private KeyText() {}

    /**
     * Copies a text of at most 256 characters to the desk's bytes and tells whether each is printable ASCII, no blank.
     *
     * <p>Two passes over buffers that stay: {@code getBytes(ISO_8859_1)} would allocate, and the deprecated {@code
     * getBytes(int, int, byte[], int)} cuts each character to its low byte, so that {@code Ł} would pass as {@code A}.
     */
    static boolean copy(String text, Object[] desk) {
        char[] chars = (char[]) desk[Desks.CHARS];
        byte[] bytes = (byte[]) desk[Desks.BYTES];
        int length = text.length();
        text.getChars(0, length, chars, 0);
        int outside = 0;
        for (int i = 0; i < length; i++) {
            int c = chars[i];
            bytes[i] = (byte) c;
            outside |= (c - '!') | ('~' - c);
        }
        return outside >= 0;
    }

    /** Tells whether the bytes have the outline of an issued key and check digits that do not belong to it. */
    static boolean isMistyped(Object[] desk, int length) {
        byte[] bytes = (byte[]) desk[Desks.BYTES];
        return KeyFormat.hasOutline(bytes, length)
                && !KeyFormat.checkDigitsMatch(bytes, length, (CRC32) desk[Desks.CRC]);
    }

    /** Leaves nothing of a secret on a desk that a thread keeps. */
    static void wipe(Object[] desk, int length) {
        Arrays.fill((char[]) desk[Desks.CHARS], 0, length, '\0');
        Arrays.fill((byte[]) desk[Desks.BYTES], 0, length, (byte) 0);
    }
}
