package io.keyward.benchmarks.report;

import io.keyward.benchmarks.StartFromFile;
import io.keyward.benchmarks.StartFromFile.Task;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Asks {@link StartFromFile} in a new JVM for each start: the floor and the load in turn, in one order and then in the
 * other, so that a machine that grows slower slows both.
 */
record StartPart(String name, int keys) implements Part {
    private static final int PAIRS_A_ROUND = 4;
    /** A heap as a small service has it. */
    private static final List<String> HEAP = List.of("-Xmx256m");

    @Override
    public Optional<Duration> expected(Profile profile) {
        return Optional.of(Duration.ofSeconds(profile.rounds * (PAIRS_A_ROUND * 4L + 10)));
    }

    @Override
    public List<Row> measure(Profile profile) throws Exception {
        int count = profile.smokeOr(20, keys);
        int pairs = profile.smokeOr(1, PAIRS_A_ROUND) * profile.rounds;
        Path file = Files.createTempFile("keyward", ".env");
        Path small = Files.createTempFile("keyward", ".env");
        try {
            StartFromFile.measure(Task.WRITE, file, count);
            StartFromFile.measure(Task.WRITE, small, 1);
            List<Start> starts = List.of(
                    new Start("FLOOR", Task.FLOOR, file, count),
                    new Start("LOAD", Task.LOAD, file, count),
                    new Start("LOAD_ONE", Task.LOAD, small, 1));
            Map<String, Row> rows = new LinkedHashMap<>();
            for (int pair = 0; pair < pairs; pair++) {
                if (pair % PAIRS_A_ROUND == 0) {
                    Progress.say(name + ": starts, round " + (pair / PAIRS_A_ROUND + 1) + " of " + profile.rounds);
                }
                Map<Start, List<Double>> millis = new LinkedHashMap<>();
                Map<Start, Double> cpu = new LinkedHashMap<>();
                for (Start start : Part.thereAndBack(starts)) {
                    Map<String, Double> figures = ask(profile, start.task, start.file, start.keys);
                    millis.computeIfAbsent(start, first -> new ArrayList<>()).add(value(figures, "value"));
                    cpu.merge(start, value(figures, "cpu") / 2, Double::sum);
                }
                millis.forEach((start, values) -> rows.merge(
                        start.row,
                        row(start.row, start.keys, values, Map.of("cpu", cpu.getOrDefault(start, 0.0))),
                        Row::and));
            }
            List<Row> all = new ArrayList<>(rows.values());
            all.addAll(changes(profile, file, count));
            return all;
        } finally {
            Files.delete(file);
            Files.delete(small);
        }
    }

    private List<Row> changes(Profile profile, Path file, int count) throws Exception {
        Map<String, Row> rows = new LinkedHashMap<>();
        for (int round = 1; round <= profile.rounds; round++) {
            Progress.say(name + ": changes, round " + round + " of " + profile.rounds);
            Map<String, Double> figures = ask(profile, Task.CHANGE, file, count);
            rows.merge("CHANGE", row("CHANGE", count, List.of(value(figures, "value")), Map.of()), Row::and);
            rows.merge("RELOAD", row("RELOAD", count, List.of(value(figures, "reload")), Map.of()), Row::and);
        }
        return new ArrayList<>(rows.values());
    }

    private static Map<String, Double> ask(Profile profile, Task task, Path file, int count) throws Exception {
        return profile == Profile.SMOKE
                ? StartFromFile.measure(task, file, count)
                : ChildJvm.figures(StartFromFile.class, HEAP, task.name(), file.toString(), Integer.toString(count));
    }

    private static double value(Map<String, Double> figures, String figure) {
        return figures.getOrDefault(figure, Double.NaN);
    }

    private static Row row(String what, int count, List<Double> millis, Map<String, Double> extras) {
        return new Row("Start." + what, Map.of("keys", Integer.toString(count)), "ms", List.of(millis), extras);
    }

    /** What is done in a new JVM, and under which name. */
    private record Start(String row, Task task, Path file, int keys) {}
}
