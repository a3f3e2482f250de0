package io.keyward.jdbc;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Computes the marks that chain the changes, as the function {@code keyward_take} of the schema does. */
final class Marks {
    private static final int BYTES = 16;

    private Marks() {}

    static String after(String before, String entry) {
        return HexFormat.of().formatHex(sha256(before + "\n" + entry), 0, BYTES);
    }

    /** Returns the SHA-256 of a text in UTF-8. */
    static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this JDK lacks SHA-256, which each JDK must have", e);
        }
    }
}
