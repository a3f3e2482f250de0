package io.keyward.config;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import io.keyward.ApiKey;
import io.keyward.ApiKeyRecord;
import io.keyward.KeyHasher;
import io.keyward.config.KeyDefinition.Claim;
import io.keyward.config.KeyFileAccess.Changed;
import io.keyward.env.EnvDocument.Entry;
import io.keyward.env.ListValue;
import io.keyward.role.Role;
import io.keyward.role.RoleModel;
import io.keyward.store.StoreException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Shows an operator what is in a key file, and hashes its plaintext keys. {@link #store} changes its records.
 *
 * <p>Every call reads the whole file. May be shared between threads.
 */
public final class KeyFile {
    private static final Pattern KEY = Pattern.compile("[!-~]{" + ApiKey.MIN_LENGTH + "," + ApiKey.MAX_LENGTH + "}");
    private static final Pattern LISTED_KEY = Pattern.compile(KEY.pattern().replace("]", "&&[^,\"'\\[\\]]]"));

    private final KeyFileAccess access;
    private final EnvFileApiKeyStore store;
    private final KeyHasher sha256 = KeyHasher.sha256();

    private KeyFile(KeyFileAccess access) {
        this.access = access;
        this.store = new EnvFileApiKeyStore(access);
    }

    /**
     * Returns a view of a file, which need not exist.
     *
     * @param roles the roles that make variables into key lists, besides those that the file declares
     * @param environment the variables for references to names that the file does not have
     */
    public static KeyFile of(Path file, RoleModel roles, Map<String, String> environment) {
        return new KeyFile(access(file, roles, environment));
    }

    /**
     * Returns a view of a content, for a source that can be read only once, such as a pipe. It refuses every change.
     *
     * @param name what to call it in messages
     * @param content the text of an {@code .env} file in UTF-8; copied
     * @param roles the roles that make variables into key lists, besides those that the content declares
     * @param environment the variables for references to names that the content does not have
     */
    public static KeyFile ofContent(Path name, byte[] content, RoleModel roles, Map<String, String> environment) {
        return new KeyFile(access(name, roles, environment).withContent(content));
    }

    /**
     * Returns a view of the content of a {@code .properties} file. It refuses every change.
     *
     * @param name what to call it in messages
     * @param content the text of the file in UTF-8; copied
     * @param roles the roles that make variables into key lists, besides those that the content declares
     * @param environment the variables for references to names that the content does not have
     * @throws StoreException if it is not a valid {@code .properties} file, or has keys for one profile only
     */
    public static KeyFile ofProperties(Path name, byte[] content, RoleModel roles, Map<String, String> environment) {
        return ofContent(
                name, PropertiesText.asEnvText(name.toString(), content).getBytes(UTF_8), roles, environment);
    }

    static KeyFileAccess access(Path file, RoleModel roles, Map<String, String> environment) {
        Set<String> names = roles.roles().stream().map(Role::name).collect(Collectors.toUnmodifiableSet());
        return new KeyFileAccess(requireNonNull(file, "file"), names, Map.copyOf(environment), null, false, false);
    }

    /** Returns a view that always writes the file in place; see {@link EnvFileApiKeyStore#writingInPlace}. */
    public KeyFile writingInPlace() {
        return new KeyFile(access.writingInPlace());
    }

    /**
     * Returns a view that reads 64 hexadecimal digits as a key, as {@code openssl rand -hex 32} makes them. By default
     * they are refused, because they may be a hash; a hash that is hashed again locks out the holder of its key.
     */
    public KeyFile readingHexAsKeys() {
        return new KeyFile(access.readingHexAsKeys());
    }

    /** Returns the store over this file, always the same one, because a store knows its last insertion. */
    public EnvFileApiKeyStore store() {
        return store;
    }

    /**
     * Returns the records of the file, as far as they can be read; version 0.
     *
     * @throws StoreException if the file could not be read
     */
    public List<ApiKeyRecord> records() {
        return List.copyOf(access.read().records().values());
    }

    /**
     * Returns what is wrong with the file; a service refuses the file until the list is empty. This does not check what
     * only a service knows: its mode, its roles and its peppers.
     *
     * @throws StoreException if the file could not be read
     */
    public List<ConfigProblem> problems() {
        KeyFileContent content = access.read();
        List<ConfigProblem> problems = new ArrayList<>(content.problems());
        problems.addAll(content.unknownNames());
        return problems;
    }

    /**
     * Returns the other places where the secrets of a key are written, if the key or the copy is disabled or revoked. A
     * service rejects both, so these are not problems, but the copies should be removed.
     *
     * @throws StoreException if the file could not be read
     */
    public List<ConfigProblem> copiesOf(String id) {
        return access.read().keys().copiesOf(requireNonNull(id, "id"));
    }

    /**
     * Returns the names of the roles that the file and the caller declare, sorted.
     *
     * @throws StoreException if the file could not be read
     */
    public List<String> declaredRoles() {
        return List.copyOf(access.read().roles());
    }

    /**
     * Returns the ids of the keys that are written in plaintext, sorted.
     *
     * @throws StoreException if the file could not be read, or anything in it is wrong
     */
    public List<String> plaintextKeyIds() {
        return idsOf(plaintextKeys(access.read().requireSound()));
    }

    /**
     * Replaces every plaintext key of the file by its hash. The ids stay, and the keys stay valid. A reference
     * <code>${NAME}</code> to another variable stays as it is; see {@link #plaintextCopies}.
     *
     * <p>A key that {@link WellKnownKeys} recognises is refused, and the file is not touched.
     *
     * @return the ids of these keys, sorted; if there is none, the file is not touched
     * @throws StoreException if the file could not be read or written, or anything in it is wrong
     */
    public List<String> hashPlaintextKeys() {
        return access.change("hash the keys of", content -> {
            List<KeyDefinition> keys = plaintextKeys(content.requireSound()).stream()
                    .filter(key -> !key.isReference())
                    .toList();
            keys.forEach(KeyFile::refuseWellKnown);
            KeyFileEditor editor = new KeyFileEditor(content);
            editor.hashPlaintext(keys);
            return new Changed<>(keys.isEmpty() ? null : content.with(editor.text()), idsOf(keys));
        });
    }

    /**
     * Returns the names of variables that hold the text of one of the keys, alone or in a list, and are neither a key
     * nor a key list: what a list refers to as <code>${NAME}</code>, or the copy of a client that reads the same file.
     * {@link #hashPlaintextKeys} does not change them, because other programs may read them. Copies of a key whose hash
     * has a pepper are not found.
     *
     * @throws StoreException if the file could not be read, or anything in it is wrong
     */
    public List<String> plaintextCopies() {
        KeyFileContent content = access.read().requireSound();
        Set<String> own =
                content.keys().places().stream().map(Assignment::spelling).collect(Collectors.toSet());
        return content.document().entries().stream()
                .filter(entry -> !own.contains(entry.name()) && holdsKey(entry.value(), content.keys()))
                .map(Entry::name)
                .toList();
    }

    /**
     * Returns the names of variables that look like key lists of roles that neither the file nor the caller declares.
     * They are not read and not changed.
     *
     * @throws StoreException if the file could not be read, or anything in it is wrong
     */
    public List<String> undeclaredLists() {
        KeyFileContent content = access.read().requireSound();
        ListNames names = content.listNames();
        return content.document().entries().stream()
                .map(Entry::name)
                .filter(name -> !PropertyName.isOurs(name))
                .filter(name -> isList(ConfigSources.environmentForm(name))
                        && !names.isDeclared(ConfigSources.environmentForm(name)))
                .toList();
    }

    /**
     * Returns a note for each variable whose name is almost that of a key list, such as {@code ADMIN_API_KEY} or
     * {@code API_KEYS}. These variables are not read and not changed.
     *
     * @throws StoreException if the file could not be read
     */
    public List<ConfigProblem> almostLists() {
        return access.read().almostLists();
    }

    private static boolean isList(String variable) {
        return variable.endsWith(KeyDefinitions.KEYS_SUFFIX) || variable.endsWith(KeyDefinitions.HASHES_SUFFIX);
    }

    private static List<KeyDefinition> plaintextKeys(KeyFileContent content) {
        return content.keys().all().stream().filter(KeyDefinition::isPlaintext).toList();
    }

    private static List<String> idsOf(Collection<KeyDefinition> keys) {
        return keys.stream().map(KeyDefinition::id).sorted().toList();
    }

    /** Anyone can guess such a key, and its hash would hide that. */
    private static void refuseWellKnown(KeyDefinition key) {
        Claim claim = key.claims().get(0);
        if (WellKnownKeys.isWellKnown(ApiKey.of(requireNonNull(claim.plaintext())))) {
            throw new StoreException(
                    "the key `" + key.id() + "` in " + claim.assignment().inWords()
                            + " is well known or an example, and its hash would hide that; issue a new key and remove this one");
        }
    }

    private boolean holdsKey(String value, KeyDefinitions keys) {
        String whole = ListValue.trim(value);
        return (KEY.matcher(whole).matches() && isKey(whole, keys))
                || LISTED_KEY.matcher(value).results().anyMatch(item -> isKey(item.group(), keys));
    }

    private boolean isKey(String candidate, KeyDefinitions keys) {
        return keys.placeOf(sha256.hash(ApiKey.of(candidate))) != null;
    }

    @Override
    public String toString() {
        return "KeyFile[" + access.file() + "]";
    }
}
