package io.keyward.benchmarks.report;

import io.keyward.benchmarks.Guard;
import io.keyward.benchmarks.Load;
import io.keyward.benchmarks.ProcessorTime;
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
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;

/**
 * Measures what a guard costs a service in a container.
 *
 * <p>Throughput on a few shared processors cannot tell some per cent. So each slice also notes the processor time that the
 * process of the service took for a request, and what its threads allocated. What else differs between two services is kept
 * out in three ways:
 *
 * <ul>
 *   <li>A round asks the same services with each guard in turn, a fifth of a second each, and then once more in the reverse
 *       order: a machine that grows slower slows all of them. A service that is not asked does nothing.
 *   <li>Two JVMs that run the same code differ by some per cent for as long as they live, because their compilers decided
 *       differently. So all services start again in new JVMs after some rounds.
 *   <li>The guards include {@link Guard#NONE} twice. The difference between the two is the resolution of the measure.
 * </ul>
 *
 * <p>Slices are as long as each other in time, not in requests: with a fixed number of them the last connection would be alone
 * at the end.
 *
 * @param rounds of each set of services; there are as many sets as the profile has rounds
 */
record EndToEndPart(String name, Container container, List<Guard> guards, int rounds) implements Part {
    /** The name of the figure that says how many JVMs the rounds are spread over. */
    static final String JVMS = "jvms";

    private static final int CONNECTIONS = 8;
    private static final List<String> HEAP = ChildJvm.heap(1);
    private static final Duration WARM_UP = Duration.ofSeconds(5);
    private static final Duration START = Duration.ofSeconds(2);
    private static final Duration SLICE = Duration.ofMillis(200);
    private static final Duration SMOKE_SLICE = Duration.ofMillis(20);

    @Override
    public Optional<Duration> expected(Profile profile) {
        Duration guard = START.plus(WARM_UP).plus(SLICE.multipliedBy(2L * rounds));
        return Optional.of(guard.multipliedBy((long) guards.size() * profile.rounds));
    }

    @Override
    public List<Row> measure(Profile profile) throws Exception {
        Map<Guard, List<Slice>> slices = new EnumMap<>(Guard.class);
        for (int set = 1; set <= profile.rounds; set++) {
            Progress.say(name + ": services " + set + " of " + profile.rounds);
            measure(profile, slices);
        }
        return slices.entrySet().stream()
                .flatMap(entry -> rows(entry.getKey(), entry.getValue(), profile.rounds))
                .toList();
    }

    /** Starts a set of services, asks them, and adds what they spent. */
    private void measure(Profile profile, Map<Guard, List<Slice>> slices) throws Exception {
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
            for (Load load : loads.values()) {
                load.ask(profile.smokeOr(SMOKE_SLICE, WARM_UP));
            }
            Duration time = profile.smokeOr(SMOKE_SLICE, SLICE);
            for (int round = 0; round < profile.smokeOr(1, rounds); round++) {
                for (Guard guard : Part.thereAndBack(guards)) {
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
        } finally {
            for (Load load : loads.values()) {
                load.close();
            }
            for (Service service : services.values()) {
                service.stop();
            }
        }
    }

    private Stream<Row> rows(Guard guard, List<Slice> slices, int jvms) {
        Histogram all = new Histogram(slices.get(0).answers);
        slices.forEach(slice -> all.add(slice.answers));
        Map<String, Double> percentiles = new LinkedHashMap<>();
        for (double percentile : new double[] {50, 99, 99.9}) {
            percentiles.put(
                    "p" + (percentile == 99.9 ? "99.9" : Integer.toString((int) percentile)),
                    all.getValueAtPercentile(percentile) / 1e3);
        }
        percentiles.put("max", all.getMaxValue() / 1e3);
        Map<String, Double> jvmCount = Map.of(JVMS, (double) jvms);
        percentiles.putAll(jvmCount);
        return Stream.of(
                row("EndToEnd", guard, "requests/s", slices, Slice::throughput, percentiles),
                row("EndToEnd.cpu", guard, "ns/request", slices, Slice::cpuNanos, jvmCount),
                row("EndToEnd.allocated", guard, "B/request", slices, Slice::bytes, jvmCount));
    }

    private Row row(
            String what,
            Guard guard,
            String unit,
            List<Slice> slices,
            ToDoubleFunction<Slice> figure,
            Map<String, Double> extras) {
        Map<String, String> params = Map.of("container", container.name(), "guard", guard.name());
        List<List<Double>> figures = new ArrayList<>();
        for (int i = 0; i < slices.size(); i += 2) {
            figures.add(List.of(figure.applyAsDouble(slices.get(i)), figure.applyAsDouble(slices.get(i + 1))));
        }
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

    private record InThisJvm(Site site, ProcessorTime time) implements Service {
        static Service start(Container container, Guard guard) throws Exception {
            return new InThisJvm(container.start(guard), new ProcessorTime());
        }

        @Override
        public int port() {
            return site.port();
        }

        @Override
        public Spent spent() throws IOException {
            return Spent.soFar(time);
        }

        @Override
        public void stop() throws Exception {
            site.stop();
        }
    }

    private record InItsOwnJvm(Process process, BufferedReader output, int port) implements Service {
        static Service start(Container container, Guard guard) throws Exception {
            Process process = ChildJvm.start(Site.class, HEAP, container.name(), guard.name());
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
