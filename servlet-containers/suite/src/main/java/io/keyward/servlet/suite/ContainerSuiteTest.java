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
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.keyward.ApiKeyPrincipal;
import io.keyward.ApiKeyVerifier;
import io.keyward.servlet.ApiKeyFilter;
import io.keyward.servlet.CorsPolicy;
import io.keyward.servlet.KeySources;
import io.keyward.servlet.RequestGate;
import io.keyward.servlet.RequestInfo;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.FilterRegistration;
import java.io.StringReader;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Attacks a service over raw sockets, at the root and below a context path. */
class ContainerSuiteTest {
    /** RFC 9110 §11.6.1, for challenges without a token68. */
    private static final Pattern CHALLENGE =
            Pattern.compile("[A-Za-z]+ realm=\"([^\"\\\\]|\\\\.)*\"(, error=\"[a-z_]+\")?");

    private static final AnswerTable ANSWERS = new AnswerTable();
    private static LogCapture log;
    private static TestService root;
    private static TestService below;

    @BeforeAll
    static void start() throws Exception {
        log = LogCapture.ofOurLoggers();
        root = TestService.standard("");
        below = TestService.standard("/app");
    }

    @AfterAll
    static void stopAndCompareWithTheTable() throws Exception {
        root.close();
        below.close();
        List<String> differences = ANSWERS.differences(Container.onClassPath().name());
        assertTrue(
                differences.isEmpty(),
                () -> "docs/servlet-containers.md is not what this container answers:\n"
                        + String.join("\n", differences));
    }

    /** LE-05, LE-06, LE-07: whatever the case was. */
    @AfterEach
    void logHoldsNoKeyAndOneLineAnEvent() {
        checkLog(log.drain(), root, below);
    }

    private static void checkLog(List<String> lines, TestService... services) {
        for (String line : lines) {
            assertTrue(line.matches("[\\x20-\\x7e]+") && line.length() < 1000, () -> "not one printable line: " + line);
            for (TestService service : services) {
                for (String secret : service.keys.secretParts()) {
                    for (int i = 0; i + 8 <= secret.length(); i++) {
                        assertFalse(line.contains(secret.substring(i, i + 8)), "the log holds part of a key");
                    }
                }
            }
        }
    }

    @TestFactory
    Stream<DynamicTest> attackCases() {
        return Stream.of(root, below)
                .flatMap(service -> AttackCase.all().stream()
                        .map(attack -> dynamicTest(
                                attack.id() + " " + attack.line() + " at \"" + service.contextPath + "\"", () -> {
                                    check(service, attack);
                                    logHoldsNoKeyAndOneLineAnEvent();
                                })));
    }

    private static void check(TestService service, AttackCase attack) throws Exception {
        int before = service.handler.calls.get();
        RawHttp.Answer answer = service.send(attack.line(), attack.headers().toArray(String[]::new));
        assertFalse(answer.body().endsWith("HANG"), () -> "the server did not end its answer: " + answer);
        int calls = service.handler.calls.get() - before;
        if (answer.status() == 200 && calls == 0) {
            ANSWERS.note(attack.id(), "200 c");
        } else {
            ANSWERS.note(attack.id(), answer);
        }
        switch (attack.expect()) {
            case D -> assertUnauthorized(service, answer, calls);
            case D4 -> assertUnauthorizedOr400(service, answer, calls);
            case BAD -> {
                assertEquals(400, answer.status());
                assertEquals(0, calls);
            }
            case F -> assertForbidden(answer, calls);
            case OK -> assertHandled(answer);
            case OK_OR_D4 -> {
                if (answer.status() != 200) {
                    assertUnauthorizedOr400(service, answer, calls);
                }
            }
            case NO_SERVER_ERROR -> assertTrue(List.of(200, 400, 431).contains(answer.status()), answer::toString);
            case CLIENT_ERROR -> {
                assertTrue(answer.status() >= 400 && answer.status() <= 501, answer::toString);
                assertEquals(0, calls);
            }
            case ANY_REFUSAL -> {
                assertFalse(answer.body().contains("HANDLER"), answer::toString);
                assertEquals(0, calls);
            }
        }
    }

    private static void assertHandled(RawHttp.Answer answer) {
        assertEquals(200, answer.status(), answer::toString);
        assertTrue(answer.body().contains("HANDLER:"), answer::toString);
    }

    private static void assertUnauthorizedOr400(TestService service, RawHttp.Answer answer, int calls)
            throws Exception {
        if (answer.status() == 400) {
            assertEquals(0, calls);
        } else {
            assertUnauthorized(service, answer, calls);
        }
    }

    private static void assertUnauthorized(TestService service, RawHttp.Answer answer, int calls) throws Exception {
        assertEquals(401, answer.status(), answer::toString);
        assertEquals(0, calls, "the handler ran");
        List<String> challenges = answer.all("WWW-Authenticate");
        assertFalse(challenges.isEmpty());
        challenges.forEach(challenge ->
                assertTrue(CHALLENGE.matcher(challenge).matches(), () -> "no challenge of RFC 9110: " + challenge));
        assertHygiene(answer);
        RawHttp.Answer unknown = service.send("GET /api/x", "X-API-Key: {KF}");
        String expected = challenges.toString().contains("error=")
                ? unknown.lasting()
                : unknown.lasting().replace(", error=\"invalid_token\"", "");
        if (answer.body().isEmpty()) {
            expected = expected.substring(0, expected.indexOf("\n\n") + 2);
        }
        assertEquals(expected, answer.lasting());
    }

    private static void assertForbidden(RawHttp.Answer answer, int calls) {
        assertEquals(403, answer.status(), answer::toString);
        assertEquals(0, calls, "the handler ran");
        assertHygiene(answer);
    }

    private static void assertHygiene(RawHttp.Answer answer) {
        assertTrue(answer.isProblem(), answer::toString);
        assertEquals("no-store", answer.header("Cache-Control"));
        assertNull(answer.header("Set-Cookie"));
        assertEquals("X-Api-Key, Authorization", answer.header("Vary"));
        if (!answer.body().isEmpty()) {
            try (var reader = Json.createReader(new StringReader(answer.body()))) {
                JsonObject problem = reader.readObject();
                assertEquals(answer.status(), problem.getInt("status"));
                assertTrue(problem.getString("type").startsWith("https://")
                        && !problem.getString("title").isEmpty());
                assertFalse(problem.containsKey("detail") || problem.containsKey("instance"));
            }
        }
    }

    @TestFactory
    Stream<DynamicTest> examplesOfTheSpecification() {
        return Stream.of(root, below)
                .flatMap(service -> SpecTable.examples().stream()
                        .map(example -> dynamicTest(
                                "PA-28 " + example.raw() + " at \"" + service.contextPath + "\"",
                                () -> checkExample(service, example))));
    }

    /** A container may refuse more than the table does, never let through less than the canonical path needs. */
    private static void checkExample(TestService service, SpecTable.Example example) throws Exception {
        int before = service.handler.calls.get();
        String target = example.raw().startsWith("/") ? example.raw() : "!" + example.raw();
        RawHttp.Answer answer = service.send("GET " + target);
        int calls = service.handler.calls.get() - before;
        ANSWERS.note("PA-28", String.valueOf(answer.status()));
        String path = example.canonical();
        // The reader of the request line ends it at #, or at a blank: then what is before counts.
        boolean fragment = example.raw().indexOf('#') >= 0 && path == null;
        boolean open = path != null && (path.equals("/public") || path.startsWith("/public/"));
        if (open && answer.status() == 200) {
            assertTrue(answer.body().startsWith("HANDLER:/public"), answer::toString);
        } else if (fragment && answer.status() != 400) {
            assertTrue(answer.status() == 401 || answer.body().startsWith("HANDLER:/public"), answer::toString);
        } else {
            assertTrue(List.of(400, 401, 404, 302).contains(answer.status()), answer::toString);
            assertEquals(0, calls, "the handler ran");
        }
    }

    static TestService service(String contextPath) {
        return contextPath.isEmpty() ? root : below;
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/app"})
    @DisplayName("ME-04 TRACE does not echo the key")
    void traceDoesNotEchoTheKey(String contextPath) throws Exception {
        TestService service = service(contextPath);
        for (String header : List.of("X-API-Key: {K1}", "Authorization: ApiKey {K1}", "Authorization: Bearer {K1}")) {
            RawHttp.Answer answer = service.send("TRACE /api/x", header);
            ANSWERS.note("ME-04", answer);
            assertFalse(answer.toString().contains(service.keys.text("K1").substring(16)));
        }
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
            assertEquals(0, service.handler.calls.get());
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
    @DisplayName("DI-01, DI-02, DI-11 an asynchronous dispatch keeps the caller and asks no rule")
    void asyncDispatchKeepsTheCaller(String contextPath) throws Exception {
        TestService service = service(contextPath);
        for (String path : List.of("/api/async", "/api/again")) {
            RawHttp.Answer answer = service.send("GET " + path, "X-API-Key: {K1}");
            ANSWERS.note(path.endsWith("async") ? "DI-01" : "DI-11", answer);
            ANSWERS.note("DI-02", answer);
            assertEquals(200, answer.status(), answer::toString);
            assertTrue(answer.body().contains("user=" + service.keys.idOf("K1")), answer::toString);
            assertEquals(1, answer.all("Vary").size(), answer::toString);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/app"})
    @DisplayName("DI-03, DI-04, LE-09 no error page takes the place of a refusal, and none shows the key")
    void errorPagesShowNoKey(String contextPath) throws Exception {
        TestService service = service(contextPath);
        RawHttp.Answer refused = service.send("GET /api/x");
        ANSWERS.note("DI-03", refused);
        assertTrue(refused.isProblem());
        for (String path : List.of("/api/boom", "/api/fail")) {
            RawHttp.Answer failed = service.send("GET " + path, "X-API-Key: {K1}");
            ANSWERS.note("DI-04", "500");
            assertEquals(500, failed.status());
            assertFalse(failed.toString().contains(service.keys.text("K1").substring(16)), failed::toString);
        }
        ANSWERS.note("LE-09", "500");
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
                assertEquals(0, service.handler.calls.get());
                checkLog(log.drain(), service);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/app"})
    @DisplayName("DI-06, DI-07 a forward and an include meet the rule of their target")
    void forwardAndIncludeMeetTheRuleOfTheirTarget(String contextPath) throws Exception {
        TestService service = service(contextPath);
        for (String key : List.of("", "X-API-Key: {K1}\r\n")) {
            RawHttp.Answer forwarded = service.send("GET /public/fwd", "Accept: a\r\n" + key + "X-Last: 1");
            ANSWERS.note("DI-06", forwarded);
            assertEquals(401, forwarded.status());
            assertTrue(forwarded.isProblem());
            RawHttp.Answer written = service.send("GET /public/written-fwd", "Accept: a\r\n" + key + "X-Last: 1");
            assertEquals(401, written.status(), "where the page has taken the writer");
            assertTrue(written.isProblem() && !written.body().contains("PAGE"), written::toString);
            RawHttp.Answer page = service.send("GET /public/inc", "Accept: a\r\n" + key + "X-Last: 1");
            ANSWERS.note("DI-07", page);
            assertEquals(200, page.status());
            assertFalse(page.body().contains("HANDLER:/admin"), page::toString);
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
    @DisplayName("DI-10 the caller of one request is not the caller of the next on its connection")
    void callerDoesNotOutliveTheRequest(String contextPath) throws Exception {
        TestService service = service(contextPath);
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), service.port())) {
            String first = "GET " + contextPath + "/admin/x HTTP/1.1\r\nHost: h\r\nX-API-Key: {KA}\r\n\r\n";
            assertEquals(200, RawHttp.first(socket, service.keys.fill(first)).status());
            RawHttp.Answer second =
                    RawHttp.first(socket, "GET " + contextPath + "/public/who HTTP/1.1\r\nHost: h\r\n\r\n");
            ANSWERS.note("DI-10", second);
            assertTrue(second.body().contains("user=null") && second.body().contains("mdc=null"), second::toString);
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
            assertEquals(0, service.handler.calls.get());
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
    @DisplayName("RE-10, RE-11, RE-12 allowed answers tell caches who they are for")
    void allowedAnswersTellCachesWhoTheyAreFor(String contextPath) throws Exception {
        TestService service = service(contextPath);
        RawHttp.Answer plain = service.send("GET /api/x", "X-API-Key: {K1}");
        ANSWERS.note("RE-10", plain);
        assertEquals("X-Api-Key, Authorization", plain.header("Vary"));
        assertEquals("private, no-store", plain.header("Cache-Control"));
        RawHttp.Answer cached = service.send("GET /api/cached", "X-API-Key: {K1}");
        ANSWERS.note("RE-11", cached);
        assertEquals("public, max-age=60", cached.header("Cache-Control"));
        assertEquals("X-Api-Key, Authorization", cached.header("Vary"));
        RawHttp.Answer varied = service.send("GET /api/varied", "X-API-Key: {K1}");
        ANSWERS.note("RE-12", varied);
        assertEquals("Accept, X-Api-Key, Authorization", varied.header("Vary"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/app"})
    @DisplayName("RE-13 the body of a refused request is never read as a request")
    void bodyOfRefusedRequestIsNeverReadAsRequest(String contextPath) throws Exception {
        TestService service = service(contextPath);
        String smuggled = "GET " + contextPath + "/public/smuggled HTTP/1.1\r\nHost: h\r\n\r\n";
        String body = smuggled.repeat(1_000_000 / smuggled.length());
        String request = "POST " + contextPath + "/api/x HTTP/1.1\r\nHost: h\r\nContent-Length: " + body.length()
                + "\r\n\r\n" + body + "GET " + contextPath
                + "/public/second HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
        int before = service.handler.calls.get();
        RawHttp.Answer answer;
        try {
            answer = RawHttp.send(service.port(), request);
        } catch (java.io.IOException closedWhileSending) {
            answer = new RawHttp.Answer(401, List.of("Content-Type: application/problem+json"), "");
        }
        ANSWERS.note("RE-13", "401");
        assertEquals(401, answer.status());
        assertFalse(answer.body().contains("HANDLER:/public/smuggled"), "the body was read as a request");
        assertTrue(service.handler.calls.get() - before <= 1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/app"})
    @DisplayName("RE-14 a refusal does not wait for the body")
    void refusalDoesNotWaitForTheBody(String contextPath) throws Exception {
        TestService service = service(contextPath);
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), service.port())) {
            RawHttp.Answer answer = RawHttp.first(
                    socket,
                    "POST " + contextPath + "/api/x HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\n"
                            + "Content-Length: 10000000\r\n\r\n");
            ANSWERS.note("RE-14", answer);
            // Tomcat invites the body before any filter runs, and then does not wait for it either.
            RawHttp.Answer last = answer.status() == 100 ? RawHttp.next(socket) : answer;
            ANSWERS.note("RE-14", last);
            // Undertow refuses a body of that size by itself.
            assertTrue(last.status() == 401 || last.status() == 413, last::toString);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/app"})
    @DisplayName("RE-01, RE-02, RE-05 each scheme has a challenge, and only who presented a key learns of an error")
    void eachSchemeHasAChallenge(String contextPath) throws Exception {
        RawHttp.Answer missing = service(contextPath).send("GET /api/x");
        RawHttp.Answer unknown = service(contextPath).send("GET /api/x", "X-API-Key: {KF}");
        ANSWERS.note("RE-01", missing);
        ANSWERS.note("RE-02", missing);
        ANSWERS.note("RE-05", unknown);
        assertEquals("ApiKey realm=\"api\", Bearer realm=\"api\"", missing.header("WWW-Authenticate"));
        assertEquals(
                "ApiKey realm=\"api\", Bearer realm=\"api\", error=\"invalid_token\"",
                unknown.header("WWW-Authenticate"));
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
        log.drain();
        RawHttp.Answer answer = root.send("GET /api/x%0aINFO%20forged");
        List<String> lines = log.drain();
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
                assertEquals(1, service.handler.calls.get());
            }
        }
    }

    @Test
    @DisplayName("issue 17, item 13: the log says which second credential came, and where a key might have been meant")
    void logSaysWhatIsUnusable() throws Exception {
        try (TestService tlsOnly = TestService.changed("", new TestKeys(), b -> b.tlsOnly(true))) {
            log.drain();
            root.send("GET /api/x", "X-API-Key: {K1}", "Authorization: Bearer ");
            root.send("GET /api/x", "X-API-Key: {K1}", "X-API-Key: {KF}");
            root.send("GET /api/x", "X.API.Key: {K1}");
            tlsOnly.send("GET /api/x", "X-API-Key: {K1}", "X-Forwarded-Proto: https");
            List<String> lines = log.drain();
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
            log.drain();
            TestService.filter(text -> fail())
                    .sources(KeySources.header(name), KeySources.cookie("a_b"))
                    .build();
            List<String> lines = log.drain();
            assertEquals(1, lines.size(), lines::toString);
            assertTrue(
                    lines.get(0)
                            .endsWith("no key may arrive in header " + name + "; choose another name, such as "
                                    + name.replaceAll("[_.]", "-")),
                    lines::toString);
        }
        TestService.filter(text -> fail()).build();
        assertEquals(List.of(), log.drain());
    }

    @Test
    @DisplayName("LE-06 the query is not logged")
    void queryIsNotLogged() throws Exception {
        log.drain();
        root.send("GET /api/x?api_key={K1}&secret=hush");
        List<String> lines = log.drain();
        assertEquals(1, lines.size());
        assertFalse(lines.get(0).contains("hush") || lines.get(0).contains("api_key"), lines::toString);
    }

    @Test
    @DisplayName("LE-06 a key pasted into the path is not logged")
    void keyInThePathIsNotLogged() throws Exception {
        log.drain();
        root.send("GET /api/{K1}/x");
        List<String> lines = log.drain();
        assertEquals(1, lines.size());
        assertTrue(lines.get(0).contains("***/x"), lines::toString);
        checkLog(lines, root);
    }

    @Test
    @DisplayName("HP-13 the log calls a wrong check digit a typing error, the answer does not")
    void logNamesTheTypingError() throws Exception {
        log.drain();
        RawHttp.Answer answer = root.send("GET /api/x", "X-API-Key: {KC}");
        assertTrue(log.drain().toString().contains("typing error"));
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
