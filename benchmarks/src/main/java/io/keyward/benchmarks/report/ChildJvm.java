package io.keyward.benchmarks.report;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Starts another JVM of the same JDK and class path, so that what is measured there meets nothing compiled for others.
 */
final class ChildJvm {
    private ChildJvm() {}

    /**
     * Returns the arguments for a heap that is all there: else who makes garbage would be charged for its page faults.
     */
    static List<String> heap(int gigabytes) {
        return List.of("-Xms" + gigabytes + "g", "-Xmx" + gigabytes + "g", "-XX:+AlwaysPreTouch");
    }

    /** Starts a main class; what it says on standard error goes to ours. */
    static Process start(Class<?> main, int heapGb, String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(heap(heapGb));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    /** Runs a main class that prints a line {@code name=number} for each figure. */
    static Map<String, Double> figures(Class<?> main, int heapGb, String... arguments)
            throws IOException, InterruptedException {
        Process process = start(main, heapGb, arguments);
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int code = process.waitFor();
        if (code != 0) {
            throw new IllegalStateException(main.getSimpleName() + " ended with exit code " + code);
        }
        Map<String, Double> figures = new LinkedHashMap<>();
        output.lines().forEach(line -> {
            String[] figure = line.split("=", 2);
            figures.put(figure[0], Double.valueOf(figure[1]));
        });
        return figures;
    }
}
