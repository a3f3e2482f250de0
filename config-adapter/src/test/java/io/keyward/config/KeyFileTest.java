package io.keyward.config;

import static io.keyward.config.ConfigFiles.accepts;
import static io.keyward.config.ConfigFiles.hash;
import static io.keyward.config.ConfigFiles.newKey;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.keyward.ApiKey;
import io.keyward.KeyHasher;
import io.keyward.Verification.Reason;
import io.keyward.Verification.Rejected;
import io.keyward.config.ConfigReport.FileUse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What key files are taken and what is refused: cases CF, LE-10, SU-03. */
class KeyFileTest {
    private static final String KEY = newKey();
    private static final String OTHER = newKey();
    private static final String HASH = hash(KEY);
    private static final String HEX = HASH.substring("sha256:".length());
    private static final String OTHER_HASH = hash(OTHER);

    @TempDir
    Path directory;

    private ConfigFiles files;

    @BeforeEach
    void newFiles() {
        files = new ConfigFiles(directory);
    }

    /** Each is a file in production mode; {@code #} marks the line that is to be blamed. */
    static Stream<Arguments> refusedFiles() {
        return Stream.of(
                arguments("CF-02 empty file", "", 0),
                arguments("CF-02 only comments", "# nothing\n\n# here\n", 0),
                arguments("CF-07 opening double quote only", "A=1\nCLIENT_API_KEY_HASHES=\"" + HASH + "\n", 2),
                arguments("CF-07 opening single quote only", "CLIENT_API_KEY_HASHES='" + HASH + "\n", 1),
                arguments("CF-07 closing quote only", "CLIENT_API_KEY_HASHES=" + HASH + "\"\n", 1),
                arguments("CF-07 text after the quote", "CLIENT_API_KEY_HASHES=\"" + HASH + "\"x\n", 1),
                arguments("CF-09 no value", "CLIENT_API_KEY_HASHES=\n", 1),
                arguments("CF-09 no equals sign", "\nCLIENT_API_KEY_HASHES\n", 2),
                arguments("CF-09 export and nothing", "A=1\nexport ", 2),
                arguments("CF-09 no name", "=" + HASH + "\n", 1),
                arguments("CF-10 same id twice", twice("hash", HASH, OTHER_HASH), 2),
                arguments(
                        "CF-10 same id twice in two spellings",
                        "keyward.keys.a.hash=" + HASH + "\nKEYWARD_KEYS_A_HASH=" + OTHER_HASH + "\n",
                        2),
                arguments(
                        "CF-11 one key under two roles",
                        "CLIENT_API_KEY_HASHES=" + HASH + "\nADMIN_API_KEY_HASHES=" + HASH + "\n",
                        2),
                arguments(
                        "CF-11 one key under two ids",
                        "keyward.keys.a.hash=" + HASH + "\nkeyward.keys.b.hash=" + HASH + "\n",
                        2),
                arguments(
                        "CF-12 hash of the empty string",
                        "CLIENT_API_KEY_HASHES=sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n",
                        1),
                arguments("CF-12 hash of zeros", "keyward.keys.a.hash=sha256:" + "0".repeat(64) + "\n", 1),
                arguments("CF-13 unresolved reference", "CLIENT_API_KEY_HASHES=${API_KEY}\n", 1),
                arguments("CF-13 reference within a value", "A=" + HASH + "\nCLIENT_API_KEY_HASHES=${A},x\n", 2),
                arguments("CF-13 reference with a default", "CLIENT_API_KEY_HASHES=${API_KEY:" + HASH + "}\n", 1),
                arguments("CF-13 reference to itself", "CLIENT_API_KEY_HASHES=${CLIENT_API_KEY_HASHES}\n", 1),
                arguments("CF-14 plaintext among hashes", "CLIENT_API_KEY_HASHES=" + HASH + "," + KEY + "\n", 1),
                arguments("CF-14 plaintext as hash", "keyward.keys.a.hash=" + KEY + "\n", 1),
                arguments("CF-14 plaintext list in production", "CLIENT_API_KEYS=" + KEY + "\n", 1),
                arguments("CF-14 plaintext key in production", "keyward.keys.a.key=" + KEY + "\n", 1),
                arguments("CF-15 63 digits", "CLIENT_API_KEY_HASHES=sha256:" + HEX.substring(1) + "\n", 1),
                arguments("CF-15 65 digits", "CLIENT_API_KEY_HASHES=sha256:0" + HEX + "\n", 1),
                arguments("CF-15 0x", "CLIENT_API_KEY_HASHES=0x" + HEX + "\n", 1),
                arguments("CF-15 sha256:0x", "CLIENT_API_KEY_HASHES=sha256:0x" + HEX.substring(2) + "\n", 1),
                arguments("CF-15 no hexadecimal digit", "keyward.keys.a.hash=sha256:g" + HEX.substring(1) + "\n", 1),
                arguments("CF-15 bare hash as key", "APP_ENV=dev\nCLIENT_API_KEYS=" + HEX + "\n", 2),
                arguments("CF-15 bare hash as named key", "APP_ENV=dev\nkeyward.keys.a.key=" + HEX + "\n", 2),
                arguments("CF-17 md5", "CLIENT_API_KEY_HASHES=md5:" + HEX.substring(32) + "\n", 1),
                arguments("CF-17 sha1 among keys", "APP_ENV=dev\nCLIENT_API_KEYS=sha1:" + HEX.substring(24) + "\n", 2),
                arguments("CF-17 plain", "APP_ENV=dev\nCLIENT_API_KEYS=plain:" + KEY + "\n", 2),
                arguments("CF-17 pepper that is not there", "keyward.keys.a.hash=hmac-sha256:p1:" + HEX + "\n", 1),
                arguments("CF-18 misspelt property", named("rolse", "admin"), 2),
                arguments("CF-18 misspelt property in the environment form", "KEYWARD_KEYS_A_HASHH=" + HASH + "\n", 1),
                arguments("CF-18 misspelt expiry", named("expiers", "2027-01-01T00:00:00Z"), 2),
                arguments("CF-18 unknown role", named("roles", "clint"), 2),
                arguments("LE-10 a key where roles are expected", named("roles", KEY), 2),
                arguments(
                        "LE-10 a key where included roles are expected",
                        "keyward.roles=x\nkeyward.roles.x.includes=" + KEY + "\n",
                        2),
                arguments("CF-18 unknown setting", "KEYWARD_PORT=1\n", 1),
                arguments("CF-19 role *", named("roles", "*"), 2),
                arguments("CF-19 empty item", named("roles", "client,,"), 2),
                arguments("CF-19 empty item of a key list", "CLIENT_API_KEY_HASHES=" + HASH + ",\n", 1),
                arguments("CF-20 short key", "APP_ENV=dev\nCLIENT_API_KEYS=short_key_15_ch\n", 2),
                arguments("CF-26 misspelt boolean", named("state", "actve"), 2),
                arguments("CF-26 other boolean", "keyward.strict-permissions=yes\n", 1),
                arguments("CF-26 other mode", "keyward.mode=dev\n", 1),
                arguments("CF-26 no such switch", "keyward.fail-open=1\n", 1),
                arguments("instant with another form", named("expires-at", "2027-01-01"), 2),
                arguments("17.9 instant with an offset", named("expires-at", "2027-01-01T00:00:00+01:00"), 2),
                arguments("17.9 instant in small letters", named("expires-at", "2027-01-01t00:00:00z"), 2),
                arguments("17.9 ordinal with a sign", named("ordinal", "+3"), 2),
                arguments("17.9 ordinal in other digits", named("ordinal", "\u0663"), 2),
                arguments(
                        "window without a moment",
                        named("expires-at", "2026-01-01T00:00:00Z")
                                + "keyward.keys.a.not-before=2026-01-01T00:00:00Z\n",
                        1),
                arguments("retiring hash without an end", named("retiring.hash", OTHER_HASH), 2),
                arguments("retiring end without a hash", named("retiring.until", "2026-12-01T00:00:00Z"), 2),
                arguments("ordinal that is no number", named("ordinal", "first"), 2),
                arguments("ordinal of nothing", named("ordinal", "0"), 2),
                arguments("ordinal with a key in its place", named("ordinal", KEY), 2),
                arguments("creation with another form", named("created-at", "yesterday"), 2),
                arguments("last change beyond the years", named("changed-at", "+20000-01-01T00:00:00Z"), 2),
                arguments("creator with a control character", named("created-by", "\"a\tb\""), 2),
                arguments("attribute without a name", named("attribute.", "1"), 2),
                arguments("attribute with an awkward name", named("attribute.a*b", "1"), 2),
                arguments("misspelt attribute", named("atribute.a", "1"), 2),
                arguments("key without a hash", "keyward.keys.a.roles=client\n", 1),
                arguments("id with a capital", "keyward.keys.Alice.hash=" + HASH + "\n", 1),
                arguments("short pepper", "keyward.peppers.p1=c2hvcnQ=\n", 1),
                arguments("pepper that is not base64", "keyward.peppers.p1=%%%\n", 1),
                arguments("reference to no file", "keyward.keys.a.hash=@nowhere\n", 1),
                arguments("empty list", "CLIENT_API_KEY_HASHES=[]\n", 1),
                arguments("half a JSON list", "CLIENT_API_KEY_HASHES=[\"" + HASH + "\"\n", 1),
                arguments("quotes on some items", "CLIENT_API_KEY_HASHES=[\"" + HASH + "\"," + OTHER_HASH + "]\n", 1),
                arguments("role that is not declared here", "keyward.roles.client.permissions=jobs:read\n", 1),
                arguments(
                        "roles in a circle",
                        "keyward.roles=x,y\nkeyward.roles.x.includes=y\nkeyward.roles.y.includes=x\n",
                        1),
                arguments("bad interval", "keyward.reload-interval=5s\n", 1),
                arguments("tiny interval", "keyward.reload-interval=PT0.001S\n", 1));
    }

    private static String named(String property, String value) {
        return "keyward.keys.a.hash=" + HASH + "\nkeyward.keys.a." + property + "=" + value + "\n";
    }

    private static String twice(String property, String one, String other) {
        return "keyward.keys.a." + property + "=" + one + "\nkeyward.keys.a." + property + "=" + other + "\n";
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("refusedFiles")
    void refuses(String name, String text, int line) {
        files.env(text);
        if (line == 0) {
            assertTrue(files.refused().getMessage().contains("there are no keys"));
        } else {
            files.refusedAtLine(line, KEY, HEX, HEX.substring(1, 40), "short_key_15_ch");
        }
    }

    /** Each is a file in production mode that lets {@link #KEY} in as a client. */
    static Stream<Arguments> takenFiles() {
        return Stream.of(
                arguments("CF-04 byte-order mark", "\uFEFFCLIENT_API_KEY_HASHES=" + HASH + "\n"),
                arguments("CF-05 CRLF", "A=1\r\nCLIENT_API_KEY_HASHES=" + HASH + "\r\nB=2\r\n"),
                arguments("CF-05 CRLF within brackets", "CLIENT_API_KEY_HASHES=[\r\n  \"" + HASH + "\"\r\n]\r\n"),
                arguments("CF-06 blanks and tab after the value", "CLIENT_API_KEY_HASHES=" + HASH + " \t \n"),
                arguments("CF-06 blanks around the equals sign", "CLIENT_API_KEY_HASHES = " + HASH + "\n"),
                arguments("CF-07 double quotes", "CLIENT_API_KEY_HASHES=\"" + HASH + "\"\n"),
                arguments("CF-07 single quotes", "CLIENT_API_KEY_HASHES='" + HASH + "'\n"),
                arguments("CF-08 comment after the value", "CLIENT_API_KEY_HASHES=" + HASH + " # alice\n"),
                arguments("CF-08 comment after quotes", "CLIENT_API_KEY_HASHES=\"" + HASH + "\" # alice\n"),
                arguments(
                        "CF-16 upper-case digits",
                        "CLIENT_API_KEY_HASHES=sha256:" + HEX.toUpperCase(Locale.ROOT) + "\n"),
                arguments("no final newline", "CLIENT_API_KEY_HASHES=" + HASH),
                arguments("export", "export CLIENT_API_KEY_HASHES=" + HASH + "\n"),
                arguments("bare digits among hashes", "CLIENT_API_KEY_HASHES=" + HEX + "\n"),
                arguments("hash among keys", "CLIENT_API_KEYS=" + HASH + "\n"),
                arguments("JSON list", "CLIENT_API_KEY_HASHES=[\"" + OTHER_HASH + "\", \"" + HASH + "\"]\n"),
                arguments("JSON list in single quotes", "CLIENT_API_KEY_HASHES='[\"" + HASH + "\"]'\n"),
                arguments("JSON list in double quotes", "CLIENT_API_KEY_HASHES=\"[\\\"" + HASH + "\\\"]\"\n"),
                arguments(
                        "JSON list over lines",
                        "CLIENT_API_KEY_HASHES=[\n  \"" + OTHER_HASH + "\",\n  \"" + HASH + "\"\n]\n"),
                arguments("list as a shell leaves it", "CLIENT_API_KEY_HASHES=[" + OTHER_HASH + "," + HASH + "]\n"),
                arguments("list with commas", "CLIENT_API_KEY_HASHES=" + OTHER_HASH + " , " + HASH + "\n"),
                arguments("list in quotes over lines", "CLIENT_API_KEY_HASHES=\"" + OTHER_HASH + ",\n" + HASH + "\"\n"),
                arguments("reference", "STORED=" + HASH + "\nCLIENT_API_KEY_HASHES=${STORED}\n"),
                arguments("named key", "keyward.keys.a.hash=" + HASH + "\nkeyward.keys.a.roles=client\n"),
                arguments(
                        "named key in the environment form",
                        "KEYWARD_KEYS_A_HASH=" + HASH + "\nKEYWARD_KEYS_A_ROLES=client\n"),
                arguments(
                        "named key with bare digits", "keyward.keys.a.hash=" + HEX + "\nkeyward.keys.a.roles=client\n"),
                arguments(
                        "creation, last change and ordinal",
                        named("roles", "client") + "keyward.keys.a.created-at=2026-11-01T00:00:00Z\n"
                                + "KEYWARD_KEYS_A_CREATED_BY=operator:anna\n"
                                + "keyward.keys.a.changed-at=2026-11-02T00:00:00.000001Z\n"
                                + "keyward.keys.a.changed-by=key:a1b2c3d4\nKEYWARD_KEYS_A_ORDINAL=3\n"),
                arguments("plaintext allowed", "keyward.plaintext-keys=allow\nCLIENT_API_KEYS=" + KEY + "\n"),
                arguments("development", "keyward.mode=development\nCLIENT_API_KEYS=[\"" + KEY + "\"]\n"),
                arguments("development by APP_ENV", "APP_ENV=local\nCLIENT_API_KEYS=" + KEY + "\n"),
                arguments("somebody else's lines", "X=[a-z]+\nY=it's\nZ=a#b\nCLIENT_API_KEY_HASHES=" + HASH + "\n"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("takenFiles")
    void takes(String name, String text) {
        files.env(text);
        try (KeywardConfig keys = files.load()) {
            assertTrue(accepts(keys, KEY));
            assertFalse(accepts(keys, newKey()));
            assertFalse(keys.report().text().contains(HEX));
            assertFalse(keys.report().text().contains(KEY));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"keyward.keys.a.attribute.of-tomorrow", "KEYWARD_KEYS_A_ATTRIBUTE_LIMIT"})
    @DisplayName("issue 15.2 an attribute that is not known rejects its key, no other, and is reported")
    void rejectsKeyWithUnknownAttribute(String name) {
        files.env(named("roles", "client") + name + "=10\nCLIENT_API_KEY_HASHES=" + OTHER_HASH + "\n");
        try (KeywardConfig keys = files.load()) {
            assertEquals(Reason.UNSUPPORTED, ((Rejected) keys.verifier().verify(KEY)).reason());
            assertEquals(2, keys.ring().current().size());
            assertTrue(
                    keys.report().warnings().stream()
                            .anyMatch(warning ->
                                    warning.line() == 1 && warning.toString().contains("key `a` is rejected")),
                    keys.report().text());
        }
    }

    @Test
    @DisplayName("CF-01 refuses a file that is not there")
    void refusesMissingFile() {
        ConfigException refused = files.refused();
        assertTrue(refused.getMessage().contains(files.env + ": there is no such file"), refused.getMessage());
    }

    @Test
    @DisplayName("CF-03 refuses a directory in place of the file")
    void refusesDirectory() throws IOException {
        Files.createDirectory(files.env);
        assertTrue(files.refused().getMessage().contains(files.env + ": the file cannot be read"));
    }

    @Test
    @DisplayName("CF-13 refuses the literal reference as a key")
    void refusesLiteralReference() {
        files.env("STORED=" + HASH + "\nCLIENT_API_KEY_HASHES=${STORED}\n");
        try (KeywardConfig keys = files.load()) {
            assertFalse(accepts(keys, "${CLIENT_API_KEY_HASHES}"));
            assertFalse(accepts(keys, "${STORED}________"));
        }
    }

    @ParameterizedTest(name = "CF-21 refuses a variable of the process that is `{0}`")
    @ValueSource(strings = {"", " ", "\n", "[]", "\"\"", ","})
    void refusesBlankVariable(String value) {
        ConfigException refused = ConfigFiles.refused(KeywardConfig.builder()
                .directory(directory)
                .roles(ConfigFiles.ROLES)
                .follow(false)
                .environment(Map.of("CLIENT_API_KEY_HASHES", value)));
        assertTrue(refused.getMessage().contains("environment: CLIENT_API_KEY_HASHES"), refused.getMessage());
    }

    @Test
    @DisplayName("CF-22 takes a variable that ends with a line feed")
    void takesVariableWithLineFeed() {
        try (KeywardConfig keys = fromEnvironment(Map.of("CLIENT_API_KEY_HASHES", HASH + "\n"))) {
            assertTrue(accepts(keys, KEY));
        }
    }

    @Test
    @DisplayName("CF-22 takes a secret file that ends with a line feed")
    void takesSecretFileWithLineFeed() {
        ConfigFiles.write(directory.resolve("secret"), HASH + "\r\n");
        files.env("keyward.keys.a.hash=@secret\n");
        try (KeywardConfig keys = files.load()) {
            assertTrue(accepts(keys, KEY));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"CLIENT_API_KEY_HASHES", "client_api_key_hashes", "Client_Api_Key_Hashes"})
    @DisplayName("takes a variable of the environment in small letters as it takes one of a file")
    void takesVariableInSmallLetters(String name) {
        try (KeywardConfig keys = fromEnvironment(Map.of(name, HASH))) {
            assertTrue(accepts(keys, KEY));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "'A=1\n\uFEFFCLIENT_API_KEY_HASHES=%s', 'there is the character U+FEFF before the ='",
        "'A=1\n\u00A0CLIENT_API_KEY_HASHES=%s', 'there is the character U+00A0 before the ='",
        "'A=1\nCLIENT_API_KEY_HASHES=\u201C%s\u201D', 'item 1: character 1 is U+201C'",
        "'A=1\nCLIENT_API_KEY_HASHES=%s\u200B', 'item 1: character 72 is U+200B'",
        "'A=1\nKEYWARD_KEYS_A_HASH=\u00A0%s', 'character 1 is U+00A0'"
    })
    @DisplayName("CF-04 CF-06 names a character that nobody sees, and neither key nor hash")
    void namesCharactersThatNobodySees(String text, String said) {
        files.env(text.replace("%s", HASH) + "\n");

        String message = files.refused().getMessage();

        assertTrue(message.contains(":2: ") && message.contains(said), message);
        assertFalse(message.contains(HASH.substring(10, 30)), "shows the hash");
    }

    @Test
    @DisplayName("CF-04 takes a secret file with a byte-order mark, as of an editor on Windows")
    void takesSecretFileWithByteOrderMark() {
        byte[] pepper = new byte[32];
        new SecureRandom().nextBytes(pepper);
        String text = Base64.getEncoder().encodeToString(pepper);
        String hash = KeyHasher.hmacSha256("p1", pepper).hash(ApiKey.of(KEY)).reveal();
        ConfigFiles.write(directory.resolve("pepper"), "\uFEFF" + text + "\r\n");
        ConfigFiles.write(directory.resolve("secret"), "\uFEFF" + hash + "\r\n");
        files.env("keyward.keys.a.hash=@secret\nkeyward.peppers.p1=@pepper\n");
        try (KeywardConfig keys = files.load()) {
            assertTrue(accepts(keys, KEY));
        }
    }

    @ParameterizedTest(name = "17.8 BR-23 takes variables in quotes as docker run --env-file leaves them: {0}")
    @ValueSource(strings = {"\"%s\"", "'%s'", " \"%s\" "})
    void takesVariablesInQuotes(String quoted) {
        try (KeywardConfig keys = fromEnvironment(Map.of(
                "KEYWARD_KEYS_A_HASH", String.format(quoted, HASH),
                "KEYWARD_KEYS_A_ROLES", String.format(quoted, "client"),
                "KEYWARD_KEYS_B_HASH", "${STORED}",
                "STORED", String.format(quoted, OTHER_HASH),
                "APP_ENV", String.format(quoted, "dev")))) {
            assertTrue(accepts(keys, KEY));
            assertTrue(accepts(keys, OTHER));
            assertEquals(ConfigReport.Mode.DEVELOPMENT, keys.report().mode());
        }
    }

    private KeywardConfig fromEnvironment(Map<String, String> variables) {
        return KeywardConfig.builder()
                .directory(directory)
                .roles(ConfigFiles.ROLES)
                .follow(false)
                .environment(variables)
                .load();
    }

    @Test
    @DisplayName("CF-23 refuses a file of 10 MB and a line of 1 MB")
    void refusesHugeFileAndHugeLine() {
        files.env("A=" + "x".repeat(1 << 20) + "\n");
        assertTrue(files.refusedAtLine(1).getMessage().contains("the line has"));
        files.env("# comment\n".repeat(1 << 20));
        assertTrue(files.refused().getMessage().contains("the file has"));
    }

    @Test
    @DisplayName("CF-25 takes the variable of the process before the file, never both, and reports it")
    void takesEnvironmentBeforeFile() {
        files.env("# keys\nCLIENT_API_KEY_HASHES=" + HASH + "\n");
        try (KeywardConfig keys = files.builder()
                .environment(Map.of("CLIENT_API_KEY_HASHES", OTHER_HASH))
                .load()) {
            assertTrue(accepts(keys, OTHER));
            assertFalse(accepts(keys, KEY));
            ConfigReport.Setting setting = keys.report().settings().get(0);
            assertEquals("environment", setting.winner().source());
            assertEquals(files.env + ":2", setting.losers().get(0).toString());
        }
    }

    @Test
    @DisplayName("CF-27 refuses an empty file where no variable is set either")
    void refusesEmptyFileWithoutVariables() {
        files.env("");
        ConfigException refused = ConfigFiles.refused(KeywardConfig.builder()
                .directory(directory)
                .roles(ConfigFiles.ROLES)
                .environment(Map.of())
                .follow(false));
        assertTrue(refused.getMessage().contains("there are no keys"));
        assertTrue(refused.getMessage().contains(files.env.toString()));
    }

    @Test
    @DisplayName("LE-10 names file, line and kind of an error, not the text")
    void namesPlaceAndNotText() {
        String secret = newKey();
        files.env("\n\n\n\n\n\nCLIENT_API_KEY_HASHES=\"" + secret + "\n");
        ConfigException refused = files.refusedAtLine(7, secret, secret.substring(20));
        assertEquals(7, refused.problems().get(0).line());
        assertEquals("CLIENT_API_KEY_HASHES", refused.problems().get(0).name());
        assertTrue(refused.getMessage().contains("a quote that is never closed"));
    }

    static Stream<String> weakKeys() {
        return Stream.of(
                "changeme",
                "test",
                "secret",
                "password",
                "dev",
                "0".repeat(32),
                "123e4567-e89b-12d3-a456-426614174000",
                "client_dev_key_1_valid",
                "test_key_16_characters_long_minimum");
    }

    @ParameterizedTest(name = "SU-03 refuses the key {0} as text and as hash")
    @MethodSource("weakKeys")
    void refusesWeakKey(String key) throws Exception {
        files.env("keyward.plaintext-keys=allow\nCLIENT_API_KEYS=" + key + "\n");
        files.refusedAtLine(2);
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8));
        String hash = "sha256:" + HexFormat.of().formatHex(digest);
        files.env("CLIENT_API_KEY_HASHES=" + hash + "\n");
        files.refusedAtLine(1, hash);
    }

    @Test
    void refusesWeakKeyUnderPepper() {
        String pepper = "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWY=";
        String hash = KeyHasher.hmacSha256("p1", Base64.getDecoder().decode(pepper))
                .hash(ApiKey.of("client_dev_key_1_valid"))
                .reveal();
        files.env("keyward.peppers.p1=" + pepper + "\nCLIENT_API_KEY_HASHES=" + hash + "\n");
        files.refusedAtLine(2, hash);
    }

    @Test
    void reportsAllProblemsAtOnce() {
        files.env("CLIENT_API_KEY_HASHES=" + KEY + "\nA\nkeyward.mod=x\nkeyward.keys.a.hash=@nowhere\n");
        ConfigException refused = files.refused();
        assertEquals(4, refused.problems().size(), refused.getMessage());
    }

    @Test
    void takesPepperAndHashFromFiles() {
        byte[] pepper = new byte[32];
        new SecureRandom().nextBytes(pepper);
        String hash = KeyHasher.hmacSha256("p1", pepper).hash(ApiKey.of(KEY)).reveal();
        ConfigFiles.write(directory.resolve("pepper"), Base64.getEncoder().encodeToString(pepper) + "\n");
        ConfigFiles.write(directory.resolve("alice"), hash + "\n");
        files.env("KEYWARD_PEPPERS_P1=@pepper\nKEYWARD_KEYS_ALICE_HASH=@" + directory.resolve("alice") + "\n");
        try (KeywardConfig keys = files.load()) {
            assertTrue(accepts(keys, KEY));
            assertTrue(keys.report().files().stream()
                    .anyMatch(file -> file.path().equals(directory.resolve("pepper")) && file.use() == FileUse.READ));
        }
    }

    @Test
    void givesARevokedKeyItsReason() {
        files.env(named("state", "revoked") + "CLIENT_API_KEY_HASHES=" + OTHER_HASH + "\n");
        try (KeywardConfig keys = files.load()) {
            assertEquals(Reason.REVOKED, ((Rejected) keys.verifier().verify(KEY)).reason());
        }
    }
}
