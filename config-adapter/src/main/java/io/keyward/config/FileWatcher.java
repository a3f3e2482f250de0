package io.keyward.config;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import io.keyward.config.KeyLoader.Attempt;
import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches files on its own thread, loads them when their content has changed, and publishes what was loaded when the
 * content stays the same for a moment. The time that the load takes is part of that moment.
 *
 * <p>Directory events make it fast. Comparing the content at an interval makes it reliable: where there are no events
 * (NFS), where events are lost, and where a file changes but its size and time do not.
 *
 * <pre>
 *  waiting ── event, or the interval is over ──► comparing ── same ──► waiting
 *                                                   │ differs
 *                                                   ▼
 *                         loading, until what was loaded is still the same ──► waiting
 * </pre>
 */
final class FileWatcher implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(FileWatcher.class);
    private static final long QUIET_MILLIS = 80;
    /** A file is empty or missing for a moment while an editor truncates and writes it, or removes and replaces it. */
    private static final long QUIET_WHILE_EMPTY_MILLIS = 500;

    private static final long MAX_SETTLING_NANOS = TimeUnit.MILLISECONDS.toNanos(1_500);
    private static final long CLOSE_MILLIS = 1_500;

    private final Supplier<FileSnapshot> files;
    private final Supplier<Duration> interval;
    private final Reloading reloading;
    private final @Nullable WatchService events;
    private final Map<Path, Watch> watches = new HashMap<>();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread thread;

    /**
     * Creates a watcher, which calls all three on its own thread.
     *
     * @param files returns the files as they were last read, by a good load or a bad one
     * @param interval returns how long to wait without an event
     * @param reloading called when the content of the files has changed
     */
    FileWatcher(Supplier<FileSnapshot> files, Supplier<Duration> interval, Reloading reloading) {
        this.files = files;
        this.interval = interval;
        this.reloading = reloading;
        this.events = openEvents();
        // no inherited thread locals and no context class loader: this thread must not keep an application alive
        this.thread = new Thread(null, this::run, "keyward-config-follower", 0, false);
        thread.setDaemon(true);
        thread.setContextClassLoader(null);
    }

    void start() {
        thread.start();
    }

    private static @Nullable WatchService openEvents() {
        try {
            return FileSystems.getDefault().newWatchService();
        } catch (IOException | UnsupportedOperationException e) {
            LOG.warn(
                    "no file events here ({}); changes are found by comparing at keyward.reload-interval",
                    e.toString());
            return null;
        }
    }

    private void run() {
        while (closed.getCount() > 0) {
            try {
                watchPlaces();
                if (files.get().haveChanged()) {
                    reload();
                } else {
                    await(interval.get());
                }
            } catch (InterruptedException | ClosedWatchServiceException closing) {
                return;
            } catch (Throwable e) { // an Error too: without this thread no revocation in a file would take effect
                LOG.error(
                        "following the key files failed; the last good keys stay in force; the next attempt is after keyward.reload-interval",
                        e);
                pause(interval.get().toMillis());
            }
        }
    }

    /** Loads until a content stays the same for a moment; one that never does is loaded as it is then. */
    private void reload() {
        long deadline = System.nanoTime() + MAX_SETTLING_NANOS;
        do {
            long start = System.nanoTime();
            Attempt attempt = reloading.load();
            long now = System.nanoTime();
            FileSnapshot read = attempt.files();
            long quiet = read.hasEmptied(files.get()) ? QUIET_WHILE_EMPTY_MILLIS : QUIET_MILLIS;
            // from the last read on; an attempt that failed early has read nothing itself
            long passed = Math.min(now - start, now - read.lastRead());
            if (pause(quiet - TimeUnit.NANOSECONDS.toMillis(passed)) || reloading.publish(attempt)) {
                return;
            }
        } while (System.nanoTime() < deadline);
        reloading.reload();
    }

    /** Waits for an event that matters, at most for this long. */
    private void await(Duration atMost) throws InterruptedException {
        if (events == null) {
            pause(atMost.toMillis());
            return;
        }
        long deadline = System.nanoTime() + atMost.toNanos();
        for (long left = atMost.toNanos(); left > 0; left = deadline - System.nanoTime()) {
            WatchKey key = events.poll(left, TimeUnit.NANOSECONDS);
            if (key != null && matters(key)) {
                return;
            }
        }
    }

    private boolean matters(WatchKey key) {
        Set<Path> names = Set.of();
        for (Watch watch : watches.values()) {
            if (watch.key == key) {
                names = watch.names;
            }
        }
        boolean matters = false;
        for (WatchEvent<?> event : key.pollEvents()) {
            matters |= event.kind() == StandardWatchEventKinds.OVERFLOW
                    || (event.context() instanceof Path name && names.contains(name));
        }
        return !key.reset() || matters;
    }

    /**
     * Watches the directories that matter now, and no others; a directory that was removed and made again is another
     * one.
     */
    private void watchPlaces() {
        if (events == null) {
            return;
        }
        Map<Path, Set<Path>> places = WatchedPlaces.of(files.get().paths());
        for (Iterator<Map.Entry<Path, Watch>> all = watches.entrySet().iterator(); all.hasNext(); ) {
            Map.Entry<Path, Watch> entry = all.next();
            boolean stays = places.containsKey(entry.getKey())
                    && entry.getValue().key.isValid()
                    && Objects.equals(entry.getValue().identity, identity(entry.getKey()));
            if (!stays) {
                entry.getValue().key.cancel();
                all.remove();
            }
        }
        places.forEach(this::watch);
    }

    private void watch(Path directory, Set<Path> names) {
        Watch present = watches.get(directory);
        if (present != null) {
            watches.put(directory, new Watch(present.key, present.identity, names));
            return;
        }
        Object identity = identity(directory);
        if (identity == null || events == null) {
            return;
        }
        try {
            WatchKey key = directory.register(
                    events,
                    StandardWatchEventKinds.ENTRY_CREATE,
                    StandardWatchEventKinds.ENTRY_DELETE,
                    StandardWatchEventKinds.ENTRY_MODIFY);
            watches.put(directory, new Watch(key, identity, names));
        } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
            LOG.debug("no events from {} ({}); it is compared at keyward.reload-interval", directory, e.toString());
        }
    }

    private static @Nullable Object identity(Path directory) {
        try {
            BasicFileAttributes attributes = Files.readAttributes(directory, BasicFileAttributes.class);
            Object key = attributes.fileKey();
            return !attributes.isDirectory() ? null : key == null ? directory : key;
        } catch (IOException none) {
            return null;
        }
    }

    /** Waits, not at all for a negative time; returns whether this was closed in the meantime. */
    private boolean pause(long millis) {
        try {
            return closed.await(millis, MILLISECONDS);
        } catch (InterruptedException e) {
            closed.countDown();
            Thread.currentThread().interrupt();
            return true;
        }
    }

    /** Stops the thread and waits for its end, at most about 1.5 s. */
    @Override
    public void close() {
        closed.countDown();
        try {
            if (events != null) {
                events.close();
            }
            if (Thread.currentThread() != thread) {
                thread.join(CLOSE_MILLIS);
            }
        } catch (IOException e) {
            LOG.debug("closing the file events failed", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private record Watch(WatchKey key, @Nullable Object identity, Set<Path> names) {}

    /** How changed files come into force. */
    interface Reloading {
        /** Loads, and puts nothing in force. */
        Attempt load();

        /** Puts in force what was loaded, good or bad, if a load now would be the same; returns whether it did. */
        boolean publish(Attempt attempt);

        /** Loads, and puts that in force, good or bad. */
        void reload();
    }
}
