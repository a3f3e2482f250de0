package io.keyward.benchmarks.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Starts another JVM of the same JDK and class path, so that what is measured there meets nothing compiled for others.
 */
final class ChildJvm {
    /** Longer than anything takes that works. */
    private static final Duration LONGEST = Duration.ofMinutes(10);

    private ChildJvm() {}

    /**
     * Returns the arguments for a heap that is all there: else who makes garbage would be charged for its page faults.
     */
    static List<String> heap(int gigabytes) {
        return List.of("-Xms" + gigabytes + "g", "-Xmx" + gigabytes + "g", "-XX:+AlwaysPreTouch");
    }

    /** Starts a main class; what it says on standard error goes to ours. */
    static Process start(Class<?> main, List<String> jvmArguments, String... arguments) throws IOException {
        return builder(main, jvmArguments, arguments)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    private static ProcessBuilder builder(Class<?> main, List<String> jvmArguments, String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(jvmArguments);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command);
    }

    /**
     * Runs a main class that prints a line {@code name=number} for each figure.
     *
     * @throws IOException if it fails, with the line that says why, or if it does not end
     */
    static Map<String, Double> figures(Class<?> main, List<String> jvmArguments, String... arguments)
            throws IOException, InterruptedException {
        Path output = Files.createTempFile("figures", ".txt");
        Path errors = Files.createTempFile("figures", ".err");
        try {
            Process process = builder(main, jvmArguments, arguments)
                    .redirectOutput(output.toFile())
                    .redirectError(errors.toFile())
                    .start();
            boolean ended = process.waitFor(LONGEST.toSeconds(), TimeUnit.SECONDS);
            if (!ended) {
                // a database that it started would go on without it
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly().waitFor();
            }
            List<String> said = Files.readAllLines(errors);
            said.forEach(System.err::println);
            if (!ended) {
                throw new IOException("not done after " + LONGEST.toMinutes() + " minutes");
            }
            if (process.exitValue() != 0) {
                throw new IOException(said.stream()
                        .filter(line -> line.startsWith("Exception in thread"))
                        .map(line -> line.replaceFirst("Exception in thread \"[^\"]*\" ", ""))
                        .findFirst()
                        .orElse(main.getSimpleName() + " ended with exit code " + process.exitValue()));
            }
            return figures(Files.readAllLines(output));
        } finally {
            Files.delete(output);
            Files.delete(errors);
        }
    }

    private static Map<String, Double> figures(List<String> lines) {
        Map<String, Double> figures = new LinkedHashMap<>();
        lines.forEach(line -> {
            String[] figure = line.split("=", 2);
            figures.put(figure[0], Double.valueOf(figure[1]));
        });
        return figures;
    }
}
