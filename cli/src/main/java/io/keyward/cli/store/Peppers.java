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
    static final String CHOICE = "KEYWARD_NEW_KEYS_PEPPER";
    /** What a reference of a pepper cannot lead to, and what may be refused for reasons of its own. */
    private static final Pattern OTHERS =
            Pattern.compile("APP_ENV|(?:KEYWARD|SMALLRYE)_.*|.*_API_KEY(?:S|_HASHES)(?:_FILE)?");

    private Peppers() {}

    /**
     * What is known of the peppers of services.
     *
     * @param all a hasher for each
     * @param ofNewKeys the one for new keys; empty if there is none, or if one of several must be chosen
     * @param isChosen whether a setting names the one for new keys, which then may be one that is not known
     */
    record Known(List<KeyHasher> all, Optional<KeyHasher> ofNewKeys, boolean isChosen) {
        private static final Known NONE = new Known(List.of(), Optional.empty(), false);

        /** Throws if new secrets have a pepper of the services, and it is not known which. */
        void requireOne() {
            if (ofNewKeys.isEmpty() && isChosen) {
                throw CommandFailure.refused(CHOICE + " names a pepper that is not known here; set its variable "
                        + VARIABLE + "<ID> to the value that the service has; nothing was stored");
            }
            if (ofNewKeys.isEmpty() && all.size() > 1) {
                throw CommandFailure.refused("there are several peppers ("
                        + all.stream().map(Peppers::idOf).collect(Collectors.joining(", "))
                        + "), and a new secret is hashed with only one; set " + CHOICE
                        + " to the id of the one that the service has for new keys; nothing was stored");
            }
        }
    }

    /** Returns the name of the variable for the pepper of an id. */
    static String variableOf(String id) {
        return VARIABLE + id.toUpperCase(Locale.ROOT).replace('-', '_');
    }

    /** Returns the id of the pepper of a hasher. */
    static String idOf(KeyHasher hasher) {
        return hasher.scheme().substring(hasher.scheme().indexOf(':') + 1);
    }

    /**
     * Returns the peppers in these variables.
     *
     * @throws CommandFailure if the value of a variable is not a pepper, or does not match its check value
     */
    static Known in(Map<String, String> environment) {
        Map<String, String> peppers = only(environment, name -> name.startsWith(VARIABLE) || name.equals(CHOICE));
        // an empty file in memory, so that no file of the working directory is read
        return peppers.isEmpty() ? Known.NONE : load(Path.of("environment"), "", peppers, peppers.containsKey(CHOICE));
    }

    /**
     * Returns the hasher that a service has for new keys of a file: with the pepper that is chosen by a setting, else
     * with the one in these variables, else with the one in the file; nothing if there is none.
     *
     * @throws CommandFailure if there are several, or one that is not valid
     */
    static Optional<KeyHasher> ofNewKeys(Path file, Map<String, String> environment) {
        Map<String, String> variables = only(environment, Peppers::isRead);
        EnvDocument document = read(file);
        List<EnvDocument.Entry> entries = document.entries().stream()
                .filter(entry -> isRead(entry.name()))
                .toList();
        List<String> names = Stream.concat(
                        variables.keySet().stream(), entries.stream().map(EnvDocument.Entry::name))
                .toList();
        boolean isChosen = names.stream().anyMatch(name -> formOf(name).equals(CHOICE));
        if (!isChosen && names.stream().noneMatch(Peppers::isPepper)) {
            return Optional.empty();
        }
        String lines = entries.stream()
                .map(entry -> document.text().substring(entry.start(), entry.end()) + "\n")
                .collect(Collectors.joining());
        Known known = load(file, lines, variables, isChosen);
        List<KeyHasher> ofVariables = known.all.stream()
                .filter(hasher -> variables.keySet().stream()
                        .anyMatch(name -> formOf(name).equals(variableOf(idOf(hasher)))))
                .toList();
        if (!isChosen && ofVariables.size() == 1) {
            return Optional.of(ofVariables.get(0));
        }
        known.requireOne();
        return known.ofNewKeys;
    }

    /** Returns whether a file has a line for a pepper: the pepper or its check value. */
    static boolean isNamedIn(Path file, String id) {
        String variable = variableOf(id);
        return read(file).entries().stream()
                .map(entry -> formOf(entry.name()))
                .anyMatch(name -> name.equals(variable) || name.equals(variable + "_CHECK"));
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
        return isPepper(name)
                || formOf(name).equals(CHOICE)
                || !OTHERS.matcher(formOf(name)).matches();
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

    private static Known load(Path file, String lines, Map<String, String> environment, boolean isChosen) {
        try (KeywardConfig config = KeywardConfig.builder()
                .envFile(file, lines.getBytes(UTF_8))
                .environment(environment)
                .systemProperties(Map.of())
                .requireKeys(false)
                .follow(false)
                .load()) {
            return new Known(
                    config.hashers().stream().filter(Peppers::hasPepper).toList(),
                    config.newKeysHasher().filter(Peppers::hasPepper),
                    isChosen);
        } catch (ConfigException e) {
            throw CommandFailure.refused(String.valueOf(e.getMessage()), e);
        }
    }

    private static boolean hasPepper(KeyHasher hasher) {
        return hasher.check().isPresent();
    }
}
