package io.keyward.servlet;

import jakarta.servlet.http.HttpServletRequest;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A path with an encoded slash or percent sign, which another parser may read as more segments: {@code refs%2Fheads} as
 * one name or two, {@code 50%25ab} as it is or decoded once more.
 *
 * <p>Every reading of such a path is below {@link #parent}: it has at least one more segment, and no dot segment, empty
 * segment, backslash or control character. So rules that require the same for everything below the parent decide the
 * same about every reading.
 *
 * @param path the path below the context, decoded once
 * @param parent the part before the first segment that can be read in more than one way, without its slash
 */
record EncodedPath(String path, String parent) {
    /** How many times a text may be encoded. More is an attack, and costs time to decode. */
    private static final int MAX_DEPTH = 3;

    /** Returns the path of a request; null if it is not such a path, or if the container read it in another way. */
    static @Nullable EncodedPath of(HttpServletRequest request) {
        return of(request.getRequestURI(), request.getContextPath(), request.getServletPath(), request.getPathInfo());
    }

    static @Nullable EncodedPath of(
            @Nullable String uri,
            @Nullable String contextPath,
            @Nullable String servletPath,
            @Nullable String pathInfo) {
        String context = contextPath == null || contextPath.isEmpty() ? "" : RequestPath.canonical(contextPath);
        if (uri == null || context == null || !uri.startsWith("/") || uri.indexOf('#') >= 0 || uri.indexOf('?') >= 0) {
            return null;
        }
        List<String> names = names(uri);
        if (names == null) {
            return null;
        }
        String whole = joined(names, Kept.NOTHING);
        if (whole == null || !whole.startsWith(context + "/")) {
            return null;
        }
        String parent = parent(names);
        if (parent == null || (!parent.equals(context) && !parent.startsWith(context + "/"))) {
            return null;
        }
        String read = (servletPath == null ? "" : servletPath) + (pathInfo == null ? "" : pathInfo);
        for (Kept kept : Kept.values()) {
            if ((context + read).equals(joined(names, kept))) {
                return new EncodedPath(whole.substring(context.length()), parent.substring(context.length()));
            }
        }
        return null;
    }

    /**
     * Returns the segments as they came, without parameters; null if one is empty, a dot segment, or unsafe to read.
     */
    private static @Nullable List<String> names(String uri) {
        List<String> names = new ArrayList<>();
        String[] raws = uri.substring(1).split("/", -1);
        for (int i = 0; i < raws.length; i++) {
            String raw = raws[i];
            int semicolon = raw.indexOf(';');
            String name = semicolon < 0 ? raw : raw.substring(0, semicolon);
            boolean trailingSlash = raw.isEmpty() && i == raws.length - 1 && i > 0;
            if (!trailingSlash && !isSafe(name)) {
                return null;
            }
            if (semicolon >= 0 && RequestPath.decoded(raw.substring(semicolon)) == null) {
                return null;
            }
            names.add(name);
        }
        return names;
    }

    /** Returns whether a segment stays one or more names, however often it is decoded. */
    private static boolean isSafe(String name) {
        String text = name;
        for (int depth = 0; depth <= MAX_DEPTH; depth++) {
            for (String part : text.split("/", -1)) {
                int semicolon = part.indexOf(';');
                String bare = semicolon < 0 ? part : part.substring(0, semicolon);
                if (bare.isEmpty() || bare.equals(".") || bare.equals("..")) {
                    return false;
                }
            }
            if (!RequestPath.isText(text)) {
                return false;
            }
            String decoded = depth == 0 ? Percent.decoded(text) : Percent.decodedLeniently(text);
            if (decoded == null || (depth > 0 && encodesDot(text))) {
                return false;
            }
            if (decoded.equals(text)) {
                return true;
            }
            text = decoded;
        }
        return false;
    }

    /** An honest client has no reason to encode a dot, and none at all to encode it twice. */
    private static boolean encodesDot(String text) {
        return text.contains("%2e") || text.contains("%2E");
    }

    private static @Nullable String joined(List<String> names, Kept kept) {
        StringBuilder path = new StringBuilder();
        for (String name : names) {
            String decoded = kept.decode(name);
            if (decoded == null) {
                return null;
            }
            path.append('/').append(decoded);
        }
        return path.toString();
    }

    private static @Nullable String parent(List<String> names) {
        StringBuilder parent = new StringBuilder();
        for (String name : names) {
            if (name.contains("%2F") || name.contains("%2f") || name.contains("%25")) {
                return parent.toString();
            }
            parent.append('/').append(Percent.decoded(name));
        }
        return null;
    }

    /** What a container passes on without decoding it. */
    private enum Kept {
        /** Jetty with {@code decodeAmbiguousURIs}. */
        NOTHING,
        /** Undertow. */
        SLASH,
        /** Tomcat with {@code encodedSolidusHandling} of {@code passthrough}. */
        SLASH_AND_PERCENT;

        @Nullable
        String decode(String name) {
            String encoded = name;
            if (this == SLASH_AND_PERCENT) {
                encoded = encoded.replace("%25", "%2525");
            }
            if (this != NOTHING) {
                encoded = encoded.replace("%2F", "%252F").replace("%2f", "%252f");
            }
            return Percent.decoded(encoded);
        }
    }
}
