package io.keyward.config;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Runs programs of the machine. What a machine does not have leaves a test out, with one line that says what and why.
 */
public final class Machine {
    private static final long PATIENCE_SECONDS = 60;

    private Machine() {}

    /** Leaves a test out unless it runs as root. */
    public static void assumeRoot(String leftOut) throws IOException {
        assumeTrue(
                Files.exists(Path.of("/proc/self")) && (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid") == 0,
                "left out, since this is not root: " + leftOut);
    }

    /** Leaves a test out unless a program runs here and succeeds. */
    static void assumeRuns(String leftOut, String... command) throws InterruptedException {
        boolean runs;
        try {
            runs = run(command).code == 0;
        } catch (IOException none) {
            runs = false;
        }
        assumeTrue(runs, "left out, since `" + String.join(" ", command) + "` does not run here: " + leftOut);
    }

    static Outcome run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String text = new String(process.getInputStream().readAllBytes(), UTF_8);
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IOException("does not end: " + List.of(command));
        }
        return new Outcome(process.exitValue(), text);
    }

    record Outcome(int code, String text) {}
}
