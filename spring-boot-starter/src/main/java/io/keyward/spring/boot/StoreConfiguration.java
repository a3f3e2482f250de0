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
import java.util.List;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.ConfigurableEnvironment;

/** Keeps keys in the store that {@code keyward.store} names. A file or a database that only exists is not used. */
final class StoreConfiguration {
    private StoreConfiguration() {}

    /** Reads roles, peppers and settings of the Environment. Throws if the Environment has keys, too. */
    static KeywardConfig withoutKeys(ConfigurableEnvironment environment, ObjectProvider<RoleModel> roles) {
        KeywardConfig.Builder builder = KeywardConfig.builder()
                .config(() -> EnvironmentSources.of(environment))
                .requireKeys(false)
                .follow(false);
        roles.ifAvailable(builder::roles);
        KeywardConfig settings = builder.load();
        if (!settings.report().keys().isEmpty()) {
            List<String> ids = settings.report().keys().stream()
                    .map(ConfigReport.ReportedKey::id)
                    .toList();
            throw new InvalidSettingException(
                    "the Environment has keys (" + Shortened.list(ids, 20) + ") that keyward.store="
                            + environment.getProperty("keyward.store") + " would not accept",
                    "move them into the store, or set keyward.store=config");
        }
        return settings;
    }

    /** Keys in an {@code .env} file, with {@code keyward.store=file}. Changes to the file are followed. */
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
            if (settings.file() == null || settings.file().isBlank()) {
                throw new InvalidSettingException(
                        "keyward.store=file is set and keyward.file is not set",
                        "set keyward.file to the path of the .env file");
            }
            Path file = Path.of(settings.file());
            if (!Files.exists(file)) {
                throw new InvalidSettingException(
                        "keyward.file names a file that does not exist: " + file.toAbsolutePath(),
                        "correct the path, or create the file; an empty file denies everything");
            }
            return file;
        }
    }

    /** Makes the verifier and the manager of a store's keys beans. */
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
