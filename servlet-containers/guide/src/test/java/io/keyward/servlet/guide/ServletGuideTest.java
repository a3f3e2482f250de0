package io.keyward.servlet.guide;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServletGuideTest {
    private static final Path SOURCES = Path.of("src", "test", "java", "io", "keyward", "servlet", "guide");
    private static final Pattern SNIPPET = Pattern.compile("// snippet: \\w+\\R(.*?)\\R *// end", Pattern.DOTALL);
    private static final Pattern BLOCK = Pattern.compile("```java\\R(.*?)\\R```", Pattern.DOTALL);

    /** What is compiled is what the page shows, and the other way round. */
    @ParameterizedTest
    @CsvSource({"servlet.md, ., ../spring-boot", "without-servlets.md, without,", "http-tests.md, http,"})
    void pageShowsTheCodeThatIsCompiled(String page, String folder, @Nullable String module) throws IOException {
        TreeSet<String> compiled = new TreeSet<>();
        collect(SOURCES.resolve(folder), compiled);
        if (module != null) {
            collect(Path.of(module).resolve(SOURCES).resolveSibling("boot"), compiled);
        }
        assertFalse(compiled.isEmpty());
        TreeSet<String> shown = new TreeSet<>();
        collect(BLOCK, Files.readString(Path.of("..", "..", "docs", page)), shown);
        assertEquals(String.join("\n--\n", compiled), String.join("\n--\n", shown));
    }

    private static void collect(Path folder, TreeSet<String> found) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(Files::isRegularFile)
                    .filter(file -> !file.endsWith("ServletGuideTest.java"))
                    .toList()) {
                collect(SNIPPET, Files.readString(file), found);
            }
        }
    }

    private static void collect(Pattern pattern, String text, TreeSet<String> found) {
        Matcher matcher = pattern.matcher(text);
        while (matcher.find()) {
            String snippet = withoutIndent(matcher.group(1));
            if (!snippet.lines().allMatch(line -> line.isBlank() || line.startsWith("import "))) {
                found.add(snippet);
            }
        }
    }

    /** On the page a snippet stands at the margin, and nested classes are classes of their own. */
    private static String withoutIndent(String snippet) {
        List<String> lines = snippet.lines().toList();
        int indent = lines.stream()
                .filter(line -> !line.isBlank())
                .mapToInt(line -> line.length() - line.stripLeading().length())
                .min()
                .orElse(0);
        return String.join(
                        "\n",
                        lines.stream()
                                .map(line -> line.isBlank() ? "" : line.substring(indent))
                                .toList())
                .replace("public static class", "public class");
    }
}
