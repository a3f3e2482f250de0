package io.keyward.config;

import io.keyward.ApiKeyRecord;
import io.keyward.HashedSecret;
import io.keyward.KeyHash;
import io.keyward.KeyState;
import io.keyward.role.Permission;
import io.keyward.role.Role;
import io.keyward.role.RoleModel;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Reads the key lists and the named keys into records, and remembers where each stands. For one load. */
final class KeyDefinitions {
    static final String KEYS_SUFFIX = "_API_KEYS";
    static final String HASHES_SUFFIX = "_API_KEY_HASHES";

    private final ConfigSources sources;
    private final ValueReader values;
    private final EntryReader entries;
    private final List<ConfigProblem> problems;
    private final List<ApiKeyRecord> records = new ArrayList<>();
    private final Map<String, Assignment> placeById = new HashMap<>();
    private final Map<KeyHash, String> placeByHash = new HashMap<>();
    private final Set<String> wellKnown = new HashSet<>();
    private final Map<String, Integer> itemsByList = new HashMap<>();
    private final Set<String> plaintextIds = new HashSet<>();

    KeyDefinitions(ConfigSources sources, ValueReader values, EntryReader entries, List<ConfigProblem> problems) {
        this.sources = sources;
        this.values = values;
        this.entries = entries;
        this.problems = problems;
    }

    /** Returns the records read so far. */
    List<ApiKeyRecord> records() {
        return Collections.unmodifiableList(records);
    }

    /** Returns where a key stands; null if there is no such key. */
    @Nullable
    Assignment placeOf(String id) {
        return placeById.get(id);
    }

    /** Tells whether the key itself stands in the configuration, not its hash. */
    boolean isPlaintext(String id) {
        return plaintextIds.contains(id);
    }

    /** Returns how many keys anyone could guess, as far as their hashes show it. */
    int wellKnown() {
        return wellKnown.size();
    }

    /** Returns how many items a key list has; 0 if it is none, or cannot be read. */
    int itemsOf(String list) {
        return itemsByList.getOrDefault(list, 0);
    }

    /** Reads the lists of all declared roles; {@code []} is refused unless a running service may have all keys removed. */
    void readLists(RoleModel roles, boolean mayBeEmpty) {
        List<ListedKey> all = new ArrayList<>();
        for (Role role : roles.roles()) {
            String variable = ConfigSources.environmentForm(role.name());
            readList(role, variable + KEYS_SUFFIX, entries::keyOrHash, mayBeEmpty, all);
            readList(role, variable + HASHES_SUFFIX, entries::hash, mayBeEmpty, all);
            refuseFileVariable(variable + KEYS_SUFFIX);
            refuseFileVariable(variable + HASHES_SUFFIX);
        }
        Map<String, Integer> users = new HashMap<>();
        all.forEach(key -> users.merge(key.shortId(), 1, Integer::sum));
        for (ListedKey key : all) {
            String id = users.getOrDefault(key.shortId(), 1) > 1 ? key.longId() : key.shortId();
            placeById.put(id, key.found());
            if (key.plaintext()) {
                plaintextIds.add(id);
            }
            records.add(
                    ApiKeyRecord.builder(id).roles(key.role()).hash(key.hash()).build());
        }
    }

    private void readList(Role role, String variable, EntryRule rule, boolean mayBeEmpty, List<ListedKey> all) {
        List<Assignment> found = sources.lists().getOrDefault(variable, List.of());
        if (found.isEmpty()) {
            return;
        }
        Assignment winner = found.get(0);
        List<String> items = values.read(winner, List.of(), list -> {
            String text = values.text(list);
            return mayBeEmpty ? ListValue.parseOrEmpty(text) : ListValue.parse(text);
        });
        itemsByList.put(variable, items.size());
        for (int i = 0; i < items.size(); i++) {
            int number = i + 1;
            try {
                EntryReader.refuseFileName(items.get(i));
                KeyHash hash = rule.read(items.get(i));
                if (isNew(hash, items.get(i), winner, "item " + number)) {
                    all.add(new ListedKey(role.name(), hash, EntryReader.isPlaintext(items.get(i)), winner));
                }
            } catch (InvalidValue e) {
                problems.add(winner.problem(e.inItem(number)));
            }
        }
    }

    private void refuseFileVariable(String list) {
        for (Assignment found : sources.lists().getOrDefault(list + Property.FILE_SUFFIX, List.of())) {
            values.refuse(
                    found,
                    "variables that end in _FILE are not read",
                    "a list holds keys and hashes themselves; only a named key is read from a file",
                    "set " + list + ", or keyward.keys.<id>.hash to @ and the file");
        }
    }

    /** Notes a key that is here already, as itself or as its hash of any scheme; two hashes alone cannot be compared. */
    private boolean isNew(KeyHash hash, String entry, Assignment found, String what) {
        if (entries.isWellKnown(entry, hash)) {
            wellKnown.add(found + ", " + what);
        }
        String before = null;
        for (KeyHash same : EntryReader.isPlaintext(entry) ? entries.hashesOf(entry) : List.of(hash)) {
            String earlier = placeByHash.putIfAbsent(same, found + ", " + what);
            before = before == null ? earlier : before;
        }
        if (before != null) {
            values.refuse(
                    found,
                    what + " is a key that stands also in " + before,
                    "a key stands once, under one record",
                    "remove one of the two, or give the roles to one record");
        }
        return before == null;
    }

    /** Reads the named keys, whose roles are of this model. */
    void readNamed(RoleModel roles) {
        Map<String, NamedKey> byId = new LinkedHashMap<>();
        sources.named().forEach((name, found) -> {
            if (name.property().isOfKey()) {
                byId.computeIfAbsent(name.id(), NamedKey::new).add(name, found.get(0));
            }
        });
        byId.values().forEach(key -> key.read(roles));
    }

    private interface EntryRule {
        KeyHash read(String entry) throws InvalidValue;
    }

    private interface Setter {
        void set(Assignment found) throws InvalidValue;
    }

    /** The properties of one named key. */
    private final class NamedKey {
        private final String id;
        private final Map<Property, Assignment> fields = new EnumMap<>(Property.class);
        private final Map<String, Assignment> metadata = new TreeMap<>();
        private final Map<String, Assignment> attributes = new TreeMap<>();

        NamedKey(String id) {
            this.id = id;
        }

        void add(Property.Name name, Assignment found) {
            fields.putIfAbsent(name.property(), found);
            if (name.property() == Property.METADATA) {
                metadata.put(name.metadata(), found);
            } else if (name.property() == Property.ATTRIBUTE) {
                attributes.put(name.metadata(), found);
            }
        }

        void read(RoleModel roles) {
            int before = values.problemsSoFar();
            Assignment some = fields.values().iterator().next();
            ApiKeyRecord.Builder builder;
            try {
                builder = ApiKeyRecord.builder(id);
            } catch (IllegalArgumentException e) {
                values.refuse(
                        some,
                        "the key id is not well-formed",
                        "a key id is 1 to 64 of a-z 0-9 _",
                        "choose another id, without dashes and capitals");
                return;
            }
            builder.secrets(secrets(some));
            describe(builder, roles);
            if (values.problemsSoFar() == before) {
                placeById.put(id, some);
                if (fields.containsKey(Property.KEY_TEXT)) {
                    plaintextIds.add(id);
                }
                records.add(builder.build());
            }
        }

        private void describe(ApiKeyRecord.Builder builder, RoleModel roles) {
            set(Property.OWNER, found -> builder.owner(values.text(found)));
            set(Property.KEY_NAME, found -> builder.name(values.text(found)));
            set(Property.KEY_ROLES, found -> builder.roles(declared(values.list(found), roles)));
            set(Property.KEY_PERMISSIONS, found -> builder.permissions(permissions(found)));
            set(
                    Property.STATE,
                    found -> builder.state(KeyState.valueOf(
                            values.word(found, "active", "disabled", "revoked").toUpperCase(Locale.ROOT))));
            set(Property.METADATA, found -> builder.metadata(texts(metadata)));
            set(Property.ATTRIBUTE, found -> builder.attributes(texts(attributes)));
            Instant createdAt = instant(Property.CREATED_AT);
            Instant changedAt = instant(Property.CHANGED_AT);
            set(Property.CREATED_AT, found -> builder.created(createdAt, null));
            set(Property.CHANGED_AT, found -> builder.changed(changedAt, null));
            set(Property.CREATED_BY, found -> builder.created(createdAt, values.text(found)));
            set(Property.CHANGED_BY, found -> builder.changed(changedAt, values.text(found)));
        }

        private Map<String, String> texts(Map<String, Assignment> entries) {
            Map<String, String> texts = new TreeMap<>();
            entries.forEach((name, found) -> texts.put(name, values.read(found, "", values::text)));
            return texts;
        }

        /** The ring would judge this too, and its message would quote what stands there instead of a role. */
        private List<String> declared(List<String> names, RoleModel roles) throws InvalidValue {
            for (int i = 0; i < names.size(); i++) {
                if (!roles.contains(names.get(i))) {
                    throw new InvalidValue(
                            "item " + (i + 1) + " is no declared role",
                            "roles are declared in code or in keyward.roles",
                            "correct the spelling, or declare the role");
                }
            }
            return names;
        }

        private List<Permission> permissions(Assignment found) throws InvalidValue {
            List<Permission> permissions = new ArrayList<>();
            values.list(found).forEach(item -> permissions.add(Permission.of(item)));
            return permissions;
        }

        private List<HashedSecret> secrets(Assignment some) {
            List<HashedSecret> secrets = new ArrayList<>();
            KeyHash current = current(some);
            Instant notBefore = instant(Property.NOT_BEFORE);
            Instant expiresAt = instant(Property.EXPIRES_AT);
            Instant until = instant(Property.RETIRING_UNTIL);
            KeyHash retiring = retiring();
            if (current != null) {
                secrets.add(numbered(new HashedSecret(current, notBefore, expiresAt), Property.ORDINAL));
                if (retiring != null) {
                    secrets.add(numbered(
                            new HashedSecret(retiring, instant(Property.RETIRING_NOT_BEFORE), until),
                            Property.RETIRING_ORDINAL));
                }
            }
            return secrets;
        }

        private HashedSecret numbered(HashedSecret secret, Property property) {
            List<HashedSecret> numbered = new ArrayList<>();
            set(property, found -> numbered.add(secret.withOrdinal(Integer.parseInt(values.text(found)))));
            return numbered.isEmpty() ? secret : numbered.get(0);
        }

        private @Nullable KeyHash current(Assignment some) {
            Assignment hash = fields.get(Property.KEY_HASH);
            Assignment text = fields.get(Property.KEY_TEXT);
            if (hash != null && text == null) {
                return hash(hash, entries::hash);
            }
            if (text != null && hash == null) {
                return hash(text, entries::plaintext);
            }
            values.refuse(
                    some,
                    "key `" + id + "` has " + (hash == null ? "no hash" : "both a hash and a plaintext key"),
                    "a key has one of hash and key",
                    hash == null ? "set keyward.keys." + id + ".hash" : "remove the plaintext key");
            return null;
        }

        private @Nullable KeyHash retiring() {
            Assignment hash = fields.get(Property.RETIRING_HASH);
            Assignment until = fields.get(Property.RETIRING_UNTIL);
            if (hash != null && until != null) {
                return hash(hash, entries::hash);
            }
            Assignment lonely = hash != null ? hash : until;
            if (lonely != null) {
                values.refuse(
                        lonely,
                        "key `" + id + "` has only one of retiring.hash and retiring.until",
                        "a secret that is being replaced has an end",
                        "set both, or remove both");
            }
            return null;
        }

        private @Nullable KeyHash hash(Assignment found, EntryRule rule) {
            try {
                String entry = values.secret(found);
                KeyHash hash = rule.read(entry);
                return isNew(hash, entry, found, "the value") ? hash : null;
            } catch (InvalidValue e) {
                problems.add(found.problem(e));
                return null;
            }
        }

        private @Nullable Instant instant(Property property) {
            Assignment found = fields.get(property);
            if (found != null) {
                try {
                    return values.instant(found);
                } catch (InvalidValue e) {
                    problems.add(found.problem(e));
                }
            }
            return null;
        }

        private void set(Property property, Setter setter) {
            Assignment found = fields.get(property);
            if (found != null) {
                try {
                    setter.set(found);
                } catch (InvalidValue e) {
                    problems.add(found.problem(e));
                } catch (IllegalArgumentException e) {
                    values.refuse(
                            found,
                            "the value does not fit",
                            "it is " + property.type() + "; refused is " + property.refuses(),
                            "correct it");
                }
            }
        }
    }
}
