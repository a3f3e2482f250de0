package io.keyward.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.keyward.ApiKey;
import io.keyward.ApiKeyRecord;
import io.keyward.KeyHasher;
import io.keyward.KeyState;
import io.keyward.cli.terminal.Terminal;
import io.keyward.cli.terminal.TestTerminal;
import io.keyward.config.EnvFileApiKeyStore;
import io.keyward.testing.ThrowAwayKeys;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Issue 18.4: a key is found by its text, which no argument ever holds. */
class KeyByTextTest {
    @TempDir
    private Path directory;

    private Operator operator = new Operator(Path.of(""));

    @BeforeEach
    void setUp() {
        operator = new Operator(directory.resolve(".env"));
    }

    private String issue() {
        Outcome outcome = operator.run("issue", "--role=client", "--owner=alice");
        assertEquals(0, outcome.exitCode(), outcome.err());
        return outcome.out().strip();
    }

    private ApiKeyRecord onlyRecord() {
        List<ApiKeyRecord> records =
                EnvFileApiKeyStore.of(operator.file()).load().records().stream().toList();
        assertEquals(1, records.size());
        return records.get(0);
    }

    /** Returns a key as somebody else's program makes it, new in each run. */
    private static String madeElsewhere() {
        byte[] random = new byte[24];
        new Random().nextBytes(random);
        return "ext-" + Base64.getUrlEncoder().withoutPadding().encodeToString(random);
    }

    @Test
    @DisplayName("issue 18.4 revoke, disable, enable, renew and show take the text of a key")
    void findsTheKeyByItsText() {
        String key = issue();

        Outcome shown = operator.runReading(key + "\n", "show", "--key", "-");
        assertTrue(shown.out().contains("owner             alice"), shown.out() + shown.err());
        assertEquals(0, operator.runReading(key, "disable", "--key", "-").exitCode());
        assertEquals(KeyState.DISABLED, onlyRecord().state());
        assertEquals(0, operator.runReading(key, "enable", "--key=-").exitCode());
        assertEquals(0, operator.runReading(key, "renew", "--key", "-").exitCode());
        assertEquals(
                0, operator.runReading(key, "revoke", "--key", "-", "--dry-run").exitCode());
        assertEquals(KeyState.ACTIVE, onlyRecord().state());
        Outcome revoked = operator.runReading(key + "\r\n", "revoke", "--key", "-");
        assertEquals(0, revoked.exitCode(), revoked.err());
        assertEquals(KeyState.REVOKED, onlyRecord().state());
        assertTrue(revoked.err().contains("revoked key " + onlyRecord().id()), revoked.err());
        assertFalse((shown.out() + revoked.err()).contains(key), "echoes the key");
        assertTrue(operator.runReading(key, "show", "--key", "-").out().contains("revoked"), "a revoked key is found");
    }

    @Test
    @DisplayName("issue 18.4 the old secret of a rotated key finds it, too")
    void findsTheKeyByItsOldSecret() {
        String old = issue();
        assertEquals(0, operator.run("rotate", onlyRecord().id()).exitCode());

        assertEquals(0, operator.runReading(old, "revoke", "--key", "-").exitCode());
        assertEquals(KeyState.REVOKED, onlyRecord().state());
    }

    @Test
    @DisplayName("issue 18.4 a key made elsewhere is found, as hash and as plaintext of a list")
    void findsKeyMadeElsewhere() throws IOException {
        String hashed = madeElsewhere();
        String plain = madeElsewhere();
        Files.writeString(
                operator.file(),
                "CLIENT_API_KEY_HASHES="
                        + KeyHasher.sha256().hash(ApiKey.of(hashed)).reveal() + "\nMINER_API_KEYS=" + plain + "\n");
        operator = operator.with("KEYWARD_ROLES", "client,miner");

        for (String key : List.of(hashed, plain)) {
            Outcome outcome = operator.runReading(key, "revoke", "--key", "-");
            assertEquals(0, outcome.exitCode(), outcome.err());
            assertFalse(outcome.err().contains(key), "echoes the key");
            assertTrue(operator.runReading(key, "show", "--key", "-").out().contains("state             revoked"));
        }
    }

    @Test
    @DisplayName("issue 18.4 a key hashed with a pepper is found with the pepper of the file")
    void findsKeyUnderPepper() throws IOException {
        byte[] pepper = new byte[32];
        new Random().nextBytes(pepper);
        ApiKey key = ThrowAwayKeys.newKey();
        Files.writeString(
                operator.file(),
                "keyward.peppers.p1=" + Base64.getEncoder().encodeToString(pepper)
                        + "\nkeyward.roles=client\nCLIENT_API_KEY_HASHES="
                        + KeyHasher.hmacSha256("p1", pepper).hash(key).reveal() + "\n");

        Outcome outcome = operator.runReading(key.reveal(), "revoke", "--key", "-");

        assertEquals(0, outcome.exitCode(), outcome.err());
        assertTrue(operator.run("list").out().contains("revoked"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"revoke", "disable", "enable", "renew", "show"})
    @DisplayName("issue 18.4 a text that no key has changes nothing")
    void saysThatNoKeyHasTheText(String command) throws IOException {
        issue();
        String before = Files.readString(operator.file());

        for (String key : List.of(ThrowAwayKeys.newKey().reveal(), madeElsewhere())) {
            Outcome outcome = operator.runReading(key, command, "--key", "-");
            assertEquals(1, outcome.exitCode());
            assertTrue(outcome.err().contains("no key of " + operator.file() + " has that text"), outcome.err());
            assertFalse(outcome.err().contains(key), "echoes the key");
        }
        assertEquals(1, operator.runReading("", command, "--key", "-").exitCode());
        assertEquals(before, Files.readString(operator.file()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"revoke", "show"})
    @DisplayName("issue 18.4 the text itself is no argument, and is not repeated")
    void takesNoTextAsArgument(String command) {
        String id = ThrowAwayKeys.FORMAT.idOf(ThrowAwayKeys.newKey());
        issue();

        for (String key : List.of(ThrowAwayKeys.newKey().reveal(), madeElsewhere())) {
            Outcome outcome = operator.run(command, "--key", key);
            assertEquals(2, outcome.exitCode(), outcome.err());
            assertFalse(outcome.err().contains(key), "echoes the key");
        }
        assertEquals(2, operator.runReading("x", command, id, "--key", "-").exitCode(), "an id and a text");
        assertEquals(2, operator.run(command).exitCode(), "neither");
    }

    @Test
    @DisplayName("issue 18.4 a person at a terminal is asked without echo")
    void asksPersonWithoutEcho() {
        String key = issue();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Terminal terminal = TestTerminal.of(
                InputStream.nullInputStream(),
                OutputStream.nullOutputStream(),
                new PrintStream(err, true, UTF_8),
                Map.of("KEYWARD_FILE", operator.file().toString()),
                question -> key.toCharArray(),
                false);

        assertEquals(0, Main.run(List.of("revoke", "--key", "-"), terminal), err.toString(UTF_8));
        assertEquals(KeyState.REVOKED, onlyRecord().state());
    }
}
