package io.keyward.jdbc;

import java.io.PrintWriter;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.Collection;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.logging.Logger;
import javax.sql.DataSource;

/** Makes data sources that count, fail, or note what they are asked. */
final class Proxies {
    private Proxies() {}

    static DataSource counting(DataSource dataSource, AtomicInteger connections) {
        return of(() -> {
            connections.incrementAndGet();
            return dataSource.getConnection();
        });
    }

    /** Notes the text of each statement and the network time-out of its connection at that time. */
    static DataSource timing(DataSource dataSource, Collection<Sent> sent) {
        return observing(dataSource, (connection, sql) -> sent.add(new Sent(sql, connection.getNetworkTimeout())));
    }

    /** Shows the text of each statement before it is sent, with its connection. */
    static DataSource observing(DataSource dataSource, Observer observer) {
        return of(() -> {
            Connection connection = dataSource.getConnection();
            return noting(connection, Connection.class, sql -> {
                try {
                    observer.sees(connection, sql);
                } catch (SQLException e) {
                    throw new IllegalStateException(e);
                }
            });
        });
    }

    @FunctionalInterface
    interface Observer {
        void sees(Connection connection, String sql) throws SQLException;
    }

    /**
     * One statement.
     *
     * @param networkTimeout in milliseconds
     */
    record Sent(String sql, int networkTimeout) {}

    /** Returns the connection without its {@code close}, so that it is used again as it was left. */
    static Connection unclosed(Connection connection) {
        return (Connection) Proxy.newProxyInstance(
                Proxies.class.getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("close")) {
                        return null;
                    }
                    try {
                        return method.invoke(connection, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    /** Notes the text of each statement. */
    static DataSource noting(DataSource dataSource, Collection<String> statements) {
        return of(() -> noting(dataSource.getConnection(), Connection.class, statements::add));
    }

    @SuppressWarnings("unchecked")
    private static <T> T noting(Object real, Class<T> type, Consumer<String> statements) {
        return (T) Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
            boolean isPrepared = method.getName().startsWith("prepare");
            boolean isExecuted = method.getName().startsWith("execute") && arguments != null;
            if (isPrepared || isExecuted) {
                statements.accept((String) arguments[0]);
            }
            try {
                Object result = method.invoke(real, arguments);
                return method.getName().equals("createStatement")
                        ? noting(result, java.sql.Statement.class, statements)
                        : result;
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        });
    }

    static DataSource of(Source source) {
        return new DataSource() {
            @Override
            public Connection getConnection() throws SQLException {
                return source.get();
            }

            @Override
            public Connection getConnection(String user, String password) throws SQLException {
                throw new SQLFeatureNotSupportedException();
            }

            @Override
            public PrintWriter getLogWriter() {
                return null;
            }

            @Override
            public void setLogWriter(PrintWriter out) {}

            @Override
            public void setLoginTimeout(int seconds) {}

            @Override
            public int getLoginTimeout() {
                return 0;
            }

            @Override
            public Logger getParentLogger() throws SQLFeatureNotSupportedException {
                throw new SQLFeatureNotSupportedException();
            }

            @Override
            public <T> T unwrap(Class<T> type) throws SQLException {
                throw new SQLException("wraps nothing");
            }

            @Override
            public boolean isWrapperFor(Class<?> type) {
                return false;
            }
        };
    }

    @FunctionalInterface
    interface Source {
        Connection get() throws SQLException;
    }
}
