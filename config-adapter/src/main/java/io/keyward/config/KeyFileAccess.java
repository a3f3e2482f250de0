package io.keyward.config;

import io.keyward.env.Failures;
import io.keyward.env.KeyFileBytes;
import io.keyward.env.LockedFile;
import io.keyward.store.StoreException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads and changes one key file, which need not exist; or reads a given content, which cannot be changed.
 *
 * @param file the file, as it was named
 * @param roles the roles that make variables into key lists, besides those that the file declares
 * @param environment the variables for references to names that the file does not have
 * @param given the content to use; the file is then neither read nor changed; null to use the file
 * @param inPlace whether the file is always written in place
 * @param hexKeys whether 64 hexadecimal digits where a key is expected are known to be a key
 */
record KeyFileAccess(
        Path file,
        Set<String> roles,
        Map<String, String> environment,
        @Nullable ByteBuffer given,
        boolean inPlace,
        boolean hexKeys) {
    /** Returns the same over a content; copies it. */
    KeyFileAccess withContent(byte[] content) {
        return new KeyFileAccess(file, roles, environment, ByteBuffer.wrap(content.clone()), inPlace, hexKeys);
    }

    KeyFileAccess writingInPlace() {
        return new KeyFileAccess(file, roles, environment, given, true, hexKeys);
    }

    /** Returns the same, where 64 hexadecimal digits are read as a key. */
    KeyFileAccess readingHexAsKeys() {
        return new KeyFileAccess(file, roles, environment, given, inPlace, true);
    }

    KeyFileContent read() {
        if (given != null) {
            byte[] content = new byte[given.remaining()];
            given.duplicate().get(content);
            return new KeyFileContent(content, this);
        }
        try {
            Path real = LockedFile.real(file);
            return new KeyFileContent(Files.exists(real) ? KeyFileBytes.ofRegular(real) : null, this);
        } catch (IOException e) {
            throw failure("read", e);
        }
    }

    /**
     * Changes the file under its lock.
     *
     * @param what what is done to the file, for a message
     * @throws StoreException if the file cannot be read or written, or there is only a content
     */
    <T> T change(String what, Change<T> change) {
        if (given != null) {
            throw new StoreException(
                    "cannot " + what + " " + file + ": it was read once and cannot be written; name a file");
        }
        try (LockedFile locked = LockedFile.open(file, inPlace)) {
            KeyFileContent before = new KeyFileContent(locked.read().orElse(null), this);
            Changed<T> changed = change.apply(before);
            KeyFileContent after = changed.content();
            if (after != null && !after.isSameFile(before)) {
                if (after.exists()) {
                    locked.replace(after.bytes());
                } else {
                    locked.delete();
                }
            }
            return changed.result();
        } catch (IOException e) {
            throw failure(what, e);
        }
    }

    private StoreException failure(String what, IOException e) {
        String reason = e instanceof FileSystemException known && known.getReason() != null
                ? known.getReason()
                : Failures.describe(e);
        return new StoreException("cannot " + what + " " + file + ": " + reason, e);
    }

    /** Names the file only, because the variables may hold keys. */
    @Override
    public String toString() {
        return "KeyFileAccess[" + file + "]";
    }

    /** Returns what a file becomes. */
    interface Change<T> {
        Changed<T> apply(KeyFileContent content);
    }

    /**
     * The result of a change.
     *
     * @param content what the file becomes; null if it stays as it is
     */
    record Changed<T>(@Nullable KeyFileContent content, T result) {}
}
