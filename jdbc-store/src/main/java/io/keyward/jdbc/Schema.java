package io.keyward.jdbc;

import io.keyward.jdbc.DatabaseFinding.Level;
import io.keyward.store.StoreException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Creates the tables on request, and checks that they exist and who may use them. */
final class Schema {
    /** The version that these classes need; the scripts only add, so a later version works too. */
    static final int VERSION = 1;

    private static final Set<String> TABLE_MISSING = Set.of("42P01", "3F000", "42S02", "42S04", "90079");
    private static final int H2_ATTEMPTS = 10;
    private static final int KEYS_LISTED = 100;

    private static final List<String> TRIGGERS = List.of(
            "keyward_key.keyward_on_key",
            "keyward_key.keyward_on_truncate",
            "keyward_secret.keyward_on_secret",
            "keyward_secret.keyward_on_truncate",
            "keyward_attribute.keyward_on_attribute",
            "keyward_attribute.keyward_on_truncate",
            "keyward_change.keyward_on_change");

    /** Each role that can read a hash or change a key and is neither the owner nor a superuser. */
    private static final String ROLES = """
                select r.rolname, s.readable, s.changeable, r.rolname = current_user
                from pg_catalog.pg_roles r cross join lateral (
                    select bool_or(c.relname = 'keyward_secret' and (
                            has_table_privilege(r.oid, c.oid, 'select')
                            or has_any_column_privilege(r.oid, c.oid, 'select'))) as readable,
                        bool_or(has_table_privilege(r.oid, c.oid, 'insert, update, delete, truncate')
                            or has_any_column_privilege(r.oid, c.oid, 'insert, update')) as changeable
                    from pg_catalog.pg_class c
                    where c.relnamespace = 'keyward'::regnamespace and c.relkind = 'r'
                        and c.relname in ('keyward_key', 'keyward_secret', 'keyward_attribute', 'keyward_meta')) s
                where not r.rolsuper and r.rolname not like 'pg\\_%'
                    and has_schema_privilege(r.oid, 'keyward'::regnamespace, 'usage')
                    and r.oid <> (select relowner from pg_catalog.pg_class
                        where oid = 'keyward.keyward_key'::regclass)
                    and (s.readable or s.changeable)
                order by r.rolname
                """;

    private final Database database;
    private final Rows rows;
    private volatile boolean known;

    Schema(Database database, Rows rows) {
        this.rows = rows;
        this.database = database;
    }

    /** Applies the scripts that are missing; nodes that start at the same time wait for each other. */
    void create() {
        for (int attempt = 1; ; attempt++) {
            try {
                database.write("create its schema", (connection, dialect) -> {
                    lock(connection, dialect);
                    for (int version = versionOf(connection, dialect) + 1; version <= VERSION; version++) {
                        database.run(connection, script(dialect, version));
                    }
                    return dialect;
                });
                return;
            } catch (StoreException e) {
                // H2 has no lock for this: if two meet, one fails, and its next attempt finds what the other created
                if (database.dialect() != Dialect.H2 || attempt == H2_ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    /** Locks for the transaction, not for the session, because a pooler gives each transaction another session. */
    private void lock(Connection connection, Dialect dialect) throws SQLException {
        if (dialect == Dialect.POSTGRESQL) {
            try (PreparedStatement statement =
                    connection.prepareStatement("select pg_advisory_xact_lock(hashtext(?))")) {
                statement.setString(1, database.names.in("keyward.keyward_meta"));
                statement.execute();
            }
        }
    }

    /** Throws if these classes cannot work with the schema; checks only once. */
    void require(Connection connection) throws SQLException {
        if (known) {
            return;
        }
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(
                        database.names.in("select schema_version, min_reader from keyward.keyward_meta"))) {
            if (!row.next()) {
                throw noRow();
            }
            int version = row.getInt(1);
            int minReader = row.getInt(2);
            if (version < VERSION) {
                throw new StoreException("the schema has version " + version + " and must have " + VERSION
                        + " or later; call createSchema() or `keyward db create`");
            }
            if (minReader > VERSION) {
                throw new StoreException("the schema has version " + version + ", which needs a Keyward that knows"
                        + " version " + minReader + "; this one knows " + VERSION);
            }
        }
        known = true;
    }

    /** Returns the failure of a table {@code keyward_meta} without its one row. */
    StoreException noRow() {
        return new StoreException(database.names.in(
                "table keyward.keyward_meta has no row that this user can see, so the keys cannot be followed; disable its"
                        + " row level security if that is on, or restore the row from a backup"));
    }

    /** Returns the version of the schema; 0 if there is none. */
    private int versionOf(Connection connection, Dialect dialect) throws SQLException {
        if (dialect == Dialect.POSTGRESQL) {
            try (PreparedStatement statement = connection.prepareStatement("select to_regclass(?) is not null")) {
                statement.setString(1, database.names.in("keyward.keyward_meta"));
                try (ResultSet row = statement.executeQuery()) {
                    if (!row.next() || !row.getBoolean(1)) {
                        return 0;
                    }
                }
            }
        }
        try (Statement statement = connection.createStatement();
                ResultSet row =
                        statement.executeQuery(database.names.in("select schema_version from keyward.keyward_meta"))) {
            return row.next() ? row.getInt(1) : 0;
        } catch (SQLException e) {
            if (TABLE_MISSING.contains(Database.stateOf(e))) {
                return 0;
            }
            throw e;
        }
    }

    private static String script(Dialect dialect, int version) {
        String name = dialect.folder + "/V" + version + "__keyward.sql";
        try (InputStream in = Schema.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("the jar lacks the script " + name);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Checks the schema and the rights; a check that fails is a finding, too. */
    List<DatabaseFinding> check() {
        List<DatabaseFinding> findings = new ArrayList<>();
        try {
            database.read("be checked", (connection, dialect) -> {
                findings.clear(); // of an attempt that failed
                require(connection);
                findings.add(
                        new DatabaseFinding(Level.INFO, "the database is " + dialect + ", schema version " + VERSION));
                addKeys(connection, dialect, findings);
                if (dialect == Dialect.POSTGRESQL) {
                    addRights(connection, findings);
                    addRowSecurity(connection, findings);
                    addSilentTriggers(connection, findings);
                }
                return findings;
            });
        } catch (StoreException e) {
            findings.add(new DatabaseFinding(Level.ERROR, String.valueOf(e.getMessage())));
        }
        return findings;
    }

    /** Adds how many keys there are, and which of them nodes leave out, so that they are rejected. */
    private void addKeys(Connection connection, Dialect dialect, List<DatabaseFinding> findings) throws SQLException {
        String count = "select (select count(*) from keyward.keyward_key), number from keyward.keyward_meta";
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(database.names.in(count))) {
            if (row.next()) {
                findings.add(new DatabaseFinding(
                        Level.INFO, "number of keys: " + row.getLong(1) + ", of changes: " + row.getLong(2)));
            }
        }
        database.allowLongRead(connection, dialect);
        Map<String, String> unsound = rows.all(connection, 0).unsound();
        new TreeMap<>(unsound)
                .entrySet().stream()
                        .limit(KEYS_LISTED)
                        .forEach(key -> findings.add(new DatabaseFinding(
                                Level.WARNING,
                                "key `" + key.getKey() + "` is not sound, so it is rejected: " + key.getValue()
                                        + "; repair its rows, or delete it")));
        if (unsound.size() > KEYS_LISTED) {
            findings.add(new DatabaseFinding(
                    Level.WARNING, "number of further keys that are not sound: " + (unsound.size() - KEYS_LISTED)));
        }
    }

    /** Adds each role that can read a hash or change a key and is neither the owner nor a superuser. */
    private void addRights(Connection connection, List<DatabaseFinding> findings) throws SQLException {
        for (Rights role : rightsOfOthers(connection)) {
            String rights = role.readable ? "read hashes" + (role.changeable ? " and change keys" : "") : "change keys";
            findings.add(new DatabaseFinding(
                    Level.WARNING,
                    "role `" + role.name + "` can " + rights
                            + "; revoke its rights unless a node or an operator needs them"));
        }
    }

    /** Returns the roles that {@link #check} would name, without the user of the connection; none on H2. */
    List<String> otherRoles() {
        return database.read(
                "be asked for its roles",
                (connection, dialect) -> dialect == Dialect.POSTGRESQL
                        ? rightsOfOthers(connection).stream()
                                .filter(role -> !role.isOwn)
                                .map(Rights::name)
                                .toList()
                        : List.of());
    }

    private List<Rights> rightsOfOthers(Connection connection) throws SQLException {
        List<Rights> roles = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(database.names.in(ROLES))) {
            while (rows.next()) {
                roles.add(new Rights(rows.getString(1), rows.getBoolean(2), rows.getBoolean(3), rows.getBoolean(4)));
            }
        }
        return roles;
    }

    /**
     * A role that is neither the owner nor a superuser.
     *
     * @param isOwn whether the connection is of this role
     */
    private record Rights(String name, boolean readable, boolean changeable, boolean isOwn) {}

    /** Adds the tables with row security: a node gets no error for a row that a policy hides from its user. */
    private void addRowSecurity(Connection connection, List<DatabaseFinding> findings) throws SQLException {
        for (String table : tablesWith("c.relrowsecurity", connection)) {
            findings.add(new DatabaseFinding(
                    Level.WARNING,
                    "table `" + table + "` has row security, so a node misses the keys and revocations that its"
                            + " policies hide; disable row level security of this table"));
        }
    }

    /** Returns the tables of which policies may hide rows from the user of the connection; none on H2. */
    List<String> tablesWithHiddenRows() {
        return database.read(
                "be asked for its row security",
                (connection, dialect) -> dialect == Dialect.POSTGRESQL
                        ? tablesWith("row_security_active(c.oid)", connection)
                        : List.of());
    }

    private List<String> tablesWith(String condition, Connection connection) throws SQLException {
        List<String> tables = new ArrayList<>();
        Statements.query(
                connection,
                database.names.in("select c.relname from pg_catalog.pg_class c where c.relnamespace ="
                        + " 'keyward'::regnamespace and c.relkind = 'r' and starts_with(c.relname, 'keyward_') and "
                        + condition + " order by 1"),
                row -> tables.add(row.getString(1)));
        return tables;
    }

    /** Adds the triggers that are off or gone. */
    private void addSilentTriggers(Connection connection, List<DatabaseFinding> findings) throws SQLException {
        Map<String, Boolean> isOn = new HashMap<>();
        String sql = """
                select c.relname || '.' || t.tgname, t.tgenabled in ('O', 'A') from pg_catalog.pg_trigger t
                join pg_catalog.pg_class c on c.oid = t.tgrelid
                where c.relnamespace = 'keyward'::regnamespace and not t.tgisinternal
                """;
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(database.names.in(sql))) {
            while (rows.next()) {
                isOn.put(rows.getString(1), rows.getBoolean(2));
            }
        }
        for (String trigger : TRIGGERS) {
            String name = database.names.in(trigger);
            if (!isOn.getOrDefault(name, false)) {
                String[] words = name.split("\\.", 2);
                String remedy = isOn.containsKey(name)
                        ? "off, so nodes do not see changes made by hand; enable it"
                        : "missing, so nodes do not see changes made by hand; create it again as in the script of the jar";
                findings.add(new DatabaseFinding(
                        Level.WARNING, "trigger `" + words[1] + "` of table `" + words[0] + "` is " + remedy));
            }
        }
    }
}
