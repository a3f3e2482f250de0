package io.keyward.admin;

import static java.util.Objects.requireNonNull;

import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRegistration;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Serves a page on which people administer keys by the calls of {@link ApiKeyAdminServlet}.
 *
 * <pre>{@code
 * ApiKeyAdminServlet.register(servletContext, "/v1/admin", keys);
 * ApiKeyAdminPage.register(servletContext, "/admin", "/v1/admin");
 * }</pre>
 *
 * <p>The page is then at {@code /admin/}. Its files are the same for everyone and hold no data, so the guard of the
 * application lets everyone read them: {@code rule("/admin/*", permitAll())}. The operator pastes a key there, and the
 * page sends it with each call, in a header of its own and never in {@code Authorization}, where a proxy with a login
 * may have its credentials.
 *
 * <p>The key is in the memory of the page only. The page forgets it when it is left, reloaded or not used for 15
 * minutes. A strict content security policy lets the page load nothing from elsewhere, run no script but its own and be
 * in no frame. Not protected: what extensions of the browser and other programs of the operator see.
 *
 * <p>May be shared between threads.
 */
public final class ApiKeyAdminPage extends HttpServlet {
    private static final long serialVersionUID = 1L;
    private static final String NO_STORE = "no-store";
    private static final String REVALIDATE = "no-cache";
    private static final String POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
            + " connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none';"
            + " require-trusted-types-for 'script'";
    private static final Map<String, String> HEADERS = Map.of(
            "Content-Security-Policy", POLICY,
            "X-Content-Type-Options", "nosniff",
            "X-Frame-Options", "DENY",
            "Referrer-Policy", "no-referrer",
            "Cross-Origin-Opener-Policy", "same-origin",
            "Cross-Origin-Resource-Policy", "same-origin");

    private final String api;
    private final @Nullable String header;
    private transient volatile Map<String, PageFile> files = Map.of();

    private ApiKeyAdminPage(Builder settings) {
        this.api = settings.api;
        this.header = settings.header;
    }

    /**
     * Returns a page over the admin API at a path of the same context.
     *
     * @param api the path that {@link ApiKeyAdminServlet#register} was given, such as {@code /v1/admin}
     * @throws IllegalArgumentException if the path does not begin with a slash, ends with one, or has characters that a
     *     URL would have to encode
     */
    public static ApiKeyAdminPage of(String api) {
        return builder(api).build();
    }

    /** Starts a page, as {@link #of}. */
    public static Builder builder(String api) {
        return new Builder(api);
    }

    /**
     * Registers a page for everything below a path.
     *
     * @param path such as {@code /admin}; the page is then at {@code /admin/}
     * @param api the path of the admin API, which is another one
     * @return the registration
     * @throws IllegalArgumentException if a path does not begin with a slash or ends with one
     * @throws IllegalStateException if the context is already initialised, or has a servlet of this name or path
     */
    public static ServletRegistration.Dynamic register(ServletContext context, String path, String api) {
        return register(context, path, of(api));
    }

    /** Registers a page that was built, as {@link #register(ServletContext, String, String)}. */
    public static ServletRegistration.Dynamic register(ServletContext context, String path, ApiKeyAdminPage page) {
        return Mount.at(context, path, page);
    }

    /**
     * Prepares the files for the path at which the page is.
     *
     * @throws ServletException if the page is registered for anything but one path such as {@code /admin/*}, or the
     *     {@code ApiKeyFilter} of the context does not read the header in which the page would send keys
     */
    @Override
    public void init() throws ServletException {
        ServletRegistration registration = getServletContext().getServletRegistration(getServletName());
        Collection<String> mappings = registration.getMappings();
        String mapping = mappings.size() == 1 ? mappings.iterator().next() : "";
        if (!mapping.startsWith("/") || !mapping.endsWith("/*") || mapping.length() < 4) {
            throw new ServletException("the admin page must be mapped to one path such as /admin/*, not to " + mappings
                    + "; register it with ApiKeyAdminPage.register");
        }
        int depth = mapping.split("/", -1).length - 2;
        // relative, so it works below any context path and behind a proxy that adds a prefix
        String link = "../".repeat(depth) + api.substring(1);
        String sent = Mount.keyHeader(getServletContext(), header)
                .orElseThrow(() -> new ServletException("the ApiKeyFilter of this context does not read keys from a"
                        + " header of their own, which the page needs; add KeySources.header(\"X-Api-Key\") to the"
                        + " sources of the filter"));
        files = Map.of(
                "/",
                        PageFile.of(
                                "index.html", "text/html;charset=utf-8", NO_STORE, Map.of("api", link, "header", sent)),
                "/admin.js", PageFile.of("admin.js", "text/javascript;charset=utf-8", REVALIDATE, Map.of()),
                "/admin.css", PageFile.of("admin.css", "text/css;charset=utf-8", REVALIDATE, Map.of()),
                "/icon.svg", PageFile.of("icon.svg", "image/svg+xml", REVALIDATE, Map.of()));
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        HEADERS.forEach(response::setHeader);
        String path = request.getPathInfo();
        if (path == null) {
            String own = request.getServletPath();
            response.setHeader("Location", own.substring(own.lastIndexOf('/') + 1) + "/");
            response.setHeader("Cache-Control", NO_STORE);
            response.setStatus(HttpServletResponse.SC_MOVED_TEMPORARILY);
            return;
        }
        PageFile file = files.get(path);
        if (file == null) {
            Problem.of(404, "not-found", "the admin page has no such file")
                    .answer()
                    .writeTo(request, response);
        } else if (request.getMethod().equals("GET") || request.getMethod().equals("HEAD")) {
            file.writeTo(request, response);
        } else {
            Problem.of(405, "method-not-allowed", "use GET, HEAD")
                    .withHeader("Allow", "GET, HEAD")
                    .answer()
                    .writeTo(request, response);
        }
    }

    @Override
    public String toString() {
        return "ApiKeyAdminPage";
    }

    /** Builds a page; not for use by several threads. */
    public static final class Builder {
        private final String api;
        private @Nullable String header;

        private Builder(String api) {
            this.api = Mount.requirePath(requireNonNull(api, "api"));
            if (!api.matches("[A-Za-z0-9/._~-]+")) {
                throw new IllegalArgumentException(
                        "api must be a path of letters, digits and / . _ ~ -, such as /v1/admin");
            }
        }

        /**
         * Sets the header in which the page sends the key; must be one that the guard reads, such as by
         * {@code KeySources.header("X-Acme-Key")}. By default it is {@code X-Api-Key}, or the header of the
         * {@code ApiKeyFilter} of the context where that reads another one.
         *
         * @throws IllegalArgumentException if the name is not valid for a header, or is {@code Authorization} or
         *     {@code Cookie}, which a proxy with a login may need
         */
        public Builder header(String name) {
            this.header = Mount.requireKeyHeader(name);
            return this;
        }

        /** Returns the page. */
        public ApiKeyAdminPage build() {
            return new ApiKeyAdminPage(this);
        }
    }
}
