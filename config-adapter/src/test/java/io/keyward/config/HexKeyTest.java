package io.keyward.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.keyward.store.StoreException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Issue 17.7, BR-21: keys made by {@code openssl rand -hex 32}, which look like hashes. */
class HexKeyTest {
    @TempDir
    private Path directory;

    private ConfigFiles files;
    private final String hex = newHexKey();

    static String newHexKey() {
        byte[] bytes = new byte[32];
        new SecureRandom().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    @BeforeEach
    void prepare() {
        files = new ConfigFiles(directory);
    }

    @ParameterizedTest
    @ValueSource(strings = {"CLIENT_API_KEYS=", "KEYWARD_KEYS_A_KEY="})
    void namesBothReadingsAndTheWayForEach(String name) {
        files.env("APP_ENV=dev\n" + name + hex + "\n");
        String message = files.refusedAtLine(2, hex).getMessage();
        assertTrue(message.contains("may be a key or a hash"), message);
        assertTrue(message.contains("keyward hash --hex-keys --file"), message);
        assertTrue(message.contains("only if it is a hash, write sha256: before it"), message);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "CLIENT_API_KEYS=HEX\n",
                "CLIENT_API_KEYS=[\"HEX\",\"KEY\"]\n",
                "KEYWARD_KEYS_A_KEY=HEX\nKEYWARD_KEYS_A_ROLES=client\n",
            })
    void isHashedInItsFileOnlyWhenItIsSaidToBeAKey(String text) throws IOException {
        String content = text.replace("HEX", hex).replace("KEY\"", ConfigFiles.newKey() + "\"");
        files.env(content);
        KeyFile file = KeyFile.of(files.env, ConfigFiles.ROLES, Map.of());
        StoreException refused = assertThrows(StoreException.class, file::hashPlaintextKeys);
        assertFalse(String.valueOf(refused.getMessage()).contains(hex));
        assertEquals(content, Files.readString(files.env));

        assertFalse(file.readingHexAsKeys().hashPlaintextKeys().isEmpty());
        assertFalse(Files.readString(files.env).contains(hex));
        try (KeywardConfig keys = files.load()) {
            assertTrue(ConfigFiles.accepts(keys, hex));
            assertFalse(ConfigFiles.accepts(keys, hex.toUpperCase(Locale.ROOT)));
        }
    }

    @Test
    void isAHashWhereOnlyAHashIsExpected() {
        String key = ConfigFiles.newKey();
        String bare = ConfigFiles.hash(key).substring("sha256:".length());
        files.env("CLIENT_API_KEY_HASHES=" + bare + "\n");
        KeyFile file = KeyFile.of(files.env, ConfigFiles.ROLES, Map.of()).readingHexAsKeys();
        assertTrue(file.hashPlaintextKeys().isEmpty());
        try (KeywardConfig keys = files.load()) {
            assertTrue(ConfigFiles.accepts(keys, key));
        }
    }
}
