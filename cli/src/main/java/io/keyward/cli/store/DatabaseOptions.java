package io.keyward.cli.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import io.keyward.cli.terminal.CommandFailure;
import io.keyward.cli.terminal.Defaults;
import io.keyward.cli.terminal.Terminal;
import io.keyward.env.EnvParser;
import io.keyward.env.Failures;
import io.keyward.jdbc.JdbcApiKeyStore;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Driver;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say in which database the keys are, and how to log in there. */
public final class DatabaseOptions {
    private static final Pattern USER_INFO = Pattern.compile("//[^/@?;]*@");
    private static final Pattern POSTGRES_URI = Pattern.compile("postgres(?:ql)?:");
    private static final String USER_AND_PASSWORD = "name the user with --jdbc-user, and give the password in"
            + " KEYWARD_JDBC_PASSWORD, by --jdbc-password-file, or at the prompt";
    private static final Pattern PARAMETERS = Pattern.compile("[?;].*", Pattern.DOTALL);

    @Option(
            names = "--jdbc-url",
            paramLabel = "URL",
            description = "The database that has the keys, like jdbc:postgresql://db/app. Default: KEYWARD_JDBC_URL, or"
                    + " jdbc-url in keyward.toml.")
    private @Nullable String url;

    @Option(
            names = "--jdbc-user",
            paramLabel = "USER",
            description = "Its user. Default: KEYWARD_JDBC_USER, or jdbc-user in keyward.toml. The password is in"
                    + " KEYWARD_JDBC_PASSWORD, in a file, or asked for.")
    private @Nullable String user;

    @Option(
            names = "--jdbc-password-file",
            paramLabel = "FILE",
            description = "A file whose first line is the password.")
    private @Nullable Path passwordFile;

    @Option(names = "--jdbc-schema", paramLabel = "NAME", description = "Schema of the tables. Default: keyward.")
    private @Nullable String schema;

    @Option(
            names = "--jdbc-table-prefix",
            paramLabel = "PREFIX",
            description = "What table names begin with. Default: keyward_.")
    private @Nullable String tablePrefix;

    @Option(
            names = "--driver",
            paramLabel = "JAR",
            description = "Jar of another driver than PostgreSQL's, such as H2's.")
    private List<Path> drivers = List.of();

    private @Nullable ConnectionSource source;

    /** Returns whether a database is named: by option, in the environment, or in {@code keyward.toml}. */
    public boolean isGiven() {
        return url != null;
    }

    /** Returns what messages call the database: its URL without user, password and parameters. */
    public String name() {
        return PARAMETERS.matcher(USER_INFO.matcher(url()).replaceFirst("//")).replaceFirst("");
    }

    /**
     * Returns the store. Does not connect.
     *
     * @throws CommandFailure if no database is named, or a file that an option names cannot be read
     */
    public JdbcApiKeyStore store(Terminal terminal) {
        ConnectionSource connections =
                new ConnectionSource(driver(), url(), login(terminal), () -> askForPassword(terminal));
        source = connections;
        JdbcApiKeyStore.Builder store = JdbcApiKeyStore.builder(connections);
        if (schema != null) {
            store.schema(schema);
        }
        if (tablePrefix != null) {
            store.tablePrefix(tablePrefix);
        }
        return store.build();
    }

    /**
     * Returns the keys of the store.
     *
     * @param declaredRoles the roles that the services declare; empty if the command line names none
     * @param terminal has the environment variables with the peppers of the services
     */
    public OpenKeys open(JdbcApiKeyStore store, Collection<String> declaredRoles, Terminal terminal) {
        return new DatabaseKeys(name(), store, declaredRoles, () -> Peppers.in(terminal.serviceEnvironment()));
    }

    private String url() {
        if (url == null) {
            throw CommandFailure.usage(
                    "name the database with --jdbc-url, KEYWARD_JDBC_URL, or jdbc-url in ./keyward.toml");
        }
        return url;
    }

    private Properties login(Terminal terminal) {
        Properties login = new Properties();
        if (user != null) {
            login.setProperty("user", user);
        }
        String password = passwordFile == null
                ? terminal.environment().get(Defaults.PASSWORD_VARIABLE)
                : firstLineOf(passwordFile);
        if (password != null) {
            login.setProperty("password", password);
        }
        return login;
    }

    private static String firstLineOf(Path file) {
        try {
            return EnvParser.withoutByteOrderMark(Files.readString(file, UTF_8))
                    .lines()
                    .findFirst()
                    .orElse("");
        } catch (IOException e) {
            throw CommandFailure.file(file + " cannot be read: " + Failures.describe(e), e);
        }
    }

    private Optional<String> askForPassword(Terminal terminal) {
        return terminal.ask("Password of " + (user == null ? "the database user" : "`" + user + "`") + " for " + name()
                + " (not shown): ");
    }

    /** Asks the driver in our jar and those of {@code --driver} which of them accepts the URL. */
    private Driver driver() {
        if (url().startsWith("jdbc:postgresql:") && USER_INFO.matcher(url()).find()) {
            throw CommandFailure.usage(
                    "the URL of the database has a user before the host, where the driver takes none; "
                            + USER_AND_PASSWORD);
        }
        try {
            for (Driver driver : ServiceLoader.load(Driver.class, driverLoader())) {
                if (driver.acceptsURL(url())) {
                    return driver;
                }
            }
        } catch (SQLException | ServiceConfigurationError e) {
            // no cause: the message of a driver may repeat the URL, and a password in it
            throw CommandFailure.usage("a driver could not be asked whether it takes --jdbc-url; check --driver");
        }
        if (POSTGRES_URI.matcher(url()).lookingAt()) {
            throw CommandFailure.usage("the URL of the database begins with jdbc:, like"
                    + " jdbc:postgresql://host:5432/database; " + USER_AND_PASSWORD);
        }
        throw CommandFailure.usage("no driver takes the URL of the database, which must be like"
                + " jdbc:postgresql://host/database; for another database than PostgreSQL name the jar of its driver"
                + " with --driver");
    }

    private ClassLoader driverLoader() {
        ClassLoader own = requireNonNull(DatabaseOptions.class.getClassLoader());
        return drivers.isEmpty()
                ? own
                : new URLClassLoader(
                        drivers.stream().map(DatabaseOptions::urlOf).toArray(URL[]::new), own);
    }

    private static URL urlOf(Path jar) {
        if (!Files.isRegularFile(jar)) {
            throw CommandFailure.file("there is no file " + jar + "; name the jar of the driver with --driver");
        }
        try {
            return jar.toUri().toURL();
        } catch (MalformedURLException e) {
            throw CommandFailure.file(jar + " cannot be read as a jar", e);
        }
    }

    /**
     * Prints which records the last load left out.
     *
     * @return whether there are any
     */
    public static boolean noteUnsound(JdbcApiKeyStore store, Terminal terminal) {
        Set<String> unsound = store.unsound().keySet();
        if (!unsound.isEmpty()) {
            terminal.note(
                    "records that are not sound in the database and therefore left out, so their keys are rejected: "
                            + String.join(", ", unsound) + "; `keyward db check` says what is wrong with them");
        }
        return !unsound.isEmpty();
    }

    /** Closes the connection, if there is one. */
    public void close() {
        if (source != null) {
            source.close();
        }
    }
}
