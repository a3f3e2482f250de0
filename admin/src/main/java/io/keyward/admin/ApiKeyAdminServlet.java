package io.keyward.admin;

import static java.util.Objects.requireNonNull;

import io.keyward.ApiKeyPrincipal;
import io.keyward.store.ApiKeys;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRegistration;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Issues, lists, changes, rotates and revokes keys over HTTP, each call within the rights of the key that makes it.
 *
 * <pre>{@code
 * ApiKeyAdminServlet.register(servletContext, "/admin", keys);
 * }</pre>
 *
 * <p>Needs a guard in front: {@code ApiKeyFilter} or Keyward's Spring Security support, which verify the key and set
 * the request attribute {@value #PRINCIPAL_ATTRIBUTE}. A request without that attribute is answered with 401, whatever
 * let it through. The rules of the guard need not name the rights of this servlet, because it checks them itself:
 *
 * <table>
 * <caption>Permissions</caption>
 * <tr><td>{@code keys:read}</td><td>list keys, look at one, find the key of a leaked text, read the report</td></tr>
 * <tr><td>{@code keys:issue}</td><td>issue keys</td></tr>
 * <tr><td>{@code keys:change}</td><td>change owner, name, roles, permissions, end and metadata</td></tr>
 * <tr><td>{@code keys:rotate}</td><td>rotate keys</td></tr>
 * <tr><td>{@code keys:revoke}</td><td>revoke keys</td></tr>
 * <tr><td>{@code keys:disable}</td><td>disable and enable keys</td></tr>
 * <tr><td>{@code own-key:read}, {@code own-key:rotate}, {@code own-key:revoke}</td><td>the same for the calling key
 * only</td></tr>
 * <tr><td>{@code own-key:list}</td><td>list the keys of the same owner</td></tr>
 * </table>
 *
 * <p>Every change is made {@linkplain io.keyward.store.ApiKeyManager#onBehalfOf on behalf of} the caller, so no call
 * can make or change a key that may do more than the calling key. The cause of each change names that key, the
 * address of the peer and the id of the request.
 *
 * <p>A secret is in the answer to the call that made it and nowhere else. Not promised: that an administrator remains.
 * The last key with {@code keys:issue} has to confirm before it ends itself, but two such keys can revoke each other at
 * once; the way back is the {@code keyward} command.
 *
 * <p>May be shared between threads.
 */
public final class ApiKeyAdminServlet extends HttpServlet {
    /** The request attribute in which a guard leaves the {@link ApiKeyPrincipal} of the caller. */
    public static final String PRINCIPAL_ATTRIBUTE = "io.keyward.principal";

    private static final long serialVersionUID = 1L;
    private static final Logger LOG = LoggerFactory.getLogger(ApiKeyAdminServlet.class);
    private static final List<String> GUARDS = List.of(
            "io.keyward.servlet.ApiKeyFilter",
            "org.springframework.security.web.FilterChainProxy",
            "org.springframework.web.filter.DelegatingFilterProxy");

    private final transient AdminApi api;
    private final @Nullable String header;

    private ApiKeyAdminServlet(AdminApi api, @Nullable String header) {
        this.api = api;
        this.header = header;
    }

    /** Returns a servlet over these keys. */
    public static ApiKeyAdminServlet of(ApiKeys keys) {
        return builder(keys).build();
    }

    /** Starts a servlet over these keys. */
    public static Builder builder(ApiKeys keys) {
        return new Builder(keys);
    }

    /**
     * Registers a servlet for everything below a path, and loads it at the start of the application.
     *
     * @param path such as {@code /admin}; the calls are {@code /admin/keys} and so on
     * @return the registration
     * @throws IllegalArgumentException if the path does not begin with a slash or ends with one
     * @throws IllegalStateException if the context is already initialised, or has a servlet of this name or path
     */
    public static ServletRegistration.Dynamic register(ServletContext context, String path, ApiKeys keys) {
        return register(context, path, of(keys));
    }

    /** Registers a servlet that was built, as {@link #register(ServletContext, String, ApiKeys)}. */
    public static ServletRegistration.Dynamic register(
            ServletContext context, String path, ApiKeyAdminServlet servlet) {
        return Mount.at(context, path, servlet);
    }

    /**
     * Warns if no guard is registered in this context, because then every call is answered with 401.
     *
     * @throws ServletException if {@code openapi.json} would name a header that the {@code ApiKeyFilter} of the context
     *     does not read
     */
    @Override
    public void init() throws ServletException {
        Mount.keyHeader(getServletContext(), header).ifPresent(api::nameHeader);
        boolean guarded = getServletContext().getFilterRegistrations().values().stream()
                .anyMatch(filter -> GUARDS.contains(filter.getClassName()));
        if (!guarded) {
            LOG.warn(
                    "no ApiKeyFilter and no Spring Security filter is registered in this context; unless something else"
                            + " sets the request attribute {}, every call to the admin API is answered with 401",
                    PRINCIPAL_ATTRIBUTE);
        }
    }

    /** Answers every method by itself; {@code HttpServlet} would answer some with a page of the container's. */
    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        answer(request).writeTo(request, response);
    }

    private Answer answer(HttpServletRequest request) {
        if (!(request.getAttribute(PRINCIPAL_ATTRIBUTE) instanceof ApiKeyPrincipal caller)) {
            return Problem.of(401, "unauthorized", "a valid API key is needed")
                    .withHeader("WWW-Authenticate", "ApiKey realm=\"api\"")
                    .answer();
        }
        return api.answer(request, caller);
    }

    @Override
    public String toString() {
        return "ApiKeyAdminServlet";
    }

    /** Builds a servlet; not for use by several threads. */
    public static final class Builder {
        final ApiKeys keys;
        InstantSource clock = InstantSource.system();
        Function<HttpServletRequest, @Nullable String> requestId = HttpServletRequest::getRequestId;
        Supplier<List<String>> details = List::of;

        @Nullable
        String header;

        private Builder(ApiKeys keys) {
            this.keys = requireNonNull(keys, "keys");
        }

        /**
         * Sets the clock that decides which keys have ended, by default the system's. It should be the clock of the
         * keys.
         */
        public Builder clock(InstantSource clock) {
            this.clock = requireNonNull(clock, "clock");
            return this;
        }

        /**
         * Sets where the id of a request comes from, by default {@link HttpServletRequest#getRequestId}; null for none.
         * An id that is not one line of at most 200 characters is left out.
         */
        public Builder requestId(Function<HttpServletRequest, @Nullable String> requestId) {
            this.requestId = requireNonNull(requestId, "requestId");
            return this;
        }

        /**
         * Sets lines that the report shows besides the state of the keys, by default none: for example, which files
         * were read. Asked for each report; must hold no secret.
         */
        public Builder details(Supplier<List<String>> details) {
            this.details = requireNonNull(details, "details");
            return this;
        }

        /**
         * Sets the header that {@code openapi.json} names for keys. By default it is {@code X-Api-Key}, or the header
         * of the {@code ApiKeyFilter} of the context where that reads another one. Behind Spring Security, which
         * decides where keys are read as well, name the same here and to {@link ApiKeyAdminPage.Builder#header}.
         *
         * @throws IllegalArgumentException if the name is not valid for a header, or is {@code Authorization} or
         *     {@code Cookie}
         */
        public Builder header(String name) {
            this.header = Mount.requireKeyHeader(name);
            return this;
        }

        /** Returns the servlet. */
        public ApiKeyAdminServlet build() {
            return new ApiKeyAdminServlet(new AdminApi(this), header);
        }
    }
}
