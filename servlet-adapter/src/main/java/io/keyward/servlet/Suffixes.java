package io.keyward.servlet;

/**
 * Knows the suffixes by which a client asks for a media type or a language, if a framework allows it. Jersey and
 * RESTEasy can be configured to find {@code /reports} under {@code /reports.json}, {@code /reports.json.en} and
 * {@code /reports/.json}.
 */
final class Suffixes {
    private Suffixes() {}

    /**
     * Returns whether a path is another one with suffixes added to its last segment, in any place after the first dot.
     *
     * @param base the other path, without a slash at its end
     */
    static boolean areAdded(String base, String path) {
        int end = path.endsWith("/") ? path.length() - 1 : path.length();
        int name = path.lastIndexOf('/', end - 1) + 1;
        if (path.startsWith(".", name) && base.length() == name - 1 && path.startsWith(base)) {
            return true;
        }
        int stem = base.indexOf('.', name);
        stem = stem < 0 ? base.length() : stem;
        if (base.lastIndexOf('/') != name - 1 || !path.startsWith(".", stem) || !path.regionMatches(0, base, 0, stem)) {
            return false;
        }
        int found = stem;
        for (int from = stem; from < end; ) {
            int dot = path.indexOf('.', from + 1);
            int to = dot < 0 ? end : Math.min(dot, end);
            int next = found + to - from;
            if (base.regionMatches(found, path, from, to - from)
                    && (next == base.length() || base.startsWith(".", next))) {
                found = next;
            }
            from = to;
        }
        return found == base.length();
    }
}
