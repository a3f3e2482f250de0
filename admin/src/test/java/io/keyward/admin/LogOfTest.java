package io.keyward.admin;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** Catches what is logged until it is closed: slf4j-simple writes to the standard error stream of the moment. */
final class LogOfTest implements AutoCloseable {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final PrintStream standard = System.err;

    LogOfTest() {
        System.setErr(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    }

    @Override
    public void close() {
        System.setErr(standard);
    }

    String text() {
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
