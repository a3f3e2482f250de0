package io.keyward.config;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import io.keyward.ApiKeyRecord;
import io.keyward.HashedSecret;
import io.keyward.KeyHash;
import io.keyward.KeyHasher;
import io.keyward.KeyHashers;
import io.keyward.KeyRing;
import io.keyward.KeyRingException;
import io.keyward.KeyState;
import io.keyward.config.ConfigReport.Mode;
import io.keyward.role.Permission;
import io.keyward.role.Role;
import io.keyward.role.RoleModel;
import io.keyward.role.RoleModelException;
import java.math.BigInteger;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Makes a ring of what the sources say, or the list of everything that is wrong with them. For one load. */
final class KeyLoader {
    static final String KEYS_SUFFIX = "_API_KEYS";
    static final String HASHES_SUFFIX = "_API_KEY_HASHES";

    private static final Set<String> DEVELOPMENT_WORDS = Set.of("dev", "development", "test", "local");
    private static final int ID_DIGITS = 8;
    private static final int LONG_ID_DIGITS = 12;
    private static final int MAX_ROLE_IN_ID = 64 - 1 - LONG_ID_DIGITS;
    private static final BigInteger ID_NUMBERS = BigInteger.valueOf(36).pow(LONG_ID_DIGITS);

    private final Options options;
    private final KeyHasher sha256;
    private final List<ConfigProblem> problems = new ArrayList<>();
    private final KeyFiles files = new KeyFiles();
    private final Sources sources;
    private final Values values;
    private final Map<KeyHash, String> placeByHash = new HashMap<>();
    private final Map<String, Found> placeById = new HashMap<>();

    private KeyLoader(Options options, KeyHasher sha256) {
        this.options = options;
        this.sha256 = sha256;
        this.sources = Sources.read(options, files, problems);
        this.values = new Values(sources, files, options.directory());
    }

    /**
     * Loads once.
     *
     * @param sha256 the hasher to use for plain hashes, kept over reloads since it holds the engines of threads
     * @param started whether keys are in force already, so that having none any more is a decision and not a mistake
     * @throws ConfigException if anything is wrong
     */
    static Loaded load(Options options, KeyHasher sha256, boolean started) {
        return new KeyLoader(options, sha256).run(started);
    }

    private Loaded run(boolean started) {
        refuseUnknownNames();
        ModeChoice choice = mode();
        boolean development = choice.mode == Mode.DEVELOPMENT;
        Map<String, KeyHasher> hashers = hashers();
        EntryReader entries = new EntryReader(hashers, development, plaintextAllowed(development));
        RoleModel roles = roles();
        Settings settings = settings();
        List<ApiKeyRecord> records = new ArrayList<>(listed(roles, entries, started));
        records.addAll(named(entries));
        requireKeys(records, started);
        KeyRing ring = ring(roles, hashers, records);
        ConfigReport report = new ConfigReport(choice.mode, choice.reason);
        if (!problems.isEmpty() || ring == null) {
            throw new ConfigException(problems);
        }
        return new Loaded(ring, roles, report, files, settings);
    }

    private void refuseUnknownNames() {
        for (Found found : sources.unknown()) {
            if (!mayBeSomebodyElses(found)) {
                problems.add(found.problem(
                        "the name means nothing",
                        "names that begin with keyward are those of docs/configuration.md",
                        "correct the spelling, or remove it"));
            }
        }
    }

    /** Kubernetes sets {@code KEYWARD_PORT} and more in every pod beside a service that is named keyward. */
    private static boolean mayBeSomebodyElses(Found found) {
        String name = Sources.environmentForm(found.spelling());
        boolean ofProcess = found.file() == null && found.ordinal() >= 300;
        return ofProcess
                && !name.startsWith("KEYWARD_KEYS_")
                && !name.startsWith("KEYWARD_ROLES_")
                && !name.startsWith("KEYWARD_PEPPERS_");
    }

    private ModeChoice mode() {
        Found set = first(Property.MODE);
        if (set != null) {
            try {
                Mode mode = Mode.valueOf(
                        values.word(set, "production", "development").toUpperCase(Locale.ROOT));
                return new ModeChoice(mode, "because of " + set);
            } catch (Refused e) {
                problems.add(set.problem(e));
                return new ModeChoice(Mode.PRODUCTION, "because " + set + " cannot be read");
            }
        }
        List<Found> appEnv = sources.lists().getOrDefault(Property.APP_ENV.pattern(), List.of());
        if (appEnv.isEmpty()) {
            return new ModeChoice(Mode.PRODUCTION, "the default: neither keyward.mode nor APP_ENV is set");
        }
        Found found = appEnv.get(0);
        boolean development =
                DEVELOPMENT_WORDS.contains(KeyList.trim(found.value()).toLowerCase(Locale.ROOT));
        return development
                ? new ModeChoice(Mode.DEVELOPMENT, "because of " + found)
                : new ModeChoice(Mode.PRODUCTION, "because " + found + " is no word for development");
    }

    private boolean plaintextAllowed(boolean development) {
        Found set = first(Property.PLAINTEXT_KEYS);
        return set == null
                ? development
                : "allow".equals(read(set, "deny", found -> values.word(found, "deny", "allow")));
    }

    private Map<String, KeyHasher> hashers() {
        Map<String, KeyHasher> hashers = new LinkedHashMap<>();
        hashers.put(sha256.scheme(), sha256);
        each(Property.PEPPER, (name, found) -> {
            KeyHasher hasher = read(found, sha256, value -> pepper(name.id(), value));
            hashers.put(hasher.scheme(), hasher);
        });
        return hashers;
    }

    private KeyHasher pepper(String id, Found found) throws Refused {
        byte[] pepper;
        try {
            pepper = Base64.getDecoder().decode(values.secret(found));
        } catch (IllegalArgumentException e) {
            throw new Refused("the pepper is not base64", "a pepper is base64 of at least 32 bytes", "make a new one");
        }
        try {
            return KeyHashers.hmacSha256(id, pepper);
        } catch (IllegalArgumentException e) {
            throw new Refused(
                    String.valueOf(e.getMessage()), "a pepper is base64 of at least 32 bytes", "make a new one");
        }
    }

    private RoleModel roles() {
        Map<String, Role> roles = new LinkedHashMap<>();
        RoleModel coded = options.roles() == null ? RoleModel.empty() : options.roles();
        coded.roles().forEach(role -> roles.put(role.name(), role));
        Found declared = first(Property.ROLES);
        Set<String> own = new LinkedHashSet<>();
        if (declared != null) {
            read(declared, List.<String>of(), values::list).forEach(name -> declare(name, declared, roles, own));
        }
        each(Property.ROLE_PERMISSIONS, (name, found) -> change(name.id(), found, roles, own, Role::permitting));
        each(Property.ROLE_INCLUDES, (name, found) -> change(name.id(), found, roles, own, Role::including));
        try {
            return RoleModel.of(roles.values());
        } catch (RoleModelException e) {
            for (String problem : e.problems()) {
                String rule = "roles form no circle and include only declared roles";
                problems.add(
                        declared == null
                                ? new ConfigProblem(null, 0, null, problem, rule, "correct keyward.roles")
                                : declared.problem(problem, rule, "correct keyward.roles"));
            }
            return coded;
        }
    }

    private void declare(String name, Found declared, Map<String, Role> roles, Set<String> own) {
        try {
            Role role = Role.of(name);
            if (roles.putIfAbsent(name, role) != null) {
                problems.add(declared.problem(
                        "role `" + name + "` is declared twice",
                        "a role is declared once, here or in code",
                        "remove it"));
            }
            own.add(name);
        } catch (IllegalArgumentException e) {
            problems.add(declared.problem(
                    "an item is no role name",
                    "a role name is a letter and up to 63 of A-Z a-z 0-9 _ -",
                    "correct it"));
        }
    }

    /** Adds permissions or included roles to a role of the configuration; the environment form has lost its case. */
    private void change(String id, Found found, Map<String, Role> roles, Set<String> own, RoleChange change) {
        String name = own.stream()
                .filter(role -> role.equals(id) || Sources.environmentForm(role).equals(Sources.environmentForm(id)))
                .findFirst()
                .orElse(null);
        if (name == null) {
            problems.add(found.problem(
                    "role `" + id + "` is not declared in keyward.roles",
                    "a role is declared before it is described; one declared in code is described there",
                    "add it to keyward.roles, or correct the spelling"));
            return;
        }
        List<String> items = read(found, List.of(), values::list);
        try {
            roles.computeIfPresent(name, (key, role) -> change.apply(role, items.toArray(String[]::new)));
        } catch (IllegalArgumentException e) {
            problems.add(found.problem(
                    "an item is no role name and no permission",
                    "a permission is like jobs:submit or jobs:*, a role name like client",
                    "correct it"));
        }
    }

    private Settings settings() {
        Found strict = first(Property.STRICT_PERMISSIONS);
        Found interval = first(Property.RELOAD_INTERVAL);
        Found warning = first(Property.EXPIRY_WARNING);
        return new Settings(
                options.strictPermissions()
                        || (strict != null
                                && "true".equals(read(strict, "true", found -> values.word(found, "false", "true")))),
                interval == null
                        ? Settings.RELOAD_INTERVAL
                        : read(
                                interval,
                                Settings.RELOAD_INTERVAL,
                                found -> values.duration(found, Duration.ofMillis(100), Duration.ofHours(1))),
                warning == null
                        ? Settings.EXPIRY_WARNING
                        : read(
                                warning,
                                Settings.EXPIRY_WARNING,
                                found -> values.duration(found, Duration.ZERO, Duration.ofDays(3650))));
    }

    private List<ApiKeyRecord> listed(RoleModel roles, EntryReader entries, boolean started) {
        List<Listed> all = new ArrayList<>();
        for (Role role : roles.roles()) {
            String variable = Sources.environmentForm(role.name());
            addListed(role, variable + KEYS_SUFFIX, entries::keyOrHash, started, all);
            addListed(role, variable + HASHES_SUFFIX, entries::hash, started, all);
        }
        Map<String, Integer> users = new HashMap<>();
        all.forEach(listed -> users.merge(listed.shortId(), 1, Integer::sum));
        List<ApiKeyRecord> records = new ArrayList<>();
        for (Listed listed : all) {
            String id = users.getOrDefault(listed.shortId(), 1) > 1 ? listed.longId() : listed.shortId();
            placeById.put(id, listed.found);
            records.add(ApiKeyRecord.builder(id)
                    .roles(listed.role)
                    .hash(listed.hash)
                    .build());
        }
        return records;
    }

    private void addListed(Role role, String variable, EntryRule rule, boolean started, List<Listed> all) {
        List<Found> found = sources.lists().getOrDefault(variable, List.of());
        if (found.isEmpty()) {
            return;
        }
        Found winner = found.get(0);
        List<String> items;
        try {
            String text = values.text(winner);
            items = started ? KeyList.parseOrEmpty(text) : KeyList.parse(text);
        } catch (Refused e) {
            problems.add(winner.problem(e));
            return;
        }
        for (int i = 0; i < items.size(); i++) {
            try {
                KeyHash hash = rule.read(items.get(i));
                if (isNew(hash, winner, "item " + (i + 1))) {
                    all.add(new Listed(role.name(), hash, winner));
                }
            } catch (Refused e) {
                problems.add(winner.problem(e.inItem(i + 1)));
            }
        }
    }

    private boolean isNew(KeyHash hash, Found found, String what) {
        String before = placeByHash.putIfAbsent(hash, found + ", " + what);
        if (before != null) {
            problems.add(found.problem(
                    what + " is a key that stands also in " + before,
                    "a key stands once, under one record",
                    "remove one of the two, or give the roles to one record"));
        }
        return before == null;
    }

    private List<ApiKeyRecord> named(EntryReader entries) {
        Map<String, Map<Property, Found>> byId = new LinkedHashMap<>();
        Map<String, Map<String, Found>> metadata = new HashMap<>();
        sources.named().forEach((canonical, found) -> {
            Property.Name name = Property.parse(canonical);
            if (name == null || !name.property().isOfKey()) {
                return;
            }
            Map<Property, Found> fields = byId.computeIfAbsent(name.id(), id -> new EnumMap<>(Property.class));
            fields.putIfAbsent(name.property(), found.get(0));
            if (name.property() == Property.METADATA) {
                metadata.computeIfAbsent(name.id(), id -> new TreeMap<>()).put(name.metadata(), found.get(0));
            }
        });
        List<ApiKeyRecord> records = new ArrayList<>();
        byId.forEach((id, fields) -> {
            NamedKey key = new NamedKey(id, fields, metadata.getOrDefault(id, Map.of()), entries);
            ApiKeyRecord record = key.read();
            if (record != null) {
                placeById.put(id, fields.values().iterator().next());
                records.add(record);
            }
        });
        return records;
    }

    private void requireKeys(List<ApiKeyRecord> records, boolean started) {
        if (records.isEmpty() && !started && problems.isEmpty()) {
            problems.add(new ConfigProblem(
                    null,
                    0,
                    null,
                    "there are no keys",
                    "a service starts with at least one key",
                    "add one to the file that is read"));
        }
    }

    private @Nullable KeyRing ring(RoleModel roles, Map<String, KeyHasher> hashers, List<ApiKeyRecord> records) {
        KeyRing.Builder builder = KeyRing.builder().roles(roles).addAll(records);
        hashers.values().forEach(builder::hasher);
        try {
            return builder.build();
        } catch (KeyRingException e) {
            for (KeyRingException.Problem problem : e.problems()) {
                Found found = placeById.get(problem.keyId());
                String what = problem.toString();
                problems.add(
                        found == null
                                ? new ConfigProblem(null, 0, null, what, "keys fit together", "correct the key")
                                : found.problem(what, "keys fit together", "correct the key"));
            }
            return null;
        }
    }

    private @Nullable Found first(Property property) {
        List<Found> found = sources.named(property.pattern());
        return found.isEmpty() ? null : found.get(0);
    }

    private void each(Property property, NamedAction action) {
        sources.named().forEach((canonical, found) -> {
            Property.Name name = Property.parse(canonical);
            if (name != null && name.property() == property) {
                action.accept(name, found.get(0));
            }
        });
    }

    private <T> T read(Found found, T otherwise, Reading<T> reading) {
        try {
            return reading.read(found);
        } catch (Refused e) {
            problems.add(found.problem(e));
            return otherwise;
        }
    }

    /** Reads one value; refuses it where it does not fit. */
    private interface Reading<T> {
        T read(Found found) throws Refused;
    }

    private interface EntryRule {
        KeyHash read(String entry) throws Refused;
    }

    private interface NamedAction {
        void accept(Property.Name name, Found found);
    }

    private interface RoleChange {
        Role apply(Role role, String... items);
    }

    private record ModeChoice(Mode mode, String reason) {}

    /** What a load gave. */
    record Loaded(KeyRing ring, RoleModel roles, ConfigReport report, KeyFiles files, Settings settings) {}

    /** One entry of a list, before it has an id. */
    private record Listed(String role, KeyHash hash, Found found) {
        String shortId() {
            return id().substring(0, id().length() - LONG_ID_DIGITS + ID_DIGITS);
        }

        String longId() {
            return id();
        }

        /** Made of the hash text, scheme included, so that an entry keeps its id wherever it stands. */
        private String id() {
            try {
                MessageDigest digest = MessageDigest.getInstance("SHA-256");
                digest.update("keyward-id".getBytes(UTF_8));
                BigInteger number =
                        new BigInteger(1, digest.digest(hash.reveal().getBytes(UTF_8))).mod(ID_NUMBERS);
                String digits = number.toString(36);
                String name = role.toLowerCase(Locale.ROOT).replace('-', '_');
                return name.substring(0, Math.min(name.length(), MAX_ROLE_IN_ID))
                        + "_"
                        + "0".repeat(LONG_ID_DIGITS - digits.length())
                        + digits;
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("no JCA provider has SHA-256", e);
            }
        }
    }

    /** Reads the properties of one named key. */
    private final class NamedKey {
        private final String id;
        private final Map<Property, Found> fields;
        private final Map<String, Found> metadata;
        private final EntryReader entries;
        private final int before = problems.size();

        NamedKey(String id, Map<Property, Found> fields, Map<String, Found> metadata, EntryReader entries) {
            this.id = id;
            this.fields = fields;
            this.metadata = metadata;
            this.entries = entries;
        }

        @Nullable
        ApiKeyRecord read() {
            Found some = fields.values().iterator().next();
            ApiKeyRecord.Builder builder;
            try {
                builder = ApiKeyRecord.builder(id);
            } catch (IllegalArgumentException e) {
                problems.add(some.problem(
                        "the key id is not well-formed", "a key id is 1 to 64 of a-z 0-9 _", "choose another id"));
                return null;
            }
            builder.secrets(secrets(some));
            set(Property.OWNER, found -> builder.owner(values.text(found)));
            set(Property.KEY_NAME, found -> builder.name(values.text(found)));
            set(Property.KEY_ROLES, found -> builder.roles(values.list(found)));
            set(Property.KEY_PERMISSIONS, found -> builder.permissions(permissions(found)));
            set(
                    Property.STATE,
                    found -> builder.state(KeyState.valueOf(
                            values.word(found, "active", "disabled", "revoked").toUpperCase(Locale.ROOT))));
            Map<String, String> noted = new TreeMap<>();
            metadata.forEach((name, found) -> noted.put(name, KeyLoader.this.read(found, "", values::text)));
            set(Property.METADATA, found -> builder.metadata(noted));
            return problems.size() == before ? builder.build() : null;
        }

        private List<Permission> permissions(Found found) throws Refused {
            List<Permission> permissions = new ArrayList<>();
            values.list(found).forEach(item -> permissions.add(Permission.of(item)));
            return permissions;
        }

        private List<HashedSecret> secrets(Found some) {
            List<HashedSecret> secrets = new ArrayList<>();
            KeyHash current = current(some);
            if (current != null) {
                secrets.add(new HashedSecret(current, instant(Property.NOT_BEFORE), instant(Property.EXPIRES_AT)));
                KeyHash retiring = retiring(some);
                if (retiring != null) {
                    secrets.add(new HashedSecret(retiring, null, instant(Property.RETIRING_UNTIL)));
                }
            }
            return secrets;
        }

        private @Nullable KeyHash current(Found some) {
            Found hash = fields.get(Property.KEY_HASH);
            Found text = fields.get(Property.KEY_TEXT);
            if ((hash == null) == (text == null)) {
                problems.add((hash == null ? some : hash)
                        .problem(
                                "key `" + id + "` has "
                                        + (hash == null ? "no hash" : "both a hash and a plaintext key"),
                                "a key has one of hash and key",
                                hash == null ? "set keyward.keys." + id + ".hash" : "remove the plaintext key"));
                return null;
            }
            return hash != null ? hash(hash, entries::hash) : text == null ? null : hash(text, entries::plaintext);
        }

        private @Nullable KeyHash retiring(Found some) {
            Found hash = fields.get(Property.RETIRING_HASH);
            Found until = fields.get(Property.RETIRING_UNTIL);
            if ((hash == null) != (until == null)) {
                problems.add((hash == null ? some : hash)
                        .problem(
                                "key `" + id + "` has only one of retiring.hash and retiring.until",
                                "a secret that is being replaced has an end",
                                "set both, or remove both"));
                return null;
            }
            return hash == null ? null : hash(hash, entries::hash);
        }

        private @Nullable KeyHash hash(Found found, EntryRule rule) {
            try {
                KeyHash hash = rule.read(values.secret(found));
                return isNew(hash, found, "the value") ? hash : null;
            } catch (Refused e) {
                problems.add(found.problem(e));
                return null;
            }
        }

        private @Nullable Instant instant(Property property) {
            Found found = fields.get(property);
            try {
                return found == null ? null : values.instant(found);
            } catch (Refused e) {
                problems.add(requireNonNull(found).problem(e));
                return null;
            }
        }

        private void set(Property property, Setter setter) {
            Found found = fields.get(property);
            if (found != null) {
                try {
                    setter.set(found);
                } catch (Refused e) {
                    problems.add(found.problem(e));
                } catch (IllegalArgumentException e) {
                    problems.add(found.problem(
                            "the value does not fit",
                            property.type() + "; refused: " + property.refuses(),
                            "correct it"));
                }
            }
        }
    }

    private interface Setter {
        void set(Found found) throws Refused;
    }
}
