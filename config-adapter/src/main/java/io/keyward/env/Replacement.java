package io.keyward.env;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardCopyOption.COPY_ATTRIBUTES;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A file that is prepared next to another one and takes its place. It is made only if it can have the other's owner,
 * group, mode, POSIX ACL and attributes. If there is no other file, it has mode 0600.
 *
 * <p>It is prepared in a directory that only its owner can enter. Elsewhere somebody could open it before it has its
 * final mode, and read what is written to it later.
 */
final class Replacement implements AutoCloseable {
    static final Set<PosixFilePermission> OWNER_FILE = PosixFilePermissions.fromString("rw-------");
    private static final Set<PosixFilePermission> OWNER_DIRECTORY = PosixFilePermissions.fromString("rwx------");

    private final Path directory;
    private final Path file;

    private Replacement(Path directory) {
        this.directory = directory;
        this.file = directory.resolve("new");
    }

    /**
     * Prepares an empty file that has all of another's attributes.
     *
     * @throws IOException if the caller may not set them; then no file is left behind
     */
    static Replacement of(Path original) throws IOException {
        return make(original, Files.exists(original) ? made -> made.copyOf(original) : Replacement::createOwnerOnly);
    }

    /** Prepares an empty file of the caller with mode 0600, whatever the other's attributes are. */
    static Replacement ownerOnly(Path original) throws IOException {
        return make(original, Replacement::createOwnerOnly);
    }

    private static Replacement make(Path original, Step create) throws IOException {
        Path directory = new SiblingNames(original).temporary();
        Files.createDirectory(directory, attributes(directory, OWNER_DIRECTORY));
        Replacement made = new Replacement(directory);
        try {
            create.on(made);
            return made;
        } catch (IOException | RuntimeException e) {
            made.close();
            throw e;
        }
    }

    private void createOwnerOnly() throws IOException {
        FileChannel.open(file, Set.of(CREATE_NEW, WRITE), attributes(file, OWNER_FILE))
                .close();
    }

    private void copyOf(Path original) throws IOException {
        Files.copy(original, file, COPY_ATTRIBUTES, NOFOLLOW_LINKS);
        requireSame(original);
        write(new byte[0]);
    }

    /** {@code Files.copy} silently skips what the caller may not set, so the copy is checked. */
    private void requireSame(Path original) throws IOException {
        PosixFileAttributes wanted = posix(original);
        PosixFileAttributes got = posix(file);
        if (wanted != null && got != null && !sameRights(wanted, got)) {
            throw new FileSystemException(
                    original.toString(),
                    null,
                    "its owner " + wanted.owner().getName() + ":"
                            + wanted.group().getName() + " and its mode "
                            + PosixFilePermissions.toString(wanted.permissions())
                            + " cannot be kept by this user; run as its owner or as root");
        }
        if (!userAttributes(original).equals(userAttributes(file))) {
            throw new FileSystemException(
                    original.toString(), null, "its extended attributes cannot be kept; run as its owner or as root");
        }
    }

    private static boolean sameRights(PosixFileAttributes one, PosixFileAttributes other) {
        return one.owner().equals(other.owner())
                && one.group().equals(other.group())
                && one.permissions().equals(other.permissions());
    }

    private static Map<String, ByteBuffer> userAttributes(Path path) {
        Map<String, ByteBuffer> attributes = new TreeMap<>();
        UserDefinedFileAttributeView view = Files.getFileAttributeView(path, UserDefinedFileAttributeView.class);
        try {
            if (view != null) {
                for (String name : view.list()) {
                    ByteBuffer value = ByteBuffer.allocate(view.size(name));
                    view.read(name, value);
                    attributes.put(name, value.flip());
                }
            }
        } catch (IOException | UnsupportedOperationException none) {
            // a file system without such attributes, so none can be lost
            return Map.of();
        }
        return attributes;
    }

    /** Writes the whole content and forces it to the disk. */
    void write(byte[] content) throws IOException {
        PosixFileAttributes rights = posix(file);
        openToOwner();
        try (FileChannel channel = FileChannel.open(file, WRITE, TRUNCATE_EXISTING)) {
            writeAll(channel, content);
            if (rights != null) {
                Files.setPosixFilePermissions(file, rights.permissions());
            }
            channel.force(true);
        }
    }

    static void writeAll(FileChannel channel, byte[] content) throws IOException {
        ByteBuffer rest = ByteBuffer.wrap(content);
        while (rest.hasRemaining()) {
            channel.write(rest);
        }
    }

    /** Moves the file to a path, over what is there. */
    void moveTo(Path path) throws IOException {
        Files.move(file, path, ATOMIC_MOVE);
    }

    /**
     * Moves the file to a path as {@link #moveTo} does; returns false if that is refused although the path can be
     * written.
     */
    boolean movedTo(Path path) throws IOException {
        try {
            moveTo(path);
            return true;
        } catch (FileSystemException refused) {
            if (Files.exists(path) && Files.isWritable(path)) {
                return false;
            }
            throw refused;
        }
    }

    /** Gives the file a second name, unless there is a file of that name. */
    void linkTo(Path path) throws IOException {
        Files.createLink(path, file);
    }

    /** Gives the owner the right to read and write the file, whatever the original's mode. */
    void openToOwner() throws IOException {
        PosixFileAttributes rights = posix(file);
        if (rights != null) {
            Files.setPosixFilePermissions(file, withOwner(rights));
        }
    }

    /** Returns the permissions of a file, with those of its owner to read and write it. */
    static Set<PosixFilePermission> withOwner(PosixFileAttributes rights) {
        Set<PosixFilePermission> permissions = EnumSet.copyOf(OWNER_FILE);
        permissions.addAll(rights.permissions());
        return permissions;
    }

    /** Removes what is left of the file and of its directory. */
    @Override
    public void close() throws IOException {
        remove(directory);
    }

    /** Removes the directory of a replacement, or the file that earlier versions made. */
    static void remove(Path leftover) throws IOException {
        if (Files.isDirectory(leftover, NOFOLLOW_LINKS)) {
            try (DirectoryStream<Path> entries = Files.newDirectoryStream(leftover)) {
                for (Path entry : entries) {
                    Files.deleteIfExists(entry);
                }
            }
        }
        Files.deleteIfExists(leftover);
    }

    static @Nullable PosixFileAttributes posix(Path path) throws IOException {
        PosixFileAttributeView view = Files.getFileAttributeView(path, PosixFileAttributeView.class, NOFOLLOW_LINKS);
        try {
            return view == null ? null : view.readAttributes();
        } catch (NoSuchFileException none) {
            return null;
        }
    }

    static FileAttribute<?>[] attributes(Path path, Set<PosixFilePermission> permissions) {
        boolean posix = path.getFileSystem().supportedFileAttributeViews().contains("posix");
        return posix
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(permissions)}
                : new FileAttribute<?>[0];
    }

    private interface Step {
        void on(Replacement made) throws IOException;
    }
}
