package io.keyward.servlet.suite;

import static io.keyward.servlet.Access.anyRole;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Encoded slashes and percent signs on a container that lets them in. */
@DisplayName("BR-02, BR-03 encoded slashes and percent signs in paths")
class EncodedPathsTest {
    private static TestService root;
    private static TestService app;

    @BeforeAll
    static void start() throws Exception {
        root = start("");
        app = start("/app");
    }

    private static TestService start(String contextPath) throws Exception {
        return TestService.on(
                Container.onClassPath().lettingEncodedPathsIn(),
                contextPath,
                builder -> builder.rule("/v1/branches/*", anyRole("reader"))
                        .rule("/v1/files/*", anyRole("reader"))
                        .rule("/v1/docs/*", anyRole("reader"))
                        .rule("/v1/docs/a/secret", anyRole("admin")));
    }

    @AfterAll
    static void stop() throws Exception {
        root.close();
        app.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "DELETE /v1/branches/refs%2Fheads%2Ftest",
                "GET /v1/branches/refs%2fheads",
                "GET /v1/branches/refs%2Fheads/commits/",
                "GET /v1/branches/refs%2Fheads;depth=1/commits",
                "GET /v1/files/%25percent.txt",
                "GET /v1/files/100%25.txt",
                "GET /v1/files/50%25ab.txt",
                "GET /v1/files/a%2520b",
                "GET /v1/files/x%2F100%25.txt",
            })
    void passWhereOneRuleCoversEverythingBelow(String request) throws IOException {
        for (TestService service : new TestService[] {root, app}) {
            RawHttp.Answer answer = service.send(request, "X-Api-Key: {K1}");
            assertEquals(200, answer.status(), answer.body());
            assertTrue(answer.body().startsWith("HANDLER:"), answer.body());
            assertEquals(403, service.send(request, "X-Api-Key: {KA}").status());
            assertEquals(401, service.send(request).status());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /v1/docs/a%2Fsecret",
                "GET /v1/docs/a%252Fsecret",
                "GET /v1/docs/x%2Fy",
                "GET /v1%2Fbranches/x",
                "GET /v1/branches%2Fx",
                "GET /v1/branches/x%2F..%2F..%2Fadmin%2Fx",
                "GET /v1/branches/..%2F..%2Fadmin%2Fx",
                "GET /v1/branches/%2e%2e%2Fadmin",
                "GET /v1/branches/%252e%252e%252fdocs%252fa",
                "GET /v1/branches/x%2F%2Fy",
                "GET /v1/branches/x%2F",
                "GET /v1/branches/x%5Cy",
                "GET /v1/branches/x%255Cy",
                "GET /v1/branches/x%2Fy%00",
                "GET /public%2Fadmin",
            })
    void areRefusedWhereARuleCouldBeMisled(String request) throws IOException {
        for (TestService service : new TestService[] {root, app}) {
            int calls = service.handler.calls.get();
            for (String key : new String[] {"K1", "KA", "KF"}) {
                RawHttp.Answer answer = service.send(request, "X-Api-Key: {" + key + "}");
                assertEquals(400, answer.status(), answer.body());
                assertFalse(answer.body().contains("HANDLER:"), answer.body());
            }
            assertEquals(calls, service.handler.calls.get());
        }
    }

    @Test
    void areRefusedInTheContextPath() throws IOException {
        for (String target : new String[] {"!/a%2Fpp/v1/files/x", "!/app%2Fv1/files/x", "!/%2561pp/v1/files/x"}) {
            int status = app.send("GET " + target, "X-Api-Key: {K1}").status();
            assertTrue(status == 400 || status == 404, target + ": " + status);
        }
    }
}
