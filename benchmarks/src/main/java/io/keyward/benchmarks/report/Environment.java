package io.keyward.benchmarks.report;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Where and of what something was measured. Holds no name of a machine or a person.
 *
 * @param commit of the sources; with {@code +} behind it if they were changed since
 * @param cpu its model, and whether it is a virtual one
 * @param cpus how many
 * @param memoryGb of the machine
 * @param os name and version
 * @param jdk vendor and version
 * @param load the load average of a minute when the measurement began: what else was running
 */
record Environment(String commit, String cpu, int cpus, long memoryGb, String os, String jdk, double load) {
    static Environment here() {
        OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        return new Environment(
                commitHere(),
                cpuHere(),
                system.getAvailableProcessors(),
                Math.round(system.getTotalMemorySize() / 1e9),
                System.getProperty("os.name") + " " + System.getProperty("os.version") + " "
                        + System.getProperty("os.arch"),
                System.getProperty("java.vendor") + " " + Runtime.version(),
                system.getSystemLoadAverage());
    }

    /** Tells whether a result of the other environment is one of these sources. */
    boolean isSameSource(Environment other) {
        return commit.equals(other.commit) && !commit.endsWith("+") && !commit.isEmpty();
    }

    private static String commitHere() {
        String commit = git("rev-parse", "--short=12", "HEAD");
        // neither the results nor the report change what is measured
        String changes = git("status", "--porcelain", "--", ".", ":!docs", ":!benchmarks/results", ":!CHANGELOG.md");
        return changes.isEmpty() ? commit : commit + "+";
    }

    private static String git(String... arguments) {
        List<String> command =
                Stream.concat(Stream.of("git"), Stream.of(arguments)).toList();
        try {
            Process process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        } catch (IOException noGit) {
            return "";
        }
    }

    private static String cpuHere() {
        Path file = Path.of("/proc/cpuinfo");
        if (!Files.isReadable(file)) {
            return System.getProperty("os.arch");
        }
        try {
            List<String> lines = Files.readAllLines(file);
            String model = lines.stream()
                    .filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse(System.getProperty("os.arch"));
            boolean virtual = lines.stream().anyMatch(line -> line.startsWith("flags") && line.contains(" hypervisor"));
            return virtual ? model + ", virtual" : model;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
