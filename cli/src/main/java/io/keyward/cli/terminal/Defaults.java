package io.keyward.cli.terminal;

import io.keyward.KeyFormat;
import io.keyward.env.EnvParser;
import io.keyward.env.Failures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.tomlj.Toml;
import org.tomlj.TomlParseResult;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Supplies the values that would otherwise have to be given to every command: the key file or the database, the roles
 * that the service declares, and the prefix.
 *
 * <p>An option on the command line wins, then {@code KEYWARD_FILE} or {@code KEYWARD_JDBC_URL}, and
 * {@code KEYWARD_ROLES}, then a {@code keyward.toml}: the one in the working directory names the key file or the
 * database, the one next to the key file names roles and prefix.
 */
public final class Defaults implements IDefaultValueProvider {
    public static final String FILE_VARIABLE = "KEYWARD_FILE";
    static final String ROLES_VARIABLE = "KEYWARD_ROLES";
    public static final String URL_VARIABLE = "KEYWARD_JDBC_URL";
    private static final String USER_VARIABLE = "KEYWARD_JDBC_USER";
    public static final String PASSWORD_VARIABLE = "KEYWARD_JDBC_PASSWORD";
    /** Variables that are for this command alone. */
    static final Set<String> OWN_VARIABLES = Set.of(FILE_VARIABLE, URL_VARIABLE, USER_VARIABLE, PASSWORD_VARIABLE);

    private static final Path NAME = Path.of("keyward.toml");
    private static final String FILE = "file";
    private static final String ROLES = "declared-roles";
    private static final String PREFIX = "prefix";
    private static final String URL = "jdbc-url";
    private static final String USER = "jdbc-user";
    private static final String SCHEMA = "jdbc-schema";
    private static final String TABLE_PREFIX = "jdbc-table-prefix";
    private static final Set<String> KNOWN =
            new TreeSet<>(Set.of(FILE, ROLES, PREFIX, URL, USER, SCHEMA, TABLE_PREFIX));
    private static final String USUAL_FILE = ".env";

    private final Map<String, String> environment;
    private final List<String> args;
    /** The files that were read: each option asks for its default separately. */
    private final Map<Path, Optional<TomlParseResult>> files = new HashMap<>();

    public Defaults(Map<String, String> environment, List<String> args) {
        this.environment = environment;
        this.args = args;
    }

    @Override
    public @Nullable String defaultValue(ArgSpec argument) {
        if (!(argument instanceof OptionSpec option)) {
            return null;
        }
        return switch (option.longestName()) {
            case "--file" -> takesDefaultFile(option) ? file() : null;
            case "--declared-roles" -> roles();
            case "--jdbc-url" -> databaseUrl();
            case "--jdbc-user" -> inEnvironment(USER_VARIABLE).orElseGet(() -> inWorkingDirectory(USER));
            case "--jdbc-schema" -> inWorkingDirectory(SCHEMA);
            case "--jdbc-table-prefix" -> inWorkingDirectory(TABLE_PREFIX);
            case "--prefix" -> PrefixOption.DEFAULT.equals(option.defaultValue()) ? prefix() : null;
            default -> null;
        };
    }

    /** Returns whether a file is supplied: not to a command that does something else without one, such as hash. */
    private boolean takesDefaultFile(OptionSpec option) {
        boolean isStatus = option.command() != null && option.command().name().equals("status");
        return USUAL_FILE.equals(option.defaultValue())
                || (isStatus && given("-d", "--dir").isEmpty() && !file().equals(USUAL_FILE));
    }

    private String file() {
        return inEnvironment(FILE_VARIABLE)
                .or(() -> Optional.ofNullable(inWorkingDirectory(FILE)))
                .orElse(USUAL_FILE);
    }

    /** A file on the command line, or in a place that comes first, is used instead of a database. */
    private @Nullable String databaseUrl() {
        if (given("-f", "--file").isPresent()) {
            return null;
        }
        Optional<String> url = inEnvironment(URL_VARIABLE);
        boolean namesFile = inEnvironment(FILE_VARIABLE).isPresent();
        if (url.isPresent() && namesFile && given("", "--jdbc-url").isEmpty()) {
            throw CommandFailure.usage("both " + FILE_VARIABLE + " and " + URL_VARIABLE
                    + " are set; use --file or --jdbc-url, or unset one of them");
        }
        return url.orElseGet(() -> namesFile ? null : inWorkingDirectory(URL));
    }

    private Optional<String> inEnvironment(String variable) {
        return Optional.of(environment.getOrDefault(variable, "")).filter(value -> !value.isEmpty());
    }

    private @Nullable String inWorkingDirectory(String name) {
        return read(NAME).map(toml -> toml.getString(name)).orElse(null);
    }

    private @Nullable String roles() {
        String named = environment.getOrDefault(ROLES_VARIABLE, "");
        if (!named.isEmpty()) {
            // The service takes a JSON array in this variable, too.
            String items = named.replaceAll("[\\[\\]\"'\\s]+", "");
            return items.isEmpty() ? null : items;
        }
        return besideKeyFile()
                .map(toml -> toml.getArray(ROLES))
                .map(array -> array.toList().stream().map(String::valueOf).collect(Collectors.joining(",")))
                .orElse(null);
    }

    private @Nullable String prefix() {
        return besideKeyFile().map(toml -> toml.getString(PREFIX)).orElse(null);
    }

    private Optional<TomlParseResult> besideKeyFile() {
        try {
            Path keyFile = Path.of(given("-f", "--file").orElseGet(this::file));
            return read(keyFile.resolveSibling(NAME));
        } catch (InvalidPathException noPath) {
            // The option itself is refused with the reason.
            return Optional.empty();
        }
    }

    private Optional<String> given(String shortName, String longName) {
        for (int i = 0; i < args.size(); i++) {
            String arg = args.get(i);
            if (arg.startsWith(longName + "=")) {
                return Optional.of(arg.substring(longName.length() + 1));
            }
            if ((arg.equals(longName) || (!shortName.isEmpty() && arg.equals(shortName))) && i + 1 < args.size()) {
                return Optional.of(args.get(i + 1));
            }
            if (!shortName.isEmpty() && arg.startsWith(shortName) && !arg.startsWith("--")) {
                return Optional.of(arg.substring(shortName.length()).replaceFirst("^=", ""));
            }
        }
        return Optional.empty();
    }

    private Optional<TomlParseResult> read(Path file) {
        return files.computeIfAbsent(file, Defaults::parse);
    }

    private static Optional<TomlParseResult> parse(Path file) {
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        TomlParseResult toml;
        try {
            toml = Toml.parse(EnvParser.withoutByteOrderMark(Files.readString(file)));
        } catch (IOException e) {
            throw CommandFailure.file(file + ": " + Failures.describe(e), e);
        }
        if (toml.hasErrors()) {
            throw CommandFailure.file(
                    file + ", line " + toml.errors().get(0).position().line()
                            + ": this is not TOML; repair the line, or remove the file");
        }
        check(file, toml);
        return Optional.of(toml);
    }

    private static void check(Path file, TomlParseResult toml) {
        for (String name : toml.keySet()) {
            boolean known = KNOWN.contains(name);
            boolean valid = name.equals(ROLES) ? toml.isArray(name) : known && toml.isString(name);
            if (!valid) {
                throw CommandFailure.file(
                        file + ", line " + toml.inputPositionOf(List.of(name)).line() + ", " + name
                                + (known
                                        ? ": must be " + (name.equals(ROLES) ? "an array of strings" : "a string")
                                        : ": is unknown")
                                + "; the known names are " + String.join(", ", KNOWN));
            }
        }
        if (toml.contains(FILE) && toml.contains(URL)) {
            throw CommandFailure.file(file + ": has both " + FILE + " and " + URL + "; keep one of them");
        }
        String prefix = toml.getString(PREFIX);
        try {
            KeyFormat.of(prefix == null ? PrefixOption.DEFAULT : prefix);
        } catch (IllegalArgumentException refused) {
            throw CommandFailure.file(
                    file + ", " + PREFIX + ": is not a prefix of keys, which is like acme_live", refused);
        }
    }
}
