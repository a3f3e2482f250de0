package io.keyward.servlet.boot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.spi.ILoggingEvent;
import io.keyward.ApiKey;
import io.keyward.ApiKeyVerifier;
import io.keyward.KeyRing;
import io.keyward.servlet.CorsPolicy;
import io.keyward.testing.ThrowAwayKeys;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.Banner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.io.DefaultResourceLoader;
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

    private static ConfigurableApplicationContext start(Class<?> application) {
        SpringApplication boot = new SpringApplication(
                new DefaultResourceLoader(new FilteredClassLoader("org.springframework.security", "org.eclipse.jetty")),
                application);
        boot.setBannerMode(Banner.Mode.OFF);
        return boot.run("--server.port=0", "--server.address=127.0.0.1", "--keyward.otherwise=authenticated");
    }

    /** Over a socket, because the client of the JDK sets no {@code Origin}. */
    private static String send(ConfigurableApplicationContext on, String method, String... headers) throws Exception {
        int port = Integer.parseInt(on.getEnvironment().getRequiredProperty("local.server.port"));
        try (Socket socket = new Socket(InetAddress.getByName("127.0.0.1"), port)) {
            socket.getOutputStream()
                    .write((method + " /v1/jobs HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\nConnection: close\r\n"
                                    + String.join(
                                            "",
                                            List.of(headers).stream()
                                                    .map(header -> header + "\r\n")
                                                    .toList())
                                    + "\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        }
    }

    private static String preflight(ConfigurableApplicationContext on) throws Exception {
        return send(
                on,
                "OPTIONS",
                "Origin: " + PAGE,
                "Access-Control-Request-Method: POST",
                "Access-Control-Request-Headers: x-api-key");
    }

    private String warned() {
        return warnings.events().stream()
                .map(ILoggingEvent::getFormattedMessage)
                .filter(line -> line.startsWith("preflights are 401"))
                .toList()
                .toString();
    }

    private static boolean isReadable(String answer) {
        return answer.contains("Access-Control-Allow-Origin: " + PAGE + "\r\n");
    }

    @ParameterizedTest
    @DisplayName("PR-27 a, d: what comes too late is named at the start")
    @ValueSource(classes = {WithMappings.class, WithAnnotation.class, WithLateFilter.class})
    void namesWhatComesTooLate(Class<?> application) throws Exception {
        try (ConfigurableApplicationContext on = start(application)) {
            String expected = application == WithMappings.class
                    ? "addCorsMappings"
                    : application == WithAnnotation.class
                            ? "@CrossOrigin on " + Annotated.class.getName()
                            : "CorsFilter corsFilter";
            assertTrue(warned().contains(expected), warned());
            assertTrue(preflight(on).startsWith("HTTP/1.1 401 "));
            assertEquals(0, HANDLED.get());
        }
    }

    @ParameterizedTest
    @DisplayName("PR-27 a, c, d: with what the start asks for, preflights are answered and pages may read denials")
    @ValueSource(classes = {WithMappingsAndPolicy.class, WithEarlyFilter.class})
    void answersPreflightsAndLetsPagesReadDenials(Class<?> application) throws Exception {
        try (ConfigurableApplicationContext on = start(application)) {
            assertEquals("[]", warned());
            String preflight = preflight(on);
            assertTrue(preflight.startsWith("HTTP/1.1 20"), preflight);
            assertTrue(isReadable(preflight), preflight);
            assertEquals(0, HANDLED.get(), "no handler runs");
            String allowed = send(on, "POST", "Origin: " + PAGE, "X-Api-Key: " + KEY.reveal());
            assertTrue(allowed.startsWith("HTTP/1.1 200 "), allowed);
            assertTrue(isReadable(allowed), allowed);
            String denied = send(
                    on,
                    "POST",
                    "Origin: " + PAGE,
                    "X-Api-Key: " + ThrowAwayKeys.newKey().reveal());
            assertTrue(denied.startsWith("HTTP/1.1 401 "), denied);
            assertTrue(isReadable(denied), denied);
            BROKEN.set(true);
            String unavailable = send(on, "POST", "Origin: " + PAGE, "X-Api-Key: " + KEY.reveal());
            assertTrue(unavailable.startsWith("HTTP/1.1 503 "), unavailable);
            assertTrue(isReadable(unavailable), unavailable);
            BROKEN.set(false);
            String stranger = send(on, "POST", "Origin: https://evil.example", "X-Api-Key: " + KEY.reveal());
            assertFalse(stranger.contains("Access-Control-Allow-Origin"), stranger);
        }
    }

    @Test
    @DisplayName("PR-27 e: OPTIONS that is no preflight needs a key")
    void optionsThatIsNoPreflightNeedsAKey() throws Exception {
        try (ConfigurableApplicationContext on = start(WithMappingsAndPolicy.class)) {
            assertTrue(send(on, "OPTIONS").startsWith("HTTP/1.1 401 "));
            assertTrue(send(on, "OPTIONS", "Origin: " + PAGE).startsWith("HTTP/1.1 401 "));
            assertTrue(send(on, "OPTIONS", "X-Api-Key: " + KEY.reveal()).startsWith("HTTP/1.1 200 "));
        }
    }
}
