package io.keyward;

import java.util.Arrays;

/** Reads and writes base 62 with the digits {@code 0-9A-Za-z}, in the order of ASCII. */
final class Base62 {
    static final String DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    static final int BASE = 62;

    private static final byte[] VALUES = values();

    private Base62() {}

    /**
     * Returns the value of a digit, or -1 for any other character. A table, because an unknown key has up to 44
     * characters to check.
     */
    static int valueOf(int character) {
        return character >= 0 && character < VALUES.length ? VALUES[character] : -1;
    }

    private static byte[] values() {
        byte[] values = new byte[128];
        Arrays.fill(values, (byte) -1);
        for (int i = 0; i < BASE; i++) {
            values[DIGITS.charAt(i)] = (byte) i;
        }
        return values;
    }

    /** Returns a number of up to 32 bits as base 62, left-padded with {@code 0}. */
    static String print(long number, int width) {
        char[] digits = new char[width];
        for (int i = width - 1; i >= 0; i--) {
            digits[i] = DIGITS.charAt((int) (number % BASE));
            number /= BASE;
        }
        return new String(digits);
    }
}
