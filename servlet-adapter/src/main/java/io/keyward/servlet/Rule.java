package io.keyward.servlet;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One rule as it was written.
 *
 * @param method the one method it is for; null for every method
 * @param pattern an exact path, or a prefix and {@code /*}
 * @param access who may
 */
record Rule(@Nullable String method, String pattern, Access access) {
    static boolean isPrefix(String pattern) {
        return pattern.endsWith("/*");
    }

    String name() {
        return (method == null ? "" : LogText.quoted(method, 20) + " ") + LogText.quoted(pattern, 80);
    }

    /** Adds what is wrong with this rule by itself. */
    void check(List<String> problems) {
        String path = isPrefix(pattern) ? pattern.substring(0, pattern.length() - 1) : pattern;
        if (!pattern.startsWith("/") || path.indexOf('*') >= 0) {
            problems.add("path (" + LogText.quoted(pattern, 80)
                    + ") must start with / and may hold * only as its last segment: /jobs or /jobs/*");
        } else if (!path.equals(RequestPath.canonical(encoded(path)))) {
            problems.add("path (" + LogText.quoted(pattern, 80)
                    + ") can never match: write it decoded, without //, without . and .. segments");
        }
        if (method != null && !method.matches("[A-Z][A-Z0-9_-]{0,30}")) {
            problems.add("method (" + LogText.quoted(method, 20)
                    + ") must be upper-case letters, as in GET: methods are case-sensitive");
        }
    }

    /** Rules are written decoded; these characters would mean something else in a request. */
    private static String encoded(String path) {
        return path.replace("%", "%25").replace("?", "%3F").replace("#", "%23").replace(";", "%3B");
    }
}
