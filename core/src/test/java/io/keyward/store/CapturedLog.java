package io.keyward.store;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Catches what a test logs: slf4j-simple writes to the standard error stream of the moment. */
public final class CapturedLog implements AfterEachCallback {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final PrintStream standard = System.err;

    /** Starts at once: what the fields of a test log is of the test too. */
    public CapturedLog() {
        System.setErr(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    }

    @Override
    public void afterEach(ExtensionContext context) {
        System.setErr(standard);
    }

    public String text() {
        return bytes.toString(StandardCharsets.UTF_8);
    }

    public List<String> lines() {
        return text().lines().toList();
    }
}
