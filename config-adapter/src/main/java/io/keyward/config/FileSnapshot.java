package io.keyward.config;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.keyward.env.EnvParser;
import io.keyward.env.KeyFileBytes;
import io.keyward.env.KeyPath;
import io.keyward.env.Mount;
import io.keyward.env.Sha256;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads the files of one load, each once, and remembers their content, so that a later change is noticed.
 *
 * <p>What is remembered is a digest of content, permissions and mount, because a file can change without changing its
 * size or time, and a file behind a mount of its own can be replaced without changing here at all. Written by the
 * thread that loads, afterwards only read.
 */
final class FileSnapshot {
    private final Map<Path, State> states = new LinkedHashMap<>();
    private final Map<Path, Mount> mounts = new HashMap<>();
    private final Map<Path, byte[]> given = new HashMap<>();
    private final Set<Path> withKeys = new LinkedHashSet<>();
    private long lastRead = System.nanoTime();

    /**
     * Returns the bytes of a file, at most one more than {@link EnvParser#MAX_FILE}; empty if there is no such file.
     *
     * @throws IOException if the file cannot be read or is not a regular file
     */
    Optional<byte[]> read(Path file) throws IOException {
        Path path = absolute(file);
        if (given.containsKey(path)) {
            return Optional.of(given.get(path));
        }
        states.put(path, State.UNREADABLE);
        try {
            byte[] bytes = KeyFileBytes.ofRegular(path);
            lastRead = System.nanoTime();
            states.put(path, State.of(path, bytes));
            Mount mount = Mount.of(KeyPath.follow(path));
            if (mount != null) {
                mounts.put(path, mount);
            }
            return Optional.of(bytes);
        } catch (NoSuchFileException none) {
            states.put(path, State.MISSING);
            return Optional.empty();
        }
    }

    /** Uses this content for a file, which then is not read and never changes. */
    void give(Path file, byte[] content) {
        Path path = absolute(file);
        given.put(path, content);
        states.put(path, State.of(path, content));
    }

    /** Remembers a file that other code reads. */
    void remember(Path file) {
        states.computeIfAbsent(absolute(file), FileSnapshot::stateOf);
        lastRead = System.nanoTime();
    }

    /** Notes that keys were found in a file. */
    void holdsKeys(Path file) {
        withKeys.add(absolute(file));
    }

    /** Returns the files that may hold keys. */
    Set<Path> withKeys() {
        return Collections.unmodifiableSet(withKeys);
    }

    /** Returns the mount through which a file was read; null if that is not known. */
    @Nullable
    Mount mount(Path path) {
        return mounts.get(path);
    }

    /** Returns all files that were read or looked for, absolute. */
    Set<Path> paths() {
        return Collections.unmodifiableSet(states.keySet());
    }

    boolean isMissing(Path path) {
        return State.MISSING.equals(states.get(path));
    }

    /** Returns the files that are missing now and were there in a load before. */
    List<Path> missingOf(FileSnapshot before) {
        List<Path> gone = new ArrayList<>();
        states.forEach((path, state) -> {
            State was = before.states.get(path);
            if (state.equals(State.MISSING) && was != null && !was.equals(State.MISSING)) {
                gone.add(path);
            }
        });
        return gone;
    }

    /** Returns whether any file differs from what was read. Reads every file again. */
    boolean haveChanged() {
        return states.entrySet().stream()
                .anyMatch(file ->
                        !given.containsKey(file.getKey()) && !file.getValue().equals(stateOf(file.getKey())));
    }

    /** Returns whether a file that had content before is empty or gone. */
    boolean hasEmptied(FileSnapshot before) {
        return states.entrySet().stream().anyMatch(file -> {
            State was = before.states.get(file.getKey());
            return file.getValue().empty() && was != null && !was.empty();
        });
    }

    /** Returns when the last file was read, as {@link System#nanoTime}. */
    long lastRead() {
        return lastRead;
    }

    private static Path absolute(Path file) {
        return file.toAbsolutePath().normalize();
    }

    private static State stateOf(Path path) {
        try {
            return State.of(path, KeyFileBytes.ofRegular(path));
        } catch (NoSuchFileException none) {
            return State.MISSING;
        } catch (IOException unreadable) {
            return State.UNREADABLE;
        }
    }

    /** What a file was at one moment. */
    record State(boolean empty, String digest) {
        static final State MISSING = new State(true, "missing");
        static final State UNREADABLE = new State(false, "unreadable");

        static State of(Path path, byte[] bytes) {
            String rights = String.valueOf(FilePermissions.text(path));
            byte[] digest =
                    Sha256.of(bytes, rights.getBytes(UTF_8), mountOf(path).getBytes(UTF_8));
            return new State(bytes.length == 0, HexFormat.of().formatHex(digest));
        }

        private static String mountOf(Path path) {
            try {
                Mount mount = Mount.of(KeyPath.follow(path));
                return mount == null ? "" : mount.stamp();
            } catch (IOException goneMeanwhile) {
                return "";
            }
        }

        @Override
        public String toString() {
            return "State";
        }
    }
}
