package io.keyward.config;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Runs a main class of the tests in a JVM of its own, within a command such as {@code unshare}. */
final class ChildJvm {
    private ChildJvm() {}

    static Machine.Outcome run(List<String> within, Class<?> main, String... arguments)
            throws IOException, InterruptedException {
        return Machine.run(command(within, main, arguments).toArray(String[]::new));
    }

    static List<String> command(List<String> within, Class<?> main, String... arguments) {
        List<String> command = new ArrayList<>(within);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("jdk.module.path", "")
                        + File.pathSeparator
                        + System.getProperty("java.class.path")));
        command.add(main.getName());
        command.addAll(List.of(arguments));
        return command;
    }
}
