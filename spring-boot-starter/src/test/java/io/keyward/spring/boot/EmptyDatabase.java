package io.keyward.spring.boot;

import io.keyward.testing.ThrowAwayKeys;
import org.h2.jdbcx.JdbcDataSource;

/** Creates databases in memory that live as long as the JVM. */
final class EmptyDatabase {
    private EmptyDatabase() {}

    static JdbcDataSource create() {
        JdbcDataSource database = new JdbcDataSource();
        database.setURL("jdbc:h2:mem:" + ThrowAwayKeys.newKey().reveal() + ";DB_CLOSE_DELAY=-1");
        return database;
    }
}
