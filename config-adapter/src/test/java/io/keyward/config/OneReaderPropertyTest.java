package io.keyward.config;

import static io.keyward.config.OneReaderTest.served;
import static io.keyward.config.OneReaderTest.stored;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.keyward.ApiKeyRecord;
import io.keyward.HashedSecret;
import io.keyward.KeyHash;
import io.keyward.KeyState;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Issue 15.1, as laws over random files and one given environment. The seed is in the message of a failure. */
class OneReaderPropertyTest {
    private static final int FILES = Boolean.getBoolean("tests.full") ? 200 : 25;
    private static final List<String> ROLES = List.of("client", "miner", "admin");

    @TempDir
    private Path directory;

    private final long seed = Long.getLong("tests.seed", 1);
    private final Random random = new Random(seed);
    private final Map<String, String> environment = new HashMap<>();
    private int names;

    @Test
    @DisplayName("issue 15.1 what the service loads, the store loads, with the same records")
    void storeLoadsWhatTheServiceLoads() {
        int loaded = 0;
        for (int i = 0; i < FILES; i++) {
            String text = randomFile(true);
            ConfigFiles files = new ConfigFiles(directory).env(text);
            Map<String, ApiKeyRecord> served;
            try {
                served = served(files, environment);
            } catch (ConfigException refused) {
                continue;
            }
            loaded++;
            assertEquals(served, stored(store(files)), () -> "seed " + seed + ", file\n" + text);
        }
        assertTrue(loaded >= FILES / 4, "the service loads " + loaded + " of the files, seed " + seed);
    }

    @Test
    @DisplayName("issue 15.1 what the store writes, the service loads, with the same records")
    void serviceLoadsWhatTheStoreWrites() throws Exception {
        for (int i = 0; i < FILES; i++) {
            String text = randomFile(false);
            ConfigFiles files = new ConfigFiles(directory).env(text);
            EnvFileApiKeyStore store = store(files);
            assertEquals(served(files, environment), stored(store), () -> "seed " + seed + ", file\n" + text);
            for (int change = 0; change < 3; change++) {
                change(store);
                String written = Files.readString(files.env);
                assertEquals(
                        stored(store),
                        served(files, environment),
                        () -> "seed " + seed + ", file\n" + text + "\nand after a change\n" + written);
            }
        }
    }

    private EnvFileApiKeyStore store(ConfigFiles files) {
        return EnvFileApiKeyStore.of(files.env, ConfigFiles.ROLES, environment);
    }

    private void change(EnvFileApiKeyStore store) {
        List<ApiKeyRecord> records = store.load().records();
        ApiKeyRecord before = records.get(random.nextInt(records.size()));
        HashedSecret fresh = HashedSecret.of(KeyHash.parse(hash()));
        switch (random.nextInt(6)) {
            case 0 ->
                store.insert(ApiKeyRecord.builder("new" + names++)
                        .secrets(List.of(fresh))
                        .roles(someRoles())
                        .owner("a 'b' \"c\" # $d")
                        .metadata(Map.of("Team", "x", "a.b", "y"))
                        .build());
            case 1 ->
                store.update(before.toBuilder().state(pick(KeyState.values())).build());
            case 2 -> store.update(before.toBuilder().owner(null).name("n=1;\\").build());
            case 3 ->
                store.update(before.toBuilder()
                        .secrets(List.of(
                                fresh.withOrdinal(before.nextOrdinal()),
                                before.current().withExpiresAt(Instant.parse("2099-01-01T00:00:00Z"))))
                        .build());
            case 4 ->
                store.update(
                        before.toBuilder().secrets(List.of(before.current())).build());
            default ->
                store.update(before.toBuilder()
                        .roles(someRoles())
                        .metadata(Map.of())
                        .changed(Instant.parse("2026-01-01T00:00:00Z"), "operator:anna")
                        .build());
        }
    }

    /** Returns a file with a few keys; one that may have something wrong in it where that is asked for. */
    private String randomFile(boolean mayBeWrong) {
        environment.clear();
        List<String> lines = new ArrayList<>();
        lines.add("KEYWARD_MODE=development");
        lines.add("# a comment");
        lines.add("OTHER='it''s'".replace("''", " "));
        lines.add("KEYWARD_KEYS_FIRST_HASH=" + hash());
        for (int i = 0; i < 1 + random.nextInt(4); i++) {
            addNamed("key" + i, lines, mayBeWrong);
        }
        for (String role : ROLES) {
            addList(role.toUpperCase(Locale.ROOT) + "_API_KEYS", true, lines);
            addList(role.toUpperCase(Locale.ROOT) + "_API_KEY_HASHES", false, lines);
        }
        if (mayBeWrong && random.nextInt(3) == 0) {
            lines.add(pick(
                    "KEYWARD_KEYS_FIRST_OWNER=${NOWHERE}",
                    "CLIENT_API_KEY_HASHES=x",
                    "no line",
                    "KEYWARD_KEYS_FIRST_STATE=off",
                    "KEYWARD_KEYS_FIRST_RETIRING_HASH=" + hash(),
                    "KEYWARD_KEYS_FIRST_RETIRING_UNTIL=2099-01-01T00:00:00Z",
                    "KEYWARD_KEYS_FIRST_OWNER='a' ",
                    "keyward.keys.first.metadata.a=${OTHER}"));
        }
        Collections.shuffle(lines, random);
        return String.join(random.nextBoolean() ? "\n" : "\r\n", lines) + (random.nextBoolean() ? "\n" : "");
    }

    private void addNamed(String id, List<String> lines, boolean mayBeWrong) {
        if (random.nextInt(4) == 0) {
            lines.add(name(id, "key") + "=" + referred(key(), lines));
        } else {
            lines.add(name(id, "hash") + "=" + referred(hash(), lines));
        }
        Map<String, String> properties = new HashMap<>();
        properties.put("owner", pick("alice", "'a b'", "\"it's\" # hers", "a#b"));
        properties.put("name", "laptop");
        properties.put(
                "roles", referred(pick("client", "client,miner", "[\"miner\", \"admin\"]", "'[\"client\"]'"), lines));
        properties.put("permissions", "jobs:read,jobs:*");
        properties.put("state", pick("active", "disabled", "revoked"));
        properties.put("not-before", "2020-01-01T00:00:00Z");
        properties.put("expires-at", referred("2099-01-01T00:00:00.000001Z", lines));
        properties.put("metadata.team", "ml");
        properties.put("ordinal", "3");
        properties.put("created-at", "2026-01-01T00:00:00Z");
        properties.put("created-by", "operator:anna");
        if (mayBeWrong) {
            properties.put("attribute.limit", "10");
        }
        properties.forEach((property, value) -> {
            if (random.nextInt(3) == 0) {
                lines.add(name(id, property) + "=" + value);
            }
        });
        if (random.nextInt(3) == 0) {
            lines.add(name(id, "retiring.hash") + "=" + referred(hash(), lines));
            lines.add(name(id, "retiring.until") + "=2098-01-01T00:00:00Z");
        }
    }

    private void addList(String variable, boolean plaintextToo, List<String> lines) {
        if (random.nextBoolean()) {
            return;
        }
        List<String> items = new ArrayList<>();
        for (int i = 0; i < 1 + random.nextInt(3); i++) {
            String item = plaintextToo && random.nextBoolean() ? key() : hash();
            items.add(random.nextInt(4) == 0 ? reference(item + "," + hash(), lines) : referred(item, lines));
        }
        String json = "[\"" + String.join("\", \"", items) + "\"]";
        String value = pick(json, "'" + json + "'", String.join(",", items), "[" + String.join(",", items) + "]");
        lines.add((random.nextInt(4) == 0 ? variable.toLowerCase(Locale.ROOT).replace('_', '.') : variable) + "="
                + (random.nextInt(5) == 0 ? reference(value.replace("'", ""), lines) : value));
    }

    private String referred(String value, List<String> lines) {
        return random.nextInt(4) == 0 ? reference(value.replace("'", ""), lines) : value;
    }

    /**
     * Puts a value elsewhere, behind one to three names, in the file or in the environment: an item behind a list that
     * is behind names itself then takes fewer than the 8 that may follow each other.
     */
    private String reference(String value, List<String> lines) {
        return reference(value, 3, lines);
    }

    private String reference(String value, int most, List<String> lines) {
        String name = "NAME_" + names++;
        String written = most > 1 && random.nextInt(3) == 0 ? reference(value, most - 1, lines) : value;
        if (random.nextBoolean()) {
            environment.put(name, written);
        } else {
            lines.add(name + "=" + written);
        }
        return "${" + name + "}";
    }

    private String name(String id, String property) {
        return random.nextBoolean()
                ? "keyward.keys." + id + "." + property
                : "KEYWARD_KEYS_" + ConfigSources.environmentForm(id + "_" + property);
    }

    private Set<String> someRoles() {
        return Set.of(pick("client", "miner", "admin"));
    }

    private static String key() {
        return ConfigFiles.newKey();
    }

    private static String hash() {
        return ConfigFiles.hash(key());
    }

    @SafeVarargs
    private <T> T pick(T... from) {
        return from[random.nextInt(from.length)];
    }
}
