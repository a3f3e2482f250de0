package io.keyward.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.keyward.ApiKey;
import io.keyward.ApiKeyRecord;
import io.keyward.KeyFormat;
import io.keyward.KeyHasher;
import io.keyward.KeyState;
import io.keyward.cli.terminal.Terminal;
import io.keyward.cli.terminal.TestTerminal;
import io.keyward.jdbc.JdbcApiKeyStore;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Issue 19: creating the tables, the first key, and looking at rights. */
class DbCommandTest {
    private DatabaseOperator operator;

    @BeforeEach
    void setUp() throws SQLException {
        operator = DatabaseOperator.create();
    }

    @AfterEach
    void tearDown() throws SQLException {
        operator.close();
    }

    @Test
    @DisplayName("issue 19 db create makes the tables, and does nothing the second time")
    void createsTheTables() {
        for (int i = 0; i < 2; i++) {
            Outcome created = operator.run("db", "create");
            assertEquals(0, created.exitCode(), created.err());
            assertEquals("", created.out());
        }
        assertEquals(List.of(), operator.store().load().records());
    }

    @Test
    @DisplayName("issue 19 db create --first-admin shows one key, and none where there is one")
    void issuesTheFirstKey() {
        Outcome created = operator.run("db", "create", "--first-admin", "--owner=anna", "--as=berta");
        assertEquals(0, created.exitCode(), created.err());
        ApiKey key = ApiKey.of(created.out().strip());
        ApiKeyRecord record =
                operator.store().find(KeyFormat.of("kw_live").idOf(key)).orElseThrow();
        assertEquals(KeyHasher.sha256().hash(key), record.current().hash());
        assertEquals(Set.of("admin"), record.roles());
        assertEquals("anna", record.owner());
        assertEquals("operator:berta", record.createdBy());
        assertEquals(null, record.current().expiresAt(), "it could issue no key that lasts as long as usual");

        Outcome again = operator.run("db", "create", "--first-admin");
        assertEquals(1, again.exitCode());
        assertEquals("", again.out());
        assertEquals(1, operator.store().load().records().size());
    }

    @Test
    @DisplayName("issue 19 db check says what is missing, and then what there is")
    void checks() throws SQLException {
        Outcome missing = operator.run("db", "check");
        assertEquals(1, missing.exitCode());
        assertTrue(missing.out().startsWith("error: "), missing.out());
        assertTrue(missing.out().contains("keyward db create"), missing.out());

        operator.run("db", "create", "--first-admin");
        Outcome there = operator.run("db", "check", "--strict");
        assertEquals(0, there.exitCode(), there.out());
        assertTrue(there.out().contains("schema version 1"), there.out());
        assertTrue(there.out().contains("number of keys: 1, of changes: 1"), there.out());

        try (Statement statement = operator.kept().createStatement()) {
            statement.execute("delete from keyward.keyward_secret");
        }
        Outcome unsound = operator.run("db", "check", "--json");
        assertEquals(0, unsound.exitCode());
        assertTrue(unsound.out().contains("is not sound, so it is rejected"), unsound.out());
        assertTrue(unsound.out().contains("has no hash"), unsound.out());
        assertEquals(1, operator.run("db", "check", "--strict").exitCode());
        Outcome list = operator.run("list");
        assertTrue(list.err().contains("`keyward db check` says what is wrong with them"), list.err());
    }

    @Test
    @DisplayName("status, which is about files, leads to db check where a database is named")
    void statusLeadsToCheck(@TempDir Path directory) {
        Map<String, String> environment = Map.of("KEYWARD_JDBC_URL", "jdbc:postgresql://db/app");

        Outcome status = Outcome.in(environment, new byte[0], "status", "--dir", directory.toString());

        assertTrue(status.err().contains("`keyward db check`"), status.err());
    }

    @Test
    @DisplayName("issue 19 a database that cannot be reached is a finding, without the words of the driver")
    void databaseThatIsAway() {
        Outcome away = Outcome.in(
                Map.of("KEYWARD_JDBC_PASSWORD", "kept-secret"),
                new byte[0],
                "db",
                "check",
                "--jdbc-url=jdbc:postgresql://127.0.0.1:1/none");

        assertEquals(1, away.exitCode());
        assertTrue(away.out().contains("it cannot be reached"), away.out());
        assertFalse((away.out() + away.err()).contains("kept-secret"));
        assertFalse((away.out() + away.err()).contains("Exception"), away.out() + away.err());
    }

    @Test
    @DisplayName("PR-08 db check names a role that can read hashes or change keys, on PostgreSQL")
    void namesWhoCanReadHashes() throws IOException, SQLException {
        try (EmbeddedPostgres server = postgres()) {
            String url = server.getJdbcUrl("postgres", "postgres");
            String plain = url.substring(0, url.indexOf('?'));
            String[] login = {"--jdbc-url", plain, "--jdbc-user", "postgres"};
            Outcome created = Outcome.of(with(login, "db", "create", "--first-admin"));
            assertEquals(0, created.exitCode(), created.err());
            assertEquals(0, Outcome.of(with(login, "db", "check", "--strict")).exitCode());
            try (Connection connection = server.getPostgresDatabase().getConnection();
                    Statement statement = connection.createStatement()) {
                statement.execute("create role anon login");
                statement.execute("grant usage on schema keyward to anon");
                statement.execute("grant select on keyward.keyward_secret to anon");
            }

            Outcome open = Outcome.of(with(login, "db", "check", "--strict"));
            assertEquals(1, open.exitCode());
            assertTrue(open.out().contains("warning: role `anon` can read hashes"), open.out());

            String id = KeyFormat.of("kw_live").idOf(ApiKey.of(created.out().strip()));
            assertEquals(0, Outcome.of(with(login, "revoke", id)).exitCode());
            assertEquals(
                    KeyState.REVOKED,
                    JdbcApiKeyStore.of(server.getPostgresDatabase())
                            .find(id)
                            .orElseThrow()
                            .state());
            usesTheGrantsOfThePage(server, plain);
            Outcome noRight = Outcome.of("list", "--jdbc-url", plain, "--jdbc-user", "anon");
            assertEquals(3, noRight.exitCode());
            assertTrue(noRight.err().contains("its user lacks a right"), noRight.err());
        }
    }

    /** What docs/database.md grants to a node that changes keys, without the right to delete. */
    private static void usesTheGrantsOfThePage(EmbeddedPostgres server, String url) throws SQLException {
        try (Connection connection = server.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("create role manager login");
            statement.execute("grant usage on schema keyward to manager");
            statement.execute("grant select, insert, update on keyward.keyward_key to manager");
            statement.execute(
                    "grant select, insert, delete on keyward.keyward_secret, keyward.keyward_attribute to manager");
            statement.execute("grant select, update on keyward.keyward_meta to manager");
            statement.execute("grant select, insert on keyward.keyward_change to manager");
        }
        String[] login = {"--jdbc-url", url, "--jdbc-user", "manager"};
        Outcome issued = Outcome.of(with(login, "issue", "--role=client", "--owner=alice"));
        assertEquals(0, issued.exitCode(), issued.err());
        String id = KeyFormat.of("kw_live").idOf(ApiKey.of(issued.out().strip()));
        for (String command : List.of("rotate", "disable", "enable", "show", "revoke")) {
            Outcome outcome = Outcome.of(with(login, command, id));
            assertEquals(0, outcome.exitCode(), command + ": " + outcome.err());
        }
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Terminal nobodySees = TestTerminal.of(
                new ByteArrayInputStream(new byte[0]),
                new ByteArrayOutputStream(),
                new PrintStream(err, true, UTF_8),
                Map.of(),
                null,
                true);
        assertEquals(
                3,
                Main.run(List.of(with(login, "issue", "--role=client", "--owner=nobody")), nobodySees),
                err.toString(UTF_8));
        Outcome listed = Outcome.of(with(login, "list", "--owner=nobody"));
        assertTrue(listed.out().contains("revoked"), "it cannot be removed, so it is revoked: " + listed.out());
    }

    private static String[] with(String[] login, String... command) {
        List<String> args = new java.util.ArrayList<>(List.of(command));
        args.addAll(List.of(login));
        return args.toArray(String[]::new);
    }

    private static EmbeddedPostgres postgres() {
        EmbeddedPostgres server = null;
        try {
            server = EmbeddedPostgres.start();
        } catch (IOException | IllegalStateException e) {
            // the assumption says it
        }
        assumeTrue(
                server != null, "PostgreSQL does not start here: as root it needs user namespaces, and it needs Linux");
        return server;
    }
}
