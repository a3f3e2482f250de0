package io.keyward.servlet.suite;

import static io.keyward.servlet.Access.anyRole;
import static io.keyward.servlet.Access.authenticated;
import static io.keyward.servlet.Access.permitAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.keyward.ApiKeyPrincipal;
import io.keyward.ApiKeyVerifier;
import io.keyward.servlet.ApiKeyFilter;
import io.keyward.servlet.CorsPolicy;
import io.keyward.servlet.KeySources;
import io.keyward.servlet.RequestGate;
import io.keyward.servlet.RequestInfo;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.FilterRegistration;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Attacks the servlet filter over raw sockets, at the root and below a context path. */
class ContainerSuiteTest extends RequestCases {
    private static final AnswerTable ANSWERS =
            new AnswerTable("servlet-containers.md", Container.onClassPath().name());

    private static TestService root;
    private static TestService below;

    @BeforeAll
    static void start() throws Exception {
        root = TestService.standard("");
        below = TestService.standard("/app");
    }

    @AfterAll
    static void stopAndCompareWithTheTable() throws Exception {
        root.close();
        below.close();
        List<String> differences = ANSWERS.differences();
        assertTrue(
                differences.isEmpty(),
                () -> "docs/servlet-containers.md is not what this container answers:\n"
                        + String.join("\n", differences));
    }

    static Stream<AttackedService> services() {
        return Stream.of(root, below);
    }

    @Override
    Stream<AttackedService> all() {
        return services();
    }

    @Override
    AnswerTable answers(AttackedService service) {
        return ANSWERS;
    }

    static TestService service(String contextPath) {
        return contextPath.isEmpty() ? root : below;
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/app"})
    @DisplayName("ME-07, ME-08 a preflight is answered by the filter, any other OPTIONS is judged")
    void preflightIsAnsweredByTheFilter(String contextPath) throws Exception {
        try (TestService service = TestService.changed(
                contextPath, new TestKeys(), b -> b.cors(CorsPolicy.allowing("https://app.example")))) {
            String origin = "Origin: https://app.example";
            RawHttp.Answer preflight = service.send("OPTIONS /api/x", origin, "Access-Control-Request-Method: GET");
            ANSWERS.note("ME-07", preflight.status() + "");
            assertEquals(204, preflight.status());
            assertEquals("https://app.example", preflight.header("Access-Control-Allow-Origin"));
            assertTrue(preflight.header("Access-Control-Allow-Headers").contains("X-Api-Key"));
            assertTrue(preflight.header("Vary").contains("Origin"));

            RawHttp.Answer plain = service.send("OPTIONS /api/x", origin);
            ANSWERS.note("ME-08", plain);
            assertEquals(401, plain.status());
            assertEquals("https://app.example", plain.header("Access-Control-Allow-Origin"));
            RawHttp.Answer foreign =
                    service.send("OPTIONS /api/x", "Origin: https://evil", "Access-Control-Request-Method: GET");
            assertEquals(401, foreign.status());
            assertNull(foreign.header("Access-Control-Allow-Origin"));
            assertEquals(0, service.calls());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/app"})
    @DisplayName("HD-11, HD-12, HD-13 a key in the query counts once, only where switched on, and never from the body")
    void keyInTheQueryCountsOnce(String contextPath) throws Exception {
        try (TestService service = TestService.changed(
                contextPath,
                new TestKeys(),
                b -> b.sources(KeySources.header("X-Api-Key"), KeySources.queryParameter("api_key")))) {
            assertEquals(200, service.send("GET /api/x?api_key={K1}").status());
            RawHttp.Answer two = service.send("GET /api/x?api_key={K1}&api_key={KF}");
            ANSWERS.note("HD-11", two);
            assertEquals(401, two.status());
            RawHttp.Answer brackets = service.send("GET /api/x?api_key[]={K1}");
            ANSWERS.note("HD-12", brackets);
            assertTrue(List.of(400, 401).contains(brackets.status()));
            String form = service.keys.fill("api_key={K1}&field=v");
            RawHttp.Answer body = service.send(
                    "POST /api/form",
                    "Content-Type: application/x-www-form-urlencoded",
                    "Content-Length: " + form.length(),
                    "\r\n" + form);
            ANSWERS.note("HD-13", body);
            assertEquals(401, body.status());
            RawHttp.Answer read = service.send(
                    "POST /api/form?api_key={K1}",
                    "Content-Type: application/x-www-form-urlencoded",
                    "Content-Length: 7",
                    "\r\nfield=v");
            assertEquals("FORM:v", read.body());
            assertEquals(
                    401,
                    service.send("GET /api/x?api_key={K1}", "X-API-Key: {K1}").status());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/app"})
    @DisplayName("DI-05 a verifier that fails is 503 and the handler does not run")
    void failingVerifierIsUnavailable(String contextPath) throws Exception {
        List<ApiKeyVerifier> failing = List.of(
                text -> {
                    throw new IllegalStateException("at " + text);
                },
                text -> {
                    throw new StackOverflowError();
                },
                text -> null);
        for (ApiKeyVerifier verifier : failing) {
            TestKeys keys = new TestKeys();
            try (TestService service = TestService.changed(contextPath, keys, b -> b.verifier(verifier))) {
                RawHttp.Answer answer = service.send("GET /api/x", "X-API-Key: {K1}");
                ANSWERS.note("DI-05", answer);
                assertEquals(503, answer.status());
                assertTrue(Integer.parseInt(answer.header("Retry-After")) >= 1);
                assertEquals("no-store", answer.header("Cache-Control"));
                assertEquals(0, service.calls());
                checkLog(LOG.drain(), service);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/app"})
    @DisplayName("issue 14, item 3: a filter registered for REQUEST only checks the target before a dispatch leaves")
    void targetIsCheckedHoweverTheFilterIsRegistered(String contextPath) throws Exception {
        TestKeys keys = new TestKeys();
        ApiKeyFilter filter = TestService.filter(ApiKeyVerifier.of(keys.ring())).build();
        try (TestService service = new TestService(contextPath, keys, context -> {
            FilterRegistration.Dynamic registration = context.addFilter("requestOnly", filter);
            registration.setAsyncSupported(true);
            registration.setInitParameter(ApiKeyFilter.WEB_SOCKETS_COME_AFTER, "true");
            registration.addMappingForUrlPatterns(EnumSet.of(DispatcherType.REQUEST), false, "/*");
        })) {
            for (String path : List.of("/public/fwd", "/public/relative", "/public/written-fwd")) {
                RawHttp.Answer forwarded = service.send("GET " + path);
                assertEquals(401, forwarded.status(), path);
                assertTrue(forwarded.isProblem() && !forwarded.body().contains("PAGE"), forwarded::toString);
            }
            for (String path : List.of("/public/inc", "/public/included")) {
                RawHttp.Answer page = service.send("GET " + path);
                assertEquals(200, page.status(), path);
                assertFalse(page.body().contains("HANDLER:/admin"), page::toString);
            }
            assertEquals(
                    "HANDLER:/public/who",
                    service.send("GET /public/onwards").body().replaceFirst(" .*", ""));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/app"})
    @DisplayName("issue 14, item 3: the annotation of a target counts, with the filter registered in either way")
    void annotationOfATargetCounts(String contextPath) throws Exception {
        assertAnnotationOfATargetCounts(service(contextPath));
        TestKeys keys = new TestKeys();
        ApiKeyFilter filter = TestService.filter(ApiKeyVerifier.of(keys.ring()))
                .otherwise(authenticated())
                .build();
        try (TestService service = new TestService(contextPath, keys, context -> {
            FilterRegistration.Dynamic registration = context.addFilter("requestOnly", filter);
            registration.setAsyncSupported(true);
            registration.setInitParameter(ApiKeyFilter.WEB_SOCKETS_COME_AFTER, "true");
            registration.addMappingForUrlPatterns(EnumSet.of(DispatcherType.REQUEST), false, "/*");
        })) {
            assertAnnotationOfATargetCounts(service);
        }
    }

    private static void assertAnnotationOfATargetCounts(TestService service) throws Exception {
        assertEquals(401, service.send("GET /public/annotated").status());
        assertEquals(403, service.send("GET /api/annotated", "X-API-Key: {K1}").status());
        RawHttp.Answer admin = service.send("GET /api/annotated", "X-API-Key: {KA}");
        assertEquals(200, admin.status());
        assertEquals("HANDLER:/annotated/role", admin.body());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/app"})
    @DisplayName("issue 14, item 11: asynchronous code gets the guarded request and answer")
    void asynchronousCodeGetsTheGuardedPair(String contextPath) throws Exception {
        TestService service = service(contextPath);
        RawHttp.Answer answer = service.send("GET /api/pair", "X-API-Key: {K1}");
        assertEquals("PAIR:" + service.keys.idOf("K1") + " null", answer.body());
        RawHttp.Answer open = service.send("GET /public/pair", "X-API-Key: {K1}");
        assertEquals("PAIR:null null", open.body());
        assertEquals("Accept, X-Api-Key, Authorization", answer.header("Vary"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/app"})
    @DisplayName("issue 14, item 12: no attribute of the container shows the key that a cookie or the query carried")
    void attributesOfTheContainerShowNoKey(String contextPath) throws Exception {
        try (TestService service = TestService.changed(
                contextPath,
                new TestKeys(),
                b -> b.sources(KeySources.cookie("key"), KeySources.queryParameter("api_key")))) {
            for (String[] request : new String[][] {
                {"GET /api/attributes?a=b", "Cookie: a=b; key={K1}"},
                {"GET /api/attributes?a=b&api_key={K1}", "Cookie: a=b"}
            }) {
                RawHttp.Answer answer = service.send(request[0], request[1]);
                assertTrue(answer.body().startsWith("ATTRIBUTES"), answer::toString);
                assertFalse(answer.body().contains(service.keys.text("K1").substring(16)), answer::toString);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/app"})
    @DisplayName("DI-08 a WebSocket without a key is refused before the container sees the upgrade")
    void webSocketWithoutKeyIsRefused(String contextPath) throws Exception {
        if (!Container.onClassPath().hasWebSocket()) {
            ANSWERS.note("DI-08", "not run");
            return;
        }
        TestService service = service(contextPath);
        String upgrade = "GET " + contextPath + "/api/ws HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\n"
                + "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                + "Sec-WebSocket-Version: 13\r\n";
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), service.port())) {
            RawHttp.Answer answer = RawHttp.first(socket, upgrade + "\r\n");
            ANSWERS.note("DI-08", answer);
            assertEquals(401, answer.status());
        }
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), service.port())) {
            String withKey = service.keys.fill(upgrade + "X-API-Key: {K1}\r\n\r\n");
            assertEquals(101, RawHttp.first(socket, withKey).status());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/app"})
    @DisplayName("DI-13 a filter without verifier and rules lets nothing through")
    void unconfiguredFilterLetsNothingThrough(String contextPath) throws Exception {
        TestService service;
        try {
            service = new TestService(contextPath, new TestKeys(), context -> registerByClass(context));
        } catch (Exception refused) {
            ANSWERS.note("DI-13", "no start");
            return;
        }
        try (service) {
            RawHttp.Answer answer = service.send("GET /public/x", "X-API-Key: {K1}");
            ANSWERS.note("DI-13", answer);
            assertTrue(answer.status() >= 404, answer::toString);
            assertEquals(0, service.calls());
        }
    }

    @Test
    void filterNamedByItsClassTakesItsSettingsFromTheContextAttribute() throws Exception {
        TestKeys keys = new TestKeys();
        try (TestService service = new TestService("/app", keys, context -> {
            context.setAttribute(
                    ApiKeyFilter.CONTEXT_ATTRIBUTE,
                    TestService.filter(ApiKeyVerifier.of(keys.ring())).build());
            registerByClass(context);
        })) {
            assertEquals(401, service.send("GET /api/x").status());
            assertEquals(200, service.send("GET /api/x", "X-API-Key: {K1}").status());
        }
    }

    private static void registerByClass(jakarta.servlet.ServletContext context) {
        FilterRegistration.Dynamic registration = context.addFilter("byClass", ApiKeyFilter.class);
        registration.setAsyncSupported(true);
        registration.setInitParameter(ApiKeyFilter.WEB_SOCKETS_COME_AFTER, "true");
        registration.addMappingForUrlPatterns(EnumSet.allOf(DispatcherType.class), false, "/*");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/app"})
    @DisplayName("RE-04 a realm with quotes is escaped, one with line ends is refused")
    void realmIsEscaped(String contextPath) throws Exception {
        assertThrows(
                IllegalArgumentException.class, () -> ApiKeyFilter.builder().realm("a\r\nX: 1"));
        try (TestService service = TestService.changed(contextPath, new TestKeys(), b -> b.realm("a\"b\\"))) {
            RawHttp.Answer answer = service.send("GET /api/x");
            ANSWERS.note("RE-04", answer);
            assertTrue(answer.header("WWW-Authenticate").startsWith("ApiKey realm=\"a\\\"b\\\\\""), answer::toString);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/app"})
    @DisplayName("AU-08 a role that was taken away is gone with the next request")
    void removedRoleIsGoneAtOnce(String contextPath) throws Exception {
        try (TestService service = TestService.standard(contextPath)) {
            assertEquals(200, service.send("GET /admin/x", "X-API-Key: {KA}").status());
            service.keys.demoteAdmin();
            RawHttp.Answer answer = service.send("GET /admin/x", "X-API-Key: {KA}");
            ANSWERS.note("AU-08", answer);
            assertEquals(403, answer.status());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/app"})
    @DisplayName("AU-09 forged identity headers are replaced, and the key is hidden from the application")
    void forgedIdentityHeadersAreReplaced(String contextPath) throws Exception {
        TestService service = service(contextPath);
        RawHttp.Answer answer = service.send(
                "GET /api/headers",
                "X-API-Key: {K1}",
                "X-Authenticated-Key: admin",
                "X_Authenticated_Key: admin",
                "X.Authenticated.Key: admin",
                "Authorization: Basic Zm9vOmJhcg==");
        ANSWERS.note("AU-09", answer);
        assertTrue(answer.body().startsWith("HEADERS"), answer::toString);
        assertFalse(answer.body().contains("admin"), answer::toString);
        assertTrue(answer.body().contains("X-Authenticated-Key=[" + service.keys.idOf("K1") + "]"), answer::toString);
        assertFalse(answer.body().contains(service.keys.text("K1").substring(16)), answer::toString);
        assertTrue(answer.body().contains("[Basic Zm9vOmJhcg==]"), answer::toString);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/app"})
    void annotationsOnServletsAreHonoured(String contextPath) throws Exception {
        TestService service = service(contextPath);
        for (String path : List.of("/annotated/role", "/annotated/standard")) {
            assertEquals(401, service.send("GET " + path).status());
            assertEquals(403, service.send("GET " + path, "X-API-Key: {K1}").status());
            assertEquals(200, service.send("GET " + path, "X-API-Key: {KA}").status());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/app"})
    void principalAndRolesAnswerFromTheKey(String contextPath) throws Exception {
        TestService service = service(contextPath);
        RawHttp.Answer answer = service.send("GET /api/x", "Authorization: Bearer {K1}");
        assertEquals(
                "HANDLER:/api/x user=" + service.keys.idOf("K1") + " reader=true any=true star=false type=ApiKey"
                        + " mdc=" + service.keys.idOf("K1"),
                answer.body());
    }

    @Test
    @DisplayName("LE-07 a line end in the path stays one escaped line")
    void lineEndInThePathStaysOneLine() throws Exception {
        LOG.drain();
        RawHttp.Answer answer = root.send("GET /api/x%0aINFO%20forged");
        List<String> lines = LOG.drain();
        assertTrue(answer.status() == 400 || answer.status() == 401);
        assertTrue(lines.size() <= 1, lines::toString);
        lines.forEach(line -> assertTrue(line.startsWith("denied 400 GET "), line));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/app"})
    @DisplayName("RE-15 a gate that says no is 429, before the verdict and after it")
    void closedGateIs429(String contextPath) throws Exception {
        RequestGate afterVerdict = new RequestGate() {
            @Override
            public Duration afterVerdict(ApiKeyPrincipal principal, RequestInfo request) {
                return Duration.ofMillis(1500);
            }
        };
        RequestGate beforeVerdict = new RequestGate() {
            @Override
            public Duration beforeVerdict(RequestInfo request) {
                return Duration.ofMillis(1500);
            }
        };
        for (RequestGate gate : List.of(afterVerdict, beforeVerdict)) {
            try (TestService service = TestService.changed(contextPath, new TestKeys(), b -> b.gate(gate))) {
                RawHttp.Answer answer = service.send("GET /api/x", "X-API-Key: {K1}");
                ANSWERS.note("RE-15", answer);
                assertEquals(429, answer.status());
                assertEquals("2", answer.header("Retry-After"));
                assertHygiene(answer);
                assertEquals(200, service.send("GET /public/x").status());
                assertEquals(1, service.calls());
            }
        }
    }

    @Test
    @DisplayName("issue 17, item 13: the log says which second credential came, and where a key might have been meant")
    void logSaysWhatIsUnusable() throws Exception {
        try (TestService tlsOnly = TestService.changed("", new TestKeys(), b -> b.tlsOnly(true))) {
            LOG.drain();
            root.send("GET /api/x", "X-API-Key: {K1}", "Authorization: Bearer ");
            root.send("GET /api/x", "X-API-Key: {K1}", "X-API-Key: {KF}");
            root.send("GET /api/x", "X.API.Key: {K1}");
            tlsOnly.send("GET /api/x", "X-API-Key: {K1}", "X-Forwarded-Proto: https");
            List<String> lines = LOG.drain();
            List<String> ends = List.of(
                    ": more than one credential: header X-Api-Key, Authorization Bearer (empty)",
                    ": more than one credential: header X-Api-Key, header X-Api-Key",
                    ": no key; a header came whose name has _ or . for the - of X-Api-Key",
                    ": a key came without TLS, so others may know it; a header of a proxy says how the client came, but"
                            + " nothing before this filter believes it");
            assertEquals(ends.size(), lines.size(), lines::toString);
            for (int i = 0; i < ends.size(); i++) {
                assertTrue(lines.get(i).startsWith("denied 401 GET \"/api/x\" from "), lines.get(i));
                assertTrue(lines.get(i).endsWith(ends.get(i)), lines.get(i));
            }
            checkLog(lines, root, tlsOnly);
        }
    }

    @Test
    @DisplayName("BR-13 a key header that proxies drop is named when the filter is built")
    void headerThatProxiesDropIsNamedAtBuild() {
        for (String name : List.of("api_key", "x.api.key")) {
            LOG.drain();
            TestService.filter(text -> fail())
                    .sources(KeySources.header(name), KeySources.cookie("a_b"))
                    .build();
            List<String> lines = LOG.drain();
            assertEquals(1, lines.size(), lines::toString);
            assertTrue(
                    lines.get(0)
                            .endsWith("no key may arrive in header " + name + "; choose another name, such as "
                                    + name.replaceAll("[_.]", "-")),
                    lines::toString);
        }
        TestService.filter(text -> fail()).build();
        assertEquals(List.of(), LOG.drain());
    }

    @Test
    @DisplayName("LE-06 the query is not logged")
    void queryIsNotLogged() throws Exception {
        LOG.drain();
        root.send("GET /api/x?api_key={K1}&secret=hush");
        List<String> lines = LOG.drain();
        assertEquals(1, lines.size());
        assertFalse(lines.get(0).contains("hush") || lines.get(0).contains("api_key"), lines::toString);
    }

    @Test
    @DisplayName("LE-06 a key pasted into the path is not logged")
    void keyInThePathIsNotLogged() throws Exception {
        LOG.drain();
        root.send("GET /api/{K1}/x");
        List<String> lines = LOG.drain();
        assertEquals(1, lines.size());
        assertTrue(lines.get(0).contains("***/x"), lines::toString);
        checkLog(lines, root);
    }

    @Test
    @DisplayName("HP-13 the log calls a wrong check digit a typing error, the answer does not")
    void logNamesTheTypingError() throws Exception {
        LOG.drain();
        RawHttp.Answer answer = root.send("GET /api/x", "X-API-Key: {KC}");
        assertTrue(LOG.drain().toString().contains("typing error"));
        assertFalse(answer.toString().contains("typ" + "ing"));
    }

    @Test
    @DisplayName("CF-29 an application cannot be opened by accident")
    void openingEverythingNeedsToBeSaidTwice() {
        for (String path : List.of("/", "/*")) {
            ApiKeyFilter.Builder builder = TestService.filter(text -> fail()).rule(path, permitAll());
            assertThrows(IllegalArgumentException.class, builder::build);
        }
        assertNotEquals(permitAll(), anyRole("admin"));
    }
}
