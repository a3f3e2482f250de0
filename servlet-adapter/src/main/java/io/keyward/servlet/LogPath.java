package io.keyward.servlet;

import io.keyward.ApiKey;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Masks what could be a key in a logged path. A key has at least 16 characters, and one made elsewhere may have any
 * printable ones, even slashes. What a rule names is public and stays.
 */
final class LogPath {
    static final String MASK = "***";

    /** What stays readable in a long path: words in one case and numbers, like the names of resources and their ids. */
    private static final Pattern PLAIN = Pattern.compile("[a-z._-]*[0-9]{0,9}|[A-Z._-]*[0-9]{0,9}");

    private final Set<String> named;

    /** Takes the patterns of the rules. */
    LogPath(Collection<String> patterns) {
        this.named = patterns.stream()
                .flatMap(pattern -> List.of(pattern.split("/", -1)).stream())
                .collect(Collectors.toCollection(HashSet::new));
    }

    /** Returns the path with {@code ***} for each segment that is a key or may be part of one. */
    String masked(String path) {
        String[] segments = path.split("/", -1);
        int start = 0;
        while (start < segments.length) {
            int end = start;
            int length = -1;
            while (end < segments.length && !named.contains(segments[end])) {
                length += segments[end].length() + 1;
                end++;
            }
            mask(segments, start, end, length >= ApiKey.MIN_LENGTH);
            start = end + 1;
        }
        return String.join("/", segments);
    }

    private static void mask(String[] segments, int start, int end, boolean partsOfOne) {
        for (int i = start; i < end; i++) {
            boolean plain = PLAIN.matcher(segments[i]).matches();
            if (segments[i].length() >= ApiKey.MIN_LENGTH || (partsOfOne && !plain)) {
                segments[i] = MASK;
            }
        }
    }
}
