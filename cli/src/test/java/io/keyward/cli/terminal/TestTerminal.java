package io.keyward.cli.terminal;

import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Creates terminals whose output is a screen if a person is there to be asked. */
public final class TestTerminal {
    private TestTerminal() {}

    public static Terminal of(
            InputStream in,
            OutputStream out,
            PrintStream err,
            Map<String, String> environment,
            @Nullable Function<String, char[]> prompt,
            boolean discardsOutput) {
        return new Terminal(in, out, err, environment, prompt, discardsOutput, new ReentrantLock(), prompt != null);
    }
}
