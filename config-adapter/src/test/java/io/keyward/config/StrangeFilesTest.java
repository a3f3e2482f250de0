package io.keyward.config;

import static io.keyward.config.ConfigFiles.accepts;
import static io.keyward.config.ConfigFiles.hash;
import static io.keyward.config.ConfigFiles.newKey;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.keyward.ApiKeyRecord;
import io.keyward.env.KeyPath;
import io.keyward.store.StoreException;
import io.keyward.testing.ThrowAwayKeys;
import java.io.IOException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Links of strangers, pipes, devices and second names where a key file is expected: issue 17, item 3. */
@Timeout(60)
class StrangeFilesTest {
    private static final int ROOT = 0;
    private static final int ALICE = 1234;
    private static final int MALLORY = 1666;
    private static final String KEY = newKey();

    @TempDir
    Path directory;

    private ConfigFiles files;

    @BeforeEach
    void writeFile() {
        files = new ConfigFiles(directory).env("CLIENT_API_KEY_HASHES=" + hash(KEY) + "\n");
    }

    private static EnvFileApiKeyStore store(Path file) {
        return EnvFileApiKeyStore.of(file, ConfigFiles.ROLES);
    }

    private static ApiKeyRecord newRecord() {
        return ThrowAwayKeys.recordOf(ThrowAwayKeys.newKey()).build();
    }

    static Stream<Arguments> linksInSharedDirectories() {
        return Stream.of(
                arguments("a stranger's link in a directory like /tmp", 01777, ROOT, MALLORY, false),
                arguments("a stranger's link where only the group cannot write", 01757, ROOT, MALLORY, false),
                arguments("our own link", 01777, ALICE, ROOT, true),
                arguments("a link of the directory's owner", 01777, ALICE, ALICE, true),
                arguments("a stranger's link in a directory without the sticky bit", 0777, ROOT, MALLORY, true),
                arguments(
                        "a stranger's link in a directory that not everybody can write to",
                        01775,
                        ROOT,
                        MALLORY,
                        true));
    }

    @ParameterizedTest(name = "{0}: {4}")
    @MethodSource("linksInSharedDirectories")
    void followsOnlyLinksThatNoStrangerCanPlant(String name, int mode, int owner, int linkOwner, boolean followed)
            throws Exception {
        Machine.assumeRoot("links of other users");
        Path shared = Files.createDirectory(directory.resolve("shared"));
        Path link = Files.createSymbolicLink(shared.resolve("keys.env"), files.env);
        Path through = Files.createSymbolicLink(shared.resolve("dir"), directory);
        for (Path each : new Path[] {link, through}) {
            Files.setAttribute(each, "unix:uid", linkOwner, java.nio.file.LinkOption.NOFOLLOW_LINKS);
        }
        Files.setAttribute(shared, "unix:uid", owner);
        Files.setAttribute(shared, "unix:mode", mode);
        for (Path path : new Path[] {link, through.resolve(".env")}) {
            if (followed) {
                try (KeywardConfig keys = files.builder().envFile(path).load()) {
                    assertTrue(accepts(keys, KEY));
                }
                store(path).insert(newRecord());
            } else {
                String refused =
                        ConfigFiles.refused(files.builder().envFile(path)).getMessage();
                assertTrue(refused.contains("another user"), refused);
                byte[] before = Files.readAllBytes(files.env);
                assertMentions(
                        "another user",
                        assertThrows(StoreException.class, () -> store(path).load()));
                assertMentions(
                        "another user",
                        assertThrows(StoreException.class, () -> store(path).insert(newRecord())));
                assertEquals(new String(before, UTF_8), Files.readString(files.env));
            }
        }
    }

    private static void assertMentions(String text, Exception e) {
        assertTrue(String.valueOf(e.getMessage()).contains(text), e.getMessage());
    }

    @Test
    void findsTheSameFileAsTheSystem() throws IOException {
        Path real = Files.createDirectories(directory.resolve("a/b"));
        Files.writeString(real.resolve("f"), "");
        Files.createSymbolicLink(directory.resolve("up"), Path.of("a/b/../b/."));
        Files.createSymbolicLink(real.resolve("g"), Path.of("../../up/f"));
        Files.createSymbolicLink(real.resolve("abs"), directory.resolve("up"));
        for (String text : new String[] {"a/b/f", "up/f", "up/../b/g", "a/./b/abs/g", "up/abs/../b/abs/f"}) {
            Path path = directory.resolve(text);
            assertEquals(path.toRealPath(), KeyPath.follow(path), text);
        }
        Path circle = Files.createSymbolicLink(directory.resolve("circle"), Path.of("circle"));
        assertThrows(FileSystemLoopException.class, () -> KeyPath.follow(circle));
    }

    @ParameterizedTest
    @ValueSource(strings = {"pipe", "/dev/null", "/dev/zero"})
    @DisplayName("a service and a change refuse what is no regular file, and do not wait")
    void refusesPipesAndDevices(String text) throws Exception {
        Path path = directory.resolve(text);
        if (text.equals("pipe")) {
            Machine.assumeRuns("a pipe as key file", "mkfifo", path.toString());
        }
        String refused = ConfigFiles.refused(files.builder().envFile(path)).getMessage();
        assertTrue(refused.contains("no regular file"), refused);
        assertMentions(
                "no regular file",
                assertThrows(StoreException.class, () -> store(path).load()));
        assertMentions(
                "no regular file",
                assertThrows(StoreException.class, () -> store(path).insert(newRecord())));
        files.env("keyward.keys.a.hash=@" + path + "\n");
        assertTrue(files.refused().getMessage().contains("no regular file"));
    }

    @Test
    @DisplayName("a file that becomes a pipe while the service runs leaves the last good keys, and the service goes on")
    void keepsKeysWhenTheFileBecomesAPipe() throws Exception {
        Path pipe = directory.resolve("pipe");
        Machine.assumeRuns("a pipe as key file", "mkfifo", pipe.toString());
        String next = newKey();
        try (KeywardConfig keys = files.builder().follow(true).load()) {
            Files.move(pipe, files.env, java.nio.file.StandardCopyOption.ATOMIC_MOVE);
            ConfigFiles.await("the alarm", () -> !keys.report().problems().isEmpty());
            assertTrue(accepts(keys, KEY));
            Files.delete(files.env);
            files.env("CLIENT_API_KEY_HASHES=" + hash(next) + "\n");
            ConfigFiles.await("the repair", () -> accepts(keys, next));
        }
    }

    @Test
    @DisplayName("a lock that is a pipe stops a change at once")
    void refusesPipeAsLock() throws Exception {
        Machine.assumeRuns("a pipe as lock", "mkfifo", files.env + ".lock");
        assertMentions(
                "no regular file",
                assertThrows(StoreException.class, () -> store(files.env).insert(newRecord())));
    }

    @Test
    void notesHardLinks() throws IOException {
        try (KeywardConfig keys = files.load()) {
            assertFalse(keys.report().warnings().toString().contains("hard links"));
        }
        Files.createLink(directory.resolve("second"), files.env);
        try (KeywardConfig keys = files.builder().strictPermissions(true).load()) {
            assertTrue(keys.report().warnings().toString().contains("2 names (hard links)"));
        }
    }

    @Test
    @DisplayName("a content given in code is read like a file, is not followed, and cannot be changed")
    void takesContent() {
        byte[] content = ("CLIENT_API_KEY_HASHES=" + hash(KEY) + "\n").getBytes(UTF_8);
        Path name = directory.resolve("nowhere.env");
        try (KeywardConfig keys =
                files.builder().envFile(name, content).follow(true).load()) {
            content[0] = '#';
            keys.reloadNow();
            assertTrue(accepts(keys, KEY));
        }
        content[0] = 'C';
        EnvFileApiKeyStore store = EnvFileApiKeyStore.ofContent(name, content, ConfigFiles.ROLES);
        assertEquals(1, store.load().records().size());
        assertThrows(StoreException.class, () -> store.insert(newRecord()));
        assertFalse(Files.exists(name));
    }
}
