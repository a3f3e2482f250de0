package io.keyward.servlet.suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.keyward.servlet.on.JettyEe11;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.eclipse.jetty.http2.server.HTTP2CServerConnectionFactory;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The header cases over HTTP/2 without TLS. */
class Http2Test {
    private static final HttpClient CLIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build();

    private static TestService service;

    @BeforeAll
    static void start() throws Exception {
        service = TestService.on(
                new JettyEe11() {
                    @Override
                    protected ServerConnector connector(Server server) {
                        HttpConfiguration configuration = new HttpConfiguration();
                        return new ServerConnector(
                                server,
                                new HttpConnectionFactory(configuration),
                                new HTTP2CServerConnectionFactory(configuration));
                    }
                },
                "/app");
        // The first exchange changes the protocol; those that follow begin in HTTP/2.
        assertEquals(HttpClient.Version.HTTP_2, send("/public/x").version());
    }

    @AfterAll
    static void stop() throws Exception {
        service.close();
    }

    private static HttpResponse<String> send(String path, String... headers) throws Exception {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + service.port() + "/app" + path));
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], service.keys.fill(headers[i + 1]));
        }
        return CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    @ParameterizedTest(name = "{0} {2}: {3}, {4}: {5}")
    @CsvSource(
            nullValues = "-",
            value = {
                "HP-01, 401, -, -, -, -",
                "HP-02, 401, x-api-key, '', -, -",
                "HP-06, 200, x-api-key, {K1}, -, -",
                "HP-07, 401, x-api-key, \"{K1}\", -, -",
                "HD-01, 401, x-api-key, {KF}, x-api-key, {K1}",
                "HD-04, 401, x-api-key, {K1}, x-api-key, {K1}",
                "HD-06, 401, authorization, ApiKey {K1}, x-api-key, {KA}",
                "HD-07, 401, authorization, ApiKey {KF}, x-api-key, {K1}",
                "HD-08, 401, authorization, ApiKey {K1}, authorization, ApiKey {K1}",
                "HE-12, 401, x_api_key, {K1}, -, -",
                "HE-13, 200, X-aPi-kEy, {K1}, -, -",
                "SC-01, 200, authorization, aPiKeY {K1}, -, -",
                "SC-07, 200, authorization, Basic Zm9v, x-api-key, {K1}",
                "SC-08, 401, authorization, ApiKey {K1} extra, -, -"
            })
    void headerCasesEndAsInHttp1(String id, int status, String name, String value, String name2, String value2)
            throws Exception {
        HttpResponse<String> answer = name == null
                ? send("/api/x")
                : name2 == null ? send("/api/x", name, value) : send("/api/x", name, value, name2, value2);
        assertEquals(HttpClient.Version.HTTP_2, answer.version());
        assertEquals(status, answer.statusCode(), id);
        assertTrue(answer.headers().firstValue("vary").orElse("").contains("X-Api-Key"));
        assertEquals(
                status == 401, answer.headers().firstValue("www-authenticate").isPresent());
    }
}
