package io.keyward.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.keyward.config.KeywardConfig;
import io.keyward.role.Role;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Keys that are made in a file are hashed as the service hashes them that issues into that file. */
class PeppersOfFileTest {
    @TempDir
    private Path directory;

    private Path file = Path.of("");
    private Operator operator = new Operator(Path.of(""));

    @BeforeEach
    void setUp() {
        file = directory.resolve(".env");
        operator = new Operator(file);
    }

    private String pepper(String id) {
        Path out = directory.resolve(id);
        return Outcome.of("pepper", id, "--out", out.toString()).out();
    }

    private String issue(Operator by) {
        Outcome issued = by.run("issue", "--role=client", "--owner=a");
        assertEquals(0, issued.exitCode(), issued.err());
        return issued.out().strip();
    }

    private String idOf(String key) {
        return key.substring(8, 16);
    }

    private void assertAccepted(String key, Map<String, String> environment) {
        try (KeywardConfig service = KeywardConfig.builder()
                .envFile(file)
                .roles(Role.of("client"))
                .environment(environment)
                .follow(false)
                .load()) {
            assertTrue(service.verifier().verify(key).isAccepted());
        }
    }

    @Test
    @DisplayName("issue and rotate hash with the pepper that the file names")
    void hashesWithThePepperOfTheFile() throws IOException {
        Files.writeString(file, pepper("p1"));

        String issued = issue(operator);
        assertAccepted(issued, Map.of());
        Outcome rotated = operator.run("rotate", idOf(issued));

        assertEquals(0, rotated.exitCode(), rotated.err());
        assertAccepted(rotated.out().strip(), Map.of());
        assertFalse(Files.readString(file).contains("=sha256:"), "a hash without the pepper");
    }

    @Test
    @DisplayName("a pepper of the environment is used, also for the first key, and a reference is followed")
    void hashesWithThePepperOfTheEnvironment() throws IOException {
        pepper("p1");
        Map<String, String> environment =
                Map.of("KEYWARD_PEPPERS_P1", "${VALUE}", "VALUE", "@" + directory.resolve("p1"));

        String issued = issue(new Operator(file, environment));

        assertAccepted(issued, environment);
        assertTrue(Files.readString(file).contains("HASH=hmac-sha256:p1:"), "a hash without the pepper");
    }

    @Test
    @DisplayName("no secret is stored without the pepper that other keys have; a key can still be revoked")
    void refusesWithoutThePepper() throws IOException {
        pepper("p1");
        Operator knowing = operator.with("KEYWARD_PEPPERS_P1", "@" + directory.resolve("p1"));
        String id = idOf(issue(knowing));
        String before = Files.readString(file);

        for (String[] command : new String[][] {{"issue", "--role=client", "--owner=b"}, {"rotate", id}}) {
            Outcome refused = operator.run(command);

            assertEquals(1, refused.exitCode(), refused.err());
            assertTrue(refused.err().contains("set KEYWARD_PEPPERS_P1"), refused.err());
            assertEquals("", refused.out());
            assertEquals(before, Files.readString(file));
        }
        assertEquals(0, operator.run("revoke", id).exitCode());
    }

    @Test
    @DisplayName("of several peppers in the file, the one that the environment has is used")
    void usesOneOfSeveralPeppers() throws IOException {
        Files.writeString(file, pepper("p1") + pepper("p2"));

        Outcome refused = operator.run("issue", "--role=client", "--owner=b");
        assertEquals(1, refused.exitCode(), refused.err());
        assertTrue(refused.err().contains("several peppers (p1, p2)"), refused.err());

        assertAccepted(issue(operator.with("KEYWARD_PEPPERS_P2", "@" + directory.resolve("p2"))), Map.of());
        assertTrue(Files.readString(file).contains("HASH=hmac-sha256:p2:"), "another pepper");
    }

    @Test
    @DisplayName("keyward.new-keys-pepper chooses, in the file or in the environment, and must name a known pepper")
    void usesTheChosenPepper() throws IOException {
        String both = pepper("p1") + pepper("p2");
        Files.writeString(file, both + "keyward.new-keys-pepper=p2\n");

        issue(operator);
        assertTrue(Files.readString(file).contains("HASH=hmac-sha256:p2:"), "another pepper");
        issue(operator.with("KEYWARD_NEW_KEYS_PEPPER", "p1"));
        assertTrue(Files.readString(file).contains("HASH=hmac-sha256:p1:"), "another pepper");

        Files.writeString(file, pepper("p3") + "keyward.new-keys-pepper=p4\n");
        Outcome refused = operator.run("issue", "--role=client", "--owner=b");
        assertEquals(1, refused.exitCode(), refused.err());
        assertTrue(refused.err().contains("names a pepper that is not known here"), refused.err());
        assertFalse(Files.readString(file).contains("HASH="), "a hash with another pepper");
    }

    @Test
    @DisplayName("a pepper that only the environment has is named, until the file has a line or a key of it")
    void namesStrayPepper() throws IOException {
        String check = pepper("p1")
                .lines()
                .filter(line -> line.contains("check"))
                .findFirst()
                .orElseThrow();
        Operator straying = operator.with("KEYWARD_PEPPERS_P1", "@" + directory.resolve("p1"));
        String[] issue = {"issue", "--role=client", "--owner=a"};

        String first = straying.run(issue).err();
        assertTrue(first.contains("the pepper in the variable KEYWARD_PEPPERS_P1"), first);
        assertTrue(first.contains("KEYWARD_PEPPERS_P1_CHECK=" + check.substring(check.indexOf('=') + 1)), first);
        String second = straying.run(issue).err();
        assertFalse(second.contains("PEPPERS"), second);
        Files.writeString(file, check + "\n");
        String named = straying.run(issue).err();
        assertFalse(named.contains("PEPPERS"), named);
    }

    @Test
    @DisplayName("a pepper that does not fit its check value hashes nothing")
    void refusesAnotherPepper() throws IOException {
        String lines = pepper("p1");
        Files.writeString(file, lines);
        Files.delete(directory.resolve("p1"));
        pepper("p1");

        Outcome refused = operator.run("issue", "--role=client", "--owner=b");

        assertEquals(1, refused.exitCode(), refused.err());
        assertTrue(refused.err().contains("keyward.peppers.p1"), refused.err());
        assertEquals(lines, Files.readString(file));
    }

    @Test
    @DisplayName("a development file with plaintext keys and key lists gets keys with its pepper")
    void looksAtNothingButPeppers() throws IOException {
        Files.writeString(file, pepper("p1") + "APP_ENV=dev\nCLIENT_API_KEYS=client_dev_key_1_valid\n");

        assertTrue(issue(operator).startsWith("kw_live_"));
    }
}
