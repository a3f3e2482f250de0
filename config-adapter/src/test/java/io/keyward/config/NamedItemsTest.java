package io.keyward.config;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Issue 17.8, BR-20: what people write to name the keys of a list. */
class NamedItemsTest {
    @TempDir
    private Path directory;

    private ConfigFiles files;
    private final String key = ConfigFiles.newKey();
    private final String other = ConfigFiles.newKey();

    @BeforeEach
    void prepare() {
        files = new ConfigFiles(directory);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"ios\":[\"K\"],\"widget\":[\"L\"]}",
                "{\"ios\":\"K\"}",
                "'{\"ios\":\"K\"}'",
                "{\"K\":\"admin\"}",
                "{ios: K}",
                "[{\"name\":\"alice\",\"key\":\"K\"}]",
                "[ {\"key\":\"K\"}, {\"key\":\"L\"} ]",
                "[[\"alice\",\"K\"]]",
                "alice:K",
                "alice@lab:K",
                "alice=K",
                "alice|K",
                "K|admin",
                "K:admin",
                "K=admin",
                "K;admin",
                "K admin",
                "K:jobs:submit",
                "K,alice:L",
                "[K,alice:L]",
                "[\"K\",\"alice:L\"]",
                "[\"K|admin\"]",
                "[\"alice=K\"]",
            })
    void refusesWhatIsNoListOfKeys(String value) {
        String written = value.replace("K", key).replace("L", other);
        files.env("APP_ENV=dev\nCLIENT_API_KEYS=" + written + "\n");
        ConfigException refused = files.refusedAtLine(2, key, other);
        assertTrue(refused.getMessage().contains("this is not a list of keys"), refused.getMessage());
        assertTrue(refused.getMessage().contains("KEYWARD_KEYS_<NAME>_HASH"), refused.getMessage());

        String hashes = value.replace("K", ConfigFiles.hash(key)).replace("L", ConfigFiles.hash(other));
        files.env("APP_ENV=dev\nCLIENT_API_KEY_HASHES=" + hashes + "\n");
        refused = files.refusedAtLine(2, ConfigFiles.hash(key), ConfigFiles.hash(other));
        assertTrue(refused.getMessage().contains("this is not a list of keys"), refused.getMessage());
    }

    @Test
    void refusesItWhereAReferenceLeads() {
        files.env("APP_ENV=dev\nCLIENT_API_KEYS=${HOLDERS}\n");
        ConfigException refused =
                ConfigFiles.refused(files.builder().environment(Map.of("HOLDERS", "{\"ios\":\"" + key + "\"}")));
        assertTrue(refused.getMessage().contains("this is not a list of keys"), refused.getMessage());
        assertFalse(refused.getMessage().contains(key));
    }

    @ParameterizedTest
    @DisplayName("BR-25 several keys between other signs than commas are told so")
    @ValueSource(strings = {"K;L", "K L", "K|L"})
    void namesTheSeparatorWhereThereAreOnlyKeys(String value) {
        files.env("APP_ENV=dev\nCLIENT_API_KEYS=" + value.replace("K", key).replace("L", other) + "\n");
        ConfigException refused = files.refusedAtLine(2, key, other);
        assertTrue(refused.getMessage().contains("only a comma separates items"), refused.getMessage());
    }

    @ParameterizedTest
    @DisplayName("BR-33 a key with such a sign is read where it cannot be taken for a named one")
    @ValueSource(strings = {"CLIENT_API_KEYS=[\"12|K\"]", "KEYWARD_KEYS_A_KEY=12|K", "KEYWARD_KEYS_A_KEY=alice:K"})
    void readsAKeyThatHasSuchASign(String line) {
        files.env("APP_ENV=dev\n" + line.replace("K\"", key + "\"").replaceAll("K$", key) + "\n");
        String sign = line.contains("alice") ? "alice:" : "12|";
        try (KeywardConfig keys = files.load()) {
            assertTrue(ConfigFiles.accepts(keys, sign + key));
            assertFalse(ConfigFiles.accepts(keys, key));
        }
    }

    @Test
    void namesUnknownSchemesAsSchemes() {
        files.env("APP_ENV=dev\nCLIENT_API_KEYS=sha512:" + "0123456789abcdef".repeat(8) + "\n");
        assertTrue(files.refusedAtLine(2).getMessage().contains("no known scheme"));
    }

    @Test
    void leavesListsOfRolesTheirOwnWords() {
        files.env("KEYWARD_KEYS_A_HASH=" + ConfigFiles.hash(key) + "\nKEYWARD_KEYS_A_ROLES={\"a\":\"client\"}\n");
        assertFalse(files.refusedAtLine(2).getMessage().contains("list of keys"));
    }
}
