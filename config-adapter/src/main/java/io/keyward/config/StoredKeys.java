package io.keyward.config;

import static java.util.Objects.requireNonNull;

import io.keyward.ApiKey;
import io.keyward.ApiKeyRecord;
import io.keyward.HashedSecret;
import io.keyward.KeyHash;
import io.keyward.KeyHasher;
import io.keyward.KeyState;
import io.keyward.config.EnvDocument.Entry;
import io.keyward.role.Permission;
import io.keyward.store.StoreException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads the keys of one {@code .env} text and remembers where each is written, so that it can be changed there.
 *
 * <p>What {@link KeyLoader} judges (modes, peppers, undeclared roles) is left to it: an operator must be able to repair a
 * file that a service refuses. But a key that stands twice is refused here too, since a change would reach one of the two.
 */
final class StoredKeys {
    private static final Pattern REFERENCE = Pattern.compile("\\$\\{([A-Za-z_%][A-Za-z0-9_.-]*)}");
    private static final Pattern TAGGED_HASH = Pattern.compile("(sha256|hmac-sha256:[^:]*):.*", Pattern.DOTALL);
    private static final Pattern BARE_HASH = Pattern.compile("(0x)?[0-9A-Fa-f]{64}");
    private static final Pattern KEY = Pattern.compile("[!-~]{" + ApiKey.MIN_LENGTH + "," + ApiKey.MAX_LENGTH + "}");
    private static final Pattern LISTED_KEY = Pattern.compile(KEY.pattern().replace("]", "&&[^,\"'\\[\\]]]"));
    private static final String KEYS_SUFFIX = "_API_KEYS";
    private static final String HASHES_SUFFIX = "_API_KEY_HASHES";

    private final EnvDocument text;
    private final @Nullable Path directory;
    private final KeyHasher sha256;
    private final Set<String> roles = new TreeSet<>();
    private final List<ConfigProblem> problems = new ArrayList<>();
    private final Map<String, StoredKey> keys = new LinkedHashMap<>();
    private final Map<KeyHash, Entry> placeByHash = new HashMap<>();

    private StoredKeys(EnvDocument text, @Nullable Path directory, KeyHasher sha256) {
        this.text = text;
        this.directory = directory;
        this.sha256 = sha256;
        this.problems.addAll(text.problems());
    }

    /**
     * Reads a text.
     *
     * @param directory where {@code @file} references start
     * @param roles the roles that make variables into key lists, beside those that the text declares
     * @throws StoreException if anything cannot be read; it names every such problem
     */
    static StoredKeys read(EnvDocument text, @Nullable Path directory, Collection<String> roles, KeyHasher sha256) {
        StoredKeys stored = new StoredKeys(text, directory, sha256);
        stored.run(roles);
        if (!stored.problems.isEmpty()) {
            throw new StoreException(ConfigException.describe(stored.problems));
        }
        return stored;
    }

    /** Returns the keys: named ones in the order of their first lines, then those of lists in the order of theirs. */
    Collection<StoredKey> all() {
        return keys.values();
    }

    @Nullable
    StoredKey find(String id) {
        return keys.get(id);
    }

    /** Returns the roles that make variables into key lists. */
    Set<String> roles() {
        return roles;
    }

    /** Returns variables that look like key lists and belong to no declared role. */
    List<Entry> undeclaredLists() {
        Map<String, String> declared = roleByList();
        return text.entries().stream()
                .filter(entry -> !Property.isOurs(entry.name()))
                .filter(entry -> {
                    String name = ConfigSources.environmentForm(entry.name());
                    return (name.endsWith(KEYS_SUFFIX) || name.endsWith(HASHES_SUFFIX)) && !declared.containsKey(name);
                })
                .toList();
    }

    /** Returns the roles by the names of their lists, as the environment spells them. */
    private Map<String, String> roleByList() {
        Map<String, String> roleByList = new HashMap<>();
        for (String role : roles) {
            roleByList.put(ConfigSources.environmentForm(role) + KEYS_SUFFIX, role);
            roleByList.put(ConfigSources.environmentForm(role) + HASHES_SUFFIX, role);
        }
        return roleByList;
    }

    /**
     * Returns entries that hold the text of a key, alone or in a list, and are no key themselves: what a reference leads to,
     * or a client's own copy. A key that only its pepper can tell is not found.
     */
    List<Entry> plaintextCopies() {
        Set<Entry> own = new HashSet<>(placeByHash.values());
        return text.entries().stream()
                .filter(entry -> !own.contains(entry) && holdsKey(entry.value()))
                .toList();
    }

    private boolean holdsKey(String value) {
        String whole = ListValue.trim(value);
        return (KEY.matcher(whole).matches() && isKey(whole))
                || LISTED_KEY.matcher(value).results().anyMatch(item -> isKey(item.group()));
    }

    private boolean isKey(String candidate) {
        return placeByHash.containsKey(sha256.hash(ApiKey.of(candidate)));
    }

    private void run(Collection<String> given) {
        if (!problems.isEmpty()) {
            return;
        }
        roles.addAll(given);
        Map<String, Entries> named = new LinkedHashMap<>();
        for (Entry entry : text.entries()) {
            Property.Name name = Property.isOurs(entry.name()) ? Property.parse(entry.name()) : null;
            if (name == null) {
                continue;
            }
            if (name.property() == Property.ROLES) {
                attempt(entry, () -> roles.addAll(ListValue.parse(textOf(entry))));
            } else if (name.property().isOfKey()) {
                collect(named.computeIfAbsent(name.id(), id -> new Entries()), name, entry);
            }
        }
        named.forEach(this::readNamed);
        readLists();
    }

    private void collect(Entries entries, Property.Name name, Entry entry) {
        Entry before = switch (name.property()) {
            case METADATA -> entries.metadata.putIfAbsent(name.metadata(), entry);
            case ATTRIBUTE -> entries.attributes.putIfAbsent(name.metadata(), entry);
            default -> entries.fields.putIfAbsent(name.property(), entry);
        };
        entries.last = entry;
        if (before != null) {
            refuse(
                    entry,
                    "the same name is also on line " + before.line() + " as " + before.name(),
                    "a name stands once in a file, in one spelling",
                    "remove one of the two");
        }
    }

    private void readNamed(String id, Entries entries) {
        Entry anchor = entries.last == null ? text.entries().get(0) : entries.last;
        attempt(anchor, () -> {
            ApiKeyRecord.Builder builder = ApiKeyRecord.builder(id).secrets(secretsOf(id, entries));
            builder.owner(optional(entries, Property.OWNER)).name(optional(entries, Property.KEY_NAME));
            Entry listed = entries.fields.get(Property.KEY_ROLES);
            if (listed != null) {
                builder.roles(ListValue.parse(textOf(listed)));
            }
            Entry permissions = entries.fields.get(Property.KEY_PERMISSIONS);
            if (permissions != null) {
                builder.permissions(ListValue.parse(textOf(permissions)).stream()
                        .map(Permission::of)
                        .toList());
            }
            Entry state = entries.fields.get(Property.STATE);
            if (state != null) {
                builder.state(stateOf(textOf(state)));
            }
            builder.metadata(textsOf(entries.metadata)).attributes(textsOf(entries.attributes));
            builder.created(instant(entries, Property.CREATED_AT), optional(entries, Property.CREATED_BY));
            builder.changed(instant(entries, Property.CHANGED_AT), optional(entries, Property.CHANGED_BY));
            keys.put(id, new StoredKey(builder.build(), entries, null));
        });
    }

    private Map<String, String> textsOf(Map<String, Entry> entries) throws InvalidValue {
        Map<String, String> texts = new TreeMap<>();
        for (Map.Entry<String, Entry> each : entries.entrySet()) {
            texts.put(each.getKey(), textOf(each.getValue()));
        }
        return texts;
    }

    private static KeyState stateOf(String word) throws InvalidValue {
        for (KeyState state : KeyState.values()) {
            if (state.name().toLowerCase(Locale.ROOT).equals(word)) {
                return state;
            }
        }
        throw new InvalidValue(
                "the state is none of the words known here",
                "it is one of active, disabled, revoked",
                "correct the spelling");
    }

    private List<HashedSecret> secretsOf(String id, Entries entries) throws InvalidValue {
        Entry hash = entries.fields.get(Property.KEY_HASH);
        Entry plaintext = entries.fields.get(Property.KEY_TEXT);
        if ((hash == null) == (plaintext == null)) {
            throw new InvalidValue(
                    "key `" + id + "` has " + (hash == null ? "no hash" : "both a hash and a plaintext key"),
                    "a key has one of hash and key",
                    "correct it");
        }
        Entry written = requireNonNull(hash != null ? hash : plaintext);
        KeyHash current = hash != null ? hashOf(secretOf(written)) : plaintextHash(secretOf(written));
        requireNew(current, written);
        List<HashedSecret> secrets = new ArrayList<>();
        secrets.add(new HashedSecret(
                current,
                instant(entries, Property.NOT_BEFORE),
                instant(entries, Property.EXPIRES_AT),
                ordinal(entries, Property.ORDINAL)));
        Entry retiring = entries.fields.get(Property.RETIRING_HASH);
        if (retiring != null) {
            KeyHash old = hashOf(secretOf(retiring));
            requireNew(old, retiring);
            secrets.add(new HashedSecret(
                    old,
                    instant(entries, Property.RETIRING_NOT_BEFORE),
                    instant(entries, Property.RETIRING_UNTIL),
                    ordinal(entries, Property.RETIRING_ORDINAL)));
        }
        return secrets;
    }

    /** Of a key that stands twice, only one entry would be changed, and a revoked key would be left in the other. */
    private void requireNew(KeyHash hash, Entry entry) {
        Entry before = placeByHash.putIfAbsent(hash, entry);
        if (before != null) {
            refuse(
                    entry,
                    "a key here stands also in " + before.name() + " on line " + before.line(),
                    "a key stands once in a file, as itself or as its hash, under one record",
                    "remove one of the two");
        }
    }

    private KeyHash plaintextHash(String key) throws InvalidValue {
        if (BARE_HASH.matcher(key).matches()) {
            throw new InvalidValue(
                    "64 hexadecimal digits stand where a key is expected",
                    "a hash has its scheme before it",
                    "write sha256: before it if it is a hash");
        }
        return sha256.hash(ApiKey.of(key));
    }

    private static KeyHash hashOf(String hash) {
        return KeyHash.parse(hash);
    }

    private @Nullable String optional(Entries entries, Property property) throws InvalidValue {
        Entry entry = entries.fields.get(property);
        return entry == null ? null : textOf(entry);
    }

    private @Nullable Instant instant(Entries entries, Property property) throws InvalidValue {
        Entry entry = entries.fields.get(property);
        if (entry == null) {
            return null;
        }
        try {
            return Instant.parse(textOf(entry));
        } catch (DateTimeException e) {
            throw new InvalidValue(
                    entry.name() + " is no instant", "an instant is 2027-01-01T00:00:00Z", "write it so, in UTC");
        }
    }

    private int ordinal(Entries entries, Property property) throws InvalidValue {
        String text = optional(entries, property);
        try {
            return text == null ? 1 : Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new InvalidValue(
                    property.pattern() + " is no whole number",
                    "the secrets of a key are numbered from 1 on",
                    "write the number in digits");
        }
    }

    private void readLists() {
        Map<String, String> roleByList = roleByList();
        List<Listed> listed = new ArrayList<>();
        for (Entry entry : text.entries()) {
            String name = ConfigSources.environmentForm(entry.name());
            String role = roleByList.get(name);
            if (role != null) {
                readList(role, entry, name.endsWith(KEYS_SUFFIX), listed);
            }
        }
        Map<String, Integer> users = new HashMap<>();
        listed.forEach(each -> users.merge(each.key.shortId(), 1, Integer::sum));
        for (Listed each : listed) {
            boolean alone = users.getOrDefault(each.key.shortId(), 1) == 1;
            String id = alone ? each.key.shortId() : each.key.longId();
            ApiKeyRecord record = ApiKeyRecord.builder(id)
                    .roles(each.key.role())
                    .hash(each.key.hash())
                    .build();
            keys.putIfAbsent(id, new StoredKey(record, new Entries(), each.item));
        }
    }

    private void readList(String role, Entry entry, boolean plaintextToo, List<Listed> to) {
        Assignment found = new Assignment(entry.name(), "", text.source(), null, entry.line(), 0);
        attempt(entry, () -> {
            List<String> items = ListValue.parseOrEmpty(textOf(entry));
            for (String item : items) {
                EntryReader.refuseFileName(item);
                boolean plaintext = plaintextToo && !TAGGED_HASH.matcher(item).matches();
                KeyHash hash = plaintext ? plaintextHash(item) : hashOf(item);
                requireNew(hash, entry);
                to.add(new Listed(
                        new ListedKey(role, hash, plaintext, found), new Item(entry, items, item, plaintext)));
            }
        });
    }

    /** Returns a value as the loader takes it: without blanks around it, a reference to a name of this file followed. */
    private String textOf(Entry entry) throws InvalidValue {
        String value = ListValue.trim(entry.value());
        Matcher reference = REFERENCE.matcher(value);
        if (reference.matches()) {
            Entry referred = text.find(reference.group(1));
            if (referred == null || referred.equals(entry)) {
                throw new InvalidValue(
                        "the value refers to " + reference.group(1) + ", which is not in this file",
                        "a file that is edited here has its values in it",
                        "write the value itself");
            }
            value = ListValue.trim(referred.value());
        }
        if (value.isEmpty() || value.contains("${")) {
            throw new InvalidValue(
                    value.isEmpty() ? "the value is empty" : "a ${...} in the value is not resolved",
                    "a name that is set has a value, and only a value that is ${NAME} as a whole is replaced",
                    "write the value itself, or remove the name");
        }
        return value;
    }

    private String secretOf(Entry entry) throws InvalidValue {
        String value = textOf(entry);
        if (value.charAt(0) != '@' || directory == null) {
            return value;
        }
        try {
            return ListValue.trim(Files.readString(directory.resolve(value.substring(1))));
        } catch (IOException | InvalidPathException e) {
            throw new InvalidValue(
                    "the file named after @ cannot be read (" + e.getClass().getSimpleName() + ")",
                    "it holds one secret on one line",
                    "check the path, the file and its permissions");
        }
    }

    /** Reads something of an entry; what is wrong with it becomes a problem of that entry. */
    private void attempt(Entry entry, Reading reading) {
        try {
            reading.read();
        } catch (InvalidValue e) {
            problems.add(e.at(text.source(), entry.line(), entry.name()));
        } catch (IllegalArgumentException e) {
            // The messages of core name lengths and positions, never a value.
            refuse(
                    entry,
                    String.valueOf(e.getMessage()),
                    "keys, hashes and what belongs to them have the forms of docs/configuration.md",
                    "correct it");
        }
    }

    private void refuse(Entry entry, String what, String rule, String remedy) {
        problems.add(new ConfigProblem(text.source(), entry.line(), entry.name(), what, rule, remedy));
    }

    private interface Reading {
        void read() throws InvalidValue;
    }

    private record Listed(ListedKey key, Item item) {}

    /**
     * An item of a key list.
     *
     * @param items all items of that list, as read
     */
    record Item(Entry entry, List<String> items, String text, boolean plaintext) {
        @Override
        public String toString() {
            return "Item[" + entry.name() + "]";
        }
    }

    /**
     * A key and where it is written.
     *
     * @param record the record, version 0
     * @param entries the entries of a named key; none for one of a list
     * @param item the item of a list; null for a named key
     */
    record StoredKey(
            ApiKeyRecord record, Entries entries, @Nullable Item item) {
        /** Tells whether the key is not written in its place, but in another variable or a file that is named there. */
        boolean isReference() {
            Entry entry = item == null ? entries.fields.get(Property.KEY_TEXT) : item.entry;
            String value = entry == null ? "" : ListValue.trim(entry.value());
            return value.startsWith("@") || REFERENCE.matcher(value).matches();
        }

        /** Tells whether the key itself stands in the file, not its hash. */
        boolean isPlaintext() {
            return item == null ? entries.fields.containsKey(Property.KEY_TEXT) : item.plaintext;
        }
    }

    /** The entries of one named key. */
    static final class Entries {
        final Map<Property, Entry> fields = new EnumMap<>(Property.class);
        final Map<String, Entry> metadata = new TreeMap<>();
        final Map<String, Entry> attributes = new TreeMap<>();
        private @Nullable Entry last;

        /** Returns where a name is written; null if it is not. */
        @Nullable
        Entry find(Property.Name name) {
            return switch (name.property()) {
                case METADATA -> metadata.get(name.metadata());
                case ATTRIBUTE -> attributes.get(name.metadata());
                default -> fields.get(name.property());
            };
        }

        /** Returns all entries in no particular order. */
        List<Entry> all() {
            List<Entry> all = new ArrayList<>(fields.values());
            all.addAll(metadata.values());
            all.addAll(attributes.values());
            return all;
        }
    }
}
