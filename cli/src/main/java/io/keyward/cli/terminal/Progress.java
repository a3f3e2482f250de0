package io.keyward.cli.terminal;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Shows a person at a terminal how far a command is, once it has run for a second. In a pipe it shows nothing.
 */
public final class Progress implements AutoCloseable {
    private static final long INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Terminal terminal;
    private final LongSupplier nanoTime;
    private long last;
    private int width;

    /** Begins now. */
    public Progress(Terminal terminal) {
        this(terminal, System::nanoTime);
    }

    Progress(Terminal terminal, LongSupplier nanoTime) {
        this.terminal = terminal;
        this.nanoTime = nanoTime;
        this.last = nanoTime.getAsLong();
    }

    /** Shows a text instead of the previous one, at most once a second. */
    public void show(Supplier<String> text) {
        if (!terminal.isInteractive() || nanoTime.getAsLong() - last < INTERVAL_NANOS) {
            return;
        }
        clear();
        last = nanoTime.getAsLong();
        String line = Terminal.oneLine(text.get());
        width = line.length();
        terminal.err().print("\r" + line);
        terminal.err().flush();
    }

    /** Removes the text, so other lines can be printed. */
    public void clear() {
        if (width > 0) {
            terminal.err().print("\r" + " ".repeat(width) + "\r");
            terminal.err().flush();
            width = 0;
        }
    }

    @Override
    public void close() {
        clear();
    }
}
