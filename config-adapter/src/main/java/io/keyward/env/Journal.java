package io.keyward.env;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Holds the old and the new content of a key file while that is written in place. The journal is a file next to the key
 * file. With it a reader never sees a half-written file, and the next editor finishes what a crash interrupted.
 *
 * <pre>
 *  file is old ── journal on disk ──► file is a mixture ── file on disk ──► file is new ── journal removed
 *                                      readers see the new content
 * </pre>
 *
 * <p>A file that is no mixture of the two was edited by hand since then; it stays as it is.
 */
final class Journal {
    private static final String HEADER = "keyward-journal 1 ";
    private static final int DIGEST_DIGITS = 64;

    private final byte[] before;
    private final byte[] after;

    private Journal(byte[] before, byte[] after) {
        this.before = before;
        this.after = after;
    }

    /** Writes the journal of a change, forced to the disk, with the rights of the key file. */
    static void write(Path file, byte[] before, byte[] after) throws IOException {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        text.writeBytes(header(before, after));
        text.writeBytes(before);
        text.writeBytes(after);
        try (Replacement journal = Replacement.of(file)) {
            journal.write(text.toByteArray());
            journal.moveTo(new SiblingNames(file).journal());
        }
    }

    /** Returns the content that is given, or the new content if the given one is half written. */
    byte[] repair(byte[] content) {
        return isMixture(content) ? after : content;
    }

    /**
     * Returns the journal of a file; null if there is none, if it is incomplete, or if its owner is not trusted with
     * the file.
     */
    static @Nullable Journal read(Path file) throws IOException {
        Path path = new SiblingNames(file).journal();
        if (!Files.isRegularFile(path, NOFOLLOW_LINKS) || !isTrusted(path, file)) {
            return null;
        }
        try (InputStream in = Files.newInputStream(path, NOFOLLOW_LINKS)) {
            return parse(in.readNBytes(3 * EnvParser.MAX_FILE));
        } catch (IOException goneMeanwhile) {
            return null;
        }
    }

    /** Without this check, anyone who can create files in the directory could decide what the key file holds. */
    private static boolean isTrusted(Path journal, Path file) throws IOException {
        if (!journal.getFileSystem().supportedFileAttributeViews().contains("unix")) {
            return true;
        }
        Integer owner = (Integer) Files.getAttribute(journal, "unix:uid", NOFOLLOW_LINKS);
        return owner == 0
                || owner.equals(Files.getAttribute(file, "unix:uid"))
                || Objects.equals(owner, KeyPath.processUser());
    }

    private static @Nullable Journal parse(byte[] text) {
        int end = 0;
        while (end < text.length && text[end] != '\n') {
            end++;
        }
        String[] fields = new String(text, 0, end, US_ASCII).split(" ", -1);
        if (fields.length != 5 || fields[4].length() != DIGEST_DIGITS || !fields[2].matches("[0-9]{1,9}")) {
            return null;
        }
        int middle = end + 1 + Integer.parseInt(fields[2]);
        if (middle > text.length) {
            return null;
        }
        byte[] before = Arrays.copyOfRange(text, end + 1, middle);
        byte[] after = Arrays.copyOfRange(text, middle, text.length);
        return Arrays.equals(header(before, after), Arrays.copyOf(text, end + 1)) ? new Journal(before, after) : null;
    }

    private static byte[] header(byte[] before, byte[] after) {
        String digest = HexFormat.of().formatHex(Sha256.of(before, after));
        return (HEADER + before.length + " " + after.length + " " + digest + "\n").getBytes(US_ASCII);
    }

    /** Returns whether a content can be that of a file that is being overwritten. */
    private boolean isMixture(byte[] content) {
        if (Arrays.equals(content, before)
                || content.length < Math.min(before.length, after.length)
                || content.length > Math.max(before.length, after.length)) {
            return false;
        }
        for (int i = 0; i < content.length; i++) {
            boolean isBefore = i < before.length ? content[i] == before[i] : content[i] == 0;
            boolean isAfter = i < after.length && content[i] == after[i];
            if (!isBefore && !isAfter) {
                return false;
            }
        }
        return true;
    }
}
