package io.keyward.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.keyward.jdbc.JdbcApiKeyStore;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.h2.jdbcx.JdbcConnectionPool;

/** An operator of the keys of a database, within this process. */
record DatabaseOperator(String url, JdbcConnectionPool database, Connection kept) implements AutoCloseable {
    static final String PASSWORD = "kept-in-the-environment";

    /** Creates an empty database in memory, which is there until this is closed. */
    static DatabaseOperator create() throws SQLException {
        String url = "jdbc:h2:mem:" + UUID.randomUUID();
        JdbcConnectionPool database = JdbcConnectionPool.create(url, "operator", PASSWORD);
        return new DatabaseOperator(url, database, database.getConnection());
    }

    JdbcApiKeyStore store() {
        return JdbcApiKeyStore.of(database);
    }

    /** Runs a command on the database. */
    Outcome run(String... args) {
        return runReading("", args);
    }

    /** Runs a command on the database with this text on standard input. */
    Outcome runReading(String input, String... args) {
        return runWith(Map.of(), input, args);
    }

    /** Runs a command on the database with these variables and this text on standard input. */
    Outcome runWith(Map<String, String> variables, String input, String... args) {
        List<String> all = new ArrayList<>(Arrays.asList(args));
        all.addAll(List.of("--jdbc-url", url(), "--jdbc-user", "operator"));
        Map<String, String> environment = new HashMap<>(variables);
        environment.put("KEYWARD_JDBC_PASSWORD", PASSWORD);
        return Outcome.in(environment, input.getBytes(UTF_8), all.toArray(String[]::new));
    }

    @Override
    public void close() throws SQLException {
        kept.close();
        database.dispose();
    }
}
