package io.keyward.spring.security;

import static io.keyward.spring.security.ApiKeysConfigurer.apiKeys;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.springframework.security.config.Customizer.withDefaults;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;

import io.keyward.ApiKeyPrincipal;
import io.keyward.Verification;
import io.keyward.servlet.AccessListener;
import io.keyward.servlet.RequestGate;
import io.keyward.servlet.RequestInfo;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.RequestDispatcher;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.mock.web.MockFilterChain;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.web.SecurityFilterChain;

@DisplayName("issue 21: gate, listener and TLS in a chain, as in the servlet filter")
class GatesTest {
    /** Says what a test sets, and throws where that is nothing to wait for. */
    static final class Gate implements RequestGate {
        @Nullable
        Duration before;

        @Nullable
        Duration after;

        boolean broken;

        @Override
        public @Nullable Duration beforeVerdict(RequestInfo request) {
            if (broken) {
                throw new IllegalStateException("the database is away");
            }
            return before;
        }

        @Override
        public @Nullable Duration afterVerdict(ApiKeyPrincipal principal, RequestInfo request) {
            return after;
        }
    }

    static final class Heard implements AccessListener {
        final List<String> decisions = new ArrayList<>();

        @Override
        public void decided(Outcome outcome, @Nullable Verification verification) {
            decisions.add(outcome + " "
                    + (verification == null ? "-" : verification.getClass().getSimpleName()));
            throw new AssertionError("must change nothing");
        }
    }

    @Configuration
    static class Chain {
        @Bean
        SecurityFilterChain chain(HttpSecurity http, TestKeys keys) throws Exception {
            return http.with(apiKeys(keys), withDefaults())
                    .authorizeHttpRequests(paths -> paths.requestMatchers("/open")
                            .permitAll()
                            .requestMatchers("/v1/closed")
                            .denyAll()
                            .anyRequest()
                            .authenticated())
                    .build();
        }

        @Bean
        Gate gate() {
            return new Gate();
        }

        @Bean
        Heard heard() {
            return new Heard();
        }
    }

    private final TestApplication app = TestApplication.with(Chain.class);
    private final Gate gate = app.context.getBean(Gate.class);
    private final List<String> heard = app.context.getBean(Heard.class).decisions;

    @BeforeEach
    void openTheGate() {
        gate.before = null;
        gate.after = null;
        gate.broken = false;
        app.keys.failure.set(null);
        heard.clear();
    }

    private MockHttpServletResponse send(String path, String... headers) throws Exception {
        return app.send("GET", path, TestApplication.headers(headers)).getResponse();
    }

    @Test
    void aGateThatSaysNoIs429BeforeTheVerdictAndAfterIt() throws Exception {
        gate.before = Duration.ofMillis(1500);
        int before = app.keys.verifications.get();
        MockHttpServletResponse early = send("/v1/jobs", "X-Api-Key", app.keys.client());
        assertEquals(429, early.getStatus());
        assertEquals("2", early.getHeader("Retry-After"));
        assertEquals("no-store", early.getHeader("Cache-Control"));
        assertEquals(before, app.keys.verifications.get());
        gate.before = null;
        gate.after = Duration.ofMillis(1500);
        assertEquals(429, send("/v1/jobs", "X-Api-Key", app.keys.client()).getStatus());
        assertEquals(401, send("/v1/jobs", "X-Api-Key", app.keys.unknown()).getStatus());
        assertEquals(List.of("TOO_MANY_REQUESTS -", "TOO_MANY_REQUESTS Accepted", "UNAUTHORIZED Rejected"), heard);
    }

    @Test
    void aGateIsNotAskedAboutRequestsWithoutAKey() throws Exception {
        gate.before = Duration.ofSeconds(1);
        assertEquals(200, send("/open").getStatus());
        assertEquals(401, send("/v1/jobs").getStatus());
    }

    @Test
    void aGateThatFailsIs503() throws Exception {
        gate.broken = true;
        assertEquals(503, send("/v1/jobs", "X-Api-Key", app.keys.client()).getStatus());
        assertEquals(List.of("UNAVAILABLE -"), heard);
    }

    @Test
    void theListenerHearsEachDecisionOnce() throws Exception {
        String key = app.keys.client();
        assertEquals(200, send("/v1/jobs", "X-Api-Key", key).getStatus());
        assertEquals(403, send("/v1/closed", "X-Api-Key", key).getStatus());
        assertEquals(401, send("/v1/jobs", "X-Api-Key", key, "X-Api-Key", key).getStatus());
        assertEquals(401, send("/v1/jobs").getStatus());
        assertEquals(200, send("/open").getStatus());
        app.keys.failure.set(new IllegalStateException());
        assertEquals(503, send("/v1/jobs", "X-Api-Key", key).getStatus());
        assertEquals(
                List.of(
                        "ALLOWED Accepted",
                        "FORBIDDEN Accepted",
                        "UNAUTHORIZED -",
                        "UNAUTHORIZED -",
                        "OPEN -",
                        "UNAVAILABLE -"),
                heard);
    }

    @Test
    @DisplayName("issue 21: an error page whose rule denies is not a second request")
    void theListenerHearsARequestOnceWhoseErrorPageIsDenied() throws Exception {
        for (String path : List.of("/open", "/v1/jobs")) {
            heard.clear();
            MockHttpServletRequest request = new MockHttpServletRequest("GET", path);
            request.setServletPath(path);
            if (path.equals("/v1/jobs")) {
                request.addHeader("X-Api-Key", app.keys.client());
            }
            Filter chain = app.context.getBean("springSecurityFilterChain", Filter.class);
            chain.doFilter(request, new MockHttpServletResponse(), new MockFilterChain());
            request.setDispatcherType(DispatcherType.ERROR);
            request.setRequestURI("/v1/closed");
            request.setServletPath("/v1/closed");
            request.setAttribute(RequestDispatcher.ERROR_REQUEST_URI, path);
            MockHttpServletResponse page = new MockHttpServletResponse();
            chain.doFilter(request, page, new MockFilterChain());
            assertEquals(path.equals("/open") ? 401 : 403, page.getStatus(), "the rules are asked about the page");
            assertEquals(1, heard.size(), heard::toString);
        }
    }

    @Test
    void anErrorPageOfARequestThatNobodyToldIsHeard() throws Exception {
        MockHttpServletRequest request = new MockHttpServletRequest("GET", "/v1/closed");
        request.setServletPath("/v1/closed");
        request.setDispatcherType(DispatcherType.ERROR);
        app.context
                .getBean("springSecurityFilterChain", Filter.class)
                .doFilter(request, new MockHttpServletResponse(), new MockFilterChain());
        assertEquals(List.of("UNAUTHORIZED -"), heard);
    }

    @Configuration
    static class TlsOnly {
        @Bean
        SecurityFilterChain chain(HttpSecurity http, TestKeys keys) throws Exception {
            return http.with(apiKeys(keys), key -> key.tlsOnly(true))
                    .authorizeHttpRequests(paths -> paths.anyRequest().authenticated())
                    .build();
        }
    }

    @Test
    void theLogSaysWhyAsThatOfTheServletFilterDoes() throws Exception {
        TestApplication tls = TestApplication.with(TlsOnly.class);
        PrintStream before = System.err;
        ByteArrayOutputStream log = new ByteArrayOutputStream();
        System.setErr(new PrintStream(log, true, StandardCharsets.UTF_8));
        try {
            tls.answer("GET", "/v1/jobs", "X-Api-Key", tls.keys.client(), "X-Forwarded-Proto", "https");
            gate.broken = true;
            send("/v1/jobs", "X-Api-Key", app.keys.client());
        } finally {
            System.setErr(before);
        }
        String lines = log.toString(StandardCharsets.UTF_8);
        assertTrue(lines.contains("a key came without TLS, so others may know it; a header of a proxy says"), lines);
        assertTrue(lines.contains("the gate failed: java.lang.IllegalStateException at "), lines);
        assertFalse(lines.contains("the database is away"), "no message, which may quote a key");
        assertFalse(lines.contains(tls.keys.client()), lines);
    }

    @Test
    void aKeyThatCameWithoutTlsIsDeniedWhereTheChainSaysSo() throws Exception {
        TestApplication tls = TestApplication.with(TlsOnly.class);
        int before = tls.keys.verifications.get();
        assertEquals("401", tls.answer("GET", "/v1/jobs", "X-Api-Key", tls.keys.client()));
        assertEquals(before, tls.keys.verifications.get());
        assertEquals(
                200,
                tls.mvc
                        .perform(get("/v1/jobs").secure(true).header("X-Api-Key", tls.keys.client()))
                        .andReturn()
                        .getResponse()
                        .getStatus());
    }
}
