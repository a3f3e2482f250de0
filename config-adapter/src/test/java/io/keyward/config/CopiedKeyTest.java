package io.keyward.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.keyward.ApiKeyRecord;
import io.keyward.KeyState;
import io.keyward.Verification;
import io.keyward.store.Actor;
import io.keyward.store.ChangeCause;
import io.keyward.store.ChangeCause.Action;
import io.keyward.store.StoreException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Issue 17: a key that is written twice, under two ids or in two lists, can be switched off at once. */
class CopiedKeyTest {
    private static final String REST = "MINER_API_KEY_HASHES=";

    @TempDir
    private Path directory;

    private final String key = ConfigFiles.newKey();
    private final String other = ConfigFiles.newKey();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "CLIENT_API_KEYS=<K>\nADMIN_API_KEYS=<K>\n",
                "CLIENT_API_KEYS=<K>\nCLIENT_API_KEY_HASHES=<H>\n",
                "CLIENT_API_KEYS=<K>,<K>\n",
                "CLIENT_API_KEYS=[\"<K>\", \"<O>\", \"<H>\"]\n",
                "KEYWARD_KEYS_BOB_HASH=<H>\nCLIENT_API_KEYS=<O>,<K>\n",
                "KEYWARD_KEYS_BOB_HASH=<H>\nKEYWARD_KEYS_EVE_KEY=<K>\n",
                "KEYWARD_KEYS_BOB_HASH=<H>\nKEYWARD_KEYS_EVE_HASH=<OH>\nKEYWARD_KEYS_EVE_RETIRING_HASH=<H>\n"
                        + "KEYWARD_KEYS_EVE_RETIRING_UNTIL=2099-01-01T00:00:00Z\n",
            })
    void isRejectedEverywhereOnceOneCopyIsSwitchedOff(String text) {
        String rest = REST + ConfigFiles.hash(ConfigFiles.newKey()) + "\n";
        String written = "APP_ENV=dev\n"
                + text.replace("<OH>", ConfigFiles.hash(other))
                        .replace("<O>", other)
                        .replace("<H>", ConfigFiles.hash(key))
                        .replace("<K>", key)
                + rest;
        ConfigFiles files = new ConfigFiles(directory).env(written);
        files.refused();
        KeyFile file = KeyFile.of(files.env, ConfigFiles.ROLES, Map.of());
        List<String> ids = file.records().stream()
                .filter(record -> record.secrets().stream()
                        .anyMatch(secret -> secret.hash().reveal().equals(ConfigFiles.hash(key))))
                .map(ApiKeyRecord::id)
                .distinct()
                .toList();
        assertFalse(ids.isEmpty());
        for (String id : ids) {
            for (KeyState state : List.of(KeyState.REVOKED, KeyState.DISABLED)) {
                files.env(written);
                ApiKeyRecord before = file.store().find(id).orElseThrow();
                file.store().update(before.toBuilder().state(state).build());
                assertEquals(state, file.store().find(id).orElseThrow().state());
                assertEquals(List.of(), file.problems());
                try (KeywardConfig service = files.load()) {
                    Verification verification = service.verifier().verify(key);
                    assertEquals(
                            state.name(),
                            verification instanceof Verification.Rejected rejected
                                    ? rejected.reason().name()
                                    : null);
                    assertEquals(
                            file.copiesOf(id),
                            service.report().warnings().stream()
                                    .filter(warning -> warning.what().contains("switched off"))
                                    .toList());
                    assertEquals(ids.size() > 1, !file.copiesOf(id).isEmpty());
                }
            }
        }
    }

    @Test
    void runningServiceTakesTheRevocation() throws IOException {
        ConfigFiles files = new ConfigFiles(directory)
                .env("CLIENT_API_KEY_HASHES=" + ConfigFiles.hash(key) + "," + ConfigFiles.hash(other) + "\n");
        try (KeywardConfig service = files.load()) {
            files.env(Files.readString(files.env) + "ADMIN_API_KEY_HASHES=" + ConfigFiles.hash(key) + "\n");
            assertThrows(ConfigException.class, service::reloadNow);
            assertTrue(ConfigFiles.accepts(service, key));

            EnvFileApiKeyStore store = EnvFileApiKeyStore.of(files.env, ConfigFiles.ROLES, Map.of());
            ApiKeyRecord client = recordWithRole(files, "client");
            store.update(store.find(client.id()).orElseThrow().toBuilder()
                    .state(KeyState.REVOKED)
                    .build());
            service.reloadNow();
            assertFalse(ConfigFiles.accepts(service, key));
            assertTrue(ConfigFiles.accepts(service, other));
        }
    }

    private ApiKeyRecord recordWithRole(ConfigFiles files, String role) {
        return KeyFile.of(files.env, ConfigFiles.ROLES, Map.of()).records().stream()
                .filter(record -> record.roles().contains(role)
                        && record.current().hash().reveal().equals(ConfigFiles.hash(key)))
                .findFirst()
                .orElseThrow();
    }

    @Test
    @DisplayName("to enable a copy again, or to remove it by the store, would leave it open which of the two is meant")
    void refusesToEnableOrRemoveACopy() throws IOException {
        ConfigFiles files = new ConfigFiles(directory)
                .env("KEYWARD_KEYS_BOB_HASH=" + ConfigFiles.hash(key) + "\nKEYWARD_KEYS_BOB_STATE=disabled\n"
                        + "KEYWARD_KEYS_EVE_HASH=" + ConfigFiles.hash(key) + "\n");
        String written = Files.readString(files.env);
        EnvFileApiKeyStore store = EnvFileApiKeyStore.of(files.env, ConfigFiles.ROLES, Map.of());
        ApiKeyRecord bob = store.find("bob").orElseThrow();
        StoreException refused = assertThrows(
                StoreException.class,
                () -> store.update(bob.toBuilder().state(KeyState.ACTIVE).build()));
        assertTrue(String.valueOf(refused.getMessage()).contains("KEYWARD_KEYS_EVE_HASH"), refused.getMessage());
        assertThrows(
                StoreException.class,
                () -> store.remove(
                        store.find("eve").orElseThrow(),
                        ChangeCause.of(Action.PURGE, Actor.job("nightly"), Instant.EPOCH)));
        assertEquals(written, Files.readString(files.env));
    }
}
