package io.keyward.spring.security.guide;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SpringGuideTest {
    private static final Pattern SNIPPET = Pattern.compile("// snippet: \\w+\\R(.*?)\\R *// end", Pattern.DOTALL);
    private static final Pattern BLOCK = Pattern.compile("```java\\R(.*?)\\R```", Pattern.DOTALL);
    private static final Path ROOT = Path.of("..");

    /** What is compiled in a class of a guide is what docs/spring.md shows, and the other way round. */
    @Test
    void pageShowsTheCodeThatIsCompiledHere() throws IOException {
        Set<String> compiled = new TreeSet<>();
        for (Path file : guides()) {
            collect(SNIPPET, Files.readString(file), compiled);
        }
        assertFalse(compiled.isEmpty());
        Set<String> shown = new TreeSet<>();
        collect(BLOCK, Files.readString(ROOT.resolve("docs/spring.md")), shown);
        assertEquals(String.join("\n--\n", compiled), String.join("\n--\n", shown));
    }

    private static List<Path> guides() throws IOException {
        List<Path> guides = new ArrayList<>();
        for (String module : List.of("spring-security", "spring-boot-starter")) {
            Path sources = ROOT.resolve(module).resolve("src/test/java");
            if (Files.isDirectory(sources)) {
                try (Stream<Path> files = Files.walk(sources)) {
                    files.filter(file -> file.getFileName().toString().endsWith("Guide.java"))
                            .forEach(guides::add);
                }
            }
        }
        return guides;
    }

    private static void collect(Pattern pattern, String text, Set<String> found) {
        Matcher matcher = pattern.matcher(text);
        while (matcher.find()) {
            String snippet = matcher.group(1).stripIndent();
            if (!snippet.lines().allMatch(line -> line.isBlank() || line.startsWith("import "))) {
                found.add(snippet);
            }
        }
    }
}
