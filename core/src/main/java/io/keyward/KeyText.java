package io.keyward;

import java.util.Arrays;
import java.util.zip.CRC32;

/** Moves presented text onto a desk and judges its form there. */
final class KeyText {
    /** By low byte: 0 for what may stand in a key, 1 for anything else. */
    private static final int[] OUTSIDE = outside();

    private static final byte[] ZEROS = new byte[Desks.TEXT + ApiKey.MAX_LENGTH];

    private KeyText() {}

    /**
     * Copies a text of at most 256 characters to the desk's bytes and tells whether each is printable ASCII, no blank.
     *
     * <p>A block copy and one pass of two loads a character: two thirds of the time of a loop that moves, narrows and compares
     * each, and no garbage, which {@code getBytes(ISO_8859_1)} would make.
     */
    @SuppressWarnings(
            "deprecation") // this getBytes cuts a character to its low byte, so that Ł becomes A: the pass finds it
    static boolean copy(String text, Object[] desk) {
        int length = text.length();
        text.getBytes(0, length, bytes(desk), Desks.TEXT);
        int outside = 0;
        for (int i = 0; i < length; i++) {
            int c = text.charAt(i);
            outside |= OUTSIDE[c & 0xff] | c >> 8;
        }
        return outside == 0;
    }

    /** Tells whether the bytes have the outline of an issued key and check digits that do not belong to it. */
    static boolean isMistyped(Object[] desk, int length) {
        return KeyFormat.isMistyped(bytes(desk), Desks.TEXT, length, (CRC32) desk[Desks.CRC]);
    }

    /** Leaves nothing of a secret on a desk that a thread keeps: neither the text nor its hash. */
    static void wipe(Object[] desk, int length) {
        System.arraycopy(ZEROS, 0, bytes(desk), 0, Desks.TEXT + length);
    }

    private static int[] outside() {
        int[] outside = new int[0x100];
        Arrays.fill(outside, 1);
        Arrays.fill(outside, ApiKey.FIRST_PRINTABLE, ApiKey.LAST_PRINTABLE + 1, 0);
        return outside;
    }

    private static byte[] bytes(Object[] desk) {
        return (byte[]) desk[Desks.BYTES];
    }
}
