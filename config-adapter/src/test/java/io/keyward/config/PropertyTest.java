package io.keyward.config;

import static io.keyward.config.ConfigFiles.accepts;
import static io.keyward.config.ConfigFiles.hash;
import static io.keyward.config.ConfigFiles.newKey;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.keyward.ApiKeyRecord;
import io.keyward.KeyState;
import io.keyward.role.Permission;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The names of properties: what each spelling means, and that the reference in docs has them all. */
class PropertyTest {
    private static final Path REFERENCE = Path.of("..", "docs", "configuration.md");

    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource({
        "KEYWARD_MODE, keyward.mode",
        "KEYWARD_ROLES, keyward.roles",
        "KEYWARD_ROLES_ADMIN_INCLUDES, keyward.roles.admin.includes",
        "KEYWARD_ROLES_JOB_READER_PERMISSIONS, keyward.roles.job_reader.permissions",
        "KEYWARD_PEPPERS_P1, keyward.peppers.p1",
        "KEYWARD_KEYS_7HQ2MZ9A_EXPIRES_AT, keyward.keys.7hq2mz9a.expires-at",
        "KEYWARD_KEYS_A_RETIRING_HASH, keyward.keys.a.retiring.hash",
        "KEYWARD_KEYS_RETIRING_HASH, keyward.keys.retiring.hash",
        "KEYWARD_KEYS_A_B_NOT_BEFORE, keyward.keys.a_b.not-before",
        "KEYWARD_KEYS_KEY_KEY, keyward.keys.key.key",
        "KEYWARD_KEYS_A_METADATA_TEAM, keyward.keys.a.metadata.team",
        "KEYWARD_KEYS_A_METADATA_RETIRING_HASH, keyward.keys.a.metadata.retiring_hash",
        "KEYWARD_KEYS_A_ATTRIBUTE_B_METADATA_C, keyward.keys.a_attribute_b.metadata.c",
        "KEYWARD_KEYS_METADATA_HASH, keyward.keys.metadata.hash",
        "KEYWARD_PEPPERS_P_1, keyward.peppers.p_1",
        "KEYWARD_PEPPERS_P_CHECK, keyward.peppers.p.check",
        "keyward.keys.a.metadata.cost.centre, keyward.keys.a.metadata.cost.centre",
        "keyward.keys.a.retiring.until, keyward.keys.a.retiring.until",
    })
    void readsBothSpellings(String spelling, String canonical) {
        assertEquals(canonical, PropertyName.parse(spelling).canonical());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "keyward",
                "keyward.",
                "keyward.Mode",
                "keyward.keys.a",
                "keyward.keys..hash",
                "keyward.keys.a.b.hash",
                "keyward.keys.a.metadata.",
                "KEYWARD_KEYS_HASH_",
                "KEYWARD_KEYS__HASH_X",
                "KEYWARD_KEYS_HASH",
                "KEYWARD_KEYS_A_METADATA_",
                "KEYWARD_PEPPERS_",
                "KEYWARD_PEPPERS_P_FILE",
                "KEYWARD_",
                "KEYWARD_PORT",
                "keyward.roles.a"
            })
    void knowsNoOtherName(String spelling) {
        assertNull(PropertyName.parse(spelling));
    }

    @ParameterizedTest
    @CsvSource({
        "team, KEYWARD_KEYS_A_METADATA_TEAM",
        "cost_centre, KEYWARD_KEYS_A_METADATA_COST_CENTRE",
        "a.b, keyward.keys.a.metadata.a.b",
        "a-b, keyward.keys.a.metadata.a-b",
        "Team, keyward.keys.a.metadata.Team"
    })
    @DisplayName("a metadata name that no shell takes as part of a variable is written as a property")
    void writesVariablesThatAShellTakes(String metadata, String spelling) {
        assertEquals(spelling, KeyFields.spelling(new PropertyName(Property.METADATA, "a", metadata)));
    }

    @Test
    void readsEveryPropertyOfANamedKey() {
        String key = newKey();
        String old = newKey();
        Map<String, String> values = Map.ofEntries(
                Map.entry("hash", hash(key)),
                Map.entry("retiring.hash", hash(old)),
                Map.entry("retiring.not-before", "2025-01-01T00:00:00Z"),
                Map.entry("retiring.until", "2026-12-01T00:00:00Z"),
                Map.entry("owner", "alice@lab"),
                Map.entry("name", "laptop of Alice"),
                Map.entry("roles", "client, miner"),
                Map.entry("permissions", "jobs:*"),
                Map.entry("not-before", "2026-01-01T00:00:00Z"),
                Map.entry("expires-at", "2099-01-01T00:00:00Z"),
                Map.entry("state", "active"),
                Map.entry("metadata.team", "ml"));
        ApiKeyRecord dotted = load(values, "keyward.keys.alice.", false);
        assertEquals(dotted, load(values, "KEYWARD_KEYS_ALICE_", true));
        assertEquals("alice@lab", dotted.owner());
        assertEquals("laptop of Alice", dotted.name());
        assertEquals(Set.of("client", "miner"), dotted.roles());
        assertEquals(Set.of(Permission.of("jobs:*")), dotted.permissions());
        assertEquals(KeyState.ACTIVE, dotted.state());
        assertEquals(Map.of("team", "ml"), dotted.metadata());
        assertEquals(hash(key), dotted.current().hash().reveal());
        assertEquals(Instant.parse("2026-01-01T00:00:00Z"), dotted.current().notBefore());
        assertEquals(Instant.parse("2099-01-01T00:00:00Z"), dotted.current().expiresAt());
        assertEquals(hash(old), dotted.retiring().orElseThrow().hash().reveal());
        assertEquals(
                Instant.parse("2025-01-01T00:00:00Z"),
                dotted.retiring().orElseThrow().notBefore());
        assertEquals(
                Instant.parse("2026-12-01T00:00:00Z"),
                dotted.retiring().orElseThrow().expiresAt());
    }

    private ApiKeyRecord load(Map<String, String> values, String prefix, boolean environment) {
        String text = values.entrySet().stream()
                .map(entry -> prefix
                        + (environment ? ConfigSources.environmentForm(entry.getKey()) : entry.getKey())
                        + "="
                        + entry.getValue())
                .collect(Collectors.joining("\n"));
        try (KeywardConfig keys = new ConfigFiles(directory).env(text).load()) {
            return keys.ring().current().find("alice").orElseThrow();
        }
    }

    @Test
    void declaresRolesInTheConfiguration() {
        ConfigFiles files = new ConfigFiles(directory).env("""
                        keyward.roles=reader,writer
                        keyward.roles.reader.permissions=jobs:read
                        KEYWARD_ROLES_WRITER_INCLUDES=reader
                        KEYWARD_ROLES_WRITER_PERMISSIONS=jobs:submit
                        WRITER_API_KEY_HASHES=%s
                        """.formatted(hash(newKey())));
        try (KeywardConfig keys = files.builder().roles().load()) {
            ApiKeyRecord writer = keys.ring().current().records().iterator().next();
            assertTrue(keys.roles()
                    .grant(writer.roles(), List.of())
                    .permissions()
                    .containsAll(Set.of(Permission.of("jobs:read"), Permission.of("jobs:submit"))));
            assertEquals(Set.of("reader", "writer"), keys.report().declaredRoles());
        }
    }

    @Test
    void takesPropertiesFilesWithTheirLines() throws Exception {
        String key = newKey();
        Path properties = Files.createDirectories(directory.resolve("config")).resolve("application.properties");
        ConfigFiles.write(
                properties,
                "# keys\nkeyward.keys.a.hash=" + hash(key) + "\nCLIENT_API_KEY_HASHES=[\"" + hash(newKey())
                        + "\"]\n%dev.keyward.mode=development\n");
        KeywardConfig.Builder builder = KeywardConfig.builder()
                .directory(directory)
                .roles(ConfigFiles.ROLES)
                .follow(false)
                .systemProperties(Map.of())
                .environment(Map.of());
        try (KeywardConfig keys = builder.load()) {
            assertTrue(accepts(keys, key));
            assertEquals(2, keys.ring().current().size());
            assertEquals(ConfigReport.Mode.PRODUCTION, keys.report().mode());
            assertTrue(keys.report().settings().stream()
                    .anyMatch(setting -> setting.winner().toString().equals(properties + ":2")));
        }
        try (KeywardConfig keys =
                builder.environment(Map.of("SMALLRYE_CONFIG_PROFILE", "dev")).load()) {
            assertEquals(ConfigReport.Mode.DEVELOPMENT, keys.report().mode());
        }
        ConfigFiles.write(properties, "a=1\n\n\nkeyward.keys.a.hash=" + key + "\\u00x\n");
        ConfigException broken = ConfigFiles.refused(builder);
        assertTrue(broken.getMessage().contains(properties + ":4: a \\u is not followed"), broken.getMessage());
        ConfigFiles.write(
                properties, "keyward.keys.a.hash=" + hash(key) + "\nkeyward.keys.a.hash=" + hash(newKey()) + "\n");
        assertTrue(ConfigFiles.refused(builder).getMessage().contains("is in the file twice"));
    }

    @Test
    void takesTheProfilesFileBeforeTheOther() {
        String production = newKey();
        String blue = newKey();
        ConfigFiles files = new ConfigFiles(directory).env("CLIENT_API_KEY_HASHES=" + hash(production) + "\n");
        ConfigFiles.write(directory.resolve(".env-blue"), "CLIENT_API_KEY_HASHES=" + hash(blue) + "\n");
        try (KeywardConfig keys = files.builder()
                .environment(Map.of("SMALLRYE_CONFIG_PROFILE", "blue"))
                .load()) {
            assertTrue(accepts(keys, blue));
            assertEquals(1, keys.ring().current().size());
            assertEquals(
                    directory.resolve(".env") + ":1",
                    keys.report().settings().get(0).losers().get(0).toString());
        }
    }

    @Test
    void referenceHasEveryPropertyAndNoOther() throws Exception {
        String reference = Files.readString(REFERENCE);
        for (Property property : Property.values()) {
            String row = "| `" + property.pattern() + "` | " + property.type() + " | " + property.defaultValue()
                    + " | `" + property.example() + "` | " + property.refuses() + " |";
            assertTrue(reference.contains(row), "docs/configuration.md needs the row\n" + row);
        }
        Set<String> known =
                Arrays.stream(Property.values()).map(Property::pattern).collect(Collectors.toSet());
        Set<String> unknown = new TreeSet<>();
        Matcher rows = Pattern.compile("(?m)^\\| `([^`]+)` \\| .* \\| .* \\| .* \\| .* \\|$")
                .matcher(reference);
        while (rows.find()) {
            if (!known.contains(rows.group(1))) {
                unknown.add(rows.group(1));
            }
        }
        assertEquals(Set.of(), unknown, "docs/configuration.md has rows of properties that do not exist");
    }
}
