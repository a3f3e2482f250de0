package io.keyward.config;

import static io.keyward.config.ConfigFiles.accepts;
import static io.keyward.config.ConfigFiles.hash;
import static io.keyward.config.ConfigFiles.newKey;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.keyward.config.ConfigReport.Setting;
import io.keyward.role.Role;
import io.keyward.store.ApiKeys;
import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.ConfigProvider;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where values come from, with SmallRye itself as the judge of which counts. */
class ConfigSourcesTest {
    @TempDir
    Path directory;

    /** Every set of places that has a value: ours must be the one that SmallRye takes. */
    static Stream<List<Integer>> placesWithAValue() {
        return Stream.iterate(1, places -> places < 1 << 5, places -> places + 1)
                .map(places -> {
                    List<Integer> chosen = new ArrayList<>();
                    for (int i = 0; i < 5; i++) {
                        if ((places >> i & 1) == 1) {
                            chosen.add(i);
                        }
                    }
                    return chosen;
                });
    }

    @ParameterizedTest
    @MethodSource("placesWithAValue")
    void takesTheValueThatSmallRyeTakes(List<Integer> places) {
        String name = "keyward.keys.a.owner";
        Map<String, String> base = Map.of("keyward.keys.a.hash", hash(newKey()));
        List<Map<String, String>> maps = new ArrayList<>();
        for (int place = 0; place < 5; place++) {
            String spelling = place == 4 ? "%blue." + name : place < 2 ? "KEYWARD_KEYS_A_OWNER" : name;
            maps.add(places.contains(place) ? Map.of(spelling, "owner" + place) : Map.of());
        }
        SmallRyeConfig config = new SmallRyeConfigBuilder()
                .addDefaultInterceptors()
                .withProfile("blue")
                .withSources(
                        new EnvConfigSource(maps.get(0), 300),
                        new EnvConfigSource(maps.get(1), 295),
                        new PropertiesConfigSource(maps.get(2), "first", 260),
                        new PropertiesConfigSource(maps.get(3), "second", 200),
                        new PropertiesConfigSource(maps.get(4), "profiled", 260),
                        new PropertiesConfigSource(base, "base", 100))
                .build();
        try (KeywardConfig keys =
                KeywardConfig.builder().config(config).follow(false).load()) {
            assertEquals(
                    config.getConfigValue(name).getValue(),
                    keys.ring().current().find("a").orElseThrow().owner());
        }
    }

    @Test
    void takesAnApplicationsOwnConfigAndLeavesItAlone() {
        String key = newKey();
        SmallRyeConfig own = new SmallRyeConfigBuilder()
                .addDefaultInterceptors()
                .withSources(new PropertiesConfigSource(
                        Map.of("CLIENT_API_KEY_HASHES", "[\"" + hash(key) + "\"]", "greeting", "hello"), "own", 120))
                .build();
        try (KeywardConfig keys = KeywardConfig.builder()
                .config(own)
                .roles(Role.of("client"))
                .follow(false)
                .load()) {
            assertTrue(accepts(keys, key));
            Setting setting = keys.report().settings().get(0);
            assertEquals("PropertiesConfigSource[source=own]", setting.winner().source());
            assertEquals("hello", own.getValue("greeting", String.class));
        }
    }

    private static SmallRyeConfig configOf(Map<String, String> values) {
        return new SmallRyeConfigBuilder()
                .withSources(new PropertiesConfigSource(values, "own", 400))
                .build();
    }

    @Test
    @DisplayName("PR-24: an application's config is asked for at each load, which adds and removes")
    void asksForTheConfigAtEachLoad() {
        String alice = newKey();
        String bob = newKey();
        AtomicReference<Map<String, String>> values =
                new AtomicReference<>(Map.of("keyward.keys.alice.hash", hash(alice)));
        try (KeywardConfig keys = KeywardConfig.builder()
                .config(() -> configOf(values.get()))
                .follow(false)
                .load()) {
            values.set(Map.of("keyward.keys.bob.hash", hash(bob)));
            keys.reloadNow();
            assertFalse(accepts(keys, alice));
            assertTrue(accepts(keys, bob));
        }
    }

    @Test
    void rolesAndPeppersAreReadWithoutKeysWhereNoneAreRequired() {
        SmallRyeConfig own = configOf(Map.of("keyward.roles", "client"));
        assertThrows(
                ConfigException.class,
                () -> KeywardConfig.builder().config(own).follow(false).load());
        try (KeywardConfig keys = KeywardConfig.builder()
                .config(own)
                .requireKeys(false)
                .follow(false)
                .load()) {
            assertEquals(1, keys.roles().roles().size());
            assertEquals("sha256", keys.hashers().get(0).scheme());
            assertEquals(List.of(), keys.report().warnings());
        }
    }

    @Test
    void readsANamedFileNextToAnApplicationsConfig() {
        String key = newKey();
        ConfigFiles files = new ConfigFiles(directory).env("CLIENT_API_KEY_HASHES=" + hash(key) + "\n");
        try (ApiKeys keys = KeywardConfig.builder()
                .config(configOf(Map.of("keyward.roles", "client")))
                .envFile(files.env)
                .format("kw_test")
                .follow(false)
                .open()) {
            assertTrue(keys.verifier().verify(key).isAccepted());
        }
    }

    @Test
    void doesNotTouchTheConfigOfTheProcess() {
        ConfigFiles files = new ConfigFiles(directory).env("MARK=x\nCLIENT_API_KEY_HASHES=" + hash(newKey()) + "\n");
        Object before = ConfigProvider.getConfig();
        try (KeywardConfig keys = files.load()) {
            keys.reloadNow();
            assertEquals(before, ConfigProvider.getConfig());
            assertTrue(ConfigProvider.getConfig()
                    .getOptionalValue("MARK", String.class)
                    .isEmpty());
        }
    }

    @Test
    void takesSystemPropertiesFirst() {
        String fromProperty = newKey();
        String fromVariable = newKey();
        ConfigFiles files = new ConfigFiles(directory).env("CLIENT_API_KEY_HASHES=" + hash(newKey()) + "\n");
        try (KeywardConfig keys = files.builder()
                .systemProperties(Map.of("client.api-key-hashes", hash(fromProperty)))
                .environment(Map.of("CLIENT_API_KEY_HASHES", hash(fromVariable)))
                .load()) {
            assertTrue(accepts(keys, fromProperty));
            assertFalse(accepts(keys, fromVariable));
            assertEquals(2, keys.report().settings().get(0).losers().size());
        }
    }

    @Test
    void takesFilesThatSmallRyeIsPointedTo() throws Exception {
        String key = newKey();
        Path more = directory.resolve("more keys.properties");
        ConfigFiles.write(more, "\nkeyward.keys.a.hash=" + hash(key) + "\n");
        ConfigFiles files = new ConfigFiles(directory).env("");
        try (KeywardConfig keys = files.builder()
                .environment(Map.of("SMALLRYE_CONFIG_LOCATIONS", more.toUri().toString()))
                .load()) {
            assertTrue(accepts(keys, key));
            assertEquals(more + ":2", keys.report().settings().get(0).winner().toString());
        }
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"keyward.keys.a.hash", "KEYWARD_KEYS_A_HASH"})
    void takesNamedKeysInEitherSpellingFromAnEnvFile(String name) {
        String key = newKey();
        try (KeywardConfig keys =
                new ConfigFiles(directory).env(name + "=" + hash(key) + "\n").load()) {
            assertTrue(accepts(keys, key));
        }
    }

    @Test
    void takesFilesThatAnEnvFilePointsToThroughAnotherOfItsNames() throws Exception {
        String key = newKey();
        Path more = directory.resolve("more keys.properties");
        ConfigFiles.write(more, "keyward.keys.a.hash=" + hash(key) + "\n");
        String location = more.getParent().toUri().toString();
        ConfigFiles files = new ConfigFiles(directory)
                .env("PLACE=" + location + "\nSMALLRYE_CONFIG_LOCATIONS='${place}more%20keys.properties'\n");
        try (KeywardConfig keys = files.load()) {
            assertTrue(accepts(keys, key));
        }
    }

    @Test
    void namesNoSecretWhereSmallRyeCannotReadAFile() throws Exception {
        String secret = newKey();
        Path broken = directory.resolve("broken.properties");
        Files.writeString(broken, "a=" + secret + "\\u00zz\n");
        ConfigFiles files = new ConfigFiles(directory).env("CLIENT_API_KEY_HASHES=" + hash(newKey()) + "\n");
        ConfigException refused = ConfigFiles.refused(files.builder()
                .environment(Map.of("SMALLRYE_CONFIG_LOCATIONS", broken.toUri().toString())));
        assertTrue(refused.getMessage().contains("SmallRye cannot read its sources"), refused.getMessage());
        assertFalse(refused.getMessage().contains(secret));
    }
}
