package io.keyward.servlet;

import static io.keyward.servlet.Access.anyRole;
import static io.keyward.servlet.Access.authenticated;
import static io.keyward.servlet.Access.permitAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.keyward.ApiKey;
import io.keyward.ApiKeyPrincipal;
import io.keyward.ApiKeyVerifier;
import io.keyward.KeyRing;
import io.keyward.Verification;
import io.keyward.role.Role;
import io.keyward.role.RoleModel;
import io.keyward.servlet.AccessListener.Outcome;
import io.keyward.testing.ThrowAwayKeys;
import jakarta.servlet.DispatcherType;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("issue 15, section 7: a gate denies for the rate, and a listener hears about which request")
class RequestGateTest {
    private static final ApiKey CLIENT = ThrowAwayKeys.newKey();
    private static final KeyRing RING = KeyRing.builder()
            .roles(RoleModel.of(Role.of("client"), Role.of("admin")))
            .add(ThrowAwayKeys.recordOf(CLIENT).roles("client").build())
            .build();

    private final List<String> asked = new ArrayList<>();
    private final List<String> heard = new ArrayList<>();
    private int handled;

    /** Notes when it is asked, and answers the same each time. */
    private final class Noting implements RequestGate {
        private final @Nullable Duration before;
        private final @Nullable Duration after;

        Noting(@Nullable Duration before, @Nullable Duration after) {
            this.before = before;
            this.after = after;
        }

        @Override
        public @Nullable Duration beforeVerdict(RequestInfo request) {
            asked.add("before " + request);
            return before;
        }

        @Override
        public @Nullable Duration afterVerdict(ApiKeyPrincipal principal, RequestInfo request) {
            asked.add("after " + principal.id());
            return after;
        }
    }

    private final class Hearing implements AccessListener {
        @Override
        public void decided(Outcome outcome, @Nullable Verification verification) {
            throw new AssertionError("the request is passed on too");
        }

        @Override
        public void decided(Outcome outcome, @Nullable Verification verification, RequestInfo request) {
            heard.add(outcome + " " + (verification != null) + " " + request.method() + " " + request.path() + " "
                    + request.peer());
        }
    }

    private FakeResponse run(RequestGate gate, FakeRequest request) throws Exception {
        return run(
                ApiKeyFilter.builder()
                        .verifier(ApiKeyVerifier.of(RING))
                        .rule("/open", permitAll())
                        .rule("/admin/*", anyRole("admin"))
                        .otherwise(authenticated())
                        .listener(new Hearing())
                        .gate(gate)
                        .build(),
                request);
    }

    private FakeResponse run(ApiKeyFilter filter, FakeRequest request) throws Exception {
        FakeResponse response = new FakeResponse();
        filter.doFilter(request.asRequest(), response.asResponse(), (shown, answer) -> handled++);
        return response;
    }

    private static FakeRequest withKey(String uri) {
        return new FakeRequest(uri).header("X-Api-Key", CLIENT.reveal());
    }

    @Test
    void gateThatSaysNothingLetsTheRequestGoOn() throws Exception {
        assertEquals(200, run(new Noting(null, null), withKey("/x")).status);
        assertEquals(1, handled);
        assertEquals(List.of("before GET \"/x\" from 192.0.2.1", "after " + ThrowAwayKeys.FORMAT.idOf(CLIENT)), asked);
        assertEquals(List.of("ALLOWED true GET /x 192.0.2.1"), heard);
    }

    @Test
    void gateDeniesAPeerBeforeAnyKeyIsVerified() throws Exception {
        FakeResponse response = run(new Noting(Duration.ofSeconds(30), null), withKey("/x"));
        assertEquals(429, response.status);
        assertEquals("30", response.header("Retry-After"));
        assertEquals("no-store", response.header("Cache-Control"));
        assertEquals("application/problem+json", response.header("Content-Type"));
        assertEquals("X-Api-Key, Authorization", response.header("Vary"));
        assertNull(response.header("WWW-Authenticate"));
        assertTrue(response.body.toString().contains("\"code\":\"too-many-requests\""));
        assertEquals(1, asked.size());
        assertEquals(List.of("TOO_MANY_REQUESTS false GET /x 192.0.2.1"), heard);
        assertEquals(429, run(new Noting(Duration.ofSeconds(30), null), new FakeRequest("/x")).status, "without a key");
        assertEquals(0, handled);
    }

    @Test
    void gateDeniesAPrincipalBeforeTheRuleIsAsked() throws Exception {
        for (String path : List.of("/x", "/admin/x")) {
            assertEquals(429, run(new Noting(null, Duration.ofMinutes(1)), withKey(path)).status);
        }
        assertEquals(0, handled);
        assertEquals(
                List.of("TOO_MANY_REQUESTS true GET /x 192.0.2.1", "TOO_MANY_REQUESTS true GET /admin/x 192.0.2.1"),
                heard);
    }

    @Test
    void strangersNeverReachTheGateOfPrincipals() throws Exception {
        assertEquals(401, run(new Noting(null, Duration.ofMinutes(1)), new FakeRequest("/x")).status);
        FakeRequest unknown =
                new FakeRequest("/x").header("X-Api-Key", ThrowAwayKeys.newKey().reveal());
        assertEquals(401, run(new Noting(null, Duration.ofMinutes(1)), unknown).status);
        assertEquals(2, asked.size());
    }

    @Test
    void openPathsSuspiciousPathsPreflightsAndLaterDispatchesAskNoGate() throws Exception {
        ApiKeyFilter filter = ApiKeyFilter.builder()
                .verifier(ApiKeyVerifier.of(RING))
                .rule("/open", permitAll())
                .otherwise(authenticated())
                .cors(CorsPolicy.allowing("https://app.example"))
                .gate(new Noting(null, null))
                .build();
        run(filter, new FakeRequest("/open"));
        run(filter, new FakeRequest("/x%2F..%2Fy"));
        FakeRequest preflight = new FakeRequest("/x")
                .header("Origin", "https://app.example")
                .header("Access-Control-Request-Method", "GET");
        preflight.method = "OPTIONS";
        run(filter, preflight);
        assertEquals(List.of(), asked);
        FakeRequest request = withKey("/x");
        run(filter, request);
        request.dispatch = DispatcherType.ASYNC;
        run(filter, request);
        assertEquals(2, asked.size());
    }

    @Test
    void gateThatFailsDeniesWith503() throws Exception {
        for (Throwable failure : List.of(new IllegalStateException("x"), new StackOverflowError())) {
            RequestGate failing = new RequestGate() {
                @Override
                public Duration beforeVerdict(RequestInfo request) {
                    return RequestGateTest.<RuntimeException>sneak(failure);
                }
            };
            assertEquals(503, run(failing, withKey("/x")).status);
        }
        assertEquals(0, handled);
        assertEquals(List.of("UNAVAILABLE false GET /x 192.0.2.1", "UNAVAILABLE false GET /x 192.0.2.1"), heard);
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> Duration sneak(Throwable failure) throws T {
        throw (T) failure;
    }

    @ParameterizedTest
    @DisplayName("Retry-After is in whole seconds, rounded up, at least one")
    @CsvSource({"PT1S, 1", "PT1.001S, 2", "PT0.001S, 1", "PT0S, 1", "PT-5S, 1", "PT2H, 7200"})
    void roundsTheWaitUp(Duration wait, String seconds) throws Exception {
        assertEquals(seconds, run(new Noting(wait, null), withKey("/x")).header("Retry-After"));
    }

    @Test
    void listenerAndGateTogetherSlowDownWhoTriesKeys() throws Exception {
        Map<String, Integer> failures = new HashMap<>();
        ApiKeyFilter filter = ApiKeyFilter.builder()
                .verifier(ApiKeyVerifier.of(RING))
                .otherwise(authenticated())
                .listener(new AccessListener() {
                    @Override
                    public void decided(Outcome outcome, @Nullable Verification verification) {}

                    @Override
                    public void decided(Outcome outcome, @Nullable Verification verification, RequestInfo request) {
                        if (outcome == Outcome.UNAUTHORIZED) {
                            failures.merge(request.peer(), 1, Integer::sum);
                        }
                    }
                })
                .gate(new RequestGate() {
                    @Override
                    public @Nullable Duration beforeVerdict(RequestInfo request) {
                        return failures.getOrDefault(request.peer(), 0) < 3 ? null : Duration.ofSeconds(60);
                    }
                })
                .build();
        List<Integer> statuses = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            statuses.add(run(filter, new FakeRequest("/x")).status);
        }
        assertEquals(List.of(401, 401, 401, 429, 429), statuses);
    }

    @Test
    void listenerHearsOfEachOutcome() throws Exception {
        RequestGate open = new RequestGate() {};
        run(open, new FakeRequest("/open"));
        run(open, new FakeRequest("/x"));
        run(open, withKey("/admin/x"));
        run(open, new FakeRequest("/x/..%2Fy;secret"));
        assertEquals(
                List.of(
                        "OPEN false GET /open 192.0.2.1",
                        "UNAUTHORIZED false GET /x 192.0.2.1",
                        "FORBIDDEN true GET /admin/x 192.0.2.1",
                        "BAD_REQUEST false GET /x/..%2Fy;... 192.0.2.1"),
                heard);
    }

    @Test
    void whatIsHeardHoldsNoKeyAndNoLineEnd() throws IOException {
        FakeRequest request = new FakeRequest("/x");
        request.method = CLIENT.reveal();
        RequestInfo info = new RequestInfo(
                request.asRequest(), "/admin/" + CLIENT.reveal() + "/\n" + "a".repeat(500), new LogPath(List.of()));
        String text = info + info.method() + info.path() + info.peer();
        assertFalse(text.contains(CLIENT.reveal().substring(16)));
        assertTrue(text.matches("[\\x20-\\x7e]+") && text.length() < 700, text);
        assertEquals("***", info.method());
    }
}
