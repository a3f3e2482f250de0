package io.keyward.benchmarks.report;

import io.keyward.benchmarks.Load;
import io.keyward.benchmarks.Site;
import io.keyward.benchmarks.Site.Container;
import io.keyward.benchmarks.Site.Guard;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * Measures what a guard costs a service in a container. Asks the same service with and without it in turn, a second each,
 * so that a machine that grows slower slows both. Each runs in a JVM of its own and does nothing while it is not asked.
 */
record EndToEndPart(String name, Container container, List<Guard> guards, int pairs) implements Part {
    private static final int CONNECTIONS = 8;
    private static final int HEAP_GB = 1;
    private static final Duration WARM_UP = Duration.ofSeconds(10);
    private static final Duration SLICE = Duration.ofSeconds(1);
    private static final Duration SMOKE_SLICE = Duration.ofMillis(20);

    @Override
    public List<Row> measure(Profile profile) throws Exception {
        Map<Guard, AutoCloseable> sites = new EnumMap<>(Guard.class);
        Map<Guard, Load> loads = new EnumMap<>(Guard.class);
        try {
            for (Guard guard : guards) {
                int port = start(guard, profile, sites);
                loads.put(guard, new Load(port, CONNECTIONS));
            }
            return measure(profile, loads);
        } finally {
            for (Load load : loads.values()) {
                load.close();
            }
            for (AutoCloseable site : sites.values()) {
                site.close();
            }
        }
    }

    private List<Row> measure(Profile profile, Map<Guard, Load> loads) throws Exception {
        for (Map.Entry<Guard, Load> load : loads.entrySet()) {
            Progress.say(name + ": warming " + load.getKey());
            load.getValue().ask(profile.smokeOr(SMOKE_SLICE, WARM_UP));
        }
        int count = profile.smokeOr(1, pairs);
        Progress.say(name + ": " + count + " rounds");
        Map<Guard, List<Histogram>> answers = new EnumMap<>(Guard.class);
        for (int round = 0; round < count; round++) {
            for (int i = 0; i < guards.size(); i++) {
                // another one is first each time: none always follows the same
                Guard guard = guards.get((i + round) % guards.size());
                Load load = loads.get(guard);
                if (load != null) {
                    Histogram histogram = load.ask(profile.smokeOr(SMOKE_SLICE, SLICE));
                    answers.computeIfAbsent(guard, first -> new ArrayList<>()).add(histogram);
                }
            }
        }
        double seconds = profile.smokeOr(SMOKE_SLICE, SLICE).toMillis() / 1e3;
        return answers.entrySet().stream()
                .map(entry -> row(entry.getKey(), entry.getValue(), seconds))
                .toList();
    }

    private Row row(Guard guard, List<Histogram> slices, double seconds) {
        Histogram all = new Histogram(slices.get(0));
        slices.forEach(all::add);
        Map<String, Double> percentiles = new LinkedHashMap<>();
        for (double percentile : new double[] {50, 99, 99.9}) {
            percentiles.put(
                    "p" + (percentile == 99.9 ? "99.9" : Integer.toString((int) percentile)),
                    all.getValueAtPercentile(percentile) / 1e3);
        }
        percentiles.put("max", all.getMaxValue() / 1e3);
        Map<String, String> params = Map.of("container", container.name(), "guard", guard.name());
        List<List<Double>> throughputs = slices.stream()
                .map(slice -> List.of(slice.getTotalCount() / seconds))
                .toList();
        return new Row("EndToEnd", params, "requests/s", throughputs, percentiles);
    }

    /** Starts a service, notes how to end it, and returns its port. */
    private int start(Guard guard, Profile profile, Map<Guard, AutoCloseable> sites) throws Exception {
        if (profile == Profile.SMOKE) {
            Site site = container.start(guard);
            sites.put(guard, site::stop);
            return site.port();
        }
        Process process = ChildJvm.start(Site.class, HEAP_GB, container.name(), guard.name());
        sites.put(guard, () -> end(process));
        BufferedReader output =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        String port = output.readLine();
        if (port == null) {
            throw new IOException("the service did not start; see what it said above");
        }
        return Integer.parseInt(port);
    }

    private static void end(Process process) throws IOException, InterruptedException {
        process.getOutputStream().close();
        process.waitFor();
    }
}
