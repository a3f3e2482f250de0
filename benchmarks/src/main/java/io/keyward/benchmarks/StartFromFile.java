package io.keyward.benchmarks;

import io.keyward.ApiKeyRecord;
import io.keyward.KeyHash;
import io.keyward.KeyRing;
import io.keyward.config.KeywardConfig;
import io.keyward.role.Role;
import io.keyward.role.RoleModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.slf4j.LoggerFactory;

/**
 * How long does a service take to have the keys of a {@code .env} file in force, when it starts and when the file changes?
 * A start is measured once in a JVM, since the second one of a JVM is another thing. The log is set up before, because a
 * service has one anyway, and Logback takes longer for it than a small file takes.
 *
 * <pre>
 * benchmarks/build
 * java -cp benchmarks/target/benchmarks.jar io.keyward.benchmarks.StartFromFile WRITE /tmp/keys.env 10000
 * java -cp benchmarks/target/benchmarks.jar io.keyward.benchmarks.StartFromFile LOAD /tmp/keys.env 10000
 * </pre>
 */
public final class StartFromFile {
    private static final double MILLION = 1e6;
    private static final int CHANGES = 11;
    private static final int WARM_UP = 5;
    private static final int FEW = 1_000;
    private static final Role CLIENT = Role.of("client");
    private static final String KEYS = "KEYWARD_KEYS_";
    private static final String OWNER = "_OWNER";

    private StartFromFile() {}

    /** What is done with the file. Each returns milliseconds: {@code value}, and where they apply {@code cpu} and {@code reload}. */
    public enum Task {
        /** Writes it, as {@code keyward issue} does: three lines a key. */
        WRITE {
            @Override
            Map<String, Double> run(Path file, int keys) throws IOException {
                long start = System.nanoTime();
                Files.writeString(file, text(keys));
                return Map.of("value", millisSince(start));
            }
        },
        /** The floor: a loop over the lines that makes the same ring of them, and checks nothing. */
        FLOOR {
            @Override
            Map<String, Double> run(Path file, int keys) throws IOException {
                setUpLogging();
                long start = System.nanoTime();
                KeyRing ring = unchecked(file);
                return figures(millisSince(start), ring, keys);
            }
        },
        /** {@link KeywardConfig#load}. */
        LOAD {
            @Override
            Map<String, Double> run(Path file, int keys) throws IOException {
                setUpLogging();
                long start = System.nanoTime();
                try (KeywardConfig config = KeywardConfig.load(file, CLIENT)) {
                    return figures(millisSince(start), config.ring().current(), keys);
                }
            }
        },
        /**
         * Another file takes the place of that one, with one key changed: until that is in force, and, as
         * {@code reload}, what {@link KeywardConfig#reloadNow} takes.
         */
        CHANGE {
            @Override
            Map<String, Double> run(Path file, int keys) throws IOException, InterruptedException {
                try (ChangedFile changed = new ChangedFile(keys)) {
                    return changed.measure(keys < FEW ? 1 : CHANGES);
                }
            }
        };

        abstract Map<String, Double> run(Path file, int keys) throws Exception;
    }

    /** Prints a line for each figure. */
    public static void main(String[] arguments) throws Exception {
        measure(Task.valueOf(arguments[0]), Path.of(arguments[1]), Integer.parseInt(arguments[2]))
                .forEach((figure, value) -> System.out.println(figure + "=" + value));
    }

    /** Does a task once. */
    public static Map<String, Double> measure(Task task, Path file, int keys) throws Exception {
        return task.run(file, keys);
    }

    private static Map<String, Double> figures(double millis, KeyRing ring, int keys) throws IOException {
        if (ring.size() != keys) {
            throw new IllegalStateException("the ring has " + ring.size() + " keys");
        }
        Map<String, Double> figures = new LinkedHashMap<>();
        figures.put("value", millis);
        figures.put("cpu", new ProcessorTime().nanosSoFar() / MILLION);
        return figures;
    }

    private static void setUpLogging() {
        LoggerFactory.getLogger(StartFromFile.class).debug("a start is measured");
    }

    private static double millisSince(long start) {
        return (System.nanoTime() - start) / MILLION;
    }

    private static String text(int keys) {
        StringBuilder text = new StringBuilder();
        for (ApiKeyRecord record : SampleRecords.TYPICAL.make(keys)) {
            String name = KEYS + record.id().toUpperCase(Locale.ROOT);
            text.append(name).append("_HASH=").append(record.current().hash().reveal());
            text.append('\n').append(name).append(OWNER).append('=').append(record.owner());
            text.append('\n').append(name).append("_ROLES=client\n");
        }
        return text.toString();
    }

    private static KeyRing unchecked(Path file) throws IOException {
        Map<String, ApiKeyRecord.Builder> records = new LinkedHashMap<>();
        for (String line : Files.readAllLines(file)) {
            int equals = line.indexOf('=');
            int end = line.lastIndexOf('_', equals);
            String id = line.substring(KEYS.length(), end).toLowerCase(Locale.ROOT);
            String value = line.substring(equals + 1);
            ApiKeyRecord.Builder record = records.computeIfAbsent(id, ApiKeyRecord::builder);
            switch (line.substring(end, equals)) {
                case "_HASH" -> record.hash(KeyHash.parse(value));
                case OWNER -> record.owner(value);
                case "_ROLES" -> record.roles(value);
                default -> throw new IllegalStateException("no other line was written");
            }
        }
        return KeyRing.builder()
                .roles(RoleModel.of(CLIENT))
                .addAll(records.values().stream()
                        .map(ApiKeyRecord.Builder::build)
                        .collect(Collectors.toList()))
                .build();
    }

    /** A file that a running service follows. */
    private static final class ChangedFile implements AutoCloseable {
        private final Path directory = Files.createTempDirectory("keyward");
        private final Path file = Files.createTempFile(directory, "keys", ".env");
        private final String text;
        private final KeywardConfig config;

        ChangedFile(int keys) throws IOException {
            text = text(keys);
            Files.writeString(file, text);
            config = KeywardConfig.load(file, CLIENT);
        }

        Map<String, Double> measure(int changes) throws IOException, InterruptedException {
            List<Double> changed = new ArrayList<>();
            List<Double> reloaded = new ArrayList<>();
            for (int i = -WARM_UP; i < changes; i++) {
                double change = change("changed" + i);
                long start = System.nanoTime();
                config.reloadNow();
                double reload = millisSince(start);
                if (i >= 0) {
                    changed.add(change);
                    reloaded.add(reload);
                }
            }
            return Map.of("value", middle(changed), "reload", middle(reloaded));
        }

        private double change(String owner) throws IOException, InterruptedException {
            String id = SampleKeys.id(0);
            // a temporary file is for its owner alone, as a key file should be
            Path next = Files.createTempFile(directory, "next", ".env");
            Files.writeString(next, text.replaceFirst(OWNER + "=.*", OWNER + "=" + owner));
            long start = System.nanoTime();
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
            while (!config.ring().current().find(id).map(ApiKeyRecord::owner).equals(Optional.of(owner))) {
                Thread.sleep(0, 200_000);
            }
            return millisSince(start);
        }

        private static double middle(List<Double> values) {
            return values.stream().sorted().toList().get(values.size() / 2);
        }

        @Override
        public void close() throws IOException {
            config.close();
            Files.delete(file);
            Files.delete(directory);
        }
    }
}
