package io.keyward.benchmarks.report;

import io.keyward.benchmarks.VerifyBenchmark;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/**
 * Runs JMH benchmarks.
 *
 * <p>JMH runs all forks of one benchmark and then all of the next, so that a machine that grows slower spoils their
 * ratio. Here a round runs one fork of each, and ratios are taken within rounds.
 */
final class JmhPart implements Part {
    private static final String ALLOCATED = "gc.alloc.rate.norm";

    private final String name;
    private final int mostRounds;
    private final List<Batch> batches;

    JmhPart(String name, int mostRounds, Batch... batches) {
        this.name = name;
        this.mostRounds = mostRounds;
        this.batches = List.of(batches);
    }

    JmhPart(String name, Batch... batches) {
        this(name, Integer.MAX_VALUE, batches);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public List<Row> measure(Profile profile) throws Exception {
        Map<List<Object>, Row> rows = new LinkedHashMap<>();
        Path log = Files.createDirectories(Path.of(profile.smokeOr("target/logs", "benchmarks/target/logs")))
                .resolve(name + ".log");
        int rounds = Math.min(profile.rounds, mostRounds);
        for (int round = 1; round <= rounds; round++) {
            for (Batch batch : batches) {
                Progress.say(name + ": round " + round + " of " + rounds + ", " + batch);
                for (Row row : run(batch, profile, log)) {
                    rows.merge(List.of(row.name(), row.params()), row, Row::and);
                }
            }
        }
        return new ArrayList<>(rows.values());
    }

    private static List<Row> run(Batch batch, Profile profile, Path log) throws Exception {
        TimeValue time = TimeValue.milliseconds(profile.iteration.toMillis());
        ChainedOptionsBuilder options = new OptionsBuilder()
                .include("^io\\.keyward\\.benchmarks\\." + batch.include() + "$")
                .forks(profile.smokeOr(0, 1))
                .threads(batch.threads())
                .warmupIterations(profile.warmups)
                .warmupTime(time)
                .measurementIterations(profile.iterations)
                .measurementTime(time)
                .addProfiler(GCProfiler.class)
                .shouldFailOnError(true)
                .output(log.toString());
        if (profile != Profile.SMOKE) {
            options.jvmArgs(batch.jvmArgs().toArray(String[]::new));
        }
        batch.params(profile).forEach((param, values) -> options.param(param, values.toArray(String[]::new)));
        Collection<RunResult> results = new Runner(options.build()).run();
        if (results.isEmpty()) {
            throw new IllegalStateException("no benchmark is named " + batch.include());
        }
        return results.stream().map(result -> row(result, batch)).toList();
    }

    private static Row row(RunResult result, Batch batch) {
        BenchmarkParams benchmark = result.getParams();
        String name = benchmark
                .getBenchmark()
                .substring(VerifyBenchmark.class.getPackageName().length() + 1);
        Map<String, String> params = new LinkedHashMap<>(batch.marks());
        for (String param : benchmark.getParamsKeys()) {
            params.put(param, benchmark.getParam(param));
        }
        List<List<Double>> rounds = new ArrayList<>();
        for (BenchmarkResult fork : result.getBenchmarkResults()) {
            rounds.add(fork.getIterationResults().stream()
                    .map(iteration -> iteration.getPrimaryResult().getScore())
                    .toList());
        }
        Map<String, Double> extras = new LinkedHashMap<>();
        Result<?> allocated = result.getSecondaryResults().get(ALLOCATED);
        if (allocated != null && Double.isFinite(allocated.getScore())) {
            extras.put("B/op", allocated.getScore());
        }
        return new Row(name, params, result.getPrimaryResult().getScoreUnit(), rounds, extras);
    }
}
