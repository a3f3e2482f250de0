package io.keyward.cli.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.keyward.KeyHasher;
import io.keyward.cli.terminal.CommandFailure;
import io.keyward.cli.terminal.KeyInput;
import io.keyward.config.ConfigException;
import io.keyward.config.KeywardConfig;
import io.keyward.env.EnvDocument;
import io.keyward.env.EnvParser;
import io.keyward.env.KeyFileBytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Reads the peppers of services from the variables {@code KEYWARD_PEPPERS_<ID>}, and from a key file. */
final class Peppers {
    static final String VARIABLE = "KEYWARD_PEPPERS_";
    /** What a reference of a pepper cannot lead to, and what may be refused for reasons of its own. */
    private static final Pattern OTHERS =
            Pattern.compile("APP_ENV|(?:KEYWARD|SMALLRYE)_.*|.*_API_KEY(?:S|_HASHES)(?:_FILE)?");

    private Peppers() {}

    /** Returns the name of the variable for the pepper of an id. */
    static String variableOf(String id) {
        return VARIABLE + id.toUpperCase(Locale.ROOT).replace('-', '_');
    }

    /** Returns the id of the pepper of a hasher. */
    static String idOf(KeyHasher hasher) {
        return hasher.scheme().substring(hasher.scheme().indexOf(':') + 1);
    }

    /**
     * Returns a hasher for each pepper in these variables.
     *
     * @throws CommandFailure if the value of a variable is not a pepper, or does not match its check value
     */
    static List<KeyHasher> in(Map<String, String> environment) {
        Map<String, String> peppers = only(environment, name -> name.startsWith(VARIABLE));
        // an empty file in memory, so that no file of the working directory is read
        return peppers.isEmpty() ? List.of() : load(Path.of("environment"), "", peppers);
    }

    /**
     * Returns the hasher that a service has for new keys of a file: with the pepper in these variables, else with the
     * one in the file; nothing if there is none.
     *
     * @throws CommandFailure if there are several, or one that is not valid
     */
    static Optional<KeyHasher> ofNewKeys(Path file, Map<String, String> environment) {
        Map<String, String> variables = only(environment, Peppers::isRead);
        EnvDocument document = read(file);
        List<EnvDocument.Entry> entries = document.entries().stream()
                .filter(entry -> isRead(entry.name()))
                .toList();
        if (Stream.concat(variables.keySet().stream(), entries.stream().map(EnvDocument.Entry::name))
                .noneMatch(Peppers::isPepper)) {
            return Optional.empty();
        }
        String lines = entries.stream()
                .map(entry -> document.text().substring(entry.start(), entry.end()) + "\n")
                .collect(Collectors.joining());
        List<KeyHasher> known = load(file, lines, variables);
        List<KeyHasher> chosen = known.stream()
                .filter(hasher -> variables.keySet().stream()
                        .anyMatch(name -> formOf(name).equals(variableOf(idOf(hasher)))))
                .toList();
        List<KeyHasher> candidates = chosen.isEmpty() ? known : chosen;
        if (candidates.size() > 1) {
            throw CommandFailure.refused("there are several peppers ("
                    + candidates.stream().map(Peppers::idOf).collect(Collectors.joining(", "))
                    + "), and a new secret is hashed with only one; set only one of the variables " + VARIABLE
                    + "…, to the value that the service has; nothing was stored");
        }
        return candidates.stream().findFirst();
    }

    private static Map<String, String> only(Map<String, String> environment, Predicate<String> names) {
        return environment.entrySet().stream()
                .filter(variable -> names.test(variable.getKey()))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    private static String formOf(String name) {
        return name.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_");
    }

    private static boolean isPepper(String name) {
        return formOf(name).startsWith(VARIABLE);
    }

    /** Returns whether a name is that of a pepper, or one that a reference of a pepper may lead to. */
    private static boolean isRead(String name) {
        return isPepper(name) || !OTHERS.matcher(formOf(name)).matches();
    }

    /** A file with a line that cannot be read is refused by the change itself. */
    private static EnvDocument read(Path file) {
        try {
            byte[] bytes = Files.exists(file) ? KeyInput.bytes(file) : new byte[0];
            return EnvParser.read(file.toString(), bytes);
        } catch (IOException e) {
            throw CommandFailure.file("cannot read " + file + ": " + KeyFileBytes.reason(e), e);
        }
    }

    private static List<KeyHasher> load(Path file, String lines, Map<String, String> environment) {
        try (KeywardConfig config = KeywardConfig.builder()
                .envFile(file, lines.getBytes(UTF_8))
                .environment(environment)
                .systemProperties(Map.of())
                .requireKeys(false)
                .follow(false)
                .load()) {
            return config.hashers().stream()
                    .filter(hasher -> hasher.check().isPresent())
                    .toList();
        } catch (ConfigException e) {
            throw CommandFailure.refused(String.valueOf(e.getMessage()), e);
        }
    }
}
