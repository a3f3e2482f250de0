package io.keyward.admin;

import static io.keyward.servlet.Access.authenticated;
import static io.keyward.servlet.Access.permitAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.keyward.role.Role;
import io.keyward.role.RoleModel;
import io.keyward.servlet.ApiKeyFilter;
import io.keyward.servlet.KeySources;
import io.keyward.store.ApiKeys;
import io.keyward.store.InMemoryApiKeyStore;
import jakarta.servlet.ServletContext;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.eclipse.jetty.ee11.servlet.ServletContextHandler;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Compiles the Java lines of docs/admin.md and docs/admin-api.md and runs them; the bean for Spring is in the starter. */
class AdminDocTest {
    @ParameterizedTest
    @ValueSource(strings = {"admin", "admin-api"})
    void pageShowsTheCodeThatIsCompiledHere(String page) throws IOException {
        Path source = Path.of("src", "test", "java", "io", "keyward", "admin", "AdminDocTest.java");
        List<String> compiled = pieces("(?s) *// page: " + page + "\\R(.*?)\\R *// end\\R", source);
        List<String> shown = pieces("(?s)```java\\R(.*?)\\R```", Path.of("..", "docs", page + ".md"));
        assertFalse(compiled.isEmpty());
        assertEquals(String.join("\n----\n", compiled), String.join("\n----\n", shown));
    }

    private static List<String> pieces(String pattern, Path file) throws IOException {
        return Pattern.compile(pattern)
                .matcher(Files.readString(file))
                .results()
                .map(found -> found.group(1).stripIndent().strip())
                .filter(piece -> !piece.startsWith("import ") && !piece.startsWith("@Bean"))
                .toList();
    }

    private static void page(ServletContext context, ApiKeys keys) {
        // page: admin
        ApiKeyAdminServlet.register(context, "/v1/admin", keys);
        ApiKeyAdminPage.register(context, "/admin", "/v1/admin");
        // end
        // page: admin
        ApiKeyFilter filter = ApiKeyFilter.builder()
                .verifier(keys.verifier())
                .rule("/admin/*", permitAll())
                .otherwise(authenticated())
                .build();
        // end
        ApiKeyFilter.register(context, filter);
    }

    private static void pageWithAHeader(ServletContext context) {
        // page: admin
        ApiKeyAdminPage.register(
                context,
                "/admin",
                ApiKeyAdminPage.builder("/v1/admin").header("X-Acme-Key").build());
        // end
    }

    private static void api(ServletContext context, ApiKeys keys, ApiKeyFilter filter) {
        // page: admin-api
        ApiKeyFilter.register(context, filter);
        ApiKeyAdminServlet.register(context, "/v1/admin", keys);
        // end
    }

    private interface Startup {
        void run(ServletContext context);
    }

    private static int status(Startup startup, String path, String... headers) throws Exception {
        Server server = new Server();
        ServerConnector connector = new ServerConnector(server);
        connector.setHost("127.0.0.1");
        server.addConnector(connector);
        ServletContextHandler context = new ServletContextHandler("/");
        context.addServletContainerInitializer((classes, servletContext) -> startup.run(servletContext));
        server.setHandler(context);
        server.start();
        try {
            HttpRequest.Builder request =
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + connector.getLocalPort() + path));
            if (headers.length > 0) {
                request.headers(headers);
            }
            return HttpClient.newHttpClient()
                    .send(request.build(), BodyHandlers.discarding())
                    .statusCode();
        } finally {
            server.stop();
        }
    }

    @Test
    void linesDoWhatThePagesSay() throws Exception {
        try (ApiKeys keys = ApiKeys.over(InMemoryApiKeyStore.create())
                .roles(RoleModel.of(Role.of("admin").permitting("keys:*")))
                .format("acme_test")
                .open()) {
            String key = keys.manager()
                    .issue(io.keyward.store.IssueRequest.builder()
                            .roles("admin")
                            .build())
                    .key()
                    .reveal();
            assertEquals(200, status(context -> page(context, keys), "/admin/"));
            assertEquals(401, status(context -> page(context, keys), "/v1/admin/keys"));
            assertEquals(200, status(context -> page(context, keys), "/v1/admin/keys", "X-Api-Key", key));
            ApiKeyFilter.Builder ofAcme = ApiKeyFilter.builder()
                    .verifier(keys.verifier())
                    .sources(KeySources.header("X-Acme-Key"))
                    .otherwise(authenticated());
            assertEquals(
                    200, status(context -> api(context, keys, ofAcme.build()), "/v1/admin/keys", "X-Acme-Key", key));
            assertEquals(
                    200,
                    status(
                            context -> {
                                ApiKeyFilter.register(context, ofAcme.build());
                                pageWithAHeader(context);
                            },
                            "/admin/",
                            "X-Acme-Key",
                            key));
        }
    }
}
