package io.keyward.spring.boot;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.keyward.ApiKey;
import io.keyward.ApiKeyVerifier;
import io.keyward.KeyHasher;
import io.keyward.jdbc.JdbcApiKeyStore;
import io.keyward.store.ApiKeyManager;
import io.keyward.store.ApiKeys;
import io.keyward.store.IssueRequest;
import io.keyward.store.IssuedKey;
import io.keyward.testing.ThrowAwayKeys;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import javax.sql.DataSource;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.sql.init.dependency.DatabaseInitializationDependencyConfigurer;
import org.springframework.boot.sql.init.dependency.DatabaseInitializerDetector;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

@DisplayName("issue 21: keyward.store=file and keyward.store=jdbc")
class StoresTest {
    @TempDir
    Path directory;

    private final ApiKey key = ThrowAwayKeys.newKey();
    private final String hash = KeyHasher.sha256().hash(key).reveal();
    private final ApplicationContextRunner application = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(KeywardAutoConfiguration.class))
            .withPropertyValues("keyward.roles=client", "keyward.roles.client.permissions=jobs:read");
    private final ApplicationContextRunner onDatabase = application
            .withUserConfiguration(OneDatabase.class)
            .withPropertyValues("keyward.store=jdbc", "keyward.jdbc.create-schema=true");

    @Configuration
    static class OneDatabase {
        @Bean
        DataSource dataSource() {
            return EmptyDatabase.create();
        }
    }

    @Configuration
    static class TwoDatabases {
        @Bean
        DataSource other() {
            return EmptyDatabase.create();
        }

        @Bean
        @KeywardDataSource
        DataSource ofKeys() {
            return EmptyDatabase.create();
        }
    }

    private Path file(String text) throws Exception {
        Path file = directory.resolve("keys.env");
        Files.writeString(file, text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        return file;
    }

    private static IssuedKey issue(ApplicationContext context) {
        return context.getBean(ApiKeyManager.class)
                .issue(IssueRequest.builder().owner("alice").roles("client").build());
    }

    @Test
    void aFileKeepsTheKeysOfTheManager() throws Exception {
        Path file = file("KEYWARD_KEYS_ALICE_HASH=" + hash + "\nKEYWARD_KEYS_ALICE_ROLES=client\n");
        application
                .withPropertyValues("keyward.store=file", "keyward.file=" + file, "keyward.prefix=acme_test")
                .run(context -> {
                    assertNull(context.getStartupFailure());
                    ApiKeyVerifier verifier = context.getBean(ApiKeyVerifier.class);
                    assertTrue(verifier.verify(key.reveal()).isAccepted());
                    IssuedKey issued = issue(context);
                    assertTrue(issued.key().reveal().startsWith("acme_test_"));
                    assertTrue(verifier.verify(issued.key().reveal()).isAccepted());
                    assertTrue(Files.readString(file)
                            .contains("KEYWARD_KEYS_" + issued.record().id().toUpperCase(java.util.Locale.ROOT)));
                });
    }

    @Test
    void aDatabaseHasTheChosenOneOfSeveralPeppers() {
        String one = Base64.getEncoder().encodeToString(new byte[32]);
        String two = Base64.getEncoder().encodeToString("another pepper, of 32 characters".getBytes(US_ASCII));
        ApplicationContextRunner withBoth =
                onDatabase.withPropertyValues("keyward.peppers.p1=" + one, "keyward.peppers.p2=" + two);

        withBoth.withPropertyValues("keyward.new-keys-pepper=p2").run(context -> {
            assertNull(context.getStartupFailure());
            IssuedKey issued = issue(context);
            assertEquals("hmac-sha256:p2", issued.record().current().hash().scheme());
            assertTrue(context.getBean(ApiKeyVerifier.class)
                    .verify(issued.key().reveal())
                    .isAccepted());
        });
        withBoth.run(context -> assertTrue(
                FailedStart.messages(context.getStartupFailure()).contains("set keyward.new-keys-pepper"),
                "does not say which setting chooses"));
        withBoth.withPropertyValues("keyward.new-keys-pepper=p3")
                .run(context -> assertTrue(
                        FailedStart.messages(context.getStartupFailure()).contains("a pepper that does not exist"),
                        "starts with another pepper"));
    }

    @Test
    void aFileHasTheChosenOneOfSeveralPeppers() throws Exception {
        Path file = file("");
        String one = Base64.getEncoder().encodeToString(new byte[32]);
        String two = Base64.getEncoder().encodeToString("another pepper, of 32 characters".getBytes(US_ASCII));
        ApplicationContextRunner withBoth = application.withPropertyValues(
                "keyward.store=file", "keyward.file=" + file, "keyward.peppers.p1=" + one, "keyward.peppers.p2=" + two);

        withBoth.withPropertyValues("keyward.new-keys-pepper=p2").run(context -> {
            assertNull(context.getStartupFailure());
            assertEquals(
                    "hmac-sha256:p2", issue(context).record().current().hash().scheme());
        });
        withBoth.run(context -> assertTrue(
                FailedStart.messages(context.getStartupFailure()).contains("set keyward.new-keys-pepper"),
                "does not say which setting chooses"));
        Files.writeString(file, "KEYWARD_NEW_KEYS_PEPPER=p1\n");
        withBoth.run(context -> assertEquals(
                "hmac-sha256:p1", issue(context).record().current().hash().scheme(), "the file may choose, too"));
    }

    @Test
    void nothingIsTakenBecauseItIsThere() throws Exception {
        file("KEYWARD_KEYS_ALICE_HASH=" + hash + "\n");
        application
                .withUserConfiguration(OneDatabase.class)
                .withPropertyValues("keyward.keys.bob.hash=" + hash, "keyward.file=" + directory.resolve("keys.env"))
                .run(context -> {
                    assertNull(context.getStartupFailure());
                    assertTrue(context.getBeansOfType(ApiKeys.class).isEmpty());
                    assertTrue(context.getBeansOfType(ApiKeyManager.class).isEmpty());
                });
    }

    @Test
    void aDatabaseKeepsTheKeysAndTheTimesOfTheirUse() {
        AtomicReference<JdbcApiKeyStore> store = new AtomicReference<>();
        AtomicReference<IssuedKey> issued = new AtomicReference<>();
        onDatabase.run(context -> {
            assertNull(context.getStartupFailure());
            issued.set(issue(context));
            store.set(context.getBean(JdbcApiKeyStore.class));
            assertTrue(context.getBean(ApiKeyVerifier.class)
                    .verify(issued.get().key().reveal())
                    .isAccepted());
            assertTrue(threads().contains("keyward-last-use"));
        });
        assertEquals(1, store.get().lastUses(issued.get().record().id()).size(), "written at the shutdown");
        assertFalse(threads().contains("keyward-last-use"));
        assertTrue(threads().stream().noneMatch(name -> name.startsWith("keyward")), threads()::toString);
    }

    private static List<String> threads() {
        return Thread.getAllStackTraces().keySet().stream().map(Thread::getName).toList();
    }

    @Test
    void theMarkedDataSourceIsTaken() {
        application
                .withUserConfiguration(TwoDatabases.class)
                .withPropertyValues("keyward.store=jdbc", "keyward.jdbc.create-schema=true")
                .run(context -> {
                    assertNull(context.getStartupFailure());
                    IssuedKey issued = issue(context);
                    assertTrue(JdbcApiKeyStore.of(context.getBean("ofKeys", DataSource.class))
                            .find(issued.record().id())
                            .isPresent());
                });
    }

    @Configuration
    static class OwnKeys {
        @Bean
        ApiKeys own() {
            return ApiKeys.over(io.keyward.store.InMemoryApiKeyStore.create())
                    .format("own_test")
                    .open();
        }
    }

    @Test
    void keysOfTheApplicationReplaceTheStore() {
        onDatabase.withUserConfiguration(OwnKeys.class).run(context -> {
            assertNull(context.getStartupFailure());
            assertTrue(context.getBeansOfType(JdbcApiKeyStore.class).isEmpty());
            assertEquals(context.getBean(ApiKeys.class).verifier(), context.getBean(ApiKeyVerifier.class));
        });
    }

    /** Stands for Flyway and its like: a bean that makes the tables, under a name that says nothing. */
    @Configuration
    @Import({OneDatabase.class, DatabaseInitializationDependencyConfigurer.class})
    static class InitializedLast {
        @Bean
        Tables zTables(DataSource database) {
            JdbcApiKeyStore.of(database).createSchema();
            return new Tables();
        }
    }

    static final class Tables {}

    /** Named in the tests' {@code spring.factories}. */
    static final class TablesDetector implements DatabaseInitializerDetector {
        @Override
        public java.util.Set<String> detect(
                org.springframework.beans.factory.config.ConfigurableListableBeanFactory beans) {
            return java.util.Set.of(beans.getBeanNamesForType(Tables.class));
        }
    }

    @Test
    void theTablesAreCheckedAfterTheDatabaseWasInitialized() {
        application
                .withUserConfiguration(InitializedLast.class)
                .withPropertyValues("keyward.store=jdbc")
                .run(context -> assertNull(context.getStartupFailure()));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "keyward.store=file; keyward.file is not set",
                "keyward.store=file,keyward.file=no/such.env; keyward.file names a file that does not exist",
                "keyward.store=jdbc; there is no DataSource"
            })
    void refusesSettingsThatCannotBeMeant(String settings, String said) {
        application.withPropertyValues(settings.split(",")).run(context -> {
            String messages = FailedStart.messages(context.getStartupFailure());
            assertTrue(messages.contains(said), messages);
        });
    }

    @Test
    void refusesKeysOfTheEnvironmentNextToAStore() {
        onDatabase.withPropertyValues("keyward.keys.bob.hash=" + hash).run(context -> {
            String messages = FailedStart.messages(context.getStartupFailure());
            assertTrue(messages.contains("the Environment has keys (bob)"), messages);
            assertFalse(messages.contains(hash));
        });
    }

    @Test
    void refusesADatabaseWithoutTablesAndAMissingJar() {
        onDatabase.withPropertyValues("keyward.jdbc.create-schema=false").run(context -> {
            String messages = FailedStart.messages(context.getStartupFailure());
            assertTrue(messages.contains("keyward.jdbc.create-schema=true"), messages);
        });
        onDatabase
                .withClassLoader(new FilteredClassLoader("io.keyward.jdbc"))
                .run(context -> assertTrue(
                        FailedStart.messages(context.getStartupFailure()).contains("needs keyward-jdbc-store"),
                        FailedStart.messages(context.getStartupFailure())));
    }
}
