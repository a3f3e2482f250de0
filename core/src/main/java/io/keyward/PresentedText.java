package io.keyward;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.zip.CRC32;

/** Copies a presented text into a kit, checks its form and wipes it. */
final class PresentedText {
    private static final VarHandle WORDS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());
    private static final long ONES = 0x01_01_01_01_01_01_01_01L;

    private static final byte[] ZEROS = new byte[EnginePool.TEXT + ApiKey.MAX_LENGTH];

    private PresentedText() {}

    /**
     * Copies a text of 16 to 256 characters into the kit and returns whether each is printable ASCII and no blank.
     *
     * <p>Copies the block, then checks eight bytes at a time: quicker than a check of each character, and without the
     * array that {@code getBytes(ISO_8859_1)} allocates.
     */
    @SuppressWarnings(
            "deprecation") // this getBytes cuts a character to its low byte, so that Ł becomes A; see isNarrow
    static boolean copy(String text, Object[] kit) {
        byte[] bytes = bytes(kit);
        int length = text.length();
        text.getBytes(0, length, bytes, EnginePool.TEXT);
        return isNarrow(text) && isPrintable(bytes, EnginePool.TEXT, EnginePool.TEXT + length);
    }

    /**
     * Returns whether every character is its low byte. For a string that the JVM keeps as Latin-1, its compiler knows
     * that no character has a high byte, and removes the loop.
     */
    private static boolean isNarrow(String text) {
        int high = 0;
        for (int i = 0; i < text.length(); i++) {
            high |= text.charAt(i) >> Byte.SIZE;
        }
        return high == 0;
    }

    /**
     * Returns whether at least eight bytes are all of {@code !} to {@code ~}; the last word may overlap the one before.
     */
    private static boolean isPrintable(byte[] bytes, int from, int to) {
        int last = to - Long.BYTES;
        long outside = outside(bytes, last);
        for (int at = from; at < last; at += Long.BYTES) {
            outside |= outside(bytes, at);
        }
        return (outside & ONES << 7) == 0;
    }

    /**
     * Returns a word in which some byte has its top bit set if one of eight bytes is not printable. Subtracting
     * {@code !} sets the bit of a byte below {@code !}. Adding 1 sets that of 0x7F. A larger byte has the bit already
     * and keeps it in one of the two results. Only a byte that is not printable borrows from the next byte or carries
     * into it.
     */
    private static long outside(byte[] bytes, int at) {
        long word = (long) WORDS.get(bytes, at);
        return (word - ApiKey.FIRST_PRINTABLE * ONES) | (word + (0x7F - ApiKey.LAST_PRINTABLE) * ONES);
    }

    /** Returns whether the bytes have the outline of an issued key and check digits that do not belong to it. */
    static boolean isMistyped(Object[] kit, int length) {
        return KeyFormat.isMistyped(bytes(kit), EnginePool.TEXT, length, (CRC32) kit[EnginePool.CRC]);
    }

    /** Wipes the text and its hash, because a thread keeps its kit. */
    static void wipe(Object[] kit, int length) {
        System.arraycopy(ZEROS, 0, bytes(kit), 0, EnginePool.TEXT + length);
    }

    private static byte[] bytes(Object[] kit) {
        return (byte[]) kit[EnginePool.BYTES];
    }
}
