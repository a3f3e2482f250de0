package io.keyward.benchmarks.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.keyward.benchmarks.Guard;
import io.keyward.benchmarks.Site.Container;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportTest {
    private static final Environment PLACE = new Environment("0123456789ab", "a processor", 2, 16, "an OS", "17", 0.1);

    @TempDir
    Path directory;

    @Test
    void eachBudgetHasAReasonWhyItMayBeMissed() {
        assertEquals(
                List.of(),
                Budget.all().stream()
                        .filter(budget -> budget.reason().isBlank())
                        .map(Budget::what)
                        .toList());
    }

    @Test
    void saysOfBudgetsWhetherTheyAreKept() throws IOException {
        String page =
                write(verify("digestOfText", 50, 52, 54), verify("valid", 60, 62, 64), verify("unknown", 100, 95, 100));

        assertTrue(
                page.contains("| `verify`, valid key, 100 keys ÷ digest of the text | ≤ 1.5 × | 1.19 × (1.19–1.20) |"),
                page);
        String unknown = "`verify`, unknown key ÷ digest of the text";
        assertTrue(page.contains("| " + unknown + " | ≤ 1.85 × | 1.85 × (1.83–2.00) **missed** |"), page);
        assertTrue(
                page.contains(
                        "- **" + unknown
                                + "**, budget ≤ 1.85 ×. JDK 17: 1.85 × (1.83–2.00), the bound is within the spread. Besides the"),
                page);
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

    @Test
    @DisplayName("issue 22.5 a question that failed says why, and the answers to the others are kept")
    void saysWhyThereAreNoFigures() throws IOException {
        Row answered = new Row("Database.IDLE_NODES", Map.of("count", "200"), "ms", List.of(List.of(12.5)), Map.of());
        Row failed = Row.failed("Database.LOAD", Map.of("count", "1000000"), new IOException("the network timed out"));
        Path file = directory.resolve("jdk-17/database.json");
        Run database = new Run(
                "database", Profile.SHORT, Instant.parse("2026-11-23T08:00:00Z"), 60, PLACE, List.of(answered, failed));

        database.write(file);
        Path page = directory.resolve("benchmarks.md");
        new Report(List.of(new Results(17, Map.of("database", Run.read(file)))), page).write();

        String text = Files.readString(page);
        assertTrue(text.contains("| 200 | 12.5 ms |"), text);
        assertTrue(text.contains("| 1 000 000 | failed: the network timed out |"), text);
        assertFalse(Results.isAsGood(file, Profile.SHORT, PLACE));
    }

    @Test
    void ratiosOfContainersAreSpreadOverTheirJvms() {
        Row none = endToEnd("NONE", 10, 10, 10, 10, 10, 10);
        Row guarded = endToEnd("KEYWARD", 10, 11, 12, 13, 14, 15);
        Run run = new Run(
                "filter-jetty",
                Profile.SHORT,
                Instant.parse("2026-11-23T08:00:00Z"),
                60,
                PLACE,
                List.of(none, guarded));
        Results results = new Results(17, Map.of("filter-jetty", run));

        assertEquals(
                new Spread(1.25, 1.1, 1.4),
                Budget.toNone(results, "EndToEnd.cpu", Container.JETTY, Guard.KEYWARD)
                        .orElseThrow());
    }

    /** Returns a row of two JVMs with three rounds each. */
    private static Row endToEnd(String guard, double... nanos) {
        List<List<Double>> rounds = new ArrayList<>();
        for (double one : nanos) {
            rounds.add(List.of(one, one));
        }
        return new Row("EndToEnd.cpu", Map.of("guard", guard), "ns/request", rounds, Map.of("jvms", 2.0));
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
