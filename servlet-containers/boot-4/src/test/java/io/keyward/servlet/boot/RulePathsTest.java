package io.keyward.servlet.boot;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ch.qos.logback.classic.spi.ILoggingEvent;
import io.keyward.ApiKey;
import io.keyward.KeyHasher;
import io.keyward.testing.ThrowAwayKeys;
import jakarta.servlet.http.HttpServlet;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.RouterFunctions;
import org.springframework.web.servlet.function.ServerResponse;
import org.springframework.web.servlet.view.RedirectView;

@DisplayName("PR-30: what a rule's path is relative to, and rules that nothing meets")
class RulePathsTest {
    private static final ApiKey READER = ThrowAwayKeys.newKey();
    private static final ApiKey OTHER = ThrowAwayKeys.newKey();

    @TempDir
    static Path files;

    @RegisterExtension
    final Warnings warnings = new Warnings();

    @BeforeAll
    static void makeFiles() throws Exception {
        Files.createDirectories(files.resolve("assets"));
        Files.writeString(files.resolve("assets/site.css"), "body {}");
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @Import({Jobs.class, ApiDocumentation.class})
    static class Application {
        @Bean
        ServletRegistrationBean<HttpServlet> tools() {
            return new ServletRegistrationBean<>(new HttpServlet() {}, "/tools/*");
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class WithRoutes extends Application {
        @Bean
        RouterFunction<ServerResponse> routes() {
            return RouterFunctions.route()
                    .GET("/hello", request -> ServerResponse.ok().build())
                    .build();
        }
    }

    @RestController
    static class Jobs {
        @GetMapping("/v1/jobs/{id}")
        String job() {
            return "job";
        }
    }

    /** Answers where springdoc does. */
    @RestController
    static class ApiDocumentation {
        @GetMapping({"/v3/api-docs", "/v3/api-docs.yaml", "/v3/api-docs/swagger-config", "/swagger-ui/index.html"})
        String documentation() {
            return "documentation";
        }

        @GetMapping("/swagger-ui.html")
        RedirectView page() {
            return new RedirectView("/swagger-ui/index.html", true);
        }
    }

    private static RunningApplication start(Class<?> application, List<String> rules, String... properties) {
        List<String> all = new ArrayList<>(List.of(
                "--server.servlet.context-path=/app",
                "--spring.mvc.servlet.path=/api",
                "--spring.web.resources.static-locations=" + files.toUri(),
                "--management.endpoints.web.base-path=/manage",
                "--management.endpoints.web.exposure.include=health,info",
                "--keyward.roles=reader",
                "--keyward.roles.reader.permissions=jobs:read",
                "--keyward.keys.reader.hash=" + KeyHasher.sha256().hash(READER).reveal(),
                "--keyward.keys.reader.roles=reader",
                "--keyward.keys.other.hash=" + KeyHasher.sha256().hash(OTHER).reveal(),
                "--keyward.otherwise=authenticated"));
        for (int i = 0; i < rules.size(); i++) {
            all.add("--keyward.rules[" + i + "]=" + rules.get(i));
        }
        all.addAll(List.of(properties));
        return RunningApplication.start(application, all.toArray(String[]::new));
    }

    private static int status(RunningApplication on, String path, @Nullable ApiKey key) throws Exception {
        return on.get(path, key).statusCode();
    }

    private static int statusOfManagement(RunningApplication on, String path, @Nullable ApiKey key) throws Exception {
        return on.getFromManagement(path, key).statusCode();
    }

    private String named() {
        List<String> named = new ArrayList<>();
        for (ILoggingEvent event : warnings.events()) {
            Matcher line = Pattern.compile("where these rules of keyward.rules apply: (.*?); a rule's")
                    .matcher(event.getFormattedMessage());
            if (line.find()) {
                named.add(event.getLevel() + " " + line.group(1));
            }
        }
        assertEquals(1, named.size(), named::toString);
        return named.get(0);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void pathsAreBelowTheContextPathAndIncludeTheServletPath(boolean lazy) throws Exception {
        List<String> rules = List.of(
                "GET /v1/jobs/* = jobs:read",
                "GET /api/v1/jobs/* = jobs:read",
                "/api/v1/job/* = denyAll",
                "/manage/health = permitAll",
                "/api/manage/health = permitAll",
                "/api/assets/* = permitAll",
                "/api/assets/site.css = permitAll",
                "/api/assets/nosuch.css = permitAll",
                "/api/error = permitAll",
                "/tools/* = permitAll",
                "/api/v3/api-docs/* = permitAll",
                "/api/v3/api-docs.yaml = permitAll",
                "/api/swagger-ui.html = permitAll",
                "/api/swagger-ui/* = permitAll");
        try (RunningApplication on = start(Application.class, rules, "--spring.main.lazy-initialization=" + lazy)) {
            assertEquals(
                    "WARN GET /v1/jobs/* = jobs:read, /api/v1/job/* = denyAll, /manage/health = permitAll,"
                            + " /api/assets/nosuch.css = permitAll",
                    named());
            assertEquals(403, status(on, "/app/api/v1/jobs/7", OTHER));
            assertEquals(200, status(on, "/app/api/v1/jobs/7", READER));
            assertEquals(401, status(on, "/app/api/v1/jobs/7", null));
            assertEquals(404, status(on, "/app/v1/jobs/7", READER), "no servlet is there");
            assertEquals(200, status(on, "/app/api/manage/health", null));
            assertEquals(401, status(on, "/app/api/manage/info", null));
            assertEquals(404, status(on, "/app/manage/info", null), "Tomcat asks no filter where no servlet is");
            assertEquals(200, status(on, "/app/api/assets/site.css", null));
            for (String documentation : List.of(
                    "/v3/api-docs", "/v3/api-docs.yaml", "/v3/api-docs/swagger-config", "/swagger-ui/index.html")) {
                assertEquals(200, status(on, "/app/api" + documentation, null), documentation);
            }
            assertEquals(302, status(on, "/app/api/swagger-ui.html", null));
            assertEquals(401, status(on, "/app/api/v3", null));
        }
    }

    @Test
    void rulesForAManagementServerAreNotNamed() throws Exception {
        List<String> rules = List.of("/manage/health = permitAll", "/elsewhere = permitAll");
        try (RunningApplication on = start(
                Application.class,
                rules,
                "--management.server.port=0",
                "--management.server.address=127.0.0.1",
                // Adds a resolver that keeps what it found, as a jar with webjars does.
                "--spring.web.resources.chain.enabled=true")) {
            assertEquals("WARN /elsewhere = permitAll", named());
            assertEquals(200, statusOfManagement(on, "/manage/health", null));
            assertEquals(401, statusOfManagement(on, "/manage/info", null));
            assertEquals(200, statusOfManagement(on, "/manage/info", OTHER));
        }
    }

    @Test
    void namesOnlyWhatIsCertainWhereRoutesCannotBeLookedInto() {
        List<String> rules = List.of("/api/hello = permitAll", "/api/nosuch = permitAll", "/hello = permitAll");
        start(WithRoutes.class, rules).close();
        assertEquals("WARN /hello = permitAll", named());
    }
}
