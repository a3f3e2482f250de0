package io.keyward.config;

import static io.keyward.config.ConfigFiles.hash;
import static io.keyward.config.ConfigFiles.newKey;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.keyward.ApiKeyRecord;
import io.keyward.KeyState;
import io.keyward.store.StoreConflictException;
import io.keyward.store.StoreException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Issue 15.1: the service, the store and the tools read one file in one way. */
class OneReaderTest {
    private static final String KEY = newKey();
    private static final String OTHER = newKey();

    @TempDir
    private Path directory;

    /** Files that load in a service with these variables, and the variables. */
    static Stream<Arguments> filesWithReferences() {
        String chain = "A=${B}\nB=${C}\nC=${D}\nD=${E}\nE=${F}\nF=${G}\nG=" + hash(KEY) + "\n";
        return Stream.of(
                arguments(
                        "a chain of 8",
                        "KEYWARD_KEYS_EVE_HASH=${A}\nKEYWARD_KEYS_EVE_ROLES=client\n" + chain,
                        Map.of()),
                arguments("a chain in a list", "CLIENT_API_KEY_HASHES=${A}\n" + chain, Map.of()),
                arguments("a variable", "KEYWARD_KEYS_EVE_HASH=${EVE}\n", Map.of("EVE", hash(KEY))),
                arguments("a variable for a list", "CLIENT_API_KEY_HASHES=${EVE}\n", Map.of("EVE", hash(KEY))),
                arguments(
                        "a variable of the same name",
                        "CLIENT_API_KEY_HASHES=[\"${KEYS}\"]\nKEYS=${KEYS}\n",
                        Map.of("KEYS", hash(KEY))),
                arguments(
                        "the file before the environment",
                        "CLIENT_API_KEY_HASHES=${EVE}\nEVE=" + hash(KEY) + "\n",
                        Map.of("EVE", hash(OTHER))),
                arguments(
                        "a list with references and hashes",
                        "CLIENT_API_KEY_HASHES=[\"${EVE}\",\"" + hash(KEY) + "\"]\n",
                        Map.of("EVE", hash(OTHER))),
                arguments(
                        "a bare list with references",
                        "CLIENT_API_KEY_HASHES=${EVE},${BOB}\nBOB=" + hash(KEY) + "\n",
                        Map.of("EVE", hash(OTHER))),
                arguments(
                        "a reference to a list",
                        "CLIENT_API_KEY_HASHES=${ALL}\nALL=[\"" + hash(KEY) + "\",\"${EVE}\"]\n",
                        Map.of("EVE", hash(OTHER))),
                arguments(
                        "roles and texts",
                        "KEYWARD_KEYS_EVE_HASH=" + hash(KEY)
                                + "\nKEYWARD_KEYS_EVE_ROLES=${R},miner\nKEYWARD_KEYS_EVE_OWNER=${WHO}\n",
                        Map.of("R", "client", "WHO", "eve@lab")),
                arguments(
                        "other spellings of a name",
                        "CLIENT_API_KEY_HASHES=${eve.hash}\nEVE_HASH=" + hash(KEY) + "\n",
                        Map.of()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("filesWithReferences")
    @DisplayName("issue 15.1 what the service loads, the store loads and revokes")
    void storeReadsReferencesAsTheServiceDoes(String name, String text, Map<String, String> environment) {
        ConfigFiles files = new ConfigFiles(directory).env(text);
        Map<String, ApiKeyRecord> served = served(files, environment);
        EnvFileApiKeyStore store = EnvFileApiKeyStore.of(files.env, ConfigFiles.ROLES, environment);
        assertEquals(served, stored(store));

        for (ApiKeyRecord record : served.values()) {
            store.update(store.find(record.id()).orElseThrow().toBuilder()
                    .state(KeyState.REVOKED)
                    .build());
        }

        Map<String, ApiKeyRecord> after = served(files, environment);
        assertEquals(served.keySet(), after.keySet());
        after.values().forEach(record -> assertEquals(KeyState.REVOKED, record.state()));
    }

    @Test
    @DisplayName("issue 17.5 a reference of the file leads to no source that the store does not have")
    void followsReferencesNoFurtherThanTheStoreDoes() {
        ConfigFiles files = new ConfigFiles(directory).env("KEYWARD_KEYS_EVE_HASH=${eve.hash}\n");
        KeywardConfig.Builder service = files.builder().systemProperties(Map.of("eve.hash", hash(KEY)));
        assertTrue(ConfigFiles.refused(service).getMessage().contains("set eve.hash there"));
        EnvFileApiKeyStore store = EnvFileApiKeyStore.of(files.env, ConfigFiles.ROLES, Map.of());
        assertThrows(StoreException.class, store::load);
    }

    @Test
    @DisplayName("issue 15.1 a key file next to a link is found next to the link")
    void readsKeyFileNextToTheLink() throws IOException {
        Path target = Files.createDirectory(directory.resolve("target"));
        ConfigFiles.write(target.resolve("keys.env"), "KEYWARD_KEYS_ALICE_HASH=@alice.hash\n");
        ConfigFiles.write(target.resolve("alice.hash"), hash(OTHER) + "\n");
        ConfigFiles.write(directory.resolve("alice.hash"), hash(KEY) + "\n");
        ConfigFiles files = new ConfigFiles(directory);
        Files.createSymbolicLink(files.env, Path.of("target", "keys.env"));

        EnvFileApiKeyStore store = EnvFileApiKeyStore.of(files.env, ConfigFiles.ROLES);

        assertEquals(served(files, Map.of()), stored(store));
        assertEquals(
                hash(KEY), store.find("alice").orElseThrow().current().hash().reveal());
    }

    @Test
    @DisplayName("issue 15.1 a retiring hash without an end is refused by both, and its key can be revoked")
    void refusesRetiringHashWithoutEnd() throws IOException {
        String text =
                "KEYWARD_KEYS_ALICE_HASH=" + hash(KEY) + "\nKEYWARD_KEYS_ALICE_RETIRING_HASH=" + hash(OTHER) + "\n";
        ConfigFiles files = new ConfigFiles(directory).env(text);
        files.refusedAtLine(2);
        EnvFileApiKeyStore store = EnvFileApiKeyStore.of(files.env, ConfigFiles.ROLES);
        StoreException refused = assertThrows(StoreException.class, store::load);
        assertTrue(refused.getMessage().contains(".env:2: KEYWARD_KEYS_ALICE_RETIRING_HASH"), refused.getMessage());

        switchOff(store, "alice", KeyState.REVOKED);

        assertEquals(
                "KEYWARD_KEYS_ALICE_STATE=revoked\nKEYWARD_KEYS_ALICE_ORDINAL=2\n" + text, Files.readString(files.env));
    }

    /** Each is a file with one bad line, the one with the mark; alice and bob can be switched off in all of them. */
    static Stream<Arguments> filesWithABadLine() {
        return Stream.of(
                arguments("no assignment", "THIS IS NO LINE\n"),
                arguments("a quote that is never closed", "X='a\n"),
                arguments("a name twice", "X=1\nX=2\n"),
                arguments("another key without hash", "KEYWARD_KEYS_EVE_OWNER=eve\n"),
                arguments("another key with half a hash", "KEYWARD_KEYS_EVE_HASH=sha256:12\n"),
                arguments("a reference to nothing", "KEYWARD_KEYS_EVE_HASH=${NOWHERE}\n"),
                arguments("a file that is not there", "KEYWARD_KEYS_EVE_HASH=@nowhere\n"),
                arguments("an item that refers to nothing", "MINER_API_KEYS=[\"${NOWHERE}\"]\n"),
                arguments("a key that is too short", "MINER_API_KEYS=short\n"),
                arguments("alice's end", "KEYWARD_KEYS_ALICE_EXPIRES_AT=tomorrow\n"),
                arguments("alice's owner", "KEYWARD_KEYS_ALICE_OWNER=${NOWHERE}\n"),
                arguments("alice's metadata", "keyward.keys.alice.metadata.x=${NOWHERE}\n"),
                arguments("alice's permissions", "KEYWARD_KEYS_ALICE_PERMISSIONS=*:*:*:\n"),
                arguments("alice's key besides her hash", "KEYWARD_KEYS_ALICE_KEY=" + newKey() + "\n"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("filesWithABadLine")
    @DisplayName("issue 17.4 a bad line keeps no key from being switched off, and stays byte for byte")
    void switchesKeysOffNextToABadLine(String name, String bad) throws IOException {
        String alice = "KEYWARD_KEYS_ALICE_HASH=" + hash(KEY) + "\n";
        String bob = "CLIENT_API_KEY_HASHES=" + hash(OTHER) + "\n";
        ConfigFiles files = new ConfigFiles(directory).env(bob + alice + bad);
        files.refused();
        EnvFileApiKeyStore store = EnvFileApiKeyStore.of(files.env, ConfigFiles.ROLES, Map.of());
        String message = assertThrows(StoreException.class, store::load).getMessage();
        assertTrue(message.contains(".env:"), message);
        KeyFile file = KeyFile.of(files.env, ConfigFiles.ROLES, Map.of());
        int problems = file.problems().size();
        String bobId = file.records().stream()
                .map(ApiKeyRecord::id)
                .filter(id -> id.startsWith("client_"))
                .findFirst()
                .orElseThrow();

        assertThrows(
                StoreException.class,
                () -> store.insert(ApiKeyRecord.builder("new")
                        .hash(io.keyward.KeyHash.parse(hash(newKey())))
                        .build()));
        switchOff(store, "alice", KeyState.DISABLED);
        assertThrows(StoreException.class, () -> switchOff(store, "alice", KeyState.ACTIVE));
        switchOff(store, "alice", KeyState.REVOKED);
        switchOff(store, bobId, KeyState.REVOKED);

        String edited = Files.readString(files.env);
        assertTrue(edited.contains(bad), "the bad line is not as it was");
        assertTrue(edited.contains("\n" + alice), "alice's hash is not as it was");
        assertTrue(edited.contains("KEYWARD_KEYS_ALICE_STATE=revoked\n"));
        assertFalse(edited.contains("CLIENT_API_KEY_HASHES"), "bob is still in force");
        assertEquals(problems, file.problems().size());
        files.env(edited.replace(bad, ""));
        served(files, Map.of()).values().forEach(record -> assertEquals(KeyState.REVOKED, record.state()));
    }

    @Test
    @DisplayName("issue 17.5 a key that refers to nothing is named with what to write, and can be switched off")
    void switchesOffKeyThatRefersToNothing() throws IOException {
        String text = "KEYWARD_KEYS_EVE_HASH=${NOWHERE}\nKEYWARD_KEYS_BOB_KEY=${NOWHERE_EITHER}\n";
        ConfigFiles files = new ConfigFiles(directory).env(text);
        EnvFileApiKeyStore store = EnvFileApiKeyStore.of(files.env, ConfigFiles.ROLES, Map.of());
        String message = assertThrows(StoreException.class, store::load).getMessage();
        assertTrue(message.contains("set NOWHERE there, or write the value itself"), message);

        switchOff(store, "eve", KeyState.REVOKED);
        switchOff(store, "bob", KeyState.DISABLED);

        assertEquals(
                "KEYWARD_KEYS_EVE_STATE=revoked\n"
                        + text.replace("KEYWARD_KEYS_BOB", "KEYWARD_KEYS_BOB_STATE=disabled\nKEYWARD_KEYS_BOB"),
                Files.readString(files.env));
        Map<String, String> environment = Map.of("NOWHERE", hash(KEY), "NOWHERE_EITHER", hash(OTHER));
        EnvFileApiKeyStore resolved = EnvFileApiKeyStore.of(
                files.env("keyward.mode=development\n"
                                + Files.readString(files.env).replace("BOB_KEY", "BOB_HASH"))
                        .env,
                ConfigFiles.ROLES,
                environment);
        assertEquals(served(files, environment), stored(resolved));
    }

    @Test
    @DisplayName("issue 17.5 an item that cannot be resolved is never rewritten, nor what others refer to")
    void leavesItemsThatCannotBeResolved() throws IOException {
        String third = newKey();
        ConfigFiles files = new ConfigFiles(directory)
                .env("CLIENT_API_KEYS=[\"${NOWHERE}\", \"" + hash(KEY) + "\"]\nMINER_API_KEYS=${ALL},${NOWHERE}\nALL="
                        + OTHER + "," + third + "\n");
        EnvFileApiKeyStore store = EnvFileApiKeyStore.of(files.env, ConfigFiles.ROLES, Map.of());
        KeyFile file = KeyFile.of(files.env, ConfigFiles.ROLES, Map.of());
        for (ApiKeyRecord record : file.records()) {
            if (!record.current().hash().reveal().equals(hash(third))) {
                switchOff(store, record.id(), KeyState.REVOKED);
            }
        }
        String edited = Files.readString(files.env);
        assertTrue(
                edited.startsWith("CLIENT_API_KEYS=[\"${NOWHERE}\"]\nMINER_API_KEYS=[\"" + hash(third)
                        + "\",\"${NOWHERE}\"]\nALL=" + OTHER + "," + third + "\n"),
                "a list is not as it should be");
        assertEquals(2, file.problems().size());
    }

    @Test
    @DisplayName("issue 17.4 a key that is written twice is not changed, because the change would reach one place")
    void leavesKeyThatIsWrittenTwice() {
        ConfigFiles files = new ConfigFiles(directory)
                .env("KEYWARD_KEYS_BOB_HASH=" + hash(KEY) + "\nkeyward.keys.bob.hash=" + hash(OTHER)
                        + "\nCLIENT_API_KEY_HASHES=" + hash(newKey()) + "\n");
        EnvFileApiKeyStore store = EnvFileApiKeyStore.of(files.env, ConfigFiles.ROLES, Map.of());
        assertThrows(StoreException.class, () -> switchOff(store, "bob", KeyState.REVOKED));
        assertThrows(StoreException.class, () -> store.find("nobody"));
    }

    @Test
    @DisplayName("issue 17.4 a running service takes the change as soon as the line is repaired, and not before")
    void runningServiceWaitsForTheRepair() throws IOException {
        ConfigFiles files = new ConfigFiles(directory).env("KEYWARD_KEYS_ALICE_HASH=" + hash(KEY) + "\n");
        try (KeywardConfig service = files.load()) {
            files.env("no line\n" + Files.readString(files.env));
            switchOff(EnvFileApiKeyStore.of(files.env), "alice", KeyState.REVOKED);

            ConfigException refused = assertThrows(ConfigException.class, service::reloadNow);
            assertTrue(refused.getMessage().contains(files.env + ":1"), refused.getMessage());
            assertTrue(ConfigFiles.accepts(service, KEY));

            files.env(Files.readString(files.env).substring("no line\n".length()));
            service.reloadNow();
            assertFalse(ConfigFiles.accepts(service, KEY));
        }
    }

    private static void switchOff(EnvFileApiKeyStore store, String id, KeyState state) {
        ApiKeyRecord record = store.find(id).orElseThrow();
        ApiKeyRecord stored = store.update(record.toBuilder().state(state).build());
        assertEquals(stored, store.find(id).orElseThrow());
        assertThrows(
                StoreConflictException.class,
                () -> store.update(record.toBuilder().state(KeyState.DISABLED).build()));
    }

    static Map<String, ApiKeyRecord> served(ConfigFiles files, Map<String, String> environment) {
        Map<String, ApiKeyRecord> records = new HashMap<>();
        try (KeywardConfig keys = files.builder().environment(environment).load()) {
            keys.ring().current().records().forEach(record -> records.put(record.id(), record));
        }
        return records;
    }

    static Map<String, ApiKeyRecord> stored(EnvFileApiKeyStore store) {
        Map<String, ApiKeyRecord> records = new HashMap<>();
        List<ApiKeyRecord> loaded = store.load().records();
        loaded.forEach(
                record -> records.put(record.id(), record.toBuilder().version(0).build()));
        assertEquals(loaded.size(), records.size());
        return records;
    }
}
