package io.keyward.config;

import static java.util.Objects.requireNonNull;

import io.keyward.ApiKey;
import io.keyward.KeyHash;
import io.keyward.KeyHasher;
import io.keyward.KeyHashers;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

/** Judges single keys and hashes by the rules of the mode and turns them into hashes. */
final class EntryReader {
    private static final String SHA256 = "sha256";
    private static final Pattern TAGGED = Pattern.compile("[A-Za-z0-9_-]{1,32}:.*", Pattern.DOTALL);
    private static final Pattern KNOWN_SCHEME = Pattern.compile("(sha256|hmac-sha256):.*", Pattern.DOTALL);
    private static final Pattern BARE_HASH = Pattern.compile("(0x)?[0-9A-Fa-f]{64}");

    private final Map<String, KeyHasher> hashers;
    private final WellKnownKeys wellKnown;
    private final boolean wellKnownAllowed;
    private final boolean plaintextAllowed;

    EntryReader(Map<String, KeyHasher> hashers, boolean development, boolean plaintextAllowed) {
        this.hashers = new LinkedHashMap<>(hashers);
        this.hashers.computeIfAbsent(SHA256, scheme -> KeyHashers.sha256());
        this.wellKnown = new WellKnownKeys(this.hashers.values());
        this.wellKnownAllowed = development;
        this.plaintextAllowed = plaintextAllowed;
    }

    /** Tells whether an entry that was taken is the key itself. */
    static boolean isPlaintext(String entry) {
        return !TAGGED.matcher(entry).matches() && !BARE_HASH.matcher(entry).matches();
    }

    /** Returns the hash of an entry of a key list: a plaintext key, or a hash with its scheme. */
    KeyHash keyOrHash(String entry) throws Refused {
        return TAGGED.matcher(entry).matches() ? hash(entry) : plaintext(entry);
    }

    /** Returns the hash where only a hash may stand; 64 hexadecimal digits alone are SHA-256. */
    KeyHash hash(String entry) throws Refused {
        if (!KNOWN_SCHEME.matcher(entry).matches() && !BARE_HASH.matcher(entry).matches()) {
            throw TAGGED.matcher(entry).matches()
                    ? new Refused(
                            "what stands before the colon is no known scheme",
                            "schemes are sha256: and hmac-sha256:<pepper id>:",
                            "make the hash anew from the key; a plaintext key with a colon can stand as hash only")
                    : new Refused(
                            "there is no hash where one is expected",
                            "a hash is sha256: and 64 hexadecimal digits",
                            "put the hash of the key there, and keep the key itself out of the file");
        }
        KeyHash hash = parse(entry);
        if (!hashers.containsKey(hash.scheme())) {
            throw new Refused(
                    "the pepper of the hash is not there (" + hash.scheme() + ")",
                    "each pepper id in a hash has its keyward.peppers.<id>",
                    "set the pepper, or remove the key");
        }
        if (!wellKnownAllowed && wellKnown.contains(hash)) {
            throw wellKnown("hash is that of a well-known or example key");
        }
        return hash;
    }

    private static KeyHash parse(String entry) throws Refused {
        try {
            return KeyHash.parse(entry);
        } catch (IllegalArgumentException e) {
            throw new Refused(
                    String.valueOf(e.getMessage()),
                    "a hash is sha256: and 64 hexadecimal digits, not all zeros, not that of the empty string",
                    "make it anew from the key");
        }
    }

    /** Returns the hash of a plaintext key. */
    KeyHash plaintext(String entry) throws Refused {
        if (BARE_HASH.matcher(entry).matches()) {
            throw new Refused(
                    "64 hexadecimal digits stand where a key is expected",
                    "a hash has its scheme before it: taken as a key it would let whoever read it log in",
                    "write sha256: before it if it is a hash");
        }
        if (!plaintextAllowed) {
            throw new Refused(
                    "there is a plaintext key",
                    "plaintext keys load only in development mode or with keyward.plaintext-keys=allow",
                    "put its hash there, sha256:<64 hex digits>");
        }
        if (!wellKnownAllowed && wellKnown.contains(entry)) {
            throw wellKnown("key is well known or an example");
        }
        try {
            return requireHasher(SHA256).hash(ApiKey.of(entry));
        } catch (IllegalArgumentException e) {
            throw new Refused(
                    String.valueOf(e.getMessage()), "a key is 16 to 256 printable ASCII characters", "issue a new key");
        }
    }

    private KeyHasher requireHasher(String scheme) {
        return requireNonNull(hashers.get(scheme), scheme);
    }

    private static Refused wellKnown(String what) {
        return new Refused("the " + what, "such keys load only in development mode", "issue a new key");
    }
}
