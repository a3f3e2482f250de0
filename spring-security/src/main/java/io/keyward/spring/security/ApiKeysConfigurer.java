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
 * Adds API keys to a chain of Spring Security, alone or next to other mechanisms.
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
 * <p>A request with a key gets an {@link ApiKeyAuthentication}, or an answer at once: 401 for a key that is rejected,
 * also where the path is open to everyone, and 503 if the verifier fails. A request without a key goes on, and the
 * other mechanisms of the chain and its rules decide. No session is made or changed by a key.
 *
 * <p>One identity a request: a key together with credentials of HTTP Basic or of a resource server is 401 where that
 * mechanism is in the chain. Where there is a resource server, {@code Authorization: Bearer} is a key only if the text
 * has the shape of an issued one, see {@link #bearer}. Keys made elsewhere then come by {@code X-Api-Key} or by the
 * scheme {@code ApiKey}.
 *
 * <p>Requests with a key in a header need no CSRF token, because no browser sends such a header by itself; a key in a
 * cookie or in the query changes nothing about that. Not protected: what the rules of the chain leave open. For one
 * chain; not for use by several threads.
 */
public final class ApiKeysConfigurer extends AbstractHttpConfigurer<ApiKeysConfigurer, HttpSecurity> {
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
     * Sets where keys are read; the header {@code X-Api-Key}, and {@code Authorization} with the schemes {@code ApiKey}
     * and {@code Bearer} if not set.
     *
     * @throws IllegalArgumentException if there is none, or two read the same place
     */
    public ApiKeysConfigurer sources(KeySource... sources) {
        denials.sources(sources);
        this.sources = sources.clone();
        return this;
    }

    /**
     * Sets that {@code Authorization: Bearer} is a key only where the text has the prefix, length and alphabet of one
     * of these formats; what it has otherwise belongs to another mechanism. Where a resource server is in the chain and
     * this is not set, every text with the shape of an issued key is taken, whatever its prefix.
     */
    public ApiKeysConfigurer bearer(KeyFormat first, KeyFormat... others) {
        this.formats = Stream.concat(Stream.of(first), Stream.of(others)).toList();
        return this;
    }

    /**
     * Sets the realm of the challenge; {@code api} if not set.
     *
     * @throws IllegalArgumentException if the text is not printable ASCII
     */
    public ApiKeysConfigurer realm(String realm) {
        denials.realm(realm);
        return this;
    }

    /** Sets who writes the bodies of 401, 403 and 503; {@link ProblemWriter#json} if not set. */
    public ApiKeysConfigurer problemWriter(ProblemWriter writer) {
        denials.problemWriter(writer);
        return this;
    }

    /**
     * Sets who may deny a request with 429 because there are too many; if not set, the bean of {@link RequestGate}, where
     * there is one. A chain asks it about requests that carry a key, whatever the path.
     */
    public ApiKeysConfigurer gate(RequestGate gate) {
        this.gate = requireNonNull(gate, "gate");
        return this;
    }

    /**
     * Sets who is notified of each decision about a request; if not set, the bean of {@link AccessListener}, where there is
     * one. It is not notified of callers of other mechanisms. A denial by method security comes after
     * {@link AccessListener.Outcome#ALLOWED}, because the handler has been chosen by then.
     */
    public ApiKeysConfigurer listener(AccessListener listener) {
        this.listener = requireNonNull(listener, "listener");
        return this;
    }

    /**
     * Sets whether keys are denied that did not come over TLS, by {@code isSecure}; if not set, by the property
     * {@code keyward.tls-only}, else off. Behind a proxy that ends TLS, the application must be told to trust the proxy's
     * word first.
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
            // Nobody returns from a login page, and a remembered request would cost a session with each 401.
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
                gate,
                Boolean.TRUE.equals(tlsOnly),
                publisher(http),
                getSecurityContextHolderStrategy());
        // Spring's own order has the filter of bearer tokens directly after this place.
        http.addFilterBefore(postProcess(filter), DigestAuthenticationFilter.class);
        if (listener != null) {
            http.addFilterAfter(
                    new Decisions.Allowed(decisions, getSecurityContextHolderStrategy()), AuthorizationFilter.class);
        }
    }

    private static AuthenticationEventPublisher publisher(HttpSecurity http) {
        ApplicationContext context = http.getSharedObject(ApplicationContext.class);
        return context.getBeanProvider(AuthenticationEventPublisher.class)
                .getIfUnique(() -> new DefaultAuthenticationEventPublisher(context));
    }
}
