package io.keyward.cli.holder;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import io.keyward.cli.terminal.CommandFailure;
import io.keyward.cli.terminal.ExitCode;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SecretFileTest {
    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rw-------");

    @TempDir
    private Path directory;

    @Test
    void makesFileAndDirectoryForTheOwnerOnly() throws IOException {
        Path file = directory.resolve("new/keyward/credentials.toml");

        own(file).edit(before -> Optional.of("x"));

        assertEquals("x", Files.readString(file));
        assertEquals(OWNER_ONLY, Files.getPosixFilePermissions(file));
        assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file.getParent())));
        assertEquals(
                "rwx------",
                PosixFilePermissions.toString(
                        Files.getPosixFilePermissions(file.getParent().getParent())));
    }

    @Test
    @DisplayName("issue 18.9 refuses a file system without permissions before anything is stored")
    void refusesFileSystemWithoutPermissions() throws IOException {
        try (FileSystem open = Jimfs.newFileSystem(Configuration.unix());
                FileSystem closed = Jimfs.newFileSystem(Configuration.unix().toBuilder()
                        .setAttributeViews("posix")
                        .build())) {
            Path file = open.getPath("/work/new/credentials.toml");

            CommandFailure failure =
                    assertThrows(CommandFailure.class, () -> own(file).requirePermissionsKept());

            assertTrue(String.valueOf(failure.getMessage()).contains("keeps no permissions"), failure.getMessage());
            try (Stream<Path> entries = Files.list(open.getPath("/work"))) {
                assertEquals(List.of(), entries.toList(), "left behind");
            }
            own(closed.getPath("/work/new/credentials.toml")).requirePermissionsKept();
        }
    }

    @Test
    void closesFileThatOthersCouldRead() throws IOException {
        Path file = written("x", "rw-r--r--");

        assertTrue(own(file).isExposed());
        own(file).edit(before -> before);

        assertFalse(own(file).isExposed());
    }

    @Test
    void refusesFileThatOthersCanReadAndSaysHowToCloseIt() throws IOException {
        Path file = written("x", "rw----r--");

        CommandFailure failure =
                assertThrows(CommandFailure.class, () -> own(file).requirePrivate());

        assertEquals(ExitCode.FILE, failure.exitCode());
        assertTrue(String.valueOf(failure.getMessage()).contains("chmod 600 " + file), failure.getMessage());
    }

    @Test
    @DisplayName("CL-03 refuses a link in place of the own file, and leaves both")
    void refusesLink() throws IOException {
        Path target = written("x", "rw-------");
        Path link = Files.createSymbolicLink(directory.resolve("link"), target);

        assertThrows(CommandFailure.class, () -> own(link).read());
        assertThrows(CommandFailure.class, () -> own(link).edit(before -> Optional.of("y")));

        assertTrue(Files.isSymbolicLink(link));
        assertEquals("x", Files.readString(target));
    }

    @Test
    @DisplayName("CL-03 edits the file behind a followed link and keeps the link")
    void followsLink() throws IOException {
        Path target = written("x", "rw-------");
        Path link = Files.createSymbolicLink(directory.resolve("link"), target);

        new SecretFile(link, SecretFile.Links.FOLLOW, Duration.ZERO).edit(before -> Optional.of(before.get() + "y"));

        assertTrue(Files.isSymbolicLink(link));
        assertEquals("xy", Files.readString(target));
    }

    @Test
    void refusesLinkToNothingAndDirectory() throws IOException {
        Path link = Files.createSymbolicLink(directory.resolve("link"), directory.resolve("nothing"));
        SecretFile followed = new SecretFile(link, SecretFile.Links.FOLLOW, Duration.ZERO);

        assertThrows(CommandFailure.class, followed::read);
        assertThrows(CommandFailure.class, () -> followed.edit(before -> Optional.of("y")));
        assertThrows(CommandFailure.class, () -> own(directory).read());
        assertFalse(Files.exists(directory.resolve("nothing")));
    }

    @Test
    @DisplayName("CL-04 touches no file that a planted link beside it names")
    void touchesNoVictimOfPlantedLink() throws IOException {
        Path victim = written("victim", "rw-------");
        Path file = directory.resolve("credentials.toml");
        Files.createSymbolicLink(directory.resolve("credentials.toml.lock"), victim);

        assertThrows(CommandFailure.class, () -> own(file).edit(before -> Optional.of("y")));

        assertEquals("victim", Files.readString(victim));
        assertFalse(Files.exists(file));
    }

    @Test
    void refusesWhatIsNoTextOrTooLarge() throws IOException {
        Path binary = Files.write(directory.resolve("binary"), new byte[] {(byte) 0xC3, 0x28});
        Path large = Files.writeString(directory.resolve("large"), "x".repeat((1 << 20) + 1));

        assertThrows(CommandFailure.class, () -> own(binary).read());
        assertThrows(CommandFailure.class, () -> own(large).read());
    }

    @Test
    void refusesFileThatIsLocked() throws IOException {
        Path file = written("x", "rw-------");
        try (FileChannel lock = FileChannel.open(
                file.resolveSibling("file.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            lock.lock();

            CommandFailure failure =
                    assertThrows(CommandFailure.class, () -> own(file).edit(before -> Optional.of("y")));

            assertEquals(ExitCode.FILE, failure.exitCode());
            assertTrue(String.valueOf(failure.getMessage()).contains("locked"), failure.getMessage());
        }
        assertEquals("x", Files.readString(file));
    }

    @Test
    @DisplayName("CL-05 leaves the old content and nothing else when the disk is full")
    void keepsOldContentWhenDiskIsFull() throws IOException {
        Configuration small = Configuration.unix().toBuilder()
                .setAttributeViews("basic", "owner", "posix")
                .setMaxSize(64 * 1024)
                .setWorkingDirectory("/")
                .build();
        try (FileSystem fileSystem = Jimfs.newFileSystem(small)) {
            Path file = fileSystem.getPath("/credentials.toml");
            own(file).edit(before -> Optional.of("old"));

            assertThrows(CommandFailure.class, () -> own(file).edit(before -> Optional.of("n".repeat(64 * 1024))));

            assertEquals("old", Files.readString(file));
            assertEquals(Set.of("credentials.toml", "credentials.toml.lock"), names(file.getParent()));
        }
    }

    @Test
    void leavesTheFileWhenTheChangeFails() throws IOException {
        Path file = written("x", "rw-------");

        assertThrows(
                IllegalStateException.class,
                () -> own(file).edit(before -> {
                    throw new IllegalStateException("on purpose");
                }));

        assertEquals("x", Files.readString(file));
        assertEquals(Set.of("file", "file.lock"), names(directory));
    }

    @Test
    void removesWhatKilledWriterLeft() throws IOException {
        Path file = written("x", "rw-------");
        Files.writeString(directory.resolve(".file.keyward-0123456789abcdef.tmp"), "half");
        Files.writeString(directory.resolve(".file.keyward-other.tmp"), "not ours");

        own(file).edit(before -> Optional.of("y"));

        assertEquals(Set.of("file", "file.lock", ".file.keyward-other.tmp"), names(directory));
    }

    @Test
    @DisplayName("CL-07 loses no change of two writers at once")
    void losesNoChange() throws Exception {
        Path file = directory.resolve("file");
        ExecutorService writers = Executors.newFixedThreadPool(2);
        List<Future<?>> done = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            String line = i + "\n";
            done.add(writers.submit(() -> new SecretFile(file, SecretFile.Links.REFUSE, Duration.ofMinutes(1))
                    .edit(before -> Optional.of(before.orElse("") + line))));
        }
        for (Future<?> one : done) {
            one.get();
        }
        writers.shutdown();

        assertEquals(50, Files.readString(file, UTF_8).lines().distinct().count());
    }

    private static SecretFile own(Path file) {
        return new SecretFile(file, SecretFile.Links.REFUSE, Duration.ZERO);
    }

    private Path written(String text, String mode) throws IOException {
        Path file = Files.writeString(directory.resolve("file"), text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
        return file;
    }

    private static Set<String> names(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return Set.copyOf(files.map(file -> file.getFileName().toString()).toList());
        }
    }
}
