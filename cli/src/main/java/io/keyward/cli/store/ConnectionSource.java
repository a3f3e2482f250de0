package io.keyward.cli.store;

import java.io.PrintWriter;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.Optional;
import java.util.Properties;
import java.util.function.Supplier;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Gives the connections of one command, and keeps the last one that is given back: a command makes one change after
 * another, and logging in costs more than a change. Not for several threads.
 */
final class ConnectionSource implements DataSource {
    private static final String CONNECTION_REJECTED = "08004";
    private static final String USER_REFUSED = "28";

    private final Driver driver;
    private final String url;
    private final Properties login;
    private final Supplier<Optional<String>> question;
    private @Nullable Connection idle;

    /**
     * Creates a source that has no connection yet.
     *
     * @param login user and password, as far as they are known
     * @param question asks a person for the password, where the server refuses the login and none is known
     */
    ConnectionSource(Driver driver, String url, Properties login, Supplier<Optional<String>> question) {
        this.driver = driver;
        this.url = url;
        this.login = login;
        this.question = question;
    }

    @Override
    public Connection getConnection() throws SQLException {
        Connection kept = idle;
        idle = null;
        return lent(kept == null || kept.isClosed() ? login() : kept);
    }

    /** PostgreSQL may need no password, or take it from {@code ~/.pgpass}, so it is asked for when it is missing. */
    private Connection login() throws SQLException {
        try {
            return connect();
        } catch (SQLException refused) {
            String state = String.valueOf(refused.getSQLState());
            boolean lacksPassword = state.startsWith(USER_REFUSED) || state.equals(CONNECTION_REJECTED);
            Optional<String> password =
                    lacksPassword && login.getProperty("password") == null ? question.get() : Optional.empty();
            if (password.isEmpty()) {
                throw refused;
            }
            login.setProperty("password", password.get());
            return connect();
        }
    }

    private Connection connect() throws SQLException {
        Connection connection = driver.connect(url, login);
        if (connection == null) {
            throw new SQLException("not a URL of the driver", "08001");
        }
        return connection;
    }

    private Connection lent(Connection connection) {
        return (Connection) Proxy.newProxyInstance(
                ConnectionSource.class.getClassLoader(),
                new Class<?>[] {Connection.class},
                (proxy, method, arguments) -> call(connection, method, arguments));
    }

    private @Nullable Object call(Connection connection, Method method, Object[] arguments) throws Throwable {
        if (method.getName().equals("close")) {
            idle = connection;
            return null;
        }
        try {
            return method.invoke(connection, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    /** Ends the connection that is kept. */
    void close() {
        Connection kept = idle;
        idle = null;
        if (kept == null) {
            return;
        }
        try {
            kept.close();
        } catch (SQLException e) {
            // the server ends what is not closed here, and nothing depends on it
        }
    }

    @Override
    public Connection getConnection(String user, String password) throws SQLException {
        throw new SQLFeatureNotSupportedException("the user is given once");
    }

    @Override
    public @Nullable PrintWriter getLogWriter() {
        return null;
    }

    @Override
    public void setLogWriter(@Nullable PrintWriter out) {
        // nothing is logged
    }

    @Override
    public void setLoginTimeout(int seconds) throws SQLException {
        throw new SQLFeatureNotSupportedException("the driver has its own");
    }

    @Override
    public int getLoginTimeout() {
        return 0;
    }

    @Override
    public Logger getParentLogger() throws SQLFeatureNotSupportedException {
        throw new SQLFeatureNotSupportedException("nothing is logged");
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        throw new SQLException("wraps nothing");
    }

    @Override
    public boolean isWrapperFor(Class<?> type) {
        return false;
    }

    @Override
    public String toString() {
        return "ConnectionSource";
    }
}
