package io.keyward.spring.boot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.keyward.ApiKey;
import io.keyward.ApiKeyVerifier;
import io.keyward.KeyHasher;
import io.keyward.Verification;
import io.keyward.testing.ThrowAwayKeys;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.Banner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.test.context.support.TestPropertySourceUtils;

@DisplayName("PR-23: keys of the base file under a profile, in files that Boot reads")
@ExtendWith(OutputCaptureExtension.class)
class ProfilesTest {
    @TempDir
    Path folder;

    private final ApiKey dev = ThrowAwayKeys.newKey();
    private final ApiKey a = ThrowAwayKeys.newKey();
    private final ApiKey prod = ThrowAwayKeys.newKey();
    private final ApiKey listed = ThrowAwayKeys.newKey();

    @Configuration
    @Import(KeywardAutoConfiguration.class)
    static class Application {}

    private static String hash(ApiKey key) {
        return KeyHasher.sha256().hash(key).reveal();
    }

    private String base() {
        return """
                keyward.roles: [client, miner]
                keyward.keys.dev.hash: '%s'
                keyward.keys.a: {hash: '%s', roles: [client, miner]}
                CLIENT_API_KEY_HASHES: '%s'
                """.formatted(hash(dev), hash(a), hash(listed));
    }

    private String ofProfile() {
        return """
                keyward.keys.prod.hash: '%s'
                keyward.keys.a.roles: [client]
                keyward.keys.dev.state: revoked
                """.formatted(hash(prod));
    }

    private ConfigurableApplicationContext start(ApplicationContextInitializer<?>... initializers) {
        SpringApplication application = new SpringApplication(Application.class);
        application.setWebApplicationType(WebApplicationType.NONE);
        application.setBannerMode(Banner.Mode.OFF);
        application.addInitializers(initializers);
        return application.run(
                "--spring.config.location=" + folder.toUri(),
                "--spring.profiles.active=prod",
                "--management.endpoints.web.exposure.include=keyward");
    }

    private static Verification verify(ConfigurableApplicationContext context, ApiKey key) {
        return context.getBean(ApiKeyVerifier.class).verify(key.reveal());
    }

    private static Set<String> roles(ConfigurableApplicationContext context, ApiKey key) {
        return ((Verification.Accepted) verify(context, key)).principal().roles();
    }

    private void assertAddsUp(ConfigurableApplicationContext context) {
        assertFalse(verify(context, dev).isAccepted(), "a later source revokes");
        assertEquals(Set.of("client"), roles(context, a), "a list is replaced whole");
        assertTrue(verify(context, prod).isAccepted());
        assertEquals(Set.of("client"), roles(context, listed), "a list of the base file is valid");
    }

    @Test
    void twoFiles(CapturedOutput output) throws Exception {
        Files.writeString(folder.resolve("application.yml"), base());
        Files.writeString(folder.resolve("application-prod.yml"), ofProfile());
        try (ConfigurableApplicationContext context = start()) {
            assertAddsUp(context);
            List<String> lines = output.getAll()
                    .lines()
                    .filter(line -> line.contains("keys of several property sources add up"))
                    .toList();
            assertEquals(1, lines.size(), lines::toString);
            assertTrue(lines.get(0).contains("application-prod.yml"), lines.get(0));
            assertTrue(lines.get(0).contains("has a, client_"), lines.get(0));
            assertFalse(output.getAll().contains(hash(a).substring(7)));
            List<KeywardEndpoint.Key> keys =
                    context.getBean(KeywardEndpoint.class).keys().keys();
            assertEquals(4, keys.size(), keys::toString);
            for (KeywardEndpoint.Key key : keys) {
                String file = key.id().equals("prod") ? "application-prod.yml" : "application.yml";
                assertTrue(key.origin().contains(file), key.toString());
            }
        }
    }

    @Test
    void twoDocumentsOfOneFile() throws Exception {
        Files.writeString(
                folder.resolve("application.yml"),
                base() + "---\nspring.config.activate.on-profile: prod\n" + ofProfile());
        try (ConfigurableApplicationContext context = start()) {
            assertAddsUp(context);
        }
    }

    @Test
    void theProfileOfAnotherDocumentChangesNothing() throws Exception {
        Files.writeString(
                folder.resolve("application.yml"),
                base() + "---\nspring.config.activate.on-profile: staging\n" + ofProfile());
        try (ConfigurableApplicationContext context = start()) {
            assertTrue(verify(context, dev).isAccepted());
            assertEquals(Set.of("client", "miner"), roles(context, a));
            assertFalse(verify(context, prod).isAccepted());
        }
    }

    @Test
    void propertiesOfATestComeFirst() throws Exception {
        Files.writeString(folder.resolve("application.yml"), base());
        try (ConfigurableApplicationContext context =
                // What @TestPropertySource(properties = …) calls.
                start(application -> TestPropertySourceUtils.addInlinedPropertiesToEnvironment(
                        application,
                        "keyward.keys.prod.hash=" + hash(prod),
                        "keyward.keys.a.roles=client",
                        "keyward.keys.dev.state=revoked"))) {
            assertAddsUp(context);
        }
    }
}
