package io.keyward.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.keyward.cli.terminal.Terminal;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/** A person at a machine of their own, as far as the command sees them: a home directory. */
public record Holder(Path home) {
    /** Runs the command with nothing on standard input. */
    public Outcome runs(String... args) {
        return gives("", args);
    }

    /** Runs the command with this text on standard input. */
    public Outcome gives(String input, String... args) {
        return run(input, false, args);
    }

    /** Runs the command with its output on a screen. */
    public Outcome atTerminal(String... args) {
        return run("", true, args);
    }

    private Outcome run(String input, boolean showsOutput, String... args) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Terminal terminal = new Terminal(
                new ByteArrayInputStream(input.getBytes(UTF_8)),
                out,
                new PrintStream(err, true, UTF_8),
                Map.of("HOME", home.toString()),
                null,
                false,
                new ReentrantLock(),
                showsOutput);
        int exitCode = Main.run(List.of(args), terminal);
        return new Outcome(exitCode, out.toString(UTF_8), err.toString(UTF_8));
    }

    public Path credentials() {
        return home.resolve(".config/keyward/credentials.toml");
    }

    public String stored() throws IOException {
        return Files.readString(credentials());
    }
}
