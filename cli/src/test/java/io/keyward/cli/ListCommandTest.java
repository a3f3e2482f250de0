package io.keyward.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.keyward.ApiKey;
import io.keyward.KeyFormat;
import io.keyward.KeyHasher;
import io.keyward.testing.ThrowAwayKeys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code list} shows, and what every command is told once: KEYWARD_FILE, KEYWARD_ROLES, keyward.toml. */
class ListCommandTest {
    @TempDir
    private Path directory;

    private Operator operator = new Operator(Path.of(""));
    private final Map<String, String> ids = new HashMap<>();

    @BeforeEach
    void setUp() {
        operator = new Operator(directory.resolve(".env"));
    }

    private void issueThree() {
        issue("carol", "--name=nightly", "--expires=3d");
        issue("alice", "--name=Zeta", "--expires=never");
        issue("bob", "--name=of-alice", "--expires=400d");
        operator.run("disable", ids.get("bob"));
        assertEquals(0, operator.run("rotate", ids.get("alice")).exitCode());
    }

    private void issue(String owner, String... further) {
        List<String> args = new java.util.ArrayList<>(List.of("issue", "--role=client", "--owner=" + owner));
        args.addAll(List.of(further));
        Outcome outcome = operator.run(args.toArray(String[]::new));
        assertEquals(0, outcome.exitCode(), outcome.err());
        ids.put(owner, KeyFormat.of("kw_live").idOf(ApiKey.of(outcome.out().strip())));
    }

    @Test
    @DisplayName("issue 18.5 sorts and filters by text, state, end and rotation")
    void sortsAndFilters() {
        issueThree();

        assertEquals("alice bob carol", owners("--sort=owner"));
        assertEquals("carol bob alice", owners("--sort=owner", "--reverse"));
        assertEquals("carol bob alice", owners("--sort=end"));
        assertEquals("bob", owners("--state=disabled"));
        assertEquals("alice", owners("--rotating"));
        assertEquals("carol", owners("--match=NIGHTLY"));
        assertEquals("alice bob", owners("--match=alice", "--sort=owner"));
        assertEquals("carol", owners("--ending-within=10d"));
    }

    private String owners(String... options) {
        List<String> args = new java.util.ArrayList<>(List.of("list"));
        args.addAll(List.of(options));
        Map<String, String> byId =
                ids.entrySet().stream().collect(Collectors.toMap(Map.Entry::getValue, Map.Entry::getKey));
        return operator.run(args.toArray(String[]::new))
                .out()
                .lines()
                .skip(1)
                .map(line -> byId.get(line.substring(0, 8)))
                .collect(Collectors.joining(" "));
    }

    @Test
    @DisplayName("issue 18.3 --columns says which columns there are, in which order")
    void showsTheColumnsThatWereChosen() {
        issue("alice", "--as=anna", "--name=x", "--expires=never");
        issue("bob", "--as=anna");
        operator.run("revoke", ids.get("bob"), "--as=berta");

        List<List<String>> rows = operator.run(
                        "list", "--sort=owner", "--columns=owner,id,createdBy,revokedBy,ends,created")
                .out()
                .lines()
                .map(line -> List.of(line.split(" {2,}")))
                .toList();

        assertEquals(List.of("OWNER", "ID", "CREATED BY", "REVOKED BY", "EXPIRES", "CREATED"), rows.get(0));
        assertEquals(
                List.of("alice", ids.get("alice"), "operator:anna", "-", "never"),
                rows.get(1).subList(0, 5));
        assertEquals(
                List.of("bob", ids.get("bob"), "operator:anna", "operator:berta"),
                rows.get(2).subList(0, 4));
        assertTrue(rows.get(1).get(5).matches("\\d{4}-.*Z"), rows.toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "id",
                "state",
                "roles",
                "permissions",
                "owner",
                "name",
                "begins",
                "ends",
                "oldEnds",
                "secret",
                "created",
                "createdBy",
                "changed",
                "changedBy",
                "revoked",
                "revokedBy",
                "used",
                "oldUsed",
                "CREATEDBY",
                "id,id"
            })
    @DisplayName("issue 18.3 each column may be the only one")
    void showsAnyColumnAlone(String columns) {
        issue("alice");

        assertEquals(2, linesOf(operator.run("list", "--columns", columns)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"gone", "id,gone", "", "id,,owner"})
    @DisplayName("issue 18.3 a column that there is not names those that there are")
    void refusesUnknownColumn(String columns) {
        issue("alice");

        Outcome outcome = operator.run("list", "--columns", columns);

        assertEquals(2, outcome.exitCode(), outcome.out());
        assertEquals("", outcome.out());
        assertTrue(outcome.err().contains("createdBy, changed, changedBy"), outcome.err());
    }

    @Test
    @DisplayName("issue 18.3 --json takes no columns, because it has all")
    void refusesColumnsOfJson() {
        issue("alice");

        assertEquals(2, operator.run("list", "--json", "--columns=id").exitCode());
    }

    @Test
    @DisplayName("issue 18.5 a filter that matches nothing says so")
    void saysThatNothingMatches() {
        issue("alice");

        assertTrue(operator.run("list", "--owner=nobody").err().contains("matches"));
        assertFalse(operator.run("list", "--owner=alice").err().contains("matches"));
        assertEquals(2, operator.run("list", "--state=gone").exitCode());
        assertEquals(2, operator.run("list", "--sort=gone").exitCode());
    }

    @Test
    @DisplayName("issue 18.5 names the roles that the file's lists suggest")
    void namesSuggestedRoles() throws IOException {
        writeLists();

        Outcome outcome = operator.run("list");

        assertTrue(outcome.err().contains("--declared-roles client,miner or set KEYWARD_ROLES"), outcome.err());
    }

    @ParameterizedTest
    @ValueSource(strings = {"client,miner", "[\"client\",\"miner\"]", "client, miner"})
    @DisplayName("issue 18.5 takes the roles from KEYWARD_ROLES")
    void takesRolesFromTheEnvironment(String roles) throws IOException {
        writeLists();

        assertEquals(3, linesOf(operator.with("KEYWARD_ROLES", roles).run("list")));
        assertEquals(
                2,
                linesOf(operator.with("KEYWARD_ROLES", roles).run("list", "--declared-roles=client")),
                "the option wins");
    }

    @Test
    @DisplayName("issue 18.5 takes roles and prefix from the keyward.toml next to the key file")
    void takesSettingsFromTheFileNextToIt() throws IOException {
        writeLists();
        Files.writeString(
                directory.resolve("keyward.toml"),
                "declared-roles = [\"client\", \"miner\"]\nprefix = \"acme_live\"\n");

        assertEquals(3, linesOf(operator.run("list")));
        assertEquals(3, linesOf(Outcome.of("list", "--file", operator.file().toString())));
        assertEquals(3, linesOf(Outcome.of("list", "-f" + operator.file())));
        assertTrue(operator.run("issue", "--role=client", "--owner=a").out().startsWith("acme_live_"));
        assertTrue(operator.run("issue", "--role=client", "--owner=a", "--prefix=kw_test")
                .out()
                .startsWith("kw_test_"));
    }

    @Test
    @DisplayName("a keyward.toml that an editor on Windows saved is read: byte-order mark, CRLF")
    void takesSettingsWithByteOrderMark() throws IOException {
        writeLists();
        Files.writeString(directory.resolve("keyward.toml"), "\uFEFFdeclared-roles = [\"client\", \"miner\"]\r\n");

        assertEquals(3, linesOf(operator.run("list")));
    }

    @ParameterizedTest
    @CsvSource({
        "roles = [], 'line 1, roles: is unknown'",
        "declared-roles = \"client\", 'must be an array'",
        "prefix = \"no prefix\", 'is not a prefix'",
        "[oops, 'line 1: this is not TOML'"
    })
    void refusesSettingsThatAreNone(String text, String said) throws IOException {
        writeLists();
        Files.writeString(directory.resolve("keyward.toml"), text + "\n");

        Outcome outcome = operator.run("list");

        assertEquals(3, outcome.exitCode());
        assertTrue(outcome.err().contains(said), outcome.err());
    }

    @ParameterizedTest
    @ValueSource(strings = {"revoke", "disable", "enable", "rotate", "renew"})
    @DisplayName("an empty text to match, as of a variable that is not set, selects no key")
    void refusesEmptyTextToMatch(String command) throws IOException {
        operator.run("issue", "--role=client", "--owner=a");
        byte[] before = Files.readAllBytes(operator.file());

        Outcome outcome = operator.run(command, "--match", "", "--yes");

        assertEquals(2, outcome.exitCode(), outcome.err());
        assertTrue(outcome.err().contains("--match has no text"), outcome.err());
        assertArrayEquals(before, Files.readAllBytes(operator.file()));
    }

    private void writeLists() throws IOException {
        Files.writeString(
                operator.file(), "CLIENT_API_KEY_HASHES=" + hash() + "\nMINER_API_KEY_HASHES=" + hash() + "\n");
    }

    private static String hash() {
        return KeyHasher.sha256().hash(ThrowAwayKeys.newKey()).reveal();
    }

    private static long linesOf(Outcome outcome) {
        assertEquals(0, outcome.exitCode(), outcome.err());
        return outcome.out().lines().count();
    }
}
