package io.keyward.config;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.keyward.ApiKeyRecord;
import io.keyward.store.StoreException;
import io.keyward.testing.ThrowAwayKeys;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A change does not change who may read or change the key file: issue 17, item 2. */
class KeptRightsTest {
    private static final int SERVICE = 1234;
    private static final int GROUP = 4321;
    private static final String ACL = "system.posix_acl_access";
    /** user::rw-, user:1235:r--, group::---, mask::r--, other::---, as the kernel keeps it. */
    private static final String READER_ACL = "02000000" + "01000600ffffffff" + "02000400d3040000" + "04000000ffffffff"
            + "10000400ffffffff" + "20000000ffffffff";

    @TempDir
    Path directory;

    private Path file;

    @BeforeEach
    void writeFile() throws IOException {
        file = Files.writeString(directory.resolve("keys.env"), "# mine\nA=1\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
    }

    private ApiKeyRecord change() {
        return EnvFileApiKeyStore.of(file)
                .insert(ThrowAwayKeys.recordOf(ThrowAwayKeys.newKey()).build());
    }

    private static void give(Path path, int owner, int group) throws IOException {
        Files.setAttribute(path, "unix:uid", owner);
        Files.setAttribute(path, "unix:gid", group);
    }

    private static String rights(Path path) throws IOException {
        return Files.getAttribute(path, "unix:uid") + ":" + Files.getAttribute(path, "unix:gid") + " "
                + PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    private Set<String> names() throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            Set<String> names = new TreeSet<>();
            entries.forEach(entry -> names.add(entry.getFileName().toString()));
            return names;
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"rw-------", "rw-r-----", "rw-rw----", "r--r-----", "r--------"})
    void rootKeepsOwnerGroupAndModeAndSharesTheLock(String mode) throws Exception {
        Machine.assumeRoot("a change of a file of another user");
        give(file, SERVICE, GROUP);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
        change();
        assertEquals(SERVICE + ":" + GROUP + " " + mode, rights(file));
        Path lock = directory.resolve("keys.env.lock");
        assertEquals(SERVICE + ":" + GROUP + " rw-" + mode.substring(3), rights(lock));
        assertEquals(0, Files.size(lock));
        assertEquals(Set.of("keys.env", "keys.env.lock"), names());
    }

    @Test
    void theServiceCanTakeTheLockThatRootMade() throws Exception {
        Machine.assumeRoot("a lock that root made, for another user");
        String[] asService = {"setpriv", "--reuid", "" + SERVICE, "--regid", "" + GROUP, "--clear-groups", "true"};
        Machine.assumeRuns("a lock that root made, for another user", asService);
        give(directory, SERVICE, GROUP);
        give(file, SERVICE, GROUP);
        Path lock = Files.createFile(directory.resolve("keys.env.lock"));
        Files.setPosixFilePermissions(lock, PosixFilePermissions.fromString("rw-------"));
        change();
        asService[6] = "test";
        List<String> command = new java.util.ArrayList<>(List.of(asService));
        command.addAll(List.of("-r", lock.toString(), "-a", "-w", lock.toString()));
        assertEquals(0, Machine.run(command.toArray(String[]::new)).code(), "the service cannot open the lock");
    }

    @Test
    @DisplayName("a lock of the same name that is a second name of another file keeps its owner")
    void rootGivesAwayNoPlantedFile() throws Exception {
        Machine.assumeRoot("a planted hard link");
        give(file, SERVICE, GROUP);
        Path precious = Files.createFile(directory.resolve("precious"));
        String before = rights(precious);
        Files.createLink(directory.resolve("keys.env.lock"), precious);
        change();
        assertEquals(before, rights(precious));
    }

    @Test
    @DisplayName("an ACL stays, so a group that could not read the hashes still cannot")
    void keepsAcl() throws Exception {
        Machine.assumeRuns("POSIX ACLs", "python3", "-c", "import os; os.setxattr");
        Machine.Outcome set = python("os.setxattr(sys.argv[1], sys.argv[2], bytes.fromhex(sys.argv[3]))", READER_ACL);
        assumeTrue(set.code() == 0, "left out, since this file system has no ACLs: " + set.text());
        change();
        assertEquals(
                READER_ACL,
                python("print(os.getxattr(sys.argv[1], sys.argv[2]).hex())", "")
                        .text()
                        .strip());
        assertTrue(Files.readString(file).contains("KEYWARD_KEYS_"));
    }

    private Machine.Outcome python(String code, String value) throws IOException, InterruptedException {
        return Machine.run("python3", "-c", "import os, sys; " + code, file.toString(), ACL, value);
    }

    @Test
    void keepsExtendedAttributes() throws Exception {
        UserDefinedFileAttributeView view = Files.getFileAttributeView(file, UserDefinedFileAttributeView.class);
        byte[] value = {1, 2, 3};
        try {
            view.write("origin", ByteBuffer.wrap(value));
        } catch (IOException | NullPointerException none) {
            assumeTrue(false, "left out, since this file system has no extended attributes: keeping them");
        }
        change();
        ByteBuffer read = ByteBuffer.allocate(3);
        Files.getFileAttributeView(file, UserDefinedFileAttributeView.class).read("origin", read);
        assertArrayEquals(value, read.array());
    }

    @Test
    @DisplayName("a change that cannot keep the owner is refused, and the file is as it was")
    void refusesWhatCannotBeKept() throws Exception {
        Machine.assumeRoot("a file of root in a directory of another user");
        // a group that maps to nothing in a namespace of one user cannot be kept there
        give(file, SERVICE, GROUP);
        Machine.assumeRuns("a user that may not give files away", "unshare", "-r", "true");
        assertFalse(Files.exists(directory.resolve("keys.env.lock")));
        byte[] before = Files.readAllBytes(file);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-rw-"));
        give(directory, 0, 0);
        Machine.Outcome outcome = ChildJvm.run(List.of("unshare", "-r"), ChangeAsOther.class, file.toString());
        assertTrue(outcome.text().contains("cannot be kept by this user; run as its owner or as root"), outcome.text());
        assertArrayEquals(before, Files.readAllBytes(file));
        assertEquals(SERVICE + ":" + GROUP + " rw-rw-rw-", rights(file));
        assertEquals(Set.of("keys.env", "keys.env.lock"), names());
    }

    /** Makes one change, and prints why it was refused. */
    static final class ChangeAsOther {
        private ChangeAsOther() {}

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

    @Test
    @DisplayName("issue 17.3 a name of 255 bytes has room for its lock and its replacement")
    void changesFileWithLongestName() throws Exception {
        file = Files.writeString(directory.resolve("é".repeat(125) + "x.env"), "A=1\n");
        assertEquals(255, file.getFileName().toString().getBytes(java.nio.charset.StandardCharsets.UTF_8).length);
        change();
        String lock = names().stream()
                .filter(name -> name.endsWith(".lock"))
                .findFirst()
                .orElseThrow();
        change();
        assertTrue(Files.readString(file).contains("KEYWARD_KEYS_"));
        assertTrue(names().contains(lock), lock);
        assertEquals(3, names().size(), names().toString());
        try (FileChannel channel = FileChannel.open(directory.resolve(lock), StandardOpenOption.WRITE);
                FileLock held = channel.lock()) {
            assertTrue(held.isValid());
        }
    }
}
