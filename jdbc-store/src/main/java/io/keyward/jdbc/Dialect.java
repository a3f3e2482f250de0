package io.keyward.jdbc;

import io.keyward.store.StoreException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Names the databases that this store works with, and what differs between them. */
enum Dialect {
    POSTGRESQL("postgresql", 14),
    H2("h2", 2);

    /** The version text of PostgreSQL; other databases with its protocol add their own words to it. */
    private static final Pattern POSTGRESQL_VERSION =
            Pattern.compile("PostgreSQL (\\d+)(\\.\\d+)*((beta|rc)\\d+)?( .*)?");

    private static final Pattern OTHERS = Pattern.compile(
            "(?i).*(cockroach|-YB-|yugabyte|redshift|greenplum|crate|materialize|risingwave|questdb).*");
    private static final int LONGEST_VERSION = 80;

    final String folder;
    private final int oldest;

    Dialect(String folder, int oldest) {
        this.folder = folder;
        this.oldest = oldest;
    }

    /**
     * Returns the dialect of a connection.
     *
     * @throws StoreException if it is another database, or too old
     */
    static Dialect of(Connection connection) throws SQLException {
        String product = connection.getMetaData().getDatabaseProductName();
        if (product.equals("H2")) {
            return H2.requireMajor(connection.getMetaData().getDatabaseMajorVersion());
        }
        if (!product.equals("PostgreSQL")) {
            throw refused(product);
        }
        // the driver says PostgreSQL for every server with its protocol, so ask the server
        String version = versionOf(connection);
        Matcher matcher = POSTGRESQL_VERSION.matcher(version);
        if (!matcher.matches() || OTHERS.matcher(version).matches()) {
            throw refused(version);
        }
        return POSTGRESQL.requireMajor(Integer.parseInt(matcher.group(1)));
    }

    private static String versionOf(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select version()")) {
            return row.next() ? String.valueOf(row.getString(1)) : "";
        }
    }

    private Dialect requireMajor(int major) {
        if (major < oldest) {
            throw new StoreException("the database is " + this + " " + major + " and must be " + oldest + " or later");
        }
        return this;
    }

    private static StoreException refused(String version) {
        String start = version.length() > LONGEST_VERSION ? version.substring(0, LONGEST_VERSION) + "…" : version;
        return new StoreException("the database must be PostgreSQL or H2, but it is `" + start
                + "`: others do not have the locks and triggers that revocation depends on");
    }

    /** Returns the SQL expression for whether the server is a standby. */
    String inRecovery() {
        return this == POSTGRESQL ? "pg_is_in_recovery()" : "false";
    }

    /**
     * Returns the SQL expression for the age of what a standby shows, in milliseconds: 0 if it has replayed all that it
     * has received, and still receives; otherwise the time since the last commit that it has replayed; null if there is
     * none. Any user may read this.
     */
    String replayAge() {
        return this == POSTGRESQL
                ? "case when not pg_is_in_recovery() then 0"
                        + " when pg_last_wal_replay_lsn() >= pg_last_wal_receive_lsn()"
                        + " and exists (select 1 from pg_catalog.pg_stat_wal_receiver) then 0"
                        + " else (extract(epoch from clock_timestamp() - pg_last_xact_replay_timestamp()) * 1000)::bigint end"
                : "0";
    }

    @Override
    public String toString() {
        return this == POSTGRESQL ? "PostgreSQL" : "H2";
    }
}
