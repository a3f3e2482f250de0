package io.keyward.admin;

import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletRegistration;
import jakarta.servlet.http.HttpServlet;

/** Registers the servlets of this module, and checks what they have in common. */
final class Mount {
    static final String KEY_HEADER = "X-Api-Key";

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
