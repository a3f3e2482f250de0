package io.keyward.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * Compares the code of a page with the code of the test that runs it: what stands in the test between {@code // page}
 * and {@code // end}, piece by piece, is what stands in the page.
 */
final class DocumentedCode {
    private static final Pattern IN_TEST = Pattern.compile("(?s) *// page\\R(.*?)\\R *// end\\R");
    private static final Pattern IN_PAGE = Pattern.compile("(?s)```java\\R(.*?)\\R```");

    private DocumentedCode() {}

    static void assertSame(String page, Class<?> test) throws IOException {
        List<String> run =
                pieces(IN_TEST, Path.of("src/test/java", test.getName().replace('.', '/') + ".java"));
        List<String> shown = pieces(IN_PAGE, Path.of("..", "docs", page));

        assertTrue(run.size() > 1, "the test has marked code");
        assertEquals(String.join("\n----\n", run), String.join("\n----\n", shown), page);
    }

    private static List<String> pieces(Pattern pattern, Path file) throws IOException {
        return pattern.matcher(Files.readString(file))
                .results()
                .map(DocumentedCode::piece)
                .filter(piece -> !piece.lines().allMatch(line -> line.isBlank() || line.startsWith("import ")))
                .toList();
    }

    private static String piece(MatchResult result) {
        return result.group(1).stripIndent().strip();
    }
}
