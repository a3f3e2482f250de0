package io.keyward.spring.boot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.keyward.ApiKey;
import io.keyward.ApiKeyVerifier;
import io.keyward.KeyHasher;
import io.keyward.store.ApiKeyManager;
import io.keyward.store.ApiKeys;
import io.keyward.store.InMemoryApiKeyStore;
import io.keyward.store.IssueRequest;
import io.keyward.store.IssuedKey;
import io.keyward.testing.ThrowAwayKeys;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@DisplayName("issue 21: the actuator endpoint keyward")
class KeywardEndpointTest {
    private static final String EXPOSED = "management.endpoints.web.exposure.include=keyward";

    @TempDir
    Path directory;

    private final String hash = hashOf(ThrowAwayKeys.newKey());
    private final ApplicationContextRunner application = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(KeywardAutoConfiguration.class))
            .withPropertyValues("keyward.roles=client,admin", "keyward.roles.client.permissions=jobs:read");

    private static String hashOf(ApiKey key) {
        return KeyHasher.sha256().hash(key).reveal();
    }

    @Test
    void showsTheStateInEffectOfEachKeyAndNoSecret() {
        String retiring = hashOf(ThrowAwayKeys.newKey());
        String expired = hashOf(ThrowAwayKeys.newKey());
        String ahead = hashOf(ThrowAwayKeys.newKey());
        String disabled = hashOf(ThrowAwayKeys.newKey());
        String revoked = hashOf(ThrowAwayKeys.newKey());
        application
                .withPropertyValues(
                        EXPOSED,
                        "keyward.keys.bob.hash=" + expired,
                        "keyward.keys.bob.expires-at=2020-01-01T00:00:00Z",
                        "keyward.keys.alice.hash=" + hash,
                        "keyward.keys.alice.roles=client,admin",
                        "keyward.keys.alice.owner=Alice of Sales",
                        "keyward.keys.alice.not-before=2020-01-01T00:00:00Z",
                        "keyward.keys.alice.expires-at=2999-01-01T00:00:00Z",
                        "keyward.keys.alice.retiring.hash=" + retiring,
                        "keyward.keys.alice.retiring.until=2998-01-01T00:00:00Z",
                        "keyward.keys.carol.hash=" + ahead,
                        "keyward.keys.carol.not-before=2999-01-01T00:00:00Z",
                        "keyward.keys.dave.hash=" + disabled,
                        "keyward.keys.dave.state=disabled",
                        "keyward.keys.erin.hash=" + revoked,
                        "keyward.keys.erin.state=revoked")
                .run(context -> {
                    assertNull(context.getStartupFailure());
                    KeywardEndpoint.Keys shown =
                            context.getBean(KeywardEndpoint.class).keys();
                    assertEquals("config", shown.source());
                    assertEquals(5, shown.count());
                    assertEquals(true, shown.fresh());
                    assertEquals(
                            new KeywardEndpoint.Key(
                                    "alice",
                                    "active",
                                    List.of("admin", "client"),
                                    "2020-01-01T00:00:00Z",
                                    "2999-01-01T00:00:00Z",
                                    "2998-01-01T00:00:00Z",
                                    "test"),
                            shown.keys().get(0));
                    Map<String, String> states = new TreeMap<>();
                    shown.keys().forEach(key -> states.put(key.id(), key.state()));
                    assertEquals(
                            "{alice=active, bob=expired, carol=not-yet-valid, dave=disabled, erin=revoked}",
                            states.toString());
                    for (String secret : List.of(hash, retiring, expired, ahead, disabled, revoked)) {
                        assertFalse(shown.toString().contains(secret.substring(secret.indexOf(':') + 1)));
                    }
                    assertFalse(shown.toString().contains("Sales"));
                });
    }

    @Test
    void showsTheKeysInForceOfAFile() throws Exception {
        Path file = directory.resolve("keys.env");
        Files.writeString(file, "");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        application
                .withPropertyValues(EXPOSED, "keyward.store=file", "keyward.file=" + file)
                .run(context -> {
                    KeywardEndpoint endpoint = context.getBean(KeywardEndpoint.class);
                    assertEquals(0, endpoint.keys().count());
                    ApiKeyManager manager = context.getBean(ApiKeyManager.class);
                    IssuedKey issued = manager.issue(IssueRequest.builder()
                            .owner("alice")
                            .roles("client")
                            .build());
                    assertEquals("file", endpoint.keys().source());
                    assertEquals("active", endpoint.keys().keys().get(0).state());
                    manager.revoke(issued.record().id());
                    assertEquals("revoked", endpoint.keys().keys().get(0).state());
                });
    }

    @Configuration
    static class OwnKeys {
        @Bean
        ApiKeys own() {
            return ApiKeys.over(InMemoryApiKeyStore.create()).format("own_test").open();
        }
    }

    @Configuration
    static class OwnVerifier {
        @Bean
        ApiKeyVerifier own() {
            return ApiKeyVerifier.of(io.keyward.KeyRing.of());
        }
    }

    @Test
    void saysWhereTheApplicationBringsItsOwn() {
        application
                .withUserConfiguration(OwnKeys.class)
                .withPropertyValues(EXPOSED, "keyward.store=jdbc")
                .run(context -> assertEquals(
                        new KeywardEndpoint.Keys("application", 0, true, List.of()),
                        context.getBean(KeywardEndpoint.class).keys()));
        application
                .withUserConfiguration(OwnVerifier.class)
                .withPropertyValues(EXPOSED)
                .run(context -> assertEquals(
                        new KeywardEndpoint.Keys("application", null, null, null),
                        context.getBean(KeywardEndpoint.class).keys()));
    }

    @Test
    void isThereOnlyWhereItIsExposed() {
        ApplicationContextRunner withKey = application.withPropertyValues("keyward.keys.alice.hash=" + hash);
        withKey.run(context ->
                assertTrue(context.getBeansOfType(KeywardEndpoint.class).isEmpty()));
        withKey.withPropertyValues(EXPOSED, "management.endpoint.keyward.access=NONE")
                .run(context ->
                        assertTrue(context.getBeansOfType(KeywardEndpoint.class).isEmpty()));
        withKey.withPropertyValues(EXPOSED)
                .withClassLoader(new FilteredClassLoader("org.springframework.boot.actuate"))
                .run(context -> {
                    assertNull(context.getStartupFailure());
                    assertTrue(context.getBeansOfType(KeysSource.class).size() == 1);
                    assertFalse(context.containsBean("keywardEndpoint"));
                });
    }
}
