package io.keyward.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Issue 17.6, BR-17: variables that look like key lists and from which nothing is read. */
class ListNamesTest {
    @TempDir
    private Path directory;

    private ConfigFiles files;
    private final String key = ConfigFiles.newKey();

    @BeforeEach
    void prepare() {
        files = new ConfigFiles(directory);
    }

    @ParameterizedTest
    @CsvSource({
        "ADMIN_API_KEY, ADMIN_API_KEYS",
        "ADMIN_API_KEY_HASH, ADMIN_API_KEY_HASHES",
        "ADMIN_KEYS, ADMIN_API_KEYS",
        "ADMIN_KEY, ADMIN_API_KEYS",
        "admin_key, ADMIN_API_KEYS",
        "admin-keys, ADMIN_API_KEYS",
        "ADMIN_APIKEYS, ADMIN_API_KEYS",
        "AdminApiKey, ADMIN_API_KEYS",
        "ADMINS_API_KEYS, ADMIN_API_KEYS",
        "ADMIN_KEY_HASHES, ADMIN_API_KEY_HASHES",
        "ADMIN_KEY_HASH, ADMIN_API_KEY_HASHES",
        "ADMIN_HASHES, ADMIN_API_KEY_HASHES",
        "ADMIN_API_HASHES, ADMIN_API_KEY_HASHES",
        "ADMIN_API_KEYS_HASHES, ADMIN_API_KEY_HASHES",
        "ADMIN_API_KEYHASHES, ADMIN_API_KEY_HASHES",
        "ADMIN_API_KEY_1, ADMIN_API_KEYS",
        "API_KEYS_ADMIN, ADMIN_API_KEYS",
        "API_KEY_HASHES_FOR_ADMIN, ADMIN_API_KEY_HASHES",
        "API_KEYS, CLIENT_API_KEYS",
        "API_KEY, CLIENT_API_KEYS",
        "api_keys, CLIENT_API_KEYS",
        "APIKEYS, CLIENT_API_KEYS",
        "API_KEY_1, CLIENT_API_KEYS",
        "API_KEY_HASHES, CLIENT_API_KEY_HASHES",
        "API_KEY_HASH, CLIENT_API_KEY_HASHES",
        "KEY_HASHES, CLIENT_API_KEY_HASHES",
        "GUEST_API_KEYS, keyward.roles",
    })
    void namesWhatIsNotReadInReportAndMessage(String name, String right) {
        files.env("# none\n" + name + "=" + key + "\n");
        ConfigException refused = files.refusedAtLine(2, key);
        assertEquals(1, refused.problems().size());
        assertTrue(refused.getMessage().contains("there are no keys"), refused.getMessage());
        assertTrue(refused.getMessage().contains(files.env + ":2: " + name), refused.getMessage());
        assertTrue(refused.getMessage().contains(right), refused.getMessage());
        assertTrue(refused.getMessage().contains("keyward hash"), refused.getMessage());

        files.env("CLIENT_API_KEY_HASHES=" + ConfigFiles.hash(ConfigFiles.newKey()) + "\n" + name + "=" + key + "\n");
        try (KeywardConfig keys = files.load()) {
            List<ConfigProblem> warnings = keys.report().warnings();
            assertEquals(
                    List.of(name), warnings.stream().map(ConfigProblem::name).toList());
            assertTrue(warnings.get(0).toString().contains(right), warnings.toString());
            assertFalse(keys.report().text().contains(key));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"ADMIN_API_KEY", "API_KEYS", "GUEST_API_KEYS", "ADMIN_KEYS"})
    @DisplayName("a name that a list refers to is left out, because its keys are read")
    void leavesOutWhatAListRefersTo(String name) {
        files.env("APP_ENV=dev\nADMIN_API_KEYS=${" + name + "}\n" + name + "=" + key + "\n");
        try (KeywardConfig keys = files.load()) {
            assertTrue(ConfigFiles.accepts(keys, key));
            assertEquals(List.of(), keys.report().warnings());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "OPENAI_API_KEY",
                "ADMIN_KEYBOARD",
                "ADMIN_KEYSTORE",
                "MONKEYS",
                "KEYS",
                "HASH",
                "ADMIN_EMAIL",
                "CLIENT_ID",
                "SSH_KEY",
                "ADMINISTRATOR_API_KEY",
            })
    void saysNothingOfOtherPrograms(String name) {
        files.env("CLIENT_API_KEY_HASHES=" + ConfigFiles.hash(ConfigFiles.newKey()) + "\n" + name + "=" + key + "\n");
        try (KeywardConfig keys = files.load()) {
            assertEquals(List.of(), keys.report().warnings());
        }
    }

    @Test
    void namesVariablesOfTheProcessToo() {
        files.env("# none\n");
        ConfigException refused =
                ConfigFiles.refused(files.builder().environment(Map.of("ADMIN_API_KEY", key, "API_KEYS", key)));
        assertTrue(refused.getMessage().contains("environment: ADMIN_API_KEY"), refused.getMessage());
        assertTrue(refused.getMessage().contains("environment: API_KEYS"), refused.getMessage());
        assertFalse(refused.getMessage().contains(key));
    }

    @Test
    void saysThatListsHaveNoPrefixOfOurs() {
        files.env("KEYWARD_CLIENT_API_KEYS=" + key + "\n");
        assertTrue(files.refusedAtLine(1, key).getMessage().contains("leave out KEYWARD_"));
    }

    @Test
    @DisplayName("BR-23 quotes around a variable that SmallRye reads itself are taken off, too")
    void readsProfilesInQuotes() {
        files.env("CLIENT_API_KEY_HASHES=" + ConfigFiles.hash(ConfigFiles.newKey()) + "\n");
        ConfigFiles.write(directory.resolve(".env-prod"), "CLIENT_API_KEY_HASHES=" + ConfigFiles.hash(key) + "\n");
        KeywardConfig.Builder quoted = files.builder().environment(Map.of("SMALLRYE_CONFIG_PROFILE", "\"prod\""));
        try (KeywardConfig keys = quoted.load()) {
            assertTrue(ConfigFiles.accepts(keys, key));
        }
    }

    @Test
    @DisplayName("BR-28 two dollar signs, as Compose wants them, are named where they are part of a key")
    void namesDoubledDollarSigns() {
        String doubled = key.substring(0, 20) + "$$" + key.substring(20);
        files.env("APP_ENV=dev\nCLIENT_API_KEYS=" + key + "," + doubled + "\n");
        try (KeywardConfig keys = files.load()) {
            assertTrue(ConfigFiles.accepts(keys, doubled));
            String warnings = keys.report().warnings().toString();
            assertTrue(warnings.contains(files.env + ":2: CLIENT_API_KEYS: item 2 has $$ in it"), warnings);
            assertFalse(warnings.contains(doubled));
        }
    }
}
