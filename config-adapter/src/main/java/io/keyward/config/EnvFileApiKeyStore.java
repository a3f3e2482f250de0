package io.keyward.config;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import io.keyward.ApiKey;
import io.keyward.ApiKeyRecord;
import io.keyward.HashedSecret;
import io.keyward.KeyHash;
import io.keyward.KeyHasher;
import io.keyward.KeyHashers;
import io.keyward.config.EnvDocument.Entry;
import io.keyward.config.Property.Name;
import io.keyward.config.StoredKeys.Item;
import io.keyward.config.StoredKeys.StoredKey;
import io.keyward.role.Role;
import io.keyward.role.RoleModel;
import io.keyward.store.ApiKeyStore;
import io.keyward.store.ChangeCause;
import io.keyward.store.StoreConflictException;
import io.keyward.store.StoreConflictException.Conflict;
import io.keyward.store.StoreException;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Keeps key records in an {@code .env} file, among whatever else stands there.
 *
 * <p>What a change does not concern stays byte for byte: comments, order, line ends, other variables. New keys are written
 * as {@code KEYWARD_KEYS_<ID>_<PROPERTY>}, which a shell can source. An entry of a key list ({@code CLIENT_API_KEYS}) is a
 * record too; the first change makes a named key of it, with the same id. A plaintext key becomes its hash with the first
 * change of its record.
 *
 * <p>Each change takes a lock that all users of this class on this machine respect, writes a new file beside the old one,
 * owner-only from its first byte, forces it to the disk and renames it; mode and owner stay, a symbolic link stays a link.
 * Editors that do not know the lock can still lose a change, theirs or ours. A missing file is made, with mode 0600.
 *
 * <p>Not kept: a text with blanks at its ends or with <code>${</code>, which a reader of the file would take otherwise; such a
 * record is refused. A version stands for a content and is good within this process. The file keeps no history, so {@link #changesSince} answers
 * nothing once it changed.
 *
 * <p>Every call reads the whole file. May be shared between threads.
 */
public final class EnvFileApiKeyStore implements ApiKeyStore {
    private final Path file;
    private final Set<String> roles;
    private final KeyHasher sha256 = KeyHashers.sha256();
    private volatile @Nullable Insertion lastInsertion;

    private EnvFileApiKeyStore(Path file, Set<String> roles) {
        this.file = file;
        this.roles = roles;
    }

    /**
     * Returns a store over a file, which need not exist. Only the roles that the file declares make variables into key
     * lists.
     */
    public static EnvFileApiKeyStore of(Path file) {
        return of(file, RoleModel.empty());
    }

    /**
     * Returns a store over a file, which need not exist.
     *
     * @param roles the roles that make variables into key lists, beside those that the file declares
     */
    public static EnvFileApiKeyStore of(Path file, RoleModel roles) {
        Set<String> names = new HashSet<>();
        roles.roles().stream().map(Role::name).forEach(names::add);
        return new EnvFileApiKeyStore(requireNonNull(file, "file"), Set.copyOf(names));
    }

    /** Returns the file, as it was named. */
    public Path file() {
        return file;
    }

    @Override
    public ApiKeyRecord insert(ApiKeyRecord record, ChangeCause cause) {
        if (record.version() != 0) {
            throw new IllegalArgumentException("key `" + record.id() + "` has version " + record.version()
                    + " and must have 0 to be inserted; update it instead");
        }
        return change("store key `" + record.id() + "` in", content -> {
            if (content.keys.find(record.id()) != null) {
                throw new StoreConflictException(Conflict.ID_TAKEN, record.id());
            }
            requireOwnHashes(record, content);
            EnvEditor edit = new EnvEditor(content.text);
            edit.append(spelled(KeyFields.of(record)));
            Content next = verified(edit.text(), content, record);
            content.replaceBy(next);
            lastInsertion = new Insertion(record.id(), content, next.text.text());
            return stored(record);
        });
    }

    @Override
    public ApiKeyRecord update(ApiKeyRecord record, ChangeCause cause) {
        if (record.version() == 0) {
            throw new IllegalArgumentException(
                    "key `" + record.id() + "` has version 0 and must have that of the record it was made from");
        }
        return change("change key `" + record.id() + "` in", content -> {
            StoredKey before = content.keys.find(record.id());
            if (before == null) {
                throw new StoreConflictException(Conflict.MISSING, record.id());
            }
            if (stored(before.record()).version() != record.version()) {
                throw new StoreConflictException(Conflict.STALE, record.id());
            }
            requireOwnHashes(record, content);
            EnvEditor edit = new EnvEditor(content.text);
            Item item = before.item();
            if (item != null) {
                takeOut(item, edit);
                edit.append(spelled(KeyFields.of(record)));
            } else {
                rewrite(before, record, edit);
            }
            content.replaceBy(verified(edit.text(), content, record));
            return stored(record);
        });
    }

    /**
     * Takes back a record that was just inserted and that nobody has seen, as if it had never been there.
     *
     * <p>For who issued a key and could not hand it over. A record that was in use is revoked instead, so that its id is not
     * given out again.
     *
     * @param record the record as {@link #insert(ApiKeyRecord, ChangeCause) insert} returned it
     * @throws StoreConflictException {@code MISSING} or {@code STALE} if it was changed since
     * @throws StoreException if the file could not be read or written
     */
    public void takeBack(ApiKeyRecord record) {
        change("take key `" + record.id() + "` back from", content -> {
            StoredKey stored = content.keys.find(record.id());
            if (stored == null || stored.item() != null) {
                throw new StoreConflictException(Conflict.MISSING, record.id());
            }
            if (stored(stored.record()).version() != record.version()) {
                throw new StoreConflictException(Conflict.STALE, record.id());
            }
            Insertion insertion = lastInsertion;
            if (insertion != null && insertion.undoes(record.id(), content.text.text())) {
                content.restore(insertion.before);
            } else {
                EnvEditor edit = new EnvEditor(content.text);
                stored.entries().all().forEach(edit::remove);
                content.replaceBy(content.parse(edit.text()));
            }
            return record;
        });
    }

    /**
     * Turns every plaintext key of the file into its hash, where it stands. Ids stay, and who holds a key keeps using it.
     * What refers to another variable as <code>${NAME}</code> stays, since the service may find that one elsewhere; see
     * {@link #plaintextCopies}.
     *
     * <p>A key that {@link WellKnownKeys} recognises is refused, and then the file is not touched.
     *
     * @return the ids of the keys concerned, sorted; empty if there was none, and then the file is not touched
     * @throws StoreException if the file could not be read or written
     */
    public List<String> hashPlaintextKeys() {
        return change("hash the keys of", content -> {
            List<String> ids = new ArrayList<>();
            EnvEditor edit = new EnvEditor(content.text);
            Map<Entry, Written> lists = new LinkedHashMap<>();
            for (StoredKey key : content.keys.all()) {
                if (key.isPlaintext() && !key.isReference()) {
                    refuseWellKnown(key);
                    ids.add(key.record().id());
                    hashInPlace(key, edit, lists);
                }
            }
            lists.forEach((entry, written) -> edit.setWritten(entry, written.text));
            if (!ids.isEmpty()) {
                content.replaceBy(content.parse(edit.text()));
            }
            return ids.stream().sorted().toList();
        });
    }

    /**
     * Returns the ids of the keys that stand in the file in plaintext, sorted.
     *
     * @throws StoreException if the file could not be read
     */
    public List<String> plaintextKeyIds() {
        return read().keys.all().stream()
                .filter(StoredKey::isPlaintext)
                .map(key -> key.record().id())
                .sorted()
                .toList();
    }

    /**
     * Returns the names of variables that hold the text of one of the keys, alone or in a list, and are neither a key nor a
     * key list: what a list refers to as <code>${NAME}</code>, or the copy of a client that reads the same file.
     * {@link #hashPlaintextKeys} leaves them alone, since other programs may read them. Keys whose hash has a pepper are not
     * looked for.
     *
     * @throws StoreException if the file could not be read
     */
    public List<String> plaintextCopies() {
        return read().keys.plaintextCopies().stream().map(Entry::name).toList();
    }

    /**
     * Returns the names of variables that look like key lists, but of roles that neither the file nor the caller declares;
     * they are left alone.
     *
     * @throws StoreException if the file could not be read
     */
    public List<String> undeclaredLists() {
        return read().keys.undeclaredLists().stream().map(Entry::name).toList();
    }

    /**
     * Returns the names of the roles that the file and the caller declare, sorted.
     *
     * @throws StoreException if the file could not be read
     */
    public List<String> declaredRoles() {
        return read().keys.roles().stream().sorted().toList();
    }

    @Override
    public Optional<ApiKeyRecord> find(String id) {
        return Optional.ofNullable(read().keys.find(id)).map(key -> stored(key.record()));
    }

    @Override
    public Snapshot load() {
        Content content = read();
        List<ApiKeyRecord> records = new ArrayList<>();
        content.keys.all().forEach(key -> records.add(stored(key.record())));
        return new Snapshot(records, stamp(content));
    }

    @Override
    public Optional<Changes> changesSince(Stamp stamp) {
        Stamp now = stamp(read());
        return stamp.equals(now) ? Optional.of(new Changes(List.of(), now)) : Optional.empty();
    }

    private Stamp stamp(Content content) {
        return new Stamp(ContentVersion.of(content.bytes) + "-" + content.bytes.length);
    }

    /** Gives a record the version that stands for its content. */
    private static ApiKeyRecord stored(ApiKeyRecord record) {
        Map<String, String> spelled = spelled(KeyFields.of(record));
        long version = ContentVersion.of(spelled.toString().getBytes(UTF_8));
        return record.toBuilder().version(version).build();
    }

    private static Map<String, String> spelled(Map<Name, String> fields) {
        Map<String, String> spelled = new LinkedHashMap<>();
        fields.forEach((name, value) -> spelled.put(KeyFields.spelling(name), value));
        return spelled;
    }

    private static void requireOwnHashes(ApiKeyRecord record, Content content) {
        Map<KeyHash, String> holders = new HashMap<>();
        for (StoredKey key : content.keys.all()) {
            key.record()
                    .secrets()
                    .forEach(secret -> holders.put(secret.hash(), key.record().id()));
        }
        Set<KeyHash> seen = new HashSet<>();
        for (HashedSecret secret : record.secrets()) {
            String holder = holders.getOrDefault(secret.hash(), record.id());
            if (!holder.equals(record.id()) || !seen.add(secret.hash())) {
                throw new StoreConflictException(Conflict.HASH_TAKEN, record.id());
            }
        }
    }

    /** Removes an entry of a list, and the list itself with its last entry. */
    private static void takeOut(Item item, EnvEditor edit) {
        if (item.items().size() == 1) {
            edit.remove(item.entry());
        } else {
            edit.setWritten(
                    item.entry(), new Written(item.entry(), item.items(), edit.original()).with(item.text(), ""));
        }
    }

    /** Changes those lines of a named key whose meaning changes; the others stay as somebody wrote them. */
    private static void rewrite(StoredKey before, ApiKeyRecord record, EnvEditor edit) {
        Map<Name, String> old = KeyFields.of(before.record());
        Map<Name, String> wanted = KeyFields.of(record);
        Map<String, String> added = new LinkedHashMap<>();
        List<Entry> kept = new ArrayList<>();
        Entry plaintext = before.entries().fields.get(Property.KEY_TEXT);
        wanted.forEach((name, value) -> {
            Entry entry = before.entries().find(name);
            if (entry != null) {
                kept.add(entry);
                if (!value.equals(old.get(name))) {
                    edit.setValue(entry, value);
                }
            } else if (name.property() == Property.KEY_HASH && plaintext != null) {
                kept.add(plaintext);
                edit.rename(plaintext, KeyFields.spelling(name), value);
            } else {
                added.put(KeyFields.spelling(name), value);
            }
        });
        before.entries().all().stream().filter(entry -> !kept.contains(entry)).forEach(edit::remove);
        if (!added.isEmpty()) {
            kept.stream().max(Comparator.comparingInt(Entry::end)).ifPresent(last -> edit.addAfter(last, added));
        }
    }

    /** A hash hides that its key is one that anyone can guess. */
    private static void refuseWellKnown(StoredKey key) {
        Item item = key.item();
        Entry entry = item != null
                ? item.entry()
                : requireNonNull(key.entries().fields.get(Property.KEY_TEXT));
        String text = ListValue.trim(item != null ? item.text() : entry.value());
        if (WellKnownKeys.isWellKnown(ApiKey.of(text))) {
            throw new StoreException(
                    "the key `" + key.record().id() + "` in " + entry.name() + " on line " + entry.line()
                            + " is well known or an example, and its hash would hide that; issue a new key and remove this one");
        }
    }

    private static void hashInPlace(StoredKey key, EnvEditor edit, Map<Entry, Written> lists) {
        String hash = key.record().current().hash().reveal();
        Item item = key.item();
        if (item == null) {
            Entry entry = requireNonNull(key.entries().fields.get(Property.KEY_TEXT));
            edit.rename(
                    entry,
                    KeyFields.spelling(new Name(Property.KEY_HASH, key.record().id(), "")),
                    hash);
        } else {
            lists.computeIfAbsent(item.entry(), entry -> new Written(entry, item.items(), edit.original()))
                    .with(item.text(), hash);
        }
    }

    /**
     * Reads what would be written, and refuses it unless the record comes back as it is and all others as they were.
     *
     * @throws IllegalArgumentException if a text of the record would be read as another
     */
    private static Content verified(String text, Content before, ApiKeyRecord record) {
        Content next;
        try {
            next = before.parse(text);
        } catch (StoreException e) {
            throw new IllegalArgumentException(cannotBeWritten(record), e);
        }
        StoredKey key = next.keys.find(record.id());
        if (key == null || !key.record().equals(record.toBuilder().version(0).build())) {
            throw new IllegalArgumentException(cannotBeWritten(record));
        }
        return next;
    }

    private static String cannotBeWritten(ApiKeyRecord record) {
        return "key `" + record.id()
                + "` has a text that an .env file cannot hold; owner, name and metadata must not have"
                + " blanks at their ends or ${ in them, and a retiring secret must have an end";
    }

    private Content read() {
        try {
            Path real = LockedFile.real(file);
            return new Content(Files.exists(real) ? Files.readAllBytes(real) : null, real);
        } catch (IOException e) {
            throw failure("read", e);
        }
    }

    private <T> T change(String what, Change<T> change) {
        try (LockedFile locked = LockedFile.open(file)) {
            Content content = new Content(locked.read().orElse(null), locked.path());
            T result = change.apply(content);
            if (content.isChanged()) {
                content.writeTo(locked);
            }
            return result;
        } catch (IOException e) {
            throw failure(what, e);
        }
    }

    private StoreException failure(String what, IOException e) {
        String reason = e instanceof FileSystemException known && known.getReason() != null
                ? known.getReason()
                : e.getClass().getSimpleName() + ": " + e.getMessage();
        return new StoreException("cannot " + what + " " + file + ": " + reason, e);
    }

    @Override
    public String toString() {
        return "EnvFileApiKeyStore[" + file + "]";
    }

    private interface Change<T> {
        T apply(Content content);
    }

    /** What an insertion found and left, so that it can be undone to the byte. */
    private record Insertion(String id, Content before, String after) {
        boolean undoes(String takenBack, String now) {
            return id.equals(takenBack) && after.equals(now);
        }
    }

    /** A list value in the course of being changed item by item. */
    private static final class Written {
        private final List<String> items;
        private String text;

        Written(Entry entry, List<String> items, EnvDocument original) {
            this.items = new ArrayList<>(items);
            this.text = EnvEditor.written(original, entry);
        }

        String with(String item, String replacement) {
            text = EnvEditor.withItem(text, items, item, replacement);
            items.set(items.indexOf(item), replacement);
            return text;
        }
    }

    /** The file's content at one moment, and what is to become of it. */
    private final class Content {
        private static final byte[] NONE = {};

        final byte[] bytes;
        final EnvDocument text;
        final StoredKeys keys;
        private final boolean existed;
        private final Path path;
        private byte @Nullable [] next;
        private boolean delete;

        Content(byte @Nullable [] bytes, Path path) {
            this.existed = bytes != null;
            this.bytes = bytes == null ? NONE : bytes;
            this.path = path;
            this.text = EnvParser.read(path.toString(), this.bytes);
            this.keys = StoredKeys.read(text, path.getParent(), roles, sha256);
        }

        Content parse(String changed) {
            return new Content(changed.getBytes(UTF_8), path);
        }

        void replaceBy(Content changed) {
            next = changed.bytes;
        }

        /** Goes back to an earlier content, which may be that there was no file. */
        void restore(Content earlier) {
            next = earlier.bytes;
            delete = !earlier.existed;
        }

        boolean isChanged() {
            byte[] changed = next;
            return delete || (changed != null && !(existed && Arrays.equals(changed, bytes)));
        }

        void writeTo(LockedFile locked) throws IOException {
            byte[] changed = next;
            if (delete) {
                locked.delete();
            } else if (changed != null) {
                locked.replace(changed);
            }
        }
    }
}
