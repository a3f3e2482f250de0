package io.keyward.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Reads the files of one load, each once, and remembers what was in them, so that a change can be told later.
 *
 * <p>What is remembered is a digest, because a file can change without changing its size or time.
 */
final class KeyFiles {
    private static final byte[] MISSING = {0};
    private static final byte[] UNREADABLE = {1};

    private final Map<Path, byte[]> digests = new LinkedHashMap<>();

    /**
     * Returns the bytes of a file, at most one more than {@link EnvReader#MAX_FILE}; nothing if there is no such file.
     *
     * @throws IOException if there is something that cannot be read
     */
    Optional<byte[]> read(Path file) throws IOException {
        Path path = file.toAbsolutePath().normalize();
        digests.put(path, UNREADABLE);
        try {
            byte[] bytes = bytesOf(path);
            digests.put(path, digest(bytes));
            return Optional.of(bytes);
        } catch (NoSuchFileException none) {
            digests.put(path, MISSING);
            return Optional.empty();
        }
    }

    /** Remembers a file that something else reads. */
    void remember(Path file) {
        Path path = file.toAbsolutePath().normalize();
        digests.putIfAbsent(path, state(path));
    }

    /** Returns all files that were read or looked for, absolute. */
    Iterable<Path> paths() {
        return Collections.unmodifiableSet(digests.keySet());
    }

    /** Tells whether any file is other than when it was read. Reads every one of them. */
    boolean haveChanged() {
        for (Map.Entry<Path, byte[]> entry : digests.entrySet()) {
            if (!MessageDigest.isEqual(entry.getValue(), state(entry.getKey()))) {
                return true;
            }
        }
        return false;
    }

    private static byte[] state(Path path) {
        try {
            return digest(bytesOf(path));
        } catch (NoSuchFileException none) {
            return MISSING;
        } catch (IOException unreadable) {
            return UNREADABLE;
        }
    }

    private static byte[] bytesOf(Path path) throws IOException {
        try (InputStream in = Files.newInputStream(path)) {
            return in.readNBytes(EnvReader.MAX_FILE + 1);
        }
    }

    private static byte[] digest(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("no JCA provider has SHA-256", e);
        }
    }
}
