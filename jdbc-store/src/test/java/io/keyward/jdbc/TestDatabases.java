package io.keyward.jdbc;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcConnectionPool;

/** Gives tests real databases: one PostgreSQL server for the test run, a schema or a database for each test. */
final class TestDatabases {
    private static final AtomicInteger COUNT = new AtomicInteger();

    private TestDatabases() {}

    /** Returns a pool of connections to the server; skips the test where it cannot start. */
    static DataSource postgres() {
        server();
        return Server.POOL;
    }

    /** Returns a data source of the server for another user or database. */
    static DataSource postgres(String user, String database) {
        return server().getDatabase(user, database);
    }

    static int port() {
        return server().getPort();
    }

    private static EmbeddedPostgres server() {
        EmbeddedPostgres server = Server.POSTGRES;
        assumeTrue(
                server != null, "PostgreSQL does not start here: as root it needs user namespaces, and it needs Linux");
        return server;
    }

    static String newName(String start) {
        return start + COUNT.incrementAndGet();
    }

    /** Creates a PostgreSQL role that may read all tables of a schema and no more, and returns its name. */
    static String newReaderOf(String schema) throws SQLException {
        String role = newName("reader");
        execute(
                postgres(),
                "create role " + role + " login",
                "grant usage on schema " + schema + " to " + role,
                "grant select on all tables in schema " + schema + " to " + role);
        return role;
    }

    /** Returns an empty H2 database in memory, with these settings at the end of its URL. */
    static DataSource h2(String settings) {
        String url = "jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1" + settings;
        JdbcConnectionPool pool = JdbcConnectionPool.create(url, "sa", "");
        pool.setMaxConnections(20);
        return pool;
    }

    static boolean isPostgres(DataSource dataSource) throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            return connection.getMetaData().getDatabaseProductName().equals("PostgreSQL");
        }
    }

    static void execute(DataSource dataSource, String... statements) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    /** Starts the server when it is first asked for. */
    private static final class Server {
        private static final EmbeddedPostgres POSTGRES = start();
        private static final HikariDataSource POOL = pool();

        private static EmbeddedPostgres start() {
            try {
                EmbeddedPostgres server = EmbeddedPostgres.builder().start();
                Runtime.getRuntime().addShutdownHook(new Thread(() -> close(server)));
                return server;
            } catch (IOException | IllegalStateException e) {
                return null;
            }
        }

        private static HikariDataSource pool() {
            if (POSTGRES == null) {
                return null;
            }
            HikariConfig config = new HikariConfig();
            config.setDataSource(POSTGRES.getPostgresDatabase());
            config.setMaximumPoolSize(20);
            config.setMinimumIdle(1);
            return new HikariDataSource(config);
        }

        private static void close(EmbeddedPostgres server) {
            try {
                POOL.close();
                server.close();
            } catch (IOException e) {
                // the test run is over, and its folder is temporary
            }
        }
    }
}
