package io.keyward.spring.boot;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;

/**
 * Names the files that the modules read from their jars, for native images. Spring creates it, because
 * {@code aot.factories} names it.
 */
final class KeywardRuntimeHints implements RuntimeHintsRegistrar {
    private static final List<String> RESOURCES = List.of(
            "io/keyward/config/well-known-keys.txt",
            "io/keyward/jdbc/h2/*.sql",
            "io/keyward/jdbc/postgresql/*.sql",
            "io/keyward/admin/openapi.json",
            "io/keyward/admin/page/*");

    KeywardRuntimeHints() {}

    @Override
    public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
        RESOURCES.forEach(hints.resources()::registerPattern);
    }
}
