package io.keyward.env;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * Makes the names of the files that an edit needs next to a key file. If a name would be too long for a file system,
 * its middle is a digest of the key file's name.
 */
final class SiblingNames {
    private static final int MAX_BYTES = 255;
    private static final int DIGEST_DIGITS = 16;
    private static final String TEMPORARY = ".keyward-";
    private static final SecureRandom RANDOM = new SecureRandom();

    private final Path path;
    private final String name;

    SiblingNames(Path path) {
        this.path = path;
        this.name = String.valueOf(path.getFileName());
    }

    /** Returns the file that is locked instead of the key file; the same for every process and version. */
    Path lock() {
        return path.resolveSibling(fitting("", ".lock"));
    }

    /** Returns the journal of a write in place. */
    Path journal() {
        return path.resolveSibling(fitting(".", ".keyward-journal"));
    }

    /** Returns a new name for a file that is being prepared. */
    Path temporary() {
        return path.resolveSibling(fitting(".", TEMPORARY + HexFormat.of().toHexDigits(RANDOM.nextLong()) + ".tmp"));
    }

    /** Returns whether {@link #temporary()} made a name, in this process or another. */
    boolean isTemporary(Path other) {
        String tail = TEMPORARY + "0".repeat(16) + ".tmp";
        String head = fitting(".", tail);
        head = head.substring(0, head.length() - tail.length());
        return Pattern.matches(
                Pattern.quote(head + TEMPORARY) + "[0-9a-f]{16}\\.tmp", String.valueOf(other.getFileName()));
    }

    private String fitting(String before, String after) {
        int room = MAX_BYTES - bytes(before) - bytes(after);
        return before + (bytes(name) <= room ? name : shortened(room)) + after;
    }

    private String shortened(int room) {
        int end = name.length();
        while (bytes(name.substring(0, end)) > room - DIGEST_DIGITS - 1) {
            end = name.offsetByCodePoints(end, -1);
        }
        String digest = HexFormat.of().formatHex(Sha256.of(name.getBytes(UTF_8)));
        return name.substring(0, end) + "~" + digest.substring(0, DIGEST_DIGITS);
    }

    private static int bytes(String text) {
        return text.getBytes(UTF_8).length;
    }
}
