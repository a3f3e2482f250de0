package io.keyward.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.cdimascio.dotenv.Dotenv;
import io.github.cdimascio.dotenv.DotenvException;
import io.keyward.env.EnvDocument;
import io.keyward.env.EnvParser;
import io.smallrye.config.DotEnvConfigSourceProvider;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.spi.ConfigSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Compares what this library and others make of the same {@code .env} text, and keeps the table in docs true.
 *
 * <p>The libraries are asked here; {@code src/test/scripts/env-comparison.py} asks bash, node, python-dotenv, systemd, docker and Compose and
 * made {@code env-others.tsv}.
 */
class EnvComparisonTest {
    /** Written by this test with {@code -Ddocs.write=true}, else compared. */
    private static final Path TABLE = Path.of("..", "docs", "env-comparison.md");

    private static final String UNSET = "not set";
    private static final String REFUSED = "refused";

    @TempDir
    Path directory;

    @Test
    void tableInDocsSaysWhatEachToolReads() throws Exception {
        String table = table();
        if (Boolean.getBoolean("docs.write")) {
            Files.writeString(TABLE, table);
        }
        assertEquals(Files.readString(TABLE), table, "run with -Ddocs.write=true if this is meant");
    }

    static Stream<String> spellingsForAll() {
        return Stream.of("list without brackets, quotes and blanks", "one item");
    }

    @ParameterizedTest
    @MethodSource("spellingsForAll")
    void allToolsReadThisSpellingAlike(String name) throws Exception {
        String expected = name.equals("one item") ? "\"key1\"" : "\"key1,key2\"";
        List<String> row = row(name, cases().get(name), others().get(name));
        assertTrue(row.stream().allMatch(expected::equals), row.toString());
    }

    @Test
    void everyCaseWasGivenToTheOthers() throws Exception {
        assertEquals(cases().keySet(), withoutHead(others()).keySet(), "run src/test/scripts/env-comparison.py again");
    }

    private String table() throws Exception {
        Map<String, List<String>> others = others();
        List<String> head = new ArrayList<>(List.of("Keyward", "SmallRye 3.17.2", "dotenv-java 3.2.0"));
        head.addAll(others.get("case"));
        StringBuilder table = new StringBuilder("""
                # How tools read a .env file

                `EnvComparisonTest` (Keyward, SmallRye, dotenv-java) and `env-comparison.py` (the others) in `config-adapter/src/test`
                make this page. Each cell is the value of `K`. "refused" is an error for the whole file; "not set" means that the name does
                not exist. systemd is `EnvironmentFile=`, docker is `docker run --env-file`, and Compose is `env_file:` and `.env` of Docker
                Compose. The values that these three read are in the environment of the service; from there Keyward removes one pair of
                quotes, because docker leaves them.

                """);
        table.append("| case | text | ").append(String.join(" | ", head)).append(" |\n");
        table.append("|---".repeat(head.size() + 2)).append("|\n");
        for (Map.Entry<String, String> each : cases().entrySet()) {
            List<String> row = row(each.getKey(), each.getValue(), others.get(each.getKey()));
            table.append("| ").append(each.getKey()).append(" | ").append(code(visible(each.getValue())));
            row.forEach(cell -> table.append(" | ").append(cell.startsWith("\"") ? code(cell) : cell));
            table.append(" |\n");
        }
        return table.toString();
    }

    private static String code(String text) {
        return "`" + text.replace("|", "\\|") + "`";
    }

    private static String visible(String text) {
        String shown = text.replace("\uFEFF", "␂").replace("\r", "␍").replaceAll(" (?=\n|$)", "␠");
        return shown.replaceAll("\n$", "").replace("\n", "⏎");
    }

    private List<String> row(String name, String text, @Nullable List<String> others) throws IOException {
        assertNotNull(others, name);
        Path file = directory.resolve("case.env");
        Files.writeString(file, text);
        List<String> row = new ArrayList<>(List.of(byKeyward(text), bySmallRye(file), byDotenvJava()));
        row.addAll(others);
        return row;
    }

    private static String byKeyward(String text) {
        EnvDocument read = EnvParser.read("case.env", text);
        return read.problems().isEmpty() ? shown(read.values().get("K")) : REFUSED;
    }

    private static String bySmallRye(Path file) {
        try {
            List<ConfigSource> sources = DotEnvConfigSourceProvider.dotEnvSources(
                    file.toUri().toString(), EnvComparisonTest.class.getClassLoader());
            return shown(new SmallRyeConfigBuilder()
                    .withSources(sources)
                    .build()
                    .getConfigValue("K")
                    .getRawValue());
        } catch (IllegalArgumentException e) {
            return REFUSED;
        }
    }

    private String byDotenvJava() {
        try {
            Dotenv dotenv = Dotenv.configure()
                    .directory(directory.toString())
                    .filename("case.env")
                    .load();
            return shown(dotenv.entries(Dotenv.Filter.DECLARED_IN_ENV_FILE).stream()
                    .filter(entry -> entry.getKey().equals("K"))
                    .map(entry -> entry.getValue())
                    .findFirst()
                    .orElse(null));
        } catch (DotenvException e) {
            return REFUSED;
        }
    }

    private static String shown(@Nullable String value) {
        if (value == null) {
            return UNSET;
        }
        return '"'
                + value.replace("\\", "\\\\")
                        .replace("\"", "\\\"")
                        .replace("\n", "\\n")
                        .replace("\r", "\\r")
                + '"';
    }

    private static Map<String, String> cases() throws IOException {
        Map<String, String> cases = new LinkedHashMap<>();
        for (String block : resource("env-cases.txt").split("(?m)^=== ")) {
            if (!block.isEmpty()) {
                String[] parts = block.split("\n", 2);
                cases.put(
                        parts[0],
                        parts[1].replace("␠", " ")
                                .replace("␂", "\uFEFF")
                                .replace("␍", "\r")
                                .replace("␄\n", ""));
            }
        }
        return cases;
    }

    private static Map<String, List<String>> others() throws IOException {
        Map<String, List<String>> others = new LinkedHashMap<>();
        resource("env-others.tsv").lines().forEach(line -> {
            List<String> cells = Arrays.asList(line.split("\t", -1));
            others.put(cells.get(0), cells.subList(1, cells.size()));
        });
        return others;
    }

    private static Map<String, List<String>> withoutHead(Map<String, List<String>> others) {
        others.remove("case");
        return others;
    }

    private static String resource(String name) throws IOException {
        try (InputStream in = EnvComparisonTest.class.getResourceAsStream(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
