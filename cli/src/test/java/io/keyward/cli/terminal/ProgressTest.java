package io.keyward.cli.terminal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Issue 18: what takes longer than a second shows how far it is, to a person only. */
class ProgressTest {
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final AtomicLong nanos = new AtomicLong();

    private Progress progress(Function<String, char[]> person) {
        Terminal terminal = TestTerminal.of(
                new ByteArrayInputStream(new byte[0]),
                OutputStream.nullOutputStream(),
                new PrintStream(err, true, UTF_8),
                Map.of(),
                person,
                false);
        return new Progress(terminal, nanos::get);
    }

    private void after(long millis) {
        nanos.addAndGet(TimeUnit.MILLISECONDS.toNanos(millis));
    }

    @Test
    @DisplayName("issue 18 shows nothing in the first second, then one line, and removes it")
    void showsFromTheFirstSecondOn() {
        try (Progress progress = progress(question -> new char[0])) {
            after(999);
            progress.show(() -> "1 of 9");
            assertEquals("", err.toString(UTF_8));
            after(1);
            progress.show(() -> "2 of 9");
            progress.show(() -> "3 of 9");
            assertEquals("\r2 of 9", err.toString(UTF_8));
            after(1000);
            progress.show(() -> "4 of 9");
        }
        assertEquals("\r2 of 9\r      \r\r4 of 9\r      \r", err.toString(UTF_8));
    }

    @Test
    @DisplayName("issue 18 shows nothing in a pipe")
    void showsNothingInAPipe() {
        try (Progress progress = progress(null)) {
            after(5000);
            progress.show(() -> "1 of 9");
        }
        assertEquals("", err.toString(UTF_8));
    }
}
