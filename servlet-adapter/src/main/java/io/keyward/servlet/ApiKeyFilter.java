package io.keyward.servlet;

import static java.util.Objects.requireNonNull;

import io.keyward.ApiKeyPrincipal;
import io.keyward.ApiKeyVerifier;
import io.keyward.role.RoleModel;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.FilterConfig;
import jakarta.servlet.FilterRegistration;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Lets a request through if its key has the rights that the path and method of the request require.
 *
 * <pre>{@code
 * ApiKeyFilter filter = ApiKeyFilter.builder()
 *         .verifier(verifier)
 *         .rule("/health", permitAll())
 *         .rule("/v1/admin/*", anyRole("admin"))
 *         .otherwise(authenticated())
 *         .build();
 * ApiKeyFilter.register(servletContext, filter);
 * }</pre>
 *
 * <p>Denials, in this order: 400 for a path that can be read in more than one way, 503 if the verifier fails, 401
 * without exactly one valid key, 403 for a valid key without the required rights. With a {@link RequestGate}, 429 comes
 * before or after the verdict. Denials come before any 404, so strangers cannot find out which paths exist. The handler
 * never runs for a denied request.
 *
 * <p>Behind the filter the application finds the caller in {@code getUserPrincipal}, {@code getRemoteUser},
 * {@code isUserInRole} and {@code getAuthType}, and cannot see the key.
 *
 * <p>Not protected: what is not mapped to the filter, and what a container handler answers before any filter runs.
 * May be shared between threads.
 */
public final class ApiKeyFilter implements Filter {
    /**
     * The context attribute from which an instance named in {@code web.xml} takes the filter that was built in code.
     */
    public static final String CONTEXT_ATTRIBUTE = "io.keyward.servlet.ApiKeyFilter";

    /**
     * The context attribute that lists, from {@link #register} or {@link #init} on, the headers whose whole value is a
     * key to this filter or another one of the context: a {@code List} of names. A page or an API description can use
     * it to name the right header.
     */
    public static final String KEY_HEADERS_ATTRIBUTE = "io.keyward.keyHeaders";

    /** The request attribute that holds the {@link ApiKeyPrincipal} of the caller; absent on open paths. */
    public static final String PRINCIPAL_ATTRIBUTE = "io.keyward.principal";

    /** The name under which the key id is in the logging context (MDC) while a request is handled. */
    public static final String MDC_KEY = "keyId";

    /** What {@code getAuthType} returns for a caller with a key. */
    public static final String AUTH_TYPE = "ApiKey";

    /** The init parameter that confirms, by {@code true}, that WebSocket upgrades come after this filter. */
    public static final String WEB_SOCKETS_COME_AFTER = "webSocketsComeAfter";

    /** Jetty's filter, which puts itself before all filters that exist when it is added. */
    private static final String UPGRADE_FILTER = "WebSocketUpgradeFilter";

    private static final String AHEAD_ATTRIBUTE = "io.keyward.servlet.aheadOfWebSockets";

    private static final Logger LOG = LoggerFactory.getLogger(ApiKeyFilter.class);

    private volatile @Nullable Guard guard;

    /**
     * Creates the instance of a {@code web.xml}, which takes everything from {@link #CONTEXT_ATTRIBUTE}. In code, use
     * {@link #builder}.
     */
    public ApiKeyFilter() {}

    private ApiKeyFilter(Guard guard) {
        this.guard = guard;
    }

    /** Returns a builder without verifier and rules, both of which it requires. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Registers a filter for everything in a context: all paths, all kinds of dispatch, asynchronous requests, before
     * the filters that exist.
     *
     * <p>Jetty's WebSocket filter puts itself first too, so with WebSockets on Jetty call this after that filter has
     * been added: in the configurator of {@code JakartaWebSocketServletContainerInitializer.configure}. If it is called
     * earlier, the application does not start, because upgrades would pass without a key.
     *
     * @return the registration
     * @throws IllegalStateException if the context is already initialised, or has a filter of this name
     */
    public static FilterRegistration.Dynamic register(ServletContext context, ApiKeyFilter filter) {
        FilterRegistration.Dynamic registration = context.addFilter(ApiKeyFilter.class.getName(), filter);
        if (registration == null) {
            throw new IllegalStateException("the context (" + context.getContextPath() + ") already has a filter named "
                    + ApiKeyFilter.class.getName() + "; register only one");
        }
        if (hasUpgradeFilter(context)) {
            context.setAttribute(AHEAD_ATTRIBUTE, filter);
        }
        Guard ready = filter.guard;
        if (ready != null) {
            // not left to init(), because Undertow starts servlets before filters
            publishKeyHeaders(context, ready.keyHeaders());
        }
        registration.setAsyncSupported(true);
        registration.addMappingForUrlPatterns(EnumSet.allOf(DispatcherType.class), false, "/*");
        return registration;
    }

    private static boolean hasUpgradeFilter(ServletContext context) {
        return context.getFilterRegistrations().values().stream()
                .map(FilterRegistration::getClassName)
                .anyMatch(name -> name != null && name.endsWith(UPGRADE_FILTER));
    }

    /** Returns the rules, one line each, for a start-up log: which paths are open, and what the others require. */
    public String describeRules() {
        Guard ready = guard;
        return ready == null
                ? "not initialised: nothing passes"
                : String.join("\n", ready.paths().describe());
    }

    /**
     * Takes over the filter in the context attribute if this instance was not built in code, reads the annotations of
     * the servlets, and sets {@link #KEY_HEADERS_ATTRIBUTE}.
     *
     * @throws ServletException if there is no filter to take over, an annotation cannot be used, or WebSocket upgrades
     *     may come before this filter; the application does not start
     */
    @Override
    public void init(FilterConfig config) throws ServletException {
        if (guard == null && config.getServletContext().getAttribute(CONTEXT_ATTRIBUTE) instanceof ApiKeyFilter built) {
            guard = built.guard;
        }
        Guard ready = guard;
        if (ready == null) {
            throw new ServletException("filter " + config.getFilterName() + " has no verifier and no rules; build an "
                    + "ApiKeyFilter in a ServletContextListener and set it as context attribute " + CONTEXT_ATTRIBUTE);
        }
        requireWebSocketsToComeAfter(config);
        ready.paths().readAnnotations(config.getServletContext());
        publishKeyHeaders(config.getServletContext(), ready.keyHeaders());
    }

    private static void publishKeyHeaders(ServletContext context, List<String> headers) {
        Set<String> all = new LinkedHashSet<>();
        if (context.getAttribute(KEY_HEADERS_ATTRIBUTE) instanceof List<?> ofOthers) {
            ofOthers.forEach(header -> all.add(String.valueOf(header)));
        }
        all.addAll(headers);
        context.setAttribute(KEY_HEADERS_ATTRIBUTE, List.copyOf(all));
    }

    private static void requireWebSocketsToComeAfter(FilterConfig config) throws ServletException {
        ServletContext context = config.getServletContext();
        boolean ahead = context.getAttribute(AHEAD_ATTRIBUTE) != null
                || Boolean.parseBoolean(config.getInitParameter(WEB_SOCKETS_COME_AFTER));
        if (!ahead && hasUpgradeFilter(context)) {
            throw new ServletException("WebSocket upgrades may pass without a key: the container's " + UPGRADE_FILTER
                    + " was added after " + config.getFilterName()
                    + " and puts itself first; call ApiKeyFilter.register"
                    + " after it, in the configurator of JakartaWebSocketServletContainerInitializer.configure, or, if"
                    + " you have ordered the filters yourself, set the init parameter " + WEB_SOCKETS_COME_AFTER
                    + "=true");
        }
    }

    /**
     * Answers a denied request, and passes on an allowed one.
     *
     * @throws ServletException if the request is not HTTP, or the application throws it
     * @throws IllegalStateException if the filter was never initialised
     */
    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        Guard ready = guard;
        if (ready == null) {
            throw new IllegalStateException("the filter was not initialised, so it lets nothing through; register it");
        }
        if (!(request instanceof HttpServletRequest httpRequest)
                || !(response instanceof HttpServletResponse httpResponse)) {
            throw new ServletException("only HTTP requests can carry a key");
        }
        ready.handle(httpRequest, httpResponse, chain);
    }

    /**
     * Collects what a filter needs. Not for use by several threads at once; may be used again after {@link #build}.
     */
    public static final class Builder {
        private @Nullable ApiKeyVerifier verifier;
        private final List<Rule> rules = new ArrayList<>();
        private @Nullable Access otherwise;
        private @Nullable RoleModel roles;
        private final Set<String> confirmedOpen = new LinkedHashSet<>();
        private KeyReader reader = KeyReader.of(KeySources.standard().toArray(KeySource[]::new));
        private final Denials.Builder denials = Denials.builder();
        private @Nullable AccessListener listener;
        private @Nullable RequestGate gate;
        private @Nullable CorsPolicy cors;
        private Level denialLevel = Level.INFO;
        private boolean hideCredentials = true;
        private boolean tlsOnly;
        private final Map<String, Function<ApiKeyPrincipal, @Nullable String>> identityHeaders = new LinkedHashMap<>();

        private Builder() {}

        /** Sets the verifier of the keys. Required. */
        public Builder verifier(ApiKeyVerifier verifier) {
            this.verifier = requireNonNull(verifier, "verifier");
            return this;
        }

        /**
         * Adds a rule for a path and every method.
         *
         * @param path an exact path such as {@code /v1/jobs}, or {@code /v1/admin/*}, which covers {@code /v1/admin}
         *     and everything below; below the context path, decoded. A path in other case is another path, but a rule
         *     that closes one closes both
         * @param access who may pass
         */
        public Builder rule(String path, Access access) {
            rules.add(new Rule(null, requireNonNull(path, "path"), requireNonNull(access, "access")));
            return this;
        }

        /**
         * Adds a rule for a path and one method. For other methods of the path the rule without a method decides, then
         * a shorter prefix, then {@link #otherwise}. A rule for {@code GET} is for {@code HEAD} too.
         *
         * @param method such as {@code POST}; case-sensitive
         */
        public Builder rule(String method, String path, Access access) {
            requireNonNull(method, "method");
            rules.add(new Rule(method, requireNonNull(path, "path"), requireNonNull(access, "access")));
            return this;
        }

        /**
         * Sets who may pass where no rule names the path. Required, because a forgotten path must not be open by
         * accident.
         */
        public Builder otherwise(Access access) {
            this.otherwise = requireNonNull(access, "access");
            return this;
        }

        /**
         * Sets the roles that rules and annotations may name; any other name is an error at start. By default they are
         * those that the verifier knows when the filter is built, see {@link ApiKeyVerifier#roles}. Set them if a later
         * reload declares more.
         */
        public Builder roles(RoleModel roles) {
            this.roles = requireNonNull(roles, "roles");
            return this;
        }

        /** Confirms that a wide path, such as {@code /} or {@code /*}, is meant to be open to everyone. */
        public Builder confirmOpen(String path) {
            confirmedOpen.add(requireNonNull(path, "path"));
            return this;
        }

        /**
         * Sets where keys are read; the default is the header {@code X-Api-Key}, and {@code Authorization} with the
         * schemes {@code ApiKey} and {@code Bearer}.
         *
         * @throws IllegalArgumentException if there is none, or two read the same place
         */
        public Builder sources(KeySource... sources) {
            reader = KeyReader.of(sources);
            denials.sources(sources);
            return this;
        }

        /**
         * Sets the realm of the challenge; {@code api} if not set.
         *
         * @throws IllegalArgumentException if the text is not printable ASCII
         */
        public Builder realm(String realm) {
            denials.realm(realm);
            return this;
        }

        /** Sets the writer of the bodies of denials; {@link ProblemWriter#json} if not set. */
        public Builder problemWriter(ProblemWriter problemWriter) {
            denials.problemWriter(problemWriter);
            return this;
        }

        /** Sets the listener that is notified of each decision. */
        public Builder listener(AccessListener listener) {
            this.listener = requireNonNull(listener, "listener");
            return this;
        }

        /** Sets the gate that may deny a request with 429 because there are too many; none if not set. */
        public Builder gate(RequestGate gate) {
            this.gate = requireNonNull(gate, "gate");
            return this;
        }

        /** Lets the filter answer CORS preflights; without a policy an OPTIONS request is treated like any other. */
        public Builder cors(CorsPolicy cors) {
            this.cors = requireNonNull(cors, "cors");
            return this;
        }

        /**
         * Sets the level of the one line logged for each denial; INFO if not set. Failures of verifier and gate are
         * errors.
         */
        public Builder denialLevel(Level level) {
            this.denialLevel = requireNonNull(level, "level");
            return this;
        }

        /** Sets whether the application cannot see the credential headers, cookies and parameters; on if not set. */
        public Builder hideCredentials(boolean hide) {
            this.hideCredentials = hide;
            return this;
        }

        /** Sets whether a 403 names the missing role or permission; off if not set. The log always names it. */
        public Builder explainForbidden(boolean explain) {
            denials.explainForbidden(explain);
            return this;
        }

        /**
         * Sets whether requests with a key that did not come over TLS ({@code isSecure}) are denied; off if not set.
         * Behind a proxy that ends TLS, first configure the container to trust what the proxy says.
         */
        public Builder tlsOnly(boolean tlsOnly) {
            this.tlsOnly = tlsOnly;
            return this;
        }

        /**
         * Sets a request header that describes the caller to the application, or to a service behind it. Whatever a
         * client sends under that name, also with {@code _} or {@code .} for {@code -}, is removed, on open paths too.
         *
         * @param value its value, as in {@code ApiKeyPrincipal::id}; null for no header
         * @throws IllegalArgumentException if the name is not a token of RFC 9110 §5.6.2
         */
        public Builder identityHeader(String name, Function<ApiKeyPrincipal, @Nullable String> value) {
            HeaderNames.requireTokens("header name", name);
            identityHeaders.put(name, requireNonNull(value, "value"));
            return this;
        }

        /**
         * Returns the filter.
         *
         * @throws IllegalArgumentException if the rules contradict each other, can never match or are dangerous (the
         *     message names every problem), or if an identity header also carries the key
         * @throws IllegalStateException if there is no verifier
         */
        public ApiKeyFilter build() {
            if (verifier == null) {
                throw new IllegalStateException("the filter has no verifier; call verifier(…)");
            }
            for (String identity : identityHeaders.keySet()) {
                if (reader.sources().stream().anyMatch(source -> source.readsHeader(identity))) {
                    throw new IllegalArgumentException(
                            "identity header (" + identity + ") carries the key; choose another name");
                }
            }
            List<KeySource> sources = reader.sources();
            warnOfHeadersThatProxiesDrop(sources);
            Denials answers = denials.varyByOrigin(cors != null).build();
            LogPath mask = new LogPath(rules.stream().map(Rule::pattern).toList());
            Decisions decisions = new Decisions(answers, DenialLog.of(LOG, denialLevel), mask, listener);
            Guard guard = new Guard(
                    PathPolicy.of(rules, otherwise, confirmedOpen, rolesOfKeys(verifier)),
                    new Authenticator(reader, verifier, gate, tlsOnly, decisions),
                    decisions,
                    new Passage(
                            new HeaderPolicy(hideCredentials ? sources : List.of(), identityHeaders),
                            new HeaderPolicy(sources, identityHeaders),
                            answers.vary()),
                    cors == null ? null : cors.andHeadersOf(sources));
            return new ApiKeyFilter(guard);
        }

        private static void warnOfHeadersThatProxiesDrop(List<KeySource> sources) {
            for (KeySource source : sources) {
                String header = source.header();
                if (header != null && !HeaderNames.passesProxies(header)) {
                    LOG.warn(
                            "nginx and other proxies drop request headers whose name is not of letters, digits and -,"
                                    + " so no key may arrive in header {}; choose another name, such as {}",
                            header,
                            header.replaceAll("[^A-Za-z0-9-]", "-"));
                }
            }
        }

        private @Nullable RoleModel rolesOfKeys(ApiKeyVerifier verifier) {
            return roles == null ? verifier.roles().orElse(null) : roles;
        }
    }
}
