package io.keyward.benchmarks.report;

import io.keyward.benchmarks.NodesOnDatabase;
import io.keyward.benchmarks.NodesOnDatabase.Question;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Asks {@link NodesOnDatabase} in a JVM of its own for each question.
 *
 * @param counts how many keys, revocations or nodes each question is about
 */
record DatabasePart(String name, Map<Question, Integer> counts) implements Part {
    private static final int HEAP_GB = 4;
    private static final int FEW = 2;

    DatabasePart {
        counts = new LinkedHashMap<>(counts);
    }

    @Override
    public List<Row> measure(Profile profile) throws Exception {
        List<Row> rows = new ArrayList<>();
        for (Map.Entry<Question, Integer> asked : counts.entrySet()) {
            Question question = asked.getKey();
            int count = profile.smokeOr(FEW, asked.getValue());
            Progress.say(name + ": " + question + ", " + count);
            Map<String, Double> figures = profile == Profile.SMOKE
                    ? NodesOnDatabase.measure(question, count)
                    : ChildJvm.figures(NodesOnDatabase.class, HEAP_GB, question.name(), Integer.toString(count));
            Map<String, Double> extras = new LinkedHashMap<>(figures);
            List<List<Double>> value = List.of(List.of(extras.remove("value")));
            rows.add(new Row("Database." + question, Map.of("count", Integer.toString(count)), "ms", value, extras));
        }
        return rows;
    }
}
