package io.keyward.config;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.keyward.ApiKey;
import io.keyward.ApiKeyRecord;
import io.keyward.KeyHasher;
import io.keyward.role.RoleModel;
import io.keyward.store.Actor;
import io.keyward.store.ChangeCause;
import io.keyward.store.ChangeCause.Action;
import io.keyward.store.StoreConflictException;
import io.keyward.store.StoreConflictException.Conflict;
import io.keyward.store.StoreException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several records in one change of a file, and the keys of a properties file. */
class InsertAllTest {
    private static final ChangeCause IMPORT = ChangeCause.of(Action.IMPORT, Actor.application(), Instant.now());

    @TempDir
    private Path directory;

    private static ApiKeyRecord record(String id) {
        return record(id, id);
    }

    private static ApiKeyRecord record(String id, String key) {
        return ApiKeyRecord.builder(id)
                .owner("owner of " + id)
                .roles("client")
                .hash(KeyHasher.sha256().hash(ApiKey.of("throw_away_key_of_" + key)))
                .build();
    }

    @Test
    void storesAllInTheirOrderAndKeepsWhatIsThere() throws IOException {
        Path file = directory.resolve(".env");
        Files.writeString(file, "# kept\nOTHER=1");
        EnvFileApiKeyStore store = EnvFileApiKeyStore.of(file);

        List<ApiKeyRecord> stored = store.insertAll(List.of(record("b"), record("a"), record("c")), IMPORT);

        String text = Files.readString(file);
        assertTrue(text.startsWith("# kept\nOTHER=1\n"), text);
        assertTrue(text.indexOf("KEYS_B_HASH") < text.indexOf("KEYS_A_HASH"), text);
        assertTrue(text.indexOf("KEYS_A_HASH") < text.indexOf("KEYS_C_HASH"), text);
        for (ApiKeyRecord record : stored) {
            assertEquals(record, store.find(record.id()).orElseThrow());
        }
        assertEquals(3, store.load().records().size());
    }

    @Test
    void storesNoneWhereOneIsRefused() {
        Path file = directory.resolve(".env");
        EnvFileApiKeyStore store = EnvFileApiKeyStore.of(file);

        StoreConflictException twice = assertThrows(
                StoreConflictException.class, () -> store.insertAll(List.of(record("a"), record("a", "b")), IMPORT));
        StoreConflictException sameKey = assertThrows(
                StoreConflictException.class, () -> store.insertAll(List.of(record("a"), record("b", "a")), IMPORT));
        IllegalArgumentException text = assertThrows(
                IllegalArgumentException.class,
                () -> store.insertAll(
                        List.of(
                                record("a"),
                                record("b").toBuilder().owner("${HOME}").build()),
                        IMPORT));

        assertEquals(Conflict.ID_TAKEN, twice.conflict());
        assertEquals(Conflict.HASH_TAKEN, sameKey.conflict());
        assertTrue(String.valueOf(text.getMessage()).startsWith("key `b`"), text.getMessage());
        assertFalse(Files.exists(file));
    }

    private static KeyFile properties(String text) {
        return KeyFile.ofProperties(
                Path.of("application.properties"), text.getBytes(UTF_8), RoleModel.empty(), Map.of());
    }

    @Test
    void readsTheKeysOfPropertiesFile() {
        String hash = record("a").current().hash().reveal();

        KeyFile keys = properties("""
                server.port = 8080
                person[0].name = not ours
                keyward.keys.alice.hash : %s
                keyward.keys.alice.owner = \\u00c4lice \\
                   and Bob
                keyward.keys.alice.roles = client
                """.formatted(hash));

        assertEquals(List.of(), keys.problems());
        ApiKeyRecord alice = keys.store().find("alice").orElseThrow();
        assertEquals("Älice and Bob", alice.owner());
        assertEquals(hash, alice.current().hash().reveal());
    }

    @Test
    void refusesPropertiesThatAreAmbiguous() {
        String hash = record("a").current().hash().reveal();
        String line = "keyward.keys.alice.hash=" + hash + "\n";

        StoreException twice = assertThrows(StoreException.class, () -> properties(line + line));
        StoreException profile = assertThrows(StoreException.class, () -> properties("%dev." + line));

        assertTrue(String.valueOf(twice.getMessage()).contains("twice"), twice.getMessage());
        assertTrue(String.valueOf(profile.getMessage()).contains("profile"), profile.getMessage());
        assertFalse(String.valueOf(twice.getMessage()).contains(hash));
    }
}
