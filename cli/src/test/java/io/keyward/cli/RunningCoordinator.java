package io.keyward.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The packaged coordinator of the examples in a process of its own, on a free port, following a key file. */
final class RunningCoordinator implements AutoCloseable {
    /** Ten times the poll interval that the configuration adapter states, for a machine with other work to do. */
    static final Duration RELOAD_BOUND = Duration.ofSeconds(50);

    private static final Path BUILD =
            Path.of("..", "examples", "target").toAbsolutePath().normalize();
    private static final Path JAR = BUILD.resolve("keyward-coordinator.jar");
    /** The classes that a coordinator loads: the tests of the examples leave this archive, if they run before. */
    private static final Path CLASSES = BUILD.resolve("coordinator-" + Runtime.version() + ".jsa");

    private static final Pattern LISTENING = Pattern.compile("listening on (http://127\\.0\\.0\\.1:\\d+)");

    private final Process process;
    private final String url;

    private RunningCoordinator(Process process, String url) {
        this.process = process;
        this.url = url;
    }

    /**
     * Returns the options of a virtual machine for a service that answers a few requests: no second collector thread, no
     * second compiler, and classes from the archive.
     */
    static List<String> options() {
        List<String> options = new ArrayList<>(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
        if (Files.exists(CLASSES)) {
            options.addAll(List.of("-Xshare:auto", "-Xlog:disable", "-XX:SharedArchiveFile=" + CLASSES));
        }
        return options;
    }

    static RunningCoordinator serving(Path envFile) throws IOException {
        return start(null, "--env-file", envFile.toString());
    }

    /** Starts it in a directory, whose {@code .env} it reads. */
    static RunningCoordinator in(Path directory) throws IOException {
        return start(directory);
    }

    private static RunningCoordinator start(@Nullable Path directory, String... options) throws IOException {
        if (!Files.exists(JAR)) {
            throw new IllegalStateException("the coordinator is not built: " + JAR);
        }
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(options());
        command.addAll(List.of("-jar", JAR.toString(), "--port", "0"));
        command.addAll(List.of(options));
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD);
        if (directory != null) {
            builder.directory(directory.toFile());
        }
        builder.environment().keySet().removeIf(name -> name.startsWith("KEYWARD_") || name.equals("APP_ENV"));
        Process process = builder.start();
        BufferedReader out = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            Matcher listening = LISTENING.matcher(line);
            if (listening.find()) {
                return new RunningCoordinator(process, listening.group(1));
            }
        }
        throw new IllegalStateException("the coordinator did not start");
    }

    /** Waits before a question about a change of the file is asked again. */
    static void pause() throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(50);
    }

    long pid() {
        return process.pid();
    }

    String url() {
        return url;
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
