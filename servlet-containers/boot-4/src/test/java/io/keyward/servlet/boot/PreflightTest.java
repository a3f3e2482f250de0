package io.keyward.servlet.boot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.spi.ILoggingEvent;
import io.keyward.ApiKey;
import io.keyward.ApiKeyVerifier;
import io.keyward.KeyRing;
import io.keyward.servlet.CorsPolicy;
import io.keyward.testing.ThrowAwayKeys;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.web.bind.annotation.CrossOrigin;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.cors.CorsConfiguration;
import org.springframework.web.cors.UrlBasedCorsConfigurationSource;
import org.springframework.web.filter.CorsFilter;
import org.springframework.web.servlet.config.annotation.CorsRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/** Part b, Spring Security with {@code cors(withDefaults())}, is in {@code OnTomcatTest} of spring-security. */
@DisplayName("PR-27: preflights without Spring Security")
class PreflightTest {
    private static final ApiKey KEY = ThrowAwayKeys.newKey();
    private static final String PAGE = "https://page.example";
    private static final AtomicInteger HANDLED = new AtomicInteger();
    private static final AtomicBoolean BROKEN = new AtomicBoolean();

    @RegisterExtension
    final Warnings warnings = new Warnings();

    @BeforeEach
    void listen() {
        HANDLED.set(0);
        BROKEN.set(false);
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {
        @Bean
        ApiKeyVerifier keys() {
            ApiKeyVerifier verifier = ApiKeyVerifier.of(
                    KeyRing.builder().add(ThrowAwayKeys.recordOf(KEY).build()).build());
            return presented -> {
                if (BROKEN.get()) {
                    throw new IllegalStateException("the database is away");
                }
                return verifier.verify(presented);
            };
        }

        @Bean
        Jobs jobs() {
            return new Jobs();
        }
    }

    @RestController
    static class Jobs {
        @PostMapping("/v1/jobs")
        String submit() {
            HANDLED.incrementAndGet();
            return "submitted";
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class WithMappings extends Application {
        @Bean
        WebMvcConfigurer cors() {
            return new WebMvcConfigurer() {
                @Override
                public void addCorsMappings(CorsRegistry cors) {
                    cors.addMapping("/v1/**").allowedOrigins(PAGE).allowedMethods("POST");
                }
            };
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class WithMappingsAndPolicy extends WithMappings {
        @Bean
        CorsPolicy policy() {
            return CorsPolicy.allowing(PAGE);
        }
    }

    @CrossOrigin(PAGE)
    @RestController
    static class Annotated {
        @PostMapping("/v1/other")
        String submit() {
            return "submitted";
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class WithAnnotation extends Application {
        @Bean
        Annotated annotated() {
            return new Annotated();
        }
    }

    private static CorsFilter filter() {
        CorsConfiguration policy = new CorsConfiguration();
        policy.addAllowedOrigin(PAGE);
        policy.addAllowedMethod("POST");
        policy.addAllowedHeader("x-api-key");
        UrlBasedCorsConfigurationSource paths = new UrlBasedCorsConfigurationSource();
        paths.registerCorsConfiguration("/**", policy);
        return new CorsFilter(paths);
    }

    @Configuration(proxyBeanMethods = false)
    static class WithLateFilter extends Application {
        @Bean
        CorsFilter corsFilter() {
            return filter();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class WithEarlyFilter extends WithMappings {
        @Bean
        FilterRegistrationBean<CorsFilter> corsFilter() {
            FilterRegistrationBean<CorsFilter> registration = new FilterRegistrationBean<>(filter());
            registration.setOrder(Ordered.HIGHEST_PRECEDENCE);
            return registration;
        }
    }

    private static RunningApplication start(Class<?> application) {
        return RunningApplication.start(application, "--keyward.otherwise=authenticated");
    }

    private static HttpResponse<String> preflight(RunningApplication on) throws Exception {
        return on.send(
                "OPTIONS",
                "/v1/jobs",
                "Origin",
                PAGE,
                "Access-Control-Request-Method",
                "POST",
                "Access-Control-Request-Headers",
                "x-api-key");
    }

    private static HttpResponse<String> submit(RunningApplication on, String origin, ApiKey key) throws Exception {
        return on.send("POST", "/v1/jobs", "Origin", origin, "X-Api-Key", key.reveal());
    }

    private String warned() {
        return warnings.events().stream()
                .map(ILoggingEvent::getFormattedMessage)
                .filter(line -> line.startsWith("preflights are 401"))
                .toList()
                .toString();
    }

    private static void assertReadable(int status, HttpResponse<String> answer) {
        assertEquals(status, answer.statusCode());
        assertEquals(List.of(PAGE), answer.headers().allValues("Access-Control-Allow-Origin"));
    }

    @ParameterizedTest
    @DisplayName("PR-27 a, d: what comes too late is named at the start")
    @ValueSource(classes = {WithMappings.class, WithAnnotation.class, WithLateFilter.class})
    void namesWhatComesTooLate(Class<?> application) throws Exception {
        try (RunningApplication on = start(application)) {
            String expected = application == WithMappings.class
                    ? "addCorsMappings"
                    : application == WithAnnotation.class
                            ? "@CrossOrigin on " + Annotated.class.getName()
                            : "CorsFilter corsFilter";
            assertTrue(warned().contains(expected), warned());
            assertEquals(401, preflight(on).statusCode());
            assertEquals(0, HANDLED.get());
        }
    }

    @ParameterizedTest
    @DisplayName("PR-27 a, c, d: with what the start asks for, preflights are answered and pages may read denials")
    @ValueSource(classes = {WithMappingsAndPolicy.class, WithEarlyFilter.class})
    void answersPreflightsAndLetsPagesReadDenials(Class<?> application) throws Exception {
        try (RunningApplication on = start(application)) {
            assertEquals("[]", warned());
            assertReadable(application == WithEarlyFilter.class ? 200 : 204, preflight(on));
            assertEquals(0, HANDLED.get(), "no handler runs");
            assertReadable(200, submit(on, PAGE, KEY));
            assertReadable(401, submit(on, PAGE, ThrowAwayKeys.newKey()));
            BROKEN.set(true);
            assertReadable(503, submit(on, PAGE, KEY));
            BROKEN.set(false);
            HttpResponse<String> stranger = submit(on, "https://evil.example", KEY);
            assertEquals(List.of(), stranger.headers().allValues("Access-Control-Allow-Origin"));
        }
    }

    @Test
    @DisplayName("PR-27 e: OPTIONS that is no preflight needs a key")
    void optionsThatIsNoPreflightNeedsAKey() throws Exception {
        try (RunningApplication on = start(WithMappingsAndPolicy.class)) {
            assertEquals(401, on.send("OPTIONS", "/v1/jobs").statusCode());
            assertEquals(401, on.send("OPTIONS", "/v1/jobs", "Origin", PAGE).statusCode());
            assertEquals(
                    200,
                    on.send("OPTIONS", "/v1/jobs", "X-Api-Key", KEY.reveal()).statusCode());
        }
    }
}
