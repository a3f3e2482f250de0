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
 * Opens the connections of one command. It keeps the connection that was closed last and hands it out again, because
 * logging in takes longer than a change. Must not be shared between threads.
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
     * @param login the user and the password, as far as they are known
     * @param question asks a person for the password; used if none is known and the server refuses the login
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

    /** Tries without a password first, because PostgreSQL may need none, or its driver reads {@code ~/.pgpass}. */
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
            throw new SQLException("the driver does not accept the URL", "08001");
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

    /** Closes the connection that is kept. */
    void close() {
        if (idle != null) {
            try {
                idle.close();
            } catch (SQLException e) {
                // the server ends the connection when this process ends
            }
            idle = null;
        }
    }

    @Override
    public Connection getConnection(String user, String password) throws SQLException {
        throw new SQLFeatureNotSupportedException("the user is set when the source is created");
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
        throw new SQLException("there is nothing to unwrap");
    }

    @Override
    public boolean isWrapperFor(Class<?> type) {
        return false;
    }
}
