package io.keyward.examples.readme;

import static java.util.stream.Collectors.joining;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.keyward.ApiKey;
import io.keyward.KeyHasher;
import io.keyward.testing.ThrowAwayKeys;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs the programs of the README, and checks that the README shows what runs here. */
@Timeout(value = 180, threadMode = ThreadMode.SEPARATE_THREAD)
class ReadmeTest {
    private static final Path SOURCES = Path.of("src/test/java/io/keyward/examples/readme");
    private static final Path README = Path.of("..", "README.md");

    @TempDir
    Path directory;

    @Test
    void firstKeyIsAccepted() {
        PrintStream console = System.out;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        System.setOut(new PrintStream(printed, true));
        try {
            FirstKey.main(new String[0]);
        } finally {
            System.setOut(console);
        }
        assertEquals("hello alice", printed.toString().strip());
    }

    @Test
    void guardedServiceAnswersWhoHasAKey() throws Exception {
        ApiKey client = ThrowAwayKeys.newKey();
        Path envFile = directory.resolve(".env");
        Files.writeString(
                envFile,
                "CLIENT_API_KEY_HASHES=" + KeyHasher.sha256().hash(client).reveal() + "\n");
        String java = ProcessHandle.current().info().command().orElseThrow();
        String path = Stream.of(
                        System.getProperty("java.class.path"),
                        System.getProperty("jdk.module.path"),
                        "target/test-classes")
                .filter(Objects::nonNull)
                .collect(joining(File.pathSeparator));
        Process service = new ProcessBuilder(
                        java,
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        path,
                        GuardedService.class.getName(),
                        envFile.toString(),
                        "0")
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader output = service.inputReader()) {
            String url = output.lines()
                    .filter(line -> line.startsWith("listening on "))
                    .findFirst()
                    .orElseThrow()
                    .substring("listening on ".length());
            assertEquals(200, get(url + "health", "").statusCode());
            assertEquals(401, get(url + "x", "").statusCode());
            HttpResponse<String> accepted = get(url + "x", client.reveal());
            assertEquals(200, accepted.statusCode());
            assertTrue(accepted.body().startsWith("hello "), accepted.body());
            assertEquals(403, get(url + "admin/x", client.reveal()).statusCode());
        } finally {
            service.destroyForcibly();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"FirstKey", "GuardedService"})
    void readmeShowsTheProgram(String name) throws IOException {
        String source = Files.readString(SOURCES.resolve(name + ".java"));
        String shown = "```java\n" + source.substring(source.indexOf("import ")).strip() + "\n```";
        assertTrue(Files.readString(README).contains(shown), "README.md must show:\n" + shown);
    }

    private static HttpResponse<String> get(String url, String key) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url));
        if (!key.isEmpty()) {
            request.header("X-Api-Key", key);
        }
        return HttpClient.newHttpClient().send(request.build(), BodyHandlers.ofString());
    }
}
