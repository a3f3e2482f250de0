package io.keyward.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.keyward.store.StoreException;
import io.keyward.testing.ThrowAwayKeys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When a key file is written where it is, and what is left beside it: issue 17, item 1. */
class InPlaceWriteTest {
    @TempDir
    Path directory;

    private Path file;

    @BeforeEach
    void writeFile() throws IOException {
        file = Files.writeString(directory.resolve(".env"), "A=1\nB=2\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
    }

    private Set<String> names() throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            Set<String> names = new TreeSet<>();
            entries.forEach(entry -> names.add(entry.getFileName().toString()));
            return names;
        }
    }

    @Test
    void writesInPlaceWhenAsked() throws IOException {
        Object inode = Files.getAttribute(file, "unix:ino");
        EnvFileApiKeyStore store = EnvFileApiKeyStore.of(file).writingInPlace();
        var record = store.insert(ThrowAwayKeys.recordOf(ThrowAwayKeys.newKey()).build());
        assertEquals(1, store.load().records().size());
        assertEquals(inode, Files.getAttribute(file, "unix:ino"));
        store.takeBack(record);
        assertEquals("A=1\nB=2\n", Files.readString(file));
        assertEquals(inode, Files.getAttribute(file, "unix:ino"));
        assertEquals(Set.of(".env", ".env.lock"), names());
    }

    @Test
    @DisplayName("a file in a directory that cannot be written is written in place, without lock and journal")
    void writesInPlaceInClosedDirectory() throws Exception {
        Machine.assumeRoot("a directory that another user may not write");
        String[] asService = {"setpriv", "--reuid", "1234", "--regid", "1234", "--clear-groups"};
        Machine.assumeRuns(
                "a user who can read the class path, and a directory that this user may not write",
                Stream.of(
                                Stream.of(asService),
                                Stream.of("sh", "-c", "for f; do test -r \"$f\" || exit 1; done", "sh"),
                                ChildJvm.path())
                        .flatMap(part -> part)
                        .toArray(String[]::new));
        Files.setAttribute(file, "unix:uid", 1234);
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        Machine.Outcome outcome =
                ChildJvm.run(java.util.List.of(asService), KeptRightsTest.ChangeAsOther.class, file.toString());
        assertTrue(outcome.text().contains("changed"), outcome.text());
        assertEquals(Set.of(".env"), names());
    }

    @Test
    void refusesWhatTheStoreRefusesAndLeavesTheFile() throws IOException {
        EnvFileApiKeyStore store =
                EnvFileApiKeyStore.of(directory.resolve("none/.env")).writingInPlace();
        assertThrows(
                StoreException.class,
                () -> store.insert(
                        ThrowAwayKeys.recordOf(ThrowAwayKeys.newKey()).build()));
        assertEquals(Set.of(".env"), names());
    }
}
