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
 * <p>Uses reflection, because nothing else needs the driver's own classes, and they may be missing or come from another
 * class loader.
 */
final class Notifications {
    private final Object connection;
    private final Method get;
    private final Method parameter;

    /**
     * Finds the driver's connection in that of a pool.
     *
     * @throws SQLException if it belongs to another driver
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

    /** Returns the texts of the notifications that have arrived; waits at most this long for the first. */
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
