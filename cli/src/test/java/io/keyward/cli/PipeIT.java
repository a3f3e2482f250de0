package io.keyward.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.keyward.KeyHasher;
import io.keyward.testing.ThrowAwayKeys;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A pipe where a key file is expected: issue 17, item 3. */
@Timeout(300)
@Execution(ExecutionMode.CONCURRENT)
class PipeIT {
    @TempDir
    Path directory;

    private Shell shell;
    private String key;

    @BeforeEach
    void writeFile() throws Exception {
        shell = Shell.at(directory);
        key = ThrowAwayKeys.newKey().reveal();
        String hash = KeyHasher.sha256().hash(io.keyward.ApiKey.of(key)).reveal();
        Files.writeString(
                directory.resolve("keys.env"),
                "KEYWARD_KEYS_ALICE_HASH=" + hash + "\nKEYWARD_KEYS_ALICE_ROLES=client\nkeyward.roles=client\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"list", "show alice", "status"})
    void readingCommandsTakeAPipe(String command) throws Exception {
        Outcome piped = shell.run("cat keys.env | keyward " + command + " --file /dev/stdin");
        assertEquals(0, piped.exitCode(), piped.err());
        assertTrue(piped.out().contains("alice"), piped.out());
    }

    @Test
    void verifyTakesAPipe() throws Exception {
        Outcome outcome = shell.gives(key + "\n", "keyward verify --file <(cat keys.env)");
        assertEquals(0, outcome.exitCode(), outcome.err());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"list --file", "revoke alice --file", "issue --role client --owner bob --file", "hash --file"})
    @DisplayName("a pipe that nobody writes to keeps no command waiting")
    void endsWithoutWriter(String command) throws Exception {
        Outcome outcome = inProcess(command + " " + makePipe());

        assertTrue(outcome.exitCode() == 3 || outcome.exitCode() == 1, outcome.exitCode() + outcome.err());
        assertTrue(outcome.err().contains("pipe"), outcome.err());
    }

    @ParameterizedTest
    @ValueSource(strings = {"list", "status", "hash", "revoke alice", "scan ."})
    @DisplayName("a pipe with the variables of the service has the same time limit as one with keys")
    void readsVariablesFromAPipe(String command) throws Exception {
        Outcome waiting = inProcess(command.replace(".", directory.toString()) + " --file "
                + directory.resolve("keys.env") + " --env-file " + makePipe());
        assertEquals(3, waiting.exitCode(), waiting.err());
        assertTrue(waiting.err().contains("pipe that did not end"), waiting.err());

        Outcome piped = shell.run("echo A=1 | keyward " + command + " --file keys.env --env-file /dev/stdin");
        assertTrue(piped.exitCode() == 0 || command.startsWith("scan"), piped.err());
    }

    /** Runs a command that waits for its pipe, so that several wait at the same time. */
    private static Outcome inProcess(String words) {
        return Outcome.of(words.split(" "));
    }

    private Path makePipe() throws Exception {
        Path pipe = directory.resolve("pipe");
        assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
        return pipe;
    }
}
