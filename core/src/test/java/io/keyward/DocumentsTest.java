package io.keyward;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Runs what docs/key-format.md shows: each line of its Java must stand in here, and what it says of it must be so. */
class DocumentsTest {
    @Test
    void keyFormatPageRuns() throws IOException {
        KeyFormat format = KeyFormat.of("acme_live");
        ApiKey key = ApiKeyGenerator.of(format).generate();
        String shownOnce = key.reveal();

        String id = format.idOf(key);
        Optional<KeyFormat.Flaw> flaw = format.flawOf(shownOnce + "x");
        String reason = flaw.get().description();

        assertEquals(shownOnce.substring(10, 18), id);
        assertEquals("has the wrong length: a part is missing or too much was copied", reason);
        String here = Files.readString(Path.of("src", "test", "java", "io", "keyward", "DocumentsTest.java"));
        Matcher shown = Pattern.compile("(?s)```java\n(.*?)\n```").matcher(page());
        assertTrue(shown.find());
        shown.group(1).lines().forEach(line -> assertTrue(here.contains(line.strip()), line));
    }

    @Test
    void keyFormatPageShowsTheExpression() throws IOException {
        String expression = KeyFormat.of("acme_live").regex();
        assertTrue(page().contains("```\n" + expression + "\n```"), expression);
    }

    private static String page() throws IOException {
        return Files.readString(Path.of("..", "docs", "key-format.md"));
    }
}
