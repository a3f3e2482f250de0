package io.keyward.benchmarks.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class HotPathTest {
    @Test
    @DisplayName("issue 22.6 a ratio beyond its bound is a warning, and the others are none")
    void warnsOfWhatSlipped() {
        List<String> lines = new HotPath(rows(70, 105, 300, 400)).lines();

        assertEquals("a valid key ÷ digest of its text: 1.50, bound 2.25", lines.get(0));
        assertTrue(lines.get(1).startsWith("WARNING: an unknown key ÷ digest of its text: 4.29, bound 2.80"));
        assertEquals(
                "a request through the filter ÷ through ten lines that do the least: 2.00, bound 4.00", lines.get(2));
    }

    @Test
    void saysWhatWasNotMeasured() {
        HotPath nothing = new HotPath(List.of());

        assertThrows(IllegalStateException.class, nothing::lines);
    }

    @Test
    @DisplayName("the rows that the ratios are made of are those of the benchmarks")
    void findsItsRows() throws Exception {
        System.setProperty("jmh.ignoreLock", "true");

        assertEquals(
                3,
                new HotPath(new JmhPart("glance", HotPath.BATCHES).measure(Profile.SMOKE))
                        .lines()
                        .size());
    }

    private static List<Row> rows(double digest, double valid, double unknown, double filter) {
        List<Row> rows = new ArrayList<>();
        rows.add(row("VerifyBenchmark.digestOfText", Map.of("keys", "100"), digest));
        rows.add(row("VerifyBenchmark.valid", Map.of("keys", "100"), valid));
        rows.add(row("VerifyBenchmark.unknown", Map.of("keys", "100"), unknown));
        rows.add(row("FilterBenchmark.allowed", Map.of("guard", "FLOOR"), filter / 2));
        rows.add(row("FilterBenchmark.allowed", Map.of("guard", "KEYWARD"), filter));
        return rows;
    }

    private static Row row(String name, Map<String, String> params, double nanos) {
        return new Row(name, params, "ns/op", List.of(List.of(nanos)), Map.of());
    }
}
