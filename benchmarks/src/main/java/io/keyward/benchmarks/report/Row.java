package io.keyward.benchmarks.report;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * One measured thing.
 *
 * @param name what was measured, such as {@code VerifyBenchmark.valid}
 * @param params with what, such as {@code keys=100}
 * @param unit of the values
 * @param rounds the values of each round
 * @param extras further figures by name, such as bytes per call or percentiles; means over the rounds
 */
record Row(
        String name, Map<String, String> params, String unit, List<List<Double>> rounds, Map<String, Double> extras) {
    private static final String WHY = "failed";

    Row {
        params = Collections.unmodifiableMap(new TreeMap<>(params));
        extras = Collections.unmodifiableMap(new LinkedHashMap<>(extras));
        rounds = rounds.stream().map(List::copyOf).toList();
    }

    /** Returns the row of a thing that could not be measured; it has no figures and says why. */
    static Row failed(String name, Map<String, String> params, Exception why) {
        Map<String, String> more = new TreeMap<>(params);
        more.put(WHY, Objects.requireNonNullElse(why.getMessage(), why.toString()));
        return new Row(name, more, "", List.of(), Map.of());
    }

    boolean isFailed() {
        return rounds.isEmpty();
    }

    /** Returns why there are no figures; empty if there are. */
    String failure() {
        return params.getOrDefault(WHY, "");
    }

    /** Returns this row with the rounds of another of the same thing behind its own. */
    Row and(Row next) {
        List<List<Double>> all = new ArrayList<>(rounds);
        all.addAll(next.rounds);
        Map<String, Double> means = new LinkedHashMap<>(extras);
        next.extras.forEach((extra, value) -> means.merge(
                extra, value, (before, now) -> (before * rounds.size() + now * next.rounds.size()) / all.size()));
        return new Row(name, params, unit, all, means);
    }

    /** Returns the mean of each round. */
    List<Double> means() {
        return rounds.stream()
                .map(values -> values.stream()
                        .mapToDouble(Double::doubleValue)
                        .average()
                        .orElseThrow())
                .toList();
    }

    /** Returns the middle of the rounds and how far they lie apart. */
    Spread spread() {
        return Spread.of(means());
    }

    /** Tells whether this is that thing, measured with at least these parameters. */
    boolean is(String otherName, Map<String, String> otherParams) {
        return name.equals(otherName) && params.entrySet().containsAll(otherParams.entrySet());
    }
}
