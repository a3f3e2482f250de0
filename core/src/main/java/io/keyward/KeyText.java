package io.keyward;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.zip.CRC32;

/** Moves presented text onto a desk and judges its form there. */
final class KeyText {
    private static final VarHandle WORDS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());
    private static final long ONES = 0x01_01_01_01_01_01_01_01L;

    private static final byte[] ZEROS = new byte[Desks.TEXT + ApiKey.MAX_LENGTH];

    private KeyText() {}

    /**
     * Copies a text of 16 to 256 characters to the desk's bytes and tells whether each is printable ASCII, no blank.
     *
     * <p>A block copy, then a look at eight bytes at a time: quicker than a loop that looks at each character, and no garbage,
     * which {@code getBytes(ISO_8859_1)} would make.
     */
    @SuppressWarnings(
            "deprecation") // this getBytes cuts a character to its low byte, so that Ł becomes A; see isNarrow
    static boolean copy(String text, Object[] desk) {
        byte[] bytes = bytes(desk);
        int length = text.length();
        text.getBytes(0, length, bytes, Desks.TEXT);
        return isNarrow(text) && isPrintable(bytes, Desks.TEXT, Desks.TEXT + length);
    }

    /**
     * Tells whether every character is its low byte. Where the JVM keeps a string as Latin-1 its compiler knows that no
     * character has a high byte, and leaves out the loop.
     */
    private static boolean isNarrow(String text) {
        int high = 0;
        for (int i = 0; i < text.length(); i++) {
            high |= text.charAt(i) >> Byte.SIZE;
        }
        return high == 0;
    }

    /** Tells whether at least eight bytes are all of {@code !} to {@code ~}; the last word may overlap the one before. */
    private static boolean isPrintable(byte[] bytes, int from, int to) {
        int last = to - Long.BYTES;
        long outside = outside(bytes, last);
        for (int at = from; at < last; at += Long.BYTES) {
            outside |= outside(bytes, at);
        }
        return (outside & ONES << 7) == 0;
    }

    /**
     * Returns a word that has the top bit of a byte set if any of eight bytes is not printable. One below {@code !} gets it when
     * {@code !} is taken away, one above {@code ~} when 1 is added or keeps it when {@code !} is taken away; what is borrowed
     * or carried from a byte to the next comes of bytes that are found as well.
     */
    private static long outside(byte[] bytes, int at) {
        long word = (long) WORDS.get(bytes, at);
        return (word - ApiKey.FIRST_PRINTABLE * ONES) | (word + (0x7F - ApiKey.LAST_PRINTABLE) * ONES);
    }

    /** Tells whether the bytes have the outline of an issued key and check digits that do not belong to it. */
    static boolean isMistyped(Object[] desk, int length) {
        return KeyFormat.isMistyped(bytes(desk), Desks.TEXT, length, (CRC32) desk[Desks.CRC]);
    }

    /** Leaves nothing of a secret on a desk that a thread keeps: neither the text nor its hash. */
    static void wipe(Object[] desk, int length) {
        System.arraycopy(ZEROS, 0, bytes(desk), 0, Desks.TEXT + length);
    }

    private static byte[] bytes(Object[] desk) {
        return (byte[]) desk[Desks.BYTES];
    }
}
