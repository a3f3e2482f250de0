package io.keyward.spring.security;

import static io.keyward.spring.security.ApiKeysConfigurer.apiKeys;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.springframework.security.config.Customizer.withDefaults;

import io.keyward.Verification.Reason;
import io.keyward.servlet.Access;
import io.keyward.servlet.ApiKeyFilter;
import io.keyward.store.IssuedKey;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;
import org.springframework.mock.web.MockFilterChain;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.security.authentication.event.AbstractAuthenticationEvent;
import org.springframework.security.authentication.event.AbstractAuthenticationFailureEvent;
import org.springframework.security.authentication.event.AuthenticationFailureBadCredentialsEvent;
import org.springframework.security.authentication.event.AuthenticationFailureCredentialsExpiredEvent;
import org.springframework.security.authentication.event.AuthenticationFailureDisabledEvent;
import org.springframework.security.authentication.event.AuthenticationFailureLockedEvent;
import org.springframework.security.authentication.event.AuthenticationFailureServiceExceptionEvent;
import org.springframework.security.authentication.event.AuthenticationSuccessEvent;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.web.SecurityFilterChain;

@DisplayName("issue 21: the answers of the servlet filter, and Spring's events")
class AnswersTest {
    @Configuration
    static class Chain {
        final List<AbstractAuthenticationEvent> events = new ArrayList<>();

        @Bean
        SecurityFilterChain chain(HttpSecurity http, TestKeys keys) throws Exception {
            return http.with(apiKeys(keys), withDefaults())
                    .authorizeHttpRequests(paths -> paths.requestMatchers("/v1/closed")
                            .denyAll()
                            .anyRequest()
                            .authenticated())
                    .build();
        }

        @EventListener
        void heard(AbstractAuthenticationEvent event) {
            events.add(event);
        }
    }

    private static Map<String, Object> shown(MockHttpServletResponse response) throws Exception {
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("status", response.getStatus());
        shown.put("body", response.getContentAsString());
        for (String name : List.of("WWW-Authenticate", "Cache-Control", "Vary", "Content-Type", "Retry-After")) {
            shown.put(name, response.getHeaders(name));
        }
        return shown;
    }

    @ParameterizedTest
    @CsvSource({
        "GET, none, 401",
        "GET, unknown, 401",
        "GET, two, 401",
        "GET, closed, 403",
        "HEAD, unknown, 401",
        "GET, failing, 503"
    })
    void answersAsTheServletFilterDoes(String method, String kind, int status) throws Exception {
        try (TestApplication app = TestApplication.with(Chain.class)) {
            ApiKeyFilter filter = ApiKeyFilter.builder()
                    .verifier(app.keys)
                    .rule("/v1/closed", Access.denyAll())
                    .otherwise(Access.authenticated())
                    .build();
            String path = kind.equals("closed") ? "/v1/closed" : "/v1/jobs";
            List<String[]> headers = switch (kind) {
                case "none" -> TestApplication.headers();
                case "two" -> TestApplication.headers("X-Api-Key", app.keys.client(), "X-Api-Key", app.keys.client());
                case "unknown" -> TestApplication.headers("Authorization", "Bearer " + app.keys.unknown());
                default -> TestApplication.headers("X-Api-Key", app.keys.client());
            };
            if (kind.equals("failing")) {
                app.keys.failure.set(new AssertionError("broken"));
            }
            MockHttpServletRequest request = new MockHttpServletRequest(method, path);
            request.setPathInfo(path);
            for (String[] header : headers) {
                request.addHeader(header[0], header[1]);
            }
            MockHttpServletResponse byFilter = new MockHttpServletResponse();
            filter.doFilter(request, byFilter, new MockFilterChain());
            MockHttpServletResponse byChain = app.send(method, path, headers).getResponse();
            assertEquals(status, byChain.getStatus());
            assertEquals(shown(byFilter), shown(byChain));
        }
    }

    @Test
    void keepsCachesFromMixingCallers() throws Exception {
        try (TestApplication app = TestApplication.with(Chain.class)) {
            MockHttpServletResponse response = app.send(
                            "GET", "/v1/jobs", TestApplication.headers("X-Api-Key", app.keys.client()))
                    .getResponse();
            assertEquals("private, no-store", response.getHeader("Cache-Control"));
            assertEquals(List.of("X-Api-Key, Authorization"), response.getHeaders("Vary"));
        }
    }

    @Test
    void publishesAnEventForEachReason() throws Exception {
        try (TestApplication app = TestApplication.with(Chain.class)) {
            Map<IssuedKey, Class<?>> expected = new LinkedHashMap<>();
            expected.put(app.keys.states.active(), AuthenticationSuccessEvent.class);
            expected.put(app.keys.states.unknown(), AuthenticationFailureBadCredentialsEvent.class);
            expected.put(app.keys.states.expired(), AuthenticationFailureCredentialsExpiredEvent.class);
            expected.put(app.keys.states.notYetValid(), AuthenticationFailureDisabledEvent.class);
            expected.put(app.keys.states.disabled(), AuthenticationFailureDisabledEvent.class);
            expected.put(app.keys.states.revoked(), AuthenticationFailureLockedEvent.class);
            List<AbstractAuthenticationEvent> events = app.context.getBean(Chain.class).events;
            events.clear();
            for (IssuedKey key : expected.keySet()) {
                app.answer("GET", "/v1/jobs", "X-Api-Key", key.key().reveal());
            }
            // AuthorizationFilter adds none of its own here.
            List<AbstractAuthenticationEvent> heard = new ArrayList<>(events);
            assertEquals(
                    List.copyOf(expected.values()),
                    heard.stream().map(Object::getClass).toList());
            RejectedApiKey revoked = assertInstanceOf(
                    RejectedApiKey.class, heard.get(heard.size() - 1).getAuthentication());
            assertEquals(Reason.REVOKED, revoked.reason());
            assertEquals(app.keys.states.revoked().id(), revoked.keyId());
            assertEquals(app.keys.states.revoked().id(), revoked.getName());
            for (AbstractAuthenticationEvent event : heard) {
                for (IssuedKey key : expected.keySet()) {
                    assertEquals(-1, event.toString().indexOf(key.key().reveal()));
                }
            }

            app.answer("GET", "/v1/jobs", "X-Api-Key", app.keys.client(), "Authorization", "ApiKey x");
            app.keys.failure.set(new IllegalStateException("quotes " + app.keys.client()));
            app.answer("GET", "/v1/jobs", "X-Api-Key", app.keys.client());
            AbstractAuthenticationFailureEvent several = (AbstractAuthenticationFailureEvent) events.get(6);
            assertNull(((RejectedApiKey) several.getAuthentication()).reason());
            AuthenticationFailureServiceExceptionEvent failed =
                    assertInstanceOf(AuthenticationFailureServiceExceptionEvent.class, events.get(7));
            assertNull(failed.getException().getCause());
        }
    }

    @Test
    void leavesTheHolderEmptyWhateverIsThrown() throws Exception {
        try (TestApplication app = TestApplication.with(Chain.class)) {
            app.keys.failure.set(new StackOverflowError());
            assertEquals("503", app.answer("GET", "/v1/jobs", "X-Api-Key", app.keys.client()));
            assertNull(SecurityContextHolder.getContext().getAuthentication());
        }
    }

    @Test
    void showsTheApplicationWhoCalledAndNotWithWhat() throws Exception {
        try (TestApplication app = TestApplication.with(Chain.class)) {
            assertEquals(
                    "200 " + app.keys.clientId() + " true true true ApiKey",
                    app.answer("GET", "/v1/principal", "X-Api-Key", app.keys.client()));
            assertEquals("200 [Accept]", app.answer("GET", "/v1/headers", "X-Api-Key", app.keys.client()));
            assertEquals(
                    "200 [Accept]", app.answer("GET", "/v1/headers", "Authorization", "Bearer " + app.keys.client()));
        }
    }

    @Test
    void methodSecuritySeesRolesPermissionsAndPatterns() throws Exception {
        try (TestApplication app = TestApplication.with(Chain.class)) {
            String admin = app.keys.admin.reveal();
            assertEquals("200 read", app.answer("GET", "/v1/read", "X-Api-Key", app.keys.client()));
            assertEquals("200 read", app.answer("GET", "/v1/read", "X-Api-Key", admin));
            assertEquals("403", app.answer("GET", "/v1/audit", "X-Api-Key", admin));
            assertEquals("200 keys", app.answer("GET", "/v1/keys", "X-Api-Key", admin));
            assertEquals("403", app.answer("GET", "/v1/keys", "X-Api-Key", app.keys.client()));
        }
    }
}
