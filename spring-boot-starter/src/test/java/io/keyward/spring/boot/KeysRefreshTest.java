package io.keyward.spring.boot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.keyward.ApiKey;
import io.keyward.ApiKeyVerifier;
import io.keyward.KeyHasher;
import io.keyward.config.KeywardConfig;
import io.keyward.testing.ThrowAwayKeys;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.env.ConfigTreePropertySource;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.cloud.context.environment.EnvironmentChangeEvent;
import org.springframework.context.ApplicationContext;
import org.springframework.context.PayloadApplicationEvent;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;

@DisplayName("PR-24: keys taken out of the config server")
class KeysRefreshTest {
    private final ApiKey alice = ThrowAwayKeys.newKey();
    private final ApiKey bob = ThrowAwayKeys.newKey();
    private final Map<String, Object> server = new ConcurrentHashMap<>();
    private final ApplicationContextRunner application = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(KeywardAutoConfiguration.class))
            .withInitializer(context -> context.getEnvironment()
                    .getPropertySources()
                    .addFirst(new MapPropertySource("config server", server)));

    KeysRefreshTest() {
        server.put("keyward.roles", "client");
        server.put("keyward.keys.alice.hash", hash(alice));
    }

    private static String hash(ApiKey key) {
        return KeyHasher.sha256().hash(key).reveal();
    }

    private static void refresh(ApplicationContext context) {
        context.publishEvent(new EnvironmentChangeEvent(context, Set.of("keyward.keys.alice.hash")));
    }

    private static boolean isAccepted(ApplicationContext context, ApiKey key) {
        return context.getBean(ApiKeyVerifier.class).verify(key.reveal()).isAccepted();
    }

    private static boolean isLastReloadGood(ApplicationContext context) {
        return context.getBean(KeywardConfig.class).state().isLastReloadGood();
    }

    @Test
    void aRefreshRemovesAsWellAsAdds() {
        application.run(context -> {
            assertNull(context.getStartupFailure());
            assertTrue(isAccepted(context, alice));
            server.remove("keyward.keys.alice.hash");
            server.put("keyward.keys.bob.hash", hash(bob));
            context.publishEvent(new PayloadApplicationEvent<>(context, "not of the Environment"));
            assertTrue(isAccepted(context, alice));
            refresh(context);
            assertFalse(isAccepted(context, alice));
            assertTrue(isAccepted(context, bob));
        });
    }

    @Test
    void aBadValueKeepsTheLastGoodKeysAndShows() {
        application.run(context -> {
            server.put("keyward.keys.bob.hash", hash(bob));
            server.put("keyward.keys.bob.roles", "nobody-declared-it");
            refresh(context);
            assertTrue(isAccepted(context, alice));
            assertFalse(isAccepted(context, bob));
            KeywardConfig keys = context.getBean(KeywardConfig.class);
            assertFalse(keys.state().isLastReloadGood());
            server.put("keyward.keys.bob.roles", "client");
            refresh(context);
            assertTrue(keys.state().isLastReloadGood());
            assertEquals(2, keys.ring().current().size());
        });
    }

    @Test
    void whereAllKeysAreTakenOutEverythingIsDenied() {
        application.run(context -> {
            server.remove("keyward.keys.alice.hash");
            refresh(context);
            assertFalse(isAccepted(context, alice));
            assertEquals(
                    0, context.getBean(KeywardConfig.class).ring().current().size());
        });
    }

    /** A mounted folder of files, which Spring Cloud reads again by making the property source again. */
    private static void mount(ConfigurableEnvironment environment, Path folder) {
        environment.getPropertySources().addFirst(new ConfigTreePropertySource("configtree", folder));
    }

    @Test
    @DisplayName("PR-24: a file deleted from a configtree")
    void aFileDeletedFromAConfigTreeTakesItsKeyAlong(@TempDir Path folder) throws Exception {
        Files.writeString(folder.resolve("keyward.keys.bob.hash"), hash(bob));
        application
                .withInitializer(context -> mount(context.getEnvironment(), folder))
                .run(context -> {
                    assertNull(context.getStartupFailure());
                    assertTrue(isAccepted(context, bob));
                    Files.delete(folder.resolve("keyward.keys.bob.hash"));
                    mount((ConfigurableEnvironment) context.getEnvironment(), folder);
                    refresh(context);
                    assertFalse(isAccepted(context, bob));
                    assertTrue(isAccepted(context, alice));
                });
    }

    @Test
    @DisplayName("PR-24: a source that cannot be read any more keeps the last good keys")
    void aSourceThatCannotBeReadKeepsTheLastGoodKeysAndTheRefreshGoesOn(@TempDir Path folder) throws Exception {
        Files.writeString(folder.resolve("keyward.keys.bob.hash"), hash(bob));
        application
                .withInitializer(context -> context.getEnvironment()
                        .getPropertySources()
                        .addFirst(new ConfigTreePropertySource(
                                "configtree", folder, ConfigTreePropertySource.Option.ALWAYS_READ)))
                .run(context -> {
                    assertNull(context.getStartupFailure());
                    Files.delete(folder.resolve("keyward.keys.bob.hash"));
                    refresh(context);
                    assertTrue(isAccepted(context, bob));
                    assertTrue(isAccepted(context, alice));
                    assertFalse(isLastReloadGood(context));

                    Files.writeString(folder.resolve("keyward.keys.bob.hash"), hash(bob));
                    refresh(context);
                    assertTrue(isLastReloadGood(context));
                });
    }
}
