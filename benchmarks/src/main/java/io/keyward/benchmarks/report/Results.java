package io.keyward.benchmarks.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The results of one JDK, by part.
 *
 * @param jdk its feature version
 * @param runs by the name of the part
 */
record Results(int jdk, Map<String, Run> runs) {
    private static final Path DIRECTORY = Path.of("benchmarks/results");
    private static final String JDK = "jdk-";
    private static final String JSON = ".json";

    Results {
        runs = new TreeMap<>(runs);
    }

    /** Returns the file of a part for the JDK that runs. */
    static Path file(String part) {
        return DIRECTORY.resolve(JDK + Runtime.version().feature()).resolve(part + JSON);
    }

    /** Tells whether a file has a result of these sources, measured at least as thoroughly. */
    static boolean isAsGood(Path file, Profile profile, Environment here) throws IOException {
        if (!Files.exists(file)) {
            return false;
        }
        Run run = Run.read(file);
        return run.profile().compareTo(profile) >= 0
                && run.environment().isSameSource(here)
                && run.failed().isEmpty();
    }

    /** Returns how long a part took when it was last measured as thoroughly, on this JDK if there is such a run. */
    static Optional<Duration> lastTime(String part, Profile profile) throws IOException {
        List<Results> all = all();
        return Stream.concat(all.stream().filter(Results::isOfThisJdk), all.stream())
                .flatMap(results -> results.run(part).stream())
                .filter(run -> run.profile() == profile)
                .map(run -> Duration.ofSeconds(run.seconds()))
                .findFirst();
    }

    private boolean isOfThisJdk() {
        return jdk == Runtime.version().feature();
    }

    /** Returns all results there are, the oldest JDK first. */
    static List<Results> all() throws IOException {
        List<Results> results = new ArrayList<>();
        for (Path directory : list(DIRECTORY)) {
            Map<String, Run> runs = new TreeMap<>();
            for (Path file : list(directory)) {
                if (file.toString().endsWith(JSON)) {
                    Run run = Run.read(file);
                    runs.put(run.part(), run);
                }
            }
            String name = directory.getFileName().toString();
            results.add(new Results(Integer.parseInt(name.substring(JDK.length())), runs));
        }
        return results.stream()
                .sorted((one, other) -> Integer.compare(one.jdk, other.jdk))
                .toList();
    }

    private static List<Path> list(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(directory)) {
            return files.sorted().toList();
        }
    }

    /** Returns the run of a part. */
    Optional<Run> run(String part) {
        return Optional.ofNullable(runs.get(part));
    }

    /** Returns all runs. */
    Collection<Run> all(String prefix) {
        return runs.values().stream()
                .filter(run -> run.part().startsWith(prefix))
                .toList();
    }

    /** Returns a row of a part, the first that has at least these parameters. */
    Optional<Row> row(String part, String name, Map<String, String> params) {
        return run(part).flatMap(run -> run.find(name, params));
    }
}
