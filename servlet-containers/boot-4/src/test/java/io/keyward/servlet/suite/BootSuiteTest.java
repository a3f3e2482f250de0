package io.keyward.servlet.suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.keyward.ApiKeyVerifier;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.SpringBootVersion;

/** Attacks applications of Spring Boot over raw sockets: each server, with and without Spring Security. */
class BootSuiteTest extends RequestCases {
    private static final Map<AttackedService, AnswerTable> SERVICES = new LinkedHashMap<>();

    @BeforeAll
    static void start() {
        boolean boot3 = SpringBootVersion.getVersion().startsWith("3.");
        for (String server : boot3 ? List.of("Tomcat") : List.of("Tomcat", "Jetty")) {
            for (boolean security : new boolean[] {false, true}) {
                BootService service = BootService.start(server, security, security ? "" : "/app");
                assertTrue(
                        service.serverInfo().toLowerCase(Locale.ROOT).contains(server.toLowerCase(Locale.ROOT)),
                        service::serverInfo);
                SERVICES.put(service, new AnswerTable("spring-answers.md", service.name()));
            }
        }
    }

    @AfterAll
    static void stopAndCompareWithTheTable() throws IOException {
        List<String> differences = new ArrayList<>();
        for (Map.Entry<AttackedService, AnswerTable> entry : SERVICES.entrySet()) {
            entry.getKey().close();
            differences.addAll(entry.getValue().differences());
        }
        assertTrue(
                differences.isEmpty(),
                () -> "docs/spring-answers.md is not what these applications answer:\n"
                        + String.join("\n", differences));
    }

    static Stream<AttackedService> services() {
        return SERVICES.keySet().stream();
    }

    @Override
    Stream<AttackedService> all() {
        return services();
    }

    @Override
    AnswerTable answers(AttackedService service) {
        return SERVICES.get(service);
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("services")
    @DisplayName("PA-28 Spring maps no request without a key to a handler that wants one")
    void mapsNothingElseToAHandlerThatWantsAKey(AttackedService service) throws Exception {
        List<String> targets = new ArrayList<>();
        AttackCase.all().stream()
                .filter(attack -> attack.headers().isEmpty())
                .forEach(attack -> targets.add(attack.line()));
        SpecTable.examples().stream()
                .filter(example -> example.raw().startsWith("/"))
                .forEach(example -> targets.add("GET " + example.raw()));
        for (String first : List.of("admin", "api", "nosuch", "admin/x")) {
            for (String up :
                    List.of("..", "x/../..", "..;", "..;a=b", "%2e%2e", ".%2E", "./..", "/..", ";/..", "..//")) {
                targets.add("GET /" + first + "/" + up + "/public/x");
                targets.add("GET /" + first + "/" + up + "/../public/x");
                targets.add("GET /public/../" + first + "/" + up + "/public/x");
            }
        }
        List<String> wrong = new ArrayList<>();
        for (String target : targets) {
            RawHttp.Answer answer = service.send(target);
            String mapped = answer.header(BootService.MAPPED);
            if (mapped != null && !mapped.equals("/public/**")) {
                wrong.add(target + " came to " + mapped);
            }
        }
        assertEquals(List.of(), wrong);
        assertEquals(
                "/admin/**", service.send("GET /admin/x", "X-Api-Key: {KA}").header(BootService.MAPPED));
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("services")
    @DisplayName("DI-05 a verifier that fails is 503 and the handler does not run")
    void failingVerifierIsUnavailable(AttackedService service) throws Exception {
        List<ApiKeyVerifier> failing = List.of(
                text -> {
                    throw new IllegalStateException("at " + text);
                },
                text -> {
                    throw new StackOverflowError();
                },
                text -> null);
        BootService.Verifier verifier = ((BootService) service).verifier();
        try {
            for (ApiKeyVerifier one : failing) {
                verifier.used = one;
                int before = service.calls();
                RawHttp.Answer answer = service.send("GET /api/x", "X-API-Key: {K1}");
                answers(service).note("DI-05", answer);
                assertEquals(503, answer.status());
                assertTrue(Integer.parseInt(answer.header("Retry-After")) >= 1);
                assertEquals("no-store", answer.header("Cache-Control"));
                assertEquals(before, service.calls());
            }
        } finally {
            verifier.repair();
        }
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("services")
    @DisplayName("DI-08 an upgrade without a key is refused before the container sees it")
    void upgradeWithoutKeyIsRefused(AttackedService service) throws Exception {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), service.port())) {
            RawHttp.Answer answer = RawHttp.first(
                    socket,
                    "GET " + service.contextPath + "/api/ws HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\n"
                            + "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                            + "Sec-WebSocket-Version: 13\r\n\r\n");
            answers(service).note("DI-08", answer);
            assertEquals(401, answer.status());
        }
    }
}
