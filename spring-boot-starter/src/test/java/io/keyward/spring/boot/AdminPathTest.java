package io.keyward.spring.boot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.keyward.KeyHasher;
import io.keyward.admin.ApiKeyAdminServlet;
import io.keyward.store.ApiKeyManager;
import io.keyward.store.ApiKeys;
import io.keyward.store.InMemoryApiKeyStore;
import io.keyward.store.IssueRequest;
import io.keyward.testing.ThrowAwayKeys;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.DeferredImportSelector;
import org.springframework.context.annotation.Import;
import org.springframework.core.io.DefaultResourceLoader;
import org.springframework.core.type.AnnotationMetadata;
import org.springframework.security.config.annotation.web.configuration.EnableWebSecurity;
import org.springframework.util.ClassUtils;

@DisplayName("issue 21: keyward.admin.path")
class AdminPathTest {
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    private final WebApplicationContextRunner application = new WebApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(KeywardAutoConfiguration.class))
            .withClassLoader(new FilteredClassLoader("org.springframework.security"))
            .withPropertyValues("keyward.otherwise=authenticated");

    @Configuration
    static class Keys {
        @Bean
        ApiKeys keys() {
            return ApiKeys.over(InMemoryApiKeyStore.create())
                    .format("acme_test")
                    .roles(io.keyward.role.RoleModel.of(
                            io.keyward.role.Role.of("client").permitting("jobs:read"),
                            io.keyward.role.Role.of("admin").permitting("keys:*")))
                    .open();
        }
    }

    /** Names two auto-configurations, because the class path of these tests has those of both Boots. */
    static final class StarterAndTomcat implements DeferredImportSelector {
        @Override
        public String[] selectImports(AnnotationMetadata metadata) {
            String boot3 =
                    "org.springframework.boot.autoconfigure.web.servlet.ServletWebServerFactoryAutoConfiguration";
            String boot4 =
                    "org.springframework.boot.tomcat.autoconfigure.servlet.TomcatServletWebServerAutoConfiguration";
            return new String[] {
                KeywardAutoConfiguration.class.getName(), ClassUtils.isPresent(boot3, null) ? boot3 : boot4
            };
        }
    }

    @Configuration
    @Import(StarterAndTomcat.class)
    static class WithTheFilter extends Keys {}

    @Configuration
    @Import(StarterAndTomcat.class)
    @EnableWebSecurity
    static class WithSpringSecurity extends Keys {}

    private static ConfigurableApplicationContext start(boolean security, String... more) {
        SpringApplication application = security
                ? new SpringApplication(WithSpringSecurity.class)
                : new SpringApplication(
                        new DefaultResourceLoader(new FilteredClassLoader("org.springframework.security")),
                        WithTheFilter.class);
        List<String> arguments = new ArrayList<>(List.of(more));
        arguments.add("--server.port=0");
        arguments.add("--keyward.admin.path=/v1/admin");
        if (!security) {
            arguments.add("--keyward.otherwise=authenticated");
        }
        return application.run(arguments.toArray(String[]::new));
    }

    private static String issue(ConfigurableApplicationContext context, String role) {
        return context.getBean(ApiKeyManager.class)
                .issue(IssueRequest.builder().owner("alice").roles(role).build())
                .key()
                .reveal();
    }

    private static HttpResponse<String> get(ConfigurableApplicationContext context, String path, String key)
            throws Exception {
        String port = context.getEnvironment().getProperty("local.server.port");
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://localhost:" + port + path));
        if (key != null) {
            request.header("X-Api-Key", key);
        }
        return CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theAdminApiIsBehindWhatGuardsTheApplication(boolean security) throws Exception {
        try (ConfigurableApplicationContext context = start(security, "--server.servlet.context-path=/app")) {
            String admin = issue(context, "admin");
            assertEquals(401, get(context, "/app/v1/admin/keys", null).statusCode());
            assertEquals(401, get(context, "/app/v1/admin/keys", admin + "x").statusCode());
            assertEquals(
                    403,
                    get(context, "/app/v1/admin/keys", issue(context, "client")).statusCode());
            HttpResponse<String> listed = get(context, "/app/v1/admin/keys", admin);
            assertEquals(200, listed.statusCode());
            assertTrue(listed.body().contains("\"alice\""), listed.body());
            assertEquals(404, get(context, "/app/v1/keys", admin).statusCode(), "mounted nowhere else");
        }
    }

    @Test
    void isNotMountedUnlessThePathIsSet() {
        application.withUserConfiguration(Keys.class).run(context -> {
            assertNull(context.getStartupFailure());
            assertTrue(context.getBeansOfType(ApiKeyAdminServlet.class).isEmpty());
        });
    }

    @Test
    void refusesKeysThatCannotBeChanged() {
        String hash = KeyHasher.sha256().hash(ThrowAwayKeys.newKey()).reveal();
        application
                .withPropertyValues("keyward.admin.path=/admin", "keyward.keys.alice.hash=" + hash)
                .run(context -> assertSaid(context.getStartupFailure(), "there is no store of keys to change"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"admin", "/admin/", "/admin/*", "/", "''"})
    void refusesWhatIsNoPath(String path) {
        application
                .withUserConfiguration(Keys.class)
                .withPropertyValues("keyward.admin.path=" + path.replace("'", ""))
                .run(context -> assertSaid(context.getStartupFailure(), "keyward.admin.path is no path"));
    }

    @Test
    void refusesThePathWithoutTheJar() {
        application
                .withUserConfiguration(Keys.class)
                .withClassLoader(new FilteredClassLoader("org.springframework.security", "io.keyward.admin"))
                .withPropertyValues("keyward.admin.path=/admin")
                .run(context -> assertSaid(context.getStartupFailure(), "add io.keyward:keyward-admin"));
    }

    private static void assertSaid(Throwable failure, String said) {
        String messages = FailedStart.messages(failure);
        assertTrue(messages.contains(said), messages);
    }
}
