package io.keyward.benchmarks.report;

import io.keyward.benchmarks.NodesOnDatabase;
import io.keyward.benchmarks.NodesOnDatabase.NoServerException;
import io.keyward.benchmarks.NodesOnDatabase.Question;
import io.keyward.benchmarks.NodesOnDatabase.Server;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Asks {@link NodesOnDatabase} in a JVM of its own for each question. One that cannot be answered leaves the others as
 * they are.
 *
 * @param counts how many keys, revocations or nodes each question is about
 */
record DatabasePart(String name, Map<Question, Integer> counts) implements Part {
    private static final int HEAP_GB = 4;
    private static final int FEW = 2;
    private static final Duration EACH_SERVER = Duration.ofSeconds(25);
    private static final Duration REVOCATION = Duration.ofMillis(600);

    DatabasePart {
        counts = new EnumMap<>(counts);
    }

    @Override
    public Optional<Duration> expected(Profile profile) {
        int revocations = counts.getOrDefault(Question.REVOKE_BY_POLLING, 0);
        return Optional.of(EACH_SERVER.multipliedBy(counts.size()).plus(REVOCATION.multipliedBy(2L * revocations)));
    }

    @Override
    public List<Row> measure(Profile profile) throws Exception {
        // one server is enough to show that the questions can be asked
        try (Server shared = profile == Profile.SMOKE ? Server.start() : null) {
            return measure(profile, shared);
        }
    }

    private List<Row> measure(Profile profile, @Nullable Server shared) throws Exception {
        List<Row> rows = new ArrayList<>();
        for (Map.Entry<Question, Integer> asked : counts.entrySet()) {
            Question question = asked.getKey();
            int count = profile.smokeOr(FEW, asked.getValue());
            Progress.say(name + ": " + question + ", " + count);
            String row = "Database." + question;
            Map<String, String> params = Map.of("count", Integer.toString(count));
            try {
                rows.add(row(row, params, ask(shared, question, count)));
            } catch (NoServerException e) {
                throw e; // no question can be answered
            } catch (Exception e) { // whatever it is, the other questions are answered
                Progress.say(name + ": " + question + " failed, " + e);
                rows.add(Row.failed(row, params, e));
            }
        }
        return rows;
    }

    private static Map<String, Double> ask(@Nullable Server shared, Question question, int count) throws Exception {
        return shared != null
                ? shared.measure(question, count)
                : ChildJvm.figures(
                        NodesOnDatabase.class, ChildJvm.heap(HEAP_GB), question.name(), Integer.toString(count));
    }

    private static Row row(String name, Map<String, String> params, Map<String, Double> figures) {
        Map<String, Double> extras = new LinkedHashMap<>(figures);
        List<List<Double>> value = List.of(List.of(extras.remove("value")));
        return new Row(name, params, "ms", value, extras);
    }
}
