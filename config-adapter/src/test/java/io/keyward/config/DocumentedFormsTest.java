package io.keyward.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.keyward.ApiKey;
import io.keyward.KeyHasher;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Issue 17.9: what docs/configuration.md says of each property is refused is refused, and what it says is taken is
 * taken.
 */
class DocumentedFormsTest {
    private static final String KEY = ConfigFiles.newKey();
    private static final String HASH = ConfigFiles.hash(KEY);
    private static final String BARE = HASH.substring("sha256:".length());
    private static final String OTHER = ConfigFiles.hash(ConfigFiles.newKey());
    private static final String PEPPER = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
    private static final String PEPPER_CHECK = KeyHasher.hmacSha256(
                    "p1", "0123456789abcdef0123456789abcdef".getBytes(java.nio.charset.StandardCharsets.US_ASCII))
            .check()
            .orElseThrow();
    private static final String EMPTY_HASH = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    private static final String WELL_KNOWN = "client_dev_key_1_valid";

    private static final String NAMED = "KEYWARD_KEYS_A_HASH=" + HASH + "\n";
    private static final String RETIRING =
            NAMED + "KEYWARD_KEYS_A_RETIRING_HASH=" + OTHER + "\nKEYWARD_KEYS_A_RETIRING_UNTIL=2099-01-01T00:00:00Z\n";
    private static final String INSTANT = "2026-11-01T00:00:00Z|2026-11-01T00:00:00.123Z";
    private static final String NO_INSTANT = "2026-11-01T00:00:00+01:00|2026-11-01T00:00:00-00:00|2026-11-01t00:00:00z"
            + "|2026-11-01 00:00:00Z|2026-11-01|2026-11-01T00:00:00|2026-11-01T00:00Z|1793491200|tomorrow|2026-13-01T00:00:00Z"
            + "|2026-02-30T00:00:00Z|never|20261101T000000Z|2026-11-01T00:00:00Z[UTC]";
    private static final String DURATION = "PT2S|PT5M|PT0.5S|PT1M30S";
    private static final String NO_DURATION = "5|5s|5 s|pt5s|P1Y|P1M|P1W|PT|P|PT5|-PT5S|PT-5S|+PT5S|00:00:05|never";
    private static final String NUMBERS = "1|2|999999999";
    private static final String NO_NUMBER = "0|-1|+1|1000000000|1.0|one|0x1|1e3|٣";

    @TempDir
    private Path directory;

    private record Forms(Property property, String before, String name, String taken, String refused) {}

    private static List<Forms> table() {
        String text200 = "x".repeat(200);
        String noText = "x".repeat(201) + "|'a\tb'|'a\nb'";
        return List.of(
                forms(Property.MODE, NAMED, "KEYWARD_MODE", "production|development", "dev|Production|prod|true"),
                forms(Property.PLAINTEXT_KEYS, NAMED, "KEYWARD_PLAINTEXT_KEYS", "allow|deny", "true|yes|Allow|refuse"),
                forms(
                        Property.STRICT_PERMISSIONS,
                        NAMED,
                        "KEYWARD_STRICT_PERMISSIONS",
                        "true|false",
                        "TRUE|yes|1|on|allow"),
                forms(Property.STALE_KEYS, NAMED, "KEYWARD_STALE_KEYS", "accept|refuse", "allow|deny|Refuse|true"),
                forms(
                        Property.RELOAD_INTERVAL,
                        NAMED,
                        "KEYWARD_RELOAD_INTERVAL",
                        DURATION + "|PT0.1S|PT1H",
                        NO_DURATION + "|PT0S|PT0.09S|PT1H1S|P1D"),
                forms(
                        Property.EXPIRY_WARNING,
                        NAMED,
                        "KEYWARD_EXPIRY_WARNING",
                        DURATION + "|PT0S|P14D|P3650D|P1DT12H",
                        NO_DURATION + "|P3651D|-P1D|P-1D"),
                forms(
                        Property.ROLES,
                        NAMED,
                        "KEYWARD_ROLES",
                        "a|a,b|[\"a\",\"b\"]|[a,b]",
                        "*|a,*|a b|a;b|a,,b|{\"a\":1}"),
                forms(
                        Property.ROLE_INCLUDES,
                        NAMED + "KEYWARD_ROLES=a,b\nKEYWARD_ROLES_B_INCLUDES=client\n",
                        "KEYWARD_ROLES_A_INCLUDES",
                        "client|client,miner|b",
                        "nobody|*|a|client;miner"),
                forms(
                        Property.ROLE_PERMISSIONS,
                        NAMED + "KEYWARD_ROLES=a\n",
                        "KEYWARD_ROLES_A_PERMISSIONS",
                        "jobs:submit|jobs:*|jobs:submit,jobs:read",
                        "jobs submit|jobs:|:submit|jobs;read"),
                forms(Property.PEPPER, NAMED, "KEYWARD_PEPPERS_P1", PEPPER, "c2hvcnQ=|no base64!|@nowhere"),
                forms(
                        Property.PEPPER_CHECK,
                        NAMED + "KEYWARD_PEPPERS_P1=" + PEPPER + "\n",
                        "KEYWARD_PEPPERS_P1_CHECK",
                        PEPPER_CHECK,
                        "0123456789abcdef|x"),
                forms(
                        Property.NEW_KEYS_PEPPER,
                        NAMED + "KEYWARD_PEPPERS_P1=" + PEPPER + "\n",
                        "KEYWARD_NEW_KEYS_PEPPER",
                        "p1",
                        ""),
                forms(
                        Property.KEY_HASH,
                        "",
                        "KEYWARD_KEYS_A_HASH",
                        HASH + "|" + BARE,
                        KEY + "|sha512:" + BARE + BARE + "|sha256:" + BARE.substring(1) + "|" + EMPTY_HASH + "|sha256:"
                                + "0".repeat(64) + "|" + ConfigFiles.hash(WELL_KNOWN) + "|@nowhere|SHA256:" + BARE
                                + "|hmac-sha256:p9:" + BARE),
                forms(
                        Property.KEY_TEXT,
                        "KEYWARD_PLAINTEXT_KEYS=allow\n",
                        "KEYWARD_KEYS_A_KEY",
                        KEY,
                        "fifteen_chars_x|'" + KEY + " x'|" + HASH + "|" + BARE + "|" + WELL_KNOWN + "|@nowhere|"
                                + "x9".repeat(129)),
                forms(
                        Property.RETIRING_HASH,
                        NAMED + "KEYWARD_KEYS_A_RETIRING_UNTIL=2099-01-01T00:00:00Z\n",
                        "KEYWARD_KEYS_A_RETIRING_HASH",
                        OTHER,
                        KEY + "|" + EMPTY_HASH + "|sha1:" + BARE),
                forms(
                        Property.RETIRING_NOT_BEFORE,
                        RETIRING,
                        "KEYWARD_KEYS_A_RETIRING_NOT_BEFORE",
                        INSTANT,
                        NO_INSTANT),
                forms(
                        Property.RETIRING_UNTIL,
                        NAMED + "KEYWARD_KEYS_A_RETIRING_HASH=" + OTHER + "\n",
                        "KEYWARD_KEYS_A_RETIRING_UNTIL",
                        INSTANT,
                        NO_INSTANT),
                forms(Property.OWNER, NAMED, "KEYWARD_KEYS_A_OWNER", "alice@lab|'Alice B'|" + text200, noText),
                forms(Property.KEY_NAME, NAMED, "KEYWARD_KEYS_A_NAME", "laptop|" + text200, noText),
                forms(
                        Property.KEY_ROLES,
                        NAMED,
                        "KEYWARD_KEYS_A_ROLES",
                        "client|client,miner|[\"client\"]|[client]",
                        "nobody|*|Client|client;miner|client miner"),
                forms(
                        Property.KEY_PERMISSIONS,
                        NAMED,
                        "KEYWARD_KEYS_A_PERMISSIONS",
                        "jobs:cancel|jobs:*|jobs:read,jobs:submit",
                        "jobs cancel|jobs:|jobs;read"),
                forms(
                        Property.NOT_BEFORE,
                        NAMED + "KEYWARD_KEYS_A_EXPIRES_AT=2027-01-01T00:00:00Z\n",
                        "KEYWARD_KEYS_A_NOT_BEFORE",
                        INSTANT,
                        NO_INSTANT + "|2027-01-01T00:00:00Z|2028-01-01T00:00:00Z"),
                forms(Property.EXPIRES_AT, NAMED, "KEYWARD_KEYS_A_EXPIRES_AT", INSTANT, NO_INSTANT),
                forms(
                        Property.STATE,
                        NAMED,
                        "KEYWARD_KEYS_A_STATE",
                        "active|disabled|revoked",
                        "ACTIVE|Disabled|expired|off|true"),
                forms(
                        Property.METADATA,
                        NAMED,
                        "KEYWARD_KEYS_A_METADATA_TEAM",
                        "ml|" + "x".repeat(512),
                        "x".repeat(513) + "|'a\nb'"),
                forms(
                        Property.ATTRIBUTE,
                        NAMED,
                        "KEYWARD_KEYS_A_ATTRIBUTE_LIMIT",
                        "5|" + "x".repeat(2048),
                        "x".repeat(2049) + "|'a\nb'"),
                forms(Property.ORDINAL, NAMED, "KEYWARD_KEYS_A_ORDINAL", NUMBERS, NO_NUMBER),
                forms(Property.RETIRING_ORDINAL, RETIRING, "KEYWARD_KEYS_A_RETIRING_ORDINAL", NUMBERS, NO_NUMBER),
                forms(Property.CREATED_AT, NAMED, "KEYWARD_KEYS_A_CREATED_AT", INSTANT, NO_INSTANT),
                forms(Property.CREATED_BY, NAMED, "KEYWARD_KEYS_A_CREATED_BY", "operator:anna|" + text200, noText),
                forms(Property.CHANGED_AT, NAMED, "KEYWARD_KEYS_A_CHANGED_AT", INSTANT, NO_INSTANT),
                forms(Property.CHANGED_BY, NAMED, "KEYWARD_KEYS_A_CHANGED_BY", "key:a1b2c3d4|" + text200, noText),
                forms(
                        Property.LIST_OF_KEYS,
                        NAMED + "KEYWARD_PLAINTEXT_KEYS=allow\n",
                        "CLIENT_API_KEYS",
                        ConfigFiles.newKey() + "|" + OTHER + "|[\"" + OTHER + "\"]|[" + OTHER + "]|\"[\\\"" + OTHER
                                + "\\\"]\"",
                        BARE + "|fifteen_chars_x|" + OTHER + ",,|@file_of_some_keys|" + WELL_KNOWN + "|[]|[" + OTHER),
                forms(
                        Property.LIST_OF_HASHES,
                        NAMED,
                        "CLIENT_API_KEY_HASHES",
                        OTHER + "|" + OTHER.substring("sha256:".length()),
                        ConfigFiles.newKey() + "|sha1:" + BARE + "|" + OTHER + ",|@file_of_some_hashes|"
                                + ConfigFiles.hash(WELL_KNOWN)),
                forms(Property.APP_ENV, NAMED, "APP_ENV", "dev|development|test|local|Dev|production|anything", ""));
    }

    private static Forms forms(Property property, String before, String name, String taken, String refused) {
        return new Forms(property, before, name, taken, refused);
    }

    static Stream<Arguments> cases() {
        return table().stream()
                .flatMap(forms -> Stream.concat(
                        split(forms.taken)
                                .map(value -> Arguments.of(forms.name, shown(value), forms.before, value, true)),
                        split(forms.refused)
                                .map(value -> Arguments.of(forms.name, shown(value), forms.before, value, false))));
    }

    private static Stream<String> split(String values) {
        return Arrays.stream(values.split("\\|")).filter(value -> !value.isEmpty());
    }

    private static String shown(String value) {
        return value.length() > 40 ? value.length() + " characters" : value;
    }

    @ParameterizedTest(name = "{0}={1} {4}")
    @MethodSource("cases")
    void takesAndRefusesWhatThePageSays(String name, String shown, String before, String value, boolean taken) {
        ConfigFiles files = new ConfigFiles(directory).env(before + name + "=" + value + "\n");
        if (taken) {
            files.load().close();
        } else {
            ConfigException refused = files.refused();
            assertTrue(refused.getMessage().contains(files.env + ":"), refused.getMessage());
        }
    }

    @Test
    void everyPropertyIsInTheTable() {
        Set<Property> tried = table().stream().map(Forms::property).collect(Collectors.toSet());
        assertEquals(EnumSet.allOf(Property.class), tried);
    }

    @Test
    @DisplayName("an id is 1 to 64 of a-z 0-9 _")
    void takesAndRefusesIds() {
        for (String id : List.of("a", "7hq2mz9a", "a_b", "x".repeat(64))) {
            new ConfigFiles(directory)
                    .env("keyward.keys." + id + ".hash=" + HASH + "\n")
                    .load()
                    .close();
        }
        for (String id : List.of("A", "a-b", "x".repeat(65), "ab-")) {
            new ConfigFiles(directory)
                    .env("keyward.keys." + id + ".hash=" + HASH + "\n")
                    .refusedAtLine(1, KEY);
        }
    }

    @Test
    void keyTakesPrintableAsciiOnly() {
        ApiKey.of(KEY);
        new ConfigFiles(directory)
                .env("KEYWARD_PLAINTEXT_KEYS=allow\nKEYWARD_KEYS_A_KEY=ключ_" + KEY + "\n")
                .refusedAtLine(2, KEY);
    }
}
