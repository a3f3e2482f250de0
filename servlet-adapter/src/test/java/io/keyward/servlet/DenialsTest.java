package io.keyward.servlet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.keyward.ApiKeyVerifier;
import io.keyward.KeyRing;
import io.keyward.testing.ThrowAwayKeys;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("issue 15, section 7: others can deny as the filter does")
class DenialsTest {
    private final Denials denials = Denials.builder().build();

    private interface Denial {
        void send(HttpServletRequest request, HttpServletResponse response) throws IOException;
    }

    private static FakeResponse sent(Denial denial) throws IOException {
        FakeResponse response = new FakeResponse();
        denial.send(new FakeRequest("/x").asRequest(), response.asResponse());
        return response;
    }

    @Test
    void saysWhatTheFilterSays() throws Exception {
        ApiKeyFilter filter = ApiKeyFilter.builder()
                .verifier(ApiKeyVerifier.of(KeyRing.builder()
                        .add(ThrowAwayKeys.recordOf(ThrowAwayKeys.newKey()).build())
                        .build()))
                .otherwise(Access.authenticated())
                .build();
        FakeResponse byFilter = new FakeResponse();
        filter.doFilter(new FakeRequest("/x").asRequest(), byFilter.asResponse(), (q, a) -> {});
        FakeResponse byOther = sent((request, response) -> denials.unauthorized(false, request, response));
        assertEquals(byFilter.status, byOther.status);
        assertEquals(byFilter.headers, byOther.headers);
        assertEquals(byFilter.body.toString(), byOther.body.toString());
    }

    @Test
    void eachStatusHasABodyAndKeepsCachesAway() throws IOException {
        List<FakeResponse> all = List.of(
                sent(denials::badRequest),
                sent((request, response) -> denials.unauthorized(true, request, response)),
                sent(denials::forbidden),
                sent((request, response) -> denials.tooManyRequests(Duration.ofSeconds(9), request, response)),
                sent(denials::unavailable));
        List<Integer> statuses = new ArrayList<>();
        for (FakeResponse response : all) {
            statuses.add(response.status);
            assertEquals("no-store", response.header("Cache-Control"));
            assertEquals("X-Api-Key, Authorization", response.header("Vary"));
            assertEquals("application/problem+json", response.header("Content-Type"));
            assertEquals(String.valueOf(response.body.size()), response.header("Content-Length"));
        }
        assertEquals(List.of(400, 401, 403, 429, 503), statuses);
        assertEquals("9", all.get(3).header("Retry-After"));
        assertEquals("5", all.get(4).header("Retry-After"));
        assertEquals(
                "ApiKey realm=\"api\", Bearer realm=\"api\", error=\"invalid_token\"",
                all.get(1).header("WWW-Authenticate"));
        assertNull(all.get(2).header("WWW-Authenticate"));
    }

    @Test
    void settingsShowInChallengeVaryAndBody() throws IOException {
        Denials own = Denials.builder()
                .sources(KeySources.header("X-Acme-Key"))
                .realm("a\"b")
                .explainForbidden(true)
                .problemWriter(problem -> new ProblemWriter.Body("text/plain", problem.code() + " " + problem.detail()))
                .build();
        FakeResponse unauthorized = sent((request, response) -> own.unauthorized(true, request, response));
        assertEquals("ApiKey realm=\"a\\\"b\"", unauthorized.header("WWW-Authenticate"));
        assertEquals("X-Acme-Key", unauthorized.header("Vary"));
        assertEquals(
                "forbidden needs role `admin`",
                sent((request, response) -> own.forbidden(Access.anyRole("admin"), request, response))
                        .body
                        .toString());
        assertThrows(IllegalArgumentException.class, () -> Denials.builder().realm("a\r\nX: 1"));
        assertThrows(IllegalArgumentException.class, () -> Denials.builder().sources());
    }

    @Test
    void committedAnswerIsLeftAlone() throws IOException {
        FakeResponse response = new FakeResponse();
        response.committed = true;
        denials.tooManyRequests(Duration.ofSeconds(9), new FakeRequest("/x").asRequest(), response.asResponse());
        denials.unauthorized(true, new FakeRequest("/x").asRequest(), response.asResponse());
        assertEquals(200, response.status);
        assertEquals(0, response.headers.size());
    }
}
