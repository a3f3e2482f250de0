package io.keyward.cli.store;

import io.keyward.KeyHasher;
import io.keyward.cli.terminal.CommandFailure;
import io.keyward.config.ConfigException;
import io.keyward.config.KeywardConfig;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Reads the peppers of services whose keys are in a database from the variables {@code KEYWARD_PEPPERS_<ID>}. */
final class Peppers {
    static final String VARIABLE = "KEYWARD_PEPPERS_";

    private Peppers() {}

    /** Returns the name of the variable for the pepper of an id. */
    static String variableOf(String id) {
        return VARIABLE + id.toUpperCase(Locale.ROOT).replace('-', '_');
    }

    /**
     * Returns a hasher for each pepper in these variables.
     *
     * @throws CommandFailure if the value of a variable is not a pepper, or does not match its check value
     */
    static List<KeyHasher> in(Map<String, String> environment) {
        Map<String, String> peppers = environment.entrySet().stream()
                .filter(variable -> variable.getKey().startsWith(VARIABLE))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
        if (peppers.isEmpty()) {
            return List.of();
        }
        // an empty file in memory, so that no file of the working directory is read
        try (KeywardConfig config = KeywardConfig.builder()
                .envFile(Path.of("environment"), new byte[0])
                .environment(peppers)
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
