package io.keyward.env;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * Reads whole key files, never more than one byte beyond {@link EnvParser#MAX_FILE}, and only regular files, because
 * opening a pipe waits until somebody writes to it.
 */
public final class KeyFileBytes {
    private static final int LIMIT = EnvParser.MAX_FILE + 1;

    private KeyFileBytes() {}

    /**
     * Returns the bytes of a regular file. While it is being written in place, these are the bytes that it will hold.
     *
     * @throws NoSuchFileException if there is no file
     * @throws UnfitFileException if it is a pipe, a device, a directory, or a link that must not be followed
     */
    public static byte[] ofRegular(Path named) throws IOException {
        Path path = KeyPath.follow(named);
        requireRegular(path, named);
        // Looked for before and after the read, because a writer may begin or end in between.
        Journal journal = Journal.read(path);
        byte[] bytes = raw(path);
        journal = journal == null ? Journal.read(path) : journal;
        return journal == null ? bytes : journal.repair(bytes);
    }

    /** Returns the bytes of a file as they are now, half written or not. */
    static byte[] raw(Path path) throws IOException {
        try (InputStream in = Files.newInputStream(path, NOFOLLOW_LINKS)) {
            return in.readNBytes(LIMIT);
        }
    }

    /** Refuses a file that could block when it is opened, such as a pipe that nobody writes to. */
    static void requireRegular(Path path, Path named) throws IOException {
        BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
        if (!attributes.isRegularFile()) {
            throw new UnfitFileException(
                    named, attributes.isDirectory() ? "is a directory" : "is no regular file, but a pipe or a device");
        }
    }

    /** Returns why a file could not be read, in words for a report. */
    public static String reason(IOException e) {
        return e instanceof UnfitFileException unfit ? "it " + unfit.getReason() : Failures.describe(e);
    }
}
