package io.keyward.benchmarks.report;

import io.keyward.benchmarks.Guard;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Says whether the hot path is as fast as it was, by three ratios. The bounds are half as much again as the usual figures,
 * or more, so that a busy machine does not cry wolf: a ratio beyond its bound is worth a run of the benchmarks, not yet a
 * fault.
 */
final class HotPath {
    /** What the ratios are made of. */
    static final Batch[] BATCHES = {
        Batch.of("VerifyBenchmark\\.(digestOfText|valid|unknown)").with("keys", "100"),
        Batch.of("FilterBenchmark\\.allowed").with("guard", Guard.FLOOR.name(), Guard.KEYWARD.name())
    };

    private static final double MOST_VALID = 2.25;
    private static final double MOST_UNKNOWN = 2.8;
    private static final double MOST_FILTER = 4;

    private final List<Row> rows;

    HotPath(List<Row> rows) {
        this.rows = rows;
    }

    void print() {
        lines().forEach(System.out::println);
    }

    /** Returns a line for each ratio, which begins with {@code WARNING} if the ratio is beyond its bound. */
    List<String> lines() {
        double digest = time("VerifyBenchmark.digestOfText", Map.of());
        List<String> lines = new ArrayList<>();
        lines.add(
                line("a valid key ÷ digest of its text", time("VerifyBenchmark.valid", Map.of()) / digest, MOST_VALID));
        lines.add(line(
                "an unknown key ÷ digest of its text",
                time("VerifyBenchmark.unknown", Map.of()) / digest,
                MOST_UNKNOWN));
        lines.add(line(
                "a request through the filter ÷ through ten lines that do the least",
                time("FilterBenchmark.allowed", Map.of("guard", Guard.KEYWARD.name()))
                        / time("FilterBenchmark.allowed", Map.of("guard", Guard.FLOOR.name())),
                MOST_FILTER));
        return lines;
    }

    private double time(String name, Map<String, String> params) {
        return rows.stream()
                .filter(row -> row.is(name, params))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(name + " was not measured"))
                .spread()
                .median();
    }

    private static String line(String what, double ratio, double bound) {
        String figures = String.format(Locale.ROOT, "%s: %.2f, bound %.2f", what, ratio, bound);
        return ratio <= bound
                ? figures
                : "WARNING: " + figures + "; run benchmarks/run to see whether the hot path has become slower";
    }
}
