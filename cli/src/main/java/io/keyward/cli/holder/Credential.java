package io.keyward.cli.holder;

import io.keyward.ApiKey;
import io.keyward.KeyFormat;
import io.keyward.cli.terminal.Json;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Holds a stored key and what it is for.
 *
 * @param label what a person calls it, like {@code client@default}
 * @param key the key
 * @param url where the service is asked about the key, which is sent to its origin only; null if the key was stored
 *     without a server
 */
record Credential(String label, ApiKey key, @Nullable ServiceUrl url) {
    /** Returns the public id that is in the key; nothing for a key that was made elsewhere or has a typo. */
    Optional<String> id() {
        return validFormat().map(format -> format.idOf(key));
    }

    /** Returns what is wrong with a key that looks like an issued one; nothing if it is valid or was made elsewhere. */
    Optional<KeyFormat.Flaw> flaw() {
        return KeyFormat.recognise(key.reveal()).flatMap(format -> format.flawOf(key.reveal()));
    }

    /** Returns the key's public part for a person to read. */
    String description() {
        return validFormat()
                .map(format -> "key " + format.idOf(key) + " with prefix " + format.prefix())
                .orElse("a key made elsewhere, without id and check digits");
    }

    /** Returns what JSON says of every stored key. */
    Json json() {
        return Json.object()
                .add("stored", label)
                .add("id", id().orElse(null))
                .add("prefix", validFormat().map(KeyFormat::prefix).orElse(null))
                .add("origin", url == null ? null : url.origin());
    }

    /** Returns whether both are one key, before or after a rotation. */
    boolean isSameKeyAs(Credential other) {
        return key.equals(other.key) || (id().isPresent() && id().equals(other.id()));
    }

    /** Returns the server the key is for, to follow "for". */
    String target() {
        return url == null ? "no server yet" : url.origin().toString();
    }

    private Optional<KeyFormat> validFormat() {
        return KeyFormat.recognise(key.reveal())
                .filter(format -> format.flawOf(key.reveal()).isEmpty());
    }
}
