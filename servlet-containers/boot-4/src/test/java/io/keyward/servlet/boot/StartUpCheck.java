package io.keyward.servlet.boot;

import com.sun.management.OperatingSystemMXBean;
import io.keyward.KeyHasher;
import io.keyward.spring.boot.KeywardAutoConfiguration;
import io.keyward.testing.ThrowAwayKeys;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Measures what the auto-configuration adds to the CPU time that the start of an application takes, each start in a JVM of its
 * own, with and without it in turn: 28 starts.
 *
 * <p>A program, not a test: its figures depend on the machine. After {@code mvn test-compile}, in this module:
 *
 * <pre>
 * mvn dependency:build-classpath -Dmdep.outputFile=target/class-path
 * java -cp target/test-classes:$(cat target/class-path) io.keyward.servlet.boot.StartUpCheck
 * </pre>
 */
public final class StartUpCheck {
    private static final int ROUNDS = 7;
    private static final List<String> THERE_AND_BACK = List.of("without", "with", "with", "without");

    private StartUpCheck() {}

    /** Runs every start, or the one that the argument names. */
    public static void main(String[] args) throws Exception {
        if (args.length == 1) {
            start(args[0].equals("with"));
            return;
        }
        Map<String, List<Long>> starts = new TreeMap<>();
        List<Double> ratios = new ArrayList<>();
        for (int round = 0; round < ROUNDS; round++) {
            Map<String, Long> both = new TreeMap<>();
            for (String how : THERE_AND_BACK) {
                long millis = millisOf(how);
                starts.computeIfAbsent(how, first -> new ArrayList<>()).add(millis);
                both.merge(how, millis, Long::sum);
            }
            ratios.add((double) both.get("with") / both.get("without"));
        }
        starts.forEach((how, millis) -> System.out.printf("CPU time until started, %s: %s ms%n", how, spread(millis)));
        System.out.printf("with / without, two starts each: %s%n", spread(ratios));
    }

    private static <N extends Number & Comparable<N>> String spread(List<N> values) {
        List<N> sorted = values.stream().sorted().toList();
        return String.format(
                Locale.ROOT,
                "%.2f (%.2f to %.2f)",
                sorted.get(sorted.size() / 2).doubleValue(),
                sorted.get(0).doubleValue(),
                sorted.get(sorted.size() - 1).doubleValue());
    }

    private static long millisOf(String how) throws IOException, InterruptedException {
        Process jvm = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Dorg.springframework.boot.logging.LoggingSystem=none",
                        "-cp",
                        System.getProperty("java.class.path"),
                        StartUpCheck.class.getName(),
                        how)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String said = new String(jvm.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        jvm.waitFor();
        String line = said.lines()
                .filter(text -> text.startsWith("started "))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(said));
        return Long.parseLong(line.substring("started ".length()));
    }

    private static void start(boolean with) {
        List<String> settings = new ArrayList<>(List.of("--keyward.otherwise=authenticated"));
        for (int i = 0; i < 10; i++) {
            settings.add("--keyward.keys.key" + i + ".hash="
                    + KeyHasher.sha256().hash(ThrowAwayKeys.newKey()).reveal());
        }
        if (!with) {
            settings.add("--spring.autoconfigure.exclude=" + KeywardAutoConfiguration.class.getName());
        }
        RunningApplication.start(ActuatorTest.Application.class, settings.toArray(String[]::new));
        long nanos = ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime();
        System.out.println("started " + nanos / 1_000_000);
        System.exit(0);
    }
}
