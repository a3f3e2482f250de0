package io.keyward.spring.security;

import static java.util.Objects.requireNonNull;

import io.keyward.ApiKeyVerifier;
import io.keyward.KeyFormat;
import io.keyward.servlet.AccessListener;
import io.keyward.servlet.Denials;
import io.keyward.servlet.KeySource;
import io.keyward.servlet.KeySources;
import io.keyward.servlet.Passage;
import io.keyward.servlet.ProblemWriter;
import io.keyward.servlet.RequestGate;
import jakarta.servlet.Filter;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ApplicationContext;
import org.springframework.http.MediaType;
import org.springframework.security.authentication.AuthenticationEventPublisher;
import org.springframework.security.authentication.DefaultAuthenticationEventPublisher;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.annotation.web.configurers.CsrfConfigurer;
import org.springframework.security.config.annotation.web.configurers.ExceptionHandlingConfigurer;
import org.springframework.security.config.annotation.web.configurers.FormLoginConfigurer;
import org.springframework.security.config.annotation.web.configurers.HttpBasicConfigurer;
import org.springframework.security.config.annotation.web.configurers.oauth2.client.OAuth2LoginConfigurer;
import org.springframework.security.config.annotation.web.configurers.oauth2.server.resource.OAuth2ResourceServerConfigurer;
import org.springframework.security.config.annotation.web.configurers.saml2.Saml2LoginConfigurer;
import org.springframework.security.web.access.intercept.AuthorizationFilter;
import org.springframework.security.web.authentication.www.DigestAuthenticationFilter;
import org.springframework.security.web.savedrequest.NullRequestCache;
import org.springframework.security.web.savedrequest.RequestCache;
import org.springframework.security.web.util.matcher.AnyRequestMatcher;
import org.springframework.security.web.util.matcher.MediaTypeRequestMatcher;
import org.springframework.security.web.util.matcher.NegatedRequestMatcher;

/**
 * Adds API keys to a filter chain of Spring Security, alone or next to other mechanisms.
 *
 * <pre>{@code
 * @Bean
 * SecurityFilterChain api(HttpSecurity http, ApiKeyVerifier verifier) throws Exception {
 *     return http.with(apiKeys(verifier), withDefaults())
 *             .authorizeHttpRequests(paths -> paths.anyRequest().authenticated())
 *             .build();
 * }
 * }</pre>
 *
 * <p>A request with a valid key gets an {@link ApiKeyAuthentication}. A rejected key is answered with 401, even on a
 * path that everyone may use. If the verifier fails, the answer is 503. A request without a key goes on to the other
 * mechanisms and the rules of the chain. A key neither creates nor changes a session.
 *
 * <p>A request has one identity. If HTTP Basic or a resource server is in the chain, a key together with its
 * credentials is answered with 401. With a resource server, {@code Authorization: Bearer} is read as a key only if the
 * text has the shape of an issued key, see {@link #bearer}. Clients send keys that were made elsewhere in
 * {@code X-Api-Key} or with the scheme {@code ApiKey}.
 *
 * <p>A request with a key in a header needs no CSRF token, because no browser sends such a header by itself. A key in a
 * cookie or in the query changes nothing about CSRF. Paths that the rules of the chain leave open are not protected.
 * Use one configurer for one chain, and from one thread.
 */
public final class ApiKeysConfigurer extends AbstractHttpConfigurer<ApiKeysConfigurer, HttpSecurity> {
    private static final String BEARER_TOKENS =
            "org.springframework.security.oauth2.server.resource.web.authentication.BearerTokenAuthenticationFilter";

    private final ApiKeyVerifier verifier;
    private final Denials.Builder denials = Denials.builder();
    private KeySource[] sources = {KeySources.header("X-Api-Key"), KeySources.authorization("ApiKey", "Bearer")};
    private @Nullable List<KeyFormat> formats;
    private @Nullable RequestGate gate;
    private @Nullable AccessListener listener;
    private @Nullable Boolean tlsOnly;
    private @Nullable RequestKeys keys;
    private @Nullable DeniedRequests denied;
    private Decisions decisions = new Decisions(null);

    private ApiKeysConfigurer(ApiKeyVerifier verifier) {
        this.verifier = requireNonNull(verifier, "verifier");
    }

    /** Returns the configurer for keys that a verifier knows. */
    public static ApiKeysConfigurer apiKeys(ApiKeyVerifier verifier) {
        return new ApiKeysConfigurer(verifier);
    }

    /**
     * Sets where keys are read. The default is the header {@code X-Api-Key}, and {@code Authorization} with the schemes
     * {@code ApiKey} and {@code Bearer}.
     *
     * @throws IllegalArgumentException if there is no source, or if two sources read the same place
     */
    public ApiKeysConfigurer sources(KeySource... sources) {
        denials.sources(sources);
        this.sources = sources.clone();
        return this;
    }

    /**
     * Sets that the text after {@code Authorization: Bearer} is a key only if it has the prefix, length and alphabet of
     * one of these formats; any other text is left to another mechanism. If this is not set and a resource server is in
     * the chain, each text with the shape of an issued key is a key, with any prefix.
     */
    public ApiKeysConfigurer bearer(KeyFormat first, KeyFormat... others) {
        this.formats = Stream.concat(Stream.of(first), Stream.of(others)).toList();
        return this;
    }

    /**
     * Sets the realm of the challenge. The default is {@code api}.
     *
     * @throws IllegalArgumentException if the text is not printable ASCII
     */
    public ApiKeysConfigurer realm(String realm) {
        denials.realm(realm);
        return this;
    }

    /** Sets what writes the bodies of 401, 403 and 503. The default is {@link ProblemWriter#json}. */
    public ApiKeysConfigurer problemWriter(ProblemWriter writer) {
        denials.problemWriter(writer);
        return this;
    }

    /**
     * Sets the gate that may deny a request with 429 because there are too many. The default is the bean of
     * {@link RequestGate}, if there is exactly one. The chain asks the gate about each request that has a key.
     */
    public ApiKeysConfigurer gate(RequestGate gate) {
        this.gate = requireNonNull(gate, "gate");
        return this;
    }

    /**
     * Sets the listener that is notified of each decision about a request. The default is the bean of
     * {@link AccessListener}, if there is exactly one. It is not notified of callers of other mechanisms. If method
     * security denies a call, the listener was notified of {@link AccessListener.Outcome#ALLOWED} before, because the
     * rules of the chain had allowed the request.
     */
    public ApiKeysConfigurer listener(AccessListener listener) {
        this.listener = requireNonNull(listener, "listener");
        return this;
    }

    /**
     * Sets whether requests with a key are denied if {@code isSecure} says that they did not come over TLS. The default
     * is the property {@code keyward.tls-only}, or false. If a proxy ends TLS, configure the application first to trust
     * the forwarding headers of the proxy.
     */
    public ApiKeysConfigurer tlsOnly(boolean tlsOnly) {
        this.tlsOnly = tlsOnly;
        return this;
    }

    @Override
    public void init(HttpSecurity http) {
        takeBeans(http.getSharedObject(ApplicationContext.class));
        decisions = new Decisions(listener);
        RequestKeys reading = requestKeys(http);
        DeniedRequests answers =
                new DeniedRequests(denials.build(), reading, getSecurityContextHolderStrategy(), decisions);
        keys = reading;
        denied = answers;
        boolean hasLoginPage = has(http, FormLoginConfigurer.class)
                || has(http, OAuth2LoginConfigurer.class)
                || has(http, Saml2LoginConfigurer.class);
        if (!hasLoginPage) {
            // A request is remembered for the return from a login page, and that would create a session with each 401.
            http.setSharedObject(RequestCache.class, new NullRequestCache());
        }
        answerDenials(http, answers);
        exemptFromCsrf(http, reading);
    }

    private void takeBeans(ApplicationContext context) {
        gate = gate == null ? context.getBeanProvider(RequestGate.class).getIfUnique() : gate;
        listener =
                listener == null ? context.getBeanProvider(AccessListener.class).getIfUnique() : listener;
        tlsOnly = tlsOnly == null
                ? context.getEnvironment().getProperty("keyward.tls-only", Boolean.class, false)
                : tlsOnly;
    }

    private RequestKeys requestKeys(HttpSecurity http) {
        List<String> others = new ArrayList<>();
        List<KeyFormat> shapes = formats;
        if (has(http, HttpBasicConfigurer.class)) {
            others.add("basic");
        }
        if (has(http, OAuth2ResourceServerConfigurer.class) || shapes != null) {
            others.addAll(List.of("bearer", "dpop"));
        }
        return new RequestKeys(sources, Set.copyOf(others), shapes == null ? List.of() : shapes);
    }

    @SuppressWarnings("unchecked")
    private static void answerDenials(HttpSecurity http, DeniedRequests answers) {
        ExceptionHandlingConfigurer<HttpSecurity> handling = http.getConfigurer(ExceptionHandlingConfigurer.class);
        if (handling != null) {
            MediaTypeRequestMatcher pages =
                    new MediaTypeRequestMatcher(MediaType.TEXT_HTML, MediaType.APPLICATION_XHTML_XML);
            pages.setIgnoredMediaTypes(Set.of(MediaType.ALL));
            handling.defaultAuthenticationEntryPointFor(answers, new NegatedRequestMatcher(pages));
            handling.defaultAccessDeniedHandlerFor(answers, AnyRequestMatcher.INSTANCE);
        }
    }

    @SuppressWarnings("unchecked")
    private static void exemptFromCsrf(HttpSecurity http, RequestKeys keys) {
        CsrfConfigurer<HttpSecurity> csrf = http.getConfigurer(CsrfConfigurer.class);
        if (csrf != null) {
            csrf.ignoringRequestMatchers(keys::isInHeader);
        }
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static boolean has(HttpSecurity http, Class configurer) {
        return http.getConfigurer(configurer) != null;
    }

    @Override
    public void configure(HttpSecurity http) {
        ApiKeyAuthenticationFilter filter = new ApiKeyAuthenticationFilter(
                verifier,
                requireNonNull(keys, "keys"),
                Passage.hiding(sources),
                requireNonNull(denied, "denied"),
                decisions,
                gate,
                Boolean.TRUE.equals(tlsOnly),
                publisher(http),
                getSecurityContextHolderStrategy());
        // In Spring's order the filter of bearer tokens comes directly after this place.
        http.addFilterBefore(postProcess(filter), DigestAuthenticationFilter.class);
        if (has(http, OAuth2ResourceServerConfigurer.class)) {
            Class<? extends Filter> bearerTokens = bearerTokens();
            http.addFilterBefore(new OneIdentity.Before(getSecurityContextHolderStrategy()), bearerTokens);
            http.addFilterAfter(new OneIdentity(filter, getSecurityContextHolderStrategy()), bearerTokens);
        }
        if (listener != null) {
            http.addFilterAfter(
                    new Decisions.Allowed(decisions, getSecurityContextHolderStrategy()), AuthorizationFilter.class);
        }
    }

    /** Returns the filter of bearer tokens by its name, because its jar is there only with a resource server. */
    private static Class<? extends Filter> bearerTokens() {
        try {
            return Class.forName(BEARER_TOKENS, false, HttpSecurity.class.getClassLoader())
                    .asSubclass(Filter.class);
        } catch (ClassNotFoundException unexpected) {
            throw new IllegalStateException("there is a resource server without " + BEARER_TOKENS, unexpected);
        }
    }

    private static AuthenticationEventPublisher publisher(HttpSecurity http) {
        ApplicationContext context = http.getSharedObject(ApplicationContext.class);
        return context.getBeanProvider(AuthenticationEventPublisher.class)
                .getIfUnique(() -> new DefaultAuthenticationEventPublisher(context));
    }
}
