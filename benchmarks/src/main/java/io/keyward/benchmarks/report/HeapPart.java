package io.keyward.benchmarks.report;

import io.keyward.benchmarks.HeapPerKey;
import io.keyward.benchmarks.SampleRecords;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Asks {@link HeapPerKey} in a JVM of its own. */
record HeapPart(String name, int keys, int heapGb, List<SampleRecords> kinds) implements Part {
    @Override
    public List<Row> measure(Profile profile) throws Exception {
        List<Row> rows = new ArrayList<>();
        for (SampleRecords kind : kinds) {
            Progress.say(name + ": " + kind + " records");
            int count = profile.smokeOr(1_000, keys);
            Map<String, Double> figures = profile == Profile.SMOKE
                    ? HeapPerKey.measure(kind, count)
                    : ChildJvm.figures(HeapPerKey.class, ChildJvm.heap(heapGb), kind.name(), Integer.toString(count));
            Map<String, String> params = Map.of("kind", kind.name(), "keys", Integer.toString(count));
            figures.forEach((figure, bytes) ->
                    rows.add(new Row("HeapPerKey." + figure, params, "B/key", List.of(List.of(bytes)), Map.of())));
        }
        return rows;
    }
}
