package io.keyward.cli.holder;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.util.Objects.requireNonNull;

import io.keyward.cli.terminal.CommandFailure;
import io.keyward.env.Failures;
import io.keyward.env.LockedFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * Reads a small text file of a person that has a key in it, and replaces it as a whole, through {@link LockedFile}.
 * The file is 0600 afterwards, whatever it was before.
 *
 * <p>Immutable; for any number of processes at once.
 */
record SecretFile(Path path, Links links, Duration patience) {
    static final Duration PATIENCE = Duration.ofSeconds(5);

    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rw-------");
    private static final Set<PosixFilePermission> OWNER_DIRECTORY = PosixFilePermissions.fromString("rwx------");
    private static final int MAX_BYTES = 1 << 20;

    SecretFile {
        path = path.toAbsolutePath();
    }

    /** What to do if the path is a symbolic link. */
    enum Links {
        /** Refuse it: only this program makes the file, so a link is not expected, and may lead into a repository. */
        REFUSE,
        /** Read and replace the file that it names, and keep the link: people keep their configuration that way. */
        FOLLOW
    }

    /**
     * Returns the content; nothing if there is no file.
     *
     * @throws CommandFailure if it is not a readable text file, or is a link that is not followed
     */
    Optional<String> read() {
        try {
            return readFrom(real());
        } catch (IOException e) {
            throw failure(e);
        }
    }

    /** Returns whether users other than its owner can read or change the file; false if that cannot be known. */
    boolean isExposed() {
        try {
            return isPosix() && Files.exists(path) && !OWNER_ONLY.containsAll(Files.getPosixFilePermissions(path));
        } catch (IOException e) {
            throw failure(e);
        }
    }

    /**
     * Refuses a file that others can read or change.
     *
     * @throws CommandFailure if it is one; the message says how to make it private
     */
    void requirePrivate() {
        if (isExposed()) {
            throw CommandFailure.file(path + ": other users of this machine can read or change it; make it private"
                    + " with `chmod 600 "
                    + path + "`, and have the key replaced if one of them may have read it");
        }
    }

    /**
     * Refuses a file system on which every user could read the file, whatever its permissions, before anything is
     * stored.
     *
     * @throws CommandFailure if a new file there does not keep the permissions it is made with
     */
    void requirePermissionsKept() {
        try {
            Path directory = parentOf(real());
            while (!Files.isDirectory(directory)) {
                directory = parentOf(directory);
            }
            Path probe = Files.createTempFile(directory, ".keyward-", ".tmp", attributes(OWNER_ONLY));
            try {
                if (!keepsPermissions(probe)) {
                    throw unusable(
                            "is on a file system that keeps no permissions, so every user of this machine could read"
                                    + " the key, and nothing is stored; name a place on another one with"
                                    + " --config-file or XDG_CONFIG_HOME");
                }
            } finally {
                Files.deleteIfExists(probe);
            }
        } catch (IOException e) {
            throw failure(e);
        }
    }

    private boolean keepsPermissions(Path file) throws IOException {
        // Windows keeps lists of who may do what, and a home directory there is closed to other users.
        return isPosix()
                ? OWNER_ONLY.equals(Files.getPosixFilePermissions(file))
                : path.getFileSystem().supportedFileAttributeViews().contains("acl");
    }

    /**
     * Replaces the content by the result of a function, while no other process does the same.
     *
     * @param change gets the content, or nothing if there is no file, and returns the new content; what it throws
     *     leaves the file as it was
     * @throws CommandFailure if the file was not changed
     */
    void edit(UnaryOperator<Optional<String>> change) {
        try {
            makeDirectory();
            Path file = real();
            try (LockedFile locked = LockedFile.open(file, patience)) {
                locked.replacePrivately(change.apply(readFrom(file)).orElse("").getBytes(UTF_8));
            }
        } catch (IOException e) {
            throw failure(e);
        }
    }

    /** Closes the program's own directory to other users, whatever its permissions were. */
    void closeDirectory() {
        try {
            makeDirectory();
            if (isPosix()) {
                Files.setPosixFilePermissions(parentOf(path), OWNER_DIRECTORY);
            }
        } catch (IOException e) {
            throw failure(e);
        }
    }

    private Path real() throws IOException {
        if (!Files.isSymbolicLink(path)) {
            return path;
        }
        if (links == Links.REFUSE) {
            throw unusable("is a symbolic link, and keys are not kept behind one; replace it by a file");
        }
        if (!Files.exists(path)) {
            throw unusable("is a symbolic link to a file that does not exist");
        }
        return path.toRealPath();
    }

    private Optional<String> readFrom(Path file) throws IOException {
        if (!Files.exists(file, NOFOLLOW_LINKS)) {
            return Optional.empty();
        }
        if (!Files.isRegularFile(file)) {
            throw unusable("is not a regular file");
        }
        byte[] bytes;
        try (var in = Files.newInputStream(file)) {
            bytes = in.readNBytes(MAX_BYTES + 1);
        }
        if (bytes.length > MAX_BYTES) {
            throw unusable("is larger than 1 MiB, so not a file of settings");
        }
        try {
            return Optional.of(UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
        } catch (CharacterCodingException e) {
            throw unusable("is not a text in UTF-8");
        }
    }

    private void makeDirectory() throws IOException {
        Path parent = parentOf(path);
        if (!Files.isDirectory(parent)) {
            Files.createDirectories(parent, attributes(OWNER_DIRECTORY));
        }
    }

    private static Path parentOf(Path file) {
        return requireNonNull(file.getParent(), "parent of an absolute path");
    }

    private boolean isPosix() {
        return path.getFileSystem().supportedFileAttributeViews().contains("posix");
    }

    private FileAttribute<?>[] attributes(Set<PosixFilePermission> permissions) {
        return isPosix()
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(permissions)}
                : new FileAttribute<?>[0];
    }

    private CommandFailure unusable(String flaw) {
        return CommandFailure.file(path + ": " + flaw);
    }

    private CommandFailure failure(IOException e) {
        if (e instanceof FileSystemException named && named.getReason() != null) {
            return CommandFailure.file(path + ": " + Failures.describe(e), e);
        }
        String kind = e instanceof NoSuchFileException ? "a directory on the way is missing" : Failures.describe(e);
        return CommandFailure.file(path + ": cannot be read or written: " + kind, e);
    }
}
