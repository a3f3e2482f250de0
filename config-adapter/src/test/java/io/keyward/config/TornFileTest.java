package io.keyward.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.keyward.ApiKeyRecord;
import io.keyward.KeyState;
import io.keyward.role.Permission;
import io.keyward.store.ApiKeys;
import io.keyward.store.IssueRequest;
import io.keyward.store.IssuedKey;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file that a slow writer, such as scp, has copied in part: no key in it may do more than in the whole file. */
class TornFileTest {
    @TempDir
    private Path directory;

    private Path file = Path.of("");
    private Path torn = Path.of("");

    @BeforeEach
    void name() {
        file = directory.resolve("whole.env");
        torn = directory.resolve("torn.env");
    }

    private static KeywardConfig.Builder builder(Path file) {
        return KeywardConfig.builder()
                .envFile(file)
                .roles(ConfigFiles.ROLES)
                .systemProperties(Map.of())
                .environment(Map.of())
                .requireKeys(false)
                .follow(false)
                .format("acme_live");
    }

    private static IssuedKey issue(ApiKeys keys) {
        return keys.manager()
                .issue(IssueRequest.builder()
                        .owner("alice")
                        .name("laptop")
                        .roles("client")
                        .permissions(List.of(Permission.of("jobs:cancel")))
                        .metadata(Map.of("team", "ml"))
                        .notBefore(Instant.parse("2026-01-01T00:00:00Z"))
                        .expiresAt(Instant.parse("2099-01-01T00:00:00Z"))
                        .build());
    }

    private Optional<KeywardConfig> load(String part) {
        ConfigFiles.write(torn, part);
        try {
            return Optional.of(builder(torn).load());
        } catch (ConfigException refused) {
            return Optional.empty();
        }
    }

    @Test
    @DisplayName("of each part of a file of ours, each key is as in the whole file, or the part is refused")
    void noKeyIsReadInPart() throws Exception {
        try (ApiKeys keys = builder(file).open()) {
            String revoked = issue(keys).id();
            keys.manager().rotate(revoked, Duration.ofDays(100));
            keys.manager().revoke(revoked);
            keys.manager().disable(issue(keys).id());
            keys.manager().rotate(issue(keys).id(), Duration.ofDays(100));
        }
        String text = Files.readString(file);
        ApiKeyRecord[] whole;
        try (KeywardConfig all = builder(file).load()) {
            whole = all.ring().current().records().toArray(ApiKeyRecord[]::new);
        }
        assertEquals(3, whole.length);

        int loaded = 0;
        for (int cut = 0; cut < text.length(); cut++) {
            Optional<KeywardConfig> part = load(text.substring(0, cut));
            if (part.isPresent()) {
                loaded++;
                for (ApiKeyRecord record : whole) {
                    Optional<ApiKeyRecord> read = part.get().ring().current().find(record.id());
                    // assertEquals would print hashes
                    assertTrue(
                            read.isEmpty() || KeyFileEditor.spelled(record).equals(KeyFileEditor.spelled(read.get())),
                            "another key, cut at " + cut);
                }
                part.get().close();
            }
        }
        assertTrue(loaded > whole.length, "no part was loaded");
    }

    @Test
    @DisplayName("a key written by hand, its hash first, is revoked before its hash")
    void stateComesBeforeTheHash() throws Exception {
        String key = ConfigFiles.newKey();
        String lines = "# the laptop of alice\nexport KEYWARD_KEYS_ALICE_HASH='" + ConfigFiles.hash(key)
                + "' # since May\nKEYWARD_KEYS_ALICE_ROLES=client\n";
        ConfigFiles.write(file, lines);
        try (ApiKeys keys = builder(file).open()) {
            keys.manager().revoke("alice");
        }
        String text = Files.readString(file);
        assertTrue(text.contains("# since May\n"), "a comment is lost");

        for (int cut = 0; cut <= text.length(); cut++) {
            Optional<KeywardConfig> part = load(text.substring(0, cut));
            if (part.isPresent()) {
                assertFalse(part.get().verifier().verify(key).isAccepted(), "accepted, cut at " + cut);
                part.get().close();
            }
        }
        try (KeywardConfig all = load(text).orElseThrow()) {
            assertEquals(
                    KeyState.REVOKED,
                    all.ring().current().find("alice").orElseThrow().state());
        }
    }
}
