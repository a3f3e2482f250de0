package io.keyward.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** An operator of one key file, within this process. */
record Operator(Path file, Map<String, String> environment) {
    Operator(Path file) {
        this(file, Map.of());
    }

    /** Returns the same operator with one more environment variable. */
    Operator with(String name, String value) {
        Map<String, String> more = new HashMap<>(environment);
        more.put(name, value);
        return new Operator(file, more);
    }

    /** Runs a command on the file, which {@code KEYWARD_FILE} names. */
    Outcome run(String... args) {
        return runReading("", args);
    }

    /** Runs a command on the file with this text on standard input. */
    Outcome runReading(String input, String... args) {
        Map<String, String> all = new HashMap<>(environment);
        all.put("KEYWARD_FILE", file.toString());
        return Outcome.in(all, input.getBytes(UTF_8), args);
    }
}
