package io.keyward.jdbc;

import static java.util.Objects.requireNonNull;
import static java.util.concurrent.TimeUnit.MILLISECONDS;

import io.keyward.ApiKeyRecord;
import io.keyward.LiveKeyRing;
import io.keyward.store.ApiKeys;
import io.keyward.store.LastUsed;
import io.keyward.store.LastUsed.Use;
import io.keyward.store.StoreException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the times of last use into the database at an interval, so that every node knows whether the old secret of a
 * key is still used.
 *
 * <pre>{@code
 * LastUseWriter writer = LastUseWriter.of(store, keys);
 * writer.start(Duration.ofSeconds(30));
 * }</pre>
 *
 * <p>Each batch is one sorted transaction, which is not a change and sends no notification. A time only moves ahead, by
 * a minute or more, so a secret in constant use is written once a minute by all nodes together. If the process is
 * killed, the uses since the last batch are lost. A batch that fails is logged once and written with the next. Does
 * nothing if the store is read-only. May be shared between threads.
 */
public final class LastUseWriter implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(JdbcApiKeyStore.class);
    private static final Duration MIN_INTERVAL = Duration.ofMillis(1);
    private static final long CLOSE_MILLIS = 5_000;

    private final JdbcApiKeyStore store;
    private final LastUsed lastUsed;
    private final LiveKeyRing ring;
    private final CountDownLatch closed = new CountDownLatch(1);
    private @Nullable Thread thread;
    private boolean isFailing;

    private LastUseWriter(JdbcApiKeyStore store, LastUsed lastUsed, LiveKeyRing ring) {
        this.store = requireNonNull(store, "store");
        this.lastUsed = requireNonNull(lastUsed, "lastUsed");
        this.ring = requireNonNull(ring, "ring");
    }

    /** Returns a writer for the keys of a service over this store. Writes nothing yet. */
    public static LastUseWriter of(JdbcApiKeyStore store, ApiKeys keys) {
        return new LastUseWriter(store, keys.lastUsed(), keys.ring());
    }

    /**
     * Writes the uses since the last call, on this thread.
     *
     * @throws StoreException if the database failed; nothing was written, and the next call writes it
     */
    public void flush() {
        if (!store.isReadOnly()) {
            lastUsed.drain(uses -> store.writeUses(bySecret(uses)));
        }
    }

    /** A use names the current or the retiring secret; the table names secrets by their ordinal. */
    private List<SecretUse> bySecret(List<Use> uses) {
        List<SecretUse> result = new ArrayList<>(uses.size());
        for (Use use : uses) {
            ApiKeyRecord record = ring.current().find(use.keyId()).orElse(null);
            if (record == null) {
                continue;
            }
            add(result, use.keyId(), record.current().ordinal(), use.current());
            record.retiring().ifPresent(secret -> add(result, use.keyId(), secret.ordinal(), use.retiring()));
        }
        // so that two nodes lock rows in one order
        result.sort(Comparator.comparing(SecretUse::keyId).thenComparing(SecretUse::ordinal));
        return result;
    }

    private static void add(List<SecretUse> uses, String keyId, int ordinal, @Nullable Instant time) {
        if (time != null) {
            uses.add(new SecretUse(keyId, ordinal, time));
        }
    }

    /**
     * Writes at an interval, on a thread of its own, until this is closed.
     *
     * @param interval such as 30 seconds, at least 1 millisecond; so much is lost when the process is killed
     * @throws IllegalArgumentException if the interval is shorter
     * @throws IllegalStateException if this was started before or is closed
     */
    public synchronized void start(Duration interval) {
        if (interval.compareTo(MIN_INTERVAL) < 0) {
            throw new IllegalArgumentException("interval (" + interval + ") must be at least 1 millisecond");
        }
        if (thread != null || closed.getCount() == 0) {
            throw new IllegalStateException("a writer starts once, and not after it was closed");
        }
        thread = new Thread(() -> writeUntilClosed(interval), "keyward-last-use");
        thread.setDaemon(true);
        thread.start();
    }

    private void writeUntilClosed(Duration interval) {
        boolean isClosed = false;
        while (!isClosed) {
            try {
                isClosed = closed.await(interval.toMillis(), MILLISECONDS);
            } catch (InterruptedException e) {
                // not from this class: the next batch is a little early
            }
            flushOrLog();
        }
    }

    private void flushOrLog() {
        try {
            flush();
            isFailing = false;
        } catch (RuntimeException e) {
            if (!isFailing) {
                LOG.warn(
                        "times of last use are not written, and are kept for the next batch: {}",
                        e instanceof StoreException
                                ? e.getMessage()
                                : e.getClass().getName());
            }
            isFailing = true;
        }
    }

    /** Writes a last batch if this was started, and stops. The second time it does nothing. */
    @Override
    public synchronized void close() {
        closed.countDown();
        if (thread != null) {
            try {
                thread.join(CLOSE_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public String toString() {
        return "LastUseWriter[" + store + "]";
    }

    /** The time when one secret was last used. */
    record SecretUse(String keyId, int ordinal, Instant time) {}
}
