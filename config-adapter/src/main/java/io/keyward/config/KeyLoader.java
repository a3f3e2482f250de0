package io.keyward.config;

import io.keyward.HashedSecret;
import io.keyward.KeyHash;
import io.keyward.KeyHasher;
import io.keyward.KeyRing;
import io.keyward.KeyRingException;
import io.keyward.config.ConfigReport.Mode;
import io.keyward.env.InvalidValue;
import io.keyward.env.Mount;
import io.keyward.role.Role;
import io.keyward.role.RoleModel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Makes a ring from the sources, or the list of everything that is wrong with them. For one load. */
final class KeyLoader {
    /** How many names are in the message that there are no keys; the report has all. */
    private static final int MOST_NAMES = 5;

    private static final Set<String> DEVELOPMENT_WORDS = Set.of("dev", "development", "test", "local");

    private final Options options;
    private final KeyHasher sha256;
    private final @Nullable Loaded before;
    private final List<ConfigProblem> problems = new ArrayList<>();
    private final List<ConfigProblem> warnings = new ArrayList<>();
    private final FileSnapshot files = new FileSnapshot();
    private final Problems noted = new Problems(problems);
    private final ConfigSources sources;
    private final ValueReader values;

    private KeyLoader(Options options, KeyHasher sha256, @Nullable Loaded before) {
        this.options = options;
        this.sha256 = sha256;
        this.before = before;
        this.sources = ConfigSources.read(options, files, problems);
        this.values = new ValueReader(sources, files, options.directory());
    }

    /**
     * Loads once.
     *
     * @param sha256 the hasher of plain hashes, kept over reloads because it has an engine for each thread
     * @param before what is in force; null at the start, when it is a mistake to have no keys
     */
    static Attempt load(Options options, KeyHasher sha256, @Nullable Loaded before) {
        KeyLoader loader;
        try {
            loader = new KeyLoader(options, sha256, before);
        } catch (RuntimeException e) {
            if (before == null || options.config() == null) {
                throw e;
            }
            return new Attempt(
                    null, before.report().withProblems(List.of(unreadable(e))), before.files(), false, before);
        }
        return loader.run();
    }

    /** Returns the problem of an application's configuration that throws; not its message, which may quote a value. */
    private static ConfigProblem unreadable(RuntimeException e) {
        return ConfigProblem.of(
                null,
                "the application's configuration cannot be read ("
                        + e.getClass().getName() + ")",
                "all of its sources must be readable",
                "make its sources readable, then reload");
    }

    private Attempt run() {
        refuseVanishedFiles();
        checkUnknownNames();
        ModeChoice choice = mode();
        boolean development = choice.mode == Mode.DEVELOPMENT;
        Map<String, KeyHasher> hashers = hashers();
        EntryReader entries = EntryReader.strict(
                hashers, development, isOn(Property.PLAINTEXT_KEYS, development, false, "deny", "allow"));
        RoleReader reader = new RoleReader(values, noted);
        RoleModel roles = reader.read(options.roles() == null ? RoleModel.empty() : options.roles());
        KeyDefinitions keys = KeyDefinitions.strict(sources, values, entries, roles, mayBeEmpty());
        problems.addAll(keys.problems());
        refuseReplacedPeppers(hashers, keys);
        @Nullable KeyHasher newKeys = hasherOfNewKeys(hashers);
        Settings settings = settings();
        checkPermissions(settings);
        boolean stale = checkMounts();
        ListNames names = new ListNames(namesOf(roles));
        requireKeys(keys, names, namesOf(roles));
        KeyRing ring = ring(roles, hashers, keys);
        ReportBuilder builder = new ReportBuilder(options, sources, files, keys, reader.declared(), names, settings);
        ConfigReport report = builder.build(choice.mode, choice.reason, problems, warnings);
        Loaded loaded = problems.isEmpty() && ring != null
                ? new Loaded(ring, roles, report, files, settings, hashers, newKeys, keys.wellKnown())
                : null;
        return new Attempt(loaded, report, files, stale, before);
    }

    private boolean mayBeEmpty() {
        return before != null || options.startsEmpty();
    }

    private void refuseVanishedFiles() {
        if (before != null) {
            for (Path file : files.missingOf(before.files)) {
                problems.removeIf(problem -> file.toString().equals(problem.source()));
                problems.add(ConfigProblem.of(
                        file.toString(),
                        "the file is gone",
                        "a file that keys were read from must stay; the last good keys stay in force",
                        "put it back, empty to remove all its keys, or restart"));
            }
        }
    }

    private void checkUnknownNames() {
        for (Assignment found : sources.unknown()) {
            ConfigProblem problem = ConfigSources.unknownName(found);
            if (mayBeSomebodyElses(found)) {
                warnings.add(
                        found.problem(problem.what(), problem.rule(), "correct it if it was meant for this library"));
            } else {
                problems.add(problem);
            }
        }
    }

    /** Kubernetes sets {@code KEYWARD_PORT} and more in every pod next to a service of that name. */
    private static boolean mayBeSomebodyElses(Assignment found) {
        String name = ConfigSources.environmentForm(found.spelling());
        return found.source().equals(ConfigSources.ENVIRONMENT)
                && !name.startsWith("KEYWARD_KEYS_")
                && !name.startsWith("KEYWARD_ROLES_")
                && !name.startsWith("KEYWARD_PEPPERS_");
    }

    private ModeChoice mode() {
        Assignment set = values.first(Property.MODE);
        if (set != null) {
            String word = noted.read(set, "production", found -> values.word(found, "production", "development"));
            return new ModeChoice(Mode.valueOf(word.toUpperCase(Locale.ROOT)), "because of " + set);
        }
        List<Assignment> appEnv = sources.lists().get(Property.APP_ENV.pattern());
        if (appEnv == null) {
            return new ModeChoice(Mode.PRODUCTION, "the default: neither keyward.mode nor APP_ENV is set");
        }
        Assignment found = appEnv.get(0);
        return DEVELOPMENT_WORDS.contains(ValueReader.written(found).toLowerCase(Locale.ROOT))
                ? new ModeChoice(Mode.DEVELOPMENT, "because of " + found)
                : new ModeChoice(Mode.PRODUCTION, "because " + found + " is no word for development");
    }

    /** Returns whether a setting of two words has the second one; the default if it is not set. */
    private boolean isOn(Property property, boolean byDefault, boolean ifInvalid, String off, String on) {
        Assignment set = values.first(property);
        return set == null
                ? byDefault
                : noted.read(
                        set, ifInvalid, found -> values.word(found, off, on).equals(on));
    }

    private Map<String, KeyHasher> hashers() {
        Map<String, KeyHasher> hashers = new LinkedHashMap<>();
        hashers.put(sha256.scheme(), sha256);
        values.each(Property.PEPPER, (name, found) -> {
            KeyHasher hasher = noted.read(found, sha256, value -> pepper(name.id(), value));
            hashers.put(hasher.scheme(), hasher);
        });
        values.each(Property.PEPPER, (name, found) -> checkPepper(name.id(), found, hashers));
        values.each(Property.PEPPER_CHECK, (name, found) -> {
            if (!sources.named().containsKey(new PropertyName(Property.PEPPER, name.id(), ""))) {
                noted.add(
                        found,
                        "there is no pepper for this check value",
                        "a check value belongs to keyward.peppers." + name.id(),
                        "set the pepper, or remove the check value");
            }
        });
        return hashers;
    }

    /** Refuses another pepper than that of the check value, because it would make every hash of its id useless. */
    private void checkPepper(String id, Assignment pepper, Map<String, KeyHasher> hashers) {
        KeyHasher hasher = hashers.get("hmac-sha256:" + id);
        String check = hasher == null ? null : hasher.check().orElse(null);
        if (check == null) {
            return;
        }
        List<Assignment> kept = sources.named().get(new PropertyName(Property.PEPPER_CHECK, id, ""));
        if (kept == null) {
            warnings.add(pepper.problem(
                    "pepper `" + id + "` has no check value",
                    "a check value shows if another pepper has the same id",
                    "set keyward.peppers." + id + ".check to " + check + ", as `keyward pepper` prints it"));
        } else if (!check.equalsIgnoreCase(noted.read(kept.get(0), check, values::text))) {
            noteOtherPepper(kept.get(0), "pepper `" + id + "` does not match its check value");
        }
    }

    /** Refuses a pepper that was replaced while a hash made with the one before is still there. */
    private void refuseReplacedPeppers(Map<String, KeyHasher> hashers, KeyDefinitions keys) {
        boolean hasPeppers = hashers.size() > 1;
        if (before == null || !hasPeppers) {
            return;
        }
        Set<KeyHash> hashesBefore = new HashSet<>();
        before.ring.records().forEach(record -> record.secrets().forEach(secret -> hashesBefore.add(secret.hash())));
        Set<String> stillUsed = new HashSet<>();
        keys.records()
                .forEach(record -> record.secrets().stream()
                        .map(HashedSecret::hash)
                        .filter(hashesBefore::contains)
                        .forEach(hash -> stillUsed.add(hash.scheme())));
        values.each(Property.PEPPER, (name, found) -> {
            String scheme = "hmac-sha256:" + name.id();
            KeyHasher now = hashers.get(scheme);
            KeyHasher earlier = before.hashers.get(scheme);
            if (now != null
                    && earlier != null
                    && stillUsed.contains(scheme)
                    && !now.check().equals(earlier.check())) {
                noteOtherPepper(found, "pepper `" + name.id() + "` was replaced, but its hashes were not");
            }
        });
    }

    private void noteOtherPepper(Assignment found, String what) {
        noted.add(
                found,
                what,
                "an id keeps its pepper, because its hashes fit no other",
                "put the pepper back, or give the new pepper an id of its own");
    }

    /**
     * Returns the chosen pepper, else the only one, else SHA-256; of several one must be chosen, or be in use already.
     * Null only if this service does not issue keys.
     */
    private @Nullable KeyHasher hasherOfNewKeys(Map<String, KeyHasher> hashers) {
        if (options.pepper() != null) {
            KeyHasher chosen = hashers.get("hmac-sha256:" + options.pepper());
            if (chosen != null) {
                return chosen;
            }
            noteNoPepper(
                    "pepper `" + options.pepper() + "` is not there",
                    "the service hashes new keys with it",
                    "set keyward.peppers." + options.pepper());
        }
        Assignment set = values.first(Property.NEW_KEYS_PEPPER);
        if (options.pepper() == null && set != null) {
            KeyHasher chosen = hashers.get("hmac-sha256:" + noted.read(set, "", values::text));
            if (chosen == null && options.issues() && problems.isEmpty()) {
                noted.add(
                        set,
                        "there is no such pepper",
                        "new keys are hashed with the pepper of this id",
                        "correct the id, or set its keyward.peppers.<id>");
            }
            return chosen;
        }
        List<KeyHasher> peppers =
                hashers.values().stream().filter(hasher -> hasher != sha256).toList();
        if (peppers.size() < 2) {
            return peppers.isEmpty() ? sha256 : peppers.get(0);
        }
        KeyHasher present = before == null || before.newKeys == null ? null : hashers.get(before.newKeys.scheme());
        if (present != null && present != sha256) {
            return present;
        }
        if (options.issues()) {
            noteNoPepper(
                    "there are several peppers",
                    "new keys are hashed with one of them",
                    "set " + Property.NEW_KEYS_PEPPER.pattern() + " to the id of that one, or leave one");
        }
        return null;
    }

    private void noteNoPepper(String what, String rule, String remedy) {
        // where a pepper cannot be read, that is the mistake
        if (problems.isEmpty()) {
            problems.add(ConfigProblem.of(null, what, rule, remedy));
        }
    }

    private KeyHasher pepper(String id, Assignment found) throws InvalidValue {
        String text = values.secret(found);
        try {
            return KeyHasher.hmacSha256(id, Base64.getDecoder().decode(text));
        } catch (IllegalArgumentException e) {
            throw new InvalidValue(
                    "the pepper is not valid",
                    "a pepper is base64 of at least 32 bytes, its id 1 to 32 of a-z 0-9 _ -",
                    "make one with `keyward pepper <id>`");
        }
    }

    private Settings settings() {
        return new Settings(
                options.strictPermissions() || isOn(Property.STRICT_PERMISSIONS, false, true, "false", "true"),
                isOn(Property.STALE_KEYS, false, true, "accept", "refuse"),
                duration(
                        Property.RELOAD_INTERVAL,
                        Settings.RELOAD_INTERVAL,
                        Duration.ofMillis(100),
                        Duration.ofHours(1)),
                duration(Property.EXPIRY_WARNING, Settings.EXPIRY_WARNING, Duration.ZERO, Duration.ofDays(3650)));
    }

    private Duration duration(Property property, Duration otherwise, Duration least, Duration most) {
        Assignment set = values.first(property);
        return set == null ? otherwise : noted.read(set, otherwise, found -> values.duration(found, least, most));
    }

    private void checkPermissions(Settings settings) {
        sources.filesOfKeys().forEach(files::holdsKeys);
        for (Path file : files.withKeys()) {
            FilePermissions.check(file, settings.strictPermissions() ? problems : warnings);
            FilePermissions.noteOtherNames(file, warnings);
        }
    }

    /** Returns whether a file was replaced where this service cannot see it, and says so. */
    private boolean checkMounts() {
        boolean replaced = false;
        for (Path file : files.withKeys()) {
            Mount mount = files.mount(file);
            if (mount == null) {
                continue;
            }
            if (mount.isReplaced() || (before != null && mount.isRenamedSince(before.files.mount(file)))) {
                replaced = true;
                problems.add(ConfigProblem.of(
                        file.toString(),
                        "the file, or its directory, was replaced outside of the mount " + mount.point()
                                + " that shows it here",
                        "a mount still shows the old file, so keys that the new one revokes are still accepted",
                        "restart the container; mount the directory, or change the file with keyward --in-place"));
            } else if (mount.isFileAlone()) {
                warnings.add(ConfigProblem.of(
                        file.toString(),
                        "the file is a mount of its own",
                        "when a tool replaces the file from outside, as most do, this service still reads the old one",
                        "mount its directory, or change it with keyward --in-place"));
            }
        }
        return replaced;
    }

    private void requireKeys(KeyDefinitions keys, ListNames names, List<String> roles) {
        boolean areElsewhere = options.startsEmpty() && !options.issues();
        if (!keys.records().isEmpty() || areElsewhere) {
            return;
        }
        if (mayBeEmpty()) {
            warnings.add(ConfigProblem.of(
                    null,
                    before == null ? "there are no keys yet" : "there are no keys any more",
                    "every key is rejected",
                    "add a key if that is not meant"));
        } else if (problems.isEmpty()) {
            String looked = files.paths().stream().map(Path::toString).collect(Collectors.joining(", "));
            problems.add(ConfigProblem.of(
                    null,
                    "there are no keys",
                    "a service starts with at least one key, in a list of one of its roles ("
                            + (roles.isEmpty() ? "none is declared" : String.join(", ", roles)) + ") or named",
                    "add one, as the hash that `keyward hash` prints; files that were read or looked for: " + looked
                            + looksLike(names)));
        }
    }

    /** Returns the names that somebody may think are read, for the message that there are no keys. */
    private String looksLike(ListNames names) {
        return names.unread(sources).stream()
                .limit(MOST_NAMES)
                .map(problem ->
                        "; not read: " + problem.place() + " (" + problem.what() + "; " + problem.remedy() + ")")
                .collect(Collectors.joining());
    }

    private static List<String> namesOf(RoleModel roles) {
        return roles.roles().stream().map(Role::name).toList();
    }

    private @Nullable KeyRing ring(RoleModel roles, Map<String, KeyHasher> hashers, KeyDefinitions keys) {
        KeyRing.Builder builder = KeyRing.builder().roles(roles).addAll(keys.records());
        hashers.values().forEach(builder::hasher);
        try {
            return builder.build();
        } catch (KeyRingException e) {
            for (KeyRingException.Problem problem : e.problems()) {
                KeyDefinition key = keys.find(problem.keyId());
                Assignment found = key == null ? null : key.place();
                problems.add(new ConfigProblem(
                        found == null ? null : found.source(),
                        found == null ? 0 : found.line(),
                        null,
                        problem.toString(),
                        "the keys of a ring fit together",
                        "correct the key"));
            }
            return null;
        }
    }

    private record ModeChoice(Mode mode, String reason) {}

    /**
     * What is in force after a good load.
     *
     * @param hashers those of the ring, by scheme
     * @param newKeys the one that hashes newly issued keys; null if none is chosen, in a service that issues none
     * @param wellKnown how many keys anyone could guess, as far as their hashes show it
     */
    record Loaded(
            KeyRing ring,
            RoleModel roles,
            ConfigReport report,
            FileSnapshot files,
            Settings settings,
            Map<String, KeyHasher> hashers,
            @Nullable KeyHasher newKeys,
            int wellKnown) {}

    /**
     * The result of a load.
     *
     * @param loaded what may be put in force; null if anything is wrong
     * @param report what was found, the problems among it
     * @param files what was read, good or bad
     * @param stale whether a file is known to have been replaced where this service cannot see it
     * @param before what was in force when this began; null at the start
     */
    record Attempt(
            @Nullable Loaded loaded,
            ConfigReport report,
            FileSnapshot files,
            boolean stale,
            @Nullable Loaded before) {
        Loaded orThrow() {
            if (loaded == null) {
                throw new ConfigException(report);
            }
            return loaded;
        }
    }
}
