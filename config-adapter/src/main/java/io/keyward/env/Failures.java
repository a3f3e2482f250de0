package io.keyward.env;

import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.Locale;
import java.util.Map;

/** Says in a person's words why a file or stream cannot be read or written. */
public final class Failures {
    /** What the operating system says, and what a person calls it. */
    private static final Map<String, String> WORDS = Map.of(
            "no space left on device", "the disk is full",
            "disk quota exceeded", "the quota of the disk is used up",
            "read-only file system", "the file system is read-only",
            "broken pipe", "nobody reads the output any more",
            "bad file descriptor", "it is closed",
            "stream closed", "it is closed",
            "is a directory", "it is a directory",
            "permission denied", "permission is denied",
            "no such file or directory", "there is no such file or directory");

    private Failures() {}

    /** Returns the reason, without a name of a Java class and without the path, which the caller names. */
    public static String describe(IOException e) {
        if (e instanceof NoSuchFileException || e instanceof FileNotFoundException) {
            return "there is no such file or directory";
        }
        if (e instanceof AccessDeniedException) {
            return "permission is denied";
        }
        if (e instanceof NotDirectoryException) {
            return "it is no directory";
        }
        if (e instanceof FileSystemLoopException) {
            return "it leads back to itself";
        }
        if (e instanceof EOFException) {
            return "it ends too early";
        }
        String reason = e instanceof FileSystemException named ? named.getReason() : e.getMessage();
        if (reason == null || reason.isBlank()) {
            return "it cannot be read or written";
        }
        String plain = reason.toLowerCase(Locale.ROOT);
        return WORDS.entrySet().stream()
                .filter(entry -> plain.contains(entry.getKey()))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(reason);
    }
}
