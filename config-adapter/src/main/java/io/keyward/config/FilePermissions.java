package io.keyward.config;

import io.keyward.env.KeyPath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Checks whether others than the owner can read or change a key file. Finds nothing if the file system has no
 * permissions.
 */
final class FilePermissions {
    private static final String RULE = "a key file is for its owner alone, rw-------";
    private static final Set<PosixFilePermission> READ =
            EnumSet.of(PosixFilePermission.GROUP_READ, PosixFilePermission.OTHERS_READ);
    private static final Set<PosixFilePermission> WRITE =
            EnumSet.of(PosixFilePermission.GROUP_WRITE, PosixFilePermission.OTHERS_WRITE);
    private static final int OTHERS_WRITE_BIT = 0002;
    private static final int STICKY_BIT = 01000;

    private FilePermissions() {}

    /** Adds what is wrong with the file that a path leads to. */
    static void check(Path path, List<ConfigProblem> findings) {
        try {
            Path real = path.toRealPath();
            Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(real);
            boolean read = permissions.stream().anyMatch(READ::contains);
            boolean written = permissions.stream().anyMatch(WRITE::contains);
            if (read || written) {
                String can = read && written ? "read and change" : read ? "read" : "change";
                findings.add(finding(
                        path,
                        "users other than the owner can " + can + " the file ("
                                + PosixFilePermissions.toString(permissions) + ")",
                        "chmod 600 " + path));
            }
            checkOwner(path, real, findings);
            checkDirectory(path, real.getParent(), findings);
        } catch (IOException | UnsupportedOperationException unknowable) {
            // not a file system with owners, or a file that is gone and is reported as such
            return;
        }
    }

    private static void checkOwner(Path path, Path real, List<ConfigProblem> findings) throws IOException {
        Integer process = KeyPath.processUser();
        int owner = (int) Files.getAttribute(real, "unix:uid");
        if (process != null && owner != process && owner != 0) {
            findings.add(finding(
                    path,
                    "the file belongs to another user (" + Files.getOwner(real).getName() + ")",
                    "chown it to the user of this process"));
        }
    }

    private static void checkDirectory(Path path, @Nullable Path directory, List<ConfigProblem> findings)
            throws IOException {
        int mode = directory == null ? 0 : (int) Files.getAttribute(directory, "unix:mode");
        if ((mode & OTHERS_WRITE_BIT) != 0 && (mode & STICKY_BIT) == 0) {
            findings.add(finding(
                    path,
                    "everybody can replace the file, because everybody can write to " + directory,
                    "chmod o-w " + directory));
        }
    }

    /** Adds a note if the file has other names: our tools and most editors replace a file under one name only. */
    static void noteOtherNames(Path path, List<ConfigProblem> notes) {
        try {
            int links = (int) Files.getAttribute(path, "unix:nlink");
            if (links > 1) {
                notes.add(ConfigProblem.of(
                        path.toString(),
                        "the file has " + links + " names (hard links)",
                        "a change that replaces the file under one name leaves the others with the old keys",
                        "use a symbolic link for the second name"));
            }
        } catch (IOException | UnsupportedOperationException | IllegalArgumentException unknowable) {
            // no link counts here, or the file is gone and is reported as such
            return;
        }
    }

    private static ConfigProblem finding(Path path, String what, String remedy) {
        return ConfigProblem.of(path.toString(), what, RULE, remedy);
    }

    /** Returns permissions as {@code rw-------}; null if there are none. */
    static @Nullable String text(Path real) {
        try {
            return PosixFilePermissions.toString(Files.getPosixFilePermissions(real));
        } catch (IOException | UnsupportedOperationException unknowable) {
            return null;
        }
    }
}
