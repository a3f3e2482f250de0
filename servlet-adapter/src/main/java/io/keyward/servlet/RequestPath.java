package io.keyward.servlet;

import jakarta.servlet.http.HttpServletRequest;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds the one path that a request means, or finds that there are several ways to read it.
 *
 * <p>All known ways around path filters use two parsers that disagree. So this one reads the raw request URI by Servlet
 * 6.0 §3.5.2, refuses what that section calls suspicious, and accepts only a path that the container read in the same
 * way. The table of container answers in the documentation shows how much they differ.
 *
 * <p>A request with a dot segment or an empty segment is refused. That section resolves them, but the application may
 * not: Spring MVC takes {@code /admin/../public/x} to the handler of {@code /admin/**}, while the container reads it as
 * {@code /public/x}.
 */
final class RequestPath {
    private RequestPath() {}

    /** Returns the canonical path below the context; null if the request must be denied with 400. */
    static @Nullable String of(
            @Nullable String uri,
            @Nullable String contextPath,
            @Nullable String servletPath,
            @Nullable String pathInfo) {
        String whole = uri == null || !isResolved(uri) ? null : canonical(uri);
        String context = contextPath == null || contextPath.isEmpty() ? "" : canonical(contextPath);
        if (whole == null || context == null || !isBelow(whole, context)) {
            return null;
        }
        String path = whole.substring(context.length());
        String servlet = orEmpty(servletPath);
        if (pathInfo == null && isWelcomeFile(path, servlet)) {
            return servlet;
        }
        return isConcatenation(path, servlet, orEmpty(pathInfo)) ? path : null;
    }

    /**
     * Returns whether there is no empty segment and no plain dot segment; an encoded one, such as {@code %2e}, has no
     * canonical form.
     */
    private static boolean isResolved(String uri) {
        if (uri.contains("//")) {
            return false;
        }
        for (int slash = uri.indexOf("/."); slash >= 0; slash = uri.indexOf("/.", slash + 1)) {
            int end = slash + (uri.startsWith(".", slash + 2) ? 3 : 2);
            if (end == uri.length() || uri.charAt(end) == '/') {
                return false;
            }
        }
        return true;
    }

    /** Tomcat maps {@code /dir/} to its welcome file before any filter runs, so the rule of that file decides. */
    private static boolean isWelcomeFile(String path, String servletPath) {
        return path.endsWith("/")
                && servletPath.length() > path.length()
                && servletPath.startsWith(path)
                && servletPath.indexOf('/', path.length()) < 0;
    }

    /** The target of CONNECT is a host, which Jetty shows as the path {@code /}. */
    static @Nullable String of(HttpServletRequest request) {
        if ("CONNECT".equals(request.getMethod())) {
            return null;
        }
        return of(request.getRequestURI(), request.getContextPath(), request.getServletPath(), request.getPathInfo());
    }

    private static boolean isBelow(String path, String context) {
        return path.startsWith(context) && (path.length() == context.length() || path.charAt(context.length()) == '/');
    }

    private static boolean isConcatenation(String path, String servletPath, String pathInfo) {
        return path.length() == servletPath.length() + pathInfo.length()
                && path.startsWith(servletPath)
                && path.endsWith(pathInfo);
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }

    /**
     * Returns the canonical form of a raw path: without parameters and dot segments, decoded.
     *
     * @return null if the path is not well formed, or suspicious in the words of Servlet 6.0 §3.5.2
     */
    static @Nullable String canonical(String raw) {
        if (raw.isEmpty() || raw.charAt(0) != '/' || raw.indexOf('#') >= 0 || raw.indexOf('?') >= 0) {
            return null;
        }
        return isPlain(raw) ? raw : canonicalBySegment(raw);
    }

    /** Returns whether every character means itself, which is true for nearly all requests. */
    private static boolean isPlain(String raw) {
        char before = 0;
        for (int i = 0; i < raw.length(); i++) {
            char c = raw.charAt(i);
            boolean ordinary = HeaderNames.isAlphanumeric(c) || c == '/' || c == '-' || c == '.' || c == '_';
            if (!ordinary || (before == '/' && (c == '/' || c == '.'))) {
                return false;
            }
            before = c;
        }
        return true;
    }

    private static @Nullable String canonicalBySegment(String raw) {
        List<String> segments = new ArrayList<>();
        int start = 1;
        boolean last = false;
        while (!last) {
            int slash = raw.indexOf('/', start);
            last = slash < 0;
            int end = last ? raw.length() : slash;
            if (!take(raw.substring(start, end), last, segments)) {
                return null;
            }
            start = end + 1;
        }
        return "/" + String.join("/", segments);
    }

    /** Applies one raw segment to those before it; false if it is suspicious. */
    private static boolean take(String raw, boolean last, List<String> segments) {
        int semicolon = raw.indexOf(';');
        boolean parameters = semicolon >= 0;
        String encoded = parameters ? raw.substring(0, semicolon) : raw;
        String segment = decoded(encoded);
        if (segment == null || (parameters && decoded(raw.substring(semicolon)) == null)) {
            return false;
        }
        if (segment.equals(".") || segment.equals("..")) {
            boolean up = segment.length() == 2;
            if (parameters || !encoded.equals(segment) || (up && segments.isEmpty())) {
                return false;
            }
            if (up) {
                segments.remove(segments.size() - 1);
            }
            return true;
        }
        if (segment.isEmpty() && !last) {
            return !parameters;
        }
        segments.add(segment);
        return true;
    }

    /** Returns the decoded segment; null if it is badly encoded or holds what no segment may. */
    static @Nullable String decoded(String encoded) {
        String segment = encoded.indexOf('%') < 0 ? encoded : Percent.decoded(encoded);
        // The next parser would decode what is still encoded: somebody encoded it twice to get past this one.
        return segment == null || segment.indexOf('/') >= 0 || !isText(segment) || Percent.isEncoded(segment)
                ? null
                : segment;
    }

    /** Returns whether a text holds neither a backslash nor a control character, which no path may. */
    static boolean isText(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\\' || Character.isISOControl(c)) {
                return false;
            }
        }
        return true;
    }
}
