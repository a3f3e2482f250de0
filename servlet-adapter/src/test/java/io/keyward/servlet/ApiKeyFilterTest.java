package io.keyward.servlet;

import static io.keyward.servlet.Access.anyRole;
import static io.keyward.servlet.Access.authenticated;
import static io.keyward.servlet.Access.denyAll;
import static io.keyward.servlet.Access.permitAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.doThrow;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import io.keyward.ApiKey;
import io.keyward.ApiKeyPrincipal;
import io.keyward.ApiKeyVerifier;
import io.keyward.KeyRing;
import io.keyward.LiveKeyRing;
import io.keyward.Verification;
import io.keyward.role.Role;
import io.keyward.role.RoleModel;
import io.keyward.testing.MovableClock;
import io.keyward.testing.ThrowAwayKeys;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.FilterChain;
import jakarta.servlet.FilterConfig;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.security.ProviderException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.MDC;

class ApiKeyFilterTest {
    private static final ApiKey CLIENT = ThrowAwayKeys.newKey();
    private static final ApiKey ADMIN = ThrowAwayKeys.newKey();
    private static final MovableClock CLOCK = MovableClock.at("2026-11-23T12:00:00Z");
    private static final KeyRing RING = KeyRing.builder()
            .roles(RoleModel.of(Role.of("client"), Role.of("admin")))
            .add(ThrowAwayKeys.recordOf(CLIENT).roles("client").build())
            .add(ThrowAwayKeys.recordOf(ADMIN).roles("admin").build())
            .build();
    private static final ApiKeyVerifier VERIFIER = ApiKeyVerifier.of(LiveKeyRing.of(RING), CLOCK);

    private final List<HttpServletRequest> handled = new ArrayList<>();
    private final FakeResponse response = new FakeResponse();

    private static ApiKeyFilter.Builder builder() {
        return ApiKeyFilter.builder()
                .verifier(VERIFIER)
                .rule("/open/*", permitAll())
                .rule("/admin/*", anyRole("admin"))
                .otherwise(authenticated());
    }

    private void run(ApiKeyFilter.Builder builder, FakeRequest request) {
        run(builder.build(), request, unused -> {});
    }

    private void run(ApiKeyFilter filter, FakeRequest request, Consumer<HttpServletResponse> handler) {
        try {
            filter.doFilter(request.asRequest(), response.asResponse(), (shown, answer) -> {
                handled.add((HttpServletRequest) shown);
                handler.accept((HttpServletResponse) answer);
            });
        } catch (IOException | ServletException failure) {
            throw new AssertionError(failure);
        }
    }

    private static FakeRequest withKey(String uri, ApiKey key) {
        return new FakeRequest(uri).header("X-Api-Key", key.reveal());
    }

    static Stream<ApiKeyVerifier> failingVerifiers() {
        LiveKeyRing old = LiveKeyRing.of(RING.withValidUntil(CLOCK.instant().minus(Duration.ofSeconds(1))));
        return Stream.concat(
                Stream.of(
                                new IllegalStateException("x"),
                                new NullPointerException(),
                                new ProviderException("x"),
                                new StackOverflowError(),
                                new AssertionError("x"),
                                new NoClassDefFoundError("x"))
                        .map(ApiKeyFilterTest::throwing),
                Stream.of(ApiKeyVerifier.of(old, CLOCK), text -> null));
    }

    private static ApiKeyVerifier throwing(Throwable failure) {
        ApiKeyVerifier verifier = mock(ApiKeyVerifier.class);
        doThrow(failure).when(verifier).verify(any());
        return verifier;
    }

    @ParameterizedTest
    @MethodSource("failingVerifiers")
    @DisplayName("DI-05 a verifier that cannot tell is 503, and no handler runs")
    void verifierThatCannotTellIsUnavailable(ApiKeyVerifier failing) {
        run(builder().verifier(failing), withKey("/x", CLIENT));
        assertEquals(503, response.status);
        assertEquals("5", response.header("Retry-After"));
        assertEquals("no-store", response.header("Cache-Control"));
        assertTrue(handled.isEmpty());
    }

    @Test
    void failureOfTheHandlerIsNotTakenForOneOfTheVerifier() throws Exception {
        FilterChain chain = mock(FilterChain.class);
        doThrow(new IllegalStateException("of the handler")).when(chain).doFilter(any(), any());
        assertThrows(
                IllegalStateException.class,
                () -> builder().build().doFilter(withKey("/x", CLIENT).asRequest(), response.asResponse(), chain));
        assertNull(MDC.get(ApiKeyFilter.MDC_KEY));
    }

    @Test
    void principalAnswersBehindTheFilterAndTheKeyDoesNot() {
        run(
                builder().identityHeader("X-Caller", ApiKeyPrincipal::id),
                withKey("/x", CLIENT)
                        .header("x_caller", "root")
                        .header("Authorization", "Basic Zm9v")
                        .header("Accept", "a"));
        HttpServletRequest shown = handled.get(0);
        String id = ThrowAwayKeys.FORMAT.idOf(CLIENT);
        assertEquals(id, shown.getRemoteUser());
        assertEquals(id, shown.getUserPrincipal().getName());
        assertEquals("ApiKey", shown.getAuthType());
        assertTrue(shown.isUserInRole("client") && shown.isUserInRole("**"));
        assertFalse(shown.isUserInRole("admin") || shown.isUserInRole("*") || shown.isUserInRole("Client"));
        assertFalse(shown.isUserInRole(null));
        assertSame(shown.getUserPrincipal(), shown.getAttribute(ApiKeyFilter.PRINCIPAL_ATTRIBUTE));
        assertNull(shown.getHeader("x-api-key"));
        assertNull(shown.getHeader("X_API_KEY"));
        assertEquals("Basic Zm9v", shown.getHeader("Authorization"));
        assertEquals(id, shown.getHeader("X-Caller"));
        assertNull(shown.getHeader("x_caller"));
        assertEquals(
                Set.of("X-Caller", "authorization", "accept"), new HashSet<>(Collections.list(shown.getHeaderNames())));
    }

    @Test
    void openPathHasNoPrincipalAndHidesCredentialsAndForgeriesToo() {
        run(
                builder().identityHeader("X-Caller", ApiKeyPrincipal::id),
                withKey("/open/x", CLIENT).header("X-Caller", "root"));
        HttpServletRequest shown = handled.get(0);
        assertNull(shown.getUserPrincipal());
        assertNull(shown.getRemoteUser());
        assertNull(shown.getAuthType());
        assertFalse(shown.isUserInRole("**"));
        assertNull(shown.getHeader("X-Api-Key"));
        assertNull(shown.getHeader("X-Caller"));
        assertFalse(shown.getHeaderNames().hasMoreElements());
        assertTrue(response.headers.isEmpty());
    }

    @Test
    void credentialsAreShownIfHidingIsOffExceptToTrace() {
        run(builder().hideCredentials(false), withKey("/x", CLIENT));
        assertEquals(CLIENT.reveal(), handled.get(0).getHeader("X-Api-Key"));
        FakeRequest trace = withKey("/x", CLIENT);
        trace.method = "TRACE";
        run(builder().hideCredentials(false), trace);
        assertNull(handled.get(1).getHeader("X-Api-Key"));
    }

    @Test
    void hidesTheQueryParameterAndTheCookieThatCarryTheKey() {
        FakeRequest request = new FakeRequest("/x").header("Cookie", "a=b");
        request.query = "api_key=" + CLIENT.reveal() + "&q=1";
        request.attributes.put("jakarta.servlet.forward.query_string", request.query);
        run(builder().sources(KeySources.queryParameter("api_key"), KeySources.cookie("key")), request);
        HttpServletRequest shown = handled.get(0);
        assertEquals("q=1", shown.getQueryString());
        assertEquals("q=1", shown.getAttribute("jakarta.servlet.forward.query_string"));
        assertNull(shown.getParameter("api_key"));
        assertEquals("a=b", shown.getHeader("Cookie"));
    }

    @Test
    void refusesKeysWithoutTlsIfAskedTo() {
        run(builder().tlsOnly(true), withKey("/x", CLIENT));
        assertEquals(401, response.status);
        FakeRequest secure = withKey("/x", CLIENT);
        secure.secure = true;
        run(builder().tlsOnly(true), secure);
        assertEquals(1, handled.size());
    }

    @Test
    void headHasNoBody() {
        FakeRequest head = new FakeRequest("/x");
        head.method = "HEAD";
        run(builder(), head);
        assertEquals(401, response.status);
        assertEquals(0, response.body.size());
    }

    @Test
    void problemWriterCannotLoseWhatProtects() {
        run(
                builder().problemWriter(problem -> new ProblemWriter.Body("text/plain", "no: " + problem.code())),
                new FakeRequest("/x"));
        assertEquals("no: unauthorized", response.body.toString());
        assertEquals("text/plain", response.header("Content-Type"));
        assertEquals("ApiKey realm=\"api\", Bearer realm=\"api\"", response.header("WWW-Authenticate"));
        assertEquals("no-store", response.header("Cache-Control"));
        assertThrows(
                NullPointerException.class,
                () -> builder().problemWriter(problem -> null).build());
    }

    @Test
    void namesWhatIsMissingOnlyIfAskedTo() {
        run(builder(), withKey("/admin/x", CLIENT));
        assertEquals(403, response.status);
        assertFalse(response.body.toString().contains("admin"));
        FakeResponse explained = new FakeResponse();
        try {
            builder()
                    .explainForbidden(true)
                    .build()
                    .doFilter(withKey("/admin/x", CLIENT).asRequest(), explained.asResponse(), (q, a) -> {});
        } catch (IOException | ServletException failure) {
            throw new AssertionError(failure);
        }
        assertTrue(explained.body.toString().contains("\"detail\":\"needs role `admin`\""));
    }

    @Test
    void deniedIs401WithoutAndForbiddenWithAKey() {
        run(builder().otherwise(denyAll()), new FakeRequest("/x"));
        assertEquals(401, response.status);
        run(builder().otherwise(denyAll()), withKey("/x", ADMIN));
        assertEquals(403, response.status);
        assertTrue(handled.isEmpty());
    }

    @Test
    void handlersCachingRuleReplacesOursAndVaryIsKept() {
        run(builder().build(), withKey("/x", CLIENT), answer -> {
            answer.addHeader("Cache-Control", "public");
            answer.setHeader("Vary", "Accept");
        });
        assertEquals("public", response.header("Cache-Control"));
        assertEquals("Accept, X-Api-Key, Authorization", response.header("Vary"));
        response.headers.clear();
        run(builder().build(), withKey("/x", CLIENT), answer -> answer.setHeader("Cache-Control", null));
        assertEquals("private, no-store", response.header("Cache-Control"));
        run(builder().build(), withKey("/x", CLIENT), HttpServletResponse::reset);
        assertEquals("private, no-store", response.header("Cache-Control"));
        assertEquals("X-Api-Key, Authorization", response.header("Vary"));
    }

    @ParameterizedTest
    @EnumSource(DispatcherType.class)
    void everyDispatchWithoutAnEarlierVerdictIsJudged(DispatcherType dispatch) {
        FakeRequest request = new FakeRequest("/x");
        request.dispatch = dispatch;
        request.attributes.put("jakarta.servlet.include.request_uri", "/x");
        request.attributes.put("jakarta.servlet.include.context_path", "");
        request.attributes.put("jakarta.servlet.include.servlet_path", "/x");
        run(builder(), request);
        assertTrue(handled.isEmpty());
        assertEquals(dispatch == DispatcherType.INCLUDE ? 200 : 401, response.status);
    }

    @Test
    void dispatchOfUnknownKindRunsNoHandler() {
        FakeRequest request = withKey("/open/x", ADMIN);
        request.dispatch = null;
        run(builder(), request);
        assertEquals(503, response.status);
        assertTrue(handled.isEmpty());
    }

    @Test
    @DisplayName(
            "BR-05 in a WAR, Spring Boot forwards to the error page before this filter; the page keeps the first verdict")
    void errorPageOfAnOuterFilterKeepsTheFirstVerdict() {
        ApiKeyFilter filter = builder().build();
        FakeRequest request = new FakeRequest("/open/x");
        run(filter, request, unused -> {});
        request.dispatch = DispatcherType.FORWARD;
        request.uri = "/error";
        run(filter, request, unused -> {});
        assertEquals(401, response.status, "a forward without an error");
        assertEquals(1, handled.size());

        request.attributes.put(RequestDispatcher.ERROR_STATUS_CODE, 500);
        run(filter, request, unused -> {});
        assertEquals(2, handled.size());
        assertNull(handled.get(1).getUserPrincipal());
    }

    @Test
    @DisplayName("DI-06 a handler that sets the attributes of an error opens no target of a forward")
    void attributesOfAnErrorOpenNothingToTheApplication() throws Exception {
        ApiKeyFilter filter = builder().build();
        FakeRequest request = new FakeRequest("/open/x");
        filter.doFilter(request.asRequest(), response.asResponse(), (shown, answer) -> {
            shown.setAttribute(RequestDispatcher.ERROR_STATUS_CODE, 500);
            request.dispatch = DispatcherType.FORWARD;
            request.uri = "/admin/x";
            filter.doFilter(
                    new HttpServletRequestWrapper((HttpServletRequest) shown),
                    answer,
                    (target, unused) -> handled.add((HttpServletRequest) target));
        });
        assertEquals(401, response.status);
        assertTrue(handled.isEmpty());
    }

    @Test
    void laterDispatchesKeepTheFirstVerdict() {
        ApiKeyFilter filter = builder().build();
        FakeRequest request = withKey("/x", CLIENT);
        run(filter, request, unused -> {});
        request.headers.clear();
        for (DispatcherType dispatch : List.of(DispatcherType.ASYNC, DispatcherType.ERROR)) {
            request.dispatch = dispatch;
            request.uri = "/admin/x";
            run(filter, request, unused -> {});
        }
        assertEquals(3, handled.size());
        assertEquals(ThrowAwayKeys.FORMAT.idOf(CLIENT), handled.get(2).getRemoteUser());
        request.dispatch = DispatcherType.FORWARD;
        run(filter, request, unused -> {});
        assertEquals(403, response.status);
        assertEquals(3, handled.size());
    }

    @Test
    void verdictOfAnotherFilterCountsForNothing() {
        FakeRequest request = withKey("/open/x", CLIENT);
        run(builder().build(), request, unused -> {});
        request.dispatch = DispatcherType.ASYNC;
        request.uri = "/x";
        request.headers.clear();
        run(builder().build(), request, unused -> {});
        assertEquals(401, response.status);
        assertEquals(1, handled.size());
    }

    @Test
    void secondFilterStillFindsTheKeyThatTheFirstOneHides() throws Exception {
        ApiKeyFilter inner = builder().build();
        List<HttpServletRequest> reached = new ArrayList<>();
        builder()
                .build()
                .doFilter(
                        withKey("/x", CLIENT).asRequest(),
                        response.asResponse(),
                        (q, a) -> inner.doFilter(q, a, (shown, answer) -> reached.add((HttpServletRequest) shown)));
        assertEquals(1, reached.size());
        assertNull(reached.get(0).getHeader("X-Api-Key"));
    }

    @Test
    void connectHasNoPathToOpen() {
        FakeRequest connect = new FakeRequest("/");
        connect.method = "CONNECT";
        run(builder().rule("/", permitAll()).confirmOpen("/"), connect);
        assertEquals(400, response.status);
    }

    @Test
    @DisplayName("LE-08 what a listener is told does not grow with what strangers send")
    void whatListenersAreToldIsBounded() {
        long seed = 20261123;
        Random random = new Random(seed);
        Set<String> series = new HashSet<>();
        ApiKeyFilter filter = builder()
                .listener((outcome, verification) -> series.add(outcome + "/"
                        + (verification instanceof Verification.Rejected rejected ? rejected.reason() : "")))
                .denialLevel(org.slf4j.event.Level.TRACE)
                .build();
        for (int i = 0; i < 10_000; i++) {
            FakeRequest request = new FakeRequest("/" + Long.toString(random.nextLong(), 36));
            request.method = "M" + random.nextInt();
            if (i % 2 == 0) {
                request.header("X-Api-Key", ThrowAwayKeys.FORMAT.prefix() + "_" + Long.toString(random.nextLong(), 36));
            }
            run(filter, request, unused -> {});
        }
        assertTrue(series.size() <= 4, () -> "seed " + seed + ": " + series);
    }

    @Test
    void failingListenerChangesNothing() {
        run(
                builder().listener((outcome, verification) -> {
                    throw new IllegalStateException("x");
                }),
                withKey("/x", CLIENT));
        assertEquals(1, handled.size());
    }

    /** Issue 14, item 14. */
    @Test
    void listenerThatThrowsAnErrorOrACheckedExceptionChangesNothing() {
        for (Throwable failure : List.of(new StackOverflowError(), new AssertionError("x"), new IOException("x"))) {
            run(
                    builder().listener((outcome, verification) -> ApiKeyFilterTest.<RuntimeException>sneak(failure)),
                    withKey("/x", CLIENT));
        }
        assertEquals(3, handled.size());
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> void sneak(Throwable failure) throws T {
        throw (T) failure;
    }

    @Test
    @DisplayName("issue 14, item 13: a context path that the container cannot tell is 400")
    void contextPathThatCannotBeToldIsSuspicious() {
        FakeRequest request = withKey("/x", CLIENT);
        request.contextPathFails = true;
        run(builder(), request);
        assertEquals(400, response.status);
        assertTrue(handled.isEmpty());
    }

    @Test
    @DisplayName("BR-07 each of two filters keeps its own verdict for later dispatches")
    void twoFiltersKeepTheirOwnVerdicts() throws Exception {
        ApiKeyFilter outer = builder().build();
        ApiKeyFilter inner = builder().build();
        FakeRequest request = withKey("/x", CLIENT);
        for (DispatcherType dispatch : List.of(DispatcherType.REQUEST, DispatcherType.ASYNC, DispatcherType.ERROR)) {
            request.dispatch = dispatch;
            outer.doFilter(
                    request.asRequest(),
                    response.asResponse(),
                    (q, a) -> inner.doFilter(q, a, (shown, answer) -> handled.add((HttpServletRequest) shown)));
            request.headers.clear();
        }
        assertEquals(3, handled.size());
        assertEquals(ThrowAwayKeys.FORMAT.idOf(CLIENT), handled.get(2).getRemoteUser());
    }

    /** Whatever waits for a lock, a queue, a clock or a channel would notice the interrupt, and clear it or fail. */
    @Test
    @DisplayName("DI-12 nothing the filter calls waits, so an interrupted thread is served like any other")
    void nothingTheFilterCallsWaits() {
        Thread.currentThread().interrupt();
        try {
            run(builder(), withKey("/x", CLIENT));
            run(builder(), withKey("/admin/x", CLIENT));
            run(builder(), new FakeRequest("/x"));
        } finally {
            assertTrue(Thread.interrupted(), "something waited");
        }
        assertEquals(1, handled.size());
        assertEquals(401, response.status);
    }

    @Test
    @DisplayName("DI-13 a filter without settings does not start, and lets nothing through")
    void filterWithoutSettingsDoesNotStart() {
        FilterConfig config = mock(FilterConfig.class);
        when(config.getServletContext()).thenReturn(mock(ServletContext.class));
        ApiKeyFilter bare = new ApiKeyFilter();
        assertThrows(ServletException.class, () -> bare.init(config));
        assertThrows(IllegalStateException.class, () -> run(bare, withKey("/open/x", CLIENT), unused -> {}));
        assertTrue(handled.isEmpty());
        assertEquals("not initialised: nothing passes", bare.describeRules());
    }

    @Test
    void identityHeaderThatCarriesTheKeyIsRefused() {
        assertThrows(
                IllegalArgumentException.class,
                () -> builder().identityHeader("x_api_key", ApiKeyPrincipal::id).build());
    }

    @Test
    void secondFilterOfTheSameNameIsRefused() {
        ServletContext context = mock(ServletContext.class);
        assertThrows(
                IllegalStateException.class,
                () -> ApiKeyFilter.register(context, builder().build()));
    }

    @Test
    @DisplayName("RE-04 a realm that is not printable is refused")
    void unprintableRealmIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> builder().realm("a\r\nb"));
        assertThrows(IllegalArgumentException.class, () -> builder().realm(""));
    }

    @Test
    void answersThatNameAnOriginVaryByIt() {
        ApiKeyFilter.Builder cors = builder().cors(CorsPolicy.allowing("https://app.example"));
        run(cors, new FakeRequest("/open/x").header("Origin", "https://app.example"));
        assertEquals("https://app.example", response.header("Access-Control-Allow-Origin"));
        assertEquals("Origin", response.header("Vary"));
        response.headers.clear();
        run(cors, withKey("/x", CLIENT).header("Origin", "https://app.example", "https://evil.example"));
        assertNull(response.header("Access-Control-Allow-Origin"));
        assertEquals("X-Api-Key, Authorization, Origin", response.header("Vary"));
        assertEquals(2, handled.size());
    }

    private String preflight(CorsPolicy policy, String origin, String asked, KeySource... sources) {
        FakeRequest request = new FakeRequest("/x")
                .header("Origin", origin)
                .header("Access-Control-Request-Method", "GET")
                .header("Access-Control-Request-Headers", asked);
        request.method = "OPTIONS";
        response.headers.clear();
        run(
                sources.length == 0
                        ? builder().cors(policy)
                        : builder().sources(sources).cors(policy),
                request);
        assertEquals(204, response.status, origin);
        assertEquals(origin, response.header("Access-Control-Allow-Origin"));
        return response.header("Access-Control-Allow-Headers");
    }

    @Test
    @DisplayName("BR-10 an exact origin of any scheme can be allowed")
    void exactOriginOfAnySchemeCanBeAllowed() {
        for (String origin : List.of(
                "tauri://localhost",
                "capacitor://localhost",
                "chrome-extension://abcdefghijklmnopabcdefghijklmnop",
                "http://tauri.localhost")) {
            preflight(CorsPolicy.allowing(origin), origin, "content-type");
        }
    }

    @Test
    @DisplayName(
            "BR-11 the policy knows the headers of the sources, can allow what is asked for, and can expose headers")
    void policyKnowsTheHeadersOfTheSources() {
        CorsPolicy policy = CorsPolicy.allowing("https://app.example");
        assertEquals(
                "X-Acme-Key, Content-Type",
                preflight(policy, "https://app.example", "x-acme-key", KeySources.header("X-Acme-Key")));
        assertEquals(
                "X-Api-Key, Authorization, X-Own",
                preflight(policy.withHeaders("X-Own", "x-api-key"), "https://app.example", "x-stainless-os"));
        assertEquals(
                "X-Api-Key, Authorization, Content-Type, x-stainless-os, x-lang",
                preflight(policy.withAnyHeader(), "https://app.example", "authorization, x-stainless-os,x-lang,b ad"));
        assertTrue(response.header("Vary").contains("Access-Control-Request-Headers"));
        response.headers.clear();
        run(
                builder().cors(policy.withExposedHeaders("Retry-After", "X-Total-Count")),
                withKey("/x", CLIENT).header("Origin", "https://app.example"));
        assertEquals("Retry-After, X-Total-Count", response.header("Access-Control-Expose-Headers"));
    }

    @Test
    void corsPolicyRefusesWhatIsNoOrigin() {
        for (String origin : List.of("*", "null", "app.example", "https://app.example/", "https://a b")) {
            assertThrows(IllegalArgumentException.class, () -> CorsPolicy.allowing(origin), origin);
        }
        for (String origin : List.of(
                "https://App.example", "HTTPS://app.example", "https://app.example:443", "http://localhost:80")) {
            String message = assertThrows(IllegalArgumentException.class, () -> CorsPolicy.allowing(origin))
                    .getMessage();
            assertTrue(message.contains("would never match"), message);
        }
        for (String origin : List.of("http://localhost:8080", "http://a:443", "https://a:8443", "tauri://Localhost")) {
            assertNotNull(CorsPolicy.allowing(origin));
        }
        assertThrows(IllegalArgumentException.class, () -> CorsPolicy.allowing());
        assertThrows(
                IllegalArgumentException.class,
                () -> CorsPolicy.allowing("https://a").withMaxAge(Duration.ofSeconds(-1)));
    }
}
