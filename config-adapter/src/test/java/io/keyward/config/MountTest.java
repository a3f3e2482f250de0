package io.keyward.config;

import static io.keyward.config.ConfigFiles.accepts;
import static io.keyward.config.ConfigFiles.hash;
import static io.keyward.config.ConfigFiles.newKey;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.keyward.KeysUnavailableException;
import io.keyward.env.Mount;
import io.keyward.store.StoreException;
import io.keyward.testing.ThrowAwayKeys;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A key file behind a mount of its own, as in a container: issue 17, item 1, BR-30. */
@Timeout(120)
class MountTest {
    @TempDir
    Path directory;

    @Nested
    class Table {
        private static final String TABLE = """
                22 1 254:0 / / rw,relatime - ext4 /dev/root rw
                36 22 98:0 /srv/app /app rw,noatime master:1 - ext4 /dev/root rw
                37 36 98:0 /srv/app/.env /app/.env rw - ext4 /dev/root rw
                38 22 98:0 /srv/old//deleted /gone rw - ext4 /dev/root rw
                39 22 98:0 /a\\040b /with\\040blank\\134 rw - ext4 /dev/root rw
                40 36 98:0 /srv/two /app/.env rw - ext4 /dev/root rw
                """;

        @ParameterizedTest
        @CsvSource({
            "/etc/x,            22, false, false",
            "/app/keys.env,     36, false, false",
            "/app/.env,         40, true,  false",
            "/app/.env2,        36, false, false",
            "/gone/.env,        38, false, true",
            "/gone2/.env,       22, false, false",
            "'/with blank\\/x', 39, false, false"
        })
        void findsTheDeepestAndTopmostMount(String file, String id, boolean alone, boolean replaced) {
            Mount mount = Objects.requireNonNull(Mount.find(TABLE, Path.of(file)));
            assertEquals(id, mount.id());
            assertEquals(alone, mount.isFileAlone());
            assertEquals(replaced, mount.isReplaced());
        }

        @Test
        void noticesAnotherNameOfWhatIsMounted() {
            Path file = Path.of("/app/.env");
            Mount before = new Mount("37", "/app/.env", "/srv/.env", file);
            assertTrue(new Mount("37", "/app/.env", "/srv/.env~", file).isRenamedSince(before));
            assertFalse(new Mount("38", "/app/.env", "/srv/.env~", file).isRenamedSince(before));
            assertFalse(before.isRenamedSince(before));
            assertFalse(before.isRenamedSince(null));
        }

        @Test
        void saysNothingWhereThereIsNoTable() {
            assertNull(Mount.find("", Path.of("/app/.env")));
        }
    }

    /** Each runs a JVM in a mount namespace of its own, in which `inside` shows something of `outside`. */
    @Nested
    class Namespace {
        private final String first = newKey();
        private final String second = newKey();
        private Path outside;
        private Path inside;

        @BeforeEach
        void writeFiles() throws Exception {
            Machine.assumeRuns("key files that are mounts of their own", "unshare", "-rm", "true");
            outside = Files.createDirectory(directory.resolve("outside"));
            inside = Files.createDirectory(directory.resolve("inside"));
            ConfigFiles.write(outside.resolve(".env"), named("FIRST", first) + named("SECOND", second));
            ConfigFiles.write(inside.resolve(".env"), "");
        }

        private static String named(String id, String key) {
            return "KEYWARD_KEYS_" + id + "_HASH=" + hash(key) + "\nKEYWARD_KEYS_" + id + "_ROLES=client\n";
        }

        private Process inside(String mount, Class<?> main, String... arguments) throws Exception {
            List<String> shell = List.of("unshare", "-rm", "sh", "-c", mount + " && exec \"$@\"", "sh");
            ProcessBuilder builder = new ProcessBuilder(ChildJvm.command(shell, main, arguments));
            return builder.directory(directory.toFile())
                    .redirectErrorStream(true)
                    .start();
        }

        private static String answer(BufferedReader from, StringBuilder log) throws Exception {
            for (String line = from.readLine(); line != null; line = from.readLine()) {
                if (line.startsWith("= ")) {
                    return line.substring(2);
                }
                log.append(line).append('\n');
            }
            throw new AssertionError("the service ended: " + log);
        }

        /** Asks a running service until it gives an answer. */
        private void await(String wanted, PrintStream to, BufferedReader from, StringBuilder log, String key)
                throws Exception {
            String last = "";
            for (int i = 0; i < 600; i++) {
                to.println(key);
                last = answer(from, log);
                if (last.equals(wanted)) {
                    return;
                }
                Thread.sleep(50);
            }
            throw new AssertionError("wanted " + wanted + ", got " + last + ": " + log);
        }

        @ParameterizedTest
        @ValueSource(strings = {"accept", "refuse"})
        @DisplayName("BR-30 a service whose file is replaced outside says so, and stops accepting keys where told to")
        void noticesReplacementOfTheFile(String setting) throws Exception {
            String mount = "mount --bind outside/.env inside/.env";
            Files.writeString(
                    outside.resolve(".env"),
                    "keyward.reload-interval=PT0.1S\nkeyward.stale-keys=" + setting + "\n",
                    java.nio.file.StandardOpenOption.APPEND);
            StringBuilder log = new StringBuilder();
            Process service =
                    inside(mount, Service.class, inside.resolve(".env").toString());
            try (PrintStream to = new PrintStream(service.getOutputStream(), true);
                    BufferedReader from = new BufferedReader(new InputStreamReader(service.getInputStream()))) {
                await("accepted healthy", to, from, log, first);
                assertTrue(log.toString().contains("is a mount of its own"), log.toString());
                EnvFileApiKeyStore store = EnvFileApiKeyStore.of(outside.resolve(".env"));
                store.writingInPlace().update(disabled(store, "second"));
                await("rejected healthy", to, from, log, second);
                store.update(disabled(store, "first"));
                await(setting.equals("accept") ? "accepted ill" : "unavailable ill", to, from, log, first);
                for (int i = 0; i < 600 && !log.toString().contains("replaced outside of the mount"); i++) {
                    Thread.sleep(50); // the log line follows the state
                    to.println(first);
                    answer(from, log);
                }
                assertTrue(log.toString().contains("ERROR"), log.toString());
                assertFalse(log.toString().contains(hash(first)), "the log holds a hash");
            } finally {
                service.destroy();
            }
        }

        private io.keyward.ApiKeyRecord disabled(EnvFileApiKeyStore store, String id) {
            return store.find(id).orElseThrow().toBuilder()
                    .state(io.keyward.KeyState.DISABLED)
                    .build();
        }

        private String change(String mount, String... arguments) throws Exception {
            Process process = inside(mount, Change.class, arguments);
            process.getOutputStream().close();
            String text = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
            process.waitFor();
            return text;
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "mount --bind outside/.env inside/.env",
                    "mount --bind outside/.env inside/.env && mount --bind -o ro inside inside && mount --bind outside/.env inside/.env"
                })
        @DisplayName("a change inside reaches the file outside, and leaves no journal")
        void writesInPlace(String mount) throws Exception {
            Object inode = Files.getAttribute(outside.resolve(".env"), "unix:ino");
            String text = change(mount, inside.resolve(".env").toString());
            assertTrue(text.contains("changed"), text);
            assertEquals(inode, Files.getAttribute(outside.resolve(".env"), "unix:ino"));
            assertEquals(
                    3,
                    EnvFileApiKeyStore.of(outside.resolve(".env"))
                            .load()
                            .records()
                            .size());
            assertFalse(Files.exists(inside.resolve("..env.keyward-journal")));
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "mount --bind outside/.env inside/.env && mv new outside/.env",
                    "mount --bind outside inside && mv outside old && rm -r old",
                    // what the kubelet does to a subPath of a volume when it swaps ..data
                    "mkdir ..v1 && cp outside/.env ..v1 && mount --bind ..v1/.env inside/.env && rm -r ..v1"
                })
        @DisplayName("a change is refused where what is mounted was replaced or removed")
        void refusesWhatReachesNobody(String mount) throws Exception {
            Files.copy(outside.resolve(".env"), directory.resolve("new"));
            String text = change(mount, inside.resolve(".env").toString());
            assertTrue(text.contains("replaced outside of the mount") || text.contains("no such directory"), text);
        }

        @Test
        @DisplayName("a service does not start on a file that was replaced behind its mount")
        void refusesStartOnReplacedFile() throws Exception {
            Files.copy(outside.resolve(".env"), directory.resolve("new"));
            Process service = inside(
                    "mount --bind outside/.env inside/.env && mv new outside/.env",
                    Service.class,
                    inside.resolve(".env").toString());
            service.getOutputStream().close();
            String text = new String(service.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
            assertTrue(text.contains("ConfigException") && text.contains("replaced outside of the mount"), text);
        }
    }

    /** Answers whether each key that it reads is accepted, and whether the service is healthy. */
    static final class Service {
        private Service() {}

        public static void main(String[] args) throws Exception {
            try (KeywardConfig keys = new ConfigFiles(Path.of(args[0]).getParent())
                            .builder()
                            .follow(true)
                            .load();
                    BufferedReader in = new BufferedReader(new InputStreamReader(System.in))) {
                for (String key = in.readLine(); key != null; key = in.readLine()) {
                    String answer;
                    try {
                        answer = accepts(keys, key) ? "accepted" : "rejected";
                    } catch (KeysUnavailableException e) {
                        answer = "unavailable";
                    }
                    System.out.println("= " + answer + (keys.state().isHealthy() ? " healthy" : " ill"));
                }
            }
        }
    }

    /** Adds a key to a file. */
    static final class Change {
        private Change() {}

        public static void main(String[] args) {
            try {
                EnvFileApiKeyStore.of(Path.of(args[0]))
                        .insert(ThrowAwayKeys.recordOf(ThrowAwayKeys.newKey()).build());
                System.out.println("changed");
            } catch (StoreException e) {
                System.out.println(e.getMessage());
            }
        }
    }
}
