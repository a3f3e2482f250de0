package io.keyward.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.keyward.config.KeywardConfig;
import io.keyward.testing.ThrowAwayKeys;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Issue 14, item 9: our tools write the check value of a pepper. */
class PepperCommandTest {
    @TempDir
    Path directory;

    @Test
    void whatItPrintsLoadsWithoutNote() throws Exception {
        Outcome made = Outcome.of("pepper", "p1");

        assertEquals(0, made.exitCode(), made.err());
        assertLoads(made.out());
        assertFalse(made.out().equals(Outcome.of("pepper", "p1").out()), "each pepper is new");
    }

    @Test
    void putsThePepperIntoAFileOfItsOwnAndNamesIt() throws Exception {
        Path file = directory.resolve("pepper of # one");

        Outcome made = Outcome.of("pepper", "p1", "--out", file.toString());

        assertEquals(0, made.exitCode(), made.err());
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        String pepper = Files.readString(file);
        assertFalse(made.out().contains(pepper.strip()));
        assertLoads(made.out());
        assertEquals(
                made.out().lines().skip(1).findFirst().orElseThrow() + "\n",
                Outcome.reading(pepper, "pepper", "p1", "--check").out());
    }

    @Test
    void printsJson() {
        String made = Outcome.of("pepper", "p1", "--json").out();
        String pepper = made.replaceFirst("(?s).*\"pepper\": ?\"([^\"]*)\".*", "$1");

        String checked = Outcome.reading(pepper + "\n", "pepper", "p1", "--check", "--json")
                .out();

        assertFalse(checked.contains(pepper), checked);
        String check = checked.replaceFirst("(?s).*\"check\": ?\"([^\"]*)\".*", "$1");
        assertTrue(check.matches("[0-9a-f]{16}") && made.contains(check), made);
    }

    @Test
    void neverReplacesAFile() throws Exception {
        Path file = directory.resolve("pepper");
        Files.writeString(file, "in use");

        Outcome outcome = Outcome.of("pepper", "p1", "--out", file.toString());

        assertEquals(3, outcome.exitCode());
        assertEquals("", outcome.out());
        assertEquals("in use", Files.readString(file));
    }

    @ParameterizedTest
    @ValueSource(strings = {"P1", "-", "", "a b", "a.check", "0123456789012345678901234567890123"})
    void refusesIdOfAnotherFormBeforeAnythingIsWritten(String id) {
        Path file = directory.resolve("pepper");

        Outcome outcome = Outcome.of("pepper", "--out", file.toString(), "--", id);

        assertEquals(1, outcome.exitCode());
        assertEquals("", outcome.out());
        assertFalse(Files.exists(file));
    }

    @ParameterizedTest
    @ValueSource(strings = {"c2hvcnQ=\n", "no base64!\n"})
    void refusesWhatIsNoPepperAndDoesNotRepeatIt(String text) {
        Outcome outcome = Outcome.reading(text, "pepper", "p1", "--check");

        assertEquals(1, outcome.exitCode());
        assertEquals("", outcome.out());
        assertFalse(outcome.err().contains(text.strip()), outcome.err());
    }

    private void assertLoads(String lines) throws Exception {
        Path env = directory.resolve(".env");
        Files.writeString(
                env,
                lines + "keyward.keys.a.hash="
                        + ThrowAwayKeys.recordOf(ThrowAwayKeys.newKey())
                                .build()
                                .current()
                                .hash()
                                .reveal()
                        + "\n");
        try (KeywardConfig keys = KeywardConfig.builder()
                .envFile(env)
                .environment(Map.of())
                .systemProperties(Map.of())
                .follow(false)
                .load()) {
            assertTrue(
                    keys.report().warnings().stream()
                            .noneMatch(warning -> warning.toString().contains("pepper `")),
                    keys.report().warnings()::toString);
        }
    }
}
