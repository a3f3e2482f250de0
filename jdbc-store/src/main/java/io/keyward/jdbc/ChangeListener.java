package io.keyward.jdbc;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import io.keyward.store.ApiKeyStore.Watch;
import io.keyward.store.StoreException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HexFormat;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listens to the notifications of PostgreSQL on a connection and a thread of its own.
 *
 * <p>A pooler may swallow notifications without an error. So after each {@code LISTEN} the store notifies itself over
 * another connection. If that does not arrive, or the connection breaks, polling goes on alone, and the next attempt is
 * made later. The connection is renewed regularly, because a dead one is silent, too.
 */
final class ChangeListener implements Watch {
    private static final Logger LOG = LoggerFactory.getLogger(JdbcApiKeyStore.class);
    private static final String SELF = "self:";
    /** Short, because a wait ends neither by an interrupt nor cleanly by a close from another thread. */
    private static final int WAIT_MILLIS = 250;

    private static final int NETWORK_TIMEOUT_MILLIS = 10_000;
    private static final long CLOSE_MILLIS = 2_000;

    private final DataSource dataSource;
    private final Database database;
    private final Times times;
    private final Runnable changed;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread thread;
    private volatile @Nullable Connection connection;
    private volatile boolean isHeard;
    private boolean hasWarned;

    ChangeListener(DataSource dataSource, Database database, Times times, Runnable changed) {
        this.dataSource = dataSource;
        this.database = database;
        this.times = times;
        this.changed = changed;
        this.thread = new Thread(this::listenUntilClosed, "keyward-listener");
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** Returns whether notifications arrive, as far as is known. */
    boolean isHeard() {
        return isHeard;
    }

    private void listenUntilClosed() {
        while (!isClosed()) {
            try {
                listen();
            } catch (SQLException | RuntimeException | LinkageError e) {
                isHeard = false;
                if (!isClosed()) {
                    // its text may contain anything
                    warn("the connection for notifications failed (" + reasonOf(e) + ")");
                }
            } finally {
                connection = null;
            }
            pause(isHeard ? Duration.ZERO : times.retry);
        }
        isHeard = false;
    }

    private static String reasonOf(Throwable e) {
        return e instanceof SQLException sql
                ? "SQLState " + Database.stateOf(sql)
                : e instanceof StoreException
                        ? String.valueOf(e.getMessage())
                        : e.getClass().getName();
    }

    /** Listens on one connection until it must be renewed; returns early if notifications do not arrive. */
    private void listen() throws SQLException {
        try (Connection own = dataSource.getConnection()) {
            connection = own;
            own.setAutoCommit(true);
            own.setNetworkTimeout(Runnable::run, NETWORK_TIMEOUT_MILLIS);
            Notifications listening = new Notifications(own);
            run(own, "listen \"" + channel() + "\"");
            if (!hearsItself(listening)) {
                isHeard = false;
                warn("notifications of the database do not arrive, as behind a pooler that gives each transaction"
                        + " another session; give listening(…) a data source that leads to the server itself");
                return;
            }
            if (hasWarned) {
                LOG.info("notifications of the database arrive again");
                hasWarned = false;
            }
            isHeard = true;
            // earlier changes may have been missed
            changed.run();
            long end = System.nanoTime() + times.renewal.toNanos();
            while (!isClosed() && System.nanoTime() - end < 0) {
                hear(listening);
            }
            run(own, "unlisten *");
        }
    }

    /**
     * Sends the notification over another connection, because a pooler may return to a session what the session itself
     * has sent.
     */
    private boolean hearsItself(Notifications listening) throws SQLException {
        String token =
                SELF + HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
        database.poll("notify itself", (other, dialect) -> {
            try (PreparedStatement statement = other.prepareStatement("select pg_notify(?, ?)")) {
                statement.setString(1, channel());
                statement.setString(2, token);
                return statement.execute();
            }
        });
        long end = System.nanoTime() + times.selfTest.toNanos();
        while (!isClosed() && System.nanoTime() - end < 0) {
            if (listening.await(WAIT_MILLIS).contains(token)) {
                return true;
            }
        }
        return isClosed();
    }

    private void hear(Notifications listening) throws SQLException {
        boolean isChanged = listening.await(WAIT_MILLIS).stream().anyMatch(text -> !text.startsWith(SELF));
        if (isChanged && !isClosed()) {
            changed.run();
        }
    }

    /** The channel that the trigger notifies. */
    private String channel() {
        return database.names.in("keyward.keyward_change");
    }

    private static void run(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private void warn(String problem) {
        if (!hasWarned) {
            hasWarned = true;
            LOG.warn("changes by other nodes are found by polling only: {}", problem);
        }
    }

    private boolean isClosed() {
        return closed.getCount() == 0;
    }

    private void pause(Duration time) {
        try {
            if (closed.await(time.toMillis(), MILLISECONDS)) {
                return;
            }
        } catch (InterruptedException e) {
            // not from this class: the loop checks whether this is closed
        }
    }

    @Override
    public void close() {
        closed.countDown();
        try {
            thread.join(CLOSE_MILLIS);
            Connection open = connection;
            if (thread.isAlive() && open != null) {
                // the thread waits for a server that does not answer
                open.abort(Runnable::run);
                thread.join(CLOSE_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (SQLException e) {
            // already broken, so the thread ends as well
        }
    }

    /**
     * Holds the times of a listener.
     *
     * @param selfTest how long a notification to itself may take
     * @param renewal how long one connection is used
     * @param retry how long to wait before the next attempt
     */
    record Times(Duration selfTest, Duration renewal, Duration retry) {
        static final Times DEFAULT = new Times(Duration.ofSeconds(2), Duration.ofMinutes(5), Duration.ofSeconds(30));
    }
}
