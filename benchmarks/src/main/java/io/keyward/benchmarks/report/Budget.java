package io.keyward.benchmarks.report;

import io.keyward.benchmarks.Guard;
import io.keyward.benchmarks.NodesOnDatabase.Question;
import io.keyward.benchmarks.Site.Container;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/**
 * A row of the budgets in docs/design.md: what may be spent, and how it is measured.
 *
 * @param what is limited
 * @param limit the bound
 * @param isMost whether the bound is an upper one
 * @param unit of the figure; {@code ×} for a ratio
 * @param measure takes the figure from the results of a JDK
 */
record Budget(String what, double limit, boolean isMost, String unit, Function<Results, Optional<Spread>> measure) {
    static final String TIMES = "×";

    private static final String SMALL = "100";
    private static final String MILLION = "1000000";
    private static final String TEN_MILLION = "10000000";
    /** What the profiler shows of the harness itself. */
    private static final double NO_BYTES = 0.5;

    /** Returns all rows, in the order of docs/design.md. */
    static List<Budget> all() {
        List<Budget> budgets = new ArrayList<>();
        budgets.add(atMost(
                1.5, "`verify`, valid key, 100 keys ÷ digest of the text", results -> toFloor(results, "valid")));
        budgets.add(atMost(
                1.5,
                "the same with an expiry, less one clock read after a verification ÷ digest of the text",
                results -> perRound(
                        times -> (times[0] - (times[1] - times[2])) / times[3],
                        verify(results, SMALL, "expiring"),
                        verify(results, SMALL, "validThenClock"),
                        verify(results, SMALL, "valid"),
                        verify(results, SMALL, "digestOfText"))));
        budgets.add(atMost(1.85, "`verify`, unknown key ÷ digest of the text", results -> toFloor(results, "unknown")));
        budgets.add(atMost(
                2.2, "`verify`, wrong check digits ÷ digest of the text", results -> toFloor(results, "badCheck")));
        budgets.add(atMost(0.5, "`verify`, malformed ÷ digest of the text", results -> toFloor(results, "malformed")));
        budgets.add(atMost(
                0.05, "`verify`, over-long input ÷ digest of the text", results -> toFloor(results, "overLong")));
        for (String verdict : List.of("valid", "unknown", "badCheck", "malformed", "overLong")) {
            budgets.add(new Budget(
                    "garbage of `verify`, " + verdict,
                    0,
                    true,
                    "B/op",
                    results -> verify(results, SMALL, verdict)
                            .map(row -> row.extras().get("B/op"))
                            .map(bytes -> Spread.of(List.of(bytes < NO_BYTES ? 0 : bytes)))));
        }
        budgets.add(atMost(
                1.5, "`verify`, 1 000 000 keys ÷ digest of the same texts", results -> validToFloor(results, MILLION)));
        budgets.add(atMost(
                2,
                "`verify`, 10 000 000 keys ÷ digest of the same texts",
                results -> validToFloor(results, TEN_MILLION)));
        budgets.add(atLeast(1.8, "hex digest + `HashMap` ÷ `verify`, 100 keys", results -> hexTo(results, SMALL)));
        budgets.add(
                atLeast(1.8, "hex digest + `HashMap` ÷ `verify`, 1 000 000 keys", results -> hexTo(results, MILLION)));
        budgets.add(atMost(1.2, "peppered `verify` ÷ `Mac`", results -> {
            Map<String, String> params = Map.of("keys", SMALL);
            return perRound(
                    times -> times[0] / times[1],
                    results.row(Parts.PEPPER, "PepperBenchmark.valid", params),
                    results.row(Parts.PEPPER, "PepperBenchmark.mac", params));
        }));
        budgets.add(atLeast(
                0.97,
                "scaling to two threads ÷ that of the digest",
                results -> perRound(
                        times -> times[0] / times[1] / (times[2] / times[3]),
                        threads(results, "valid", "1"),
                        threads(results, "valid", "2"),
                        threads(results, "digest", "1"),
                        threads(results, "digest", "2"))));
        budgets.add(new Budget(
                "building a ring of 1 000 000 records",
                1_000,
                true,
                "ms",
                results -> results.row(Parts.BUILD + MILLION, "RingBuildBenchmark.build", Map.of("kind", "TYPICAL"))
                        .map(Row::spread)));
        budgets.add(new Budget(
                "heap a key, with a typical record", 480, true, "bytes", results -> heap(results, "TYPICAL", "all")));
        budgets.add(new Budget(
                "the filter in process, an allowed request, less the bare chain",
                250,
                true,
                "ns",
                results -> filter(results, "allowed", Guard.KEYWARD)));
        budgets.add(new Budget(
                "garbage of the same",
                250,
                true,
                "bytes",
                results -> filterRow(results, "allowed", Guard.KEYWARD)
                        .flatMap(
                                row -> filterRow(results, "allowed", Guard.NONE).map(bare -> bytes(row) - bytes(bare)))
                        .map(bytes -> Spread.of(List.of(bytes)))));
        for (Container container : Container.values()) {
            budgets.add(atLeast(
                    0.97,
                    "throughput with the filter ÷ without, " + container.title + " on loopback",
                    results -> toNone(results, "EndToEnd", container, Guard.KEYWARD)));
            budgets.add(atMost(
                    1.02,
                    "processor time with the filter ÷ with ten lines that do the least, " + container.title,
                    results -> perRound(
                            times -> times[0] / times[1],
                            endToEnd(results, "EndToEnd.cpu", container, Guard.KEYWARD),
                            endToEnd(results, "EndToEnd.cpu", container, Guard.FLOOR))));
        }
        budgets.add(new Budget(
                "1 000 000 keys from PostgreSQL in force on a node that starts",
                10_000,
                true,
                "ms",
                results -> database(results, Question.LOAD).map(Row::spread)));
        budgets.add(revocation(50, "notifications", Question.REVOKE_BY_NOTIFICATION));
        budgets.add(revocation(1_000, "polling", Question.REVOKE_BY_POLLING));
        return budgets;
    }

    private static Budget revocation(double limit, String by, Question question) {
        return new Budget(
                "a key revoked on another node is rejected, 99 of 100, by " + by,
                limit,
                true,
                "ms",
                results -> database(results, question)
                        .map(row -> row.extras().get("p99"))
                        .map(p99 -> Spread.of(List.of(p99))));
    }

    /** Returns what was measured of nodes that share a database. */
    static Optional<Row> database(Results results, Question question) {
        return results.row(Parts.DATABASE, "Database." + question, Map.of());
    }

    /** Tells whether a figure is within the budget. */
    boolean isKept(Spread figure) {
        return isMost ? figure.median() <= limit : figure.median() >= limit;
    }

    /** Returns how much of the budget a figure takes: 1 is all of it. */
    double share(Spread figure) {
        return isMost ? figure.median() / limit : limit / figure.median();
    }

    /** Returns what a guard adds to the bare chain, in process. */
    static Optional<Spread> filter(Results results, String method, Guard guard) {
        return perRound(
                times -> times[0] - times[1],
                filterRow(results, method, guard),
                filterRow(results, method, Guard.NONE));
    }

    /** Returns what a request through a guard took in process. */
    static Optional<Row> filterRow(Results results, String method, Guard guard) {
        return results.row(Parts.FILTER, "FilterBenchmark." + method, guard(guard));
    }

    /** Returns a figure of a guarded service as a multiple of that of a service without a guard. */
    static Optional<Spread> toNone(Results results, String figure, Container container, Guard guard) {
        return perRound(
                figures -> figures[0] / figures[1],
                endToEnd(results, figure, container, guard),
                endToEnd(results, figure, container, Guard.NONE));
    }

    /** Returns what a guarded service did: {@code EndToEnd}, {@code EndToEnd.cpu} or {@code EndToEnd.allocated}. */
    static Optional<Row> endToEnd(Results results, String figure, Container container, Guard guard) {
        return results.row(Parts.CONTAINER + container.name().toLowerCase(Locale.ROOT), figure, guard(guard));
    }

    /** Returns the garbage of a call. */
    static double bytes(Row row) {
        return row.extras().getOrDefault("B/op", Double.NaN);
    }

    private static Map<String, String> guard(Guard guard) {
        return Map.of("guard", guard.name());
    }

    /** Returns a row of {@link VerifyBenchmark}. */
    static Optional<Row> verify(Results results, String keys, String method) {
        return results.row(Parts.VERIFY + keys, "VerifyBenchmark." + method, Map.of());
    }

    /** Combines the means of each round of some rows; rows of one part only may be combined. */
    @SafeVarargs
    static Optional<Spread> perRound(ToDoubleFunction<double[]> combine, Optional<Row>... rows) {
        List<List<Double>> means = new ArrayList<>();
        for (Optional<Row> row : rows) {
            if (row.isEmpty()) {
                return Optional.empty();
            }
            means.add(row.get().means());
        }
        int rounds = means.stream().mapToInt(List::size).min().orElse(0);
        List<Double> combined = new ArrayList<>();
        for (int i = 0; i < rounds; i++) {
            int round = i;
            combined.add(combine.applyAsDouble(
                    means.stream().mapToDouble(row -> row.get(round)).toArray()));
        }
        return combined.isEmpty() ? Optional.empty() : Optional.of(Spread.of(combined));
    }

    private static Budget atMost(double limit, String what, Function<Results, Optional<Spread>> measure) {
        return new Budget(what, limit, true, TIMES, measure);
    }

    private static Budget atLeast(double limit, String what, Function<Results, Optional<Spread>> measure) {
        return new Budget(what, limit, false, TIMES, measure);
    }

    private static Optional<Spread> toFloor(Results results, String method) {
        return perRound(
                times -> times[0] / times[1], verify(results, SMALL, method), verify(results, SMALL, "digestOfText"));
    }

    private static Optional<Spread> validToFloor(Results results, String keys) {
        return perRound(
                times -> times[0] / times[1], verify(results, keys, "valid"), verify(results, keys, "digestOfText"));
    }

    private static Optional<Spread> hexTo(Results results, String keys) {
        return perRound(
                times -> times[0] / times[1], peer(results, keys, "HEX_HASH_MAP"), peer(results, keys, "KEYWARD"));
    }

    private static Optional<Row> peer(Results results, String keys, String peer) {
        return results.row(Parts.VERIFY + keys, "PeerBenchmark.valid", Map.of("peer", peer, "keys", keys));
    }

    private static Optional<Row> threads(Results results, String method, String threads) {
        return results.row(
                Parts.THREADS,
                "VerifyBenchmark." + method,
                Map.of("threads", threads, "keys", SMALL, "kind", "platform"));
    }

    private static Optional<Spread> heap(Results results, String kind, String figure) {
        return results.row(Parts.HEAP + MILLION, "HeapPerKey." + figure, Map.of("kind", kind))
                .map(Row::spread);
    }
}
