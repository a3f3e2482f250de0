package io.keyward.config;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Runs a main class of the tests in a JVM of its own, within a command such as {@code unshare}. */
final class ChildJvm {
    private ChildJvm() {}

    static Machine.Outcome run(List<String> within, Class<?> main, String... arguments)
            throws IOException, InterruptedException {
        return Machine.run(command(within, main, arguments).toArray(String[]::new));
    }

    /** Returns the files and directories that the JVM takes its classes from. */
    static Stream<String> path() {
        return Stream.of("jdk.module.path", "java.class.path")
                .map(name -> System.getProperty(name, ""))
                .flatMap(Pattern.compile(File.pathSeparator, Pattern.LITERAL)::splitAsStream)
                .filter(entry -> Files.exists(Path.of(entry)) && !entry.isEmpty());
    }

    static List<String> command(List<String> within, Class<?> main, String... arguments) {
        List<String> command = new ArrayList<>(within);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(
                List.of("-XX:TieredStopAtLevel=1", "-cp", path().collect(Collectors.joining(File.pathSeparator))));
        command.add(main.getName());
        command.addAll(List.of(arguments));
        return command;
    }
}
