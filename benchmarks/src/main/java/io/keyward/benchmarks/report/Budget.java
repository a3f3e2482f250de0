package io.keyward.benchmarks.report;

import io.keyward.benchmarks.Guard;
import io.keyward.benchmarks.NodesOnDatabase.Question;
import io.keyward.benchmarks.Site.Container;
import java.util.ArrayList;
import java.util.Collections;
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
 * @param reason why it may be missed: what the figure is made of
 */
record Budget(
        String what,
        double limit,
        boolean isMost,
        String unit,
        Function<Results, Optional<Spread>> measure,
        String reason) {
    static final String TIMES = "×";

    /** How long a file must stay as it is before a service reads it; part of every change, and no work. As in {@code FileWatcher}. */
    static final double QUIET_MILLIS = 80;

    static final String SMALL = "100";
    private static final String MILLION = "1000000";
    private static final String TEN_MILLION = "10000000";
    /** What the profiler shows of the harness itself. */
    private static final double NO_BYTES = 0.5;

    private static final String STEPS =
            "Besides the digest, a verification takes the text out of the string, looks at each character, finds the place in"
                    + " the ring and wipes what it used. Each step was measured alone, see below, and nothing cheaper was found.";
    private static final String MEMORY = "Both sides wait for memory: for the key's string, and for its place.";
    private static final String TWO_PROCESSORS =
            "The load and the service share two processors, so what the service spends is taken from the load, too. Most of a"
                    + " request is the container and the kernel. What any safe guard pays is in the row of the ten lines: the"
                    + " container writes two more header fields.";
    private static final String MORE_THAN_TEN_LINES =
            "The filter reads all credential fields and not one, checks the path, finds the rule, hides the key from the"
                    + " application and notes the key id for the log. In process this is the difference between their rows in"
                    + " *What a request pays*.";

    private Budget(
            String what, double limit, boolean isMost, String unit, Function<Results, Optional<Spread>> measure) {
        this(what, limit, isMost, unit, measure, "");
    }

    /** Returns this budget with the reason why it may be missed; each has one. */
    private Budget because(String why) {
        return new Budget(what, limit, isMost, unit, measure, why);
    }

    /** Returns all rows, in the order of docs/design.md. */
    static List<Budget> all() {
        List<Budget> budgets = new ArrayList<>();
        budgets.add(atMost(
                        1.5,
                        "`verify`, valid key, 100 keys ÷ digest of the text",
                        results -> toFloor(results, SMALL, "valid"))
                .because(STEPS));
        budgets.add(atMost(
                        1.5,
                        "the same with an expiry, less one clock read after a verification ÷ digest of the text",
                        results -> perRound(
                                times -> (times[0] - (times[1] - times[2])) / times[3],
                                verify(results, SMALL, "expiring"),
                                verify(results, SMALL, "validThenClock"),
                                verify(results, SMALL, "valid"),
                                verify(results, SMALL, "digestOfText")))
                .because(STEPS
                        + " What a clock read takes inside a verification can only be estimated by one after it."));
        budgets.add(atMost(
                        1.85,
                        "`verify`, unknown key ÷ digest of the text",
                        results -> toFloor(results, SMALL, "unknown"))
                .because(STEPS + " To name the reason of the refusal, the check digits are computed."));
        budgets.add(atMost(
                        2.2,
                        "`verify`, wrong check digits ÷ digest of the text",
                        results -> toFloor(results, SMALL, "badCheck"))
                .because(STEPS + " To name the reason of the refusal, the check digits and the outline are computed."));
        budgets.add(
                atMost(0.5, "`verify`, malformed ÷ digest of the text", results -> toFloor(results, SMALL, "malformed"))
                        .because(STEPS));
        budgets.add(atMost(
                        0.05,
                        "`verify`, over-long input ÷ digest of the text",
                        results -> toFloor(results, SMALL, "overLong"))
                .because("Only the length of the text is looked at."));
        for (String verdict : List.of("valid", "unknown", "badCheck", "malformed", "overLong")) {
            budgets.add(new Budget(
                            "garbage of `verify`, " + verdict,
                            0,
                            true,
                            "B/op",
                            results -> verify(results, SMALL, verdict)
                                    .map(row -> row.extras().get("B/op"))
                                    .map(bytes -> Spread.of(List.of(bytes < NO_BYTES ? 0 : bytes))))
                    .because(
                            "The prepared answers and the engines are reused, so whatever is allocated is a mistake."));
        }
        budgets.add(atMost(
                        1.5,
                        "`verify`, 1 000 000 keys ÷ digest of the same texts",
                        results -> toFloor(results, MILLION, "valid"))
                .because(MEMORY));
        budgets.add(atMost(
                        2,
                        "`verify`, 10 000 000 keys ÷ digest of the same texts",
                        results -> toFloor(results, TEN_MILLION, "valid"))
                .because(MEMORY));
        budgets.add(atLeast(1.8, "hex digest + `HashMap` ÷ `verify`, 100 keys", results -> hexTo(results, SMALL))
                .because("The same digest is on both sides, and it is more than half of our time."));
        budgets.add(
                atLeast(1.8, "hex digest + `HashMap` ÷ `verify`, 1 000 000 keys", results -> hexTo(results, MILLION))
                        .because(MEMORY));
        budgets.add(atMost(1.2, "peppered `verify` ÷ `Mac`", results -> {
                    Map<String, String> params = Map.of("keys", SMALL);
                    return perRound(
                            times -> times[0] / times[1],
                            results.row(Parts.PEPPER, "PepperBenchmark.valid", params),
                            results.row(Parts.PEPPER, "PepperBenchmark.mac", params));
                })
                .because(STEPS));
        budgets.add(atLeast(
                        0.97,
                        "scaling to two threads ÷ that of the digest",
                        results -> perRound(
                                times -> times[0] / times[1] / (times[2] / times[3]),
                                threads(results, "valid", "1"),
                                threads(results, "valid", "2"),
                                threads(results, "digest", "1"),
                                threads(results, "digest", "2")))
                .because("The machine has two processors, and what else runs on it takes from the second thread."));
        budgets.add(
                new Budget(
                                "building a ring of 1 000 000 records",
                                1_000,
                                true,
                                "ms",
                                results -> results.row(
                                                Parts.BUILD + MILLION,
                                                "RingBuildBenchmark.build",
                                                Map.of("kind", "TYPICAL"))
                                        .map(Row::spread))
                        .because(
                                "Each record is read once and put in its place, at random: the time is spent waiting for memory."));
        budgets.add(new Budget(
                        "heap a key, with a typical record",
                        480,
                        true,
                        "bytes",
                        results -> heap(results, "TYPICAL", "all"))
                .because("See *In memory* below for what it is made of."));
        budgets.add(new Budget(
                        "the filter in process, an allowed request, less the bare chain",
                        250,
                        true,
                        "ns",
                        results -> filter(results, "allowed", Guard.KEYWARD))
                .because(MORE_THAN_TEN_LINES));
        budgets.add(new Budget(
                        "garbage of the same",
                        250,
                        true,
                        "bytes",
                        results -> filterRow(results, "allowed", Guard.KEYWARD)
                                .flatMap(row -> filterRow(results, "allowed", Guard.NONE)
                                        .map(bare -> bytes(row) - bytes(bare)))
                                .map(bytes -> Spread.of(List.of(bytes))))
                .because(MORE_THAN_TEN_LINES));
        for (Container container : Container.values()) {
            budgets.add(atLeast(
                            0.97,
                            "throughput with the filter ÷ without, " + container.title + " on loopback",
                            results -> toNone(results, "EndToEnd", container, Guard.KEYWARD))
                    .because(TWO_PROCESSORS));
            budgets.add(atMost(
                            1.02,
                            "processor time with the filter ÷ with ten lines that do the least, " + container.title,
                            results -> byJvm(
                                    endToEnd(results, "EndToEnd.cpu", container, Guard.KEYWARD),
                                    endToEnd(results, "EndToEnd.cpu", container, Guard.FLOOR)))
                    .because(MORE_THAN_TEN_LINES));
        }
        budgets.add(new Budget(
                        "10 000 hashed keys from a `.env` in force, in a JVM that has just started",
                        100,
                        true,
                        "ms",
                        results -> start(results, "LOAD"))
                .because("The code runs for the first time: its classes are loaded, and most of it is interpreted, not"
                        + " compiled. The table under *Starts and changes* has the floor, which is a loop that makes the same ring and"
                        + " checks nothing, and a file with one key, which shows what the classes take. What is left is"
                        + " 30 000 names that are parsed, matched and checked."));
        budgets.add(new Budget(
                        "a key that is changed in such a file is in force, after the 80 ms in which the file must not change",
                        50,
                        true,
                        "ms",
                        results -> start(results, "CHANGE")
                                .map(all -> new Spread(
                                        all.median() - QUIET_MILLIS,
                                        all.low() - QUIET_MILLIS,
                                        all.high() - QUIET_MILLIS)))
                .because(
                        "The whole file is loaded in the 80 ms, because a change is all or nothing. What a load takes longer, and"
                                + " the comparison before and after it, come on top."));
        budgets.add(new Budget(
                        "1 000 000 keys from PostgreSQL in force on a node that starts",
                        10_000,
                        true,
                        "ms",
                        results -> database(results, Question.LOAD).map(Row::spread))
                .because("PostgreSQL runs on the same two processors as the node."));
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
                                .map(p99 -> Spread.of(List.of(p99))))
                .because("PostgreSQL and both nodes share two processors; the slowest of a hundred waits for one.");
    }

    /** Returns what was measured of nodes that share a database. */
    static Optional<Row> database(Results results, Question question) {
        return results.row(Parts.DATABASE, "Database." + question, Map.of());
    }

    /** Returns how long a start or a change took, in milliseconds. */
    static Optional<Spread> start(Results results, String what) {
        return results.row(Parts.START, "Start." + what, Map.of()).map(Row::spread);
    }

    /** Returns whether the bound lies within the spread of a figure. */
    boolean isWithinSpread(Spread figure) {
        return figure.low() <= limit && limit <= figure.high();
    }

    /** Returns whether a figure is within the budget. */
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
        return byJvm(endToEnd(results, figure, container, guard), endToEnd(results, figure, container, Guard.NONE));
    }

    /**
     * Returns the ratio of two rows: the middle of all rounds, and as its spread the least and the greatest of the middles
     * that the JVMs had.
     */
    private static Optional<Spread> byJvm(Optional<Row> one, Optional<Row> other) {
        List<Double> ratios = combined(times -> times[0] / times[1], one, other);
        int jvms = one.map(
                        row -> row.extras().getOrDefault(EndToEndPart.JVMS, 0.0).intValue())
                .orElse(0);
        if (ratios.isEmpty()) {
            return Optional.empty();
        }
        Spread all = Spread.of(ratios);
        if (jvms == 0) {
            return Optional.of(all);
        }
        int each = ratios.size() / jvms;
        List<Double> middles = new ArrayList<>();
        for (int jvm = 0; jvm < jvms; jvm++) {
            middles.add(Spread.of(ratios.subList(jvm * each, (jvm + 1) * each)).median());
        }
        return Optional.of(new Spread(all.median(), Collections.min(middles), Collections.max(middles)));
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
        List<Double> combined = combined(combine, rows);
        return combined.isEmpty() ? Optional.empty() : Optional.of(Spread.of(combined));
    }

    /** Returns what is combined of each round, in their order; empty if a row is missing. */
    @SafeVarargs
    private static List<Double> combined(ToDoubleFunction<double[]> combine, Optional<Row>... rows) {
        List<List<Double>> means = new ArrayList<>();
        for (Optional<Row> row : rows) {
            if (row.isEmpty()) {
                return List.of();
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
        return combined;
    }

    private static Budget atMost(double limit, String what, Function<Results, Optional<Spread>> measure) {
        return new Budget(what, limit, true, TIMES, measure);
    }

    private static Budget atLeast(double limit, String what, Function<Results, Optional<Spread>> measure) {
        return new Budget(what, limit, false, TIMES, measure);
    }

    private static Optional<Spread> toFloor(Results results, String keys, String method) {
        return perRound(
                times -> times[0] / times[1], verify(results, keys, method), verify(results, keys, "digestOfText"));
    }

    /** Returns what hexadecimal digests in a {@code HashMap} take, as a multiple of a verification. */
    static Optional<Spread> hexTo(Results results, String keys) {
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
