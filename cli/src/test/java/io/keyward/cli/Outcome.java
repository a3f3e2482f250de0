package io.keyward.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.keyward.cli.terminal.Terminal;
import io.keyward.cli.terminal.TestTerminal;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.List;
import java.util.Map;

/** What a run of the command within this process gave. */
public record Outcome(int exitCode, String out, String err) {
    /** Runs the command with nothing on standard input. */
    public static Outcome of(String... args) {
        return reading("", args);
    }

    /** Runs the command with this text on standard input. */
    public static Outcome reading(String input, String... args) {
        return reading(input.getBytes(UTF_8), args);
    }

    public static Outcome reading(byte[] input, String... args) {
        return in(Map.of(), input, args);
    }

    /** Runs the command with these environment variables. */
    public static Outcome in(Map<String, String> environment, byte[] input, String... args) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Terminal terminal = TestTerminal.of(
                new ByteArrayInputStream(input), out, new PrintStream(err, true, UTF_8), environment, null, false);
        int exitCode = Main.run(List.of(args), terminal);
        return new Outcome(exitCode, out.toString(UTF_8), err.toString(UTF_8));
    }
}
