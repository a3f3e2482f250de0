package io.keyward.servlet;

import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletRegistration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds the servlet of a context that serves a path, by Servlet 6.0 §12.1: an exact mapping before the longest prefix,
 * before an extension, before the default.
 */
final class ServletMappings {
    private final Map<String, String> exact = new HashMap<>();

    /** By the pattern without {@code /*} at its end. */
    private final Map<String, String> prefixes = new HashMap<>();

    private final Map<String, String> extensions = new HashMap<>();
    private @Nullable String byDefault;

    /** Creates the mappings of a context without servlets. */
    ServletMappings() {}

    static ServletMappings of(ServletContext context) {
        ServletMappings mappings = new ServletMappings();
        for (Map.Entry<String, ? extends ServletRegistration> entry :
                context.getServletRegistrations().entrySet()) {
            for (String pattern : entry.getValue().getMappings()) {
                mappings.add(pattern, entry.getKey());
            }
        }
        return mappings;
    }

    private void add(String pattern, String servlet) {
        if (pattern.equals("/")) {
            byDefault = servlet;
        } else if (pattern.endsWith("/*")) {
            prefixes.put(pattern.substring(0, pattern.length() - 2), servlet);
        } else if (pattern.startsWith("*.")) {
            extensions.put(pattern.substring(2), servlet);
        } else {
            // The empty pattern is only for the root of the context.
            exact.put(pattern.isEmpty() ? "/" : pattern, servlet);
        }
    }

    /**
     * Returns the name of the servlet.
     *
     * @param path a canonical path below the context
     * @return null if no mapping matches
     */
    @Nullable
    String servletOf(String path) {
        String servlet = exact.get(path);
        if (servlet == null) {
            servlet = byPrefix(path);
        }
        if (servlet == null) {
            servlet = byExtension(path);
        }
        return servlet == null ? byDefault : servlet;
    }

    private @Nullable String byPrefix(String path) {
        String prefix = path;
        String servlet = prefixes.get(prefix);
        while (servlet == null && !prefix.isEmpty()) {
            prefix = prefix.substring(0, prefix.lastIndexOf('/'));
            servlet = prefixes.get(prefix);
        }
        return servlet;
    }

    private @Nullable String byExtension(String path) {
        int dot = path.lastIndexOf('.');
        return dot < path.lastIndexOf('/') ? null : extensions.get(path.substring(dot + 1));
    }
}
