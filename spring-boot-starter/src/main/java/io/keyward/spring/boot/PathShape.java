package io.keyward.spring.boot;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The set of paths of a rule, a servlet mapping or a pattern of Spring MVC. It serves to prove that two of them have no
 * path in common. If a set cannot be exact, it has too many paths, not too few.
 */
final class PathShape {
    /** Stands for a segment with any text. */
    private static final String ANY = "*";

    private final List<String> segments;
    private final boolean open;

    /**
     * Creates a set of paths.
     *
     * @param open whether more segments may follow
     */
    private PathShape(List<String> segments, boolean open) {
        this.segments = segments;
        this.open = open;
    }

    /** Returns the paths of a rule: an exact path, or {@code /prefix/*}, which includes the prefix itself. */
    static PathShape ofRule(String path) {
        return path.endsWith("/*")
                ? new PathShape(split(path.substring(0, path.length() - 2)), true)
                : new PathShape(split(path), false);
    }

    /** Returns the paths of a servlet mapping; all paths for {@code /} and for {@code *.extension}. */
    static PathShape ofServletMapping(String mapping) {
        boolean takesAnyPath = mapping.equals("/") || mapping.startsWith("*.");
        return takesAnyPath ? new PathShape(List.of(), true) : ofRule(mapping);
    }

    /** Returns the paths of a pattern such as <code>/jobs/{id}</code>, {@code /files/**} or {@code /a*}. */
    static PathShape ofPattern(String pattern) {
        List<String> segments = new ArrayList<>();
        for (String segment : split(pattern)) {
            if (segment.contains("**") || segment.startsWith("{*")) {
                return new PathShape(segments, true);
            }
            boolean isLiteral = segment.chars().noneMatch(c -> "*?{".indexOf(c) >= 0);
            segments.add(isLiteral ? segment : ANY);
        }
        return new PathShape(segments, false);
    }

    /** Ignores a slash at the end, because some rules and some applications ignore it. */
    private static List<String> split(String path) {
        return Stream.of(path.split("/")).filter(segment -> !segment.isEmpty()).toList();
    }

    /** Returns whether both sets may have a path in common. */
    boolean meets(PathShape other) {
        int common = Math.min(segments.size(), other.segments.size());
        for (int i = 0; i < common; i++) {
            if (!isSame(segments.get(i), other.segments.get(i))) {
                return false;
            }
        }
        return (segments.size() == common || other.open) && (other.segments.size() == common || open);
    }

    private static boolean isSame(String one, String other) {
        return one.equals(ANY) || other.equals(ANY) || one.equalsIgnoreCase(other);
    }

    /** Returns the segments as a path, without the further segments that may follow. */
    String text() {
        return segments.isEmpty() ? "" : "/" + String.join("/", segments);
    }
}
