package io.keyward.config;

import static java.util.Objects.requireNonNull;

import io.keyward.ApiKey;
import io.keyward.KeyHash;
import io.keyward.KeyHasher;
import io.keyward.env.InvalidValue;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Turns single keys and hashes into hashes, by the rules of a service or, more leniently, of a tool. */
final class EntryReader {
    private static final String SHA256 = "sha256";
    private static final Pattern BARE_HASH = Pattern.compile("(0x)?[0-9A-Fa-f]{64}");

    private final Map<String, KeyHasher> hashers;
    /** Null if well-known keys are accepted and need not be counted. */
    private final @Nullable WellKnownKeys wellKnown;

    private final boolean wellKnownAllowed;
    private final boolean plaintextAllowed;
    private final boolean pepperNeeded;
    private final boolean hexKeys;

    private EntryReader(
            Map<String, KeyHasher> hashers,
            @Nullable WellKnownKeys wellKnown,
            boolean wellKnownAllowed,
            boolean plaintextAllowed,
            boolean pepperNeeded,
            boolean hexKeys) {
        this.hashers = hashers;
        this.wellKnown = wellKnown;
        this.wellKnownAllowed = wellKnownAllowed;
        this.plaintextAllowed = plaintextAllowed;
        this.pepperNeeded = pepperNeeded;
        this.hexKeys = hexKeys;
    }

    /**
     * Reads by the rules of a service in its mode.
     *
     * @param hashers by scheme, SHA-256 among them
     */
    static EntryReader strict(Map<String, KeyHasher> hashers, boolean development, boolean plaintextAllowed) {
        return new EntryReader(
                hashers, new WellKnownKeys(hashers.values()), development, plaintextAllowed, true, false);
    }

    /**
     * Reads what any service may read: an operator must be able to repair what a service refuses.
     *
     * @param hexKeys whether 64 hexadecimal digits where a key is expected are known to be a key
     */
    static EntryReader lenient(boolean hexKeys) {
        return new EntryReader(Map.of(SHA256, KeyHasher.sha256()), null, true, true, false, hexKeys);
    }

    /** Returns whether an item that may be a key or a hash is the key itself. */
    boolean isPlaintext(String entry) {
        return !hasKnownScheme(entry) && (hexKeys || !isBareHash(entry));
    }

    /** Refuses an item that names a file: as a key, the file's name would be one that anyone can guess. */
    static void refuseFileName(String item) throws InvalidValue {
        if (item.startsWith("@")) {
            throw new InvalidValue(
                    "a file is named where a key or a hash is expected",
                    "a list holds keys and hashes themselves; only a named key is read from a file",
                    "set keyward.keys.<id>.hash or keyward.keys.<id>.key to @ and the file; of a key that begins with @ write"
                            + " the hash");
        }
    }

    /** Returns the hash of an entry of a key list: a plaintext key, or a hash with its scheme. */
    KeyHash keyOrHash(String entry) throws InvalidValue {
        return entry.indexOf(':') >= 0 ? hash(entry) : plaintext(entry);
    }

    /** Returns the hash where only a hash may stand; 64 hexadecimal digits alone are SHA-256. */
    KeyHash hash(String entry) throws InvalidValue {
        refuseForeignCharacters(entry);
        if (!hasKnownScheme(entry) && !isBareHash(entry)) {
            throw entry.indexOf(':') >= 0
                    ? new InvalidValue(
                            "the text before the colon is no known scheme",
                            "schemes are sha256: and hmac-sha256:<pepper id>:",
                            "make the hash again from the key, with `keyward hash`; a key that has a colon in it has a name, or only its"
                                    + " hash in a list")
                    : new InvalidValue(
                            "there is no hash where one is expected",
                            "a hash is sha256: and 64 hexadecimal digits",
                            "put the hash of the key there, and keep the key itself out of the file");
        }
        KeyHash hash = parse(entry);
        if (pepperNeeded && !hashers.containsKey(hash.scheme())) {
            throw new InvalidValue(
                    "the pepper of the hash is missing (" + hash.scheme() + ")",
                    "each pepper id in a hash has its keyward.peppers.<id>",
                    "set the pepper, or remove the key");
        }
        if (!wellKnownAllowed && wellKnown != null && wellKnown.contains(hash)) {
            throw wellKnown("hash is that of a well-known or example key");
        }
        return hash;
    }

    /** Names a character that looks like nothing, or like another one, because people do not see what is wrong. */
    private static void refuseForeignCharacters(String entry) throws InvalidValue {
        for (int i = 0; i < entry.length(); i++) {
            if (entry.charAt(i) > '~') {
                throw new InvalidValue(
                        String.format(Locale.ROOT, "character %d is U+%04X", i + 1, entry.codePointAt(i)),
                        "a hash is ASCII, without no-break spaces, typographic quotes and invisible characters",
                        "remove it, or write the line again");
            }
        }
    }

    private static boolean hasKnownScheme(String entry) {
        return entry.startsWith("sha256:") || entry.startsWith("hmac-sha256:");
    }

    private static boolean isBareHash(String entry) {
        return BARE_HASH.matcher(entry).matches();
    }

    private static KeyHash parse(String entry) throws InvalidValue {
        try {
            return KeyHash.parse(entry);
        } catch (IllegalArgumentException e) {
            throw new InvalidValue(
                    String.valueOf(e.getMessage()),
                    "a hash is sha256: and 64 hexadecimal digits, not all zeros, not that of the empty string",
                    "run `keyward hash` on the key");
        }
    }

    KeyHash plaintext(String entry) throws InvalidValue {
        if (hasKnownScheme(entry)) {
            throw new InvalidValue(
                    "there is a hash where a key is expected",
                    "the text of a hash is no key: anyone who reads it could log in",
                    "set keyward.keys.<id>.hash to it");
        }
        if (isBareHash(entry) && !hexKeys) {
            throw new InvalidValue(
                    "64 hexadecimal digits are where a key is expected, and may be a key or a hash",
                    "a hash has its scheme before it; a key of that form, as openssl rand -hex 32 makes it, is kept as its"
                            + " hash",
                    "if it is a key, write what `keyward hash` prints for it, or run"
                            + " `keyward hash --hex-keys --file` on the file: the key stays valid; only if it is a"
                            + " hash, write sha256: before it");
        }
        if (!plaintextAllowed) {
            throw new InvalidValue(
                    "there is a plaintext key",
                    "plaintext keys load only in development mode or with keyward.plaintext-keys=allow",
                    "replace it by its hash, sha256:<64 hex digits>, as `keyward hash` prints it; `keyward hash --file` does so"
                            + " for every key of a file");
        }
        if (!wellKnownAllowed && wellKnown != null && wellKnown.contains(entry)) {
            throw wellKnown("key is well known or an example");
        }
        try {
            return requireNonNull(hashers.get(SHA256)).hash(ApiKey.of(entry));
        } catch (IllegalArgumentException e) {
            throw new InvalidValue(
                    String.valueOf(e.getMessage()), "a key is 16 to 256 printable ASCII characters", "issue a new key");
        }
    }

    /** Returns whether anyone could guess an accepted key, as far as its hash shows it. */
    boolean isWellKnown(@Nullable String plaintext, KeyHash hash) {
        return wellKnown != null && (plaintext == null ? wellKnown.contains(hash) : wellKnown.contains(plaintext));
    }

    /** Returns the hashes that a plaintext key has by each scheme in use. */
    List<KeyHash> hashesOf(String plaintext) {
        ApiKey key = ApiKey.of(plaintext);
        return hashers.values().stream().map(hasher -> hasher.hash(key)).toList();
    }

    private static InvalidValue wellKnown(String what) {
        return new InvalidValue("the " + what, "such keys load only in development mode", "issue a new key");
    }
}
