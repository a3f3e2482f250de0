package io.keyward.config;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.keyward.ApiKey;
import io.keyward.testing.ThrowAwayKeys;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Loads many named keys, and prints how long it took; a figure for the record, which judges nothing. */
class ManyKeysTest {
    private static final int KEYS = 10_000;

    @TempDir
    Path directory;

    @Test
    void loadsTenThousandNamedKeys() {
        StringBuilder text = new StringBuilder();
        List<String> all = new ArrayList<>();
        for (int i = 0; i < KEYS; i++) {
            ApiKey key = ThrowAwayKeys.newKey();
            all.add(key.reveal());
            String name = "KEYWARD_KEYS_K" + i;
            text.append(name)
                    .append("_HASH=")
                    .append(ConfigFiles.hash(key.reveal()))
                    .append('\n');
            text.append(name).append("_ROLES=client\n");
            text.append(name).append("_OWNER=owner").append(i).append('\n');
            text.append(name).append("_EXPIRES_AT=2099-01-01T00:00:00Z\n");
        }
        ConfigFiles files = new ConfigFiles(directory).env(text.toString());
        long start = System.nanoTime();
        try (KeywardConfig keys = files.load()) {
            long first = System.nanoTime();
            keys.reloadNow();
            long second = System.nanoTime();
            System.out.printf(
                    "%d named keys, %d lines: first load %d ms, reload %d ms%n",
                    KEYS, 4 * KEYS, (first - start) / 1_000_000, (second - first) / 1_000_000);
            assertEquals(KEYS, keys.ring().current().size());
            assertEquals(
                    KEYS,
                    all.stream().filter(key -> ConfigFiles.accepts(keys, key)).count());
        }
    }
}
