package io.keyward.admin;

import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletRegistration;
import jakarta.servlet.http.HttpServlet;

/** Registers a servlet for everything below a path, and loads it at the start of the application. */
final class Mount {
    private Mount() {}

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
}
