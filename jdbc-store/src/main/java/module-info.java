/** API keys in PostgreSQL, and in H2 for tests and development. */
module io.keyward.jdbc {
    requires transitive io.keyward;
    requires transitive java.sql;
    requires org.slf4j;
    requires static org.jspecify;

    exports io.keyward.jdbc;
}
