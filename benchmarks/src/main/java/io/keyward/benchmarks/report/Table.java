package io.keyward.benchmarks.report;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** A table in Markdown. */
final class Table {
    private final List<String> lines = new ArrayList<>();
    private final int columns;

    Table(String... headings) {
        columns = headings.length;
        lines.add(line(List.of(headings)));
        lines.add("|---".repeat(columns) + "|");
    }

    void row(List<String> cells) {
        if (cells.size() != columns) {
            throw new IllegalArgumentException(cells.size() + " cells under " + columns + " headings");
        }
        lines.add(line(cells));
    }

    void row(String... cells) {
        row(List.of(cells));
    }

    boolean isEmpty() {
        return lines.size() == 2;
    }

    private static String line(List<String> cells) {
        return cells.stream().collect(Collectors.joining(" | ", "| ", " |"));
    }

    @Override
    public String toString() {
        return String.join("\n", lines);
    }
}
