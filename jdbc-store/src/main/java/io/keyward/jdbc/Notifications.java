package io.keyward.jdbc;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the notifications of one connection of the PostgreSQL driver.
 *
 * <p>By reflection, because this is the only use of the driver's own classes, and a service without notifications, or
 * with a driver that another class loader brings, must not need them.
 */
final class Notifications {
    private final Object connection;
    private final Method get;
    private final Method parameter;

    /**
     * Finds the driver's connection in the one of a pool.
     *
     * @throws SQLException if it is of another driver
     */
    Notifications(Connection connection) throws SQLException {
        try {
            ClassLoader loader = connection.getMetaData().getClass().getClassLoader();
            Class<?> type = Class.forName("org.postgresql.PGConnection", false, loader);
            this.connection = connection.unwrap(type);
            this.get = type.getMethod("getNotifications", int.class);
            this.parameter = Class.forName("org.postgresql.PGNotification", false, loader)
                    .getMethod("getParameter");
        } catch (ReflectiveOperationException e) {
            // 0A000: feature not supported
            throw new SQLException("not a connection of the PostgreSQL driver", "0A000");
        }
    }

    /** Returns the texts of what has arrived; waits for the first of it at most this long. */
    List<String> await(int millis) throws SQLException {
        try {
            Object[] arrived = (Object[]) get.invoke(connection, millis);
            List<String> texts = new ArrayList<>();
            if (arrived != null) {
                for (Object notification : arrived) {
                    texts.add(String.valueOf(parameter.invoke(notification)));
                }
            }
            return texts;
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof SQLException failure) {
                throw failure;
            }
            throw new IllegalStateException("the driver could not read notifications", e.getCause());
        } catch (IllegalAccessException e) {
            throw new IllegalStateException("the driver does not let its notifications be read", e);
        }
    }
}
