package io.keyward.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.keyward.ApiKeyRecord;
import io.keyward.store.ApiKeys;
import io.keyward.store.ChangeCause;
import io.keyward.store.ChangeGuard;
import io.keyward.store.IssueRequest;
import io.keyward.store.IssuedKey;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Issue 15, section 5: what {@code KeywardConfig…open()} gives to the manager. */
class IssuingServiceTest {
    @TempDir
    Path directory;

    private Path file;
    private final String first = pepper("p1");
    private final String second = pepper("p2");

    @BeforeEach
    void name() {
        file = directory.resolve(".env");
    }

    private KeywardConfig.Builder builder() {
        return KeywardConfig.builder()
                .envFile(file)
                .roles(ConfigFiles.ROLES)
                .systemProperties(Map.of())
                .environment(Map.of())
                .follow(false)
                .format("acme_live");
    }

    @Test
    void guardsHearOfEachChangeAndMayStopIt() {
        List<ChangeCause.Action> heard = new ArrayList<>();
        ChangeGuard guard = new ChangeGuard() {
            @Override
            public void before(ChangeCause cause, @Nullable ApiKeyRecord before, @Nullable ApiKeyRecord after) {
                heard.add(cause.action());
                if (cause.action() == ChangeCause.Action.REVOKE) {
                    throw new IllegalStateException("not today");
                }
            }
        };
        try (ApiKeys keys = builder().guards(guard).open()) {
            IssuedKey issued = issue(keys);

            assertThrows(RuntimeException.class, () -> keys.manager().revoke(issued.id()));

            assertEquals(List.of(ChangeCause.Action.ISSUE, ChangeCause.Action.REVOKE), heard);
            assertTrue(keys.verifier().verify(issued.key().reveal()).isAccepted());
        }
    }

    @Test
    void onlyPepperHashesNewAndRotatedKeysAndTheNextStartAcceptsThem() {
        ConfigFiles.write(file, first);
        IssuedKey renewed;
        try (ApiKeys keys = builder().open()) {
            IssuedKey issued = issue(keys);
            assertEquals("hmac-sha256:p1", scheme(issued));
            renewed = keys.manager().rotate(issued.id(), Duration.ZERO);
            assertEquals("hmac-sha256:p1", scheme(renewed));
        }
        try (ApiKeys keys = builder().open()) {
            assertTrue(keys.verifier().verify(renewed.key().reveal()).isAccepted());
        }
    }

    @Test
    void refusesSeveralPeppersUntilOneIsChosen() {
        ConfigFiles.write(file, first + second);

        String message =
                assertThrows(ConfigException.class, () -> builder().open()).getMessage();

        assertTrue(message.contains("several peppers"), message);
        try (ApiKeys keys = builder().newKeysPepper("p2").open()) {
            assertEquals("hmac-sha256:p2", scheme(issue(keys)));
        }
        ConfigException absent = assertThrows(
                ConfigException.class, () -> builder().newKeysPepper("p3").open());
        assertTrue(absent.getMessage().contains("pepper `p3` is not there"), absent.getMessage());
    }

    @Test
    void aSettingChoosesOneOfSeveralPeppersUntilTheCodeDoes() {
        ConfigFiles.write(file, first + second + "KEYWARD_NEW_KEYS_PEPPER=p2\n");

        try (ApiKeys keys = builder().open()) {
            assertEquals("hmac-sha256:p2", scheme(issue(keys)));
        }
        try (ApiKeys keys = builder().newKeysPepper("p1").open()) {
            assertEquals("hmac-sha256:p1", scheme(issue(keys)));
        }
        try (KeywardConfig verifying = builder().load()) {
            assertEquals(
                    "hmac-sha256:p2", verifying.newKeysHasher().orElseThrow().scheme());
        }
    }

    @Test
    void refusesChosenPepperThatIsNotThereWhereKeysAreIssuedAndDoesNotRepeatWhatIsSet() {
        String secret = first.substring(first.indexOf('=') + 1).split("\n", 2)[0];
        ConfigFiles.write(file, first + "keyward.new-keys-pepper=" + secret + "\n");

        String message =
                assertThrows(ConfigException.class, () -> builder().open()).getMessage();

        assertTrue(message.contains("keyward.new-keys-pepper") && message.contains("no such pepper"), message);
        assertFalse(message.contains(secret), "a pepper in a message");
        try (KeywardConfig verifying = builder().requireKeys(false).load()) {
            assertEquals(Optional.empty(), verifying.newKeysHasher());
        }
    }

    @Test
    void reloadFollowsTheChoiceOfThePepper() throws Exception {
        ConfigFiles.write(file, first + second + "KEYWARD_NEW_KEYS_PEPPER=p1\n");
        try (ApiKeys keys = builder().follow(true).open()) {
            assertEquals("hmac-sha256:p1", scheme(issue(keys)));

            Files.writeString(file, Files.readString(file).replace("_PEPPER=p1", "_PEPPER=p2"));

            ConfigFiles.await("the choice", () -> scheme(issue(keys)).equals("hmac-sha256:p2"));
        }
    }

    @Test
    void serviceThatOnlyVerifiesNeedsNoChoice() {
        ConfigFiles.write(
                file, first + second + "CLIENT_API_KEY_HASHES=" + ConfigFiles.hash(ConfigFiles.newKey()) + "\n");

        builder().load().close();
        try (KeywardConfig settings = builder().requireKeys(false).load()) {
            assertEquals(3, settings.hashers().size());
        }
    }

    @Test
    void reloadThatBringsPepperIsFollowedAndOneThatBringsAnotherKeepsTheOneInUse() throws Exception {
        ConfigFiles.write(file, "# nothing\n");
        try (ApiKeys keys = builder().follow(true).open()) {
            assertEquals("sha256", scheme(issue(keys)));
            append(first);
            ConfigFiles.await("the pepper", () -> scheme(issue(keys)).equals("hmac-sha256:p1"));

            append(second + "KEYWARD_KEYS_SEEN_HASH=" + ConfigFiles.hash(ConfigFiles.newKey()) + "\n");
            ConfigFiles.await(
                    "the second", () -> keys.ring().current().find("seen").isPresent());

            assertEquals("hmac-sha256:p1", scheme(issue(keys)));
        }
    }

    private void append(String lines) throws Exception {
        Files.writeString(file, Files.readString(file) + lines);
    }

    private static IssuedKey issue(ApiKeys keys) {
        return keys.manager().issue(IssueRequest.builder().roles("client").build());
    }

    private static String scheme(IssuedKey issued) {
        return issued.record().current().hash().scheme();
    }

    private static String pepper(String id) {
        byte[] bytes = new byte[32];
        new SecureRandom().nextBytes(bytes);
        return "keyward.peppers." + id + "=" + Base64.getEncoder().encodeToString(bytes) + "\n";
    }
}
