package io.keyward.admin;

import static io.keyward.servlet.KeySources.authorization;
import static io.keyward.servlet.KeySources.header;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.keyward.servlet.ApiKeyFilter;
import io.keyward.servlet.KeySource;
import io.keyward.testing.MovableClock;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Page and openapi.json name a header that the filter reads, or the application does not start. */
@DisplayName("PR-17 d: the header of the key")
class KeyHeaderTest {
    private static AdminService start(ApiKeyAdminPage page, KeySource... sources) {
        return start(servlet -> servlet, page, sources);
    }

    private static AdminService start(
            UnaryOperator<ApiKeyAdminServlet.Builder> servlet, ApiKeyAdminPage page, KeySource... sources) {
        UnaryOperator<ApiKeyFilter.Builder> filter =
                builder -> sources.length == 0 ? builder : builder.sources(sources);
        return new AdminService(MovableClock.at("2026-11-25T12:00:00Z"), servlet, filter, page);
    }

    private static ApiKeyAdminPage page() {
        return ApiKeyAdminPage.of("/admin");
    }

    private static ApiKeyAdminPage pageSending(String header) {
        return ApiKeyAdminPage.builder("/admin").header(header).build();
    }

    private static void assertSends(String header, AdminService service) throws Exception {
        try (service) {
            HttpClient client = HttpClient.newHttpClient();
            String html = client.send(
                            HttpRequest.newBuilder(URI.create(service.origin() + AdminService.PAGE))
                                    .build(),
                            BodyHandlers.ofString())
                    .body();
            assertTrue(html.contains("data-header=\"" + header + "\""), html);
            String description = client.send(
                            HttpRequest.newBuilder(URI.create(service.request("GET", "/openapi.json")
                                            .url()))
                                    .header(header, service.admin.key().reveal())
                                    .build(),
                            BodyHandlers.ofString())
                    .body();
            assertEquals(
                    header,
                    Json.parse(description.getBytes(java.nio.charset.StandardCharsets.UTF_8), 20)
                            .getJsonObject("components")
                            .getJsonObject("securitySchemes")
                            .getJsonObject("header")
                            .getString("name"));
        }
    }

    @Test
    void isTheUsualOneWhereTheFilterReadsIt() throws Exception {
        assertSends("X-Api-Key", start(page()));
        assertSends("X-Api-Key", start(page(), header("X-Acme-Key"), header("x-api-key")));
    }

    @Test
    void isThatOfTheFilterWhereItReadsAnother() throws Exception {
        assertSends("X-Acme-Key", start(page(), authorization("Bearer"), header("X-Acme-Key"), header("X-Other")));
    }

    @Test
    void isTheConfiguredOneWhereTheFilterReadsSeveral() throws Exception {
        assertSends(
                "X-Acme-Key",
                start(
                        servlet -> servlet.header("X-Acme-Key"),
                        pageSending("X-Acme-Key"),
                        header("X-Api-Key"),
                        header("X-Acme-Key")));
    }

    @Test
    void thatTheFilterDoesNotReadIsRefusedAtStart() {
        assertRefused("X-Acme-Key", () -> start(pageSending("X-Acme-Key")));
        assertRefused("X-Acme-Key", () -> start(servlet -> servlet.header("X-Acme-Key"), page()));
        assertRefused("a header of their own", () -> start(page(), authorization("Bearer")));
    }

    private static void assertRefused(String reason, Runnable start) {
        Throwable refusal = assertThrows(RuntimeException.class, start::run);
        StringBuilder messages = new StringBuilder();
        for (Throwable cause = refusal; cause != null; cause = cause.getCause()) {
            messages.append(cause.getMessage()).append('\n');
        }
        assertTrue(messages.toString().contains(reason), messages.toString());
    }
}
