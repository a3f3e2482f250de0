package io.keyward.servlet.suite;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Notes who answered what, for the table in the documentation. */
final class AnswerTable {
    private final Path page;
    private final String heading;
    private final Map<String, Set<String>> cells = new TreeMap<>();

    /**
     * Makes the column of one service.
     *
     * @param page the file name of the page below docs
     * @param heading the heading of the column
     */
    AnswerTable(String page, String heading) {
        this.page = Path.of("..", "..", "docs", page);
        this.heading = heading;
    }

    void note(String id, RawHttp.Answer answer) {
        boolean handler = answer.status() == 200 || answer.status() == 101;
        note(id, handler ? String.valueOf(answer.status()) : answer.status() + (ours(answer) ? "" : " c"));
    }

    void note(String id, String cell) {
        cells.computeIfAbsent(id, unused -> new TreeSet<>()).add(cell);
    }

    /** A refusal of HEAD has no body, but our header. */
    private static boolean ours(RawHttp.Answer answer) {
        return answer.isProblem();
    }

    /** Compares with the column of the documentation; returns what differs, one line each. */
    List<String> differences() throws IOException {
        Files.writeString(Path.of("target", "cells " + heading + ".txt"), String.join("\n", lines()) + "\n");
        Map<String, String> documented = column();
        List<String> differences = new ArrayList<>();
        for (Map.Entry<String, Set<String>> entry : cells.entrySet()) {
            String now = String.join(", ", entry.getValue());
            String then = documented.get(entry.getKey());
            if (!now.equals(then)) {
                differences.add(entry.getKey() + " on " + heading + ": documented `" + then + "`, now `" + now + "`");
            }
        }
        return differences;
    }

    private List<String> lines() {
        return cells.entrySet().stream()
                .map(entry -> entry.getKey() + "\t" + String.join(", ", entry.getValue()))
                .toList();
    }

    private Map<String, String> column() throws IOException {
        Map<String, String> column = new TreeMap<>();
        int index = -1;
        if (!Files.exists(page)) {
            return column;
        }
        for (String line : Files.readAllLines(page)) {
            List<String> parts =
                    List.of(line.split("\\|", -1)).stream().map(String::strip).toList();
            if (parts.contains(heading)) {
                index = parts.indexOf(heading);
            } else if (index > 0 && parts.size() > index && parts.get(1).matches("[A-Z]{2}-\\d\\d")) {
                column.put(parts.get(1), parts.get(index));
            }
        }
        return column;
    }
}
