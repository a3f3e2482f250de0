package io.keyward.config;

import static java.util.Objects.requireNonNull;

import io.keyward.ApiKeyRecord;
import io.keyward.KeyHash;
import io.keyward.KeyState;
import io.keyward.config.KeyDefinition.Claim;
import io.keyward.config.KeyDefinition.ListItem;
import io.keyward.env.InvalidValue;
import io.keyward.env.ListValue;
import io.keyward.role.Role;
import io.keyward.role.RoleModel;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Reads key lists and named keys, and remembers where each is written: the one reader of keys, for services, the store
 * and tools.
 *
 * <p>A service reads strictly: it acts on what it accepts, so it accepts nothing that is doubtful. The store and the
 * tools read leniently, because they must be able to repair what a service refuses; they do not check modes, peppers
 * and undeclared roles. What a strict reading accepts, a lenient one reads as the same records.
 */
final class KeyDefinitions {
    static final String KEYS_SUFFIX = "_API_KEYS";
    static final String HASHES_SUFFIX = "_API_KEY_HASHES";

    private final ConfigSources sources;
    private final ValueReader values;
    private final EntryReader entries;
    private final Collection<String> roles;
    private final Predicate<String> isRole;
    private final boolean lenient;
    private final boolean mayBeEmpty;
    private final List<KeyDefinition> all = new ArrayList<>();
    private final Map<String, KeyDefinition> byId = new LinkedHashMap<>();
    private final Map<KeyHash, Claim> byHash = new HashMap<>();
    private final Map<String, Integer> itemsByList = new HashMap<>();
    private final List<KeyDefinition> sound = new ArrayList<>();

    /** The keys of which another place of a secret is used. */
    private final Set<KeyDefinition> second = new HashSet<>();

    private final List<Copy> copies = new ArrayList<>();
    private final Problems problems = new Problems();
    private int wellKnown;

    private KeyDefinitions(
            ConfigSources sources,
            ValueReader values,
            EntryReader entries,
            Collection<String> roles,
            Predicate<String> isRole,
            boolean lenient,
            boolean mayBeEmpty) {
        this.sources = sources;
        this.values = values;
        this.entries = entries;
        this.roles = roles;
        this.isRole = isRole;
        this.lenient = lenient;
        this.mayBeEmpty = mayBeEmpty;
        readLists();
        readNamed();
        findTwice();
    }

    /**
     * Reads as a service does.
     *
     * @param mayBeEmpty whether {@code []} is a list: a running service may have all keys of a role removed
     */
    static KeyDefinitions strict(
            ConfigSources sources, ValueReader values, EntryReader entries, RoleModel roles, boolean mayBeEmpty) {
        List<String> names = roles.roles().stream().map(Role::name).toList();
        return new KeyDefinitions(sources, values, entries, names, roles::contains, false, mayBeEmpty);
    }

    /**
     * Reads as far as anything can be read.
     *
     * @param roles the roles that make variables into key lists
     * @param hexKeys whether 64 hexadecimal digits where a key is expected are known to be a key
     */
    static KeyDefinitions lenient(
            ConfigSources sources, ValueReader values, Collection<String> roles, boolean hexKeys) {
        return new KeyDefinitions(sources, values, EntryReader.lenient(hexKeys), roles, name -> true, true, true);
    }

    /** Returns all keys, those of lists first. */
    Collection<KeyDefinition> all() {
        return List.copyOf(all);
    }

    /** Returns the key of an id; null if there is none. */
    @Nullable
    KeyDefinition find(String id) {
        return byId.get(id);
    }

    /** Returns the keys that have no problem, each with its record. */
    List<KeyDefinition> sound() {
        return Collections.unmodifiableList(sound);
    }

    /** Returns the records of the keys that have no problem. */
    List<ApiKeyRecord> records() {
        return sound.stream().map(key -> requireNonNull(key.record())).toList();
    }

    /** Returns everything that is wrong with lists and keys. */
    List<ConfigProblem> problems() {
        List<ConfigProblem> found = new ArrayList<>();
        all.forEach(key -> found.addAll(key.problems()));
        found.addAll(problems.list());
        return found;
    }

    /** Returns where a hash is written, as itself or as its key; null if it is not. */
    @Nullable
    Claim placeOf(KeyHash hash) {
        return byHash.get(hash);
    }

    /** Returns the assignments that keys were read from. */
    Set<Assignment> places() {
        Set<Assignment> places = new HashSet<>();
        byHash.values().forEach(claim -> places.add(claim.assignment()));
        return places;
    }

    /** Returns how many keys anyone could guess, as far as their hashes show it. */
    int wellKnown() {
        return wellKnown;
    }

    /** Returns how many keys a list has; 0 if it is none, or cannot be read. */
    int itemsOf(String list) {
        return itemsByList.getOrDefault(list, 0);
    }

    private void readLists() {
        List<ListedKey> listed = new ArrayList<>();
        for (String role : roles) {
            String variable = ConfigSources.environmentForm(role);
            readList(role, variable + KEYS_SUFFIX, true, listed);
            readList(role, variable + HASHES_SUFFIX, false, listed);
            if (!lenient) {
                refuseFileVariable(variable + KEYS_SUFFIX);
                refuseFileVariable(variable + HASHES_SUFFIX);
            }
        }
        Map<String, Set<KeyHash>> users = new HashMap<>();
        listed.forEach(key -> users.computeIfAbsent(key.shortId(), id -> new HashSet<>())
                .add(key.claim().hash()));
        for (ListedKey key : listed) {
            boolean alone = users.getOrDefault(key.shortId(), Set.of()).size() == 1;
            KeyDefinition definition = KeyDefinition.listed(
                    ApiKeyRecord.builder(alone ? key.shortId() : key.longId())
                            .roles(key.role())
                            .hash(key.claim().hash())
                            .build(),
                    key.item(),
                    key.claim());
            if (sources.isRepeated(
                    ConfigSources.environmentForm(key.item().list().spelling()))) {
                definition.setAmbiguous();
            }
            all.add(definition);
        }
    }

    private void readList(String role, String variable, boolean ofKeys, List<ListedKey> to) {
        List<Assignment> found = sources.lists().getOrDefault(variable, List.of());
        if (found.isEmpty()) {
            return;
        }
        Assignment list = found.get(0);
        List<String> items = problems.read(list, List.of(), assignment -> items(assignment.value()));
        for (int i = 0; i < items.size(); i++) {
            String what = "item " + (i + 1);
            try {
                for (String key : values.expand(items.get(i), list, this::items)) {
                    itemsByList.merge(variable, 1, Integer::sum);
                    EntryReader.refuseFileName(key);
                    NamedItems.refuse(key);
                    KeyHash hash = ofKeys ? entries.keyOrHash(key) : entries.hash(key);
                    Claim claim = claim(hash, key, ofKeys, list, what);
                    to.add(new ListedKey(role, new ListItem(list, items, i, key), claim));
                }
            } catch (InvalidValue e) {
                boolean whole = items.size() == 1 && ValueReader.isReference(items.get(0));
                problems.add(list, whole ? e : e.inItem(i + 1));
            }
        }
    }

    private List<String> items(String value) throws InvalidValue {
        NamedItems.refuseIn(value);
        return mayBeEmpty ? ListValue.parseOrEmpty(value) : ListValue.parse(value);
    }

    private void refuseFileVariable(String list) {
        for (Assignment found : sources.lists().getOrDefault(list + Property.FILE_SUFFIX, List.of())) {
            problems.add(
                    found,
                    "variables that end in _FILE are not read",
                    "a list holds keys and hashes themselves; only a named key is read from a file",
                    "set " + list + ", or keyward.keys.<id>.hash to @ and the file");
        }
    }

    private void readNamed() {
        Map<String, NamedKeyReader> named = new LinkedHashMap<>();
        sources.named().forEach((name, found) -> {
            if (name.property().isOfKey()) {
                named.computeIfAbsent(name.id(), id -> new NamedKeyReader(id, values, isRole, this::readSecret))
                        .add(name, found.get(0), sources.isRepeated(name));
            }
        });
        named.values().forEach(key -> all.add(key.read()));
    }

    private Claim readSecret(Assignment assignment, boolean isText) throws InvalidValue {
        String entry = values.secret(assignment);
        return claim(isText ? entries.plaintext(entry) : entries.hash(entry), entry, isText, assignment, "the value");
    }

    private Claim claim(KeyHash hash, String entry, boolean mayBeText, Assignment assignment, String what) {
        return new Claim(hash, mayBeText && entries.isPlaintext(entry) ? entry : null, assignment, what);
    }

    /**
     * Finds keys that are written twice, as text or as a hash of any scheme; two hashes of different schemes cannot be
     * compared. If one copy is disabled or revoked, the key is rejected, so that an operator need not find every copy
     * first. Otherwise it is a problem, because it is not known which copy is meant.
     */
    private void findTwice() {
        List<Owned> claims = new ArrayList<>();
        all.forEach(key -> key.claims().forEach(claim -> claims.add(new Owned(claim, key))));
        claims.sort(Comparator.comparing(Owned::state)
                .reversed()
                .thenComparingInt(owned -> owned.assignment().rank())
                .thenComparingInt(owned -> owned.assignment().line()));
        Map<KeyHash, Owned> first = new HashMap<>();
        for (Owned owned : claims) {
            Claim claim = owned.claim();
            wellKnown += entries.isWellKnown(claim.plaintext(), claim.hash()) ? 1 : 0;
            Owned before = null;
            for (KeyHash same :
                    claim.plaintext() == null ? List.of(claim.hash()) : entries.hashesOf(claim.plaintext())) {
                Owned earlier = first.putIfAbsent(same, owned);
                before = before == null ? earlier : before;
            }
            byHash.putIfAbsent(claim.hash(), claim);
            if (before != null) {
                noteTwice(owned, before);
                second.add(owned.key());
            }
        }
        for (KeyDefinition key : all) {
            KeyDefinition before = second.contains(key) ? null : byId.putIfAbsent(key.id(), key);
            if (before != null) {
                problems.add(
                        key.place(),
                        "there is another key `" + key.id() + "` in "
                                + before.place().inWords(),
                        "an id belongs to one key",
                        "give one of the two another id");
                before.setAmbiguous();
            }
        }
        all.stream().filter(second::contains).forEach(key -> byId.putIfAbsent(key.id(), key));
        byId.values().stream()
                .filter(key -> key.record() != null && key.problems().isEmpty() && !second.contains(key))
                .forEach(sound::add);
    }

    private void noteTwice(Owned owned, Owned before) {
        owned.key().setCopied();
        before.key().setCopied();
        String where = before.assignment().inWords() + ", " + before.claim().what();
        if (before.state() != KeyState.ACTIVE && before.key() != owned.key()) {
            copies.add(new Copy(
                    before.key(),
                    owned.key(),
                    owned.assignment()
                            .problem(
                                    owned.claim().what() + " is a key that is switched off in " + where
                                            + ", and is rejected here too",
                                    "a key is rejected as long as one copy of it is disabled or revoked",
                                    "remove this copy")));
        } else {
            problems.add(
                    owned.assignment(),
                    owned.claim().what() + " is a key that is also in " + where,
                    "a key is written once, under one record",
                    "remove one of the two, or give the roles to one record");
        }
    }

    /** Returns a note for each key that is rejected because a copy is switched off. */
    List<ConfigProblem> copies() {
        return copies.stream().map(Copy::note).toList();
    }

    /** Returns the notes of one key, which is the copy that is switched off or the rejected one. */
    List<ConfigProblem> copiesOf(String id) {
        return copies.stream()
                .filter(copy -> copy.off().id().equals(id) || copy.other().id().equals(id))
                .map(Copy::note)
                .toList();
    }

    /** A key that is switched off, another place where it is written, and the note about it. */
    private record Copy(KeyDefinition off, KeyDefinition other, ConfigProblem note) {}

    /** A claim and the key that makes it. */
    private record Owned(Claim claim, KeyDefinition key) {
        Assignment assignment() {
            return claim.assignment();
        }

        KeyState state() {
            return key.record() == null ? KeyState.ACTIVE : key.record().state();
        }
    }
}
