package io.keyward.cli.holder;

import io.keyward.cli.terminal.CommandFailure;
import io.keyward.cli.terminal.Terminal;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say where a holder's key is kept. */
final class PlaceOptions {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,64}");
    private static final String DEFAULT_ENVIRONMENT = "default";
    private static final String DEFAULT_ROLE = "client";

    @Option(
            names = "--environment",
            paramLabel = "NAME",
            description = "Which deployment the key is for. Default: " + DEFAULT_ENVIRONMENT + ".")
    private @Nullable String environment;

    @Option(
            names = "--role",
            paramLabel = "NAME",
            description = "What the key is for there. Default: " + DEFAULT_ROLE + ".")
    private @Nullable String role;

    @Option(
            names = "--config-file",
            paramLabel = "PATH",
            description = "Use the flat TOML file of another program (api_key, api_url, worker_host, worker_port)"
                    + " instead of your own credential file. Everything else in it stays as it is.")
    private @Nullable Path configFile;

    /** Returns the place that the options name. */
    CredentialPlace place(Terminal terminal) {
        if (configFile != null) {
            if (environment != null || role != null) {
                throw CommandFailure.usage("--config-file holds one key; leave out --environment and --role");
            }
            return CredentialPlace.flat(new SecretFile(configFile, SecretFile.Links.FOLLOW, SecretFile.PATIENCE));
        }
        return CredentialPlace.stored(
                ownFile(terminal),
                name("--environment", environment, DEFAULT_ENVIRONMENT),
                name("--role", role, DEFAULT_ROLE));
    }

    /** Returns every place with a key, or those that the options name. */
    List<CredentialPlace> places(Terminal terminal) {
        if (configFile != null) {
            CredentialPlace flat = place(terminal);
            return flat.find().isPresent() ? List.of(flat) : List.of();
        }
        return CredentialPlace.allStored(ownFile(terminal)).stream()
                .filter(place -> environment == null || place.label().endsWith("@" + environment))
                .filter(place -> role == null || place.label().startsWith(role + "@"))
                .toList();
    }

    /** Returns whether the options leave it open which role the key is for. */
    boolean isRoleOpen() {
        return configFile == null && role == null;
    }

    /** Returns the options for another role as they are typed on a command line; nothing if the role is not a name. */
    Optional<String> forRole(String other) {
        if (!NAME.matcher(other).matches()) {
            return Optional.empty();
        }
        String slot = environment == null ? "" : "--environment " + environment + " ";
        return Optional.of(slot + "--role " + other);
    }

    /** Returns whether the file is the program's own. */
    boolean isOwnFile() {
        return configFile == null;
    }

    /** Returns the credential file of the person by the XDG Base Directory Specification 0.8. */
    private static SecretFile ownFile(Terminal terminal) {
        String named = terminal.environment().getOrDefault("XDG_CONFIG_HOME", "");
        // "If an implementation encounters a relative path [...] it should consider the path invalid and ignore it."
        Path configHome =
                Path.of(named).isAbsolute() ? Path.of(named) : home(terminal).resolve(".config");
        return new SecretFile(
                configHome.resolve("keyward").resolve("credentials.toml"),
                SecretFile.Links.REFUSE,
                SecretFile.PATIENCE);
    }

    private static Path home(Terminal terminal) {
        // Windows names the home directory USERPROFILE.
        String home = terminal.environment()
                .getOrDefault("HOME", terminal.environment().getOrDefault("USERPROFILE", ""));
        if (!Path.of(home).isAbsolute()) {
            throw CommandFailure.file("HOME is " + (home.isEmpty() ? "not set" : "not an absolute path")
                    + ", so there is no place for stored keys; set HOME or XDG_CONFIG_HOME, or name a file with"
                    + " --config-file");
        }
        return Path.of(home);
    }

    private static String name(String option, @Nullable String given, String fallback) {
        String name = given == null ? fallback : given;
        if (!NAME.matcher(name).matches()) {
            throw CommandFailure.usage(option + " must be 1 to 64 letters, digits, _ and -");
        }
        return name;
    }
}
