package io.keyward.jdbc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.keyward.ApiKey;
import io.keyward.ApiKeyRecord;
import io.keyward.KeyState;
import io.keyward.jdbc.DatabaseFinding.Level;
import io.keyward.store.ApiKeyStore;
import io.keyward.store.ApiKeys;
import io.keyward.store.KeyFilter;
import io.keyward.store.StoreException;
import io.keyward.testing.ThrowAwayKeys;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Isolated("it reads the log of the JVM, and changes what the database grants by default")
class SchemaTest {
    @ParameterizedTest // PR-04
    @ValueSource(
            strings = {
                "",
                ";MODE=PostgreSQL",
                ";DATABASE_TO_LOWER=TRUE",
                ";MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE",
                ";IGNORECASE=TRUE"
            })
    void worksOnH2InEachSpelling(String settings) {
        JdbcApiKeyStore store = JdbcApiKeyStore.of(TestDatabases.h2(settings));
        store.createSchema();
        store.createSchema();

        ApiKeyRecord stored = store.insert(record());

        assertEquals(List.of(stored), store.load().records());
    }

    @ParameterizedTest // PR-04
    @ValueSource(
            strings = {
                "CockroachDB CCL v25.4.1 (x86_64-pc-linux-gnu)",
                "PostgreSQL 11.2-YB-2.20.0.0-b0 on x86_64-pc-linux-gnu",
                "PostgreSQL 15.0-YB-2.25.0.0-b0 on x86_64-pc-linux-gnu",
                "PostgreSQL 8.0.2 on i686-pc-linux-gnu, compiled by GCC, Redshift 1.0.12103"
            })
    void refusesDatabaseThatOnlySpeaksLikePostgres(String version) {
        JdbcApiKeyStore store = JdbcApiKeyStore.of(sayingVersion(version));

        StoreException e = assertThrows(StoreException.class, store::createSchema);

        assertTrue(e.getMessage().contains("must be PostgreSQL or H2"), e.getMessage());
    }

    @Test // PR-04
    void refusesOldServerWithBothNumbers() {
        JdbcApiKeyStore store = JdbcApiKeyStore.of(sayingVersion("PostgreSQL 12.4 on x86_64-pc-linux-gnu"));

        StoreException e = assertThrows(StoreException.class, store::load);

        assertTrue(e.getMessage().contains("12") && e.getMessage().contains("14"), e.getMessage());
    }

    @Test
    void createsSchemaOnceForNodesThatStartTogether() throws Exception {
        String schema = TestDatabases.newName("together");
        createTogether(TestDatabases.postgres(), schema);
        createTogether(TestDatabases.h2(""), schema);
    }

    private static void createTogether(DataSource dataSource, String schema) throws Exception {
        ExecutorService nodes = Executors.newFixedThreadPool(5);
        try {
            List<Callable<Void>> starts = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                starts.add(() -> {
                    JdbcApiKeyStore.builder(dataSource).schema(schema).build().createSchema();
                    return null;
                });
            }
            for (Future<Void> start : nodes.invokeAll(starts)) {
                start.get();
            }
        } finally {
            nodes.shutdownNow();
        }
        JdbcApiKeyStore store =
                JdbcApiKeyStore.builder(dataSource).schema(schema).build();
        assertEquals(1, store.insert(record()).version());
    }

    @Test
    void keepsTwoPrefixesInOneSchemaApart() {
        String schema = TestDatabases.newName("shared");
        JdbcApiKeyStore one = JdbcApiKeyStore.builder(TestDatabases.postgres())
                .schema(schema)
                .tablePrefix("one_")
                .build();
        JdbcApiKeyStore two = JdbcApiKeyStore.builder(TestDatabases.postgres())
                .schema(schema)
                .tablePrefix("two_")
                .build();
        one.createSchema();
        two.createSchema();

        one.insert(record());

        assertEquals(1, one.load().records().size());
        assertEquals(0, two.load().records().size());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Keys", "a b", "k\"", "1a", "a;drop", "ключ"})
    void refusesNameThatNeedsQuotes(String name) {
        JdbcApiKeyStore.Builder builder = JdbcApiKeyStore.builder(TestDatabases.h2(""));
        assertThrows(IllegalArgumentException.class, () -> builder.schema(name).build());
    }

    @Test
    void saysWhatIsMissingWhereThereAreNoTables() {
        for (DataSource dataSource : List.of(TestDatabases.postgres(), TestDatabases.h2(""))) {
            JdbcApiKeyStore store =
                    JdbcApiKeyStore.builder(dataSource).schema("nothing_here").build();

            StoreException e = assertThrows(StoreException.class, store::load);

            assertTrue(e.getMessage().contains("createSchema()"), e.getMessage());
            assertEquals(Level.ERROR, store.check().get(0).level());
        }
    }

    @Test
    void saysWhyTablesInMemoryAreGone() {
        String url = "jdbc:h2:mem:" + UUID.randomUUID();
        JdbcApiKeyStore store = JdbcApiKeyStore.of(Proxies.of(() -> DriverManager.getConnection(url)));
        store.createSchema();

        assertTrue(messageOf(store::load).contains("DB_CLOSE_DELAY=-1"));
    }

    @Test
    void refusesSchemaThatNeedsNewerReader() throws Exception {
        DataSource h2 = TestDatabases.h2("");
        JdbcApiKeyStore.of(h2).createSchema();
        TestDatabases.execute(h2, "update keyward.keyward_meta set schema_version = 9, min_reader = 8");

        StoreException e = assertThrows(StoreException.class, JdbcApiKeyStore.of(h2)::load);

        assertTrue(e.getMessage().contains("8"), e.getMessage());
    }

    @Test
    @DisplayName("a role that may not create schemas creates the tables in one that was made for it")
    void createsTablesInSchemaOfAnOwnerWhoMayNotCreateSchemas() throws Exception {
        String schema = TestDatabases.newName("given");
        String role = TestDatabases.newName("app");
        TestDatabases.execute(
                TestDatabases.postgres(),
                "create role " + role + " login",
                "create schema " + schema + " authorization " + role);
        JdbcApiKeyStore store = JdbcApiKeyStore.builder(TestDatabases.postgres(role, "postgres"))
                .schema(schema)
                .build();

        store.createSchema();

        ApiKeyRecord stored = store.insert(record());
        assertEquals(List.of(stored), store.load().records());
    }

    @Test // PR-08
    void takesAwayWhatDefaultPrivilegesGive() throws Exception {
        DataSource owner = TestDatabases.postgres();
        String schema = TestDatabases.newName("published");
        String anon = TestDatabases.newName("anon");
        TestDatabases.execute(
                owner,
                "create role " + anon + " login",
                "create schema " + schema,
                "grant usage on schema " + schema + " to " + anon,
                "alter default privileges in schema " + schema + " grant all on tables to " + anon,
                "alter default privileges in schema " + schema + " grant execute on functions to " + anon);
        JdbcApiKeyStore store = JdbcApiKeyStore.builder(owner).schema(schema).build();
        store.createSchema();
        store.insert(record());

        DataSource stranger = TestDatabases.postgres(anon, "postgres");
        for (String sql : List.of(
                "select hash from S.keyward_secret",
                "update S.keyward_key set state = 'active'",
                "insert into S.keyward_secret values ('x', 'y', 0)",
                "truncate S.keyward_key cascade",
                "select S.keyward_take('a', 'b', false)")) {
            SQLException e = assertThrows(
                    SQLException.class, () -> TestDatabases.execute(stranger, sql.replace("S.", schema + ".")), sql);
            assertEquals("42501", e.getSQLState(), sql);
        }
        assertFalse(store.check().toString().contains(anon));
        assertFalse(loggedAtStart(owner, schema).contains(anon));

        TestDatabases.execute(owner, "grant select on " + schema + ".keyward_secret to " + anon);
        assertTrue(store.check().toString().contains("role `" + anon + "` can read hashes"));
        assertTrue(loggedAtStart(owner, schema).contains(anon), "and a node warns at its start");
    }

    private static String loggedAtStart(DataSource source, String schema) {
        JdbcApiKeyStore node = JdbcApiKeyStore.builder(source).schema(schema).build();
        try (Logged logged = new Logged()) {
            node.load();
            node.load();
            String all = logged.text();
            String sentence = "besides the owner";
            assertEquals(all.indexOf(sentence), all.lastIndexOf(sentence), "said once: " + all);
            return all;
        }
    }

    @Test // PR-08
    void namesNotTheUserOfTheNodeItself() throws Exception {
        DataSource owner = TestDatabases.postgres();
        String schema = TestDatabases.newName("named");
        JdbcApiKeyStore.builder(owner).schema(schema).build().createSchema();
        String verifier = TestDatabases.newReaderOf(schema);

        assertFalse(loggedAtStart(TestDatabases.postgres(verifier, "postgres"), schema)
                .contains("besides the owner"));
        assertTrue(loggedAtStart(owner, schema).contains(verifier));
    }

    @ParameterizedTest // DB-01
    @ValueSource(strings = {"o'); delete from keyward.keyward_key; --", "a\"b;--", "50%", "a_b", "\\'", "${x}"})
    void textsAreValuesAndNeverSql(String text) {
        for (DataSource source : List.of(TestDatabases.postgres(), TestDatabases.h2(""))) {
            JdbcApiKeyStore store = JdbcApiKeyStore.builder(source)
                    .schema(TestDatabases.newName("bound"))
                    .build();
            store.createSchema();
            ApiKeyRecord plain = store.insert(record().toBuilder().owner("axb").build());
            ApiKeyRecord stored = store.insert(record().toBuilder()
                    .owner(text)
                    .name(text)
                    .metadata(Map.of("m", text))
                    .build());

            assertEquals(List.of(stored), store.list(KeyFilter.all().owner(text), null, 10));
            assertEquals(List.of(), store.list(KeyFilter.all().role(text), null, 10));
            assertEquals(2, store.list(KeyFilter.all(), "' or '1'='1 ", 10).size());
            assertEquals(Optional.empty(), store.find(text));
            assertEquals(Map.of(), store.lastUses(text));
            assertEquals(2, store.load().records().size());
            assertEquals(Optional.of(plain), store.find(plain.id()));
        }
    }

    @Test // LE-11
    void carriesNothingOfTheDriver() throws Exception {
        for (DataSource dataSource : List.of(TestDatabases.postgres(), TestDatabases.h2(""))) {
            String schema = TestDatabases.newName("leak");
            JdbcApiKeyStore store =
                    JdbcApiKeyStore.builder(dataSource).schema(schema).build();
            store.createSchema();
            ApiKeyRecord record = record();
            // a duplicate that the store does not see before the database does
            TestDatabases.execute(
                    dataSource, "alter table " + schema + ".keyward_secret add constraint refuse check (ordinal > 5)");

            StoreException e = assertThrows(StoreException.class, () -> store.insert(record));

            assertNull(e.getCause());
            assertEquals(0, e.getSuppressed().length);
            assertFalse(e.getMessage().contains("sha256"), e.getMessage());
            assertTrue(e.getMessage().contains("SQLState 23"), e.getMessage());
            assertEquals(List.of(), store.load().records());
        }
    }

    @Test
    void saysWhatToDoAboutReservedWordAndAboutTableOfOthers() throws Exception {
        DataSource dataSource = TestDatabases.postgres();
        JdbcApiKeyStore reserved =
                JdbcApiKeyStore.builder(dataSource).schema("user").build();
        assertTrue(messageOf(reserved::createSchema).contains("is no name for a schema"), messageOf(reserved::load));

        String schema = TestDatabases.newName("others");
        TestDatabases.execute(
                dataSource, "create schema " + schema, "create table " + schema + ".keyward_key (id varchar)");
        JdbcApiKeyStore taken =
                JdbcApiKeyStore.builder(dataSource).schema(schema).build();
        assertTrue(messageOf(taken::createSchema).contains("is there already"), messageOf(taken::createSchema));
    }

    private static String messageOf(Executable call) {
        return String.valueOf(assertThrows(StoreException.class, call).getMessage());
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "none",
            value = {
                "53300, 'lacks connections'",
                "53100, 'disk space'",
                "26000, 'prepareThreshold=0'",
                "42P05, 'prepareThreshold=0'",
                "22P05, 'UTF8'",
                "42703, 'changed by hand'",
                "25006, 'replica()'",
                "none, 'pool is closed'",
                "57P03, 'cannot be reached'",
                "08006, 'cannot be reached'",
                "XX000, 'log of the server'"
            })
    void saysWhatTheStateOfAnErrorMeans(@Nullable String state, String word) {
        StoreException e = Database.failure("be read", new SQLException("sha256:secret", state));

        assertTrue(e.getMessage().contains(word), e.getMessage());
        assertFalse(e.getMessage().contains("secret"), e.getMessage());
    }

    /** An operator may have dropped the constraints, and each of these must reject that key alone. */
    @ParameterizedTest // DB-05
    @ValueSource(
            strings = {
                "alter table S.keyward_secret drop constraint keyward_secret_pkey;"
                        + " alter table S.keyward_secret alter hash drop not null;"
                        + " update S.keyward_secret set hash = null where key_id = 'ID'",
                "update S.keyward_secret set hash = '' where key_id = 'ID'",
                "update S.keyward_secret set hash = 'md5:d41d8cd98f00b204e9800998ecf8427e' where key_id = 'ID'",
                "alter table S.keyward_key alter state drop not null;"
                        + " update S.keyward_key set state = null where id = 'ID'",
                "alter table S.keyward_key drop constraint keyward_key_state_check;"
                        + " update S.keyward_key set state = 'ACTIV' where id = 'ID'",
                "alter table S.keyward_key alter permissions type varchar;"
                        + " update S.keyward_key set permissions = ':::' where id = 'ID'",
                "alter table S.keyward_attribute alter content drop not null;"
                        + " insert into S.keyward_attribute (key_id, attribute, content) values ('ID', 'a', null)",
                "alter table S.keyward_attribute drop constraint keyward_attribute_pkey;"
                        + " alter table S.keyward_attribute alter kind drop not null;"
                        + " insert into S.keyward_attribute (key_id, kind, attribute, content)"
                        + " values ('ID', null, 'narrow', 'x')"
            })
    void rejectsOneKeyWhoseRowsAreNotSound(String sql) throws Exception {
        DataSource dataSource = TestDatabases.postgres();
        String schema = TestDatabases.newName("nulls");
        JdbcApiKeyStore store =
                JdbcApiKeyStore.builder(dataSource).schema(schema).build();
        store.createSchema();
        ApiKey goodKey = ThrowAwayKeys.newKey();
        ApiKey badKey = ThrowAwayKeys.newKey();
        try (ApiKeys node = ApiKeys.over(store)
                .format("kw_test")
                .interval(Duration.ofMillis(20))
                .open()) {
            store.insert(ThrowAwayKeys.recordOf(goodKey).build());
            ApiKeyRecord bad = store.insert(ThrowAwayKeys.recordOf(badKey).build());
            ManyNodesTest.awaitTrue(
                    () -> node.verifier().verify(badKey.reveal()).isAccepted(), "it was valid");

            TestDatabases.execute(dataSource, sql.replace("S.", schema + ".").replace("ID", bad.id()));

            ManyNodesTest.awaitTrue(
                    () -> !node.verifier().verify(badKey.reveal()).isAccepted(), "it is rejected");
            ManyNodesTest.awaitTrue(() -> node.state().isLastReloadGood(), "and the reading is good");
            ManyNodesTest.awaitTrue(
                    () -> node.ring().current().find(bad.id()).isPresent()
                            || node.state().unfit().stream()
                                    .anyMatch(problem -> problem.keyId().equals(bad.id())),
                    "and one that is left out can be named by a health check");
            assertTrue(node.verifier().verify(goodKey.reveal()).isAccepted(), "the other is not affected");
        }
    }

    @Test // DB-05
    void takesNoRolesForNone() throws Exception {
        DataSource dataSource = TestDatabases.postgres();
        String schema = TestDatabases.newName("nulls");
        JdbcApiKeyStore store =
                JdbcApiKeyStore.builder(dataSource).schema(schema).build();
        store.createSchema();
        ApiKeyRecord stored = store.insert(record().toBuilder().roles("client").build());

        TestDatabases.execute(
                dataSource,
                "alter table " + schema + ".keyward_key alter roles drop not null",
                "alter table " + schema + ".keyward_key alter permissions drop not null",
                "update " + schema + ".keyward_key set roles = null, permissions = null");

        ApiKeyStore.Snapshot all = store.load();
        assertEquals(Set.of(), all.records().get(0).roles());
        assertEquals(Set.of(), store.find(stored.id()).orElseThrow().permissions());
        assertTrue(store.isInStep(all.records(), Set.of(), all.stamp()), "no load each time");
    }

    @Test // DB-05
    void leavesOutRecordThatIsNotSound() throws Exception {
        DataSource dataSource = TestDatabases.postgres();
        String schema = TestDatabases.newName("unsound");
        JdbcApiKeyStore store =
                JdbcApiKeyStore.builder(dataSource).schema(schema).build();
        store.createSchema();
        ApiKeyRecord sound = store.insert(record());
        ApiKeyRecord bad = store.insert(record());
        TestDatabases.execute(
                dataSource,
                "update " + schema + ".keyward_key set roles = 'Not A Role!' where id = '" + bad.id() + "'");

        assertEquals(List.of(sound), store.load().records());
        assertEquals(Set.of(bad.id()), store.unsound().keySet());
        String message =
                assertThrows(StoreException.class, () -> store.find(bad.id())).getMessage();
        assertTrue(message.contains("so it is rejected"), message);
        String marker = "to revoke it as it is, run: ";
        TestDatabases.execute(dataSource, message.substring(message.indexOf(marker) + marker.length()));
        List<DatabaseFinding> warnings = store.check().stream()
                .filter(finding -> finding.level() == Level.WARNING)
                .toList();
        assertEquals(1, warnings.size(), warnings::toString);
        assertTrue(warnings.get(0).message().contains("`" + bad.id() + "` is not sound"), warnings::toString);
        assertTrue(warnings.get(0).message().contains("role"), warnings::toString);
        TestDatabases.execute(
                dataSource, "update " + schema + ".keyward_key set roles = '' where id = '" + bad.id() + "'");
        assertEquals(KeyState.REVOKED, store.find(bad.id()).orElseThrow().state(), "a repair brings back a leaked key");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "update keyward.keyward_key set owner = E'M\\374ller' where id = '%s'",
                "update keyward.keyward_secret set hash = E'M\\374ller' where key_id = '%s'",
                "update keyward.keyward_attribute set content = E'M\\374ller' where key_id = '%s'",
                "update keyward.keyward_attribute set kind = E'M\\374ller' where key_id = '%s'",
            })
    @DisplayName("a byte that is no text in UTF-8 rejects only its own key")
    void leavesOutRecordWithBytesThatAreNoText(String sql) throws Exception {
        String database = TestDatabases.newName("bytes");
        TestDatabases.execute(
                TestDatabases.postgres(),
                "create database " + database + " encoding 'SQL_ASCII' lc_collate 'C' lc_ctype 'C' template template0");
        DataSource dataSource = TestDatabases.postgres("postgres", database);
        JdbcApiKeyStore store = JdbcApiKeyStore.builder(dataSource).build();
        store.createSchema();
        ApiKeyRecord sound = store.insert(record());
        ApiKeyRecord bad =
                store.insert(record().toBuilder().metadata(Map.of("team", "ml")).build());
        ApiKeyStore.Stamp before = store.load().stamp();
        TestDatabases.execute(dataSource, sql.formatted(bad.id()));

        assertEquals(Optional.empty(), store.changesSince(before));
        ApiKeyStore.Snapshot all = store.load();

        assertEquals(List.of(sound), all.records());
        assertEquals(Set.of(bad.id()), store.unsound().keySet());
        assertTrue(store.unsound().get(bad.id()).contains("UTF-8"), store.unsound()::toString);
        assertEquals(List.of(sound), store.list(KeyFilter.all(), null, 10));
        assertTrue(store.isInStep(all.records(), Set.of(), all.stamp()));
        assertFalse(store.isInStep(List.of(), Set.of(), all.stamp()), "the other key is not compared");
        String message =
                assertThrows(StoreException.class, () -> store.find(bad.id())).getMessage();
        assertTrue(message.contains("not sound"), message);
    }

    @Test
    @DisplayName(
            "row security, which hides keys and revocations without an error, is named by the check and at a start")
    void namesTablesWithRowSecurity() throws Exception {
        DataSource owner = TestDatabases.postgres();
        String schema = TestDatabases.newName("hidden");
        JdbcApiKeyStore store = JdbcApiKeyStore.builder(owner).schema(schema).build();
        store.createSchema();
        store.insert(record());
        String reader = TestDatabases.newReaderOf(schema);
        JdbcApiKeyStore node = JdbcApiKeyStore.builder(TestDatabases.postgres(reader, "postgres"))
                .schema(schema)
                .build();
        TestDatabases.execute(owner, "alter table " + schema + ".keyward_key enable row level security");

        try (Logged logged = new Logged()) {
            assertEquals(List.of(), node.load().records());
            assertTrue(logged.text().contains("[keyward_key]"), logged.text());
        }
        assertTrue(store.check().toString().contains("table `keyward_key` has row security"), store.check()::toString);

        TestDatabases.execute(owner, "alter table " + schema + ".keyward_meta enable row level security");
        StoreException e = assertThrows(StoreException.class, node::load);
        assertTrue(e.getMessage().contains("row level security"), e.getMessage());
    }

    @Test
    void readOnlyStoreReadsAndRefusesChanges() throws Exception {
        DataSource owner = TestDatabases.postgres();
        String schema = TestDatabases.newName("reading");
        JdbcApiKeyStore writer = JdbcApiKeyStore.builder(owner).schema(schema).build();
        writer.createSchema();
        ApiKeyRecord stored = writer.insert(record());
        String role = TestDatabases.newName("verifier");
        for (String sql : grants("verifies")) {
            TestDatabases.execute(owner, sql.replace("verifier", role).replaceAll("\\bkeyward(?=\\.|\\s+to)", schema));
        }

        TestDatabases.execute(owner, "select 1");
        JdbcApiKeyStore reader = JdbcApiKeyStore.builder(TestDatabases.postgres(role, "postgres"))
                .schema(schema)
                .readOnly()
                .build();

        assertEquals(List.of(stored), reader.load().records());
        assertEquals(
                List.of(),
                reader.changesSince(reader.load().stamp()).orElseThrow().records());
        assertThrows(StoreException.class, () -> reader.insert(record()));
    }

    @Test
    void writerNeedsNoMoreThanItsGrants() throws Exception {
        DataSource owner = TestDatabases.postgres();
        String schema = TestDatabases.newName("writing");
        JdbcApiKeyStore.builder(owner).schema(schema).build().createSchema();
        String role = TestDatabases.newName("writer");
        for (String sql : grants("changes")) {
            TestDatabases.execute(owner, sql.replace("manager", role).replaceAll("\\bkeyward(?=\\.|\\s+to)", schema));
        }
        JdbcApiKeyStore writer = JdbcApiKeyStore.builder(TestDatabases.postgres(role, "postgres"))
                .schema(schema)
                .build();

        ApiKeyRecord stored = writer.insert(record());
        ApiKeyRecord changed = writer.update(stored.toBuilder().owner("o").build());

        assertEquals(List.of(changed), writer.load().records());
    }

    /** Returns the statements of docs/database.md under a heading with this word. */
    private static List<String> grants(String word) throws Exception {
        String page = java.nio.file.Files.readString(java.nio.file.Path.of("..", "docs", "database.md"));
        String block = page.substring(page.indexOf("-- a node that " + word));
        block = block.substring(block.indexOf('\n'), block.indexOf("```"));
        return List.of(block.strip().split(";\\s*"));
    }

    private static ApiKeyRecord record() {
        return ThrowAwayKeys.recordOf(ThrowAwayKeys.newKey()).build();
    }

    /** The data source of the server, with another answer to {@code select version()}. */
    private static DataSource sayingVersion(String version) {
        DataSource real = TestDatabases.postgres();
        return proxy(
                DataSource.class,
                real,
                "getConnection",
                connection -> proxy(
                        Connection.class,
                        connection,
                        "createStatement",
                        statement -> proxy(
                                java.sql.Statement.class,
                                statement,
                                "executeQuery",
                                rows -> proxy(java.sql.ResultSet.class, rows, "getString", any -> version))));
    }

    private static <T> T proxy(
            Class<T> type, Object real, String method, java.util.function.Function<Object, Object> replacement) {
        return type.cast(Proxy.newProxyInstance(
                SchemaTest.class.getClassLoader(), new Class<?>[] {type}, (self, called, args) -> {
                    try {
                        Object result = called.invoke(real, args);
                        return called.getName().equals(method) ? replacement.apply(result) : result;
                    } catch (java.lang.reflect.InvocationTargetException e) {
                        throw e.getCause();
                    }
                }));
    }
}
