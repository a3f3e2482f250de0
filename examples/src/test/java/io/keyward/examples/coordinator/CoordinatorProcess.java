package io.keyward.examples.coordinator;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The packaged coordinator as its user starts it: {@code java -jar}, in a process of its own. */
final class CoordinatorProcess implements AutoCloseable {
    static final Path JAR = Path.of("target", "keyward-coordinator.jar").toAbsolutePath();
    private static final Pattern LISTENING = Pattern.compile("listening on (http://127\\.0\\.0\\.1:\\d+)");
    private static final int PATIENCE_SECONDS = 60;

    private final Process process;
    private final String printed;
    private final Path stderr;
    private final String url;

    private CoordinatorProcess(Process process, String printed, Path stderr, String url) {
        this.process = process;
        this.printed = printed;
        this.stderr = stderr;
        this.url = url;
    }

    /** Starts the service on a free port and waits until it says that it listens. */
    static CoordinatorProcess serving(Path envFile) throws IOException, InterruptedException {
        return serving(envFile, SharedClasses.options());
    }

    /** Starts the service as {@link #serving(Path)} does, in a virtual machine with these options. */
    static CoordinatorProcess serving(Path envFile, List<String> options) throws IOException {
        return listening(Map.of(), options, "-jar", JAR.toString(), "--env-file", envFile.toString(), "--port", "0");
    }

    /** Starts the service over a database on a free port and waits until it says that it listens. */
    static CoordinatorProcess servingDatabase(String url, String user, String password)
            throws IOException, InterruptedException {
        return listening(
                Map.of("KEYWARD_JDBC_PASSWORD", password),
                SharedClasses.options(),
                "-jar",
                JAR.toString(),
                "--jdbc-url",
                url,
                "--jdbc-user",
                user,
                "--port",
                "0");
    }

    /** Starts the demo on a free port and waits until it says that it listens. */
    static CoordinatorProcess demo(Path envFile) throws IOException, InterruptedException {
        return listening(
                Map.of(),
                SharedClasses.options(),
                "-cp",
                JAR.toString(),
                Demo.class.getName(),
                "--port=0",
                "--env-file=" + envFile);
    }

    private static CoordinatorProcess listening(Map<String, String> environment, List<String> options, String... args)
            throws IOException {
        Path stderr = Files.createTempFile("coordinator", ".err");
        ProcessBuilder builder = builder(stderr, options, args);
        builder.environment().putAll(environment);
        Process process = builder.start();
        BufferedReader stdout = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
        StringBuilder printed = new StringBuilder();
        for (String line = stdout.readLine(); line != null; line = stdout.readLine()) {
            printed.append(line).append('\n');
            Matcher listening = LISTENING.matcher(line);
            if (listening.find()) {
                return new CoordinatorProcess(process, printed.toString(), stderr, listening.group(1));
            }
        }
        throw new IllegalStateException("no service; stdout: " + printed + "; stderr: " + Files.readString(stderr));
    }

    /** Starts the service where it must refuse to start; returns exit code, standard output and standard error. */
    static Refusal refusing(String... args) throws IOException, InterruptedException {
        Path stderr = Files.createTempFile("coordinator", ".err");
        List<String> command = new ArrayList<>(List.of("-jar", JAR.toString()));
        command.addAll(List.of(args));
        Process process = builder(stderr, SharedClasses.options(), command.toArray(String[]::new))
                .start();
        String stdout = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertTrue(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS), "still running");
        return new Refusal(process.exitValue(), stdout, Files.readString(stderr));
    }

    private static ProcessBuilder builder(Path stderr, List<String> options, String... args) {
        String java = ProcessHandle.current().info().command().orElseThrow();
        List<String> command = new ArrayList<>(List.of(java));
        command.addAll(options);
        command.addAll(List.of(args));
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(stderr.toFile());
        Map<String, String> environment = builder.environment();
        environment.keySet().removeIf(name -> name.startsWith("KEYWARD_") || name.equals("APP_ENV"));
        return builder;
    }

    /** Returns what it printed up to the line that it listens. */
    String printed() {
        return printed;
    }

    String url() {
        return url;
    }

    String stderr() throws IOException {
        return Files.readString(stderr);
    }

    /** Stops the service as an operator does, by SIGTERM; returns its exit code. */
    int terminate() throws InterruptedException {
        process.destroy();
        assertTrue(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS), "did not stop on SIGTERM");
        return process.exitValue();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    /**
     * What a service that refused to start left behind.
     *
     * @param exitCode its exit code
     * @param stdout all of its standard output
     * @param stderr all of its standard error
     */
    record Refusal(int exitCode, String stdout, String stderr) {}
}
