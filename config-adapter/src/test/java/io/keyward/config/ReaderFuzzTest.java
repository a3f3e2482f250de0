package io.keyward.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import io.keyward.env.EnvDocument;
import io.keyward.env.EnvParser;
import io.keyward.env.EnvProblem;
import io.keyward.env.InvalidValue;
import io.keyward.env.ListValue;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Reads any bytes and any text: never another exception than the reader's own, never a value that was not in the text.
 *
 * <p>Replays its seeds as a plain test. To fuzz: {@code JAZZER_FUZZ=1 mvn -Pfull -pl config-adapter -am test
 * -Dtest=ReaderFuzzTest#readsAnyFile -Dsurefire.failIfNoSpecifiedTests=false}.
 */
class ReaderFuzzTest {
    @FuzzTest(maxDuration = "60s")
    void readsAnyFile(byte[] bytes) {
        EnvDocument read = EnvParser.read("fuzzed.env", bytes);
        if (read.problems().isEmpty()) {
            assertEquals(new String(bytes, StandardCharsets.UTF_8), read.text());
        }
        int end = 0;
        for (EnvDocument.Entry entry : read.entries()) {
            String raw = read.text().substring(entry.start(), entry.end());
            String written = read.text().substring(entry.valueStart(), entry.valueEnd());
            assertTrue(raw.contains(entry.name()));
            assertTrue(raw.contains(written));
            assertTrue(entry.start() >= end, "entries overlap");
            assertTrue(isSubsequence(entry.value(), written), "the value was not in the text");
            assertEquals(
                    entry.line(),
                    1
                            + (int) read.text()
                                    .substring(0, entry.start())
                                    .chars()
                                    .filter(c -> c == '\n')
                                    .count());
            end = entry.end();
        }
        for (EnvProblem problem : read.problems()) {
            assertTrue(problem.line() >= 0);
        }
    }

    @FuzzTest(maxDuration = "60s")
    void parsesAnyList(FuzzedDataProvider data) {
        String text = data.consumeRemainingAsString();
        try {
            List<String> items = ListValue.parse(text);
            assertFalse(items.isEmpty());
            for (String item : items) {
                assertFalse(item.isBlank());
                assertTrue(text.contains("\\") || text.contains(item), "the item was not in the text");
            }
        } catch (InvalidValue e) {
            assertFalse(e.getMessage().isBlank());
        }
    }

    /** Quotes are removed, and carriage returns and backslashes within them; nothing is added or moved. */
    private static boolean isSubsequence(String value, String written) {
        int at = 0;
        for (int i = 0; i < written.length() && at < value.length(); i++) {
            if (written.charAt(i) == value.charAt(at)) {
                at++;
            }
        }
        return at == value.length();
    }
}
