package io.keyward.benchmarks.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportTest {
    private static final Environment PLACE = new Environment("0123456789ab", "a processor", 2, 16, "an OS", "17", 0.1);

    @TempDir
    Path directory;

    @Test
    void saysOfBudgetsWhetherTheyAreKept() throws IOException {
        String page =
                write(verify("digestOfText", 50, 52, 54), verify("valid", 60, 62, 64), verify("unknown", 100, 95, 100));

        assertTrue(
                page.contains("| `verify`, valid key, 100 keys ÷ digest of the text | ≤ 1.5 × | 1.19 × (1.19–1.20) |"),
                page);
        String unknown = "`verify`, unknown key ÷ digest of the text";
        assertTrue(page.contains("| " + unknown + " | ≤ 1.85 × | 1.85 × (1.83–2.00) **missed** |"), page);
        assertTrue(page.contains("- JDK 17: " + unknown + ": 1.85 × (1.83–2.00), budget ≤ 1.85 ×."), page);
    }

    @Test
    void fillsEveryBlankThoughPartsWereNotMeasured() throws IOException {
        String page = write(verify("digestOfText", 50), verify("valid", 60));

        assertFalse(page.contains("{{"), page);
        assertTrue(page.contains("Not measured in these runs"), page);
        assertTrue(Files.size(directory.resolve("benchmarks/budgets-jdk17.svg")) > 0);
    }

    @Test
    void readsResultsAsTheyWereWritten() throws IOException {
        Run run = run(verify("digest", 50, 52, 54), verify("valid", 60.5));
        Path file = directory.resolve("jdk-17/verify-100.json");

        run.write(file);

        assertEquals(run, Run.read(file));
        assertTrue(Results.isAsGood(file, Profile.SHORT, PLACE));
        assertFalse(Results.isAsGood(file, Profile.FULL, PLACE));
    }

    private String write(Row... rows) throws IOException {
        Path page = directory.resolve("benchmarks.md");
        new Report(List.of(new Results(17, Map.of("verify-100", run(rows)))), page).write();
        return Files.readString(page);
    }

    private static Run run(Row... rows) {
        return new Run("verify-100", Profile.SHORT, Instant.parse("2026-11-23T08:00:00Z"), 60, PLACE, List.of(rows));
    }

    private static Row verify(String method, double... means) {
        List<List<Double>> rounds = new ArrayList<>();
        for (double mean : means) {
            rounds.add(List.of(mean, mean));
        }
        return new Row("VerifyBenchmark." + method, Map.of("keys", "100"), "ns/op", rounds, Map.of("B/op", 0.0));
    }
}
