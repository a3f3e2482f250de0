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
import org.springframework.boot.Banner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.core.io.DefaultResourceLoader;

/**
 * Measures what the auto-configuration adds to the CPU time that the start of an application takes, each start in a JVM of its
 * own, with and without it in turn.
 *
 * <p>A program, not a test: its figures depend on the machine. Run it with the test class path of this module.
 */
public final class StartUpCheck {
    private static final int ROUNDS = 7;

    private StartUpCheck() {}

    /** Runs every start, or the one that the argument names. */
    public static void main(String[] args) throws Exception {
        if (args.length == 1) {
            start(args[0].equals("with"));
            return;
        }
        List<Long> with = new ArrayList<>();
        List<Long> without = new ArrayList<>();
        for (int round = 0; round < ROUNDS; round++) {
            without.add(millisOf("without"));
            with.add(millisOf("with"));
        }
        long a = median(without);
        long b = median(with);
        System.out.printf("CPU time until started: without %d ms, with %d ms, ratio %.3f%n", a, b, (double) b / a);
    }

    private static long median(List<Long> millis) {
        return millis.stream().sorted().toList().get(millis.size() / 2);
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
        SpringApplication boot = new SpringApplication(
                new DefaultResourceLoader(new FilteredClassLoader("org.springframework.security", "org.eclipse.jetty")),
                ActuatorTest.Application.class);
        boot.setBannerMode(Banner.Mode.OFF);
        List<String> settings = new ArrayList<>(List.of("--server.port=0", "--keyward.otherwise=authenticated"));
        for (int i = 0; i < 10; i++) {
            settings.add("--keyward.keys.key" + i + ".hash="
                    + KeyHasher.sha256().hash(ThrowAwayKeys.newKey()).reveal());
        }
        if (!with) {
            settings.add("--spring.autoconfigure.exclude=" + KeywardAutoConfiguration.class.getName());
        }
        boot.run(settings.toArray(String[]::new));
        long nanos = ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime();
        System.out.println("started " + nanos / 1_000_000);
        System.exit(0);
    }
}
