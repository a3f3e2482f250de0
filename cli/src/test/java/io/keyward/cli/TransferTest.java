package io.keyward.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.keyward.ApiKeyRecord;
import io.keyward.HashedSecret;
import io.keyward.KeyHash;
import io.keyward.KeyState;
import io.keyward.config.EnvFileApiKeyStore;
import io.keyward.role.Permission;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Issue 19: keys go from a file into a database and back, whole. */
class TransferTest {
    private static final String TEXTS = "abz09 ÄßЖ漢😀'\"#=$`\\,;:[]{}()<>!?*~|&%@^-_./";

    private final Random random = new Random(Long.getLong("tests.seed", 1));

    @TempDir
    private Path directory;

    private DatabaseOperator operator;

    @BeforeEach
    void setUp() throws SQLException {
        operator = DatabaseOperator.create();
        operator.store().createSchema();
    }

    @AfterEach
    void tearDown() throws SQLException {
        operator.close();
    }

    private Path file(String name) {
        return directory.resolve(name);
    }

    private Outcome done(String... args) {
        Outcome outcome = operator.run(args);
        assertEquals(0, outcome.exitCode(), outcome.err() + outcome.out());
        return outcome;
    }

    @Test
    @DisplayName("issue 19 every property of a record survives the way from database to file to database")
    void everyPropertySurvives() throws SQLException {
        List<ApiKeyRecord> records = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            records.add(record("key_" + i));
        }
        records.forEach(operator.store()::insert);

        done("export", file("keys.env").toString(), "--yes");

        Map<String, ApiKeyRecord> inFile =
                byId(EnvFileApiKeyStore.of(file("keys.env")).load().records());
        assertEquals(byId(records), inFile, () -> "-Dtests.seed=" + Long.getLong("tests.seed", 1));
        try (DatabaseOperator other = DatabaseOperator.create()) {
            other.store().createSchema();
            Outcome imported = other.run("import", file("keys.env").toString(), "--yes");
            assertEquals(0, imported.exitCode(), imported.err());
            assertEquals(byId(records), byId(other.store().load().records()));
            assertTrue(imported.err().contains("60 keys"), imported.err());
        }
    }

    private static Map<String, ApiKeyRecord> byId(List<ApiKeyRecord> records) {
        return records.stream()
                .map(record -> record.toBuilder().version(0).build())
                .collect(Collectors.toMap(ApiKeyRecord::id, Function.identity()));
    }

    private ApiKeyRecord record(String id) {
        boolean rotated = random.nextBoolean();
        int ordinal = 1 + random.nextInt(5);
        List<HashedSecret> secrets = new ArrayList<>();
        secrets.add(new HashedSecret(hash(), timeOrNull(), timeOrNull(), rotated ? ordinal + 1 : ordinal));
        if (rotated) {
            secrets.add(new HashedSecret(hash(), timeOrNull(), time(), ordinal));
        }
        return ApiKeyRecord.builder(id)
                .owner(random.nextBoolean() ? text() : null)
                .name(random.nextBoolean() ? text() : null)
                .roles(some("client", "miner", "admin"))
                .permissions(some("jobs:submit", "jobs:*", "keys:read").stream()
                        .map(Permission::of)
                        .toList())
                .state(KeyState.values()[random.nextInt(KeyState.values().length)])
                .secrets(secrets)
                .metadata(entries("note."))
                .attributes(entries("limit-"))
                .created(timeOrNull(), random.nextBoolean() ? text() : null)
                .changed(timeOrNull(), random.nextBoolean() ? text() : null)
                .build();
    }

    private KeyHash hash() {
        byte[] bytes = new byte[32];
        random.nextBytes(bytes);
        return KeyHash.parse((random.nextInt(4) == 0 ? "hmac-sha256:p1:" : "sha256:")
                + HexFormat.of().formatHex(bytes));
    }

    private Instant timeOrNull() {
        return random.nextBoolean() ? time() : null;
    }

    private Instant time() {
        return Instant.ofEpochSecond(1_700_000_000L + random.nextInt(200_000_000), random.nextInt(1_000_000) * 1_000L);
    }

    private List<String> some(String... all) {
        return java.util.Arrays.stream(all).filter(each -> random.nextBoolean()).toList();
    }

    private Map<String, String> entries(String start) {
        Map<String, String> entries = new HashMap<>();
        for (int i = random.nextInt(3); i > 0; i--) {
            entries.put(start + i, text());
        }
        return entries;
    }

    /** Returns a text as an .env file can hold it: without blanks at its ends, and without a reference. */
    private String text() {
        int[] characters = TEXTS.codePoints().toArray();
        StringBuilder text = new StringBuilder();
        for (int i = 1 + random.nextInt(40); i > 0; i--) {
            text.appendCodePoint(characters[random.nextInt(characters.length)]);
        }
        String whole = text.toString().replace("${", "$").strip();
        return whole.isEmpty() ? "x" : whole;
    }

    private void write(String name, String... lines) {
        try {
            Files.writeString(file(name), String.join("\n", lines) + "\n");
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    @DisplayName("issue 19 import shows first what it would do, and does it where somebody agreed")
    void importAsksFirst() {
        write(
                ".env",
                "OTHER=1",
                "KEYWARD_KEYS_ALICE_HASH=" + hash().reveal(),
                "KEYWARD_KEYS_ALICE_ROLES=client",
                "CLIENT_API_KEY_HASHES=" + hash().reveal());
        String path = file(".env").toString();

        Outcome dry = operator.run("import", path, "--declared-roles=client", "--dry-run");
        Outcome unasked = operator.run("import", path, "--declared-roles=client");
        assertEquals(0, dry.exitCode(), dry.err());
        assertEquals(
                2,
                dry.out()
                        .lines()
                        .filter(line -> line.contains("would be stored"))
                        .count());
        assertEquals(2, unasked.exitCode());
        assertTrue(unasked.err().contains("--yes"), unasked.err());
        assertEquals(List.of(), operator.store().load().records());

        Outcome imported = done("import", path, "--declared-roles=client", "--yes");
        assertTrue(imported.err().contains("must declare the roles [client]"), imported.err());
        assertEquals(2, operator.store().load().records().size());
        assertFalse((imported.out() + imported.err()).contains("sha256:"));

        Outcome again = done("import", path, "--declared-roles=client", "--yes");
        assertTrue(again.err().contains("0 keys to") && again.err().contains("2 there already"), again.err());
    }

    @Test
    @DisplayName("issue 19 import refuses what differs or would hide a plaintext key, and stores the others")
    void importRefusesKeysOneByOne() {
        String hash = hash().reveal();
        write(".env", "KEYWARD_KEYS_ALICE_HASH=" + hash, "KEYWARD_KEYS_ALICE_ROLES=client");
        String path = file(".env").toString();
        done("import", path, "--yes");
        operator.run("disable", "alice");
        write(
                ".env",
                "KEYWARD_KEYS_ALICE_HASH=" + hash,
                "KEYWARD_KEYS_ALICE_ROLES=client",
                "KEYWARD_KEYS_BOB_KEY=plaintext_key_of_bob_1",
                "KEYWARD_KEYS_CARL_HASH=" + hash().reveal());

        Outcome outcome = operator.run("import", path, "--yes", "--json");

        assertEquals(1, outcome.exitCode());
        assertTrue(outcome.out().contains("the key differs there"), outcome.out());
        assertTrue(outcome.out().contains("keyward hash --file"), outcome.out());
        assertEquals(
                KeyState.DISABLED, operator.store().find("alice").orElseThrow().state());
        assertTrue(operator.store().find("bob").isEmpty());
        assertTrue(operator.store().find("carl").isPresent());
    }

    @Test
    @DisplayName("import says in what a key differs, and what to do if it is revoked on one side only")
    void importNamesTheDifference() {
        String hash = hash().reveal();
        String path = file(".env").toString();
        write(".env", "KEYWARD_KEYS_ALICE_HASH=" + hash, "KEYWARD_KEYS_ALICE_OWNER=alice");
        done("import", path, "--yes");
        write(
                ".env",
                "KEYWARD_KEYS_ALICE_HASH=" + hash,
                "KEYWARD_KEYS_ALICE_OWNER=bob",
                "KEYWARD_KEYS_ALICE_EXPIRES_AT=2030-01-01T00:00:00Z");

        Outcome changed = operator.run("import", path, "--dry-run");
        write(
                ".env",
                "KEYWARD_KEYS_ALICE_HASH=" + hash,
                "KEYWARD_KEYS_ALICE_OWNER=alice",
                "KEYWARD_KEYS_ALICE_STATE=revoked");
        Outcome revoked = operator.run("import", path, "--yes");

        assertEquals(1, changed.exitCode());
        assertTrue(changed.out().contains("the key differs there in owner, secrets or their windows;"), changed.out());
        assertEquals(1, revoked.exitCode());
        assertTrue(revoked.out().contains("it is revoked, but active there; revoke it there, too"), revoked.out());
        assertEquals(
                KeyState.ACTIVE, operator.store().find("alice").orElseThrow().state());
    }

    @Test
    @DisplayName("import refuses a file with a misspelt property, because the key would be stored without its end")
    void importRefusesWhatServicesRefuse() {
        write(
                ".env",
                "KEYWARD_KEYS_ALICE_HASH=" + hash().reveal(),
                "KEYWARD_KEYS_ALICE_EXPRIES_AT=2026-01-01T00:00:00Z",
                "KEYWARD_KEYS_BOB_HASH=" + hash().reveal());
        write(
                "application.properties",
                "keyward.keys.alice.hash = " + hash().reveal(),
                "keyward.keys.alice.staet = disabled");

        for (String how : List.of("--dry-run", "--yes")) {
            Outcome env = operator.run("import", file(".env").toString(), how);
            Outcome properties =
                    operator.run("import", file("application.properties").toString(), how);
            assertEquals(1, env.exitCode(), env.out());
            assertTrue(env.err().contains(".env:2: KEYWARD_KEYS_ALICE_EXPRIES_AT: the name means nothing"), env.err());
            assertTrue(env.err().contains("nothing was stored"), env.err());
            assertEquals(1, properties.exitCode(), properties.out());
            assertTrue(properties.err().contains("application.properties:2: "), properties.err());
        }
        assertEquals(List.of(), operator.store().load().records());
    }

    @Test
    @DisplayName("issue 19 import finds the same secret under another id")
    void importRefusesSameSecret() {
        String hash = hash().reveal();
        write("one.env", "KEYWARD_KEYS_ALICE_HASH=" + hash);
        write("two.env", "KEYWARD_KEYS_BOB_HASH=" + hash);
        done("import", file("one.env").toString(), "--yes");

        Outcome outcome = operator.run("import", file("two.env").toString(), "--dry-run");

        assertEquals(1, outcome.exitCode());
        assertTrue(outcome.out().contains("key alice has the same secret"), outcome.out());
    }

    @Test
    @DisplayName("issue 19 import takes a properties file")
    void importTakesProperties() {
        write(
                "application.properties",
                "server.port = 8080",
                "keyward.keys.alice.hash = " + hash().reveal(),
                "keyward.keys.alice.owner = \\u00c4lice");

        done("import", file("application.properties").toString(), "--yes");

        assertEquals("Älice", operator.store().find("alice").orElseThrow().owner());
    }

    @Test
    @DisplayName("issue 19 export keeps what is in the file, and writes nothing where a text cannot be held")
    void exportIsWholeOrNothing() throws IOException {
        operator.store()
                .insert(ApiKeyRecord.builder("alice")
                        .owner("alice")
                        .hash(hash())
                        .build());
        write(".env", "# ours", "OTHER=1");
        String path = file(".env").toString();

        done("export", path, "--yes");
        String text = Files.readString(file(".env"));
        assertTrue(text.startsWith("# ours\nOTHER=1\n"), text);
        assertTrue(text.contains("KEYWARD_KEYS_ALICE_OWNER=alice"), text);
        done("export", path, "--yes");
        assertEquals(text, Files.readString(file(".env")), "the second time there is nothing to do");

        operator.store()
                .insert(ApiKeyRecord.builder("bob")
                        .owner("${HOME}")
                        .hash(hash())
                        .build());
        operator.store()
                .insert(ApiKeyRecord.builder("carl").owner("carl").hash(hash()).build());
        for (String how : List.of("--dry-run", "--yes")) {
            Outcome refused = operator.run("export", path, how);
            assertEquals(1, refused.exitCode(), how + refused.out());
            assertTrue(refused.err().contains("key `bob`"), refused.err());
        }
        assertEquals(text, Files.readString(file(".env")));
        assertEquals(2, operator.run("export", "x.properties", "--yes").exitCode());
    }

    @Test
    @DisplayName("export names records that are not sound, and does not say that all keys are in the file")
    void exportNamesWhatItLeavesOut() throws IOException, SQLException {
        operator.store().insert(ApiKeyRecord.builder("alice").hash(hash()).build());
        operator.store().insert(ApiKeyRecord.builder("bob").hash(hash()).build());
        try (Statement statement = operator.kept().createStatement()) {
            statement.execute("update keyward.keyward_key set roles = 'client,miner' where id = 'bob'");
        }

        Outcome exported = operator.run("export", file("keys.env").toString(), "--yes");

        assertEquals(1, exported.exitCode(), exported.out());
        assertTrue(exported.err().contains("left out, so their keys are rejected: bob;"), exported.err());
        assertTrue(Files.readString(file("keys.env")).contains("KEYWARD_KEYS_ALICE_HASH"));
    }

    @Test
    @DisplayName("issue 19 export finds keys that are in key lists of the file")
    void exportComparesKeyLists() throws IOException {
        write(".env", "CLIENT_API_KEY_HASHES=" + hash().reveal());
        String path = file(".env").toString();
        String text = Files.readString(file(".env"));
        done("import", path, "--declared-roles=client", "--yes");

        Outcome exported = done("export", path, "--declared-roles=client", "--yes");

        assertTrue(exported.err().contains("1 there already"), exported.err());
        assertEquals(text, Files.readString(file(".env")));
        Outcome undeclared = operator.run("export", path, "--dry-run");
        assertTrue(undeclared.err().contains("--declared-roles client"), undeclared.err());
    }

    @Test
    @DisplayName("issue 19 an empty source is said")
    void nothingToCarry() {
        write(".env", "OTHER=1");

        assertEquals(1, operator.run("import", file(".env").toString(), "--yes").exitCode());
        assertEquals(
                1, operator.run("export", file("new.env").toString(), "--yes").exitCode());
        assertFalse(Files.exists(file("new.env")));
        assertEquals(3, operator.run("import", "no/such/file", "--yes").exitCode());
    }
}
