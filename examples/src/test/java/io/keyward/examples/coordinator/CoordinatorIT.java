package io.keyward.examples.coordinator;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.keyward.ApiKey;
import io.keyward.KeyFormat;
import io.keyward.KeyHasher;
import io.keyward.examples.coordinator.CoordinatorProcess.Refusal;
import io.keyward.testing.ThrowAwayKeys;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Shows the packaged service at work: the calls of the reference document, its key file, its ends. What is about neither its
 * process nor its jar is shown within this process.
 */
@TestInstance(Lifecycle.PER_CLASS)
@Timeout(value = 180, threadMode = ThreadMode.SEPARATE_THREAD)
class CoordinatorIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final KeyHasher SHA256 = KeyHasher.sha256();

    private final HttpClient http = HttpClient.newHttpClient();
    private final ApiKey client = ThrowAwayKeys.newKey();
    private final ApiKey miner = ThrowAwayKeys.newKey();
    private final ApiKey admin = ThrowAwayKeys.newKey();
    private Path envFile;
    private CoordinatorProcess service;

    @BeforeAll
    void start(@TempDir Path directory) throws IOException, InterruptedException {
        envFile = directory.resolve(".env");
        Files.writeString(envFile, hashes("CLIENT", client) + hashes("MINER", miner) + hashes("ADMIN", admin));
        service = CoordinatorProcess.serving(envFile);
    }

    @AfterAll
    void stop() {
        service.close();
    }

    @ParameterizedTest(name = "{0} {1} with {2}: {3}")
    @CsvSource({
        "GET,  /health,              nothing, 200",
        "POST, /v1/jobs,             nothing, 401",
        "POST, /v1/jobs,             wrong,   401",
        "POST, /v1/jobs,             client,  202",
        "POST, /v1/jobs,             admin,   202",
        "POST, /v1/jobs,             miner,   403",
        "GET,  /v1/jobs,             client,  200",
        "GET,  /v1/jobs,             miner,   403",
        "POST, /v1/miners/heartbeat, miner,   200",
        "POST, /v1/miners/heartbeat, client,  403",
        "GET,  /v1/admin/keys,       admin,   200",
        "GET,  /v1/admin/keys,       client,  403",
        "GET,  /v1/whoami,           nothing, 401",
        "GET,  /v1/whoami,           miner,   200",
        "GET,  /v1/agents,           nothing, 401",
        "GET,  /v1/agents,           wrong,   401",
        "GET,  /v1/agents,           client,  404",
        "DELETE, /v1/jobs,           client,  405",
    })
    void answersByKeyAndPath(String method, String path, String caller, int status) throws Exception {
        assertEquals(
                status,
                call(method, path, keyOf(caller), "{\"prompt\":\"test\"}").statusCode());
    }

    @Test
    void tellsAKeyHolderWhoTheyAre() throws Exception {
        String body = call("GET", "/v1/whoami", admin.reveal(), "").body();
        assertTrue(
                body.matches("\\{\"id\":\"admin_[0-9a-z]{8}\",\"owner\":null,"
                        + "\"roles\":\\[\"admin\",\"client\",\"miner\"]}\\s*"),
                body);
    }

    @Test
    void listsKeysWithoutSecretsAndHashes() throws Exception {
        String body = call("GET", "/v1/admin/keys", admin.reveal(), "").body();
        assertAll(
                () -> assertTrue(body.contains("\"roles\":[\"miner\"],\"state\":\"active\""), body),
                () -> assertFalse(body.contains(miner.reveal())),
                () -> assertFalse(body.contains(digitsOf(SHA256.hash(miner).reveal()))));
    }

    @Test
    void issuesKeysThatWorkAtOnceAndRevokesThemAtOnceAlsoOverARestart(@TempDir Path directory) throws Exception {
        Path file = directory.resolve(".env");
        Files.writeString(file, hashes("CLIENT", client) + hashes("ADMIN", admin));
        ApiKey kept;
        ApiKey revoked;
        try (CoordinatorHere first = CoordinatorHere.serving(file)) {
            kept = issue(first.url());
            revoked = issue(first.url());
            assertEquals(200, status(first.url(), kept));
            assertEquals(200, status(first.url(), revoked));
            String id = KeyFormat.of("kw_live").idOf(revoked);
            assertEquals(
                    200,
                    post(first.url(), "/v1/admin/keys/" + id + "/revoke", admin, "")
                            .statusCode());
            assertEquals(401, status(first.url(), revoked));
            assertEquals(403, post(first.url(), "/v1/admin/keys", kept, "{}").statusCode(), "a client is no admin");
            assertFalse(Files.readString(file).contains(kept.reveal()));
        }
        try (CoordinatorProcess second = CoordinatorProcess.serving(file)) {
            assertEquals(200, status(second.url(), kept));
            assertEquals(401, status(second.url(), revoked));
            assertEquals(
                    200, post(second.url(), "/v1/admin/me/revoke", kept, "").statusCode(), "its own key");
            assertEquals(401, status(second.url(), kept));
        }
    }

    private ApiKey issue(String url) throws Exception {
        HttpResponse<String> answer = post(url, "/v1/admin/keys", admin, "{\"roles\":[\"client\"]}");
        assertEquals(201, answer.statusCode(), answer.body());
        Matcher key = Pattern.compile("kw_live_[0-9A-Za-z]{44}").matcher(answer.body());
        assertTrue(key.find(), answer.body());
        return ApiKey.of(key.group());
    }

    private HttpResponse<String> post(String url, String path, ApiKey key, String body) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url + path))
                .timeout(PATIENCE)
                .header("X-Api-Key", key.reveal())
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body))
                .build();
        return http.send(request, BodyHandlers.ofString());
    }

    @Test
    void listsTheEndpointsWhereAPathIsUnknown() throws Exception {
        HttpResponse<String> answer = call("GET", "/v1/agents", client.reveal(), "");
        assertEquals(
                "application/problem+json",
                answer.headers().firstValue("Content-Type").orElse(""));
        assertTrue(answer.body().contains("\"POST /v1/jobs\""), answer.body());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "test",
                "[]",
                "{}",
                "{\"prompt\":1}",
                "{\"prompt\":\"\"}",
                "{\"prompt\":\"a\"",
                "{\"prompt\":\"a\"} {}"
            })
    void refusesAJobThatIsNotJsonWithAPrompt(String body) throws Exception {
        assertEquals(400, call("POST", "/v1/jobs", client.reveal(), body).statusCode());
    }

    @Test
    void refusesAJobNestedBeyondReason() throws Exception {
        assertEquals(
                400,
                call("POST", "/v1/jobs", client.reveal(), "[".repeat(50_000)).statusCode());
    }

    @ParameterizedTest
    @CsvSource({"1, 202", "10000, 202", "10001, 400", "200000, 413"})
    void boundsThePrompt(int length, int status) throws Exception {
        String body = "{\"prompt\":\"" + "x".repeat(length) + "\"}";
        assertEquals(status, call("POST", "/v1/jobs", client.reveal(), body).statusCode());
    }

    @Test
    void refusesAWebSocketWithoutAKey() {
        CompletionException refused = assertThrows(
                CompletionException.class,
                () -> http.newWebSocketBuilder()
                        .buildAsync(URI.create(webSocketUrl()), new WebSocket.Listener() {})
                        .join());
        WebSocketHandshakeException handshake = assertInstanceOf(WebSocketHandshakeException.class, refused.getCause());
        assertEquals(401, handshake.getResponse().statusCode());
    }

    @Test
    void echoesOverAWebSocketWithAKey() throws Exception {
        CompletableFuture<String> echoed = new CompletableFuture<>();
        WebSocket socket = http.newWebSocketBuilder()
                .header("X-Api-Key", miner.reveal())
                .buildAsync(URI.create(webSocketUrl()), new WebSocket.Listener() {
                    @Override
                    public CompletionStage<?> onText(WebSocket webSocket, CharSequence text, boolean last) {
                        echoed.complete(text.toString());
                        return null;
                    }
                })
                .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        socket.sendText("hello", true);
        assertEquals("hello", echoed.get(PATIENCE.toSeconds(), TimeUnit.SECONDS));
        socket.abort();
    }

    @Nested
    class KeyFile {
        @Test
        void isReadAgainWhenItChanges(@TempDir Path directory) throws Exception {
            ApiKey before = ThrowAwayKeys.newKey();
            ApiKey after = ThrowAwayKeys.newKey();
            Path file = directory.resolve(".env");
            Files.writeString(file, hashes("CLIENT", before));
            try (CoordinatorHere changing = CoordinatorHere.serving(file)) {
                assertEquals(200, status(changing.url(), before));
                Files.writeString(file, hashes("CLIENT", after));
                await(() -> status(changing.url(), after) == 200);
                assertEquals(401, status(changing.url(), before));
            }
        }

        @Test
        @DisplayName("issue 17.10 health is 503 while the key file is refused, and does not say why to strangers")
        void showsInTheHealthWhenItIsRefused(@TempDir Path directory) throws Exception {
            Path file = directory.resolve(".env");
            Files.writeString(file, hashes("CLIENT", client));
            try (CoordinatorHere changing = CoordinatorHere.serving(file)) {
                assertEquals(200, health(changing.url()).statusCode());
                Files.writeString(file, hashes("CLIENT", client) + "no assignment\n");
                await(() -> health(changing.url()).statusCode() == 503);
                assertFalse(health(changing.url()).body().contains(".env"));
                assertEquals(200, status(changing.url(), client));
                Files.writeString(file, hashes("CLIENT", client));
                await(() -> health(changing.url()).statusCode() == 200);
            }
        }

        @Test
        void ofTheReferenceDocumentIsServedAsItIs(@TempDir Path directory) throws Exception {
            Path file = directory.resolve(".env");
            Files.writeString(file, """
                    APP_ENV=dev
                    DATABASE_URL=sqlite:///./aitbc_coordinator.db
                    CLIENT_API_KEYS=["client_dev_key_1_valid","client_dev_key_2_valid"]
                    MINER_API_KEYS=["miner_dev_key_1_valid","miner_dev_key_2_valid"]
                    ADMIN_API_KEYS=["admin_dev_key_1_valid"]
                    """);
            try (CoordinatorProcess reference = CoordinatorProcess.serving(file)) {
                assertEquals(200, status(reference.url(), ApiKey.of("client_dev_key_2_valid")));
                assertEquals(200, status(reference.url(), ApiKey.of("admin_dev_key_1_valid")));
                assertTrue(reference.stderr().contains(file.toString()), reference.stderr());
                assertFalse(reference.stderr().contains("client_dev_key_2_valid"), reference.stderr());
            }
        }

        static Stream<Arguments> badFiles() {
            String key = ThrowAwayKeys.newKey().reveal();
            return Stream.of(
                    Arguments.of("half a JSON list", "APP_ENV=dev\nCLIENT_API_KEYS=[\"" + key + "\"\n", 2, key),
                    Arguments.of("an empty list", "APP_ENV=dev\n\nCLIENT_API_KEYS=[]\n", 3, "[]"),
                    Arguments.of(
                            "a key under 16 characters", "APP_ENV=dev\nMINER_API_KEYS=qz7shortkey\n", 2, "qz7short"),
                    Arguments.of("plaintext outside development", "CLIENT_API_KEYS=" + key + "\n", 1, key));
        }

        @ParameterizedTest(name = "{0}")
        @MethodSource("badFiles")
        void isRefusedWithFileAndLineAndWithoutTheKey(
                String problem, String content, int line, String secret, @TempDir Path directory) throws Exception {
            Path file = directory.resolve(".env");
            Files.writeString(file, content);
            Refusal refusal = CoordinatorProcess.refusing("--env-file", file.toString(), "--port", "0");
            assertAll(
                    () -> assertNotEquals(0, refusal.exitCode()),
                    () -> assertEquals("", refusal.stdout()),
                    () -> assertTrue(refusal.stderr().contains(file + ":" + line), refusal.stderr()),
                    () -> assertFalse(refusal.stderr().contains(secret), refusal.stderr()),
                    () -> assertFalse(refusal.stderr().contains("\tat "), refusal.stderr()));
        }

        @Test
        void isRefusedWhereItIsMissingOrADirectory(@TempDir Path directory) throws Exception {
            for (Path file : new Path[] {directory.resolve("nowhere.env"), directory}) {
                Refusal refusal = CoordinatorProcess.refusing("--env-file", file.toString(), "--port", "0");
                assertNotEquals(0, refusal.exitCode());
                assertTrue(refusal.stderr().contains(file.toString()), refusal.stderr());
            }
        }
    }

    @Test
    void stopsOnSigterm(@TempDir Path directory) throws Exception {
        Path file = directory.resolve(".env");
        Files.writeString(file, hashes("CLIENT", client));
        try (CoordinatorProcess stopping = CoordinatorProcess.serving(file)) {
            assertEquals(143, stopping.terminate());
            assertTrue(stopping.stderr().contains("stopping"), stopping.stderr());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"--port", "--env-file", "--env-file x --port 65536", "--env-file x --prot 1"})
    void refusesAWrongCommandLine(String args) throws Exception {
        Refusal refusal = CoordinatorProcess.refusing(args.split(" "));
        assertEquals(2, refusal.exitCode());
        assertTrue(refusal.stderr().contains("usage: "), refusal.stderr());
    }

    @Test
    @DisplayName("issue 18.6 without an option it reads .env of its working directory, and says so where there is none")
    void namesTheFileThatItReadsByDefault() throws Exception {
        Refusal refusal = CoordinatorProcess.refusing();
        assertEquals(1, refusal.exitCode());
        assertTrue(refusal.stderr().contains(".env"), refusal.stderr());
    }

    private HttpResponse<String> call(String method, String path, String key, String body) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(service.url() + path))
                .timeout(PATIENCE)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        if (!key.isEmpty()) {
            request.header("X-Api-Key", key);
        }
        return http.send(request.build(), BodyHandlers.ofString());
    }

    private int status(String url, ApiKey key) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url + "/v1/whoami"))
                .timeout(PATIENCE)
                .header("X-Api-Key", key.reveal())
                .build();
        return http.send(request, BodyHandlers.ofString()).statusCode();
    }

    private HttpResponse<String> health(String url) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url + "/health"))
                .timeout(PATIENCE)
                .build();
        return http.send(request, BodyHandlers.ofString());
    }

    private String keyOf(String caller) {
        return switch (caller) {
            case "client" -> client.reveal();
            case "miner" -> miner.reveal();
            case "admin" -> admin.reveal();
            case "wrong" -> ThrowAwayKeys.newKey().reveal();
            default -> "";
        };
    }

    private String webSocketUrl() {
        return service.url().replace("http://", "ws://") + "/ws";
    }

    private static String hashes(String role, ApiKey key) {
        return role + "_API_KEY_HASHES=" + SHA256.hash(key).reveal() + "\n";
    }

    private static String digitsOf(String hash) {
        return hash.substring(hash.indexOf(':') + 1);
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
