package io.keyward.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The files of the page as a browser gets them, without a key. */
class AdminPageTest {
    private static AdminService service;

    @BeforeAll
    static void start() {
        service = new AdminService();
    }

    @AfterAll
    static void stop() throws Exception {
        service.close();
    }

    private static HttpResponse<String> send(String method, String path, String... headers) throws Exception {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(service.origin() + path)).method(method, BodyPublishers.noBody());
        if (headers.length > 0) {
            request.headers(headers);
        }
        return HttpClient.newHttpClient().send(request.build(), BodyHandlers.ofString());
    }

    private static String header(HttpResponse<?> response, String name) {
        return response.headers().firstValue(name).orElse("");
    }

    @ParameterizedTest
    @CsvSource({
        "'', text/html, no-store",
        "admin.js, text/javascript, no-cache",
        "admin.css, text/css, no-cache",
        "icon.svg, image/svg+xml, no-cache"
    })
    void servesEachFileToEveryoneAndAnswers304ToWhoHasIt(String file, String type, String cache) throws Exception {
        HttpResponse<String> response = send("GET", AdminService.PAGE + file);

        assertEquals(200, response.statusCode());
        assertTrue(header(response, "Content-Type").startsWith(type), header(response, "Content-Type"));
        assertEquals(cache, header(response, "Cache-Control"));
        assertEquals("nosniff", header(response, "X-Content-Type-Options"));
        assertEquals("no-referrer", header(response, "Referrer-Policy"));
        assertEquals("same-origin", header(response, "Cross-Origin-Opener-Policy"));
        assertEquals(
                "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
                        + " form-action 'self'; frame-ancestors 'none'; base-uri 'none'; require-trusted-types-for 'script'",
                header(response, "Content-Security-Policy"));

        String tag = header(response, "ETag");
        HttpResponse<String> again = send("GET", AdminService.PAGE + file, "If-None-Match", "\"x\", W/" + tag);
        assertEquals(304, again.statusCode());
        assertEquals(tag, header(again, "ETag"));
        assertEquals(
                200,
                send("GET", AdminService.PAGE + file, "If-None-Match", "\"other\"")
                        .statusCode());
        HttpResponse<String> head = send("HEAD", AdminService.PAGE + file);
        assertEquals(200, head.statusCode());
        assertEquals("", head.body());
    }

    @Test
    void linksToTheApiByAPathThatHoldsBelowAnyPrefix() throws Exception {
        String page = send("GET", AdminService.PAGE).body();
        assertTrue(page.contains("data-api=\"../admin\""), page);
        assertTrue(page.contains("data-header=\"X-Api-Key\""), page);
    }

    @Test
    void leadsFromThePathWithoutASlashToThePage() throws Exception {
        HttpResponse<String> response = send("GET", "/app/page");
        assertEquals(302, response.statusCode());
        assertEquals("page/", header(response, "Location"));
    }

    @Test
    void holdsNoFileButItsOwnAndTakesNoOtherMethod() throws Exception {
        for (String other : new String[] {"index.html", "openapi.json", "page/admin.js", "nothing"}) {
            assertEquals(404, send("GET", AdminService.PAGE + other).statusCode(), other);
        }
        HttpResponse<String> post = send("POST", AdminService.PAGE);
        assertEquals(405, post.statusCode());
        assertEquals("GET, HEAD", header(post, "Allow"));
    }

    @Test
    void hasNoInlineScriptOrStyleAndNothingOfAThirdParty() throws Exception {
        String all = send("GET", AdminService.PAGE).body()
                + send("GET", AdminService.PAGE + "admin.js").body()
                + send("GET", AdminService.PAGE + "admin.css").body();
        for (String none : new String[] {
            "http://",
            "https://",
            "innerHTML",
            "outerHTML",
            "insertAdjacent",
            "eval(",
            "<style",
            "style=",
            "localStorage",
            "sessionStorage",
            "document.write",
            "document.cookie",
            "type=\"password\""
        }) {
            assertFalse(all.contains(none), none);
        }
    }

    /** PR-17: another login may need these headers. */
    @ParameterizedTest
    @ValueSource(strings = {"Authorization", "authorization", "Cookie", "", "X Api", "X:Api", "X\r\nA"})
    void refusesAHeaderThatCannotHoldTheKeyAlone(String header) {
        var builder = ApiKeyAdminPage.builder("/v1/admin");
        assertThrows(IllegalArgumentException.class, () -> builder.header(header));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "v1/admin", "/v1/admin/", "/", "/a*", "/a b", "/a\"><script>"})
    void refusesAPathOfTheApiThatIsNone(String api) {
        assertThrows(IllegalArgumentException.class, () -> ApiKeyAdminPage.of(api));
    }
}
