package io.keyward.spring.boot;

import io.keyward.ApiKeyVerifier;
import io.keyward.VerificationListener;
import io.keyward.config.ConfigReport;
import io.keyward.config.KeywardConfig;
import io.keyward.role.RoleModel;
import io.keyward.store.ApiKeys;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.LazyInitializationExcludeFilter;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.NoneNestedConditions;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.env.ConfigurableEnvironment;

/**
 * Loads keys from the Environment and guards the application with them. If Spring Security is on the class path, a
 * chain of Spring Security guards, otherwise the servlet filter.
 *
 * <p>A bean of the application replaces a bean of this configuration: an {@link ApiKeyVerifier} replaces the loading of
 * keys, a {@code SecurityFilterChain} the chain, an {@code ApiKeyFilter} the filter. A bean of {@link RoleModel}
 * declares roles in code.
 */
@AutoConfiguration(
        beforeName = {
            "org.springframework.boot.autoconfigure.security.servlet.SecurityAutoConfiguration",
            "org.springframework.boot.autoconfigure.security.servlet.UserDetailsServiceAutoConfiguration",
            "org.springframework.boot.security.autoconfigure.UserDetailsServiceAutoConfiguration",
            "org.springframework.boot.security.autoconfigure.web.servlet.ServletWebSecurityAutoConfiguration"
        })
@EnableConfigurationProperties(KeywardProperties.class)
@Import({
    KeywardAutoConfiguration.KeysOfEnvironment.class,
    StoreConfiguration.InFile.class,
    JdbcConfiguration.class,
    JdbcConfiguration.Missing.class,
    StoreConfiguration.Parts.class,
    FilterConfiguration.class,
    SecurityConfiguration.class,
    AdminConfiguration.class,
    AdminConfiguration.Missing.class,
    WebFluxConfiguration.class,
    ActuatorSecrets.class,
    HealthOnBoot3.class,
    HealthOnBoot4.class,
    EndpointConfiguration.class
})
public final class KeywardAutoConfiguration {
    /** Called by Spring. */
    public KeywardAutoConfiguration() {}

    /** Also matches a misspelt {@code keyward.store}, because then the message names the property. */
    static final class NoStoreNamed extends NoneNestedConditions {
        NoStoreNamed() {
            super(ConfigurationPhase.PARSE_CONFIGURATION);
        }

        @ConditionalOnProperty(name = "keyward.store", havingValue = "file")
        static class File {}

        @ConditionalOnProperty(name = "keyward.store", havingValue = "jdbc")
        static class Jdbc {}
    }

    /**
     * Excludes our beans from lazy initialization. So a mistake in the settings fails the start, and a store is
     * followed before the first request.
     */
    @Bean
    static LazyInitializationExcludeFilter keywardIsNotLazy() {
        return (name, definition, type) -> type.getName().startsWith("io.keyward.");
    }

    /** Returns a verifier that notifies each listener of the application of every verification. */
    static ApiKeyVerifier notifying(ApiKeyVerifier verifier, ObjectProvider<VerificationListener> listeners) {
        ApiKeyVerifier notifying = verifier;
        for (VerificationListener listener : listeners.orderedStream().toList()) {
            notifying = notifying.notifying(listener);
        }
        return notifying;
    }

    /** Reads the keys of the Environment, unless the application has its own verifier or keys. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnMissingBean({ApiKeyVerifier.class, ApiKeys.class})
    @Conditional(NoStoreNamed.class)
    static class KeysOfEnvironment {
        private static final Logger LOG = LoggerFactory.getLogger(KeywardAutoConfiguration.class);
        private static final int SHOWN = 20;

        @Bean(destroyMethod = "close")
        KeywardConfig keywardConfig(
                ConfigurableEnvironment environment, KeywardProperties settings, ObjectProvider<RoleModel> roles) {
            if (settings.store() != null && settings.store() != KeywardProperties.Store.CONFIG) {
                throw new InvalidSettingException(
                        "keyward.store is not written exactly as "
                                + settings.store().name().toLowerCase(Locale.ROOT),
                        "remove blanks and other characters from its value");
            }
            KeywardConfig.Builder keys = KeywardConfig.builder()
                    .config(() -> EnvironmentSources.of(environment))
                    .follow(false);
            roles.ifAvailable(keys::roles);
            KeywardConfig loaded = keys.load();
            logOrigins(loaded.report());
            return loaded;
        }

        /** Logs the property source of each key, because people expect that a profile replaces the keys of others. */
        private static void logOrigins(ConfigReport report) {
            Map<String, Set<String>> ids = new TreeMap<>();
            for (ConfigReport.ReportedKey key : report.keys()) {
                ids.computeIfAbsent(key.place().source(), source -> new TreeSet<>())
                        .add(key.id());
            }
            String origins = ids.entrySet().stream()
                    .map(each -> each.getKey() + " has " + Shortened.list(each.getValue(), SHOWN))
                    .collect(Collectors.joining("; "));
            LOG.info(ids.size() > 1 ? "keys of several property sources add up: {}" : "keys: {}", origins);
        }

        @Bean
        KeysSource keysSource() {
            return new KeysSource("config");
        }

        @Bean
        ApiKeyVerifier apiKeyVerifier(KeywardConfig keys, ObjectProvider<VerificationListener> listeners) {
            return notifying(keys.verifier(), listeners);
        }

        @Bean
        static KeysRefresh keywardKeysRefresh(ObjectProvider<KeywardConfig> keys) {
            return new KeysRefresh(keys);
        }
    }
}
