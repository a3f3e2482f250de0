package io.keyward.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The packaged command as its user starts it, in a process of its own and in a directory of its own. */
final class Packaged {
    private static final Path JAR = Path.of("target", "keyward.jar").toAbsolutePath();
    private static final int PATIENCE_SECONDS = 120;

    private final Path directory;

    Packaged(Path directory) {
        this.directory = directory;
    }

    /** Runs the command with nothing on standard input. */
    Outcome run(String... args) throws IOException, InterruptedException {
        return runReading("", args);
    }

    Outcome runReading(String input, String... args) throws IOException, InterruptedException {
        return await(builder(command(args)), input);
    }

    /** Runs a shell line in which {@code "$@"} is the command with its arguments. */
    Outcome shell(String line, String... args) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("/bin/sh", "-c", line, "sh"));
        command.addAll(command(args));
        return await(builder(command), "");
    }

    /** Starts the command and does not wait; its output goes to a file. */
    Process start(File out, String... args) throws IOException, InterruptedException {
        return builder(command(args))
                .redirectOutput(out)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    private Outcome await(ProcessBuilder builder, String input) throws IOException, InterruptedException {
        Path out = Files.createTempFile("keyward", ".out");
        Path err = Files.createTempFile("keyward", ".err");
        try {
            Process process = builder.redirectOutput(out.toFile())
                    .redirectError(err.toFile())
                    .start();
            try (OutputStream in = process.getOutputStream()) {
                in.write(input.getBytes(UTF_8));
            } catch (IOException closedAlready) {
                // A command that reads nothing may have ended.
                assertTrue(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS), "still running");
            }
            assertTrue(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS), "still running");
            return new Outcome(process.exitValue(), Files.readString(out), Files.readString(err));
        } finally {
            Files.delete(out);
            Files.delete(err);
        }
    }

    private ProcessBuilder builder(List<String> command) {
        ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("KEYWARD_") || name.equals("APP_ENV"));
        builder.environment().put("LC_ALL", "C.UTF-8");
        return builder;
    }

    private static List<String> command(String... args) throws IOException, InterruptedException {
        String java = ProcessHandle.current().info().command().orElseThrow();
        List<String> command = new ArrayList<>(List.of(java, "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
        command.addAll(SharedClasses.options());
        command.addAll(List.of("-jar", JAR.toString()));
        command.addAll(List.of(args));
        return command;
    }
}
