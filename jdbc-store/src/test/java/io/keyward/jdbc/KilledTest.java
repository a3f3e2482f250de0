package io.keyward.jdbc;

import static io.keyward.jdbc.ManyNodesTest.awaitTrue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.keyward.ApiKeyRecord;
import io.keyward.KeyState;
import io.keyward.store.ApiKeys;
import io.keyward.store.IssueRequest;
import io.keyward.store.IssuedKey;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is left when a server or a node is killed in the middle of its work (issue 19). */
class KilledTest {
    private static final int KILLS = Boolean.getBoolean("tests.full") ? 20 : 3;

    @Test
    @DisplayName("a server that is killed and started again has all that was acknowledged, and its nodes recover")
    void serverIsKilled(@TempDir Path folder) throws Exception {
        EmbeddedPostgres first = start(folder, 0);
        int port = first.getPort();
        List<IssuedKey> keys = new ArrayList<>();
        try (ApiKeys node = opened(first)) {
            for (int i = 0; i < 10; i++) {
                keys.add(node.manager()
                        .issue(IssueRequest.builder().owner("o" + i).build()));
            }
            node.manager().revoke(keys.get(0).record().id());

            kill(folder);
            first.close();
            awaitTrue(() -> !node.state().isLastReloadGood(), "the node notices");
            assertTrue(isAccepted(node, keys.get(1)), "it goes on with its keys");
            assertFalse(isAccepted(node, keys.get(0)));

            try (EmbeddedPostgres second = start(folder, port)) {
                awaitTrue(() -> node.state().isHealthy(), "the node recovers");
                try (ApiKeys other = opened(second)) {
                    assertEquals(keys.size(), other.ring().current().size());
                    assertFalse(isAccepted(other, keys.get(0)), "revoked before the server was killed");
                    assertTrue(isAccepted(other, keys.get(9)));
                    node.manager().revoke(keys.get(9).record().id());
                    awaitTrue(() -> !isAccepted(other, keys.get(9)), "revoked after it");
                }
            }
        }
    }

    @Test
    @DisplayName("a node that is killed while it issues and rotates leaves whole records, and all that it acknowledged")
    void nodeIsKilled(@TempDir Path folder) throws Exception {
        TestDatabases.postgres();
        String schema = TestDatabases.newName("killed");
        JdbcApiKeyStore store =
                JdbcApiKeyStore.builder(TestDatabases.postgres()).schema(schema).build();
        store.createSchema();
        Random random = new Random(Long.getLong("tests.seed", 1));
        Map<String, Integer> acknowledged = new HashMap<>();
        for (int i = 0; i < KILLS; i++) {
            Path output = folder.resolve("output" + i);
            Process node = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-XX:TieredStopAtLevel=1",
                            "-cp",
                            classPath(),
                            Node.class.getName(),
                            Integer.toString(TestDatabases.port()),
                            schema)
                    .redirectOutput(output.toFile())
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            awaitTrue(() -> !node.isAlive() || lines(output).contains("ready"), "the node is ready");
            node.waitFor(random.nextInt(300), TimeUnit.MILLISECONDS);
            assertTrue(node.isAlive(), () -> "ended by itself: " + lines(output));
            node.destroyForcibly().waitFor();
            // a line that was cut off says nothing
            lines(output).stream().filter(line -> line.endsWith(".")).forEach(line -> {
                String[] words = line.split(" ", 3);
                acknowledged.merge(words[0], Integer.parseInt(words[1]), Math::max);
            });
        }

        Map<String, ApiKeyRecord> stored = new HashMap<>();
        store.load().records().forEach(record -> stored.put(record.id(), record));
        acknowledged.forEach((id, ordinal) -> {
            ApiKeyRecord record = stored.get(id);
            assertTrue(record != null, () -> "key " + id + " was acknowledged and is lost");
            assertTrue(record.current().ordinal() >= ordinal, () -> "a rotation of " + id + " is lost");
        });
        for (ApiKeyRecord record : stored.values()) {
            assertEquals(KeyState.ACTIVE, record.state());
            assertEquals(
                    record.current().ordinal() == 1 ? 1 : 2, record.secrets().size(), record::toString);
        }
        assertEquals(
                List.of(),
                store.check().stream()
                        .filter(finding -> finding.level() == DatabaseFinding.Level.ERROR)
                        .toList());
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The tests run as part of the module, whose jars are on another path than those of the tests. */
    private static String classPath() {
        return Stream.of(
                        System.getProperty("jdk.module.path"),
                        System.getProperty("java.class.path"),
                        Path.of("target", "test-classes").toAbsolutePath().toString())
                .filter(Objects::nonNull)
                .collect(Collectors.joining(File.pathSeparator));
    }

    /** A node that issues and rotates until it is killed, and prints a line for each change that was acknowledged. */
    static final class Node {
        private Node() {}

        public static void main(String[] arguments) throws Exception {
            HikariConfig config = new HikariConfig();
            config.setJdbcUrl("jdbc:postgresql://localhost:" + arguments[0] + "/postgres?user=postgres");
            HikariDataSource source = new HikariDataSource(config);
            JdbcApiKeyStore store =
                    JdbcApiKeyStore.builder(source).schema(arguments[1]).build();
            try (ApiKeys keys = ApiKeys.over(store).format("kw_test").open()) {
                System.out.println("ready");
                while (true) {
                    String id = keys.manager()
                            .issue(IssueRequest.builder().owner("o").build())
                            .record()
                            .id();
                    System.out.println(id + " 1 .");
                    int ordinal = keys.manager()
                            .rotate(id, Duration.ofHours(1))
                            .record()
                            .current()
                            .ordinal();
                    System.out.println(id + " " + ordinal + " .");
                }
            }
        }
    }

    private static ApiKeys opened(EmbeddedPostgres server) {
        JdbcApiKeyStore store = JdbcApiKeyStore.of(server.getPostgresDatabase());
        store.createSchema();
        return ApiKeys.over(store)
                .format("kw_test")
                .interval(Duration.ofMillis(50))
                .open();
    }

    private static boolean isAccepted(ApiKeys node, IssuedKey key) {
        return node.verifier().verify(key.key().reveal()).isAccepted();
    }

    private static EmbeddedPostgres start(Path folder, int port) throws IOException {
        TestDatabases.postgres();
        // it is set to synchronous_commit = off, unless it is told otherwise
        EmbeddedPostgres.Builder server =
                EmbeddedPostgres.builder().setDataDirectory(folder).setCleanDataDirectory(false);
        return (port == 0 ? server : server.setPort(port)).start();
    }

    /** Kills the server and waits until nothing of it is left; its shared memory must be free for the next one. */
    private static void kill(Path folder) throws Exception {
        long pid = Long.parseLong(
                Files.readAllLines(folder.resolve("postmaster.pid")).get(0).strip());
        ProcessHandle server = ProcessHandle.of(pid).orElse(null);
        assumeTrue(server != null, "the server's process cannot be seen here");
        List<ProcessHandle> workers = server.descendants().toList();
        server.destroyForcibly();
        workers.forEach(ProcessHandle::destroyForcibly);
        for (ProcessHandle each : workers) {
            each.onExit().get(60, TimeUnit.SECONDS);
        }
        server.onExit().get(60, TimeUnit.SECONDS);
    }
}
