package io.keyward.benchmarks.report;

import io.keyward.benchmarks.ReloadPauses;
import io.keyward.benchmarks.ReloadPauses.Swap;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Asks {@link ReloadPauses} in a JVM of its own for each kind of swap. */
record ReloadPart(String name, int keys, int heapGb) implements Part {
    private static final Duration TIME = Duration.ofSeconds(20);

    @Override
    public List<Row> measure(Profile profile) throws Exception {
        List<Row> rows = new ArrayList<>();
        for (Swap swap : Swap.values()) {
            Progress.say(name + ": swapping " + swap);
            int count = profile.smokeOr(1_000, keys);
            long millis = profile.smokeOr(Duration.ofMillis(20), TIME).toMillis();
            Map<String, Double> figures = profile == Profile.SMOKE
                    ? ReloadPauses.measure(swap, count, Duration.ofMillis(millis))
                    : ChildJvm.figures(
                            ReloadPauses.class,
                            ChildJvm.heap(heapGb),
                            swap.name(),
                            Integer.toString(count),
                            Long.toString(millis));
            Map<String, String> params = Map.of("swap", swap.name(), "keys", Integer.toString(count));
            List<List<Double>> median = List.of(List.of(figures.getOrDefault("p50", Double.NaN)));
            rows.add(new Row("ReloadPauses", params, "ns", median, figures));
        }
        return rows;
    }
}
