package io.keyward.config;

import static io.keyward.config.ConfigFiles.accepts;
import static io.keyward.config.ConfigFiles.hash;
import static io.keyward.config.ConfigFiles.newKey;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.keyward.ApiKey;
import io.keyward.KeyHasher;
import io.keyward.store.StoreException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys that should not be keys: issue 14, items 6 to 9 and 16. */
class OpenDoorsTest {
    private static final String DEVELOPMENT = "keyward.mode=development\n";

    @TempDir
    Path directory;

    private ConfigFiles files(String text) {
        return new ConfigFiles(directory).env(text);
    }

    private void assertRefused(String text, String words) {
        ConfigException refused = files(text).refused();
        assertTrue(refused.getMessage().contains(words), refused::getMessage);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "CLIENT_API_KEYS=@/run/secrets/client-keys",
                "CLIENT_API_KEYS=[\"@/run/secrets/client-keys\"]",
                "CLIENT_API_KEY_HASHES=@/run/secrets/client-keys",
                "KEYWARD_KEYS_A_KEY=@/run/secrets/client-keys",
                "CLIENT_API_KEYS_FILE=/run/secrets/client-keys",
                "CLIENT_API_KEY_HASHES_FILE=/run/secrets/client-keys",
                "KEYWARD_KEYS_A_KEY_FILE=/run/secrets/client-keys",
                "KEYWARD_KEYS_A_HASH_FILE=/run/secrets/client-keys",
                "KEYWARD_KEYS_A_RETIRING_HASH_FILE=/run/secrets/client-keys",
                "KEYWARD_PEPPERS_P1_FILE=/run/secrets/0123456789012345678901234567890123456789012345678"
            })
    @DisplayName("item 6: the name of a file is no key")
    void refusesTheNameOfAFileAsAKey(String line) {
        files(DEVELOPMENT + "MINER_API_KEYS=" + newKey() + "\n" + line + "\n").refusedAtLine(3);
    }

    @Test
    @DisplayName("item 6: the store does not take the name of a file for a key either")
    void storeRefusesTheNameOfAFileAsAKey() {
        Path env = files("CLIENT_API_KEYS=@/run/secrets/client-keys\n").env;
        EnvFileApiKeyStore store = EnvFileApiKeyStore.of(env, ConfigFiles.ROLES);
        assertThrows(StoreException.class, store::load);
    }

    @Test
    @DisplayName("item 6: a named key is read from the file after @, by service and store")
    void readsANamedKeyFromItsFile() {
        String key = newKey();
        ConfigFiles.write(directory.resolve("a.key"), key + "\n");
        ConfigFiles files = files(DEVELOPMENT + "KEYWARD_KEYS_A_KEY=@a.key\nKEYWARD_KEYS_A_ROLES=client\n");
        try (KeywardConfig keys = files.load()) {
            assertTrue(accepts(keys, key));
            assertFalse(accepts(keys, "@" + directory.resolve("a.key")));
        }
        EnvFileApiKeyStore store = EnvFileApiKeyStore.of(files.env, ConfigFiles.ROLES);
        assertEquals(hash(key), store.find("a").orElseThrow().current().hash().reveal());
        assertEquals(
                List.of(),
                KeyFile.of(files.env, ConfigFiles.ROLES, Map.of()).hashPlaintextKeys(),
                "what is in another file is left alone");
    }

    @ParameterizedTest
    @ValueSource(strings = {";", "; ", " ", "|", "\t"})
    @DisplayName("item 7 BR-25: only a comma separates items")
    void refusesOtherSeparators(String separator) {
        String list = newKey() + separator + newKey();
        assertRefused(DEVELOPMENT + "CLIENT_API_KEYS='" + list + "'\n", "only a comma separates items");
    }

    @Test
    @DisplayName(
            "item 7 BR-26: a key with a comma or a semicolon is taken from a JSON list, and the report counts items")
    void takesSeparatorsInJsonAndCountsItems() {
        String odd = newKey() + ",;" + newKey();
        try (KeywardConfig keys = files(DEVELOPMENT + "CLIENT_API_KEYS=[\"" + odd + "\",\"" + newKey() + "\"]\n")
                .load()) {
            assertTrue(accepts(keys, odd));
            assertTrue(
                    keys.report().text().contains(".env:2, 2 items"),
                    keys.report().text());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "your-api-key-here",
                "YOUR_CLIENT_API_KEY_HERE",
                "<your-api-key-here>",
                "${CLIENT_API_KEY_VALUE}",
                "{{ api_key_of_client }}",
                "changeme-changeme",
                "change_me_in_production",
                "changeme1234567890",
                "replace_me_with_a_key",
                "REPLACE-ME-REPLACE-ME",
                "xxxxxxxxxxxxxxxxxxxx",
                "sk_live_xxxxxxxxxxxxxxxx",
                "test_operator_key_1",
                "operator_dev_key_1_valid",
                "gateway-dev-key-0001",
                "dev_key_dev_key_dev_key",
                "example-key-example",
                "this-is-an-example-key",
                "my-super-secret-api-key",
                "secret-key-for-testing",
                "1234567890abcdef",
                "abcdef1234567890",
                "0123456789ABCDEF0123456789ABCDEF",
                "9876543210987654",
                "12345678-1234-1234-1234-123456789012",
                "00000000-0000-0000-0000-000000000000",
                "00000000-0000-0000-0000-000000000001",
                "a1b2a1b2a1b2a1b2a1b2",
                "insert_token_here_please",
                "placeholder-placeholder",
                "dummy_key_for_local_tests",
                "@/run/secrets/client-keys",
                "abcdefghijklmnopqrst",
                "password-password1"
            })
    @DisplayName("item 8: texts of example files are refused as plaintext in production, and never hashed")
    void refusesTextsOfExampleFiles(String text) {
        assertTrue(WellKnownKeys.isWellKnown(ApiKey.of(text.replace(' ', '-'))), text);
        if (!text.startsWith("@") && !text.startsWith("$") && text.indexOf(' ') < 0) {
            assertRefused("keyward.plaintext-keys=allow\nKEYWARD_KEYS_A_KEY=" + text + "\n", "well known");
            KeyFile file = KeyFile.of(directory.resolve(".env"), ConfigFiles.ROLES, Map.of());
            assertThrows(StoreException.class, file::hashPlaintextKeys);
        }
    }

    @Test
    @DisplayName("item 8: no random key is taken for an example, whatever its alphabet and prefix")
    void takesRandomKeys() {
        long seed = Long.getLong("tests.seed", 1);
        Random random = new Random(seed);
        int rounds = Boolean.getBoolean("tests.full") ? 20_000 : 2_000;
        for (int i = 0; i < rounds; i++) {
            byte[] bytes = new byte[16];
            random.nextBytes(bytes);
            String hex = HexFormat.of().formatHex(bytes);
            String base64 = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
            for (String key : new String[] {
                hex,
                base64,
                "test_key_" + base64,
                "live_key_" + base64.substring(0, 18),
                "sk_live_" + hex,
                UUID.nameUUIDFromBytes(bytes).toString(),
                "test-key-" + UUID.nameUUIDFromBytes(bytes),
                letters(random, "abcdefghijklmnopqrstuvwxyz", 24),
                letters(random, "abcdefghijklmnopqrstuvwxyz234567", 26),
                letters(random, "0123456789", 24)
            }) {
                assertFalse(WellKnownKeys.isWellKnown(ApiKey.of(key)), () -> key + ", seed " + seed);
            }
            assertFalse(WellKnownKeys.isWellKnown(ApiKey.of(newKey())));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "74ddd7a5-57ac-3408-8821-a3602aaa7225",
                "76aa8a0a-bbba-3246-a0a3-9abe8d65add0",
                "test-key-2add5926-0487-3407-a548-66abc4337b27",
                "live_key_7vRhWKvCOQF49XMy",
                "5bea5aabc08facb890a076a6",
                "2pkx24xgo5nnugse"
            })
    @DisplayName("item 8: random texts are no examples where words happen to be in them")
    void takesRandomTextsWithWords(String text) {
        assertFalse(WellKnownKeys.isWellKnown(ApiKey.of(text)));
    }

    private static String letters(Random random, String alphabet, int length) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.append(alphabet.charAt(random.nextInt(alphabet.length())));
        }
        return text.toString();
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "null", "undefined", "None", "\"\"", "[object Object]", "$API_KEY"})
    @DisplayName("item 8: hashes of texts that only a slip produces are refused, in development too")
    void refusesHashesOfSlips(String slip) throws Exception {
        String hash = HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256").digest(slip.getBytes(StandardCharsets.UTF_8)));
        assertRefused(
                DEVELOPMENT + "CLIENT_API_KEY_HASHES=sha256:" + hash + "\n", "hash is that of a text that is no key");
        assertRefused(
                DEVELOPMENT + "KEYWARD_KEYS_A_HASH=sha256:" + hash + "\n", "hash is that of a text that is no key");
    }

    @Test
    @DisplayName("item 8: the text of a hash is no key")
    void refusesAHashAsAKey() {
        assertRefused(DEVELOPMENT + "KEYWARD_KEYS_A_KEY=" + hash(newKey()) + "\n", "a hash where a key is expected");
    }

    private static String pepper(int of) {
        byte[] pepper = new byte[32];
        new Random(of).nextBytes(pepper);
        return Base64.getEncoder().encodeToString(pepper);
    }

    private static KeyHasher hasher(String pepper) {
        return KeyHasher.hmacSha256("p1", Base64.getDecoder().decode(pepper));
    }

    private static String peppered(String pepper, String hash, String check) {
        return "KEYWARD_PEPPERS_P1=" + pepper + "\n" + check + "CLIENT_API_KEY_HASHES=" + hash + "\n";
    }

    @Test
    @DisplayName("item 9: a pepper that does not fit its check value is refused, and the last good ring stays")
    void refusesAnotherPepper() {
        String key = newKey();
        String hash = hasher(pepper(1)).hash(ApiKey.of(key)).reveal();
        String check = "KEYWARD_PEPPERS_P1_CHECK=" + hasher(pepper(1)).check().orElseThrow() + "\n";
        ConfigFiles files = files(peppered(pepper(1), hash, check));
        try (KeywardConfig keys = files.load()) {
            assertTrue(accepts(keys, key));
            assertFalse(
                    keys.report().text().contains("no check value"),
                    keys.report().text());
            files.env(peppered(pepper(2), hash, check));
            ConfigException refused = assertThrows(ConfigException.class, keys::reloadNow);
            assertTrue(refused.getMessage().contains(".env:2:"), refused::getMessage);
            assertTrue(accepts(keys, key));
        }
        files.refusedAtLine(2, pepper(2));
    }

    @Test
    @DisplayName("item 9: without a check value there is a note, and a reload still refuses another pepper")
    void refusesAReplacedPepperInAReload() {
        String key = newKey();
        String hash = hasher(pepper(1)).hash(ApiKey.of(key)).reveal();
        ConfigFiles files = files(peppered(pepper(1), hash, ""));
        try (KeywardConfig keys = files.load()) {
            assertTrue(
                    keys.report().text().contains("has no check value"),
                    keys.report().text());
            files.env(peppered(pepper(2), hash, ""));
            assertThrows(ConfigException.class, keys::reloadNow);
            assertTrue(accepts(keys, key));
            String other = newKey();
            files.env(
                    peppered(pepper(2), hasher(pepper(2)).hash(ApiKey.of(other)).reveal(), ""));
            keys.reloadNow();
            assertTrue(accepts(keys, other), "with new hashes a new pepper is taken");
        }
    }

    @Test
    @DisplayName("item 9: a check value without its pepper is refused")
    void refusesACheckValueAlone() {
        assertRefused(
                "CLIENT_API_KEY_HASHES=" + hash(newKey()) + "\nKEYWARD_PEPPERS_P1_CHECK=0123\n",
                "there is no pepper for this check value");
    }

    @Test
    @DisplayName("item 16: a plaintext key next to its own peppered hash is found")
    void findsAPlaintextKeyNextToItsHash() {
        String key = newKey();
        String hash = hasher(pepper(1)).hash(ApiKey.of(key)).reveal();
        String pepper = DEVELOPMENT + "KEYWARD_PEPPERS_P1=" + pepper(1) + "\n";
        assertRefused(pepper + "CLIENT_API_KEYS=" + key + "," + hash + "\n", "is a key that is also in");
        assertRefused(pepper + "CLIENT_API_KEYS=" + hash + "," + key + "\n", "is a key that is also in");
        assertRefused(
                pepper + "CLIENT_API_KEY_HASHES=" + hash + "\nKEYWARD_KEYS_A_KEY=" + key + "\n",
                "is a key that is also in");
    }

    @Test
    @DisplayName("item 10: every load says keys, files and mode, and in development how many keys anyone could guess")
    void logsEveryLoad() throws IOException {
        String guessable = "test_client_key_16_chars";
        ConfigFiles files = files("APP_ENV=test\nCLIENT_API_KEYS=" + guessable + "," + newKey() + "\n");
        try (KeywardConfig keys = files.load()) {
            keys.reloadNow();
        }
        String log = log();
        String warning = "mode development, because of APP_ENV in " + files.env
                + ":1: 2 plaintext keys and 1 well-known keys are valid";
        assertEquals(2, log.split(Pattern.quote(warning), -1).length - 1, log);
        assertEquals(2, log.split("2 keys are in force, mode development, files: ", -1).length - 1, log);
        assertFalse(log.contains(guessable), "the log holds a key");

        files.env("CLIENT_API_KEY_HASHES=" + hash(newKey()) + "\n");
        files.load().close();
        String production = log().substring(log.length());
        assertTrue(production.contains("1 keys are in force, mode production, files: " + files.env), production);
        assertFalse(production.contains("well-known"), production);
    }

    /** Returns the lines of the log that concern the key file of this test; see simplelogger.properties. */
    private String log() throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("target", "loads.log"))) {
            return lines.filter(line -> line.contains(directory.toString())).collect(Collectors.joining("\n"));
        }
    }
}
