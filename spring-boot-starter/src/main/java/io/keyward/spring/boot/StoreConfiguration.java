package io.keyward.spring.boot;

import io.keyward.ApiKeyVerifier;
import io.keyward.VerificationListener;
import io.keyward.config.ConfigReport;
import io.keyward.config.KeywardConfig;
import io.keyward.role.RoleModel;
import io.keyward.store.ApiKeyManager;
import io.keyward.store.ApiKeys;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.ConfigurableEnvironment;

/** Keeps keys in the file or the database that {@code keyward.store} names, and in nothing that is merely there. */
final class StoreConfiguration {
    private StoreConfiguration() {}

    /** Reads roles, peppers and settings of the Environment, which must have no keys next to those of a store. */
    static KeywardConfig withoutKeys(ConfigurableEnvironment environment, ObjectProvider<RoleModel> roles) {
        KeywardConfig.Builder builder = KeywardConfig.builder()
                .config(() -> EnvironmentSources.of(environment))
                .requireKeys(false)
                .follow(false);
        roles.ifAvailable(builder::roles);
        KeywardConfig settings = builder.load();
        if (!settings.report().keys().isEmpty()) {
            String ids = settings.report().keys().stream()
                    .map(ConfigReport.ReportedKey::id)
                    .limit(20)
                    .collect(Collectors.joining(", "));
            throw new InvalidSettingException(
                    "the Environment has keys (" + ids + ") that keyward.store="
                            + environment.getProperty("keyward.store") + " would not accept",
                    "move them into the store, or set keyward.store=config");
        }
        return settings;
    }

    /** An {@code .env} file as a store, which is followed. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnProperty(name = "keyward.store", havingValue = "file")
    @ConditionalOnMissingBean(ApiKeys.class)
    static class InFile {
        @Bean(destroyMethod = "close")
        ApiKeys apiKeys(
                ConfigurableEnvironment environment, KeywardProperties settings, ObjectProvider<RoleModel> roles) {
            withoutKeys(environment, roles).close();
            KeywardConfig.Builder keys = KeywardConfig.builder()
                    .config(() -> EnvironmentSources.settingsOf(environment))
                    .envFile(fileOf(settings))
                    .format(settings.prefixOrDefault());
            roles.ifAvailable(keys::roles);
            return keys.open();
        }

        @Bean
        KeysSource keysSource() {
            return new KeysSource("file");
        }

        private static Path fileOf(KeywardProperties settings) {
            if (settings.file() == null) {
                throw new InvalidSettingException(
                        "keyward.store=file and keyward.file is not set",
                        "set keyward.file to the path of the .env file");
            }
            Path file = Path.of(settings.file());
            if (!Files.exists(file)) {
                throw new InvalidSettingException(
                        "keyward.file names a file that is not there: " + file.toAbsolutePath(),
                        "correct the path, or create the file; an empty one denies everything");
            }
            return file;
        }
    }

    /** The parts of a store's keys as beans. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnBean(ApiKeys.class)
    static class Parts {
        @Bean
        @ConditionalOnMissingBean
        ApiKeyVerifier apiKeyVerifier(ApiKeys keys, ObjectProvider<VerificationListener> listeners) {
            return KeywardAutoConfiguration.notifying(keys.verifier(), listeners);
        }

        @Bean
        @ConditionalOnMissingBean
        ApiKeyManager apiKeyManager(ApiKeys keys) {
            return keys.manager();
        }
    }
}
