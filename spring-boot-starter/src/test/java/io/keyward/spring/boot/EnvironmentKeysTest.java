package io.keyward.spring.boot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.keyward.ApiKey;
import io.keyward.ApiKeyRecord;
import io.keyward.KeyHasher;
import io.keyward.Verification;
import io.keyward.config.ConfigException;
import io.keyward.config.ConfigProblem;
import io.keyward.config.KeywardConfig;
import io.keyward.testing.ThrowAwayKeys;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.MutablePropertySources;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;
import org.springframework.core.io.ByteArrayResource;

@DisplayName("issue 21: keys from Spring's Environment")
class EnvironmentKeysTest {
    private final ApiKey key1 = ThrowAwayKeys.newKey();
    private final ApiKey key2 = ThrowAwayKeys.newKey();
    private final ApiKey key3 = ThrowAwayKeys.newKey();
    private final Map<String, Object> variables = new LinkedHashMap<>();
    private final StandardEnvironment environment = new StandardEnvironment() {
        @Override
        protected void customizePropertySources(MutablePropertySources sources) {
            sources.addLast(new SystemEnvironmentPropertySource("systemEnvironment", variables));
        }
    };

    private static String hash(ApiKey key) {
        return KeyHasher.sha256().hash(key).reveal();
    }

    private void yaml(String name, String text) throws IOException {
        new YamlPropertySourceLoader()
                .load(name, new ByteArrayResource(text.getBytes(StandardCharsets.UTF_8), name))
                .forEach(environment.getPropertySources()::addLast);
    }

    private KeywardConfig load() {
        return KeywardConfig.builder()
                .config(EnvironmentSources.of(environment))
                .follow(false)
                .load();
    }

    private static Verification verify(KeywardConfig keys, ApiKey key) {
        return keys.verifier().verify(key.reveal());
    }

    private static Verification.Accepted accepted(KeywardConfig keys, ApiKey key) {
        return assertInstanceOf(Verification.Accepted.class, verify(keys, key));
    }

    @Nested
    @DisplayName("PR-21: ids are exact")
    class Names {
        @Test
        void keepsIdsApartThatRelaxedNamesMix() throws IOException {
            yaml("application.yml", """
                    keyward:
                      roles: [client, admin]
                      keys:
                        ab: {hash: '%s', roles: client}
                        a_b: {hash: '%s', roles: admin}
                    """.formatted(hash(key1), hash(key2)));
            KeywardConfig keys = load();
            assertEquals("ab", accepted(keys, key1).keyId());
            assertEquals(Set.of("client"), accepted(keys, key1).principal().roles());
            assertEquals("a_b", accepted(keys, key2).keyId());
            assertEquals(Set.of("admin"), accepted(keys, key2).principal().roles());
        }

        @Test
        void takesVariablesAsTheConfigAdapterDoes() throws IOException {
            variables.put("KEYWARD_KEYS_BATCH_JOB_HASH", hash(key3));
            variables.put("KEYWARD_KEYS_A_B_ROLES", "admin");
            variables.put("KEYWARD_KEYS_A_B_METADATA_COST_CENTRE", "x");
            yaml("application.yml", """
                    keyward:
                      roles: client,admin
                      keys:
                        a_b: {hash: '%s', roles: client}
                        ab: {hash: '%s', roles: client}
                    """.formatted(hash(key1), hash(key2)));
            KeywardConfig keys = load();
            assertEquals("batch_job", accepted(keys, key3).keyId());
            assertEquals(Set.of("admin"), accepted(keys, key1).principal().roles());
            assertEquals(Set.of("client"), accepted(keys, key2).principal().roles());
        }

        @Test
        void refusesWhatCannotBeTakenApartWithFileAndLine() throws IOException {
            yaml("application.yml", """
                    keyward:
                      keys:
                        Partner-A: {hash: '%s'}
                        a.b: {hash: '%s'}
                        fine: {hash: '%s', expiresAt: 2030-01-01T00:00:00Z}
                    """.formatted(hash(key1), hash(key2), hash(key3)));
            ConfigException refused = assertThrows(ConfigException.class, this::loaded);
            assertTrue(refused.getMessage().contains("application.yml:3"), refused.getMessage());
            assertTrue(refused.getMessage().contains("application.yml:4"), refused.getMessage());
            assertTrue(refused.getMessage().contains("application.yml:5"), refused.getMessage());
            assertFalse(refused.getMessage().contains(hash(key1)), refused.getMessage());
        }

        @Test
        void aVariableOfAnotherIdGivesNothingToThisOne() throws IOException {
            variables.put("KEYWARD_KEYS_AB_ROLES", "admin");
            yaml("application.yml", """
                    keyward.roles: client,admin
                    keyward.keys.a_b: {hash: '%s', roles: client}
                    """.formatted(hash(key1)));
            ConfigException refused = assertThrows(ConfigException.class, this::loaded);
            assertTrue(refused.getMessage().contains("KEYWARD_KEYS_AB_ROLES"), refused.getMessage());
            assertTrue(refused.getMessage().contains("environment"), refused.getMessage());
        }

        @Test
        void refusesAnIdInCapitalsNextToTheOneThatItLooksLike() throws IOException {
            yaml("application.yml", """
                    keyward.keys:
                      partner_a: {hash: '%s'}
                      Partner-A: {hash: '%s'}
                    """.formatted(hash(key1), hash(key2)));
            ConfigException refused = assertThrows(ConfigException.class, this::loaded);
            assertTrue(refused.getMessage().contains("application.yml:3"), refused.getMessage());
            assertFalse(refused.getMessage().contains("application.yml:2"), refused.getMessage());
        }

        @Test
        @DisplayName("PR-21: for the same variables the starter loads what the config adapter loads")
        void loadsWhatTheConfigAdapterLoads(@TempDir Path nothing) {
            long seed = Long.getLong("tests.seed", 1);
            Random random = new Random(seed);
            int loaded = 0;
            for (int round = 0; round < 300; round++) {
                variables.clear();
                addRandom(random);
                String starter = outcome(KeywardConfig.builder().config(EnvironmentSources.of(environment)));
                String adapter = outcome(KeywardConfig.builder()
                        .directory(nothing)
                        .systemProperties(Map.of())
                        .environment(text(variables)));
                assertEquals(adapter, starter, "seed " + seed + ", round " + round + ", " + variables.keySet());
                loaded += starter.startsWith("refused") ? 0 : 1;
            }
            assertTrue(loaded >= 50, loaded + " of the rounds load, seed " + seed);
        }

        private void addRandom(Random random) {
            variables.put("KEYWARD_ROLES", "client,admin," + (random.nextInt(4) == 0 ? "job-runner" : "job_runner"));
            for (String id : List.of("A", "B", "AB", "A_B", "BATCH_JOB", "A_HASH")) {
                if (random.nextInt(2) == 0) {
                    variables.put("KEYWARD_KEYS_" + id + "_HASH", hash(ThrowAwayKeys.newKey()));
                }
                for (String property : List.of("_ROLES", "_STATE", "_METADATA_COST_CENTRE", "_EXPIRES_AT")) {
                    if (random.nextInt(12) == 0
                            && (variables.containsKey("KEYWARD_KEYS_" + id + "_HASH") || random.nextInt(6) == 0)) {
                        variables.put(
                                "KEYWARD_KEYS_" + id + property,
                                VALUES.get(property).get(random.nextInt(2)));
                    }
                }
            }
            if (random.nextInt(3) == 0) {
                variables.put("CLIENT_API_KEY_HASHES", hash(ThrowAwayKeys.newKey()));
            }
            if (random.nextInt(3) == 0) {
                variables.put("JOB_RUNNER_API_KEY_HASHES", "[\"" + hash(ThrowAwayKeys.newKey()) + "\"]");
            }
            if (random.nextInt(3) == 0) {
                variables.put("KEYWARD_ROLES_JOB_RUNNER_PERMISSIONS", "jobs:run");
            }
            if (random.nextInt(20) == 0) {
                variables.put("KEYWARD_KEYS_A_UNHEARD_OF", "x");
            }
        }

        private static final Map<String, List<String>> VALUES = Map.of(
                "_ROLES", List.of("client", "admin,job_runner"),
                "_STATE", List.of("revoked", "disabled"),
                "_METADATA_COST_CENTRE", List.of("x", "y"),
                "_EXPIRES_AT", List.of("2099-01-01T00:00:00Z", "soon"));

        private static Map<String, String> text(Map<String, Object> variables) {
            Map<String, String> text = new LinkedHashMap<>();
            variables.forEach((name, value) -> text.put(name, value.toString()));
            return text;
        }

        /** Returns the keys with all that they may, or the names that were refused. */
        private static String outcome(KeywardConfig.Builder builder) {
            try (KeywardConfig keys = builder.follow(false).load()) {
                return keys.ring().current().records().stream()
                        .sorted(Comparator.comparing(ApiKeyRecord::id))
                        .map(record -> record.id() + " "
                                + record.roles().stream().sorted().toList() + " "
                                + record.state() + " " + record.metadata() + " "
                                + record.current().expiresAt() + " "
                                + record.current().hash().reveal())
                        .toList()
                        .toString();
            } catch (ConfigException refused) {
                return "refused "
                        + refused.problems().stream()
                                .map(ConfigProblem::toString)
                                .sorted()
                                .toList();
            }
        }

        private void loaded() {
            load();
        }
    }

    @Nested
    @DisplayName("PR-23: what several profiles add up to")
    class Profiles {
        @Test
        void unitesKeysReplacesListsAndRevokes() throws IOException {
            yaml("application-prod.yml", """
                    keyward.keys.prod.hash: '%s'
                    keyward.keys.a.roles: [client]
                    keyward.keys.dev.state: revoked
                    """.formatted(hash(key3)));
            yaml("application.yml", """
                    keyward.roles: [client, miner]
                    keyward.keys.dev.hash: '%s'
                    keyward.keys.a: {hash: '%s', roles: [client, miner]}
                    """.formatted(hash(key1), hash(key2)));
            KeywardConfig keys = load();
            assertEquals(
                    Verification.Reason.REVOKED,
                    assertInstanceOf(Verification.Rejected.class, verify(keys, key1))
                            .reason());
            assertEquals(Set.of("client"), accepted(keys, key2).principal().roles());
            assertEquals("prod", accepted(keys, key3).keyId());
            assertTrue(
                    keys.report().text().contains("application-prod.yml"),
                    keys.report().text());
        }
    }

    @Test
    void readsKeyListsOfEveryForm() throws IOException {
        yaml("application.yml", """
                keyward.roles: [client, miner, admin]
                CLIENT_API_KEY_HASHES: ['%s']
                MINER_API_KEY_HASHES: '["%s"]'
                ADMIN_API_KEY_HASHES: %s
                OPENAI_API_KEYS: [somebody-elses]
                """.formatted(hash(key1), hash(key2), hash(key3)));
        KeywardConfig keys = load();
        assertEquals(Set.of("client"), accepted(keys, key1).principal().roles());
        assertEquals(Set.of("miner"), accepted(keys, key2).principal().roles());
        assertEquals(Set.of("admin"), accepted(keys, key3).principal().roles());
    }

    @Test
    void resolvesAValueThatIsOneReferenceAndLeavesDollarsInKeysAlone() throws IOException {
        String odd = "made-elsewhere$1${HOME}-x";
        environment.getPropertySources().addFirst(new MapPropertySource("test", Map.of("HASH_OF_ALICE", hash(key1))));
        yaml("application.yml", """
                keyward.plaintext-keys: allow
                keyward.keys.alice.hash: ${HASH_OF_ALICE}
                keyward.keys.odd.key: 'made-elsewhere$1-and-more'
                """);
        KeywardConfig keys = load();
        assertEquals("alice", accepted(keys, key1).keyId());
        assertTrue(keys.verifier().verify("made-elsewhere$1-and-more").isAccepted());
        assertFalse(keys.verifier().verify(odd).isAccepted());
    }

    @Test
    void settingsOfTheStarterDoNotDisturb() throws IOException {
        yaml("application.yml", """
                keyward:
                  store: config
                  rules: ['GET /a = jobs:read', '/b = denyAll']
                  otherwise: authenticated
                  confirm-open: [/b]
                  keys.alice.hash: '%s'
                """.formatted(hash(key1)));
        for (String name : List.of("OTHERWISE", "RULES_0", "RULES_1_", "CONFIRMOPEN_0", "CONFIRM_OPEN_0", "TLSONLY")) {
            variables.put("KEYWARD_" + name, "denyAll");
        }
        KeywardConfig keys = load();
        assertEquals("alice", accepted(keys, key1).keyId());
        assertEquals(List.of(), keys.report().warnings());
    }

    @Nested
    @DisplayName("roles that are nested in yaml, where keyward.roles cannot be a list as well")
    class NestedRoles {
        @Test
        void areDeclaredWhereTheyAreDescribed() throws IOException {
            yaml("application-prod.yml", """
                    keyward:
                      roles:
                        auditor: {permissions: 'jobs:audit'}
                    """);
            yaml("application.yml", """
                    keyward:
                      roles:
                        client:
                          permissions: [jobs:read, jobs:submit]
                        miner:
                        admin:
                          includes: [client, miner]
                      keys:
                        alice: {hash: '%s', roles: admin}
                        bob: {hash: '%s', roles: [miner, auditor]}
                      peppers: {}
                    """.formatted(hash(key1), hash(key2)));
            KeywardConfig keys = load();
            assertTrue(accepted(keys, key1).principal().hasPermission("jobs:submit"));
            assertEquals(
                    Set.of("admin", "client", "miner"),
                    accepted(keys, key1).principal().effectiveRoles());
            assertTrue(accepted(keys, key2).principal().hasPermission("jobs:audit"));
            assertEquals(List.of(), keys.report().warnings());
        }

        @Test
        void aMisspeltRoleOfAKeyIsStillRefused() throws IOException {
            yaml("application.yml", """
                    keyward:
                      roles:
                        clinet: {permissions: 'jobs:read'}
                      keys:
                        alice: {hash: '%s', roles: client}
                    """.formatted(hash(key1)));
            ConfigException refused = assertThrows(ConfigException.class, EnvironmentKeysTest.this::load);
            assertTrue(
                    refused.getMessage().contains("application.yml:5: keyward.keys.alice.roles"), refused.getMessage());
        }

        @Test
        void aListDeclaresAllRolesIfThereIsOne() throws IOException {
            variables.put("KEYWARD_ROLES", "client");
            yaml("application.yml", """
                    keyward:
                      roles:
                        client: {permissions: 'jobs:read'}
                        admin: {permissions: 'jobs:*'}
                      keys:
                        alice: {hash: '%s', roles: client}
                    """.formatted(hash(key1)));
            ConfigException refused = assertThrows(ConfigException.class, EnvironmentKeysTest.this::load);
            assertTrue(
                    refused.getMessage().contains("application.yml:4: keyward.roles.admin.permissions"),
                    refused.getMessage());
        }

        @Test
        void aNumberOrYesAsANameIsRefusedWithTheRemedy() throws IOException {
            yaml("application.yml", """
                    keyward:
                      roles: client
                      keys:
                        2024: {hash: '%s', roles: client}
                        yes: {hash: '%s', roles: client}
                        "2025": {hash: '%s', roles: client}
                    """.formatted(hash(key1), hash(key2), hash(key3)));
            ConfigException refused = assertThrows(ConfigException.class, EnvironmentKeysTest.this::load);
            assertTrue(
                    refused.getMessage().contains("application.yml:4: keyward.keys[2024].hash"), refused.getMessage());
            assertTrue(refused.getMessage().contains("in YAML put a name in quotes"), refused.getMessage());
            assertFalse(refused.getMessage().contains("2025"), refused.getMessage());
        }

        @Test
        void noKeysInAnEmptyMapAreNoKeys() throws IOException {
            yaml("application.yml", "keyward:\n  roles: client\n  keys:\n");
            ConfigException refused = assertThrows(ConfigException.class, EnvironmentKeysTest.this::load);
            assertTrue(refused.getMessage().contains("there are no keys"), refused.getMessage());
        }
    }

    @Test
    void theExampleOfThePageLoads() throws IOException {
        Matcher block = Pattern.compile("```yaml\\R(.*?)```", Pattern.DOTALL)
                .matcher(Files.readString(Path.of("..", "docs", "spring.md")));
        assertTrue(block.find());
        variables.put("ALICE_KEY_HASH", hash(key1));
        yaml("application.yml", block.group(1).stripIndent());
        assertTrue(accepted(load(), key1).principal().hasPermission("jobs:submit"));
        assertEquals("authenticated", environment.getProperty("keyward.otherwise"));
        assertEquals("GET /v1/jobs/* = jobs:read", environment.getProperty("keyward.rules[0]"));
    }

    @Test
    void noKeysAtAllIsRefused() throws IOException {
        yaml("application.yml", "keyward.otherwise: denyAll\n");
        assertThrows(ConfigException.class, this::load);
    }
}
