package io.keyward.config;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.keyward.ApiKey;
import io.keyward.KeyHash;
import io.keyward.KeyHasher;
import io.keyward.env.Sha256;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.util.Collection;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Recognises keys that anyone can guess: examples of documentation, defaults of products, placeholders, texts that
 * people type. They are refused outside development: as text, and those of the list as hash too.
 *
 * <p>Immutable; may be shared between threads.
 */
public final class WellKnownKeys {
    private static final String LIST = "well-known-keys.txt";

    private final Set<KeyHash> hashes = new HashSet<>();

    /** Makes the list for all schemes in use. */
    WellKnownKeys(Collection<KeyHasher> hashers) {
        for (String text : Listed.TEXTS) {
            hashes.add(sha256(text));
            if (text.length() >= ApiKey.MIN_LENGTH) {
                hashers.forEach(hasher -> hashes.add(hasher.hash(ApiKey.of(text))));
            }
        }
    }

    /**
     * Returns whether anyone could guess a key, because it is on the list of well-known keys or looks like a text of an
     * example file. Call it before you hash a key that was made elsewhere, because the hash hides what the key was.
     */
    public static boolean isWellKnown(ApiKey key) {
        String text = key.reveal();
        return ExampleTexts.isOne(text) || Listed.TEXTS.contains(text);
    }

    /** Returns whether a key is on the list, or looks as if it should be. */
    boolean contains(String text) {
        return Listed.TEXTS.contains(text) || ExampleTexts.isOne(text);
    }

    /** Returns whether a hash is that of a key on the list. */
    boolean contains(KeyHash hash) {
        return hashes.contains(hash);
    }

    /**
     * Uses no {@link KeyHasher}, because that refuses texts that are too short for a key, and hashes of these are
     * refused too.
     */
    private static KeyHash sha256(String text) {
        return KeyHash.parse("sha256:" + HexFormat.of().formatHex(Sha256.of(text.getBytes(UTF_8))));
    }

    /** Reads the list when it is first needed, and once: an import asks for each of its keys. */
    private static final class Listed {
        private static final Set<String> TEXTS = load();

        private static Set<String> load() {
            try (InputStream in = WellKnownKeys.class.getResourceAsStream(LIST)) {
                if (in == null) {
                    throw new IllegalStateException(LIST + " is missing from the jar");
                }
                BufferedReader lines = new BufferedReader(new InputStreamReader(in, UTF_8));
                return lines.lines()
                        .filter(line -> !line.isBlank() && !line.startsWith("#"))
                        .collect(Collectors.toCollection(LinkedHashSet::new));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
