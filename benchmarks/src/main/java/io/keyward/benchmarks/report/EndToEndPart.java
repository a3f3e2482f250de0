package io.keyward.benchmarks.report;

import io.keyward.benchmarks.Guard;
import io.keyward.benchmarks.Load;
import io.keyward.benchmarks.Site;
import io.keyward.benchmarks.Site.Container;
import io.keyward.benchmarks.Spent;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;

/**
 * Measures what a guard costs a service in a container. Asks the same service with each guard in turn, a quarter of a
 * second each, so that a machine that grows slower slows all of them. Each runs in a JVM of its own and does nothing while
 * it is not asked.
 *
 * <p>Throughput on a few shared processors cannot tell some per cent. So each slice also notes the processor time that the
 * process of the service took for a request, and what its threads allocated.
 */
record EndToEndPart(String name, Container container, List<Guard> guards, int rounds) implements Part {
    private static final int CONNECTIONS = 8;
    private static final int HEAP_GB = 1;
    private static final Duration WARM_UP = Duration.ofSeconds(10);
    private static final Duration SLICE = Duration.ofMillis(250);
    private static final Duration SMOKE_SLICE = Duration.ofMillis(20);

    @Override
    public List<Row> measure(Profile profile) throws Exception {
        Map<Guard, Service> services = new EnumMap<>(Guard.class);
        Map<Guard, Load> loads = new EnumMap<>(Guard.class);
        try {
            for (Guard guard : guards) {
                Service service = profile == Profile.SMOKE
                        ? InThisJvm.start(container, guard)
                        : InItsOwnJvm.start(container, guard);
                services.put(guard, service);
                loads.put(guard, new Load(service.port(), CONNECTIONS));
            }
            return measure(profile, services, loads);
        } finally {
            for (Load load : loads.values()) {
                load.close();
            }
            for (Service service : services.values()) {
                service.stop();
            }
        }
    }

    private List<Row> measure(Profile profile, Map<Guard, Service> services, Map<Guard, Load> loads) throws Exception {
        for (Map.Entry<Guard, Load> load : loads.entrySet()) {
            Progress.say(name + ": warming " + load.getKey());
            load.getValue().ask(profile.smokeOr(SMOKE_SLICE, WARM_UP));
        }
        int count = profile.smokeOr(1, rounds);
        Duration time = profile.smokeOr(SMOKE_SLICE, SLICE);
        Progress.say(name + ": " + count + " rounds");
        Map<Guard, List<Slice>> slices = new EnumMap<>(Guard.class);
        for (int round = 0; round < count; round++) {
            for (int i = 0; i < guards.size(); i++) {
                // another one is first each time: none always follows the same
                Guard guard = guards.get((i + round) % guards.size());
                Load load = loads.get(guard);
                Service service = services.get(guard);
                if (load != null && service != null) {
                    Spent before = service.spent();
                    Histogram answers = load.ask(time);
                    slices.computeIfAbsent(guard, first -> new ArrayList<>())
                            .add(new Slice(answers, service.spent().since(before), time));
                }
            }
        }
        return slices.entrySet().stream()
                .flatMap(entry -> rows(entry.getKey(), entry.getValue()))
                .toList();
    }

    private Stream<Row> rows(Guard guard, List<Slice> slices) {
        Histogram all = new Histogram(slices.get(0).answers);
        slices.forEach(slice -> all.add(slice.answers));
        Map<String, Double> percentiles = new LinkedHashMap<>();
        for (double percentile : new double[] {50, 99, 99.9}) {
            percentiles.put(
                    "p" + (percentile == 99.9 ? "99.9" : Integer.toString((int) percentile)),
                    all.getValueAtPercentile(percentile) / 1e3);
        }
        percentiles.put("max", all.getMaxValue() / 1e3);
        return Stream.of(
                row("EndToEnd", guard, "requests/s", slices, Slice::throughput, percentiles),
                row("EndToEnd.cpu", guard, "ns/request", slices, Slice::cpuNanos, Map.of()),
                row("EndToEnd.allocated", guard, "B/request", slices, Slice::bytes, Map.of()));
    }

    private Row row(
            String what,
            Guard guard,
            String unit,
            List<Slice> slices,
            ToDoubleFunction<Slice> figure,
            Map<String, Double> extras) {
        Map<String, String> params = Map.of("container", container.name(), "guard", guard.name());
        List<List<Double>> figures = slices.stream()
                .map(slice -> List.of(figure.applyAsDouble(slice)))
                .toList();
        return new Row(what, params, unit, figures, extras);
    }

    private record Slice(Histogram answers, Spent spent, Duration time) {
        double throughput() {
            return answers.getTotalCount() * 1e3 / time.toMillis();
        }

        double cpuNanos() {
            return (double) spent.cpuNanos() / answers.getTotalCount();
        }

        double bytes() {
            return (double) spent.bytes() / answers.getTotalCount();
        }
    }

    /** A service that runs. */
    private interface Service {
        int port();

        Spent spent() throws IOException;

        void stop() throws Exception;
    }

    private record InThisJvm(Site site) implements Service {
        static Service start(Container container, Guard guard) throws Exception {
            return new InThisJvm(container.start(guard));
        }

        @Override
        public int port() {
            return site.port();
        }

        @Override
        public Spent spent() {
            return Spent.soFar();
        }

        @Override
        public void stop() throws Exception {
            site.stop();
        }
    }

    private record InItsOwnJvm(Process process, BufferedReader output, int port) implements Service {
        static Service start(Container container, Guard guard) throws Exception {
            Process process = ChildJvm.start(Site.class, HEAP_GB, container.name(), guard.name());
            BufferedReader output =
                    new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.US_ASCII));
            return new InItsOwnJvm(process, output, Integer.parseInt(answer(output)));
        }

        @Override
        public Spent spent() throws IOException {
            OutputStream input = process.getOutputStream();
            input.write('\n');
            input.flush();
            return Spent.parse(answer(output));
        }

        private static String answer(BufferedReader output) throws IOException {
            String line = output.readLine();
            if (line == null) {
                throw new IOException("the service has ended; see what it said above");
            }
            return line;
        }

        @Override
        public void stop() throws Exception {
            process.getOutputStream().close();
            process.waitFor();
        }
    }
}
