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
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256")
                    .digest((before + "\n" + entry).getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this JDK lacks SHA-256, which each JDK must have", e);
        }
    }
}
