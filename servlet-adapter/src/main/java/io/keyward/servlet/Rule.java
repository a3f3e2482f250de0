package io.keyward.servlet;

import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One rule as it was written.
 *
 * @param method the one method it is for; null for every method
 * @param pattern an exact path, or a prefix and {@code /*}
 * @param access who may pass
 */
record Rule(@Nullable String method, String pattern, Access access) {
    /**
     * Templates of JAX-RS, Spring, Javalin, Express and Next, regular expressions, wildcards of Ant, queries, fragments
     * and matrix parameters.
     */
    private static final Pattern TEMPLATE = Pattern.compile("[{}\\[\\]|^\\\\][^/]*|<[^/]*>|/:[^/]*|\\.\\+|[*?;#]");

    /** Words of other tools for every method. */
    private static final Set<String> ALL_METHODS = Set.of("ANY", "ALL");

    static boolean isPrefix(String pattern) {
        return pattern.endsWith("/*");
    }

    String name() {
        return (method == null ? "" : LogText.quoted(method, 20) + " ") + LogText.quoted(pattern, 80);
    }

    /** Adds what is wrong with this rule by itself. */
    void check(List<String> problems) {
        String path = isPrefix(pattern) ? pattern.substring(0, pattern.length() - 1) : pattern;
        String template = template(path);
        if (pattern.endsWith(" ")) {
            problems.add("path (" + LogText.quoted(pattern, 80) + ") must not end with a blank");
        } else if (template != null) {
            problems.add("path (" + LogText.quoted(pattern, 80) + ") " + template);
        } else if (!pattern.startsWith("/")) {
            problems.add("path (" + LogText.quoted(pattern, 80) + ") must start with /, as in /jobs or /jobs/*");
        } else if (!path.equals(RequestPath.canonical(encoded(path)))) {
            problems.add("path (" + LogText.quoted(pattern, 80)
                    + ") can never match: write it decoded, without //, without . and .. segments");
        }
        if (method != null && !method.matches("[A-Z][A-Z0-9_-]{0,30}")) {
            problems.add("method (" + LogText.quoted(method, 20)
                    + ") must be upper-case letters, as in GET: methods are case-sensitive");
        } else if (method != null && ALL_METHODS.contains(method)) {
            problems.add("method (" + method + ") is no method of HTTP; leave it out of a rule for all methods");
        }
    }

    /** Returns what is wrong and what to write instead, if the path looks like a pattern of some other kind. */
    private static @Nullable String template(String path) {
        Matcher part = TEMPLATE.matcher(path);
        if (!part.find()) {
            return null;
        }
        String found = part.group();
        if (found.startsWith("?")) {
            return "must not contain ?: a rule has no query, and ? is no wildcard; "
                    + "write the path before it, or a prefix and /*";
        }
        if (found.startsWith("#")) {
            return "must not contain #: no client sends it, nor what comes after it; write the path before it";
        }
        if (found.startsWith(";")) {
            return "must not contain ;: parameters are removed from a path before rules are checked; "
                    + "write the path without them";
        }
        if (found.startsWith("*")) {
            return "may have * only as its last segment; " + instead(path, part.start());
        }
        return "must not contain a pattern such as " + LogText.quoted(found.replaceFirst("^/", ""), 40)
                + ": rules are literal, so it would never match; " + instead(path, part.start());
    }

    private static String instead(String path, int problem) {
        int slash = path.lastIndexOf('/', problem);
        return slash > 0
                ? "write " + LogText.quoted(path.substring(0, slash), 80) + "/*, which covers everything below"
                : "name the first segment, as in /jobs/*, or decide by otherwise(...)";
    }

    /** Rules are written decoded; these characters would mean something else in a request. */
    private static String encoded(String path) {
        return path.replace("%", "%25").replace("#", "%23");
    }
}
