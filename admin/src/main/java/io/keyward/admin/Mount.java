package io.keyward.admin;

import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRegistration;
import jakarta.servlet.http.HttpServlet;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Registers the servlets of this module, and checks what they have in common. */
final class Mount {
    /** The header of keys where nothing names another. */
    static final String KEY_HEADER = "X-Api-Key";

    /** As {@code ApiKeyFilter.KEY_HEADERS_ATTRIBUTE}. */
    private static final String KEY_HEADERS = "io.keyward.keyHeaders";

    private static final String TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}";

    private Mount() {}

    /** Registers a servlet for everything below a path, and loads it at the start of the application. */
    static ServletRegistration.Dynamic at(ServletContext context, String path, HttpServlet servlet) {
        String name = servlet.getClass().getName() + " at " + requirePath(path);
        ServletRegistration.Dynamic registration = context.addServlet(name, servlet);
        if (registration == null || !registration.addMapping(path + "/*").isEmpty()) {
            throw new IllegalStateException("the context (" + context.getContextPath()
                    + ") already has a servlet for this path; register the keys under another");
        }
        registration.setLoadOnStartup(1);
        registration.setAsyncSupported(true);
        return registration;
    }

    static String requirePath(String path) {
        if (!path.startsWith("/") || path.endsWith("/") || path.contains("*")) {
            throw new IllegalArgumentException("path must begin with a slash and end without one, such as /admin");
        }
        return path;
    }

    /**
     * Returns the header in which keys are sent: the configured one; else {@code X-Api-Key}, or another that the filter
     * of the context reads; nothing if the filter reads no header whose whole value is a key. What Spring Security
     * reads is not known here, and neither is what a filter from {@code web.xml} reads on Undertow, which starts
     * servlets before filters.
     *
     * @param configured null if none is
     * @throws ServletException if the filter does not read the configured one
     */
    static Optional<String> keyHeader(ServletContext context, @Nullable String configured) throws ServletException {
        String wanted = configured == null ? KEY_HEADER : configured;
        if (!(context.getAttribute(KEY_HEADERS) instanceof List<?> read)
                || read.stream().anyMatch(header -> wanted.equalsIgnoreCase(String.valueOf(header)))) {
            return Optional.of(wanted);
        }
        if (configured != null) {
            throw new ServletException("keys would be sent in header " + wanted
                    + ", which the ApiKeyFilter of this context does not read; it reads " + read
                    + "; name one of these, or add KeySources.header(\"" + wanted + "\") to the sources of the filter");
        }
        return read.stream().findFirst().map(String::valueOf);
    }

    /** Refuses a header that cannot hold the key alone; proxies with a login need {@code Authorization}. */
    static String requireKeyHeader(String name) {
        if (!name.matches(TOKEN) || name.equalsIgnoreCase("Authorization") || name.equalsIgnoreCase("Cookie")) {
            throw new IllegalArgumentException(
                    "header must be the name of a header whose whole value is the key, such as " + KEY_HEADER
                            + "; not Authorization and not Cookie");
        }
        return name;
    }
}
