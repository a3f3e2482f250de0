package io.keyward.config;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.keyward.config.KeyDefinition.Claim;
import io.keyward.config.KeyDefinition.ListItem;
import io.keyward.env.Sha256;
import java.math.BigInteger;
import java.util.Locale;

/**
 * An item of a key list, which has no name, and the id that is made for it.
 *
 * <p>The id is {@code <role>_} and the base-36 digits of a number: the SHA-256 of {@code keyward-id} and the hash's
 * text, scheme included, read as a big-endian number modulo 36 to the 12th. The id has the first eight digits, or all
 * twelve if two keys share the first eight. So an item keeps its id, whether it is written as text or as hash, and
 * wherever it is in the list.
 */
record ListedKey(String role, ListItem item, Claim claim) {
    private static final int DIGITS = 8;
    private static final int LONG_DIGITS = 12;
    private static final int MAX_ROLE = 64 - 1 - LONG_DIGITS;
    private static final BigInteger NUMBERS = BigInteger.valueOf(36).pow(LONG_DIGITS);

    String shortId() {
        String id = longId();
        return id.substring(0, id.length() - LONG_DIGITS + DIGITS);
    }

    String longId() {
        String digits = new BigInteger(1, digest()).mod(NUMBERS).toString(36);
        String name = role.toLowerCase(Locale.ROOT).replace('-', '_');
        return name.substring(0, Math.min(name.length(), MAX_ROLE))
                + "_"
                + "0".repeat(LONG_DIGITS - digits.length())
                + digits;
    }

    private byte[] digest() {
        // never change this: it would rename every listed key
        return Sha256.of("keyward-id".getBytes(UTF_8), claim.hash().reveal().getBytes(UTF_8));
    }

    @Override
    public String toString() {
        return "ListedKey[" + role + ", " + item + "]";
    }
}
