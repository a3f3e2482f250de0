package io.keyward.config;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import io.keyward.ApiKeyRecord;
import io.keyward.HashedSecret;
import io.keyward.KeyHash;
import io.keyward.KeyState;
import io.keyward.config.KeyFileAccess.Changed;
import io.keyward.env.EnvParser;
import io.keyward.role.RoleModel;
import io.keyward.store.ApiKeyStore;
import io.keyward.store.ChangeCause;
import io.keyward.store.StoreConflictException;
import io.keyward.store.StoreConflictException.Conflict;
import io.keyward.store.StoreException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Keeps key records in an {@code .env} file, among whatever else is in it.
 *
 * <p>Reads what {@link KeywardConfig} reads of one file, and reads it in the same way. What a change does not concern
 * stays byte for byte: comments, order, line ends, other variables. New keys are written as
 * {@code KEYWARD_KEYS_<ID>_<PROPERTY>}, which a shell can source. An item of a key list ({@code CLIENT_API_KEYS}) is a
 * record too; the first change makes a named key of it, with the same id. A plaintext key becomes its hash with the
 * first change of its record.
 *
 * <p>Each change takes a lock that all users of this class on this machine respect, writes a new file next to the old
 * one, owner-only from its first byte, forces it to the disk and renames it. Owner, group, mode, POSIX ACL and
 * attributes stay, and a symbolic link stays a link. A file that is a mount of its own is written in place, see
 * {@link #writingInPlace}. A change by a user who cannot keep owner and mode is refused before anything is written.
 * Editors that do not know the lock can still lose a change, theirs or ours. A missing file is created, with mode 0600.
 * A default ACL of the directory applies to the new file as to any other that is created there.
 *
 * <p>If anything in the file is wrong, {@link #load} and {@link #insert(ApiKeyRecord, ChangeCause) insert} refuse it,
 * as a service does. But a key can still be found, disabled and revoked there, even if only a part of it can be read;
 * the rest stays as it is. A key that is written twice, under two ids or in two lists, is rejected everywhere once one
 * copy is disabled or revoked. Only a key that has a name written twice cannot be changed, because it is not known
 * which of the two is meant.
 *
 * <p>A record is refused if one of its texts has blanks at its ends or contains <code>${</code>, because a reader of
 * the file would read another text. A version is a number computed from the record's content and is valid within this
 * process. The file keeps no history, so {@link #changesSince} returns empty once the file has changed.
 *
 * <p>Every call reads the whole file. May be shared between threads.
 */
public final class EnvFileApiKeyStore implements ApiKeyStore {
    private final KeyFileAccess access;
    private volatile @Nullable Insertion lastInsertion;

    EnvFileApiKeyStore(KeyFileAccess access) {
        this.access = access;
    }

    /**
     * Returns a store over a file, which need not exist. Only the roles that the file declares make variables into key
     * lists.
     */
    public static EnvFileApiKeyStore of(Path file) {
        return of(file, RoleModel.empty());
    }

    /**
     * Returns a store over a file, which need not exist. References to names that the file does not have lead to the
     * environment of the process.
     *
     * @param roles the roles that make variables into key lists, besides those that the file declares
     */
    public static EnvFileApiKeyStore of(Path file, RoleModel roles) {
        return of(file, roles, System.getenv());
    }

    /**
     * Returns a store over a file, which need not exist.
     *
     * @param roles the roles that make variables into key lists, besides those that the file declares
     * @param environment the variables for references to names that the file does not have; the same as those of the
     *     service that reads the file
     */
    public static EnvFileApiKeyStore of(Path file, RoleModel roles, Map<String, String> environment) {
        return new EnvFileApiKeyStore(KeyFile.access(file, roles, environment));
    }

    /**
     * Returns a store over a content, for a source that can be read only once, such as a pipe. It refuses every change.
     * References to names that the content does not have lead to the environment of the process.
     *
     * @param name what to call it in messages
     * @param content the text of an {@code .env} file in UTF-8; copied
     * @param roles the roles that make variables into key lists, besides those that the content declares
     */
    public static EnvFileApiKeyStore ofContent(Path name, byte[] content, RoleModel roles) {
        return new EnvFileApiKeyStore(
                KeyFile.access(name, roles, System.getenv()).withContent(content));
    }

    /**
     * Returns a store over the same file that always writes it in place. Use it for a file that other machines or
     * containers see through a mount of its own, because that mount would not show another file. A store writes in
     * place without being asked if it sees the mount itself, or if a rename is refused.
     *
     * <p>The store first writes a journal next to the file ({@code ..env.keyward-journal}). With it a reader of this
     * library sees the old content or the new, and the next change finishes what a crash interrupted. Other programs
     * can see a half-written file. If the directory cannot be written there is no journal, and a crash can leave a
     * half-written file.
     */
    public EnvFileApiKeyStore writingInPlace() {
        return new EnvFileApiKeyStore(access.writingInPlace());
    }

    /** Returns the file, as it was named. */
    public Path file() {
        return access.file();
    }

    @Override
    public ApiKeyRecord insert(ApiKeyRecord record, ChangeCause cause) {
        return insert("store key `" + record.id() + "` in", List.of(record)).get(0);
    }

    /**
     * Stores new records in one change of the file: all of them or none.
     *
     * @param records of version 0, each of another id
     * @return the records as stored, in the same order
     * @throws StoreConflictException as {@link #insert(ApiKeyRecord, ChangeCause) insert}; the file is as before
     * @throws IllegalArgumentException as {@link #insert(ApiKeyRecord, ChangeCause) insert}; the file is as before
     * @throws StoreException if the file could not be read or written, or would be longer than a key file may be
     */
    public List<ApiKeyRecord> insertAll(List<ApiKeyRecord> records, ChangeCause cause) {
        requireNonNull(cause, "cause");
        return insert("store keys in", records);
    }

    /**
     * Checks whether {@link #insertAll} would store these records in the file as it is now, and changes nothing.
     *
     * @throws StoreConflictException if an id or a secret is in the file already
     * @throws io.keyward.store.StoreException if the file cannot be read, has an error in it, or cannot hold a text of
     *     these records
     */
    public void requireInsertable(List<ApiKeyRecord> records) {
        records.forEach(EnvFileApiKeyStore::requireNew);
        inserted(access.read(), records);
    }

    private List<ApiKeyRecord> insert(String what, List<ApiKeyRecord> records) {
        records.forEach(EnvFileApiKeyStore::requireNew);
        return access.change(what, content -> {
            KeyFileContent next = inserted(content, records);
            lastInsertion = records.size() == 1 ? new Insertion(records.get(0).id(), content, next) : null;
            return new Changed<>(
                    next, records.stream().map(EnvFileApiKeyStore::stored).toList());
        });
    }

    /** Returns the content with these records in it. */
    private KeyFileContent inserted(KeyFileContent content, List<ApiKeyRecord> records) {
        content.requireSound();
        Map<KeyHash, String> holders = content.holders();
        Set<String> ids = new HashSet<>();
        KeyFileEditor editor = new KeyFileEditor(content);
        for (ApiKeyRecord record : records) {
            if (content.keys().find(record.id()) != null || !ids.add(record.id())) {
                throw new StoreConflictException(Conflict.ID_TAKEN, record.id());
            }
            requireOwnHashes(record, null, holders);
            record.secrets().forEach(secret -> holders.put(secret.hash(), record.id()));
        }
        // each is put at the end but before those already put there, so the last record goes first
        for (int i = records.size() - 1; i >= 0; i--) {
            editor.insert(records.get(i));
        }
        return verified(editor.text(), content, records);
    }

    private static void requireNew(ApiKeyRecord record) {
        if (record.version() != 0) {
            throw new IllegalArgumentException("key `" + record.id() + "` has version " + record.version()
                    + " and must have 0 to be inserted; update it instead");
        }
    }

    @Override
    public ApiKeyRecord update(ApiKeyRecord record, ChangeCause cause) {
        if (record.version() == 0) {
            throw new IllegalArgumentException(
                    "key `" + record.id() + "` has version 0 and must have that of the record it was made from");
        }
        return access.change("change key `" + record.id() + "` in", content -> {
            KeyDefinition before = unchanged(record, content);
            if (record.state() == KeyState.ACTIVE) {
                content.requireSound();
                requireNoCopy(before, content);
            }
            requireUnambiguous(before, content);
            requireOwnHashes(record, before, content.holders());
            KeyFileEditor editor = new KeyFileEditor(content);
            editor.replace(before, record);
            return new Changed<>(verified(editor.text(), content, List.of(record)), stored(record));
        });
    }

    @Override
    public void remove(ApiKeyRecord record, ChangeCause cause) {
        if (record.version() == 0) {
            throw new IllegalArgumentException("key `" + record.id() + "` has version 0 and was never stored");
        }
        access.change("remove key `" + record.id() + "` from", content -> {
            KeyDefinition key = unchanged(record, content);
            requireUnambiguous(key, content);
            requireNoCopy(key, content);
            KeyFileEditor editor = new KeyFileEditor(content);
            editor.remove(key);
            return new Changed<>(content.with(editor.text()), record);
        });
    }

    /**
     * Takes back a record that was just inserted and that nobody has seen, as if it had never been there.
     *
     * <p>For a caller that issued a key and could not hand it over. A record that was in use is revoked instead, so
     * that its id is not given out again.
     *
     * @param record the record as {@link #insert(ApiKeyRecord, ChangeCause) insert} returned it
     * @throws StoreConflictException {@code MISSING} or {@code STALE} if it was changed since
     * @throws StoreException if the file could not be read or written
     */
    public void takeBack(ApiKeyRecord record) {
        access.change("take key `" + record.id() + "` back from", content -> {
            KeyDefinition key = unchanged(record, content);
            if (key.item() != null) {
                throw new StoreConflictException(Conflict.MISSING, record.id());
            }
            Insertion insertion = lastInsertion;
            if (insertion != null && insertion.undoes(record.id(), content)) {
                return new Changed<>(insertion.before, record);
            }
            KeyFileEditor editor = new KeyFileEditor(content);
            editor.remove(key);
            return new Changed<>(content.with(editor.text()), record);
        });
    }

    /** Returns the key of a record that nobody has changed since it was read. */
    private static KeyDefinition unchanged(ApiKeyRecord record, KeyFileContent content) {
        KeyDefinition key = content.find(record.id());
        if (key == null) {
            throw new StoreConflictException(Conflict.MISSING, record.id());
        }
        if (stored(requireNonNull(key.record())).version() != record.version()) {
            throw new StoreConflictException(Conflict.STALE, record.id());
        }
        return key;
    }

    private static void requireUnambiguous(KeyDefinition key, KeyFileContent content) {
        if (key.isAmbiguous()) {
            KeyFileContent.requireNone(content.problems());
        }
    }

    /**
     * Refuses to enable or remove a key that is also written elsewhere, because it is not known which of the two is
     * meant.
     */
    private static void requireNoCopy(KeyDefinition key, KeyFileContent content) {
        if (key.isCopied()) {
            KeyFileContent.requireNone(content.problems());
            KeyFileContent.requireNone(content.keys().copiesOf(key.id()));
        }
    }

    @Override
    public Optional<ApiKeyRecord> find(String id) {
        KeyFileContent content = access.read();
        KeyDefinition key = content.find(id);
        if (key == null) {
            content.requireSound();
            return Optional.empty();
        }
        return Optional.of(stored(requireNonNull(key.record())));
    }

    @Override
    public Snapshot load() {
        KeyFileContent content = access.read().requireSound();
        return new Snapshot(
                content.keys().records().stream()
                        .map(EnvFileApiKeyStore::stored)
                        .toList(),
                stamp(content));
    }

    @Override
    public Optional<Changes> changesSince(Stamp stamp) {
        Stamp now = stamp(access.read().requireSound());
        return stamp.equals(now) ? Optional.of(new Changes(List.of(), now)) : Optional.empty();
    }

    private static Stamp stamp(KeyFileContent content) {
        byte[] bytes = content.bytes();
        return new Stamp(ContentVersion.of(bytes) + "-" + bytes.length);
    }

    /** Gives a record the version that is made of its content. */
    private static ApiKeyRecord stored(ApiKeyRecord record) {
        long version =
                ContentVersion.of(KeyFileEditor.spelled(record).toString().getBytes(UTF_8));
        return record.toBuilder().version(version).build();
    }

    /** Refuses a new secret that is already in use; a secret that the key had before may be written twice. */
    private static void requireOwnHashes(
            ApiKeyRecord record, @Nullable KeyDefinition before, Map<KeyHash, String> holders) {
        Set<KeyHash> had = new HashSet<>();
        if (before != null && before.record() != null) {
            before.record().secrets().forEach(secret -> had.add(secret.hash()));
        }
        Set<KeyHash> seen = new HashSet<>();
        for (HashedSecret secret : record.secrets()) {
            if (had.contains(secret.hash())) {
                continue;
            }
            String holder = holders.getOrDefault(secret.hash(), record.id());
            if (!holder.equals(record.id()) || !seen.add(secret.hash())) {
                throw new StoreConflictException(Conflict.HASH_TAKEN, record.id());
            }
        }
    }

    /**
     * Reads the new text before it is written, and refuses it unless the records are read back as they are, all others
     * are unchanged, and there is no new problem.
     *
     * @throws IllegalArgumentException if a text of a record would be read as another
     */
    private static KeyFileContent verified(String text, KeyFileContent before, List<ApiKeyRecord> records) {
        KeyFileContent next = before.with(text);
        if (next.bytes().length > EnvParser.MAX_FILE) {
            throw new StoreException("the file would have more than the " + EnvParser.MAX_FILE
                    + " bytes that a key file may have; nothing was stored");
        }
        Map<String, ApiKeyRecord> wanted = new HashMap<>(before.records());
        records.forEach(
                record -> wanted.put(record.id(), record.toBuilder().version(0).build()));
        Map<String, ApiKeyRecord> read = next.records();
        if (!read.equals(wanted) || next.problems().size() > before.problems().size()) {
            String id = records.stream()
                    .map(ApiKeyRecord::id)
                    .filter(each -> !Objects.equals(read.get(each), wanted.get(each)))
                    .findFirst()
                    .orElseGet(() -> records.get(0).id());
            throw new IllegalArgumentException("key `" + id
                    + "` has a text that an .env file cannot hold; owner, name and metadata must not have"
                    + " blanks at their ends or ${ in them, and a retiring secret must have an end");
        }
        return next;
    }

    @Override
    public String toString() {
        return "EnvFileApiKeyStore[" + access.file() + "]";
    }

    /** The content before and after an insertion, so that the insertion can be undone byte for byte. */
    private record Insertion(String id, KeyFileContent before, KeyFileContent after) {
        boolean undoes(String takenBack, KeyFileContent now) {
            return id.equals(takenBack) && after.isSameFile(now);
        }
    }
}
