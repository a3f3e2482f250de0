package io.keyward.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * An archive of the classes that the packaged command loads, made once, so that each process of a test starts faster, with
 * about half of the processor's time.
 */
final class SharedClasses {
    private static final Path JAR = Path.of("target", "keyward.jar").toAbsolutePath();
    private static final Path ARCHIVE = Path.of("target", "keyward-tests.jsa").toAbsolutePath();

    /** Commands that load what most tests need; nothing listens where the last of them asks. */
    private static final List<List<String>> COMMANDS = List.of(
            List.of("issue", "--role=client", "--owner=alice"),
            List.of("list"),
            List.of("login", "--api-url=http://127.0.0.1:1"));

    private static boolean wasTried;

    private SharedClasses() {}

    /** Returns the options of a virtual machine that uses the archive; it works without the archive, too. */
    static synchronized List<String> options() throws IOException, InterruptedException {
        boolean isMissing = !Files.exists(ARCHIVE)
                || Files.getLastModifiedTime(ARCHIVE).compareTo(Files.getLastModifiedTime(JAR)) < 0;
        if (isMissing && !wasTried) {
            wasTried = true;
            make(Files.createTempDirectory(ARCHIVE.getParent(), "classes"));
        }
        return List.of("-Xshare:auto", "-Xlog:disable", "-XX:SharedArchiveFile=" + ARCHIVE);
    }

    private static void make(Path scratch) throws IOException, InterruptedException {
        Set<String> classes = new LinkedHashSet<>();
        for (List<String> command : COMMANDS) {
            Path list = scratch.resolve(command.get(0));
            List<String> line = new ArrayList<>(List.of("-XX:DumpLoadedClassList=" + list, "-jar", JAR.toString()));
            line.addAll(command);
            run(scratch, line);
            // the numbers, which newer JDKs write, are those of one list
            Files.readAllLines(list).stream()
                    .filter(name -> !name.contains(" source: "))
                    .map(name -> name.replaceFirst(" id: [0-9]+$", ""))
                    .forEach(classes::add);
        }
        Path all = Files.write(scratch.resolve("all"), classes);
        run(
                scratch,
                List.of(
                        "-Xshare:dump",
                        "-Xlog:disable",
                        "-XX:SharedClassListFile=" + all,
                        "-XX:SharedArchiveFile=" + ARCHIVE,
                        "-cp",
                        JAR.toString()));
    }

    private static void run(Path home, List<String> options) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1"));
        command.addAll(options);
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(home.toFile())
                .redirectOutput(home.resolve("out").toFile())
                .redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.environment().put("HOME", home.toString());
        Process process = builder.start();
        try (OutputStream in = process.getOutputStream()) {
            in.write("not-a-key-of-anyone".getBytes(UTF_8));
        } catch (IOException closedAlready) {
            // What reads nothing may have ended before it was written to.
            process.waitFor();
        }
        process.waitFor();
    }
}
