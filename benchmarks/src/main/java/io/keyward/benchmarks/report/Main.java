package io.keyward.benchmarks.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/**
 * Runs the benchmarks by parts, and makes the report.
 *
 * <pre>
 * run [smoke|short|full] [--again] [part…]    measures, and writes a file for each part into benchmarks/results
 * report                                      makes docs/benchmarks.md of those files
 * glance                                      says whether three ratios of the hot path are what they were, keeps nothing
 * anything else                               is for JMH, such as -h
 * </pre>
 *
 * <p>Works in the root of the repository. A part that has a result of this commit, measured as thoroughly, is left as
 * it is unless {@code --again} is said: a run that was broken off goes on where it stopped.
 */
public final class Main {
    private static final String AGAIN = "--again";

    private Main() {}

    /** Does what the first argument says. */
    public static void main(String[] arguments) throws Exception {
        String command = arguments.length == 0 ? "" : arguments[0];
        switch (command) {
            case "run" -> run(Arrays.asList(arguments).subList(1, arguments.length));
            case "glance" -> new HotPath(new JmhPart("glance", HotPath.BATCHES).measure(Profile.GLANCE)).print();
            case "report" -> new Report(Results.all(), Report.PAGE).write();
            default -> org.openjdk.jmh.Main.main(arguments);
        }
    }

    private static void run(List<String> arguments) throws IOException {
        if (!Files.exists(Path.of("benchmarks/pom.xml"))) {
            throw new IllegalStateException(
                    "the results belong into benchmarks/results; run this in the repository's root");
        }
        List<String> names = new ArrayList<>(arguments);
        boolean again = names.remove(AGAIN);
        Profile profile = Profile.SHORT;
        if (!names.isEmpty() && isProfile(names.get(0))) {
            profile = Profile.valueOf(names.remove(0).toUpperCase(Locale.ROOT));
        }
        List<String> failed = measure(chosen(profile, names), profile, again);
        if (!failed.isEmpty()) {
            Progress.say("failed: " + failed + "; see the messages above and benchmarks/target/logs");
            System.exit(1);
        }
        Progress.say("done");
    }

    private static boolean isProfile(String word) {
        return Arrays.stream(Profile.values())
                .anyMatch(profile -> profile.name().equalsIgnoreCase(word));
    }

    private static List<Part> chosen(Profile profile, List<String> names) {
        List<Part> parts = names.isEmpty() ? Parts.of(profile) : Parts.all(profile);
        Set<String> unknown = new TreeSet<>(names);
        parts.forEach(part -> unknown.remove(part.name()));
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException("no such parts: " + unknown + "; there are "
                    + parts.stream().map(Part::name).toList());
        }
        return names.isEmpty()
                ? parts
                : names.stream()
                        .distinct()
                        .flatMap(name ->
                                parts.stream().filter(part -> part.name().equals(name)))
                        .toList();
    }

    /** Measures part by part and returns the names of those that failed; one that fails does not stop the others. */
    private static List<String> measure(List<Part> parts, Profile profile, boolean again) throws IOException {
        List<String> failed = new ArrayList<>();
        List<Part> left = new ArrayList<>();
        for (Part part : parts) {
            if (!again && Results.isAsGood(Results.file(part.name()), profile, Environment.here())) {
                Progress.say(part.name() + ": has a result of this commit; " + AGAIN + " measures it again");
            } else {
                left.add(part);
            }
        }
        for (int i = 0; i < left.size(); i++) {
            Part part = left.get(i);
            Progress.next(i + 1, left.subList(i, left.size()), profile);
            try {
                if (!measure(part, profile)) {
                    failed.add(part.name());
                }
            } catch (Exception e) { // whatever it is: a night's measuring must not be lost for one part
                Progress.say(part.name() + ": failed, " + e);
                e.printStackTrace();
                failed.add(part.name());
            }
        }
        return failed;
    }

    /** Measures a part, writes its file, and returns whether every row has figures. */
    private static boolean measure(Part part, Profile profile) throws Exception {
        Environment here = Environment.here();
        Instant start = Instant.now();
        List<Row> rows = part.measure(profile);
        long seconds = Duration.between(start, Instant.now()).toSeconds();
        Run run = new Run(part.name(), profile, start, seconds, here, rows);
        run.write(Results.file(part.name()));
        Progress.say(part.name() + ": " + rows.size() + " rows in " + seconds + " s");
        run.failed().forEach(row -> Progress.say(row.name() + " has no figures: " + row.failure()));
        return run.failed().isEmpty();
    }
}
