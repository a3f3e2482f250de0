/** The {@code keyward} command for operators and key holders: a program, not a library. */
module io.keyward.cli {
    requires info.picocli;
    requires io.keyward;
    requires io.keyward.config;
    requires io.keyward.jdbc;
    requires jakarta.json;
    requires java.net.http;
    requires java.sql;
    requires org.tomlj;
    requires static org.jspecify;

    uses java.sql.Driver;

    opens io.keyward.cli to
            info.picocli;
    opens io.keyward.cli.holder to
            info.picocli;
    opens io.keyward.cli.operator to
            info.picocli;
    opens io.keyward.cli.scan to
            info.picocli;
    opens io.keyward.cli.store to
            info.picocli;
    opens io.keyward.cli.terminal to
            info.picocli;
}
