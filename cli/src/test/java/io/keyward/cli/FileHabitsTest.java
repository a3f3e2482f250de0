package io.keyward.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.keyward.KeyHasher;
import io.keyward.config.KeywardConfig;
import io.keyward.role.Role;
import io.keyward.testing.ThrowAwayKeys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Issue 17: key files and variables as people write them. */
class FileHabitsTest {
    @TempDir
    private Path directory;

    private Path file = Path.of("");
    private Operator operator = new Operator(Path.of(""));
    private final String key = ThrowAwayKeys.newKey().reveal();
    private final String hash =
            KeyHasher.sha256().hash(io.keyward.ApiKey.of(key)).reveal();

    @BeforeEach
    void setUp() {
        file = directory.resolve(".env");
        operator = new Operator(file);
    }

    private String[] command(String words) {
        return words.replace("FILE", file.toString())
                .replace("VARS", directory.resolve("service.env").toString())
                .replace("DIR", directory.toString())
                .split(" ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "hash --file FILE --declared-roles client",
                "status --file FILE --declared-roles client",
                "scan --file FILE --declared-roles client DIR",
                "list --file FILE --declared-roles client"
            })
    void commandsReadTheVariablesOfTheServiceFromAFile(String words) throws IOException {
        Files.writeString(file, "CLIENT_API_KEY_HASHES=${OF_THE_SERVICE}\n");
        Files.writeString(directory.resolve("service.env"), "OF_THE_SERVICE=" + hash + "\n");
        Files.writeString(directory.resolve("leak.txt"), hash + "\n");

        Outcome without = operator.run(command(words));
        Outcome with = operator.run(command(words + " --env-file VARS"));
        Outcome ofDirectory = operator.run(command(words + " --env-file DIR"));
        Outcome ofNothing = operator.run(command(words + " --env-file DIR/none.env"));

        if (words.startsWith("scan")) {
            assertTrue(with.out().contains("leak.txt"), with.out());
        } else if (!words.startsWith("list")) {
            assertFalse(without.exitCode() == 0, without.out());
            assertEquals(0, with.exitCode(), with.err());
        } else {
            assertTrue(with.out().contains("client"), with.out());
        }
        assertEquals(3, ofDirectory.exitCode(), ofDirectory.err());
        assertTrue(ofDirectory.err().contains("is a directory"), ofDirectory.err());
        assertEquals(3, ofNothing.exitCode(), ofNothing.err());
    }

    @ParameterizedTest
    @ValueSource(strings = {"revoke", "disable"})
    @DisplayName("a key that is written twice is switched off at once, and the copy is named")
    void switchesOffAKeyThatIsWrittenTwice(String verb) throws IOException {
        Files.writeString(
                file,
                "KEYWARD_ROLES=client,admin\nKEYWARD_KEYS_BOB_HASH=" + hash + "\nKEYWARD_KEYS_EVE_HASH=" + hash
                        + "\nADMIN_API_KEY_HASHES=" + hash + "\nKEYWARD_KEYS_ANN_HASH="
                        + KeyHasher.sha256().hash(ThrowAwayKeys.newKey()).reveal() + "\n");

        Outcome outcome = operator.run(verb, "eve");

        assertEquals(1, outcome.exitCode(), outcome.err());
        assertTrue(outcome.err().contains("key eve in"), outcome.err());
        assertTrue(outcome.err().contains("KEYWARD_KEYS_BOB_HASH"), outcome.err());
        assertTrue(outcome.err().contains("ADMIN_API_KEY_HASHES"), outcome.err());
        assertTrue(outcome.err().contains("is rejected here too"), outcome.err());
        assertFalse(outcome.err().contains("service refuses"), outcome.err());
        try (KeywardConfig service = service()) {
            assertFalse(service.verifier().verify(key).isAccepted());
        }
        assertEquals(0, operator.run(verb, "ann").exitCode());
    }

    private KeywardConfig service() {
        return KeywardConfig.builder()
                .envFile(file)
                .roles(Role.of("miner"))
                .environment(Map.of())
                .follow(false)
                .load();
    }

    @Test
    @DisplayName("issue 17.6 names that are almost those of a key list are named by list and hash")
    void namesAlmostLists() throws IOException {
        Files.writeString(file, "MINER_API_KEY=" + key + "\nAPI_KEYS=" + key + "\n");
        for (String words : new String[] {"list", "hash --file FILE"}) {
            Outcome outcome = operator.run(command(words + " --declared-roles miner"));
            assertTrue(outcome.err().contains(":1: MINER_API_KEY: nothing is read"), outcome.err());
            assertTrue(outcome.err().contains("write MINER_API_KEYS"), outcome.err());
            assertTrue(outcome.err().contains(":2: API_KEYS: nothing is read"), outcome.err());
            assertFalse(outcome.err().contains(key), "shows the key");
        }
    }

    @Test
    @DisplayName("BR-21 hash --file --hex-keys takes 64 hexadecimal digits as a key")
    void hashesHexKeysWhenTold() throws IOException {
        byte[] bytes = new byte[32];
        new java.security.SecureRandom().nextBytes(bytes);
        String hex = HexFormat.of().formatHex(bytes);
        Files.writeString(file, "MINER_API_KEYS=" + hex + "\n");

        Outcome refused = operator.run(command("hash --file FILE --declared-roles miner"));
        Outcome done = operator.run(command("hash --file FILE --declared-roles miner --hex-keys"));

        assertFalse(refused.exitCode() == 0);
        assertTrue(refused.err().contains("--hex-keys"), refused.err());
        assertEquals(0, done.exitCode(), done.err());
        assertFalse((refused.err() + done.err() + done.out()).contains(hex), "shows the key");
        try (KeywardConfig service = service()) {
            assertTrue(service.verifier().verify(hex).isAccepted());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"KEYWARD_ROLES", "keyward.roles"})
    @DisplayName("roles that the environment declares are not taken for roles of code, which would be declared twice")
    void takesRolesOfTheEnvironmentForThoseOfTheConfiguration(String name) throws IOException {
        Files.writeString(
                file, "KEYWARD_KEYS_A_HASH=" + hash + "\nKEYWARD_KEYS_A_ROLES=client\nADMIN_API_KEY_HASHES=" + other());
        Operator declaring = operator.with(name, "[\"client\",\"admin\"]");
        for (String words : new String[] {"status --file FILE", "status --file FILE --declared-roles client,admin"}) {
            Outcome status = declaring.run(command(words));
            assertEquals(0, status.exitCode(), status.out());
            assertTrue(status.out().contains("keyward.roles: environment"), status.out());
            assertTrue(status.out().contains("keys: 2"), status.out());
        }
        Outcome verified = declaring.runReading(key, "verify");

        assertEquals(0, verified.exitCode(), verified.err());
    }

    @Test
    @DisplayName("a key with a role that is not among the declared ones is a problem, as it is for the service")
    void findsRolesThatAreNoLongerDeclared() throws IOException {
        Files.writeString(file, "KEYWARD_KEYS_A_HASH=" + hash + "\nKEYWARD_KEYS_A_ROLES=reader\n");

        Outcome guessed = operator.run(command("status --file FILE"));
        Outcome renamed = operator.run(command("status --file FILE --declared-roles viewer,admin"));
        Outcome verified = operator.runReading(key, "verify", "--declared-roles", "viewer");

        assertEquals(0, guessed.exitCode(), guessed.out());
        assertEquals(1, renamed.exitCode(), renamed.out());
        assertTrue(renamed.out().contains(":2: KEYWARD_KEYS_A_ROLES: "), renamed.out());
        assertEquals(1, verified.exitCode(), verified.out());
        assertTrue(verified.err().contains(":2: KEYWARD_KEYS_A_ROLES: "), verified.err());
    }

    @Test
    @DisplayName("nor are roles that config/application.properties declares")
    void takesRolesOfPropertiesForThoseOfTheConfiguration() throws IOException {
        Files.writeString(file, "KEYWARD_KEYS_A_HASH=" + hash + "\nKEYWARD_KEYS_A_ROLES=client,admin\n");
        Path properties = Files.createDirectories(directory.resolve("config")).resolve("application.properties");
        Files.writeString(properties, "keyward.roles=client\n");

        Outcome status = Outcome.of("status", "--dir", directory.toString());
        Outcome unhealthy = Outcome.of("status", "--dir", directory.toString(), "--declared-roles", "Client");

        assertEquals(0, status.exitCode(), status.out());
        assertTrue(unhealthy.out().contains("share one variable"), unhealthy.out());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "issue --owner x --role client",
                "issue --owner x --role client --count 2",
                "rotate a",
                "rotate --owner o --yes",
                "renew a",
                "change a --owner p"
            })
    @DisplayName("a change of a file that services refuse says so, because the change will not be in force")
    void saysThatServicesRefuseTheFile(String words) throws IOException {
        String content = "KEYWARD_KEYS_A_HASH=" + hash + "\nKEYWARD_KEYS_A_OWNER=o\nKEYWARD_KEYS_A_ROLES=client\n";
        Files.writeString(file, content);
        Outcome good = operator.run(command(words));
        Files.writeString(file, content + "KEYWARD_KEYS_A_STAET=disabled\n");
        Outcome bad = operator.run(command(words));

        assertFalse(good.err().contains("refuses"), good.err());
        assertEquals(0, bad.exitCode(), bad.err());
        assertTrue(bad.err().contains("KEYWARD_KEYS_A_STAET: the name means nothing"), bad.err());
        assertTrue(bad.err().contains("a running service refuses " + file), bad.err());
    }

    private static String other() {
        return KeyHasher.sha256().hash(ThrowAwayKeys.newKey()).reveal();
    }
}
