package io.keyward.cli.operator;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.keyward.cli.terminal.CommandFailure;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads what Linux says about a running service: its working directory, its arguments and its environment (proc(5)).
 *
 * <p>The environment is for the report of the configuration, which names variables and prints no value. Nothing else
 * may print it.
 */
record ServiceProcess(long pid, Path directory, List<String> arguments, Map<String, String> environment) {
    /**
     * Reads a process.
     *
     * @throws CommandFailure if no process has that number, it belongs to another user, or this is not Linux
     */
    static ServiceProcess of(long pid) {
        Path process = Path.of("/proc", String.valueOf(pid));
        if (!Files.isDirectory(Path.of("/proc/self"))) {
            throw CommandFailure.usage("--pid needs Linux; name the directory of the service with --dir");
        }
        try {
            Map<String, String> environment = new HashMap<>();
            for (String entry : entries(process.resolve("environ"))) {
                int equals = entry.indexOf('=');
                if (equals > 0) {
                    environment.put(entry.substring(0, equals), entry.substring(equals + 1));
                }
            }
            Path directory = Files.readSymbolicLink(process.resolve("cwd"));
            if (!isSame(directory, process.resolve("cwd"))) {
                throw CommandFailure.refused(
                        "process " + pid + " sees other files than this command, as in a container;"
                                + " run the command in the same container");
            }
            return new ServiceProcess(pid, directory, entries(process.resolve("cmdline")), environment);
        } catch (AccessDeniedException e) {
            throw CommandFailure.file(
                    "process " + pid + " belongs to another user; run this as that user, or as root", e);
        } catch (IOException e) {
            throw CommandFailure.refused("there is no process " + pid + ", or it has ended", e);
        }
    }

    /** Returns whether a path leads here to the directory that the link of the process leads to. */
    private static boolean isSame(Path directory, Path link) throws IOException {
        try {
            return Files.isSameFile(directory, link);
        } catch (NoSuchFileException notHere) {
            return false;
        }
    }

    /** Returns the system properties that the arguments set. */
    Map<String, String> systemProperties() {
        Map<String, String> properties = new HashMap<>();
        for (String argument : arguments) {
            int equals = argument.indexOf('=');
            if (argument.startsWith("-D") && equals > 0) {
                properties.put(argument.substring(2, equals), argument.substring(equals + 1));
            }
        }
        return properties;
    }

    private static List<String> entries(Path file) throws IOException {
        return Arrays.stream(new String(Files.readAllBytes(file), UTF_8).split("\0", -1))
                .filter(entry -> !entry.isEmpty())
                .toList();
    }

    /** Returns the key file that an argument names; nothing if no argument looks like one, so the directory decides. */
    Optional<Path> keyFile() {
        return arguments.stream()
                .map(argument -> argument.startsWith("-") ? argument.substring(argument.indexOf('=') + 1) : argument)
                .filter(value -> !value.startsWith("-") && isNameOfKeyFile(value))
                .map(directory::resolve)
                .findFirst();
    }

    private static boolean isNameOfKeyFile(String value) {
        String name = value.substring(value.lastIndexOf('/') + 1);
        return name.endsWith(".env") || name.startsWith(".env.");
    }

    @Override
    public String toString() {
        return "process " + pid;
    }
}
