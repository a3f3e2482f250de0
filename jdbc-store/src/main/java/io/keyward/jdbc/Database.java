package io.keyward.jdbc;

import io.keyward.store.StoreException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.SQLTransientConnectionException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Set;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Runs work on its own connections, in its own transactions, and throws no {@link SQLException}.
 *
 * <p>Both drivers put the values of a statement into their messages, so a duplicate key would bring its hash into a
 * log. Its exceptions have only SQLState and error code, and no cause.
 */
final class Database {
    /** Ends a connection whose server is silently gone; each packet of a long answer starts the time again. */
    static final Duration NETWORK_TIMEOUT = Duration.ofSeconds(10);

    /** The server sends nothing while it sorts a million rows or computes their checksums. */
    static final Duration LOAD_TIMEOUT = Duration.ofMinutes(5);

    /** A lock was not free in time, or two transactions met: nothing was stored, and a retry may succeed. */
    private static final Set<String> AGAIN = Set.of("40001", "40P01", "55P03", "HYT00");

    /** The server is a standby. */
    private static final Set<String> OTHER_CONNECTION = Set.of("25006");

    private static final int ATTEMPTS = 5;

    private static final String TABLE_MISSING =
            "a table is missing; call createSchema() or `keyward db create`, or check schema and table prefix";

    private final DataSource dataSource;
    private final int networkTimeoutMillis;
    private final int loadTimeoutMillis;
    private final int lockTimeoutMillis;
    final Names names;
    private volatile @Nullable Dialect dialect;

    Database(DataSource dataSource, Names names, Duration networkTimeout, Duration loadTimeout) {
        this.dataSource = dataSource;
        this.networkTimeoutMillis = (int) networkTimeout.toMillis();
        this.loadTimeoutMillis = Math.max(networkTimeoutMillis, (int) loadTimeout.toMillis());
        // at least 1: zero would wait without an end
        this.lockTimeoutMillis = Math.max(1, Math.min(5000, networkTimeoutMillis / 2));
        this.names = names;
        refuseBoundConnections(dataSource.getClass());
    }

    /** Such connections are in the caller's transaction, so a change that is not yet committed would reach the ring. */
    private static void refuseBoundConnections(Class<?> type) {
        for (Class<?> each = type; each != null; each = each.getSuperclass()) {
            String name = each.getSimpleName();
            if (name.equals("TransactionAwareDataSourceProxy") || name.equals("SingleConnectionDataSource")) {
                throw new IllegalArgumentException("data source must not be a " + name
                        + ", whose connections are bound to the caller's transaction; pass the data source under it");
            }
        }
    }

    /** Reads in one snapshot. */
    <T> T read(String what, Work<T> work) {
        return attempt(what, true, work);
    }

    /** Changes in one transaction; retries on another connection if nothing was stored and that may help. */
    <T> T write(String what, Work<T> work) {
        return attempt(what, false, work);
    }

    private <T> T attempt(String what, boolean readOnly, Work<T> work) {
        for (int attempt = 1; ; attempt++) {
            try {
                return connected(false, readOnly, work);
            } catch (SQLException e) {
                boolean again = AGAIN.contains(stateOf(e))
                        || (attempt == 1 && (OTHER_CONNECTION.contains(stateOf(e)) || Rows.isOfValue(e)));
                if (!again || attempt == ATTEMPTS) {
                    throw failure(what, e);
                }
            }
        }
    }

    /** Runs one statement outside a transaction. */
    <T> T poll(String what, Work<T> work) {
        try {
            return connected(true, false, work);
        } catch (SQLException e) {
            throw failure(what, e);
        }
    }

    private <T> T connected(boolean autoCommit, boolean readOnly, Work<T> work) throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            int poolTimeout = withTimeout(connection, networkTimeoutMillis);
            try {
                return settled(connection, autoCommit, readOnly, work);
            } finally {
                restoreTimeout(connection, poolTimeout);
            }
        }
    }

    /**
     * Lets the rest of this transaction wait longer for data, because its statements read all rows. Call it when the
     * server has just answered, so that a connection that was dead before is noticed in the shorter time.
     */
    void allowLongRead(Connection connection, Dialect dialect) throws SQLException {
        withTimeout(connection, loadTimeoutMillis);
        if (dialect == Dialect.POSTGRESQL) {
            // hosted servers give their users a few seconds for a statement
            String sql = "select set_config('statement_timeout', ?, true) from pg_catalog.pg_settings"
                    + " where name = 'statement_timeout' and setting::bigint between 1 and ?";
            try (PreparedStatement statement = connection.prepareStatement(sql)) {
                statement.setString(1, Integer.toString(loadTimeoutMillis));
                statement.setLong(2, loadTimeoutMillis);
                statement.execute();
            }
        }
    }

    /**
     * Limits how long the rest of this transaction waits for a lock, so that PostgreSQL answers before the network
     * time-out cuts the connection. The transaction is acknowledged only when it is written: many servers are set to
     * {@code synchronous_commit = off}, and would lose a revocation in a crash. Does nothing on H2.
     */
    void configureChange(Connection connection, Dialect dialect) throws SQLException {
        if (dialect != Dialect.POSTGRESQL) {
            return;
        }
        try (Statement statement = connection.createStatement()) {
            statement.execute("select set_config('lock_timeout', '" + lockTimeoutMillis + "', true),"
                    + " case when current_setting('synchronous_commit') = 'off'"
                    + " then set_config('synchronous_commit', 'on', true) end");
        }
    }

    private static void restoreTimeout(Connection connection, int poolTimeout) {
        try {
            withTimeout(connection, poolTimeout);
        } catch (SQLException e) {
            // the connection is broken, which the pool notices itself; what was done has its answer already
        }
    }

    /** Sets the network time-out and returns the earlier one; does nothing if the driver has none. */
    private static int withTimeout(Connection connection, int millis) throws SQLException {
        try {
            int before = connection.getNetworkTimeout();
            if (before != millis) {
                connection.setNetworkTimeout(Runnable::run, millis);
            }
            return before;
        } catch (SQLFeatureNotSupportedException e) {
            // H2: its connection is in this process, or its URL has a time-out
            return 0;
        }
    }

    /** Gives the connection the settings that the work needs, and afterwards those of its pool again. */
    private <T> T settled(Connection connection, boolean autoCommit, boolean readOnly, Work<T> work)
            throws SQLException {
        Dialect known = dialectOf(connection);
        Settings pool = Settings.of(connection, known);
        try {
            if (!pool.autoCommit) {
                connection.rollback();
            }
            if (pool.readOnly != readOnly) {
                connection.setReadOnly(readOnly);
            }
            if (known == Dialect.H2) {
                // a lower level than this shows new rows between two statements
                Settings.isolate(
                        connection,
                        readOnly ? Connection.TRANSACTION_SERIALIZABLE : Connection.TRANSACTION_READ_COMMITTED);
            }
            if (pool.autoCommit != autoCommit) {
                connection.setAutoCommit(autoCommit);
            }
            if (known == Dialect.POSTGRESQL && !autoCommit) {
                isolateTransaction(connection, readOnly);
            }
            T result = work.in(connection, known);
            if (!autoCommit) {
                connection.commit();
            }
            pool.restore(connection);
            return result;
        } catch (SQLException | RuntimeException | Error e) {
            undo(connection, pool, e);
            throw e;
        }
    }

    /**
     * Sets the isolation for this transaction only. The driver's own method sets it for the session, which behind a
     * pooler is another one than that of the transaction, and belongs to others afterwards.
     */
    private static void isolateTransaction(Connection connection, boolean isSnapshot) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("set transaction isolation level " + (isSnapshot ? "repeatable read" : "read committed"));
        }
    }

    private static void undo(Connection connection, Settings pool, Throwable failure) {
        try {
            if (failure instanceof SQLException e
                    && (OTHER_CONNECTION.contains(stateOf(e)) || stateOf(e).startsWith("08"))) {
                // its server is gone or no longer the primary, so a pool must not use it again
                connection.abort(Runnable::run);
                return;
            }
            if (!connection.getAutoCommit()) {
                connection.rollback();
            }
            pool.restore(connection);
        } catch (SQLException e) {
            // the connection is broken, which the pool notices itself; the first failure says why
        }
    }

    /** Returns the dialect; null before the first connection. */
    @Nullable
    Dialect dialect() {
        return dialect;
    }

    private Dialect dialectOf(Connection connection) throws SQLException {
        Dialect known = dialect;
        if (known == null) {
            known = Dialect.of(connection);
            dialect = known;
        }
        return known;
    }

    /** Runs a script of several statements. */
    void run(Connection connection, String script) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(names.in(script));
        }
    }

    static StoreException failure(String what, SQLException e) {
        return new StoreException("the database could not " + what + ": " + reasonOf(e) + " (SQLState " + stateOf(e)
                + ", error code " + e.getErrorCode() + ")");
    }

    static String stateOf(SQLException e) {
        return String.valueOf(e.getSQLState());
    }

    private static String reasonOf(SQLException e) {
        String state = stateOf(e);
        if (e.getSQLState() == null && e instanceof SQLTransientConnectionException) {
            // HikariCP reports so that it waited in vain
            return "the pool had no free connection in time";
        }
        return switch (state) {
            case "25006" ->
                "the server is a standby or read-only, so nothing was stored and its answers may be old; a node that only"
                        + " reads may use it if its store was built with replica()";
            case "42501", "90096" -> "its user lacks a right; see the grants in docs/database.md";
            case "28000", "28P01", "08004" -> "it refuses the user or the password";
            case "3D000", "90146", "90149" -> "there is no database of that name";
            case "42P01", "3F000" -> TABLE_MISSING;
            case "42S02", "90079", "42S04", "42S03" ->
                TABLE_MISSING + "; an H2 database in memory is gone with its last connection, unless its URL has"
                        + " DB_CLOSE_DELAY=-1";
            case "40001", "40P01", "55P03", "HYT00" ->
                "nothing was stored, because a lock was held by others for too long";
            case "57014" -> "the statement took too long";
            case "42P07", "42710", "42723", "42S01" ->
                "a table, trigger or function of that name is there already, but not the whole schema; choose another"
                        + " schema or table prefix, or drop it";
            case "42601", "42000", "42001" ->
                "a statement was not understood; a word that SQL reserves, such as user, is no name for a schema";
            case "42703", "42883", "42S22" ->
                "a column or function is missing, so the schema was changed by hand; restore it";
            case "26000", "42P05" ->
                "a pooler has given the transaction another session; add prepareThreshold=0 to the URL";
            case "22P05" -> "the encoding of the database lacks a character of a text; use a database in UTF8";
            case "null" -> "the pool is closed or had no free connection, or the driver gave no reason";
            default -> reasonOfClass(state);
        };
    }

    /** The first two characters of a state are its class. */
    private static String reasonOfClass(String state) {
        if (state.startsWith("08") || state.startsWith("57")) {
            return "it cannot be reached, or the connection was cut";
        }
        if (state.startsWith("53")) {
            return "the server lacks connections, memory or disk space";
        }
        return "the driver reports an error whose text may hold a hash and is left out; the log of the server has it";
    }

    /** Work on a connection. */
    @FunctionalInterface
    interface Work<T> {
        T in(Connection connection, Dialect dialect) throws SQLException;
    }

    /**
     * The settings of a connection as its pool gave it.
     *
     * @param isolation as JDBC numbers it; of H2 only, because PostgreSQL would have to be asked for it each time
     */
    private record Settings(
            boolean autoCommit, boolean readOnly, @Nullable Integer isolation) {
        static Settings of(Connection connection, Dialect dialect) throws SQLException {
            return new Settings(
                    connection.getAutoCommit(),
                    connection.isReadOnly(),
                    dialect == Dialect.H2 ? connection.getTransactionIsolation() : null);
        }

        static void isolate(Connection connection, int level) throws SQLException {
            if (connection.getTransactionIsolation() != level) {
                connection.setTransactionIsolation(level);
            }
        }

        void restore(Connection connection) throws SQLException {
            if (connection.getAutoCommit() != autoCommit) {
                connection.setAutoCommit(autoCommit);
            }
            if (isolation != null) {
                isolate(connection, isolation);
            }
            if (connection.isReadOnly() != readOnly) {
                connection.setReadOnly(readOnly);
            }
            if (!autoCommit) {
                connection.rollback();
            }
        }
    }
}
