package io.keyward.benchmarks.report;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.keyward.benchmarks.Guard;
import io.keyward.benchmarks.NodesOnDatabase.Question;
import io.keyward.benchmarks.Peer;
import io.keyward.benchmarks.ReloadPauses.Swap;
import io.keyward.benchmarks.Site.Container;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Makes docs/benchmarks.md: fills figures, tables and charts into the text of {@code report.md}.
 *
 * <p>A blank is {@code {{name}}}. One on a line of its own is a table or a chart, made for each JDK there are results
 * of; one within a line is a figure of the oldest of those JDKs.
 */
final class Report {
    static final Path PAGE = Path.of("docs/benchmarks.md");

    private static final String CHARTS = "benchmarks";
    private static final String TEMPLATE = "report.md";
    private static final Pattern BLANK = Pattern.compile("\\{\\{([a-z-]+)}}");
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm").withZone(ZoneOffset.UTC);
    private static final String NONE = "–";

    private static final List<String> SIZES = List.of("1", "100", "10000", "1000000", "10000000");
    private static final Map<String, String> VERIFY_ROWS = verifyRows();
    private static final Map<String, String> START_ROWS = startRows();

    private final List<Results> all;
    private final Path page;
    private final Charts charts;
    private final Map<String, Section> sections = new LinkedHashMap<>();
    private final Map<String, Function<Results, Optional<String>>> figures = new LinkedHashMap<>();

    Report(List<Results> all, Path page) {
        this.all = all;
        this.page = page;
        this.charts = new Charts(page.resolveSibling(CHARTS));
        sections.put("runs", this::runs);
        sections.put("verify", this::verify);
        sections.put("verify-chart", this::verifyChart);
        sections.put("threads", this::threads);
        sections.put("peers", this::peers);
        sections.put("peers-chart", this::peersChart);
        sections.put("heap", this::heap);
        sections.put("build", this::build);
        sections.put("reload", this::reload);
        sections.put("filter", this::filter);
        sections.put("filter-chart", this::filterChart);
        sections.put("containers", this::containers);
        sections.put("start", Report::start);
        sections.put("database", this::database);
        figures.put("whole-overhead", results -> nanos(results, "valid", "digest"));
        figures.put("expiry", results -> nanos(results, "expiring", "valid"));
        figures.put("valid-then-clock", results -> nanos(results, "validThenClock", "valid"));
        figures.put("plaintext", results -> peerRatio(results, "KEYWARD", "PLAINTEXT_SET"));
        figures.put("pepper", this::pepper);
        figures.put("rebuild", this::rebuild);
        figures.put("answers", results -> bytes(results, "answers"));
        figures.put("index", results -> bytes(results, "index"));
        figures.put("filter-cost", this::filterCost);
        figures.put(
                "filter-share",
                results -> Budget.toNone(results, "EndToEnd.cpu", Container.JETTY, Guard.KEYWARD)
                        .map(Figure::ratio));
        figures.put(
                "resolution",
                results -> Budget.toNone(results, "EndToEnd.cpu", Container.JETTY, Guard.NONE_AGAIN)
                        .map(Figure::ratio));
        figures.put("start-load", results -> startMillis(results, "LOAD"));
        figures.put("start-floor", results -> startMillis(results, "FLOOR"));
        figures.put(
                "revocation",
                results -> Budget.database(results, Question.REVOKE_BY_NOTIFICATION)
                        .map(row -> millis(row, "p99")));
        figures.put("megabytes", this::megabytes);
        figures.put("hex", results -> Budget.hexTo(results, Budget.SMALL).map(Figure::ratio));
    }

    /** One table or chart, for one JDK; nothing where it was not measured. */
    @FunctionalInterface
    private interface Section {
        Optional<String> of(Results results) throws IOException;
    }

    /** Writes the page and its charts. */
    void write() throws IOException {
        if (all.isEmpty()) {
            throw new IllegalStateException("there are no results; benchmarks/run makes some");
        }
        StringBuilder text = new StringBuilder();
        for (String line : template().lines().toList()) {
            Matcher blank = BLANK.matcher(line);
            text.append(blank.matches() ? section(blank.group(1)) : blank.replaceAll(found -> figure(found.group(1))))
                    .append('\n');
        }
        Files.writeString(page, text);
        Progress.say("wrote " + page);
    }

    private static String template() throws IOException {
        try (InputStream in = Report.class.getResourceAsStream(TEMPLATE)) {
            if (in == null) {
                throw new IllegalStateException(TEMPLATE + " is not in the jar");
            }
            return new String(in.readAllBytes(), UTF_8);
        }
    }

    private String section(String name) throws IOException {
        if (name.equals("budgets")) {
            return budgets();
        }
        if (name.equals("missed")) {
            return missed();
        }
        if (name.equals("left-out")) {
            return leftOut();
        }
        Section section = sections.get(name);
        if (section == null) {
            throw new IllegalStateException(TEMPLATE + " has a blank {{" + name + "}} that nothing fills");
        }
        List<String> made = new ArrayList<>();
        for (Results results : all) {
            Optional<String> text = section.of(results);
            text.ifPresent(found -> made.add(all.size() == 1 ? found : "JDK " + results.jdk() + ":\n\n" + found));
        }
        return made.isEmpty()
                ? "Not measured in these runs; `benchmarks/run full` does it."
                : String.join("\n\n", made);
    }

    private String figure(String name) {
        if (name.equals("kept")) {
            return kept();
        }
        Function<Results, Optional<String>> figure = figures.get(name);
        if (figure == null) {
            throw new IllegalStateException(TEMPLATE + " has a blank {{" + name + "}} that nothing fills");
        }
        return Matcher.quoteReplacement(figure.apply(all.get(0)).orElse("(not measured)"));
    }

    private Optional<String> runs(Results results) {
        Table table =
                new Table("part", "profile", "begun, UTC", "took", "commit", "load before", "processor", "system");
        for (Run run : results.runs().values()) {
            table.row(
                    run.part(),
                    run.profile().name().toLowerCase(Locale.ROOT),
                    TIME.format(run.started()),
                    run.seconds() + " s",
                    "`" + run.environment().commit() + "`",
                    Figure.of(run.environment().load()),
                    run.environment().cpu(),
                    run.environment().os());
        }
        return results.runs().values().stream()
                .findFirst()
                .map(Run::environment)
                .map(place ->
                        place.jdk() + "; " + place.cpus() + " processors; " + place.memoryGb() + " GB.\n\n" + table);
    }

    private String budgets() throws IOException {
        List<String> headings = new ArrayList<>(List.of("what", "budget"));
        all.forEach(results -> headings.add("JDK " + results.jdk()));
        Table table = new Table(headings.toArray(String[]::new));
        for (Budget budget : Budget.all()) {
            List<String> cells = new ArrayList<>(List.of(budget.what(), limit(budget)));
            for (Results results : all) {
                cells.add(budget.measure()
                        .apply(results)
                        .map(figure -> print(budget, figure) + (budget.isKept(figure) ? "" : " **missed**"))
                        .orElse(NONE));
            }
            table.row(cells);
        }
        List<String> parts = new ArrayList<>(List.of(table.toString()));
        for (Results results : all) {
            Map<String, Double> shares = new LinkedHashMap<>();
            for (Budget budget : Budget.all()) {
                if (budget.limit() > 0) {
                    budget.measure()
                            .apply(results)
                            .ifPresent(figure -> shares.put(plain(budget.what()), percent(budget.share(figure))));
                }
            }
            if (!shares.isEmpty()) {
                String title = "share of the budget used, JDK " + results.jdk();
                parts.add(image(
                        title,
                        charts.bars("budgets-jdk" + results.jdk(), title, "per cent; 100 is all of it", shares)));
            }
        }
        return String.join("\n\n", parts);
    }

    private String missed() {
        List<String> lines = new ArrayList<>();
        for (Budget budget : Budget.all()) {
            List<String> misses = new ArrayList<>();
            for (Results results : all) {
                budget.measure()
                        .apply(results)
                        .filter(figure -> !budget.isKept(figure))
                        .ifPresent(figure -> misses.add("JDK " + results.jdk() + ": " + print(budget, figure)
                                + (budget.isWithinSpread(figure) ? ", the bound is within the spread" : "")));
            }
            if (!misses.isEmpty()) {
                lines.add("- **" + capital(budget.what()) + "**, budget " + limit(budget) + ". "
                        + String.join(". ", misses) + ". " + budget.reason());
            }
        }
        return lines.isEmpty() ? "No budget was missed in these runs." : String.join("\n", lines);
    }

    private static String capital(String text) {
        return text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1);
    }

    /** Returns how many budgets are kept on each JDK, of those that were measured. */
    private String kept() {
        return all.stream()
                .map(results -> {
                    List<Boolean> measured = Budget.all().stream()
                            .flatMap(budget -> budget.measure().apply(results).map(budget::isKept).stream())
                            .toList();
                    long kept = measured.stream().filter(Boolean::booleanValue).count();
                    return kept + " of " + measured.size() + " on JDK " + results.jdk();
                })
                .collect(Collectors.joining(", "));
    }

    private static String limit(Budget budget) {
        String unit = budget.unit().equals(Budget.TIMES) ? " ×" : " " + budget.unit();
        return (budget.isMost() ? "≤ " : "≥ ") + Figure.bound(budget.limit()) + unit;
    }

    private static String print(Budget budget, Spread figure) {
        return budget.unit().equals(Budget.TIMES) ? Figure.ratio(figure) : Figure.of(figure, budget.unit());
    }

    private Optional<String> verify(Results results) {
        List<String> sizes = SIZES.stream()
                .filter(size -> results.run(Parts.VERIFY + size).isPresent())
                .toList();
        List<String> headings = new ArrayList<>(List.of("answer"));
        sizes.forEach(size -> headings.add(size.equals("1") ? "1 key" : Figure.count(size) + " keys"));
        headings.add("B/op");
        Table table = new Table(headings.toArray(String[]::new));
        VERIFY_ROWS.forEach((method, title) -> {
            List<String> cells = new ArrayList<>(List.of(title));
            Optional<Double> bytes = Optional.empty();
            for (String size : sizes) {
                Optional<Row> row = Budget.verify(results, size, method);
                cells.add(row.map(found -> besideFloor(results, size, found)).orElse(NONE));
                bytes = bytes.or(() -> row.map(found -> found.extras().getOrDefault("B/op", Double.NaN)));
            }
            cells.add(bytes.map(Report::inBytes).orElse(NONE));
            if (cells.stream().filter(NONE::equals).count() <= sizes.size()) {
                table.row(cells);
            }
        });
        return sizes.isEmpty() ? Optional.empty() : Optional.of(table.toString());
    }

    /** Prints the ratio to the floor of the same texts first, then the time. */
    private static String besideFloor(Results results, String size, Row row) {
        Optional<Spread> ratio = Budget.perRound(
                times -> times[0] / times[1], Optional.of(row), Budget.verify(results, size, "digestOfText"));
        String time = Figure.nanos(row.spread().median());
        return ratio.map(found -> Figure.ratio(found) + ", " + time).orElse(time);
    }

    private Optional<String> verifyChart(Results results) throws IOException {
        Map<String, Map<Double, Double>> series = new LinkedHashMap<>();
        for (String size : SIZES) {
            point(series, "digest of the same texts", size, Budget.verify(results, size, "digestOfText"));
            point(series, "Keyward verify", size, Budget.verify(results, size, "valid"));
            Map<String, String> hex = Map.of("peer", "HEX_HASH_MAP", "keys", size);
            point(series, "hex digest + HashMap", size, results.row(Parts.VERIFY + size, "PeerBenchmark.valid", hex));
        }
        series.values().removeIf(points -> points.size() < 2);
        if (series.isEmpty()) {
            return Optional.empty();
        }
        String title = "a valid key, by the number of keys, JDK " + results.jdk();
        String file = charts.lines("verify-jdk" + results.jdk(), title, "keys", "ns", series);
        return Optional.of(image(title, file));
    }

    private static void point(Map<String, Map<Double, Double>> series, String name, String size, Optional<Row> row) {
        row.ifPresent(found -> series.computeIfAbsent(name, first -> new TreeMap<>())
                .put(Double.valueOf(size), found.spread().median()));
    }

    private Optional<String> threads(Results results) {
        Table table = new Table("part", "threads", "keys", "what", "one", "two", "scaling");
        for (Run run : List.of(Parts.THREADS, Parts.VIRTUAL_THREADS).stream()
                .flatMap(part -> results.run(part).stream())
                .toList()) {
            for (Row one : run.rows()) {
                if ("1".equals(one.params().get("threads"))) {
                    Map<String, String> two = new TreeMap<>(one.params());
                    two.put("threads", "2");
                    Optional<Row> other = run.find(one.name(), two);
                    table.row(
                            "`" + run.part() + "`",
                            one.params().getOrDefault("kind", NONE),
                            Figure.count(one.params().getOrDefault("keys", "0")),
                            method(one),
                            Figure.nanos(one.spread().median()),
                            other.map(row -> Figure.nanos(row.spread().median()))
                                    .orElse(NONE),
                            Budget.perRound(times -> times[0] / times[1], Optional.of(one), other)
                                    .map(Figure::ratio)
                                    .orElse(NONE));
                }
            }
        }
        return table.isEmpty() ? Optional.empty() : Optional.of(table.toString());
    }

    private Optional<String> peers(Results results) {
        List<String> sizes = SIZES.stream()
                .filter(size -> peerPart(results, size).isPresent())
                .toList();
        List<String> headings = new ArrayList<>(List.of("what"));
        sizes.forEach(size -> headings.add(Figure.count(size) + " keys"));
        headings.add("a stranger");
        headings.add("B/op");
        Table table = new Table(headings.toArray(String[]::new));
        for (Peer peer : Peer.values()) {
            List<String> cells = new ArrayList<>(List.of(peer.title));
            for (String size : sizes) {
                cells.add(besideKeyward(results, size, "valid", peer));
            }
            cells.add(sizes.stream()
                    .map(size -> besideKeyward(results, size, "unknown", peer))
                    .filter(cell -> !cell.equals(NONE))
                    .findFirst()
                    .orElse(NONE));
            cells.add(sizes.stream()
                    .flatMap(size -> peerRow(results, size, "valid", peer).stream())
                    .map(row -> row.extras().getOrDefault("B/op", Double.NaN))
                    .map(Report::inBytes)
                    .findFirst()
                    .orElse(NONE));
            if (cells.stream().anyMatch(cell -> cell.contains("×"))) {
                table.row(cells);
            }
        }
        return table.isEmpty() ? Optional.empty() : Optional.of(table.toString());
    }

    private static String leftOut() {
        Table table = new Table("what", "leaves out");
        for (Peer peer : Peer.values()) {
            if (!peer.leavesOut.isEmpty()) {
                table.row(peer.title, peer.leavesOut);
            }
        }
        return table.toString();
    }

    private static String besideKeyward(Results results, String size, String method, Peer peer) {
        Optional<Row> row = peerRow(results, size, method, peer);
        Optional<Spread> ratio =
                Budget.perRound(times -> times[0] / times[1], row, peerRow(results, size, method, Peer.KEYWARD));
        return ratio.map(Figure::ratio)
                .flatMap(text -> row.map(
                        found -> text + ", " + Figure.nanos(found.spread().median())))
                .orElse(NONE);
    }

    /** Returns the part that has peers of a size: the one about them, else the one with the budgets. */
    private static Optional<String> peerPart(Results results, String size) {
        return List.of(Parts.PEERS + size, Parts.VERIFY + size).stream()
                .filter(part -> results.row(part, "PeerBenchmark.valid", Map.of("keys", size))
                        .isPresent())
                .findFirst();
    }

    private static Optional<Row> peerRow(Results results, String size, String method, Peer peer) {
        return peerPart(results, size)
                .flatMap(part ->
                        results.row(part, "PeerBenchmark." + method, Map.of("peer", peer.name(), "keys", size)));
    }

    private Optional<String> peersChart(Results results) throws IOException {
        Map<String, Double> bars = new LinkedHashMap<>();
        for (Peer peer : Peer.values()) {
            // those that hash slowly would leave nothing of the other bars
            if (peer.mostKeys > 1_000) {
                peerRow(results, "100", "valid", peer)
                        .ifPresent(
                                row -> bars.put(plain(peer.title), row.spread().median()));
            }
        }
        if (bars.size() < 2) {
            return Optional.empty();
        }
        String title = "a valid key, 100 keys, JDK " + results.jdk();
        return Optional.of(image(title, charts.bars("peers-jdk" + results.jdk(), title, "ns", rounded(bars))));
    }

    private Optional<String> heap(Results results) {
        Table table = new Table("keys", "record", "index", "answers ready in it", "the record itself", "all");
        for (Run run : results.all(Parts.HEAP)) {
            for (Row index : run.rows()) {
                if (index.name().equals("HeapPerKey.index")) {
                    table.row(
                            Figure.count(index.params().getOrDefault("keys", "0")),
                            index.params().getOrDefault("kind", NONE).toLowerCase(Locale.ROOT),
                            Figure.of(index.spread(), "B"),
                            sibling(run, index, "answers"),
                            sibling(run, index, "record"),
                            sibling(run, index, "all"));
                }
            }
        }
        return table.isEmpty() ? Optional.empty() : Optional.of(table.toString());
    }

    private static String sibling(Run run, Row row, String figure) {
        return run.find("HeapPerKey." + figure, row.params())
                .map(found -> Figure.of(found.spread(), "B"))
                .orElse(NONE);
    }

    private Optional<String> build(Results results) {
        Table table = new Table("keys", "what", "time", "a key");
        for (Run run : results.all(Parts.BUILD)) {
            for (Row row : run.rows()) {
                double keys = Double.parseDouble(row.params().getOrDefault("keys", "1"));
                boolean isWhole = method(row).equals("build");
                table.row(
                        Figure.count(row.params().getOrDefault("keys", "0")),
                        isWhole ? "a whole ring" : "one record changed",
                        Figure.of(row.spread(), "ms"),
                        isWhole ? Figure.nanos(row.spread().median() * 1e6 / keys) : NONE);
            }
        }
        return table.isEmpty() ? Optional.empty() : Optional.of(table.toString());
    }

    private Optional<String> reload(Results results) {
        Table table = new Table("meanwhile", "p50", "p99", "p99.9", "max", "verifications", "swaps");
        for (Row row : results.run(Parts.RELOAD).map(Run::rows).orElse(List.of())) {
            Map<String, Double> extras = row.extras();
            table.row(
                    title(Swap.valueOf(row.params().getOrDefault("swap", Swap.NONE.name()))),
                    Figure.nanos(extras.getOrDefault("p50", Double.NaN)),
                    Figure.nanos(extras.getOrDefault("p99", Double.NaN)),
                    Figure.nanos(extras.getOrDefault("p99.9", Double.NaN)),
                    Figure.nanos(extras.getOrDefault("max", Double.NaN)),
                    Figure.of(extras.getOrDefault("verifications", Double.NaN)),
                    Figure.of(extras.getOrDefault("swaps", Double.NaN)));
        }
        return table.isEmpty() ? Optional.empty() : Optional.of(table.toString());
    }

    private static String title(Swap swap) {
        return switch (swap) {
            case NONE -> "nothing";
            case ONE_RECORD -> "one record after the other is changed";
            case WHOLE -> "the whole ring is rebuilt again and again";
        };
    }

    private Optional<String> filter(Results results) {
        Table table = new Table("guard", "allowed, over the bare chain", "B/op", "a stranger's key", "B/op");
        for (Guard guard : Guard.values()) {
            Optional<Spread> allowed = Budget.filter(results, "allowed", guard);
            if (guard != Guard.NONE && allowed.isPresent()) {
                table.row(
                        guard.title,
                        Figure.of(allowed.get(), "ns"),
                        garbage(results, "allowed", guard),
                        Budget.filter(results, "denied", guard)
                                .map(spread -> Figure.of(spread, "ns"))
                                .orElse(NONE),
                        garbage(results, "denied", guard));
            }
        }
        return table.isEmpty() ? Optional.empty() : Optional.of(table.toString());
    }

    private static String garbage(Results results, String method, Guard guard) {
        Optional<Row> row = Budget.filterRow(results, method, guard);
        Optional<Row> bare = Budget.filterRow(results, method, Guard.NONE);
        return row.flatMap(found -> bare.map(none -> Budget.bytes(found) - Budget.bytes(none)))
                .map(Report::inBytes)
                .orElse(NONE);
    }

    private Optional<String> containers(Results results) {
        Table table = new Table(
                "container",
                "guard",
                "throughput ÷ none",
                "processor time ÷ none",
                "a request",
                "allocated",
                "p50",
                "p99");
        for (Container container : Container.values()) {
            for (Guard guard : Guard.values()) {
                Optional<Row> row = Budget.endToEnd(results, "EndToEnd", container, guard);
                if (row.isPresent()) {
                    Map<String, Double> extras = row.get().extras();
                    table.row(
                            container.title,
                            guard.title,
                            Budget.toNone(results, "EndToEnd", container, guard)
                                    .map(Figure::ratio)
                                    .orElse(NONE),
                            Budget.toNone(results, "EndToEnd.cpu", container, guard)
                                    .map(Figure::ratio)
                                    .orElse(NONE),
                            Budget.endToEnd(results, "EndToEnd.cpu", container, guard)
                                    .map(cpu -> Figure.nanos(cpu.spread().median()))
                                    .orElse(NONE),
                            Budget.endToEnd(results, "EndToEnd.allocated", container, guard)
                                    .map(bytes -> Figure.of(bytes.spread().median()) + " B")
                                    .orElse(NONE),
                            Figure.nanos(1e3 * extras.getOrDefault("p50", Double.NaN)),
                            Figure.nanos(1e3 * extras.getOrDefault("p99", Double.NaN)));
                }
            }
        }
        return table.isEmpty() ? Optional.empty() : Optional.of(table.toString());
    }

    private static Optional<String> startMillis(Results results, String what) {
        return Budget.start(results, what).map(spread -> Figure.of(spread.median()) + " ms");
    }

    private static Optional<String> start(Results results) {
        Table table = new Table("what", "keys", "time", "÷ floor", "processor time of the process");
        for (Map.Entry<String, String> what : START_ROWS.entrySet()) {
            Optional<Row> row = results.row(Parts.START, "Start." + what.getKey(), Map.of());
            row.ifPresent(found -> table.row(
                    what.getValue(),
                    Figure.count(found.params().getOrDefault("keys", "0")),
                    Figure.of(found.spread(), "ms"),
                    what.getKey().equals("LOAD")
                            ? Budget.perRound(
                                            times -> times[0] / times[1],
                                            row,
                                            results.row(Parts.START, "Start.FLOOR", Map.of()))
                                    .map(Figure::ratio)
                                    .orElse(NONE)
                            : NONE,
                    millis(found, "cpu")));
        }
        return table.isEmpty() ? Optional.empty() : Optional.of(table.toString());
    }

    private Optional<String> database(Results results) {
        Table table = new Table("what", "how many", "middle", "99 of 100", "at most");
        for (Question question : Question.values()) {
            Budget.database(results, question)
                    .ifPresent(row -> table.row(
                            title(question),
                            Figure.count(row.params().getOrDefault("count", "0")),
                            Figure.of(row.spread().median()) + " ms",
                            millis(row, "p99"),
                            millis(row, "max")));
        }
        results.run(Parts.DATABASE).map(Run::failed).orElse(List.of()).forEach(row -> {
            Question question = Question.valueOf(row.name().substring("Database.".length()));
            table.row(
                    title(question),
                    Figure.count(row.params().getOrDefault("count", "0")),
                    "failed: " + row.failure().replace('|', '/'),
                    NONE,
                    NONE);
        });
        return table.isEmpty() ? Optional.empty() : Optional.of(table.toString());
    }

    private static String millis(Row row, String figure) {
        Double value = row.extras().get(figure);
        return value == null ? NONE : Figure.of(value) + " ms";
    }

    private static String title(Question question) {
        return switch (question) {
            case LOAD -> "a node starts, until its keys are in force; keys";
            case REVOKE_BY_POLLING -> "a key is revoked, until another node that polls rejects it; revocations";
            case REVOKE_BY_NOTIFICATION -> "the same by notifications; revocations";
            case IDLE_NODES -> "processor time of the server in a second, for nodes that poll; nodes";
            case REVOKE_AMONG_NODES -> "a key is revoked, until one of so many nodes that poll rejects it; nodes";
        };
    }

    private Optional<String> filterChart(Results results) throws IOException {
        Map<String, Double> bars = new LinkedHashMap<>();
        for (Guard guard : Guard.values()) {
            if (guard != Guard.NONE) {
                Budget.filter(results, "allowed", guard)
                        .ifPresent(spread -> bars.put(guard.name().toLowerCase(Locale.ROOT), spread.median()));
            }
        }
        if (bars.isEmpty()) {
            return Optional.empty();
        }
        String title = "what a guard adds to a request";
        return Optional.of(
                image(title, charts.bars("filter-jdk" + results.jdk(), title, "nanoseconds", rounded(bars))));
    }

    private static Optional<String> nanos(Results results, String method, String less) {
        return Budget.perRound(
                        times -> times[0] - times[1],
                        Budget.verify(results, "100", method),
                        Budget.verify(results, "100", less))
                .map(spread -> Figure.nanos(spread.median()));
    }

    private static Optional<String> peerRatio(Results results, String name, String under) {
        return Budget.perRound(
                        times -> times[0] / times[1],
                        peerRow(results, "100", "valid", Peer.valueOf(name)),
                        peerRow(results, "100", "valid", Peer.valueOf(under)))
                .map(Figure::ratio);
    }

    private Optional<String> pepper(Results results) {
        return results.row(Parts.PEPPER, "PepperBenchmark.valid", Map.of("keys", "100"))
                .map(row -> Figure.nanos(row.spread().median()));
    }

    private Optional<String> rebuild(Results results) {
        return results.row(Parts.BUILD + "1000000", "RingBuildBenchmark.build", Map.of("kind", "TYPICAL"))
                .map(row -> Figure.of(row.spread().median()) + " ms");
    }

    private static Optional<String> bytes(Results results, String figure) {
        return results.row(Parts.HEAP + "1000000", "HeapPerKey." + figure, Map.of("kind", "TYPICAL"))
                .map(row -> Figure.of(row.spread().median()));
    }

    private Optional<String> filterCost(Results results) {
        return Budget.filter(results, "allowed", Guard.KEYWARD).map(spread -> Figure.nanos(spread.median()));
    }

    private Optional<String> megabytes(Results results) {
        return results.row(Parts.HEAP + "1000000", "HeapPerKey.all", Map.of("kind", "TYPICAL"))
                .map(row -> Figure.of(row.spread().median()) + " MB");
    }

    /** Prints garbage; less than half a byte is the harness's. */
    private static String inBytes(double bytes) {
        return bytes < 0.5 ? "0" : Figure.of(bytes);
    }

    private static String method(Row row) {
        return row.name().substring(row.name().indexOf('.') + 1);
    }

    private static double percent(double share) {
        return Math.round(1_000 * share) / 10.0;
    }

    private static Map<String, Double> rounded(Map<String, Double> values) {
        return values.entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey,
                        entry -> (double) Math.round(entry.getValue()),
                        (one, other) -> one,
                        LinkedHashMap::new));
    }

    private static String plain(String markdown) {
        return markdown.replace("`", "");
    }

    private static String image(String title, String file) {
        return "![" + title + "](" + CHARTS + "/" + file + ")";
    }

    private static Map<String, String> verifyRows() {
        Map<String, String> rows = new LinkedHashMap<>();
        rows.put("digest", "floor: digest of ready bytes");
        rows.put("digestOfText", "floor: digest of the text");
        rows.put("valid", "accepted");
        rows.put("foreign", "accepted, made elsewhere");
        rows.put("expiring", "accepted, with an expiry");
        rows.put("expired", "expired");
        rows.put("revoked", "revoked");
        rows.put("unknown", "unknown");
        rows.put("badCheck", "wrong check digits");
        rows.put("malformed", "malformed");
        rows.put("overLong", "7 000 characters");
        rows.put("clock", "a clock read, for comparison");
        rows.put("validThenClock", "accepted, and a clock read after it, for comparison");
        return rows;
    }

    private static Map<String, String> startRows() {
        Map<String, String> rows = new LinkedHashMap<>();
        rows.put("FLOOR", "floor: a loop that makes the same ring and checks nothing, first thing in a JVM");
        rows.put("LOAD", "`KeywardConfig.load`, first thing in a JVM");
        rows.put("LOAD_ONE", "`KeywardConfig.load` of a file with one key, first thing in a JVM");
        rows.put("CHANGE", "a running service: from the change of the file until it is in force");
        rows.put("RELOAD", "a running service: `reloadNow`");
        return rows;
    }
}
