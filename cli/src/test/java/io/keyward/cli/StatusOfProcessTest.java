package io.keyward.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.keyward.KeyHasher;
import io.keyward.testing.ThrowAwayKeys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Issue 18.6: what a running process reads. */
@EnabledOnOs(OS.LINUX)
class StatusOfProcessTest {
    @TempDir
    private Path directory;

    private void write(Path file) throws IOException {
        String hash = KeyHasher.sha256().hash(ThrowAwayKeys.newKey()).reveal();
        Files.writeString(file, "KEYWARD_KEYS_ALICE_HASH=" + hash + "\nKEYWARD_KEYS_ALICE_ROLES=client\n");
    }

    private Outcome statusOf(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("sh", "-c", "read line", "service"));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
        builder.environment().clear();
        builder.environment().put("PATH", System.getenv("PATH"));
        builder.environment().put("DATABASE_PASSWORD", "marker-0123456789");
        Process service = builder.start();
        try {
            return Outcome.of("status", "--pid", String.valueOf(service.pid()));
        } finally {
            service.destroy();
            service.waitFor();
        }
    }

    @Test
    @DisplayName("issue 18.6 reads the .env of the working directory and prints nothing of the environment")
    void readsTheFileOfTheWorkingDirectory() throws Exception {
        write(directory.resolve(".env"));

        Outcome outcome = statusOf();

        assertEquals(0, outcome.exitCode(), outcome.err());
        assertTrue(outcome.out().contains(directory.resolve(".env").toString()), outcome.out());
        assertTrue(outcome.out().contains("alice"), outcome.out());
        assertFalse((outcome.out() + outcome.err()).contains("marker"), "prints the environment");
    }

    @Test
    @DisplayName("issue 18.6 reads the file that an argument names")
    void readsTheFileOfAnArgument() throws Exception {
        write(directory.resolve("prod.env"));

        for (String[] arguments : new String[][] {{"--env-file", "prod.env"}, {"--env-file=prod.env"}}) {
            Outcome outcome = statusOf(arguments);

            assertEquals(0, outcome.exitCode(), outcome.err());
            assertTrue(outcome.err().contains("an argument names " + directory.resolve("prod.env")), outcome.err());
            assertTrue(outcome.out().contains("alice"), outcome.out());
        }
    }

    @Test
    @DisplayName("issue 18.6 takes the system properties among the arguments")
    void readsTheSystemPropertiesOfAnArgument() throws Exception {
        write(directory.resolve(".env"));

        Outcome outcome = statusOf("-Dkeyward.mode=development", "-Dkeyward.keys.alice.owner=marker-0123456789");

        assertEquals(0, outcome.exitCode(), outcome.err());
        assertTrue(outcome.out().contains("mode: development"), outcome.out());
        assertTrue(outcome.out().contains("keyward.keys.alice.owner: system properties"), outcome.out());
        assertFalse((outcome.out() + outcome.err()).contains("marker"), "prints a value");
    }

    @Test
    @DisplayName("issue 18.6 takes no file of this machine for one of a container")
    void refusesProcessThatSeesOtherFiles() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/unshare")), "there is no unshare");
        Path inside = Files.createDirectory(directory.resolve("inside"));
        Path outside = Files.createDirectory(directory.resolve("outside"));
        write(outside.resolve(".env"));
        ProcessBuilder builder = new ProcessBuilder(
                "unshare",
                "-rm",
                "sh",
                "-c",
                "mount --bind \"$1\" \"$2\" && cd \"$2\" && echo ready && read line",
                "sh",
                inside.toString(),
                outside.toString());
        Process service = builder.redirectErrorStream(true).start();
        try {
            assumeTrue("ready".equals(service.inputReader().readLine()), "mounts need unshare -rm");
            Outcome outcome = Outcome.of("status", "--pid", String.valueOf(service.pid()));

            assertEquals(1, outcome.exitCode(), outcome.out());
            assertTrue(outcome.err().contains("sees other files than this command"), outcome.err());
            assertFalse(outcome.out().contains("alice"), outcome.out());
        } finally {
            service.destroy();
            service.waitFor();
        }
    }

    @Test
    void saysThatThereIsNoSuchProcess() {
        assertEquals(1, Outcome.of("status", "--pid", "999999999").exitCode());
        assertEquals(2, Outcome.of("status", "--pid", "1", "--dir", "x").exitCode());
    }
}
