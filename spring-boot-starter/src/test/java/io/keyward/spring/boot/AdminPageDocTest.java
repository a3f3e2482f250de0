package io.keyward.spring.boot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.keyward.admin.ApiKeyAdminPage;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.web.servlet.ServletContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.io.DefaultResourceLoader;

/** Runs the bean of docs/admin.md that mounts the admin page. */
class AdminPageDocTest {
    /** From the starter or from the module that runs its tests on Boot 4. */
    private static final Path SOURCE =
            Path.of("..", "spring-boot-starter", "src/test/java/io/keyward/spring/boot/AdminPageDocTest.java");

    @Configuration
    @Import(AdminPathTest.StarterAndTomcat.class)
    static class WithPage extends AdminPathTest.Keys {
        // page
        @Bean
        ServletContextInitializer adminPage() {
            return context -> ApiKeyAdminPage.register(context, "/admin", "/v1/admin");
        }
        // end
    }

    @Test
    void docsShowTheBean() throws Exception {
        Matcher code = Pattern.compile("(?s) *// page\\R(.*?)\\R *// end\\R").matcher(Files.readString(SOURCE));
        assertTrue(code.find());
        String page = Files.readString(Path.of("..", "docs", "admin.md"));
        assertTrue(page.contains("```java\n" + code.group(1).stripIndent().strip() + "\n```"), page);
    }

    @Test
    void pageIsThereForEveryoneAndItsCallsAreNot() throws Exception {
        SpringApplication application = new SpringApplication(
                new DefaultResourceLoader(new FilteredClassLoader("org.springframework.security")), WithPage.class);
        try (ConfigurableApplicationContext context = application.run(
                "--server.port=0",
                "--keyward.admin.path=/v1/admin",
                "--keyward.rules=/admin/* = permitAll",
                "--keyward.otherwise=authenticated")) {
            HttpResponse<String> page = get(context, "/admin/");
            assertEquals(200, page.statusCode());
            assertTrue(page.body().contains("data-api=\"../v1/admin\""), page.body());
            assertEquals(401, get(context, "/v1/admin/keys").statusCode());
        }
    }

    private static HttpResponse<String> get(ConfigurableApplicationContext context, String path) throws Exception {
        String port = context.getEnvironment().getProperty("local.server.port");
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
    }
}
