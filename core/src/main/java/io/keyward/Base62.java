package io.keyward;

/** Reads and writes base 62 with the digits {@code 0-9A-Za-z}, in the order of ASCII. */
final class Base62 {
    static final String DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    static final int BASE = 62;

    private Base62() {}

    /** Returns the value of a digit, or -1 if the character is none. */
    static int valueOf(int character) {
        if (character >= '0' && character <= '9') {
            return character - '0';
        }
        if (character >= 'A' && character <= 'Z') {
            return character - 'A' + 10;
        }
        return character >= 'a' && character <= 'z' ? character - 'a' + 36 : -1;
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
