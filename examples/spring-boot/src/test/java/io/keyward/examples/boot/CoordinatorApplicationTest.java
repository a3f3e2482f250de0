package io.keyward.examples.boot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.keyward.ApiKey;
import io.keyward.KeyHasher;
import io.keyward.testing.ThrowAwayKeys;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.context.ApplicationContext;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** The whole application, with keys that are made for this test. */
@SpringBootTest(
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = "management.endpoint.health.show-components=always")
class CoordinatorApplicationTest {
    private static final ApiKey CLIENT = ThrowAwayKeys.newKey();
    private static final ApiKey ADMIN = ThrowAwayKeys.newKey();

    @Value("${local.server.port}")
    int port;

    @Autowired
    ApplicationContext context;

    @DynamicPropertySource
    static void keys(DynamicPropertyRegistry properties) {
        properties.add(
                "CLIENT_API_KEY_HASHES", () -> KeyHasher.sha256().hash(CLIENT).reveal());
        properties.add(
                "ADMIN_API_KEY_HASHES", () -> KeyHasher.sha256().hash(ADMIN).reveal());
    }

    private HttpResponse<String> send(String method, String path, String body, ApiKey key) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
                .header("Content-Type", "application/json")
                .method(method, HttpRequest.BodyPublishers.ofString(body));
        if (key != null) {
            request.header("X-Api-Key", key.reveal());
        }
        return HttpClient.newHttpClient().send(request.build(), BodyHandlers.ofString());
    }

    @Test
    void clientsSubmitJobsAndAdminsDoWhatTheyDo() throws Exception {
        assertEquals(
                202, send("POST", "/v1/jobs", "{\"prompt\":\"hello\"}", CLIENT).statusCode());
        HttpResponse<String> jobs = send("GET", "/v1/jobs", "", ADMIN);
        assertTrue(jobs.body().contains("hello"), jobs.body());
        assertEquals(204, send("POST", "/v1/heartbeat", "", ADMIN).statusCode());
        assertEquals(403, send("POST", "/v1/heartbeat", "", CLIENT).statusCode());
        assertEquals(403, send("GET", "/v1/else", "", CLIENT).statusCode());
    }

    @Test
    void everyoneElseIsAStranger() throws Exception {
        for (ApiKey key : new ApiKey[] {null, ThrowAwayKeys.newKey()}) {
            HttpResponse<String> answer = send("POST", "/v1/jobs", "{}", key);
            assertEquals(401, answer.statusCode());
            assertEquals(
                    "application/problem+json",
                    answer.headers().firstValue("Content-Type").orElseThrow());
        }
        assertTrue(context.containsBean("noUsersBesidesKeys"));
    }

    @Test
    void healthIsOpenAndShowsTheKeys() throws Exception {
        HttpResponse<String> health = send("GET", "/actuator/health", "", null);
        assertEquals(200, health.statusCode());
        assertTrue(health.body().contains("\"keyward\""), health.body());
    }
}
