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
 * Shows an operator what is in a key file, and hashes its plaintext keys; its records are changed through
 * {@link #store}.
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
     * @param environment the variables that references lead to where the file has no such name
     */
    public static KeyFile of(Path file, RoleModel roles, Map<String, String> environment) {
        return new KeyFile(access(file, roles, environment));
    }

    /**
     * Returns a view of a content, for what can be read only once, such as a pipe. It refuses every change.
     *
     * @param name what to call it in messages
     * @param content the text of an {@code .env} file in UTF-8; copied
     * @param roles the roles that make variables into key lists, besides those that the content declares
     * @param environment the variables that references lead to where the content has no such name
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
     * @param environment the variables that references lead to where the content has no such name
     * @throws StoreException if it is no sound {@code .properties} file, or gives keys to one profile only
     */
    public static KeyFile ofProperties(Path name, byte[] content, RoleModel roles, Map<String, String> environment) {
        return ofContent(
                name, PropertiesText.asEnvText(name.toString(), content).getBytes(UTF_8), roles, environment);
    }

    static KeyFileAccess access(Path file, RoleModel roles, Map<String, String> environment) {
        Set<String> names = roles.roles().stream().map(Role::name).collect(Collectors.toUnmodifiableSet());
        return new KeyFileAccess(requireNonNull(file, "file"), names, Map.copyOf(environment), null, false, false);
    }

    /** Returns the same, always written in place; see {@link EnvFileApiKeyStore#writingInPlace}. */
    public KeyFile writingInPlace() {
        return new KeyFile(access.writingInPlace());
    }

    /**
     * Returns the same, where 64 hexadecimal digits in the place of a key are a key, as {@code openssl rand -hex 32}
     * makes them. Without it they are refused, because they may be a hash: hashed again, it would lock out who holds
     * its key.
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
     * Returns what is wrong with the file: a service does not take it while there is anything. What only a service can
     * know (its mode, its roles, its peppers) is not considered.
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
     * Returns where the secrets of a key are written besides it, if the key or the copy is disabled or revoked. A
     * service rejects both, so these are no problems; but a copy is there to be removed.
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
        return idsOf(plaintextKeys(sound(access.read())));
    }

    /**
     * Turns every plaintext key of the file into its hash, where it is written. Ids stay, and the holders of the keys
     * keep using them. What refers to another variable as <code>${NAME}</code> stays; see {@link #plaintextCopies}.
     *
     * <p>A key that {@link WellKnownKeys} recognises is refused, and then the file is not touched.
     *
     * @return the ids of the keys concerned, sorted; empty if there was none, and then the file is not touched
     * @throws StoreException if the file could not be read or written, or anything in it is wrong
     */
    public List<String> hashPlaintextKeys() {
        return access.change("hash the keys of", content -> {
            List<KeyDefinition> keys = plaintextKeys(sound(content)).stream()
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
     * {@link #hashPlaintextKeys} leaves them alone, since other programs may read them. Keys whose hash has a pepper
     * are not looked for.
     *
     * @throws StoreException if the file could not be read, or anything in it is wrong
     */
    public List<String> plaintextCopies() {
        KeyFileContent content = sound(access.read());
        Set<String> own =
                content.keys().places().stream().map(Assignment::spelling).collect(Collectors.toSet());
        return content.document().entries().stream()
                .filter(entry -> !own.contains(entry.name()) && holdsKey(entry.value(), content.keys()))
                .map(Entry::name)
                .toList();
    }

    /**
     * Returns the names of variables that look like key lists, but of roles that neither the file nor the caller
     * declares; they are left alone.
     *
     * @throws StoreException if the file could not be read, or anything in it is wrong
     */
    public List<String> undeclaredLists() {
        KeyFileContent content = sound(access.read());
        ListNames names = content.listNames();
        return content.document().entries().stream()
                .map(Entry::name)
                .filter(name -> !PropertyName.isOurs(name))
                .filter(name -> isList(ConfigSources.environmentForm(name))
                        && !names.isDeclared(ConfigSources.environmentForm(name)))
                .toList();
    }

    /**
     * Returns what to know of the variables whose names are almost those of key lists, such as {@code ADMIN_API_KEY} or
     * {@code API_KEYS}: nothing is read from them, and they are left alone.
     *
     * @throws StoreException if the file could not be read
     */
    public List<ConfigProblem> almostLists() {
        return access.read().almostLists();
    }

    private static boolean isList(String variable) {
        return variable.endsWith(KeyDefinitions.KEYS_SUFFIX) || variable.endsWith(KeyDefinitions.HASHES_SUFFIX);
    }

    private static KeyFileContent sound(KeyFileContent content) {
        content.requireSound();
        return content;
    }

    private static List<KeyDefinition> plaintextKeys(KeyFileContent content) {
        return content.keys().all().stream().filter(KeyDefinition::isPlaintext).toList();
    }

    private static List<String> idsOf(Collection<KeyDefinition> keys) {
        return keys.stream().map(KeyDefinition::id).sorted().toList();
    }

    /** A hash hides that its key is one that anyone can guess. */
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
