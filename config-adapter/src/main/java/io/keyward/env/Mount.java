package io.keyward.env;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Describes the mount that shows a file, as Linux lists it in {@code /proc/self/mountinfo}.
 *
 * <p>A file that is mounted alone, as by {@code docker run -v ./.env:/app/.env} or a Kubernetes {@code subPath}, stays
 * bound to its inode: when somebody outside replaces it by a new file, the mount shows the old one for ever.
 *
 * @param id the number of the mount; it changes when the file is mounted again
 * @param point where it is mounted
 * @param root which file or directory of its file system it shows
 * @param file the real path of the file that was asked for
 */
public record Mount(String id, String point, String root, Path file) {
    private static final Path TABLE = Path.of("/proc/self/mountinfo");
    private static final String DELETED = "//deleted";

    /** Returns the mount that shows a real path; null if the system does not say. */
    public static @Nullable Mount of(Path file) {
        try {
            return Files.exists(TABLE) ? find(new String(Files.readAllBytes(TABLE), UTF_8), file) : null;
        } catch (IOException unknown) {
            return null;
        }
    }

    /**
     * Finds the deepest mount over a path in a table. Of several mounts at one point it is the last one, which is on
     * top.
     */
    public static @Nullable Mount find(String table, Path file) {
        Mount found = null;
        for (String line : table.lines().toList()) {
            String[] fields = line.split(" ", -1);
            if (fields.length > 5) {
                Mount mount = new Mount(fields[0], unescaped(fields[4]), unescaped(fields[3]), file);
                if (mount.covers() && (found == null || mount.point.length() >= found.point.length())) {
                    found = mount;
                }
            }
        }
        return found;
    }

    private boolean covers() {
        String path = file.toString();
        return path.equals(point) || path.startsWith(point.endsWith("/") ? point : point + "/");
    }

    /** Returns whether the file is a mount of its own. */
    public boolean isFileAlone() {
        return file.toString().equals(point);
    }

    /** Returns whether the file or directory that the mount shows was removed or replaced outside of the mount. */
    public boolean isReplaced() {
        return root.endsWith(DELETED) || (isFileAlone() && hasNoName());
    }

    /** Returns whether this is the same mount as before, and the file that it shows was renamed since. */
    public boolean isRenamedSince(@Nullable Mount before) {
        return before != null && isFileAlone() && id.equals(before.id) && !root.equals(before.root);
    }

    private boolean hasNoName() {
        try {
            return (int) Files.getAttribute(file, "unix:nlink") == 0;
        } catch (IOException | UnsupportedOperationException | IllegalArgumentException unknown) {
            return false;
        }
    }

    /** Returns a text that changes when the mount shows another file; empty for a file in an ordinary mount. */
    public String stamp() {
        return isFileAlone() || isReplaced() ? id + " " + root + " " + isReplaced() : "";
    }

    /** A blank, a tab, a line end and a backslash are written as three octal digits. */
    private static String unescaped(String field) {
        return field.replace("\\040", " ")
                .replace("\\011", "\t")
                .replace("\\012", "\n")
                .replace("\\134", "\\");
    }
}
