package io.keyward.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.keyward.ApiKey;
import io.keyward.ApiKeyRecord;
import io.keyward.KeyFormat;
import io.keyward.KeyHasher;
import io.keyward.KeyState;
import io.keyward.cli.terminal.Terminal;
import io.keyward.cli.terminal.TestTerminal;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Issue 19: every command that works on a key file works on a database. */
@DisplayName("issue 19 operator commands on a database")
class DatabaseCommandsTest {
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

    private Outcome done(String... args) {
        Outcome outcome = operator.run(args);
        assertEquals(0, outcome.exitCode(), outcome.err());
        return outcome;
    }

    private String issue(String owner, String... further) {
        List<String> args = new ArrayList<>(List.of("issue", "--role=client", "--owner=" + owner));
        args.addAll(List.of(further));
        return idOf(done(args.toArray(String[]::new)));
    }

    private static String idOf(Outcome issued) {
        return KeyFormat.of("kw_live").idOf(ApiKey.of(issued.out().strip()));
    }

    private ApiKeyRecord record(String id) {
        return operator.store().find(id).orElseThrow();
    }

    @Test
    void issuedKeyIsStoredAsItsHash() {
        Outcome issued = done("issue", "--role=client", "--owner=alice", "--name=nightly", "--as=anna");

        ApiKeyRecord record = record(idOf(issued));
        assertEquals("alice", record.owner());
        assertEquals("nightly", record.name());
        assertEquals(Set.of("client"), record.roles());
        assertEquals("operator:anna", record.createdBy());
        assertEquals(
                KeyHasher.sha256().hash(ApiKey.of(issued.out().strip())),
                record.current().hash());
        assertTrue(issued.err().contains("stored in " + operator.url()), issued.err());
        assertFalse(issued.err().contains(DatabaseOperator.PASSWORD));
    }

    @Test
    void listsAndShows() {
        String id = issue("alice");
        issue("bob");

        Outcome listed = done("list", "--owner=alice");
        assertTrue(listed.out().contains(id) && !listed.out().contains("bob"), listed.out());
        assertTrue(done("show", id).out().contains("alice"));
        assertTrue(done("list", "--json").out().contains("\"owner\": \"bob\""));
        Outcome unknown = operator.run("show", "nosuchid");
        assertEquals(1, unknown.exitCode());
        assertTrue(unknown.err().contains(operator.url()), unknown.err());
    }

    @Test
    void changesWhatIsNoted() {
        String id = issue("alice", "--expires=30d");

        done("change", id, "--owner=bob", "--role=miner", "--metadata=ticket=4711");
        done("renew", id, "--expires=never");

        ApiKeyRecord changed = record(id);
        assertEquals("bob", changed.owner());
        assertEquals(Set.of("miner"), changed.roles());
        assertEquals(Map.of("ticket", "4711"), changed.metadata());
        assertEquals(null, changed.current().expiresAt());
    }

    @Test
    void rotates() {
        Outcome issued = done("issue", "--role=client", "--owner=alice");
        String id = idOf(issued);

        Outcome rotated = done("rotate", id, "--overlap=1h");

        ApiKeyRecord record = record(id);
        assertEquals(2, record.current().ordinal());
        assertEquals(
                KeyHasher.sha256().hash(ApiKey.of(rotated.out().strip())),
                record.current().hash());
        assertEquals(
                KeyHasher.sha256().hash(ApiKey.of(issued.out().strip())),
                record.retiring().orElseThrow().hash());
    }

    @Test
    @DisplayName("issue 18.4 many keys are issued from a CSV file and rotated by selector, as in a file")
    void issuesAndRotatesManyKeys() throws IOException {
        Path people = Files.writeString(
                directory.resolve("people.csv"), "owner,name,expires\nalice,nightly ${BUILD},10d\nbob,,300d\n");

        Outcome issued = done("issue", "--role=client", "--from=" + people);
        Outcome rotated = done("rotate", "--ending-within=14d", "--expires=90d", "--yes");

        assertEquals(3, issued.out().lines().count(), issued.out());
        assertEquals(2, rotated.out().lines().count(), rotated.out());
        Map<String, ApiKeyRecord> byOwner = operator.store().load().records().stream()
                .collect(Collectors.toMap(record -> String.valueOf(record.owner()), record -> record));
        assertEquals(Set.of("alice", "bob"), byOwner.keySet());
        assertEquals("nightly ${BUILD}", byOwner.get("alice").name());
        assertEquals(2, byOwner.get("alice").current().ordinal());
        assertEquals(1, byOwner.get("bob").current().ordinal());
    }

    @Test
    void disablesEnablesAndRevokes() {
        String id = issue("alice");

        done("disable", id);
        assertEquals(KeyState.DISABLED, record(id).state());
        done("enable", id);
        assertEquals(KeyState.ACTIVE, record(id).state());
        done("revoke", id, "--as=berta");
        assertEquals(KeyState.REVOKED, record(id).state());
        assertEquals("operator:berta", record(id).changedBy());
        assertEquals(1, operator.run("enable", id).exitCode());
        assertEquals(1, operator.run("revoke", "nosuchid").exitCode());
    }

    @Test
    void changesManyAfterTheQuestion() {
        String one = issue("bob");
        String two = issue("bob");
        String other = issue("alice");

        assertEquals(2, operator.run("revoke", "--owner=bob").exitCode());
        assertEquals(KeyState.ACTIVE, record(one).state());
        Outcome done = done("revoke", "--owner=bob", "--yes");

        assertTrue(done.err().contains("2 keys of " + operator.url()), done.err());
        assertEquals(KeyState.REVOKED, record(one).state());
        assertEquals(KeyState.REVOKED, record(two).state());
        assertEquals(KeyState.ACTIVE, record(other).state());
    }

    @Test
    void findsAndVerifiesByText() {
        Outcome issued = done("issue", "--role=client", "--owner=alice");
        String id = idOf(issued);
        String unknown = done("issue", "--role=client", "--owner=bob").out();
        operator.store().remove(record(idOf(new Outcome(0, unknown, ""))), cause());

        assertTrue(operator.runReading(issued.out(), "show", "--key=-").out().contains(id));
        assertEquals(0, operator.runReading(issued.out(), "verify").exitCode());
        assertEquals(1, operator.runReading(unknown, "verify").exitCode());
        assertEquals(0, operator.runReading(issued.out(), "revoke", "--key=-").exitCode());
        Outcome refused = operator.runReading(issued.out(), "verify");
        assertEquals(1, refused.exitCode());
        assertTrue(refused.err().contains("revoked"), refused.err());
    }

    private static io.keyward.store.ChangeCause cause() {
        return io.keyward.store.ChangeCause.of(
                io.keyward.store.ChangeCause.Action.PURGE,
                io.keyward.store.Actor.application(),
                java.time.Instant.now());
    }

    @Test
    void namesTheMissingPepperAndChangesKeysThatHaveIt() {
        ApiKey key = ApiKey.of("peppered_key_of_a_service");
        operator.store()
                .insert(ApiKeyRecord.builder("peppered")
                        .roles("client")
                        .hash(KeyHasher.hmacSha256("p1", pepperOf(0)).hash(key))
                        .build());

        Outcome byText = operator.runReading("another_key_of_a_service", "show", "--key=-");
        assertEquals(1, byText.exitCode());
        assertTrue(byText.err().contains("pepper") && byText.err().contains("p1"), byText.err());
        done("disable", "peppered");
        done("enable", "peppered");
        assertEquals(KeyState.ACTIVE, record("peppered").state());
    }

    @Test
    @DisplayName("show and list say when a key was last used, with which secret, and nothing where that is not known")
    void showsWhenKeysWereLastUsed() throws Exception {
        String used = issue("alice");
        String unused = issue("bob");
        done("rotate", used, "--overlap=1h");
        sql("insert into keyward.keyward_use (key_id, ordinal, used_at) values ('" + used
                + "', 1, timestamp with time zone '2026-11-03 10:00:00+00'), ('" + used
                + "', 2, timestamp with time zone '2026-11-05 10:00:00+00')");

        String shown = done("show", used).out();
        assertTrue(shown.contains("last used         2026-11-05T10:00:00Z"), shown);
        assertTrue(shown.contains("old secret used   2026-11-03T10:00:00Z"), shown);
        assertFalse(done("show", unused).out().contains("used"), "a key that nobody used");
        String json = done("show", used, "--json").out();
        assertTrue(json.contains("\"lastUsedAt\": \"2026-11-05T10:00:00Z\""), json);
        assertTrue(json.contains("\"retiringLastUsedAt\": \"2026-11-03T10:00:00Z\""), json);
        String listed = done("list", "--columns=id,used,oldUsed").out();
        assertTrue(
                listed.lines().anyMatch(line -> line.matches(used + " +2026-11-05T10:00:00Z +2026-11-03T10:00:00Z *")),
                listed);
        assertTrue(listed.lines().anyMatch(line -> line.matches(unused + " +- +- *")), listed);
        assertTrue(done("list", "--json").out().contains("\"lastUsedAt\": \"2026-11-05T10:00:00Z\""), json);
    }

    @Test
    @DisplayName("revoke of a key whose rows are not sound prints the update that does it")
    void saysHowToRevokeAKeyThatIsNotSound() throws Exception {
        String id = issue("alice");
        sql("update keyward.keyward_key set roles = 'Not A Role!'");

        Outcome refused = operator.run("revoke", id, "--yes");

        assertEquals(3, refused.exitCode(), refused.err());
        String marker = "to revoke it as it is, run: ";
        int at = refused.err().indexOf(marker);
        assertTrue(at > 0, refused.err());
        sql(refused.err().substring(at + marker.length()).lines().findFirst().orElseThrow());
        sql("update keyward.keyward_key set roles = 'client'");
        assertEquals(KeyState.REVOKED, record(id).state());
    }

    private void sql(String statement) throws SQLException {
        try (Connection connection = operator.database().getConnection();
                Statement sql = connection.createStatement()) {
            sql.execute(statement);
        }
    }

    private static byte[] pepperOf(int fill) {
        byte[] pepper = new byte[KeyHasher.MIN_PEPPER_LENGTH];
        Arrays.fill(pepper, (byte) fill);
        return pepper;
    }

    private static Map<String, String> variable(String id, int fill) {
        return Map.of(
                "KEYWARD_PEPPERS_" + id.toUpperCase(Locale.ROOT),
                Base64.getEncoder().encodeToString(pepperOf(fill)));
    }

    @Test
    @DisplayName("a text is not called unknown because the pepper here is another one than that of the services")
    void comparesTextsOnlyWithThePepperOfTheServices() {
        KeyHasher p1 = KeyHasher.hmacSha256("p1", pepperOf(1));
        operator.store().requirePeppers(Map.of("p1", p1.check().orElseThrow()));
        Outcome issued = operator.runWith(variable("p1", 1), "", "issue", "--role=client", "--owner=bob");
        assertEquals(0, issued.exitCode(), issued.err());

        for (String[] command : new String[][] {{"verify"}, {"show", "--key=-"}, {"revoke", "--key=-"}}) {
            Outcome wrong = operator.runWith(variable("p1", 2), issued.out(), command);
            assertEquals(3, wrong.exitCode(), wrong.err());
            assertTrue(wrong.err().contains("check value"), wrong.err());
            Outcome right = operator.runWith(variable("p1", 1), issued.out(), command);
            assertEquals(0, right.exitCode(), right.err());
        }
        Outcome stranger = operator.runWith(variable("p1", 1), "another_key_of_a_service", "verify");
        assertEquals(1, stranger.exitCode(), stranger.err());
        operator.runWith(variable("p2", 2), "another_key_of_a_service", "verify");
        assertEquals(Set.of("p1"), operator.store().pepperIds(), "a command that reads stores nothing");
    }

    @Test
    @DisplayName("issue 19 a new secret has the pepper of the services, or is not made")
    void newSecretHasThePepperOfTheServices() {
        KeyHasher p1 = KeyHasher.hmacSha256("p1", pepperOf(1));
        String old = issue("alice");
        operator.store().requirePeppers(Map.of("p1", p1.check().orElseThrow()));

        for (String[] command :
                new String[][] {{"issue", "--role=client", "--owner=bob"}, {"rotate", old, "--overlap=1h"}}) {
            Outcome without = operator.run(command);
            assertEquals(1, without.exitCode(), without.err());
            assertTrue(without.err().contains("KEYWARD_PEPPERS_P1"), without.err());
            assertEquals("", without.out(), "no key is shown that is not stored");
            Outcome other = operator.runWith(variable("p1", 2), "", command);
            assertEquals(3, other.exitCode(), other.err());
            assertTrue(other.err().contains("check value"), other.err());
            Map<String, String> two = new HashMap<>(variable("p1", 1));
            two.putAll(variable("p2", 1));
            Outcome several = operator.runWith(two, "", command);
            assertEquals(1, several.exitCode(), several.err());
            assertTrue(several.err().contains("set KEYWARD_NEW_KEYS_PEPPER"), several.err());
            two.put("KEYWARD_NEW_KEYS_PEPPER", "p3");
            Outcome unknown = operator.runWith(two, "", command);
            assertEquals(1, unknown.exitCode(), unknown.err());
            assertTrue(unknown.err().contains("names a pepper that is not known here"), unknown.err());
            assertEquals(0, operator.runWith(two, "", "disable", old).exitCode(), "needs no choice");
            assertEquals(0, operator.runWith(two, "", "enable", old).exitCode(), "needs no choice");
        }
        assertEquals(1, operator.store().load().records().size());
        assertEquals(1, record(old).current().ordinal());

        Outcome issued = operator.runWith(variable("p1", 1), "", "issue", "--role=client", "--owner=bob");
        assertEquals(0, issued.exitCode(), issued.err());
        ApiKey text = ApiKey.of(issued.out().strip());
        assertEquals(p1.hash(text), record(idOf(issued)).current().hash());
        Outcome rotated = operator.runWith(variable("p1", 1), "", "rotate", old, "--overlap=1h");
        assertEquals(
                p1.hash(ApiKey.of(rotated.out().strip())), record(old).current().hash());
        Outcome found = operator.runWith(variable("p1", 1), text.reveal(), "show", "--key=-");
        assertEquals(0, found.exitCode(), found.err());
        done("revoke", idOf(issued));
        assertEquals(KeyState.REVOKED, record(idOf(issued)).state(), "needs no pepper");
    }

    @Test
    @DisplayName("issue 19 all keys that an owner, a role and an end select are changed, and no other key")
    void changesTheSelectedKeysAndNoOther() {
        List<String> ofBob = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            ofBob.add(issue("bob", "--expires=10d"));
        }
        String late = issue("bob", "--expires=90d");
        String alice = issue("alice", "--expires=10d");

        done("revoke", "--owner=bob", "--role=client", "--ending-within=14d", "--yes");

        ofBob.forEach(id -> assertEquals(KeyState.REVOKED, record(id).state()));
        assertEquals(KeyState.ACTIVE, record(late).state());
        assertEquals(KeyState.ACTIVE, record(alice).state());
        Outcome ids = operator.run("disable", late, "absent1a", "--yes");
        assertEquals(1, ids.exitCode());
        assertEquals(KeyState.DISABLED, record(late).state(), "the one that is there is changed");
        assertEquals(1, operator.run("revoke", "--owner=nobody", "--yes").exitCode());
    }

    private static Terminal nobodySees(OutputStream out, OutputStream err) {
        return TestTerminal.of(
                new ByteArrayInputStream(new byte[0]),
                out,
                new PrintStream(err, true, UTF_8),
                Map.of("KEYWARD_JDBC_PASSWORD", DatabaseOperator.PASSWORD),
                null,
                true);
    }

    @Test
    @DisplayName("a rotation that nobody could see is taken back by the operator, as the trail says")
    void rotationThatNobodyCouldSeeIsUndone() throws SQLException {
        String id = issue("alice");

        int exitCode = Main.run(
                List.of("rotate", id, "--as=anna", "--jdbc-url=" + operator.url(), "--jdbc-user=operator"),
                nobodySees(new BrokenStream("No space left on device"), new ByteArrayOutputStream()));

        assertEquals(3, exitCode);
        assertEquals(1, record(id).current().ordinal());
        try (Statement statement = operator.kept().createStatement();
                ResultSet last = statement.executeQuery(
                        "select cause, changed_by from keyward.keyward_change order by number desc")) {
            last.next();
            assertEquals("undo", last.getString("cause"));
            assertEquals("operator:anna", last.getString("changed_by"));
        }
    }

    @Test
    void keyThatNobodyCouldSeeIsTakenBack() {
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Terminal nobodySees = nobodySees(new ByteArrayOutputStream(), err);

        int exitCode = Main.run(
                List.of("issue", "--role=c", "--owner=a", "--jdbc-url=" + operator.url(), "--jdbc-user=operator"),
                nobodySees);

        assertEquals(3, exitCode);
        assertTrue(err.toString(UTF_8).contains("the key was not stored"), err.toString(UTF_8));
        assertEquals(List.of(), operator.store().load().records());
    }

    @Test
    void roleThatIsNotDeclaredIsRefused() {
        Outcome refused = operator.run("issue", "--role=clinet", "--owner=a", "--declared-roles=client,admin");

        assertEquals(1, refused.exitCode());
        assertTrue(refused.err().contains("clinet"), refused.err());
        assertEquals(List.of(), operator.store().load().records());
    }

    @Test
    @DisplayName("issue 16 the check before issue --from knows no more roles than the issue itself")
    void roleOfAnotherKeyIsRefusedBeforeAnyKeyIsStored() throws IOException {
        done("issue", "--role=miner", "--owner=other");
        Path people = Files.writeString(directory.resolve("people.csv"), "owner,roles\na,client\nb,miner\n");

        for (String further : List.of("--dry-run", "--json")) {
            Outcome refused = operator.run("issue", "--from=" + people, "--declared-roles=client,admin", further);

            assertEquals(1, refused.exitCode(), refused.err());
            assertTrue(refused.err().contains("people.csv:3"), refused.err());
            assertEquals(1, operator.store().load().records().size(), "only the key of another owner");
        }
    }

    @Test
    void urlAndUserComeFromTheEnvironment() {
        String id = issue("alice");
        Map<String, String> environment = Map.of(
                "KEYWARD_JDBC_URL",
                operator.url(),
                "KEYWARD_JDBC_USER",
                "operator",
                "KEYWARD_JDBC_PASSWORD",
                DatabaseOperator.PASSWORD);

        Outcome listed = Outcome.in(environment, new byte[0], "list");

        assertEquals(0, listed.exitCode(), listed.err());
        assertTrue(listed.out().contains(id));
    }

    @Test
    void fileOnTheCommandLineWinsOverUrlOfTheEnvironment() {
        Path file = directory.resolve(".env");

        Outcome issued = Outcome.in(
                Map.of("KEYWARD_JDBC_URL", operator.url()),
                new byte[0],
                "issue",
                "--role=client",
                "--owner=alice",
                "--file=" + file);

        assertEquals(0, issued.exitCode(), issued.err());
        assertTrue(Files.exists(file));
        assertEquals(List.of(), operator.store().load().records());
    }

    @Test
    void placesThatContradictAreRefused() {
        Outcome both =
                Outcome.in(Map.of("KEYWARD_JDBC_URL", operator.url(), "KEYWARD_FILE", "x.env"), new byte[0], "list");
        assertEquals(2, both.exitCode());
        assertTrue(both.err().contains("KEYWARD_FILE") && both.err().contains("KEYWARD_JDBC_URL"), both.err());
    }

    @ParameterizedTest
    @ValueSource(strings = {"list --file=x.env", "issue --role=c --owner=a --in-place", "show x --env-file=y.env"})
    void optionsOfFilesAreRefused(String line) {
        Outcome refused = operator.run(line.split(" "));

        assertEquals(2, refused.exitCode());
        assertTrue(refused.err().contains("--jdbc-url names a database"), refused.err());
    }

    @ParameterizedTest
    @ValueSource(strings = {"hash", "status", "scan", "generate"})
    void commandsForFilesSaySo(String command) {
        Outcome refused = operator.run(command);

        assertEquals(2, refused.exitCode());
        assertTrue(refused.err().contains("works on files, not on a database"), refused.err());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "jdbc:postgresql://db/app?user=x&password=kept-secret",
                "jdbc:postgresql://x:kept-secret@db/app",
                "postgres://x:kept-secret@db/app",
                "postgresql://x:kept-secret@db:5432/app?sslmode=require",
                "jdbc:h2:mem:x;PASSWORD=kept-secret",
                "jdbc:postgresql://db/app?sslkey=k&sslpassword=kept-secret"
            })
    void passwordInArgumentIsRefusedAndNotRepeated(String url) {
        Outcome refused = Outcome.of("list", "--jdbc-url", url);

        assertEquals(2, refused.exitCode());
        assertTrue(refused.err().contains("password"), refused.err());
        assertFalse(refused.err().contains("kept-secret"), refused.err());
    }

    @ParameterizedTest
    @CsvSource({
        "postgres://x:kept-secret@db/app, begins with jdbc:",
        "postgresql:///app?user=x, begins with jdbc:",
        "jdbc:postgresql://x:kept-secret@db/app, has a user before the host"
    })
    @DisplayName("the URL that other programs take is told how to write, and its password is not repeated")
    void saysHowToWriteTheUrlOfOtherPrograms(String url, String said) {
        Outcome refused = Outcome.in(Map.of("KEYWARD_JDBC_URL", url), new byte[0], "list");

        assertEquals(2, refused.exitCode());
        assertTrue(refused.err().contains(said), refused.err());
        assertTrue(refused.err().contains("--jdbc-user"), refused.err());
        assertFalse(refused.err().contains("kept-secret"), refused.err());
    }

    @Test
    void optionForThePasswordIsRefusedAndNotRepeated() {
        for (String option : List.of("--jdbc-password=kept-secret", "--password=kept-secret")) {
            Outcome refused = operator.run("list", option);

            assertEquals(2, refused.exitCode());
            assertTrue(refused.err().contains("there is no option"), refused.err());
            assertFalse(refused.err().contains("kept-secret"), refused.err());
        }
        assertTrue(operator.run("list", "--jdbc-nonsense").err().contains("unknown option"));
    }

    @Test
    void passwordComesFromFile() throws IOException {
        Path file = Files.writeString(directory.resolve("password"), "\uFEFF" + DatabaseOperator.PASSWORD + "\r\n");

        Outcome listed = Outcome.of(
                "list", "--jdbc-url", operator.url(), "--jdbc-user=operator", "--jdbc-password-file", file.toString());
        assertEquals(0, listed.exitCode(), listed.err());
        assertEquals(
                3,
                Outcome.of("list", "--jdbc-url", operator.url(), "--jdbc-password-file=no/such/file")
                        .exitCode());
    }

    @Test
    void passwordIsAskedForWhereItIsMissing() {
        List<String> questions = new ArrayList<>();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Terminal person = TestTerminal.of(
                new ByteArrayInputStream(new byte[0]),
                new ByteArrayOutputStream(),
                new PrintStream(err, true, UTF_8),
                Map.of(),
                question -> {
                    questions.add(question);
                    return DatabaseOperator.PASSWORD.toCharArray();
                },
                false);

        int exitCode = Main.run(List.of("list", "--jdbc-url", operator.url(), "--jdbc-user=operator"), person);

        assertEquals(0, exitCode, err.toString(UTF_8));
        assertEquals(1, questions.size());
        assertTrue(questions.get(0).contains("`operator`"), questions.get(0));
    }

    @Test
    void wrongPasswordIsSaidInWordsOfOurOwn() {
        Outcome refused = Outcome.in(
                Map.of("KEYWARD_JDBC_PASSWORD", "another"),
                new byte[0],
                "list",
                "--json",
                "--jdbc-url",
                operator.url(),
                "--jdbc-user=operator");

        assertEquals(3, refused.exitCode());
        assertTrue(refused.err().contains("it refuses the user or the password"), refused.err());
        assertTrue(refused.out().contains("\"exitCode\": 3"), refused.out());
    }

    @Test
    void missingTablesAreSaidWithTheRemedy() throws SQLException {
        try (Statement statement = operator.kept().createStatement()) {
            statement.execute("drop schema keyward cascade");
        }

        Outcome refused = operator.run("list");

        assertEquals(3, refused.exitCode());
        assertTrue(refused.err().contains("keyward db create"), refused.err());
    }

    @Test
    void urlThatNoDriverTakesIsRefused() {
        Outcome refused = Outcome.of("list", "--jdbc-url", "jdbc:nosuch:x");
        assertEquals(2, refused.exitCode());
        assertTrue(refused.err().contains("--driver"), refused.err());
        assertEquals(
                3,
                Outcome.of("list", "--jdbc-url=jdbc:h2:mem:x", "--driver=no.jar")
                        .exitCode());
    }

    @Test
    void schemaAndPrefixCanBeOthers() {
        io.keyward.jdbc.JdbcApiKeyStore other = io.keyward.jdbc.JdbcApiKeyStore.builder(operator.database())
                .schema("app")
                .tablePrefix("api_")
                .build();
        other.createSchema();

        String id = issue("alice", "--jdbc-schema=app", "--jdbc-table-prefix=api_");

        assertTrue(other.find(id).isPresent());
        assertEquals(List.of(), operator.store().load().records());
    }
}
