package io.keyward.env;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;

/**
 * Locks a key file against all other editors that use this class, and replaces it as a whole.
 *
 * <p>A reader sees the old content or the new, never a part, also after a crash or with a full disk: the new content is
 * written to a {@link Replacement} with owner, group, mode, ACL and attributes of the old file, forced to the disk and
 * renamed over it; then the directory is forced. A symbolic link is followed to the file it names and stays a link. The
 * lock is on a file of its own ({@code .env.lock}), because a lock on the key file would end when that is replaced. The
 * lock file is empty, has the rights of the key file, and stays.
 *
 * <p>A file that is a mount of its own is written in place, with a {@link Journal}: it cannot be replaced by renaming,
 * and the mount would not show another file. If the directory cannot be written, the file is written in place too, but
 * without a journal.
 *
 * <p>For one thread. Many threads and processes may open the same file at once; one of them gets it.
 */
public final class LockedFile implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final long PAUSE_MILLIS = 5;

    private final Path path;
    private final SiblingNames names;
    private final FileChannel lock;
    private final boolean inPlace;

    private LockedFile(Path path, FileChannel lock, boolean inPlace) {
        this.path = path;
        this.names = new SiblingNames(path);
        this.lock = lock;
        this.inPlace = inPlace;
    }

    /**
     * Waits for the lock of a file, which need not exist yet. Then finishes a write in place that a crash interrupted.
     *
     * @param inPlace whether to write the file in place, even if it could be replaced
     * @throws IOException if the directory is missing, the path is a link to nothing, neither file nor directory can be
     *     written, the file was replaced behind the mount that shows it, or others hold the lock for half a minute
     */
    public static LockedFile open(Path named, boolean inPlace) throws IOException {
        return open(named, PATIENCE, inPlace);
    }

    /** Waits for the lock as {@link #open(Path, boolean)}, but for this long; replaces the file where it can. */
    public static LockedFile open(Path named, Duration patience) throws IOException {
        return open(named, patience, false);
    }

    private static LockedFile open(Path named, Duration patience, boolean inPlace) throws IOException {
        Path path = real(named);
        Mount mount = Mount.of(path);
        if (mount != null && mount.isReplaced()) {
            throw new UnfitFileException(
                    named,
                    "was replaced outside of the mount that shows it here, so a change would reach nobody; restart the"
                            + " container, and mount the directory rather than the file");
        }
        FileChannel channel = openLock(path);
        try {
            awaitLock(channel, path, patience);
            LockedFile locked = new LockedFile(path, channel, inPlace || (mount != null && mount.isFileAlone()));
            locked.removeLeftovers();
            locked.finishInterruptedChange();
            return locked;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /**
     * Returns the file itself if the path is a link to it.
     *
     * @throws IOException if it is not a regular file, if the link must not be followed, or if its directory does not
     *     exist
     */
    public static Path real(Path named) throws IOException {
        Path path = KeyPath.follow(named);
        if (Files.exists(path)) {
            KeyFileBytes.requireRegular(path, named);
            return path;
        }
        if (Files.isSymbolicLink(named)) {
            throw new FileSystemException(named.toString(), null, "is a symbolic link to a file that does not exist");
        }
        Path directory = path.getParent();
        if (directory == null || !Files.isDirectory(directory)) {
            throw new NoSuchFileException(String.valueOf(directory), null, "there is no such directory");
        }
        return path;
    }

    private static FileChannel openLock(Path path) throws IOException {
        Path file = new SiblingNames(path).lock();
        if (!Files.exists(file, NOFOLLOW_LINKS) && !Files.isWritable(parentOf(path)) && Files.isWritable(path)) {
            // The directory can hold neither a lock nor a replacement. A file that is written in place can be its own
            // lock.
            return FileChannel.open(path, WRITE, NOFOLLOW_LINKS);
        }
        try {
            if (!Files.exists(file, NOFOLLOW_LINKS)) {
                createLock(path, file);
            } else if (!Files.isRegularFile(file, NOFOLLOW_LINKS)) {
                throw new FileSystemException(path.toString(), null, "its lock " + file + " is no regular file");
            }
            FileChannel lock = FileChannel.open(file, Set.of(CREATE, WRITE, NOFOLLOW_LINKS), created(path));
            shareLock(path, file);
            return lock;
        } catch (AccessDeniedException e) {
            FileSystemException explained = new FileSystemException(
                    path.toString(),
                    null,
                    "its lock " + file + " cannot be used or made by this user; run as the owner of the key file, or"
                            + " remove the lock while no editor runs");
            explained.initCause(e);
            throw explained;
        }
    }

    /** Makes the lock with all rights of the key file, so that everyone who may change that file can take the lock. */
    private static void createLock(Path path, Path file) throws IOException {
        if (!Files.exists(path)) {
            return;
        }
        try (Replacement lock = Replacement.of(path)) {
            lock.openToOwner();
            lock.linkTo(file);
        } catch (FileAlreadyExistsException another) {
            // somebody else made it at the same moment
            return;
        } catch (IOException | UnsupportedOperationException e) {
            // no hard links here, or no room for a copy: the lock is made without the ACL
            return;
        }
    }

    /**
     * Gives the lock the owner, the group and the mode of the key file, which may have changed. Only a file that must
     * be ours is changed, because an attacker may have put another one under this name.
     */
    private static void shareLock(Path path, Path file) throws IOException {
        PosixFileAttributes wanted = Replacement.posix(path);
        PosixFileAttributes now = Replacement.posix(file);
        if (wanted == null || now == null || !isPlainlyOurs(file, now)) {
            return;
        }
        Set<PosixFilePermission> permissions = Replacement.withOwner(wanted);
        PosixFileAttributeView view = Files.getFileAttributeView(file, PosixFileAttributeView.class, NOFOLLOW_LINKS);
        try {
            if (!now.group().equals(wanted.group())) {
                view.setGroup(wanted.group());
            }
            if (!now.permissions().equals(permissions)) {
                view.setPermissions(permissions);
            }
            if (!now.owner().equals(wanted.owner())) {
                view.setOwner(wanted.owner());
            }
        } catch (FileSystemException notAllowed) {
            // the owner of the key file cannot be kept either, so the change is refused later
            return;
        }
    }

    private static boolean isPlainlyOurs(Path file, PosixFileAttributes now) throws IOException {
        boolean single = !file.getFileSystem().supportedFileAttributeViews().contains("unix")
                || (int) Files.getAttribute(file, "unix:nlink", NOFOLLOW_LINKS) == 1;
        return now.isRegularFile() && now.size() == 0 && single;
    }

    private static FileAttribute<?>[] created(Path path) throws IOException {
        PosixFileAttributes keyFile = Replacement.posix(path);
        return Replacement.attributes(path, keyFile == null ? Replacement.OWNER_FILE : Replacement.withOwner(keyFile));
    }

    /** Tries repeatedly, because the JDK throws instead of waiting if another thread of this JVM holds the lock. */
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
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException anotherThread) {
            return false;
        }
    }

    /** Returns the file itself. */
    public Path path() {
        return path;
    }

    /** Returns the content; empty if there is no file. */
    public Optional<byte[]> read() throws IOException {
        try {
            return Optional.of(KeyFileBytes.ofRegular(path));
        } catch (NoSuchFileException none) {
            return Optional.empty();
        }
    }

    /**
     * Replaces the content, or makes the file with mode 0600 if there was none.
     *
     * @throws IOException if it was not replaced, for example because owner, mode or attributes cannot be kept, or if
     *     the new content may not survive a loss of power
     */
    public void replace(byte[] content) throws IOException {
        if ((inPlace || !Files.isWritable(parent())) && Files.exists(path)) {
            writeInPlace(content);
            return;
        }
        try (Replacement replacement = Replacement.of(path)) {
            replacement.write(content);
            if (!replacement.movedTo(path)) {
                writeInPlace(content);
            }
        }
        forceDirectory();
    }

    /**
     * Replaces the content as {@link #replace} does, by a file of the caller with mode 0600, whatever its owner and
     * mode were. Never writes in place, because anyone who has the file open could read the new content.
     *
     * @throws IOException as {@link #replace}, and if the file is a mount of its own
     */
    public void replacePrivately(byte[] content) throws IOException {
        try (Replacement replacement = Replacement.ownerOnly(path)) {
            replacement.write(content);
            replacement.moveTo(path);
        }
        forceDirectory();
    }

    /** Writes a file that cannot be replaced, with a journal if its directory can hold one. */
    private void writeInPlace(byte[] content) throws IOException {
        byte[] before = KeyFileBytes.ofRegular(path);
        boolean journaled = Files.isWritable(parent());
        if (journaled) {
            Journal.write(path, before, content);
            forceDirectory();
        }
        try {
            overwrite(content);
        } catch (IOException e) {
            restore(before, e);
            throw e;
        } finally {
            if (journaled) {
                removeJournal(before, content);
            }
        }
    }

    /** Puts the old content back; there is room for it even on a full disk. */
    private void restore(byte[] before, IOException cause) {
        try {
            overwrite(before);
        } catch (IOException e) {
            cause.addSuppressed(e);
        }
    }

    /** Keeps the journal where the file is neither the old nor the new one, so the next change can finish it. */
    private void removeJournal(byte[] before, byte[] after) throws IOException {
        byte[] now = KeyFileBytes.raw(path);
        if (Arrays.equals(now, before) || Arrays.equals(now, after)) {
            Files.deleteIfExists(names.journal());
            forceDirectory();
        }
    }

    /** Overwrites first and then shortens, so every state in between is a mixture that {@link Journal} recognises. */
    private void overwrite(byte[] content) throws IOException {
        try (FileChannel channel = FileChannel.open(path, WRITE, NOFOLLOW_LINKS)) {
            Replacement.writeAll(channel, content);
            channel.truncate(content.length);
            channel.force(true);
        }
    }

    private void finishInterruptedChange() throws IOException {
        Path journal = names.journal();
        if (Files.exists(journal, NOFOLLOW_LINKS) && Files.exists(path)) {
            byte[] content = KeyFileBytes.ofRegular(path);
            if (!Arrays.equals(content, KeyFileBytes.raw(path))) {
                overwrite(content);
            }
            Files.deleteIfExists(journal);
            forceDirectory();
        }
    }

    /** Removes the file, to undo its creation. */
    public void delete() throws IOException {
        Files.deleteIfExists(path);
        forceDirectory();
    }

    private void forceDirectory() throws IOException {
        FileChannel directory;
        try {
            directory = FileChannel.open(parent(), READ);
        } catch (IOException cannotBeOpened) {
            // Windows and some in-memory file systems cannot open a directory; there the rename alone must do.
            return;
        }
        try (directory) {
            directory.force(true);
        }
    }

    /** Removes what a killed editor left behind. Nobody else is writing, because the lock is held. */
    private void removeLeftovers() throws IOException {
        try (DirectoryStream<Path> leftovers = Files.newDirectoryStream(parent(), names::isTemporary)) {
            for (Path leftover : leftovers) {
                Replacement.remove(leftover);
            }
        }
    }

    private Path parent() {
        return parentOf(path);
    }

    private static Path parentOf(Path path) {
        Path parent = path.getParent();
        return parent == null ? path : parent;
    }

    /** Releases the lock. */
    @Override
    public void close() throws IOException {
        lock.close();
    }
}
