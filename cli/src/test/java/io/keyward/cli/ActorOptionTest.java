package io.keyward.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.keyward.ApiKey;
import io.keyward.ApiKeyRecord;
import io.keyward.KeyFormat;
import io.keyward.config.EnvFileApiKeyStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Issue 18.3: who made, changed and revoked a key. */
class ActorOptionTest {
    @TempDir
    private Path directory;

    private Operator operator = new Operator(Path.of(""));

    @BeforeEach
    void setUp() {
        operator = new Operator(directory.resolve(".env"));
    }

    private String issue(String... further) {
        Outcome outcome = run(List.of("issue", "--role=client", "--owner=alice"), further);
        return KeyFormat.of("kw_live").idOf(ApiKey.of(outcome.out().strip()));
    }

    private Outcome run(List<String> command, String... further) {
        List<String> args = new java.util.ArrayList<>(command);
        args.addAll(List.of(further));
        Outcome outcome = operator.run(args.toArray(String[]::new));
        assertEquals(0, outcome.exitCode(), outcome.err());
        return outcome;
    }

    private ApiKeyRecord record(String id) {
        return EnvFileApiKeyStore.of(operator.file()).find(id).orElseThrow();
    }

    @Test
    @DisplayName("issue 18.3 a change notes the login name")
    void notesTheLoginName() {
        String id = issue();
        String login = System.getProperty("user.name");
        String expected = "operator:" + (login.equals("?") ? "unknown" : login);

        assertEquals(expected, record(id).createdBy());
        run(List.of("disable", id));
        assertEquals(expected, record(id).changedBy());
    }

    @Test
    @DisplayName("issue 18.3 under sudo a change notes who called it")
    void notesWhoCalledSudo() {
        operator = operator.with("SUDO_USER", "anna");

        assertEquals("operator:anna", record(issue()).createdBy());
        assertEquals("operator:bob", record(issue("--as=bob")).createdBy(), "the option wins");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\nb", " anna", "\u0007"})
    @DisplayName("issue 18.3 a login name that is none stops no change")
    void changesUnderLoginNameThatIsNone(String login) {
        operator = operator.with("SUDO_USER", login);

        assertEquals("operator:unknown", record(issue()).createdBy());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "rotate",
                "renew",
                "disable",
                "enable",
                "revoke",
                "change --owner=bob",
                "renew --owner=alice --yes",
                "disable --owner=alice --yes",
                "revoke --owner=alice --yes"
            })
    @DisplayName("issue 18.3 each command that changes a key takes --as")
    void notesTheNameThatWasGiven(String command) {
        String id = issue("--as=anna", "--expires=100d");
        if (command.equals("enable")) {
            run(List.of("disable", id));
        }
        List<String> words = new java.util.ArrayList<>(List.of(command.split(" ")));
        if (!words.contains("--yes")) {
            words.add(id);
        }

        run(words, "--as=Berta Berg");

        assertEquals("operator:anna", record(id).createdBy());
        assertEquals("operator:Berta Berg", record(id).changedBy());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " anna", "anna\nroot", "\u001B[2J"})
    @DisplayName("issue 18.3 a name that is not one line is refused before anything is changed")
    void refusesNameThatIsNotOneLine(String name) throws java.io.IOException {
        String id = issue();
        String before = Files.readString(operator.file());

        Outcome outcome = operator.run("revoke", id, "--as", name);

        assertEquals(2, outcome.exitCode());
        assertTrue(outcome.err().contains("--as must be"), outcome.err());
        assertEquals(before, Files.readString(operator.file()));
    }

    @Test
    @DisplayName("issue 18.3 show and list say when and by whom a key was created, changed and revoked")
    void saysWhenAndByWhom() {
        String id = issue("--as=anna");
        run(List.of("change", id, "--name=x", "--as=berta"));
        ApiKeyRecord changed = record(id);

        String shown = run(List.of("show", id)).out();
        assertTrue(shown.contains("created           " + changed.createdAt() + " by operator:anna"), shown);
        assertTrue(shown.contains("changed           " + changed.changedAt() + " by operator:berta"), shown);
        assertFalse(shown.contains("revoked "), shown);
        assertTrue(run(List.of("show", id, "--json")).out().contains("\"revokedBy\": null"));

        run(List.of("revoke", id, "--as=clara"));
        String revokedAt = String.valueOf(record(id).changedAt());
        shown = run(List.of("show", id)).out();
        assertTrue(shown.contains("revoked           " + revokedAt + " by operator:clara"), shown);
        for (List<String> command : List.of(List.of("show", id, "--json"), List.of("list", "--json"))) {
            String json = run(command).out();
            assertTrue(json.contains("\"createdBy\": \"operator:anna\""), json);
            assertTrue(json.contains("\"revokedBy\": \"operator:clara\""), json);
            assertTrue(json.contains("\"revokedAt\": \"" + revokedAt + "\""), json);
        }
    }
}
