package io.keyward.cli;

import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.keyward.ApiKey;
import io.keyward.ApiKeyRecord;
import io.keyward.KeyFormat;
import io.keyward.KeyHasher;
import io.keyward.cli.terminal.Terminal;
import io.keyward.cli.terminal.TestTerminal;
import io.keyward.config.EnvFileApiKeyStore;
import jakarta.json.Json;
import jakarta.json.JsonArray;
import jakarta.json.JsonObject;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Issue 18.1 and 18.4: issuing and rotating many keys in one run. */
class ManyKeysTest {
    @TempDir
    private Path directory;

    private Operator operator = new Operator(Path.of(""));

    @BeforeEach
    void setUp() {
        operator = new Operator(directory.resolve(".env"));
    }

    private Path csv(String text) throws IOException {
        return Files.writeString(directory.resolve("people.csv"), text);
    }

    private Outcome issueFrom(Path csv, String... further) {
        List<String> args = new ArrayList<>(List.of("issue", "--from", csv.toString()));
        args.addAll(List.of(further));
        return operator.run(args.toArray(String[]::new));
    }

    private List<ApiKeyRecord> records() {
        return EnvFileApiKeyStore.of(operator.file()).load().records();
    }

    private ApiKeyRecord recordOf(String owner) {
        return records().stream()
                .filter(record -> owner.equals(record.owner()))
                .findFirst()
                .orElseThrow();
    }

    private static String hashOf(String key) {
        return KeyHasher.sha256().hash(ApiKey.of(key)).reveal();
    }

    private static Set<String> hashes(List<ApiKeyRecord> records) {
        return records.stream().map(record -> record.current().hash().reveal()).collect(Collectors.toSet());
    }

    /** Returns the keys in the last column of what was printed, after checking the header. */
    private static List<String> keysOf(String csv) {
        List<String> lines = csv.lines().toList();
        assertEquals("id,owner,name,key", lines.get(0));
        return lines.stream()
                .skip(1)
                .map(line -> line.substring(line.lastIndexOf(',') + 1))
                .toList();
    }

    private static JsonArray array(String json) {
        return Json.createReader(new StringReader(json)).readArray();
    }

    private static void assertDays(long days, ApiKeyRecord record) {
        Instant end = record.current().expiresAt();
        assertTrue(end != null, "it has no end");
        assertEquals(days, Math.round(Duration.between(Instant.now(), end).toHours() / 24.0));
    }

    @Test
    @DisplayName("issue 18.4 --count issues as many keys as it says, shown as CSV, with a table of what was done")
    void issuesAsManyAsAreCounted() {
        Outcome outcome = operator.run("issue", "--role=client", "--owner=ci", "--name=a, b", "--count=3");

        assertEquals(0, outcome.exitCode(), outcome.err());
        List<String> keys = keysOf(outcome.out());
        assertEquals(3, keys.size());
        assertEquals(keys.stream().map(ManyKeysTest::hashOf).collect(Collectors.toSet()), hashes(records()));
        assertTrue(outcome.out().contains(",ci,\"a, b\",kw_live_"), "the name is not quoted");
        assertTrue(outcome.err().contains("issue: 3 keys stored in " + operator.file()), outcome.err());
        assertEquals(
                3,
                outcome.err()
                        .lines()
                        .filter(line -> line.contains("  done  ci"))
                        .count(),
                outcome.err());
        assertFalse(outcome.err().contains(keys.get(0).substring(16)), "a key is on standard error");
    }

    @Test
    @DisplayName("issue 18.4 --from issues a key for each line, and options fill what a line leaves empty")
    void issuesFromFile() throws IOException {
        Path csv = csv("\uFEFFOwner,name,roles,permissions,expires,not_before\r\n"
                + "alice,\"the \"\"big\"\" one\",\"client, miner\",jobs:read jobs:submit,90d,\r\n"
                + "\r\n"
                + "bob,,,,never,2027-01-01T00:00:00Z\r\n"
                + " carol ,x,admin,,,\r\n");

        Outcome outcome = issueFrom(csv, "--role=client", "--expires=30d");

        assertEquals(0, outcome.exitCode(), outcome.err());
        assertEquals(3, keysOf(outcome.out()).size());
        ApiKeyRecord alice = recordOf("alice");
        assertEquals("the \"big\" one", alice.name());
        assertEquals(Set.of("client", "miner"), alice.roles());
        assertEquals(2, alice.permissions().size());
        assertDays(90, alice);
        assertEquals(Set.of("client"), recordOf("bob").roles());
        assertEquals(null, recordOf("bob").current().expiresAt());
        assertEquals(
                Instant.parse("2027-01-01T00:00:00Z"), recordOf("bob").current().notBefore());
        assertEquals(Set.of("admin"), recordOf("carol").roles());
        assertDays(30, recordOf("carol"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"owner;roles\nalice;client\n", "owner\troles\nalice\tclient\n", "roles,owner\nclient,alice"})
    void readsWhatSpreadsheetsWrite(String text) throws IOException {
        assertEquals(0, issueFrom(csv(text)).exitCode());
        assertEquals(Set.of("client"), recordOf("alice").roles());
    }

    @Test
    void readsStandardInput() {
        Outcome outcome = operator.runReading("owner\nalice\nbob\n", "issue", "--role=client", "--from=-");

        assertEquals(0, outcome.exitCode(), outcome.err());
        assertEquals(2, records().size());
    }

    @Test
    @DisplayName("issue 18.4 bad lines are reported together, with file and line, and nothing is stored")
    void reportsAllBadLinesAndStoresNothing() throws IOException {
        Path csv = csv("owner,roles,permissions,expires\n"
                + "alice,client,,90d\n"
                + ",client,,\n"
                + "bob,,,\n"
                + "carol,client,no permission!,\n"
                + "dave,client,,yesterday\n"
                + "erin,client,,2020-01-01T00:00:00Z\n"
                + "\"frank,client,,\n"
                + "grace,client\n"
                + "${HOME},client,,\n"
                + "a\u0007b,client,,\n"
                + "heidi,Client!,,\n");

        Outcome outcome = issueFrom(csv);

        assertEquals(1, outcome.exitCode());
        assertEquals("", outcome.out());
        assertFalse(Files.exists(operator.file()), "a file was made");
        assertTrue(outcome.err().contains("10 lines are refused; nothing was stored"), outcome.err());
        for (int line = 3; line <= 12; line++) {
            assertTrue(outcome.err().contains(csv + ":" + line + ": "), line + " in " + outcome.err());
        }
        assertFalse(outcome.err().contains(csv + ":2: "), outcome.err());
        assertTrue(
                outcome.err().lines().toList().get(1).contains("the owner is missing"),
                "not by the lines: " + outcome.err());
    }

    @Test
    @DisplayName("issue 18.4 a role that the file does not declare is refused before anything is stored")
    void refusesUndeclaredRoleBeforehand() throws IOException {
        String before = "keyward.roles=client\n";
        Files.writeString(operator.file(), before);

        Outcome outcome = issueFrom(csv("owner,roles\nalice,client\nbob,cleint\n"));

        assertEquals(1, outcome.exitCode());
        assertTrue(outcome.err().contains("people.csv:3: "), outcome.err());
        assertEquals(before, Files.readString(operator.file()));
    }

    @ParameterizedTest
    @CsvSource(
            value = {"owner,role|header", "''|header", "owner,owner|header", "owner|nobody", "name,key|header"},
            delimiter = '|')
    void refusesHeader(String text, String word) throws IOException {
        Outcome outcome = issueFrom(csv(text + "\n"), "--role=client");

        assertEquals(1, outcome.exitCode());
        assertTrue(outcome.err().contains("people.csv:1: ") && outcome.err().contains(word), outcome.err());
    }

    @Test
    void saysThatAFileIsNotUtf8() throws IOException {
        Path csv = Files.write(directory.resolve("people.csv"), "\uFEFFowner\nalice\n".getBytes(UTF_16LE));

        Outcome outcome = issueFrom(csv, "--role=client");

        assertEquals(1, outcome.exitCode());
        assertTrue(outcome.err().contains("UTF-8"), outcome.err());
        assertEquals(
                3, issueFrom(directory.resolve("none.csv"), "--role=client").exitCode());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--count 0 --owner a --role client",
                "--count 10001 --owner a --role client",
                "--count 2 --role client",
                "--count 2 --owner a",
                "--owner a",
                "--role client",
                "--count 2 --owner a --role client --output env",
                "--count 2 --owner a --role client --output kubernetes --item-name x"
            })
    void refusesCommandLine(String options) {
        Outcome outcome = operator.run(("issue " + options).split(" "));

        assertEquals(2, outcome.exitCode());
        assertFalse(Files.exists(operator.file()), "a file was made");
    }

    @Test
    void takesEitherCountOrFrom() throws IOException {
        assertEquals(
                2, issueFrom(csv("owner\na\n"), "--count=2", "--role=client").exitCode());
    }

    @Test
    void dryRunShowsWhatWouldBeIssuedAndStoresNothing() throws IOException {
        Outcome outcome = issueFrom(csv("owner,expires\nalice,90d\nbob,never\n"), "--role=client", "--dry-run");

        assertEquals(0, outcome.exitCode(), outcome.err());
        assertTrue(outcome.out().contains("people.csv:2  would be issued  alice  ends 2"), outcome.out());
        assertTrue(outcome.out().contains("people.csv:3  would be issued  bob"), outcome.out());
        assertTrue(outcome.err().contains("would issue 2 keys"), outcome.err());
        assertFalse(outcome.out().contains("kw_live_"), "a key is shown");
        assertFalse(Files.exists(operator.file()), "a file was made");
    }

    @Test
    @DisplayName("issue 18.4 many keys as JSON are one array")
    void printsJsonArray() throws IOException {
        JsonArray keys = array(
                issueFrom(csv("owner\nalice\nbob\n"), "--role=client", "--json").out());

        assertEquals(2, keys.size());
        assertEquals("bob", keys.getJsonObject(1).getString("owner"));
        assertTrue(hashes(records()).contains(hashOf(keys.getJsonObject(0).getString("key"))), "another key");
    }

    @Test
    @DisplayName("issue 18.4 many Bitwarden items are one a line, each as Bitwarden takes it")
    void printsOneBitwardenItemALine() throws IOException {
        List<JsonObject> items = issueFrom(csv("owner\nalice\nbob\n"), "--role=client", "--output=bitwarden")
                .out()
                .lines()
                .map(line -> Json.createReader(new StringReader(line)).readObject())
                .toList();

        assertEquals(2, items.size());
        items.forEach(BitwardenStandIn::check);
        assertNotEquals(items.get(0).getString("name"), items.get(1).getString("name"));
        assertEquals(
                2,
                issueFrom(csv("owner\nalice\nbob\n"), "--role=client", "--output=1password")
                        .out()
                        .lines()
                        .map(line -> Json.createReader(new StringReader(line)).readObject())
                        .count());
    }

    @Test
    @DisplayName("issue 18.4 many Secrets are documents of one YAML stream with names of their own")
    void printsSecretsAsOneStream() throws IOException {
        String yaml = issueFrom(csv("owner\nalice\nbob\n"), "--role=client", "--output=kubernetes")
                .out();

        String[] documents = yaml.split("(?m)^---\n");
        assertEquals(2, documents.length);
        for (String document : documents) {
            assertTrue(document.startsWith("apiVersion: v1\nkind: Secret\n"), "no Secret");
        }
        assertEquals(
                2,
                yaml.lines()
                        .filter(line -> line.startsWith("  name: "))
                        .distinct()
                        .count());
    }

    @Test
    @DisplayName("issue 18.4 a key that cannot be shown is not stored, those before it are, and none after it is tried")
    void stopsWhereAKeyCannotBeShown() throws IOException {
        Path csv = csv("owner\nalice\nbob\ncarol\n");
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        OutputStream full = new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException("No space left on device");
            }

            @Override
            public void write(byte[] bytes) throws IOException {
                if (out.size() > 0) {
                    throw new IOException("No space left on device");
                }
                out.write(bytes);
            }
        };
        Terminal terminal = TestTerminal.of(
                new ByteArrayInputStream(new byte[0]),
                full,
                new PrintStream(err, true, UTF_8),
                Map.of("KEYWARD_FILE", operator.file().toString()),
                null,
                false);

        int exitCode = Main.run(List.of("issue", "--role=client", "--from=" + csv), terminal);

        String said = err.toString(UTF_8);
        assertEquals(3, exitCode, said);
        assertEquals(
                List.of("alice"), records().stream().map(ApiKeyRecord::owner).toList());
        assertEquals(Set.of(hashOf(keysOf(out.toString(UTF_8)).get(0))), hashes(records()));
        assertTrue(said.contains("people.csv:3  failed: "), said);
        assertTrue(said.contains("people.csv:4  not tried"), said);
        assertTrue(said.contains("issue: 1 key stored"), said);
    }

    private String issue(String owner, String... further) {
        List<String> args = new ArrayList<>(List.of("issue", "--role=client", "--owner=" + owner));
        args.addAll(List.of(further));
        Outcome outcome = operator.run(args.toArray(String[]::new));
        assertEquals(0, outcome.exitCode(), outcome.err());
        return KeyFormat.recognise(outcome.out().strip())
                .orElseThrow()
                .idOf(ApiKey.of(outcome.out().strip()));
    }

    @Test
    @DisplayName("a span beyond the end of time selects each key that ends")
    void selectsByTheLongestSpan() throws IOException {
        issue("alice", "--expires=5d");

        Outcome dry = operator.run("rotate", "--ending-within=999999999999w", "--expires=90d", "--dry-run");

        assertEquals(0, dry.exitCode(), dry.err());
        assertTrue(dry.err().contains("would rotate 1 key"), dry.err());
    }

    @Test
    @DisplayName("issue 18.4 rotate --ending-within rotates the keys that end soon, and no others")
    void rotatesAllThatEndSoon() throws IOException {
        String soon = issue("alice", "--expires=5d");
        String other = issue("bob", "--expires=6d", "--prefix=acme_live");
        String late = issue("carol", "--expires=200d");
        String before = Files.readString(operator.file());
        String[] line = {"rotate", "--ending-within=14d", "--expires=90d"};

        Outcome dry = operator.run("rotate", "--ending-within=14d", "--expires=90d", "--dry-run");
        Outcome unasked = operator.run(line);

        assertEquals(0, dry.exitCode(), dry.err());
        assertTrue(dry.err().contains("would rotate 2 keys"), dry.err());
        assertTrue(dry.out().contains(soon + "  would be changed  alice"), dry.out());
        assertEquals(2, unasked.exitCode());
        assertTrue(unasked.err().contains("this would rotate 2 keys"), unasked.err());
        assertEquals(before, Files.readString(operator.file()));

        Outcome done = operator.run("rotate", "--ending-within=14d", "--expires=90d", "--yes");

        assertEquals(0, done.exitCode(), done.err());
        List<String> keys = keysOf(done.out());
        assertEquals(2, keys.size());
        assertTrue(keys.stream().anyMatch(key -> key.startsWith("acme_live_" + other)), "the prefix was not kept");
        keys.forEach(key -> assertTrue(hashes(records()).contains(hashOf(key)), "a key is not stored"));
        assertDays(90, recordOf("alice"));
        assertDays(200, recordOf("carol"));
        assertEquals(1, recordOf("carol").current().ordinal(), late);
        assertTrue(done.err().contains(soon + "  done  alice  ends "), done.err());
    }

    @Test
    @DisplayName("issue 18.1 within the warning period each selected key asks for --expires, and none is changed")
    void selectedKeysThatEndSoonAskForTheEnd() throws IOException {
        String one = issue("alice", "--expires=5d");
        issue("bob", "--expires=6d");
        String before = Files.readString(operator.file());

        Outcome outcome = operator.run("rotate", "--ending-within=14d", "--yes");

        assertEquals(1, outcome.exitCode());
        assertEquals(0, keyCount(outcome.out()));
        assertTrue(outcome.err().contains("rotate: 0 keys of "), outcome.err());
        assertTrue(outcome.err().contains(one + "  failed: ends "), outcome.err());
        assertTrue(outcome.err().contains("use --expires 365d, or --keep-end"), outcome.err());
        assertEquals(before, Files.readString(operator.file()));
        assertEquals(
                1, operator.run("rotate", "--ending-within=14d", "--dry-run").exitCode());

        assertEquals(
                0,
                operator.run("rotate", "--ending-within=14d", "--keep-end", "--yes")
                        .exitCode());
        assertDays(5, recordOf("alice"));
    }

    private static long keyCount(String printed) {
        return printed.lines().filter(line -> line.contains("kw_live_")).count();
    }

    @Test
    @DisplayName("issue 18.4 of several ids the good ones are rotated, and the exit code says that one was not")
    void rotatesTheGoodOnesOfSeveral() {
        String one = issue("alice");
        String revoked = issue("bob");
        operator.run("revoke", revoked);

        Outcome outcome = operator.run("rotate", one, "nosuchid", revoked, "--yes", "--json");

        assertEquals(1, outcome.exitCode());
        assertEquals(1, array(outcome.out()).size());
        assertEquals(one, array(outcome.out()).getJsonObject(0).getString("id"));
        assertTrue(outcome.err().contains("nosuchid  failed: there is no such key"), outcome.err());
        assertTrue(outcome.err().contains(revoked + "  failed: "), outcome.err());
        assertTrue(outcome.err().contains("rotate: 1 key of " + operator.file() + "; 2 could not be"), outcome.err());
    }

    @Test
    @DisplayName("issue 18.2 a selected key inside an overlap is no part of the question, and rotated with --drop-old")
    void leavesOutKeysInsideAnOverlap() {
        String once = issue("alice");
        String twice = issue("bob");
        assertEquals(0, operator.run("rotate", twice, "--overlap=30d").exitCode());

        Outcome unasked = operator.run("rotate", "--role=client");
        Outcome dry = operator.run("rotate", "--role=client", "--dry-run");
        Outcome done = operator.run("rotate", "--role=client", "--yes");

        assertTrue(unasked.err().contains("this would rotate 1 key;"), unasked.err());
        assertTrue(dry.out().contains(twice + "  failed: its old secret stays valid until "), dry.out());
        assertEquals(1, done.exitCode());
        assertEquals(1, keysOf(done.out()).size());
        assertEquals(2, recordOf("alice").current().ordinal(), once);
        assertEquals(2, recordOf("bob").current().ordinal());
        assertEquals(
                0,
                operator.run("rotate", "--role=client", "--drop-old", "--yes").exitCode());
        assertEquals(3, recordOf("bob").current().ordinal());
    }

    @Test
    @DisplayName("issue 18.4 rotate --key - rotates the key whose text is on standard input")
    void rotatesByText() {
        Outcome issued = operator.run("issue", "--role=client", "--owner=alice");

        Outcome rotated = operator.runReading(issued.out(), "rotate", "--key=-", "--overlap=0s");

        assertEquals(0, rotated.exitCode(), rotated.err());
        assertEquals(Set.of(hashOf(rotated.out().strip())), hashes(records()));
    }

    @Test
    @DisplayName("issue 18 next to 200 keys several are issued, listed, filtered and rotated, each in one run")
    void handlesTwoHundredKeys() throws IOException {
        StringBuilder keys = new StringBuilder("keyward.roles=client\n");
        for (int i = 0; i < 200; i++) {
            String name = "KEYWARD_KEYS_K" + i;
            String hash = hashOf("made_elsewhere_" + i + "_long");
            keys.append(name).append("_HASH=").append(hash).append('\n');
            keys.append(name).append("_ROLES=client\n");
            keys.append(name)
                    .append("_OWNER=")
                    .append(i % 10 == 0 ? "tenth" : "other")
                    .append('\n');
        }
        Files.writeString(operator.file(), keys);

        Outcome issued = operator.runReading("owner\n" + "late\n".repeat(10), "issue", "--role=client", "--from=-");
        Outcome rotated = operator.run("rotate", "--owner=tenth", "--overlap=0s", "--yes");

        assertEquals(10, keysOf(issued.out()).size());
        assertEquals(20, keysOf(rotated.out()).size());
        assertEquals(210, records().size());
        List<ApiKeyRecord> changed = records().stream()
                .filter(record -> record.current().ordinal() == 2)
                .toList();
        assertEquals(20, changed.size());
        assertTrue(changed.stream().allMatch(record -> "tenth".equals(record.owner())), "another key was rotated");
        assertTrue(hashes(records())
                .containsAll(
                        keysOf(rotated.out()).stream().map(ManyKeysTest::hashOf).toList()));
        assertTrue(operator.run("list", "--owner=late").out().lines().count() >= 10);
    }
}
