package io.keyward.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.keyward.ApiKey;
import io.keyward.KeyFormat;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** The packaged command beside the packaged coordinator, which follows its file and is never restarted. */
@Tag("coordinator")
@Execution(ExecutionMode.CONCURRENT)
class EndToEndIT {
    private static final Path COORDINATOR = Path.of(System.getProperty(
                    "keyward.coordinator.jar",
                    Path.of("..", "examples", "target", "keyward-coordinator.jar")
                            .toString()))
            .toAbsolutePath()
            .normalize();
    private static final Pattern LISTENING = Pattern.compile("listening on (http://\\S+)");
    /** Ten times the poll interval that the configuration adapter states, for a machine with other work to do. */
    private static final Duration RELOAD_BOUND = Duration.ofSeconds(50);
    /** How long an old secret stays valid, which is how long the test waits. */
    private static final int OVERLAP_SECONDS = 6;

    @TempDir
    private Path directory;

    @Test
    void keyLivesFromIssueToRevocationWithoutRestart() throws Exception {
        Packaged keyward = new Packaged(directory);
        Outcome issued = keyward.run("issue", "--role", "client", "--owner", "alice");
        assertEquals(0, issued.exitCode(), issued.err());
        String first = issued.out().strip();
        String id = KeyFormat.recognise(first).orElseThrow().idOf(ApiKey.of(first));

        Process coordinator = start("--env-file", directory.resolve(".env").toString(), "--port", "0");
        try {
            URI whoAmI = URI.create(urlOf(coordinator) + "/v1/whoami");
            assertEquals(200, status(whoAmI, first));

            long rotating = System.nanoTime();
            String second = keyward.run("rotate", id, "--overlap", OVERLAP_SECONDS + "s")
                    .out()
                    .strip();
            awaitStatus(whoAmI, second, 200);
            int old = status(whoAmI, first);
            boolean within = System.nanoTime() - rotating < TimeUnit.SECONDS.toNanos(OVERLAP_SECONDS);
            assertTrue(old == 200 || !within, "the old secret within the overlap: " + old);

            awaitStatus(whoAmI, first, 401);
            assertEquals(200, status(whoAmI, second), "the new secret after the overlap");

            String late = keyward.run("issue", "--role", "client", "--owner", "bob")
                    .out()
                    .strip();
            awaitStatus(whoAmI, late, 200);

            assertEquals(0, keyward.run("revoke", id).exitCode());
            awaitStatus(whoAmI, second, 401);
            assertEquals(401, status(whoAmI, first));
            assertEquals(200, status(whoAmI, late), "another key");
            assertTrue(coordinator.isAlive());
        } finally {
            coordinator.destroy();
            assertTrue(coordinator.waitFor(60, TimeUnit.SECONDS));
        }
    }

    @Test
    @DisplayName("SU-02 the sample does not start without configuration, and no file makes it use a fixed key")
    void sampleRefusesToStartWithoutConfiguration() throws Exception {
        Path empty = Files.createFile(directory.resolve("empty.env"));
        Map<List<String>, String> reasons = Map.of(
                List.of("--port", "0"), ".env: there is no such file",
                List.of("--env-file", "missing.env"), "there is no such file",
                List.of("--env-file", empty.toString()), "there are no keys");
        for (Map.Entry<List<String>, String> reason : reasons.entrySet()) {
            Process process = start(reason.getKey().toArray(String[]::new));
            String printed = new String(process.getInputStream().readAllBytes(), UTF_8);
            assertTrue(process.waitFor(60, TimeUnit.SECONDS), "still running");
            assertNotEquals(0, process.exitValue());
            assertEquals("", printed);
            String said = Files.readString(directory.resolve("coordinator.err"));
            assertTrue(said.contains(reason.getValue()), said);
        }
    }

    private Process start(String... args) throws IOException {
        List<String> command =
                new ArrayList<>(List.of(ProcessHandle.current().info().command().orElseThrow()));
        command.addAll(RunningCoordinator.options());
        command.addAll(List.of("-jar", COORDINATOR.toString()));
        command.addAll(List.of(args));
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectError(directory.resolve("coordinator.err").toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("KEYWARD_") || name.equals("APP_ENV"));
        return builder.start();
    }

    private static String urlOf(Process coordinator) throws IOException {
        BufferedReader printed = new BufferedReader(new InputStreamReader(coordinator.getInputStream(), UTF_8));
        for (String line = printed.readLine(); line != null; line = printed.readLine()) {
            Matcher listening = LISTENING.matcher(line);
            if (listening.find()) {
                return listening.group(1);
            }
        }
        throw new IllegalStateException("the coordinator does not serve");
    }

    private static void awaitStatus(URI uri, String key, int expected) throws Exception {
        long deadline = System.nanoTime() + RELOAD_BOUND.toNanos();
        int status = status(uri, key);
        while (status != expected && System.nanoTime() < deadline) {
            TimeUnit.MILLISECONDS.sleep(200);
            status = status(uri, key);
        }
        assertEquals(expected, status, "within the reload bound");
    }

    private static int status(URI uri, String key) throws IOException {
        HttpURLConnection connection = (HttpURLConnection) uri.toURL().openConnection();
        connection.setRequestProperty("X-Api-Key", key);
        try {
            return connection.getResponseCode();
        } finally {
            connection.disconnect();
        }
    }
}
