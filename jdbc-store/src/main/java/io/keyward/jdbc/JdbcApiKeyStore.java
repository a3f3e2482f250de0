package io.keyward.jdbc;

import static java.util.Objects.requireNonNull;

import io.keyward.ApiKeyRecord;
import io.keyward.store.ApiKeyStore;
import io.keyward.store.StoreConflictException;
import io.keyward.store.StoreConflictException.Conflict;
import io.keyward.store.StoreException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps keys in PostgreSQL, where many nodes share them, or in H2, for tests and development.
 *
 * <pre>{@code
 * JdbcApiKeyStore store = JdbcApiKeyStore.of(dataSource);
 * store.createSchema();
 * }</pre>
 *
 * <p>Each call takes a connection of its own from the data source, and each change is a transaction of its own: the
 * store never takes part in a transaction of the caller. Each change first locks one row and takes the next number from
 * it. So numbers are committed in their order, and a record's version is the number of its last change.
 *
 * <p>No exception from here carries what the driver threw, because both drivers put hashes into their messages; SQLState
 * and error code are in the message. May be shared between threads.
 */
public final class JdbcApiKeyStore implements ApiKeyStore {
    private static final Logger LOG = LoggerFactory.getLogger(JdbcApiKeyStore.class);
    private static final Pattern ID = Pattern.compile("[a-z0-9_]{1,64}");
    private static final int NUMBERS_REMEMBERED = 1_024;

    /** One constant text with a comment that filters of traces and of pg_stat_statements can name. */
    private static final String POLL_MARKER = "/* keyward-poll */ ";

    private final Database database;
    private final Schema schema;
    private final Rows rows;
    private final boolean readOnly;
    private final boolean replica;
    private final InstantSource clock;
    private final History history = new History(NUMBERS_REMEMBERED);

    private JdbcApiKeyStore(Builder builder) {
        this.database = new Database(builder.dataSource, new Names(builder.schema, builder.tablePrefix));
        this.schema = new Schema(database);
        this.rows = new Rows(database.names);
        this.readOnly = builder.readOnly;
        this.replica = builder.replica;
        this.clock = builder.clock;
    }

    /** Returns a store in schema {@code keyward}, as {@link #builder} makes it. Does not connect. */
    public static JdbcApiKeyStore of(DataSource dataSource) {
        return builder(dataSource).build();
    }

    /**
     * Starts a store.
     *
     * @param dataSource gives connections that no other code has a transaction on
     */
    public static Builder builder(DataSource dataSource) {
        return new Builder(dataSource);
    }

    /**
     * Creates what is missing of schema, tables and triggers; does nothing where all is there. Several nodes may call it at
     * the same time. The data source needs the rights of an owner for it, and for nothing else.
     *
     * @throws StoreException if the database is another than PostgreSQL or H2, is too old, or refused a statement
     */
    public void createSchema() {
        schema.create();
    }

    /**
     * Looks at the database: whether the schema fits, which roles can read a hash or change a key, which triggers are off.
     * Changes nothing. A database that cannot be reached is a finding too.
     */
    public List<DatabaseFinding> check() {
        return List.copyOf(schema.check());
    }

    @Override
    public ApiKeyRecord insert(ApiKeyRecord record) {
        if (record.version() != 0) {
            throw new IllegalArgumentException("key `" + record.id() + "` has version " + record.version()
                    + " and must have 0 to be inserted; update it instead");
        }
        return change(record, "insert", (connection, cut) -> {
            if (rows.versionOf(connection, record.id()) != 0) {
                throw new StoreConflictException(Conflict.ID_TAKEN, record.id());
            }
            requireFreeHashes(connection, record);
        });
    }

    @Override
    public ApiKeyRecord update(ApiKeyRecord record) {
        if (record.version() == 0) {
            throw new IllegalArgumentException(
                    "key `" + record.id() + "` has version 0 and must have that of the record it was made from");
        }
        return change(record, "update", (connection, cut) -> {
            long held = rows.versionOf(connection, record.id());
            if (held != record.version()) {
                throw new StoreConflictException(held == 0 ? Conflict.MISSING : Conflict.STALE, record.id());
            }
            requireFreeHashes(connection, record);
        });
    }

    private void requireFreeHashes(Connection connection, ApiKeyRecord record) throws SQLException {
        if (rows.isHashTaken(connection, record)) {
            throw new StoreConflictException(Conflict.HASH_TAKEN, record.id());
        }
    }

    private ApiKeyRecord change(ApiKeyRecord record, String cause, Check check) {
        if (readOnly) {
            throw new StoreException("nothing was stored, because this store was opened with readOnly()");
        }
        ApiKeyRecord cut = Rows.storable(record);
        return database.write("store key `" + record.id() + "`", (connection, dialect) -> {
            schema.require(connection);
            if (dialect == Dialect.POSTGRESQL) {
                configure(connection, "lock_timeout", "5s");
            }
            // the row first: who holds it is the only writer, so what is checked below stays so
            Position before = positionLocked(connection);
            check.run(connection, cut);
            ApiKeyRecord stored = cut.toBuilder().version(before.number() + 1).build();
            Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
            append(connection, dialect, before, stored, cause, now);
            if (record.version() == 0) {
                rows.insert(connection, stored, now);
            } else {
                rows.update(connection, stored, now);
            }
            return stored;
        });
    }

    private Position positionLocked(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(
                        database.names.in("select epoch, number, mark from keyward.keyward_meta for update"))) {
            if (!row.next()) {
                throw noMeta();
            }
            return new Position(row.getString(1), row.getLong(2), row.getString(3));
        }
    }

    private void append(
            Connection connection, Dialect dialect, Position before, ApiKeyRecord stored, String cause, Instant now)
            throws SQLException {
        String entry = stored.version() + " " + stored.id() + " " + cause + " " + now;
        String mark = Marks.after(before.mark(), entry);
        try (PreparedStatement statement = connection.prepareStatement(
                database.names.in("update keyward.keyward_meta set number = ?, mark = ?"))) {
            statement.setLong(1, stored.version());
            statement.setString(2, mark);
            statement.executeUpdate();
        }
        try (PreparedStatement statement = connection.prepareStatement(
                database.names.in("insert into keyward.keyward_change (number, mark, key_id, changed_at, cause, entry)"
                        + " values (?, ?, ?, ?, ?, ?)"))) {
            statement.setLong(1, stored.version());
            statement.setString(2, mark);
            statement.setString(3, stored.id());
            statement.setObject(4, now.atOffset(ZoneOffset.UTC));
            statement.setString(5, cause);
            statement.setString(6, entry);
            statement.executeUpdate();
        }
        if (dialect == Dialect.POSTGRESQL) {
            // tells the triggers that this change has its number
            configure(connection, database.names.in("keyward.keyward_number"), Long.toString(stored.version()));
        }
    }

    /** Sets a parameter for the rest of this transaction, so that a pooler may give the next one another session. */
    private static void configure(Connection connection, String parameter, String value) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("select set_config(?, ?, true)")) {
            statement.setString(1, parameter);
            statement.setString(2, value);
            statement.execute();
        }
    }

    @Override
    public Optional<ApiKeyRecord> find(String id) {
        // also because a database may compare without case
        if (!ID.matcher(id).matches()) {
            return Optional.empty();
        }
        return database.read("read key `" + id + "`", (connection, dialect) -> {
            schema.require(connection);
            Rows.Read read = rows.one(connection, id);
            String flaw = read.unsound().get(id);
            if (flaw != null) {
                throw new StoreException("key `" + id + "` is not sound in the database: " + flaw);
            }
            return read.records().stream().findFirst();
        });
    }

    /**
     * {@inheritDoc}
     *
     * <p>A record that is not sound, such as one whose secrets were deleted by hand, is left out and logged, so that its
     * keys are rejected and the others are not held up.
     */
    @Override
    public Snapshot load() {
        return database.read("load its keys", (connection, dialect) -> {
            schema.require(connection);
            Poll poll = poll(connection, dialect);
            Rows.Read read = rows.all(connection);
            read.report();
            history.restart(poll.position());
            return new Snapshot(read.records(), poll.position().stamp());
        });
    }

    /**
     * {@inheritDoc}
     *
     * <p>Answers nothing too where the database has another history than the stamp, as after a restore.
     *
     * @throws StoreException if the database could not be read, or its answer is older than one before it: it is a replica
     *     that lags; the old stamp stays valid
     */
    @Override
    public Optional<Changes> changesSince(Stamp stamp) {
        Optional<Position> since = Position.of(stamp);
        if (since.isEmpty()) {
            return Optional.empty();
        }
        Position known = since.get();
        Poll poll = database.poll("be polled", (connection, dialect) -> {
            schema.require(connection);
            return poll(connection, dialect);
        });
        if (poll.position().equals(known)) {
            return Optional.of(new Changes(List.of(), stamp));
        }
        if (!poll.position().epoch().equals(known.epoch()) || known.number() < poll.prunedTo()) {
            return Optional.empty();
        }
        if (poll.position().number() <= known.number()) {
            return behind(poll.position(), known);
        }
        return database.read("read what changed", (connection, dialect) -> changes(connection, dialect, known));
    }

    private Optional<Changes> behind(Position now, Position known) {
        if (history.holds(now)) {
            throw new StoreException("the database answers with change " + now.number()
                    + " and has answered with change " + known.number()
                    + " before; it is a replica that lags, and what it says is not taken over");
        }
        LOG.error(
                "the database has lost changes: it is at change {} of another history than change {}, which this node"
                        + " has seen. It was restored from a backup, or a failover lost commits. All keys are loaded again;"
                        + " repeat the revocations made since",
                now.number(),
                known.number());
        return Optional.empty();
    }

    private Optional<Changes> changes(Connection connection, Dialect dialect, Position known) throws SQLException {
        Poll poll = poll(connection, dialect);
        if (!known.mark().equals(markOf(connection, known.number())) || known.number() < poll.prunedTo()) {
            return poll.position().number() <= known.number() ? Optional.empty() : behindOrPruned(poll, known);
        }
        Rows.Read read = rows.after(connection, known.number());
        if (!read.unsound().isEmpty()) {
            // the follower still has their older state: only a load takes it away
            return Optional.empty();
        }
        history.add(poll.position());
        return Optional.of(new Changes(read.records(), poll.position().stamp()));
    }

    private Optional<Changes> behindOrPruned(Poll poll, Position known) {
        return known.number() < poll.prunedTo() ? Optional.empty() : behind(poll.position(), known);
    }

    private String markOf(Connection connection, long number) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(
                database.names.in("select mark from keyward.keyward_change where number = ?"))) {
            statement.setLong(1, number);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? row.getString(1) : "";
            }
        }
    }

    /** Asks in one statement where the database is, and whether it is the primary at all. */
    private Poll poll(Connection connection, Dialect dialect) throws SQLException {
        String sql = database.names.in(
                "select epoch, number, mark, pruned_to, " + dialect.inRecovery() + " from keyward.keyward_meta");
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(POLL_MARKER + sql)) {
            if (!row.next()) {
                throw noMeta();
            }
            if (row.getBoolean(5) && !replica) {
                // as the server itself would say it to a writer; the connection is not given back to a pool
                throw new SQLException("standby", "25006");
            }
            Position position = new Position(row.getString(1), row.getLong(2), row.getString(3));
            return new Poll(position, row.getLong(4));
        }
    }

    private StoreException noMeta() {
        return new StoreException(database.names.in(
                "table keyward.keyward_meta has no row, so the keys cannot be followed; restore it from a backup"));
    }

    /** Returns names of schema and tables; nothing of the data source, whose text may hold a password. */
    @Override
    public String toString() {
        return "JdbcApiKeyStore[" + database.names.in("keyward.keyward_key") + (readOnly ? ", read-only]" : "]");
    }

    /** Builds a store; not for use by several threads. */
    public static final class Builder {
        private final DataSource dataSource;
        private String schema = Names.DEFAULT.schema();
        private String tablePrefix = Names.DEFAULT.prefix();
        private boolean readOnly;
        private boolean replica;
        private InstantSource clock = InstantSource.system();

        private Builder(DataSource dataSource) {
            this.dataSource = requireNonNull(dataSource, "dataSource");
        }

        /** Sets the schema of the tables, by default {@code keyward}: 1 to 31 of {@code a-z 0-9 _}, a letter first. */
        public Builder schema(String schema) {
            this.schema = requireNonNull(schema, "schema");
            return this;
        }

        /** Sets what table names begin with, by default {@code keyward_}; of the form of a schema name. */
        public Builder tablePrefix(String tablePrefix) {
            this.tablePrefix = requireNonNull(tablePrefix, "tablePrefix");
            return this;
        }

        /** Refuses changes: for a node that only verifies, whose database user can only read. */
        public Builder readOnly() {
            this.readOnly = true;
            return this;
        }

        /**
         * Reads from a streaming replica, too. A revocation then takes effect later by the time that the replica lags, and
         * this store does not know how long that is. Without this a server in recovery is refused.
         */
        public Builder replica() {
            this.replica = true;
            return this;
        }

        /** Sets what tells the time of a change, by default the system's clock. */
        public Builder clock(InstantSource clock) {
            this.clock = requireNonNull(clock, "clock");
            return this;
        }

        /**
         * Returns the store. Does not connect.
         *
         * @throws IllegalArgumentException if a name has another form, or the data source gives connections that are bound
         *     to the caller's transaction, such as Spring's {@code TransactionAwareDataSourceProxy}
         */
        public JdbcApiKeyStore build() {
            return new JdbcApiKeyStore(this);
        }
    }

    private record Poll(Position position, long prunedTo) {}

    @FunctionalInterface
    private interface Check {
        void run(Connection connection, ApiKeyRecord record) throws SQLException;
    }
}
