package io.keyward.servlet.suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.io.StringReader;
import java.net.InetAddress;
import java.net.Socket;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The cases that are requests to a service of the standard rules, whatever guards it. A subclass has the services, also
 * as the static method {@code services}.
 */
abstract class RequestCases {
    static final LogCapture LOG = LogCapture.ofOurLoggers();

    /** RFC 9110 §11.6.1, for challenges without a token68. */
    private static final Pattern CHALLENGE =
            Pattern.compile("[A-Za-z]+ realm=\"([^\"\\\\]|\\\\.)*\"(, error=\"[a-z_]+\")?");

    abstract Stream<AttackedService> all();

    /** Returns the table that has a column for a service. */
    abstract AnswerTable answers(AttackedService service);

    /** LE-05, LE-06, LE-07: whatever the case was. */
    @AfterEach
    void logHoldsNoKeyAndOneLineAnEvent() {
        checkLog(LOG.drain(), all().toArray(AttackedService[]::new));
    }

    static void checkLog(List<String> lines, AttackedService... services) {
        for (String line : lines) {
            assertTrue(line.matches("[\\x20-\\x7e]+") && line.length() < 1000, () -> "not one printable line: " + line);
            for (AttackedService service : services) {
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
        return all().flatMap(service -> AttackCase.all().stream()
                .map(attack -> dynamicTest(attack.id() + " " + attack.line() + " " + service, () -> {
                    check(service, attack);
                    checkLog(LOG.drain(), service);
                })));
    }

    private void check(AttackedService service, AttackCase attack) throws Exception {
        int before = service.calls();
        RawHttp.Answer answer = service.send(attack.line(), attack.headers().toArray(String[]::new));
        assertFalse(answer.body().endsWith("HANG"), () -> "the server did not end its answer: " + answer);
        int calls = service.calls() - before;
        if (answer.status() == 200 && calls == 0) {
            answers(service).note(attack.id(), "200 c");
        } else {
            answers(service).note(attack.id(), answer);
        }
        switch (service.expected(attack)) {
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

    private static void assertUnauthorizedOr400(AttackedService service, RawHttp.Answer answer, int calls)
            throws Exception {
        if (answer.status() == 400) {
            assertEquals(0, calls);
        } else {
            assertUnauthorized(service, answer, calls);
        }
    }

    private static void assertUnauthorized(AttackedService service, RawHttp.Answer answer, int calls) throws Exception {
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

    static void assertHygiene(RawHttp.Answer answer) {
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
        return all().flatMap(service -> SpecTable.examples().stream()
                .map(example ->
                        dynamicTest("PA-28 " + example.raw() + " " + service, () -> checkExample(service, example))));
    }

    /** A container may refuse more than the table does, never let through less than the canonical path needs. */
    private void checkExample(AttackedService service, SpecTable.Example example) throws Exception {
        int before = service.calls();
        String target = example.raw().startsWith("/") ? example.raw() : "!" + example.raw();
        RawHttp.Answer answer = service.send("GET " + target);
        int calls = service.calls() - before;
        answers(service).note("PA-28", String.valueOf(answer.status()));
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

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("services")
    @DisplayName("ME-04 TRACE does not echo the key")
    void traceDoesNotEchoTheKey(AttackedService service) throws Exception {
        for (String header : List.of("X-API-Key: {K1}", "Authorization: ApiKey {K1}", "Authorization: Bearer {K1}")) {
            RawHttp.Answer answer = service.send("TRACE /api/x", header);
            answers(service).note("ME-04", answer);
            assertFalse(answer.toString().contains(service.keys.text("K1").substring(16)));
        }
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("services")
    @DisplayName("DI-01, DI-02, DI-11 an asynchronous dispatch keeps the caller and asks no rule")
    void asyncDispatchKeepsTheCaller(AttackedService service) throws Exception {
        for (String path : List.of("/api/async", "/api/again")) {
            RawHttp.Answer answer = service.send("GET " + path, "X-API-Key: {K1}");
            answers(service).note(path.endsWith("async") ? "DI-01" : "DI-11", answer);
            answers(service).note("DI-02", answer);
            assertEquals(200, answer.status(), answer::toString);
            assertTrue(answer.body().contains("user=" + service.keys.idOf("K1")), answer::toString);
            assertEquals(1, answer.all("Vary").size(), answer::toString);
        }
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("services")
    @DisplayName("DI-03, DI-04, LE-09 no error page takes the place of a refusal, and none shows the key")
    void errorPagesShowNoKey(AttackedService service) throws Exception {
        RawHttp.Answer refused = service.send("GET /api/x");
        answers(service).note("DI-03", refused);
        assertTrue(refused.isProblem());
        for (String path : List.of("/api/boom", "/api/fail")) {
            RawHttp.Answer failed = service.send("GET " + path, "X-API-Key: {K1}");
            answers(service).note("DI-04", "500");
            assertEquals(500, failed.status());
            assertFalse(failed.toString().contains(service.keys.text("K1").substring(16)), failed::toString);
        }
        answers(service).note("LE-09", "500");
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("services")
    @DisplayName("DI-06, DI-07 a forward and an include meet the rule of their target")
    void forwardAndIncludeMeetTheRuleOfTheirTarget(AttackedService service) throws Exception {
        for (String key : List.of("", "X-API-Key: {K1}\r\n")) {
            RawHttp.Answer forwarded = service.send("GET /public/fwd", "Accept: a\r\n" + key + "X-Last: 1");
            answers(service).note("DI-06", forwarded);
            int denied = service.verifiesOnOpenPaths() && !key.isEmpty() ? 403 : 401;
            assertEquals(denied, forwarded.status());
            assertTrue(forwarded.isProblem());
            RawHttp.Answer written = service.send("GET /public/written-fwd", "Accept: a\r\n" + key + "X-Last: 1");
            assertEquals(denied, written.status(), "where the page has taken the writer");
            assertTrue(written.isProblem() && !written.body().contains("PAGE"), written::toString);
            RawHttp.Answer page = service.send("GET /public/inc", "Accept: a\r\n" + key + "X-Last: 1");
            answers(service).note("DI-07", page);
            assertEquals(200, page.status());
            assertFalse(page.body().contains("HANDLER:/admin"), page::toString);
        }
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("services")
    @DisplayName("DI-10 the caller of one request is not the caller of the next on its connection")
    void callerDoesNotOutliveTheRequest(AttackedService service) throws Exception {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), service.port())) {
            String first = "GET " + service.contextPath + "/admin/x HTTP/1.1\r\nHost: h\r\nX-API-Key: {KA}\r\n\r\n";
            assertEquals(200, RawHttp.first(socket, service.keys.fill(first)).status());
            RawHttp.Answer second =
                    RawHttp.first(socket, "GET " + service.contextPath + "/public/who HTTP/1.1\r\nHost: h\r\n\r\n");
            answers(service).note("DI-10", second);
            assertTrue(second.body().contains("user=null") && second.body().contains("mdc=null"), second::toString);
        }
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("services")
    @DisplayName("RE-10, RE-11, RE-12 allowed answers tell caches who they are for")
    void allowedAnswersTellCachesWhoTheyAreFor(AttackedService service) throws Exception {
        RawHttp.Answer plain = service.send("GET /api/x", "X-API-Key: {K1}");
        answers(service).note("RE-10", plain);
        assertEquals("X-Api-Key, Authorization", plain.header("Vary"));
        assertEquals("private, no-store", plain.header("Cache-Control"));
        RawHttp.Answer cached = service.send("GET /api/cached", "X-API-Key: {K1}");
        answers(service).note("RE-11", cached);
        assertEquals("public, max-age=60", cached.header("Cache-Control"));
        assertEquals("X-Api-Key, Authorization", cached.header("Vary"));
        RawHttp.Answer varied = service.send("GET /api/varied", "X-API-Key: {K1}");
        answers(service).note("RE-12", varied);
        assertEquals("Accept, X-Api-Key, Authorization", varied.header("Vary"));
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("services")
    @DisplayName("RE-13 the body of a refused request is never read as a request")
    void bodyOfRefusedRequestIsNeverReadAsRequest(AttackedService service) throws Exception {
        String smuggled = "GET " + service.contextPath + "/public/smuggled HTTP/1.1\r\nHost: h\r\n\r\n";
        String body = smuggled.repeat(1_000_000 / smuggled.length());
        String request =
                "POST " + service.contextPath + "/api/x HTTP/1.1\r\nHost: h\r\nContent-Length: " + body.length()
                        + "\r\n\r\n" + body + "GET " + service.contextPath
                        + "/public/second HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
        int before = service.calls();
        answers(service).note("RE-13", "401");
        RawHttp.Answer answer;
        try {
            answer = RawHttp.send(service.port(), request);
        } catch (java.io.IOException closedWhileSending) {
            // The reset has overtaken the answer, and the second request was not sent to its end.
            assertEquals(before, service.calls(), "the body was read as a request");
            return;
        }
        assertEquals(401, answer.status());
        assertFalse(answer.body().contains("HANDLER:/public/smuggled"), "the body was read as a request");
        assertTrue(service.calls() - before <= 1);
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("services")
    @DisplayName("RE-14 a refusal does not wait for the body")
    void refusalDoesNotWaitForTheBody(AttackedService service) throws Exception {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), service.port())) {
            RawHttp.Answer answer = RawHttp.first(
                    socket,
                    "POST " + service.contextPath + "/api/x HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\n"
                            + "Content-Length: 10000000\r\n\r\n");
            answers(service).note("RE-14", answer);
            // Tomcat invites the body before any filter runs, and then does not wait for it either.
            RawHttp.Answer last = answer.status() == 100 ? RawHttp.next(socket) : answer;
            answers(service).note("RE-14", last);
            // Undertow refuses a body of that size by itself.
            assertTrue(last.status() == 401 || last.status() == 413, last::toString);
        }
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("services")
    @DisplayName("RE-01, RE-02, RE-05 each scheme has a challenge, and only who presented a key learns of an error")
    void eachSchemeHasAChallenge(AttackedService service) throws Exception {
        RawHttp.Answer missing = service.send("GET /api/x");
        RawHttp.Answer unknown = service.send("GET /api/x", "X-API-Key: {KF}");
        answers(service).note("RE-01", missing);
        answers(service).note("RE-02", missing);
        answers(service).note("RE-05", unknown);
        assertEquals("ApiKey realm=\"api\", Bearer realm=\"api\"", missing.header("WWW-Authenticate"));
        assertEquals(
                "ApiKey realm=\"api\", Bearer realm=\"api\", error=\"invalid_token\"",
                unknown.header("WWW-Authenticate"));
    }
}
