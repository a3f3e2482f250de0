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
 * Finds the directories to watch, and the names in them, for a set of paths.
 *
 * <p>For a plain file these are its directory and the one above, because a directory may be replaced, too. If a part of
 * the path is a symbolic link, they are also the directory of the link and the directories of its target: Kubernetes
 * swaps a link {@code ..data} next to the link that a service reads, and nothing changes in the directory of the file
 * itself.
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
