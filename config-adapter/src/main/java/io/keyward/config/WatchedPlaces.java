package io.keyward.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Works out in which directories a change of which names can change what some paths lead to.
 *
 * <p>For a plain file that is its directory. Where a part of the path is a symbolic link, it is also the directory of
 * the link and those of what it leads to: Kubernetes swaps a link {@code ..data} beside the link that a service reads,
 * and nothing happens in the directory that the file itself is in. The directory above counts too, since a directory
 * may be replaced.
 */
final class WatchedPlaces {
    private static final int MAX_LINKS = 40;

    private final Map<Path, Set<Path>> namesByDirectory = new LinkedHashMap<>();
    private int links;

    private WatchedPlaces() {}

    /** Returns the names that matter, by the real path of their directory. */
    static Map<Path, Set<Path>> of(Set<Path> paths) {
        WatchedPlaces places = new WatchedPlaces();
        for (Path path : paths) {
            places.links = 0;
            places.follow(path);
        }
        return places.namesByDirectory;
    }

    private void follow(Path path) {
        Path at = path.getRoot();
        int count = path.getNameCount();
        for (int i = 0; i < count; i++) {
            Path name = path.getName(i);
            Path next = at.resolve(name);
            boolean link = Files.isSymbolicLink(next) && links++ < MAX_LINKS;
            if (link || i >= count - 2) {
                namesByDirectory
                        .computeIfAbsent(at, directory -> new LinkedHashSet<>())
                        .add(name);
            }
            if (link) {
                followLink(next, i + 1 < count ? path.subpath(i + 1, count) : null);
                return;
            }
            at = next;
        }
    }

    private void followLink(Path link, @Nullable Path rest) {
        try {
            Path target = link.resolveSibling(Files.readSymbolicLink(link)).normalize();
            follow(rest == null ? target : target.resolve(rest));
        } catch (IOException goneMeanwhile) {
            // the directory of the link is watched already, so its return is noticed
            return;
        }
    }
}
