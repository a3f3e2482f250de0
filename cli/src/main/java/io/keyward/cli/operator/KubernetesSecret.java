package io.keyward.cli.operator;

import io.keyward.store.IssuedKey;
import java.util.Locale;

/**
 * Describes a key as the YAML of a Secret for {@code kubectl apply -f -}.
 *
 * @param issued the key
 * @param name its name; each character that names in Kubernetes must not have becomes a hyphen
 * @param variable the name of the key in the Secret's data
 */
record KubernetesSecret(IssuedKey issued, String name, String variable) {
    /** RFC 1123 as Kubernetes reads it: such names are parts of host names. */
    private static final int MAX_NAME = 253;

    String yaml() {
        // The key, the id and the variable have no character that YAML would read inside quotes.
        return """
                apiVersion: v1
                kind: Secret
                metadata:
                  name: "%s"
                  annotations:
                    key-id: "%s"
                type: Opaque
                stringData:
                  %s: "%s"
                """.formatted(hostName(), issued.id(), variable, issued.key().reveal());
    }

    private String hostName() {
        String plain = name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9-]+", "-");
        String cut = plain.substring(0, Math.min(MAX_NAME, plain.length())).replaceAll("^-+|-+$", "");
        return cut.isEmpty() ? "api-key" : cut;
    }
}
