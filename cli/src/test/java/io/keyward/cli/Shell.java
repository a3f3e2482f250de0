package io.keyward.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A shell of a person at a machine of their own, with the packaged command on its path. */
final class Shell {
    /**
     * Where the command and its stand-ins are, and not a copy: a program that was just written cannot be started while a
     * process that another test starts at the same moment still has it open.
     */
    private static final List<Path> PROGRAMS = List.of(
            Path.of("src", "main", "sh").toAbsolutePath(),
            Path.of("src", "test", "sh").toAbsolutePath());

    private static final int PATIENCE_SECONDS = 120;

    /** A command of keyward alone, in whose words a shell has nothing to do but to take off single quotes. */
    private static final Pattern PLAIN_COMMAND =
            Pattern.compile("\\s*keyward(?: +(?:'[^']*'|[^'\"\\s|&;<>()$`\\\\*?\\[#])+)+");

    private static final Pattern WORD = Pattern.compile("'([^']*)'|\\S+");

    private final Path home;
    private final Map<String, String> environment;

    private Shell(Path home, Map<String, String> environment) {
        this.home = home;
        this.environment = environment;
    }

    /** Returns the shell of a person whose home directory this is, which is made. */
    static Shell at(Path home) throws IOException, InterruptedException {
        Files.createDirectories(home);
        Map<String, String> environment = new HashMap<>(System.getenv());
        environment.keySet().removeIf(name -> name.startsWith("KEYWARD_") || name.startsWith("XDG_"));
        environment.remove("APP_ENV");
        environment.put("HOME", home.toString());
        environment.put("PATH", PROGRAMS.get(0) + ":" + PROGRAMS.get(1) + ":" + System.getenv("PATH"));
        environment.put("JAVA_HOME", System.getProperty("java.home"));
        environment.put("LC_ALL", "C.UTF-8");
        environment.put("JAVA_OPTS", String.join(" ", SharedClasses.options()));
        return new Shell(home, environment);
    }

    Path home() {
        return home;
    }

    /** Sets a variable of the environment. */
    void set(String variable, String value) {
        environment.put(variable, value);
    }

    /** Runs lines in the home directory, as far as all of them succeed. */
    Outcome run(String lines) throws IOException, InterruptedException {
        return gives("", lines);
    }

    /** Runs lines as {@link #run} does, with a text on standard input. */
    Outcome gives(String input, String lines) throws IOException, InterruptedException {
        Path out = Files.createTempFile(home, "out", "");
        Path err = Files.createTempFile(home, "err", "");
        // in a file: an argument would be encoded as this JVM's locale says, in which not every character exists
        Path script = Files.writeString(Files.createTempFile(home, "script", ""), lines);
        ProcessBuilder builder = new ProcessBuilder("bash", "-euo", "pipefail", script.toString())
                .directory(home.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().clear();
        builder.environment().putAll(environment);
        try {
            Process process = builder.start();
            write(input, process);
            assertTrue(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS), "still running");
            return new Outcome(process.exitValue(), Files.readString(out), Files.readString(err));
        } finally {
            Files.delete(script);
            Files.delete(out);
            Files.delete(err);
        }
    }

    /**
     * Runs lines as {@link #gives} does, but within this process where every line is a plain command. A file of the home
     * directory is known by its dot, or because it exists.
     */
    Outcome givesInProcess(String input, String lines) throws IOException, InterruptedException {
        List<String> commands = lines.strip().lines().toList();
        if (!commands.stream()
                .allMatch(command -> PLAIN_COMMAND.matcher(command).matches())) {
            return gives(input, lines);
        }
        StringBuilder out = new StringBuilder();
        StringBuilder err = new StringBuilder();
        int exitCode = 0;
        String left = input;
        for (String command : commands) {
            if (exitCode == 0) {
                Outcome outcome =
                        Outcome.in(Map.of("HOME", home.toString()), left.getBytes(UTF_8), argumentsOf(command));
                left = "";
                out.append(outcome.out());
                err.append(outcome.err());
                exitCode = outcome.exitCode();
            }
        }
        return new Outcome(exitCode, out.toString(), err.toString());
    }

    /** Returns the arguments of a plain command, with files of the home directory by their full paths. */
    private String[] argumentsOf(String command) {
        return words(command).skip(1).map(this::expanded).toArray(String[]::new);
    }

    private String expanded(String word) {
        if (word.startsWith("~/")) {
            return home + word.substring(1);
        }
        boolean isFile = word.startsWith(".") || (!word.isEmpty() && Files.exists(home.resolve(word)));
        return isFile ? home.resolve(word).toString() : word;
    }

    /** Returns the words of a plain command, without their quotes. */
    static Stream<String> words(String command) {
        return WORD.matcher(command).results().map(word -> word.group(1) == null ? word.group() : word.group(1));
    }

    private static void write(String input, Process process) throws InterruptedException {
        try (OutputStream in = process.getOutputStream()) {
            in.write(input.getBytes(UTF_8));
        } catch (IOException closedAlready) {
            // What reads nothing may have ended before it was written to.
            assertTrue(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS), "still running");
        }
    }
}
