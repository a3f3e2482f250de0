package io.keyward.env;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import java.io.IOException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Finds the file that a path leads to, and follows no link that a stranger may have put there.
 *
 * <p>In a directory where everybody can create files and nobody can remove those of others, such as {@code /tmp}, a
 * link is followed only if it belongs to this process's user or to the owner of the directory. That is the rule of
 * Linux with {@code fs.protected_symlinks}, which containers and other systems may have switched off.
 */
public final class KeyPath {
    private static final int MAX_LINKS = 40;
    private static final int STICKY_AND_WRITABLE = 01002;

    private final Path named;
    private final Deque<Path> rest = new ArrayDeque<>();
    private Path at;
    private int links;

    private KeyPath(Path named, Path root) {
        this.named = named;
        this.at = root;
    }

    /**
     * Returns the path without links, whether or not there is a file. A link to something without a path, such as the
     * pipe behind {@code /dev/stdin}, is returned as it is.
     *
     * @throws UnfitFileException if a link on the way belongs to a stranger
     * @throws FileSystemLoopException if the links form a circle
     */
    public static Path follow(Path named) throws IOException {
        Path absolute = named.toAbsolutePath();
        KeyPath path = new KeyPath(named, Objects.requireNonNull(absolute.getRoot()));
        path.push(absolute);
        return path.follow();
    }

    /** Returns the owner of this process; null if the system does not say. */
    public static @Nullable Integer processUser() throws IOException {
        Path self = Path.of("/proc/self");
        return Files.exists(self) ? (Integer) Files.getAttribute(self, "unix:uid") : null;
    }

    private Path follow() throws IOException {
        while (!rest.isEmpty()) {
            Path name = rest.pop();
            if (name.toString().equals("..")) {
                Path parent = at.getParent();
                at = parent == null ? at : parent;
            } else if (!name.toString().equals(".") && !name.toString().isEmpty()) {
                step(at.resolve(name));
            }
        }
        return at;
    }

    private void step(Path next) throws IOException {
        if (!Files.isSymbolicLink(next)) {
            at = next;
            return;
        }
        if (++links > MAX_LINKS) {
            throw new FileSystemLoopException(named.toString());
        }
        refuseStrangersLink(next, at);
        Path target = Files.readSymbolicLink(next);
        if (next.startsWith("/proc") && !Files.exists(at.resolve(target))) {
            at = next;
            return;
        }
        if (target.isAbsolute()) {
            at = Objects.requireNonNull(target.getRoot());
        }
        push(target);
    }

    private void push(Path path) {
        for (int i = path.getNameCount() - 1; i >= 0; i--) {
            rest.push(path.getName(i));
        }
    }

    private void refuseStrangersLink(Path link, Path directory) throws IOException {
        int mode;
        try {
            mode = (int) Files.getAttribute(directory, "unix:mode");
        } catch (UnsupportedOperationException | IllegalArgumentException noOwners) {
            return;
        }
        if ((mode & STICKY_AND_WRITABLE) == STICKY_AND_WRITABLE
                && !belongsTo(link, Files.getAttribute(directory, "unix:uid"))
                && !belongsTo(link, processUser())) {
            throw new UnfitFileException(
                    named,
                    "is reached by the link " + link + " of another user, in a directory that everybody can write to;"
                            + " name the file itself");
        }
    }

    private static boolean belongsTo(Path link, @Nullable Object user) throws IOException {
        return user == null
                ? Files.getOwner(link, NOFOLLOW_LINKS).getName().equals(System.getProperty("user.name"))
                : user.equals(Files.getAttribute(link, "unix:uid", NOFOLLOW_LINKS));
    }
}
