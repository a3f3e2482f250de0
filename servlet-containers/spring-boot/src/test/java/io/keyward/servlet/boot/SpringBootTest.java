package io.keyward.servlet.boot;

import static io.keyward.servlet.Access.authenticated;
import static io.keyward.servlet.Access.denyAll;
import static io.keyward.servlet.Access.permitAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.keyward.ApiKey;
import io.keyward.ApiKeyVerifier;
import io.keyward.KeyRing;
import io.keyward.servlet.ApiKeyFilter;
import io.keyward.testing.ThrowAwayKeys;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.Principal;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.springframework.boot.Banner;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.Ordered;
import org.springframework.web.bind.annotation.CrossOrigin;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.ModelAndView;

/** Tries the sentences of docs/servlet.md about Spring Boot. */
class SpringBootTest {
    private static final ApiKey KEY = ThrowAwayKeys.newKey();
    private static final String MANAGEMENT = "local.management.port";
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    private static ApiKeyFilter filter(boolean tlsOnly) {
        return ApiKeyFilter.builder()
                .verifier(ApiKeyVerifier.of(KeyRing.builder()
                        .add(ThrowAwayKeys.recordOf(KEY).build())
                        .build()))
                .rule("/open", permitAll())
                .rule("/x", authenticated())
                .rule("/actuator/*", authenticated())
                .otherwise(denyAll())
                .tlsOnly(tlsOnly)
                .build();
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @Import(Controller.class)
    static class BareFilter {
        @Bean
        ApiKeyFilter filter() {
            return SpringBootTest.filter(false);
        }
    }

    @Import(KeyFilters.class)
    static class Registered extends BareFilter {}

    @Import(KeyFilters.class)
    static class TlsOnly extends BareFilter {
        @Override
        @Bean
        ApiKeyFilter filter() {
            return SpringBootTest.filter(true);
        }
    }

    static class AheadOfAll extends BareFilter {
        @Override
        @Bean
        ApiKeyFilter filter() {
            return SpringBootTest.filter(true);
        }

        @Bean
        FilterRegistrationBean<ApiKeyFilter> ahead(ApiKeyFilter filter) {
            FilterRegistrationBean<ApiKeyFilter> registration = new FilterRegistrationBean<>(filter);
            registration.setOrder(Ordered.HIGHEST_PRECEDENCE);
            return registration;
        }
    }

    @RestController
    static class Controller {
        @GetMapping("/x")
        @CrossOrigin("https://app.example")
        String x(Principal caller) {
            return caller.getName();
        }

        @GetMapping("/open")
        ModelAndView open() {
            return new ModelAndView("forward:/x");
        }
    }

    private static ConfigurableApplicationContext start(Class<?> application, String... properties) {
        List<String> all = new ArrayList<>(List.of(
                "server.port=0",
                "server.address=127.0.0.1",
                "logging.level.root=ERROR",
                "spring.main.lazy-initialization=true",
                "management.endpoints.web.exposure.include=*"));
        all.addAll(List.of(properties));
        return new SpringApplicationBuilder(application)
                .bannerMode(Banner.Mode.OFF)
                .properties(all.toArray(String[]::new))
                .run();
    }

    private static HttpResponse<String> get(ConfigurableApplicationContext on, String path, String... headers)
            throws Exception {
        return send("GET", on, "local.server.port", path, headers);
    }

    private static HttpResponse<String> send(
            String method, ConfigurableApplicationContext on, String port, String path, String... headers)
            throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + on.getEnvironment().getProperty(port) + path))
                .method(method, HttpRequest.BodyPublishers.noBody());
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    @Test
    @DisplayName(
            "issue 14, item 3; issue 17, item 13: the registration of the page guards, and denials are in the metrics")
    void registrationOfThePage() throws Exception {
        try (ConfigurableApplicationContext on = start(Registered.class, "management.server.port=0")) {
            HttpResponse<String> known = get(on, "/x", "X-Api-Key", KEY.reveal());
            assertEquals(200, known.statusCode());
            assertEquals(ThrowAwayKeys.FORMAT.idOf(KEY), known.body());
            assertEquals(401, get(on, "/open").statusCode(), "a forward to what is closed");
            assertTrue(areDenialsCounted(on));
            assertEquals(
                    200, send("GET", on, MANAGEMENT, "/actuator/env").statusCode(), "a management server of its own");
            // The client may not set Origin without a system property, so this asks over a socket.
            String answer = preflight(Integer.parseInt(on.getEnvironment().getProperty("local.server.port")));
            assertTrue(answer.startsWith("HTTP/1.1 401 "), "@CrossOrigin comes too late: " + answer);
            assertFalse(answer.contains("Access-Control-Allow-Origin"), answer);
        }
    }

    @Test
    @DisplayName(
            "issue 14, item 3: a bare filter checks forwards too, and the lines of the page close a management server")
    void bareFilterAndManagementKeys() throws Exception {
        try (ConfigurableApplicationContext on =
                start(BareFilter.class, "management.server.port=0", "management-keys=true")) {
            assertEquals(401, get(on, "/x").statusCode());
            assertEquals(401, get(on, "/open").statusCode(), "a forward to what is closed");
            assertEquals(401, send("GET", on, MANAGEMENT, "/actuator/env").statusCode());
            assertEquals(
                    200,
                    send("GET", on, MANAGEMENT, "/actuator/env", "X-Api-Key", KEY.reveal())
                            .statusCode());
        }
    }

    @Test
    @DisplayName("BR-12 with forwarded headers a key over TLS passes in the order of the page")
    void forwardedHeadersAreBelievedInTheOrderOfThePage() throws Exception {
        try (ConfigurableApplicationContext on = start(TlsOnly.class, "server.forward-headers-strategy=framework")) {
            assertKeysPassOverTlsOnly(on);
            assertEquals(401, get(on, "/actuator/env").statusCode(), "management endpoints of the main server");
        }
    }

    @Test
    @DisplayName("BR-12 ahead of all, only the strategy native works, and denials are missing in the metrics")
    void filterAheadOfAll() throws Exception {
        try (ConfigurableApplicationContext on = start(AheadOfAll.class, "server.forward-headers-strategy=native")) {
            assertKeysPassOverTlsOnly(on);
            assertFalse(areDenialsCounted(on));
        }
    }

    private static void assertKeysPassOverTlsOnly(ConfigurableApplicationContext on) throws Exception {
        String key = KEY.reveal();
        assertEquals(
                200,
                get(on, "/x", "X-Api-Key", key, "X-Forwarded-Proto", "https").statusCode());
        assertEquals(
                200,
                get(on, "/x", "X-Api-Key", key, "X-Forwarded-Proto", "https", "X-Forwarded-Prefix", "/gw")
                        .statusCode());
        assertEquals(401, get(on, "/x", "X-Api-Key", key).statusCode());
    }

    private static boolean areDenialsCounted(ConfigurableApplicationContext on) throws Exception {
        assertEquals(401, get(on, "/x").statusCode());
        return on.getBean(MeterRegistry.class)
                        .find("http.server.requests")
                        .tag("status", "401")
                        .timer()
                != null;
    }

    private static String preflight(int port) throws Exception {
        try (Socket socket = new Socket("127.0.0.1", port)) {
            socket.getOutputStream()
                    .write(("OPTIONS /x HTTP/1.1\r\nHost: h\r\nOrigin: https://app.example\r\n"
                                    + "Access-Control-Request-Method: GET\r\nConnection: close\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        }
    }
}
