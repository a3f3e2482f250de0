package io.keyward.config;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.keyward.env.EnvEditor;
import io.keyward.env.EnvParser;
import io.keyward.store.StoreException;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Checks the text of a {@code .properties} file before SmallRye reads it. {@link Properties} silently accepts a name
 * that is written twice, and reports a broken escape without its line.
 */
final class PropertiesText {
    private static final Pattern ENV_NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_.-]*");
    private static final Pattern BROKEN_ESCAPE = Pattern.compile("(?<!\\\\)(?:\\\\\\\\)*\\\\u(?![0-9A-Fa-f]{4})");

    private PropertiesText() {}

    /** Adds the problems of the text, and returns whether SmallRye can read it. */
    static boolean check(String source, byte[] bytes, List<ConfigProblem> problems) {
        int before = problems.size();
        read(source, bytes, problems);
        return problems.size() == before;
    }

    /** Returns names and values, and adds the problems of the text. */
    private static Map<String, String> read(String source, byte[] bytes, List<ConfigProblem> problems) {
        if (bytes.length > EnvParser.MAX_FILE) {
            problems.add(ConfigProblem.of(
                    source,
                    "the file has more than " + EnvParser.MAX_FILE + " bytes",
                    "a key file has at most that many",
                    "check that it is the right file"));
            return Map.of();
        }
        String text = new String(bytes, UTF_8);
        Matcher broken = BROKEN_ESCAPE.matcher(text);
        if (broken.find()) {
            int line = (int) text.substring(0, broken.start())
                            .chars()
                            .filter(c -> c == '\n')
                            .count()
                    + 1;
            problems.add(new ConfigProblem(
                    source,
                    line,
                    null,
                    "a \\u is not followed by four hexadecimal digits",
                    "a backslash is written twice in a .properties file",
                    "correct the line"));
            return Map.of();
        }
        return namesOnce(source, text, problems);
    }

    /**
     * Returns the names and values of a valid text as an {@code .env} text, without names that such a file cannot hold;
     * those are not ours.
     *
     * @throws StoreException if the text is not valid, or a name of ours is for one profile
     */
    static String asEnvText(String source, byte[] bytes) {
        List<ConfigProblem> problems = new ArrayList<>();
        Map<String, String> assignments = new TreeMap<>();
        read(source, bytes, problems).forEach((name, value) -> {
            if (ENV_NAME.matcher(name).matches()) {
                assignments.put(name, value);
            } else if (ConfigSources.mayHoldKeys(name)) {
                problems.add(new ConfigProblem(
                        source,
                        0,
                        name,
                        "the name is for one profile",
                        "keys are read without a profile here",
                        "write the names of the profile into a file of their own, without it"));
            }
        });
        KeyFileContent.requireNone(problems);
        EnvEditor text = new EnvEditor(EnvParser.read(source, new byte[0]));
        text.append(assignments);
        return text.text();
    }

    /** SmallRye takes the last of two and logs the value of the first, so it must not see such a file. */
    private static Map<String, String> namesOnce(String source, String text, List<ConfigProblem> problems) {
        Map<String, String> values = new HashMap<>();
        // Properties.load only calls put and does not use what it returns
        Properties reader = new Properties() {
            private static final long serialVersionUID = 1L;

            @Override
            public synchronized Object put(Object name, Object value) {
                if (values.put((String) name, (String) value) != null && ConfigSources.mayHoldKeys((String) name)) {
                    problems.add(new ConfigProblem(
                            source,
                            0,
                            (String) name,
                            "the name is in the file twice",
                            "a name is written once in a file",
                            "remove one of the two"));
                }
                return value;
            }
        };
        try {
            reader.load(new StringReader(text));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return values;
    }
}
