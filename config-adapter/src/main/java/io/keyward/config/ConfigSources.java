package io.keyward.config;

import static java.lang.Integer.MAX_VALUE;

import io.keyward.env.EnvDocument;
import io.keyward.env.EnvParser;
import io.keyward.env.KeyFileBytes;
import io.keyward.env.ListValue;
import io.smallrye.config.ConfigValue;
import io.smallrye.config.ConfigValueConfigSource;
import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.PropertiesConfigSourceLoader;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.config.SysPropConfigSource;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.eclipse.microprofile.config.spi.ConfigSource;
import org.jspecify.annotations.Nullable;

/**
 * Builds SmallRye's sources, with this library's parser for {@code .env} files, and collects what concerns keys: for
 * each name every value, the one that is used first.
 *
 * <p>Order, ordinals and profiles are SmallRye's. Values are taken raw from the sources, because SmallRye's expressions
 * change or drop a value with a {@code $}.
 */
final class ConfigSources {
    /** The {@link Assignment#source} of what the process's environment says. */
    static final String ENVIRONMENT = "environment";

    /** What SmallRye calls properties that are given to it under the name of the system's. */
    private static final String GIVEN_SYSTEM_PROPERTIES =
            "PropertiesConfigSource[source=" + SysPropConfigSource.NAME + "]";

    /** The ordinals of SmallRye's own sources. */
    private static final int ENV_FILE_ORDINAL = 295;

    private static final int FILE_ORDINAL = 260;
    private static final int CLASS_PATH_ORDINAL = 250;
    private static final Pattern FILE_IN_NAME = Pattern.compile(".*\\[source=(file:.*)]");
    /** The variable of a key list, or of a file for one, in its environment spelling. */
    static final Pattern KEY_LIST = Pattern.compile("(?<role>.+)_(?:API_KEYS|API_KEY_HASHES)(?:_FILE)?");

    /** Names that somebody may take for a key list; {@link ListNames} looks closer. */
    private static final Pattern ALMOST_LIST = Pattern.compile(".*(?:KEY|HASH).*");

    private static final String OF_SMALLRYE = "SMALLRYE_";
    private static final String OF_MICROPROFILE = "MP_CONFIG_";
    private static final String ORDINAL_OF_SOURCE = "CONFIG_ORDINAL";

    private final FileSnapshot files;
    private final List<ConfigProblem> problems;
    private final Map<PropertyName, List<Assignment>> named = new LinkedHashMap<>();
    private final List<PropertyName> settings = new ArrayList<>();
    private final Map<String, List<Assignment>> lists = new LinkedHashMap<>();
    private final Map<String, List<Assignment>> almostLists = new LinkedHashMap<>();
    private final Set<String> referredTo = new HashSet<>();
    private final Set<PropertyName> repeatedNames = new HashSet<>();
    private final Set<String> repeatedLists = new HashSet<>();
    private final List<Assignment> unknown = new ArrayList<>();
    private final Set<Path> filesOfKeys = new LinkedHashSet<>();
    private final List<ConfigSource> ordered = new ArrayList<>();
    private final List<String> profiles = new ArrayList<>();

    private ConfigSources(FileSnapshot files, List<ConfigProblem> problems) {
        this.files = files;
        this.problems = problems;
    }

    /** Reads all sources; what is wrong with them is added to the problems. */
    static ConfigSources read(Options options, FileSnapshot files, List<ConfigProblem> problems) {
        ConfigSources sources = new ConfigSources(files, problems);
        SmallRyeConfig config = sources.open(options);
        sources.profiles.addAll(config.getProfiles());
        config.getConfigSources().forEach(sources.ordered::add);
        sources.ordered.stream()
                .map(ConfigSources::pathOf)
                .filter(Objects::nonNull)
                .forEach(files::remember);
        sources.ordered.forEach(sources::collect);
        sources.sort(sources.named);
        sources.sort(sources.lists);
        return sources;
    }

    /**
     * Builds the sources for one file. The environment is there for references only; no keys are collected from it.
     *
     * @param path the file as it was named: a relative {@code @file} starts in its directory, also if it is a symbolic
     *     link
     */
    static ConfigSources ofFile(
            Path path, EnvDocument document, Map<String, String> environment, List<ConfigProblem> problems) {
        ConfigSources sources = new ConfigSources(new FileSnapshot(), problems);
        EnvFileSource file = new EnvFileSource(path, document, ENV_FILE_ORDINAL);
        sources.ordered.add(file);
        sources.ordered.add(new EnvConfigSource(environment, EnvConfigSource.ORDINAL));
        sources.collect(file);
        return sources;
    }

    /** Returns the values of all names of ours, the one that is used first. */
    Map<PropertyName, List<Assignment>> named() {
        return Collections.unmodifiableMap(named);
    }

    /** Returns the names of {@link #named} that are part of no key, which are few. */
    List<PropertyName> settings() {
        return Collections.unmodifiableList(settings);
    }

    /** Returns the active profiles. */
    List<String> profiles() {
        return Collections.unmodifiableList(profiles);
    }

    /** Returns the values of every variable that has the form of a key list, by its environment spelling. */
    Map<String, List<Assignment>> lists() {
        return Collections.unmodifiableMap(lists);
    }

    /** Returns the values of variables that somebody may take for key lists, by their environment spelling. */
    Map<String, List<Assignment>> almostLists() {
        return Collections.unmodifiableMap(almostLists);
    }

    /** Returns whether a reference that was followed leads to a variable, given in its environment spelling. */
    boolean isReferredTo(String variable) {
        return referredTo.contains(variable);
    }

    /** Returns whether a source has a name twice, so that it is not known which of the two is meant. */
    boolean isRepeated(PropertyName name) {
        return repeatedNames.contains(name);
    }

    /** Returns whether a source has a key list twice, by the list's environment spelling. */
    boolean isRepeated(String list) {
        return repeatedLists.contains(list);
    }

    /** Returns the problem of a name that begins as ours do and means nothing. */
    static ConfigProblem unknownName(Assignment name) {
        String form = environmentForm(name.spelling());
        String remedy = KEY_LIST.matcher(form).matches()
                ? "leave out KEYWARD_ if it is meant as a key list, which is named for its role alone"
                : form.endsWith(Property.FILE_SUFFIX)
                        ? "leave out _FILE, and write @ before the path"
                        : name.spelling().indexOf('[') >= 0
                                ? "write names without brackets; in YAML put a name in quotes that is a number or a word"
                                        + " such as yes"
                                : "correct the spelling, or remove it";
        return name.problem(
                "the name means nothing here",
                "names that begin with keyward are those of docs/configuration.md",
                remedy);
    }

    /** Returns the names that begin as ours do and mean nothing. */
    List<Assignment> unknown() {
        return Collections.unmodifiableList(unknown);
    }

    /** Returns the files that names of ours or key lists were found in. */
    Set<Path> filesOfKeys() {
        return Collections.unmodifiableSet(filesOfKeys);
    }

    /**
     * Returns where a reference <code>${NAME}</code> leads: to the name in the same source, else in the environment,
     * else in the first other source that has it. From an {@code .env} file it leads only to such files and the
     * environment, because the person who edits the file knows no other source. Skips assignments that are already on
     * the way, so a name may refer to the same name in the environment.
     *
     * @param passed the assignments on the way here, the one that refers first
     */
    Optional<Assignment> lookUp(String name, List<Assignment> passed) {
        int own = passed.get(0).rank();
        boolean fromEnvFile = own < ordered.size() && ordered.get(own) instanceof EnvFileSource;
        List<ConfigSource> asked = new ArrayList<>(ordered);
        asked.removeIf(source -> fromEnvFile && !(source instanceof EnvConfigSource));
        asked.sort(Comparator.comparingInt(
                source -> rankOf(source) == own ? 0 : source.getName().equals(EnvConfigSource.NAME) ? 1 : 2));
        for (ConfigSource source : asked) {
            String value = source.getValue(name);
            if (value != null) {
                Assignment found = found(source, name, value);
                if (!passed.contains(found)) {
                    referredTo.add(environmentForm(name));
                    return Optional.of(found);
                }
            }
        }
        return Optional.empty();
    }

    private SmallRyeConfig open(Options options) {
        List<ConfigSource> own = new ArrayList<>();
        if (options.config() != null) {
            SmallRyeConfig given = options.config().get();
            if (options.envFile() == null) {
                return given;
            }
            given.getConfigSources().forEach(own::add);
            addNamedFile(options, own);
            return build(new SmallRyeConfigBuilder().withSources(own));
        }
        own.add(
                options.systemProperties() == null
                        ? new SysPropConfigSource()
                        : new PropertiesConfigSource(
                                options.systemProperties(), SysPropConfigSource.NAME, SysPropConfigSource.ORDINAL));
        own.add(new EnvConfigSource(withoutQuotes(options.environment()), EnvConfigSource.ORDINAL));
        if (addNamedFile(options, own)) {
            addProfiles(options.file(), own);
        }
        addProperties(options, own);
        return build(new SmallRyeConfigBuilder()
                .forClassLoader(options.classLoader())
                .addDefaultInterceptors()
                .addDiscoveredSources()
                .withSources(own));
    }

    private boolean addNamedFile(Options options, List<ConfigSource> own) {
        Path envFile = options.file();
        ByteBuffer content = options.envContent();
        if (content != null) {
            byte[] bytes = new byte[content.remaining()];
            content.duplicate().get(bytes);
            files.give(envFile, bytes);
        }
        boolean required = options.envFile() != null && !options.startsEmpty();
        return addEnvFile(envFile, required, ENV_FILE_ORDINAL, own);
    }

    /** Removes the quotes that {@code docker run --env-file} leaves around the values that SmallRye reads itself. */
    private static Map<String, String> withoutQuotes(Map<String, String> environment) {
        Map<String, String> variables = new LinkedHashMap<>(environment);
        variables.replaceAll((name, value) -> name.startsWith(OF_SMALLRYE) ? ListValue.unquoted(value) : value);
        return variables;
    }

    /** Asks SmallRye which profiles are active. */
    private static List<String> profilesIn(List<ConfigSource> own) {
        return new SmallRyeConfigBuilder()
                .addDefaultInterceptors()
                .withSources(own)
                .build()
                .getProfiles();
    }

    /** What SmallRye's {@code addPropertiesSources} adds, for a directory that need not be the working directory. */
    private void addProperties(Options options, List<ConfigSource> own) {
        ClassLoader loader = options.classLoader();
        Path file = options.directory().resolve("config").resolve("application.properties");
        if (isSound(file)) {
            own.addAll(PropertiesConfigSourceLoader.inFileSystem(file.toUri().toString(), FILE_ORDINAL, loader));
        }
        own.addAll(PropertiesConfigSourceLoader.inClassPath("application.properties", CLASS_PATH_ORDINAL, loader));
        own.addAll(PropertiesConfigSourceLoader.inClassPath(
                "META-INF/microprofile-config.properties", PropertiesConfigSource.ORDINAL, loader));
    }

    private boolean isSound(Path file) {
        try {
            return files.read(file)
                    .map(bytes -> PropertiesText.check(file.toString(), bytes, problems))
                    .orElse(true);
        } catch (IOException e) {
            problems.add(unreadable(file, e));
            return false;
        }
    }

    private SmallRyeConfig build(SmallRyeConfigBuilder builder) {
        try {
            return builder.build();
        } catch (RuntimeException e) {
            // its message may quote a value
            problems.add(ConfigProblem.of(
                    null,
                    "SmallRye cannot read its sources (" + e.getClass().getSimpleName() + ")",
                    "properties files are well-formed, and smallrye.config.locations names files that exist",
                    "look for a \\u without four digits, or correct the locations"));
            return new SmallRyeConfigBuilder().build();
        }
    }

    private void addProfiles(Path envFile, List<ConfigSource> own) {
        List<String> active = profilesIn(own);
        for (int i = 0; i < active.size(); i++) {
            Path file = envFile.resolveSibling(envFile.getFileName() + "-" + active.get(i));
            addEnvFile(file, false, ENV_FILE_ORDINAL + active.size() - i, own);
        }
    }

    private boolean addEnvFile(Path file, boolean required, int ordinal, List<ConfigSource> own) {
        Path path = file.toAbsolutePath().normalize();
        try {
            Optional<byte[]> bytes = files.read(path);
            bytes.ifPresent(read -> {
                files.holdsKeys(path);
                EnvDocument text = EnvParser.read(path.toString(), read);
                text.problems().forEach(problem -> problems.add(ConfigProblem.of(path.toString(), problem)));
                own.add(new EnvFileSource(path, text, ordinal));
            });
            if (bytes.isEmpty() && required) {
                problems.add(ConfigProblem.of(
                        path.toString(),
                        "there is no such file",
                        "a file that is named must exist",
                        "create it, or name the right one"));
            }
            return bytes.isPresent();
        } catch (IOException e) {
            problems.add(unreadable(path, e));
            return false;
        }
    }

    private static ConfigProblem unreadable(Path path, IOException e) {
        return ConfigProblem.of(
                path.toString(),
                "the file cannot be read (" + KeyFileBytes.reason(e) + ")",
                "a key file is a file that this process may read",
                "check its kind, its owner and its permissions");
    }

    private void collect(ConfigSource source) {
        if (source instanceof EnvFileSource file) {
            int rank = rankOf(file);
            file.text.firstOfEach().forEach(entry -> {
                String name = withoutProfile(entry.name());
                if (name != null) {
                    collect(name, file.assignment(entry.name(), entry.value(), entry.line(), rank));
                }
            });
        } else {
            namesIn(source).forEach(raw -> {
                String name = withoutProfile(raw);
                // the value for a profile that is not active is not asked for: it may take long, or not be there
                String value = name == null ? null : source.getValue(raw);
                if (name != null && value != null) {
                    collect(name, found(source, raw, value));
                }
            });
        }
    }

    private void collect(String name, Assignment found) {
        if (PropertyName.isOurs(name)) {
            PropertyName parsed = PropertyName.parse(name);
            if (parsed == null) {
                unknown.add(found);
                return;
            }
            if (!parsed.property().isOfKey() && !named.containsKey(parsed)) {
                settings.add(parsed);
            }
            add(named, repeatedNames, parsed, found);
        } else {
            String environmentName = environmentForm(name);
            if (KEY_LIST.matcher(environmentName).matches() || environmentName.equals(Property.APP_ENV.pattern())) {
                add(lists, repeatedLists, environmentName, found);
            } else if (ALMOST_LIST.matcher(environmentName).matches()) {
                almostLists
                        .computeIfAbsent(environmentName, key -> new ArrayList<>())
                        .add(found);
            }
        }
    }

    private static Set<String> namesIn(ConfigSource source) {
        Set<String> names = source.getPropertyNames();
        if (!(source instanceof EnvConfigSource)) {
            return names;
        }
        // SmallRye lists each variable once more as the property it may stand for
        Set<String> variables = names.stream()
                .filter(name -> name.indexOf('.') < 0)
                .map(ConfigSources::environmentForm)
                .collect(Collectors.toSet());
        return names.stream()
                .filter(name -> name.indexOf('.') < 0 || !variables.contains(environmentForm(name)))
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    private <N> void add(Map<N, List<Assignment>> to, Set<N> repeated, N name, Assignment found) {
        List<Assignment> all = to.computeIfAbsent(name, key -> new ArrayList<>(1));
        if (ordered.get(found.rank()) instanceof EnvFileSource file && file.text.isRepeated(found.spelling())) {
            repeated.add(name);
        }
        for (Assignment other : all) {
            if (other.rank() == found.rank() && profileOf(other.spelling()).equals(profileOf(found.spelling()))) {
                repeated.add(name);
                problems.add(found.problem(
                        "the same name is also at " + other.place() + " as " + other.spelling(),
                        "a name is written once in a source, in one spelling",
                        "remove one of the two"));
            }
        }
        all.add(found);
        if (found.file() != null) {
            filesOfKeys.add(found.file());
        }
    }

    /** Within one source, a value for an active profile comes before a value for all. */
    private void sort(Map<?, List<Assignment>> all) {
        Comparator<Assignment> byRank = Comparator.comparingInt(Assignment::rank)
                .thenComparing(
                        found -> isProfiled(found.spelling()) ? profileIndex(profileOf(found.spelling())) : MAX_VALUE);
        for (List<Assignment> found : all.values()) {
            if (found.size() > 1) {
                found.sort(byRank);
            }
        }
    }

    private int profileIndex(String wanted) {
        return Arrays.stream(wanted.split(","))
                .mapToInt(profiles::indexOf)
                .filter(index -> index >= 0)
                .min()
                .orElse(MAX_VALUE);
    }

    /** Returns the profiles that a spelling is for, as written; empty where it is for all. */
    private static String profileOf(String spelling) {
        return isProfiled(spelling) ? spelling.substring(1, spelling.indexOf('.')) : "";
    }

    private static boolean isProfiled(String spelling) {
        return spelling.startsWith("%");
    }

    /** Returns the name without its {@code %profile.}; null if that profile is not active. */
    private @Nullable String withoutProfile(String raw) {
        if (!isProfiled(raw)) {
            return raw;
        }
        int dot = raw.indexOf('.');
        if (dot < 0) {
            return null;
        }
        List<String> wanted = Arrays.asList(raw.substring(1, dot).split(","));
        return Collections.disjoint(wanted, profiles) ? null : raw.substring(dot + 1);
    }

    /**
     * Returns whether a value of that name may be a secret: one of ours, or one that looks like a key list, of any
     * profile.
     */
    static boolean mayHoldKeys(String raw) {
        String name = isProfiled(raw) ? raw.substring(raw.indexOf('.') + 1) : raw;
        return PropertyName.isOurs(name)
                || KEY_LIST.matcher(environmentForm(name)).matches();
    }

    static String environmentForm(String name) {
        StringBuilder form = new StringBuilder(name.length());
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            boolean kept = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
            form.append(kept ? c : '_');
        }
        return form.toString().toUpperCase(Locale.ROOT);
    }

    private Assignment found(ConfigSource source, String name, String value) {
        if (source instanceof EnvFileSource file) {
            EnvDocument.Entry entry = file.text.find(name);
            return file.assignment(name, value, entry == null ? 0 : entry.line(), rankOf(source));
        }
        Path path = pathOf(source);
        return new Assignment(
                name,
                value,
                path != null ? path.toString() : label(source),
                path,
                lineOf(source, name),
                rankOf(source));
    }

    private int rankOf(ConfigSource source) {
        for (int i = 0; i < ordered.size(); i++) {
            if (ordered.get(i) == source) {
                return i;
            }
        }
        return ordered.size();
    }

    private static int lineOf(ConfigSource source, String name) {
        if (source instanceof ConfigValueConfigSource withLines) {
            ConfigValue value = withLines.getConfigValue(name);
            return value == null ? 0 : Math.max(0, value.getLineNumber());
        }
        return 0;
    }

    private static @Nullable Path pathOf(ConfigSource source) {
        Matcher matcher = FILE_IN_NAME.matcher(source.getName());
        try {
            return matcher.matches() ? Path.of(URI.create(matcher.group(1))) : null;
        } catch (IllegalArgumentException noFile) {
            return null;
        }
    }

    private static String label(ConfigSource source) {
        return switch (source.getName()) {
            case SysPropConfigSource.NAME, GIVEN_SYSTEM_PROPERTIES -> "system properties";
            case EnvConfigSource.NAME -> ENVIRONMENT;
            default -> source.getName();
        };
    }

    /**
     * An {@code .env} file as one of SmallRye's sources: names are matched as for the environment.
     *
     * <p>SmallRye gets the list of only those names that it reads itself. It makes further spellings of every name in
     * the list, which for a file with thousands of keys takes longer than reading the file. Every name can be looked up.
     */
    private static final class EnvFileSource extends EnvConfigSource {
        private static final long serialVersionUID = 1L;

        private final transient Path path;
        private final transient EnvDocument text;
        private transient @Nullable EnvConfigSource allNames;

        EnvFileSource(Path path, EnvDocument text, int ordinal) {
            super(namesOfSmallRye(text), ordinal);
            this.path = path;
            this.text = text;
        }

        private static Map<String, String> namesOfSmallRye(EnvDocument text) {
            Map<String, String> names = new LinkedHashMap<>();
            for (EnvDocument.Entry entry : text.firstOfEach()) {
                if (isOfSmallRye(entry.name())) {
                    names.put(entry.name(), entry.value());
                }
            }
            return names;
        }

        /** Returns whether SmallRye itself may ask for a name, also for one profile. */
        private static boolean isOfSmallRye(String name) {
            if (PropertyName.isOurs(name)) {
                return false;
            }
            String form = environmentForm(name);
            return form.contains(OF_SMALLRYE) || form.contains(OF_MICROPROFILE) || form.equals(ORDINAL_OF_SOURCE);
        }

        Assignment assignment(String name, String value, int line, int rank) {
            return new Assignment(name, value, text.source(), path, line, rank);
        }

        @Override
        public @Nullable String getValue(String name) {
            return isOfSmallRye(name) ? super.getValue(name) : allNames().getValue(name);
        }

        private EnvConfigSource allNames() {
            EnvConfigSource all = allNames;
            if (all == null) {
                all = new EnvConfigSource(text.values(), getOrdinal());
                allNames = all;
            }
            return all;
        }

        @Override
        public String getName() {
            return NAME + "[source=" + path.toUri() + "]";
        }
    }
}
