package io.keyward.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * An archive of the classes that the packaged command loads, made once, so that each process of a test starts faster.
 */
final class SharedClasses {
    private static final Path JAR = Path.of("target", "keyward.jar").toAbsolutePath();
    private static final Path ARCHIVE = Path.of("target", "keyward-tests.jsa").toAbsolutePath();

    private SharedClasses() {}

    /** Returns the options of a virtual machine that uses the archive; without it, it would work just so. */
    static synchronized List<String> options() throws IOException {
        if (!Files.exists(ARCHIVE)
                || Files.getLastModifiedTime(ARCHIVE).compareTo(Files.getLastModifiedTime(JAR)) < 0) {
            make();
        }
        return List.of("-Xshare:auto", "-Xlog:disable", "-XX:SharedArchiveFile=" + ARCHIVE);
    }

    private static void make() throws IOException {
        Path scratch = Files.createTempDirectory("keyward-classes");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:ArchiveClassesAtExit=" + ARCHIVE,
                        "-jar",
                        JAR.toString(),
                        "issue",
                        "--role=client",
                        "--owner=alice",
                        "--file=" + scratch.resolve(".env"))
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
