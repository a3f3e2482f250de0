package io.keyward.examples.coordinator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.keyward.examples.coordinator.CoordinatorProcess.Refusal;
import io.keyward.jdbc.JdbcApiKeyStore;
import io.keyward.store.ApiKeys;
import io.keyward.store.IssueRequest;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.io.StringReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.h2.jdbcx.JdbcConnectionPool;
import org.h2.tools.Server;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

/** Two coordinators, one in a process of its own and one in this, share a database, which this process serves. */
@Timeout(value = 300, threadMode = ThreadMode.SEPARATE_THREAD)
class CoordinatorsOverDatabaseIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String USER = "coordinator";
    private static final String PASSWORD = "of-the-database";

    private final HttpClient http = HttpClient.newHttpClient();
    private Server server;
    private JdbcConnectionPool database;
    private String url;

    @BeforeEach
    void startDatabase() throws SQLException {
        server = Server.createTcpServer("-tcpPort", "0", "-ifNotExists").start();
        url = "jdbc:h2:tcp://127.0.0.1:" + server.getPort() + "/mem:keys;DB_CLOSE_DELAY=-1";
        database = JdbcConnectionPool.create(url, USER, PASSWORD);
    }

    @AfterEach
    void stopDatabase() {
        database.dispose();
        server.stop();
    }

    private String firstAdmin() {
        JdbcApiKeyStore store = JdbcApiKeyStore.of(database);
        store.createSchema();
        try (ApiKeys keys = ApiKeys.over(store)
                .roles(CoordinatorServer.ROLES)
                .format("kw_live")
                .open()) {
            // a key issues none that outlives it
            IssueRequest request = IssueRequest.builder()
                    .owner("anna")
                    .roles("admin")
                    .neverExpires()
                    .build();
            return keys.manager().issue(request).key().reveal();
        }
    }

    @Test
    @DisplayName("issue 19 a key issued by one coordinator works on the other, and so does its revocation")
    void revocationTakesEffectOnTheOther() throws Exception {
        String admin = firstAdmin();
        try (CoordinatorProcess one = CoordinatorProcess.servingDatabase(url, USER, PASSWORD);
                CoordinatorHere other = CoordinatorHere.servingDatabase(url, USER, PASSWORD)) {
            JsonObject issued = read(
                    call("POST", one.url(), "/v1/admin/keys", admin, "{\"owner\":\"alice\",\"roles\":[\"client\"]}"));
            String key = issued.getString("key");
            String id = issued.getString("id");
            assertEquals(200, call("GET", one.url(), "/v1/jobs", key, "").statusCode());
            await(() -> call("GET", other.url(), "/v1/jobs", key, "").statusCode() == 200);

            assertTrue(call("POST", other.url(), "/v1/admin/keys/" + id + "/revoke", admin, "")
                            .statusCode()
                    < 300);

            assertEquals(
                    401, call("GET", other.url(), "/v1/jobs", key, "").statusCode(), "where it was revoked, at once");
            await(() -> call("GET", one.url(), "/v1/jobs", key, "").statusCode() == 401);
            assertEquals(
                    200, call("GET", one.url(), "/v1/admin/keys", admin, "").statusCode());
            assertEquals(200, call("GET", other.url(), "/admin/", "", "").statusCode(), "the page for people");
            assertFalse(one.stderr().contains(PASSWORD));
        }
    }

    @Test
    @DisplayName("issue 19 a coordinator refuses to start where the tables are missing, and says the remedy")
    void refusesToStartWithoutTables() throws Exception {
        Refusal refusal = CoordinatorProcess.refusing(
                "--jdbc-url", url.replace("mem:keys", "mem:empty"), "--jdbc-user", USER, "--port", "0");

        assertEquals(1, refusal.exitCode());
        assertTrue(refusal.stderr().contains("keyward db create"), refusal.stderr());
    }

    @Test
    @DisplayName("issue 16 a URL without a driver is refused in one line, which does not repeat it")
    void refusesUrlWithoutDriverInOneLine() throws Exception {
        Refusal refusal =
                CoordinatorProcess.refusing("--jdbc-url", "jdbc:nothing://db/app?password=" + PASSWORD, "--port", "0");

        assertEquals(1, refusal.exitCode());
        assertTrue(refusal.stderr().contains("jdbc:postgresql://host/database"), refusal.stderr());
        assertFalse(refusal.stderr().contains("\tat "), refusal.stderr());
        assertFalse(refusal.stderr().contains(PASSWORD), "the password of the URL");
    }

    private HttpResponse<String> call(String method, String at, String path, String key, String body) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(at + path))
                .timeout(PATIENCE)
                .header("Content-Type", "application/json")
                .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        if (!key.isEmpty()) {
            request.header("X-Api-Key", key);
        }
        return http.send(request.build(), BodyHandlers.ofString());
    }

    private static JsonObject read(HttpResponse<String> response) {
        assertEquals(201, response.statusCode(), response.body());
        return Json.createReader(new StringReader(response.body())).readObject();
    }

    private interface Condition {
        boolean holds() throws Exception;
    }

    private static void await(Condition condition) throws Exception {
        Instant end = Instant.now().plus(PATIENCE);
        while (!condition.holds()) {
            assertTrue(Instant.now().isBefore(end), "waited in vain");
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }
}
