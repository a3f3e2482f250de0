package io.keyward.env;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Holds a file against all other editors that go through here, and replaces it whole.
 *
 * <p>A reader sees the old content or the new, never a part, and so does who comes after a crash or a full disk: the
 * new content is written to a file beside it that is owner-only from its first byte, forced to the disk, given owner,
 * group and mode of the old file, and renamed over it; then the directory is forced. A symbolic link is followed to the
 * file it names and stays a link. The lock is on a file of its own ({@code .env.lock}), since a lock on a file that is
 * renamed over ends with it; that file is empty and stays.
 *
 * <p>For one thread; may be opened by many threads and processes at once, of which one gets it.
 */
public final class LockedFile implements AutoCloseable {
    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rw-------");
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final long PAUSE_MILLIS = 5;
    private static final SecureRandom NAMES = new SecureRandom();

    private final Path path;
    private final FileChannel lock;

    private LockedFile(Path path, FileChannel lock) {
        this.path = path;
        this.lock = lock;
    }

    /**
     * Waits for the lock of a file, which need not exist yet.
     *
     * @throws IOException if the directory is missing or not writable, the path is a link to nothing, or others hold
     *     the lock for half a minute
     */
    public static LockedFile open(Path named) throws IOException {
        return open(named, PATIENCE);
    }

    /** Waits for the lock as {@link #open(Path)}, for some other time. */
    public static LockedFile open(Path named, Duration patience) throws IOException {
        Path path = real(named);
        FileChannel channel = openLock(path);
        try {
            awaitLock(channel, path, patience);
            LockedFile locked = new LockedFile(path, channel);
            locked.removeLeftovers();
            return locked;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /** Returns the file itself, where the path given was a link to it. */
    public static Path real(Path named) throws IOException {
        Path absolute = named.toAbsolutePath();
        if (Files.isSymbolicLink(absolute) && !Files.exists(absolute)) {
            throw new FileSystemException(named.toString(), null, "is a symbolic link to a file that does not exist");
        }
        if (Files.isDirectory(absolute)) {
            throw new FileSystemException(named.toString(), null, "is a directory");
        }
        if (Files.exists(absolute)) {
            return absolute.toRealPath();
        }
        Path directory = absolute.getParent();
        if (directory == null || !Files.isDirectory(directory)) {
            throw new NoSuchFileException(String.valueOf(directory), null, "there is no such directory");
        }
        return directory.toRealPath().resolve(String.valueOf(absolute.getFileName()));
    }

    private static FileChannel openLock(Path path) throws IOException {
        Path file = path.resolveSibling(path.getFileName() + ".lock");
        PosixFileAttributes attributes = attributes(path);
        // Who may write the file may lock it; its owner may replace it even where it is read-only.
        Set<PosixFilePermission> permissions = EnumSet.copyOf(OWNER_ONLY);
        if (attributes != null) {
            permissions.addAll(attributes.permissions());
        }
        return FileChannel.open(file, Set.of(CREATE, WRITE, NOFOLLOW_LINKS), created(path, permissions));
    }

    /** Tries again and again, because a lock that another thread of this JVM holds is an exception and not a wait. */
    private static void awaitLock(FileChannel channel, Path path, Duration patience) throws IOException {
        long deadline = System.nanoTime() + patience.toNanos();
        while (!isLocked(channel)) {
            if (System.nanoTime() > deadline) {
                throw new FileSystemException(
                        path.toString(), null, "is locked: somebody else is editing it; try again when they are done");
            }
            try {
                Thread.sleep(PAUSE_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted while waiting for the lock of " + path);
            }
        }
    }

    private static boolean isLocked(FileChannel channel) throws IOException {
        try {
            FileLock lock = channel.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException anotherThread) {
            return false;
        }
    }

    /** Returns the file itself. */
    public Path path() {
        return path;
    }

    /** Returns the content; nothing if there is no file. */
    public Optional<byte[]> read() throws IOException {
        try {
            return Optional.of(Files.readAllBytes(path));
        } catch (NoSuchFileException none) {
            return Optional.empty();
        }
    }

    /**
     * Replaces the content, or makes the file with mode 0600 if there was none.
     *
     * @throws IOException if it was not replaced, or it is not certain that it would outlive a loss of power
     */
    public void replace(byte[] content) throws IOException {
        replace(content, attributes(path));
    }

    /**
     * Replaces the content as {@link #replace}, and leaves a file of the caller with mode 0600, whatever it was before.
     *
     * @throws IOException as {@link #replace}
     */
    public void replacePrivately(byte[] content) throws IOException {
        replace(content, null);
    }

    private void replace(byte[] content, @Nullable PosixFileAttributes before) throws IOException {
        Path fresh = path.resolveSibling(leftoverPrefix() + HexFormat.of().toHexDigits(NAMES.nextLong()) + ".tmp");
        boolean renamed = false;
        try {
            write(fresh, content, before);
            Files.move(fresh, path, StandardCopyOption.ATOMIC_MOVE);
            renamed = true;
        } finally {
            if (!renamed) {
                Files.deleteIfExists(fresh);
            }
        }
        forceDirectory();
    }

    /** Removes the file, which so is as before it was made. */
    public void delete() throws IOException {
        Files.deleteIfExists(path);
        forceDirectory();
    }

    private static void write(Path fresh, byte[] content, @Nullable PosixFileAttributes before) throws IOException {
        try (FileChannel channel = FileChannel.open(fresh, Set.of(CREATE_NEW, WRITE), created(fresh, OWNER_ONLY))) {
            ByteBuffer rest = ByteBuffer.wrap(content);
            while (rest.hasRemaining()) {
                channel.write(rest);
            }
            if (before != null) {
                keepOwnerAndMode(fresh, before);
            }
            channel.force(true);
        }
    }

    private static void keepOwnerAndMode(Path fresh, PosixFileAttributes before) throws IOException {
        PosixFileAttributeView view = Files.getFileAttributeView(fresh, PosixFileAttributeView.class);
        PosixFileAttributes now = view.readAttributes();
        try {
            if (!now.owner().equals(before.owner())) {
                view.setOwner(before.owner());
            }
            if (!now.group().equals(before.group())) {
                view.setGroup(before.group());
            }
        } catch (FileSystemException e) {
            FileSystemException explained = new FileSystemException(
                    fresh.toString(),
                    null,
                    "the file's owner " + before.owner() + ":" + before.group()
                            + " cannot be kept; run as that user or as root");
            explained.initCause(e);
            throw explained;
        }
        view.setPermissions(before.permissions());
    }

    private void forceDirectory() throws IOException {
        FileChannel directory;
        try {
            directory = FileChannel.open(parent(), READ);
        } catch (IOException cannotBeOpened) {
            // Windows and some file systems in memory open no directories; there renaming is all that can be asked for.
            return;
        }
        try (directory) {
            directory.force(true);
        }
    }

    /** Removes what an editor left that was killed; nobody else can be in the middle of writing, the lock is held. */
    private void removeLeftovers() throws IOException {
        try (DirectoryStream<Path> leftovers = Files.newDirectoryStream(
                parent(), entry -> String.valueOf(entry.getFileName()).matches(leftoverPattern()))) {
            for (Path leftover : leftovers) {
                Files.deleteIfExists(leftover);
            }
        }
    }

    private String leftoverPrefix() {
        return "." + path.getFileName() + ".keyward-";
    }

    private String leftoverPattern() {
        return "\\Q" + leftoverPrefix() + "\\E[0-9a-f]{16}\\.tmp";
    }

    private Path parent() {
        Path parent = path.getParent();
        return parent == null ? path : parent;
    }

    private static @Nullable PosixFileAttributes attributes(Path path) throws IOException {
        PosixFileAttributeView view = Files.getFileAttributeView(path, PosixFileAttributeView.class);
        try {
            return view == null ? null : view.readAttributes();
        } catch (NoSuchFileException none) {
            return null;
        }
    }

    private static FileAttribute<?>[] created(Path path, Set<PosixFilePermission> permissions) {
        boolean posix = path.getFileSystem().supportedFileAttributeViews().contains("posix");
        return posix
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(permissions)}
                : new FileAttribute<?>[0];
    }

    /** Lets others have the file. */
    @Override
    public void close() throws IOException {
        lock.close();
    }
}
