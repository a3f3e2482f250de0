package io.keyward.servlet;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Decodes {@code %nn}. */
final class Percent {
    private Percent() {}

    /** Returns the octet that {@code %nn} at an index encodes; -1 if two hexadecimal ASCII digits do not follow. */
    static int octetAt(String text, int index) {
        if (index + 2 >= text.length()) {
            return -1;
        }
        int high = digit(text.charAt(index + 1));
        int low = digit(text.charAt(index + 2));
        return high < 0 || low < 0 ? -1 : high * 16 + low;
    }

    /** Character.digit would accept full-width digits too. */
    private static int digit(char c) {
        return c < 0x80 ? Character.digit(c, 16) : -1;
    }

    /** Returns whether a text holds {@code %nn} somewhere. */
    static boolean isEncoded(String text) {
        for (int i = text.indexOf('%'); i >= 0; i = text.indexOf('%', i + 1)) {
            if (octetAt(text, i) >= 0) {
                return true;
            }
        }
        return false;
    }

    /** Returns the decoded text; null if a {@code %} has no digits or the octets are not UTF-8. */
    static @Nullable String decoded(String encoded) {
        ByteBuffer octets = octets(encoded, false);
        try {
            // A new decoder reports what is malformed; new String(…) would replace it.
            return octets == null
                    ? null
                    : StandardCharsets.UTF_8.newDecoder().decode(octets).toString();
        } catch (CharacterCodingException notUtf8) {
            return null;
        }
    }

    /**
     * Returns what a careless parser makes of a text: a single {@code %} stays, and octets that are not UTF-8 are
     * replaced.
     */
    static @Nullable String decodedLeniently(String encoded) {
        ByteBuffer octets = octets(encoded, true);
        return octets == null ? null : StandardCharsets.UTF_8.decode(octets).toString();
    }

    private static @Nullable ByteBuffer octets(String encoded, boolean keepLonePercent) {
        ByteBuffer octets = ByteBuffer.allocate(encoded.length() * 3);
        for (int i = 0; i < encoded.length(); i++) {
            char c = encoded.charAt(i);
            int octet = c == '%' ? octetAt(encoded, i) : -1;
            if (octet >= 0) {
                octets.put((byte) octet);
                i += 2;
            } else if (c == '%' && !keepLonePercent) {
                return null;
            } else {
                octets.put(String.valueOf(c).getBytes(StandardCharsets.UTF_8));
            }
        }
        return octets.flip();
    }
}
