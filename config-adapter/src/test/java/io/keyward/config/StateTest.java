package io.keyward.config;

import static io.keyward.config.ConfigFiles.hash;
import static io.keyward.config.ConfigFiles.newKey;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.keyward.store.KeysState;
import io.keyward.testing.MovableClock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The one value that a health check asks: issue 17, item 10, BR-35. */
class StateTest {
    private static final String KEY = newKey();

    @TempDir
    Path directory;

    private final MovableClock clock = MovableClock.at("2026-01-01T00:00:00Z");
    private ConfigFiles files;

    @BeforeEach
    void writeFile() {
        files = new ConfigFiles(directory).env("CLIENT_API_KEY_HASHES=" + hash(KEY) + "\n");
    }

    @Test
    void isHealthyAfterAGoodLoad() {
        try (KeywardConfig keys = files.builder().clock(clock).load()) {
            KeysState state = keys.state();
            assertTrue(state.isHealthy() && state.hasKeys() && state.isFresh() && state.isCurrent());
            assertEquals(1, state.size());
            assertEquals(files.env.toString(), state.source());
            assertEquals(clock.instant(), state.lastGood());
            assertNull(state.problem());
        }
    }

    @Test
    @DisplayName("a file that differs from what is in force is told before and until it is in force")
    void tellsThatTheFileDiffers() throws Exception {
        try (KeywardConfig keys = files.builder().clock(clock).load()) {
            files.env("CLIENT_API_KEY_HASHES=" + hash(newKey()) + "\n");
            assertFalse(keys.state().isCurrent());
            assertTrue(keys.state().isHealthy());
            clock.advance(Duration.ofHours(1));
            keys.reloadNow();
            assertTrue(keys.state().isCurrent());
            assertEquals(clock.instant(), keys.state().lastGood());
            Files.delete(files.env);
            assertFalse(keys.state().isCurrent());
        }
    }

    @Test
    @DisplayName("a refused reload is not healthy until the file is repaired, and the problem holds no value")
    void isNotHealthyAfterARefusedReload() {
        try (KeywardConfig keys = files.builder().clock(clock).load()) {
            Instant good = clock.instant();
            clock.advance(Duration.ofHours(1));
            files.env("CLIENT_API_KEY_HASHES=" + KEY + "\n");
            assertThrows(ConfigException.class, keys::reloadNow);
            KeysState state = keys.state();
            assertFalse(state.isHealthy() || state.isLastReloadGood() || state.isCurrent());
            assertTrue(state.hasKeys() && state.isFresh());
            assertEquals(good, state.lastGood());
            assertTrue(assertNotNullText(state.problem()).contains(files.env + ":1"), state.problem());
            assertFalse(assertNotNullText(state.problem()).contains(KEY), "the problem holds a key");
            files.env("CLIENT_API_KEY_HASHES=" + hash(KEY) + "\n");
            keys.reloadNow();
            assertTrue(keys.state().isHealthy() && keys.state().isCurrent());
        }
    }

    private static String assertNotNullText(String text) {
        assertNotNull(text);
        return text;
    }

    @Test
    @DisplayName("BR-35 a valid file without keys is not healthy")
    void isNotHealthyWithoutKeys() {
        try (KeywardConfig keys = files.load()) {
            files.env("# all gone\n");
            keys.reloadNow();
            assertFalse(keys.state().isHealthy() || keys.state().hasKeys());
            assertTrue(keys.state().isLastReloadGood() && keys.state().isCurrent());
        }
    }
}
