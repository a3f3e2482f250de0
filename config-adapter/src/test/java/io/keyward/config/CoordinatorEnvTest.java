package io.keyward.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.keyward.ApiKey;
import io.keyward.KeyHasher;
import io.keyward.Verification.Accepted;
import io.keyward.Verification.Rejected;
import io.keyward.config.ConfigReport.Mode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Loads the coordinator's {@code .env} as its document prints it. */
class CoordinatorEnvTest {
    @TempDir
    Path directory;

    private Path env;

    @BeforeEach
    void copyReferenceFile() throws IOException {
        env = directory.resolve(".env");
        Files.writeString(env, reference());
    }

    static String reference() throws IOException {
        try (InputStream in = CoordinatorEnvTest.class.getResourceAsStream("coordinator.env")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private KeywardConfig load() {
        return KeywardConfig.builder()
                .envFile(env)
                .roles(ConfigFiles.ROLES)
                .systemProperties(Map.of())
                .environment(Map.of())
                .load();
    }

    @ParameterizedTest
    @CsvSource({
        "client_dev_key_1_valid, client",
        "client_dev_key_2_valid, client",
        "miner_dev_key_1_valid, miner",
        "miner_dev_key_2_valid, miner",
        "admin_dev_key_1_valid, admin"
    })
    void acceptsEveryKeyOfTheReferenceFile(String key, String role) {
        try (KeywardConfig keys = load()) {
            Accepted accepted = assertInstanceOf(Accepted.class, keys.verifier().verify(key));
            assertEquals(Set.of(role), accepted.principal().roles());
            assertTrue(accepted.keyId().matches(role + "_[0-9a-z]{8}"), accepted.keyId());
        }
    }

    @Test
    void refusesWhatTheReferenceFileDoesNotHold() {
        try (KeywardConfig keys = load()) {
            assertInstanceOf(Rejected.class, keys.verifier().verify("client_dev_key_3_valid"));
            assertInstanceOf(Rejected.class, keys.verifier().verify("sqlite:///./aitbc_coordinator.db"));
            assertEquals(5, keys.ring().current().size());
            assertEquals(Mode.DEVELOPMENT, keys.report().mode());
        }
    }

    @Test
    void loadsTheSameFileWithHashesInPlaceOfKeys() throws IOException {
        String hashed = Pattern.compile("\"([a-z0-9_]+)\"")
                .matcher(reference())
                .replaceAll(match ->
                        '"' + KeyHasher.sha256().hash(ApiKey.of(match.group(1))).reveal() + '"');
        Files.writeString(env, hashed);
        try (KeywardConfig keys = load()) {
            assertInstanceOf(Accepted.class, keys.verifier().verify("client_dev_key_1_valid"));
            assertInstanceOf(Accepted.class, keys.verifier().verify("admin_dev_key_1_valid"));
        }
    }

    @Test
    void givesAKeyTheSameIdAsTextAndAsHash() throws IOException {
        String byText;
        try (KeywardConfig keys = load()) {
            byText = keys.verifier().verify("client_dev_key_1_valid").keyId();
        }
        loadsTheSameFileWithHashesInPlaceOfKeys();
        try (KeywardConfig keys = load()) {
            assertEquals(
                    byText, keys.verifier().verify("client_dev_key_1_valid").keyId());
        }
    }
}
