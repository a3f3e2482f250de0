package io.keyward.spring.boot;

import io.keyward.KeyHasher;
import io.keyward.config.KeywardConfig;
import io.keyward.jdbc.DatabaseFinding;
import io.keyward.jdbc.JdbcApiKeyStore;
import io.keyward.jdbc.LastUseWriter;
import io.keyward.role.RoleModel;
import io.keyward.store.ApiKeys;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.sql.init.dependency.DependsOnDatabaseInitialization;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.ConfigurableEnvironment;

/** Keys in a database, with {@code keyward.store=jdbc}. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnProperty(name = "keyward.store", havingValue = "jdbc")
@ConditionalOnClass(name = "io.keyward.jdbc.JdbcApiKeyStore")
@ConditionalOnMissingBean(ApiKeys.class)
class JdbcConfiguration {
    private static final Logger LOG = LoggerFactory.getLogger(JdbcConfiguration.class);

    /** Checks the tables. Spring calls this after Flyway or another initializer has created them. */
    @Bean
    @ConditionalOnMissingBean
    @DependsOnDatabaseInitialization
    JdbcApiKeyStore jdbcApiKeyStore(
            KeywardProperties settings,
            @KeywardDataSource ObjectProvider<DataSource> marked,
            ObjectProvider<DataSource> all) {
        KeywardProperties.Jdbc jdbc = settings.jdbcOrDefault();
        JdbcApiKeyStore.Builder builder = JdbcApiKeyStore.builder(dataSource(marked, all));
        if (jdbc.schema() != null) {
            builder.schema(jdbc.schema());
        }
        if (jdbc.tablePrefix() != null) {
            builder.tablePrefix(jdbc.tablePrefix());
        }
        if (jdbc.readOnly()) {
            builder.readOnly();
        }
        JdbcApiKeyStore store = builder.build();
        if (jdbc.createSchema()) {
            store.createSchema();
        }
        check(store);
        return store;
    }

    private static DataSource dataSource(ObjectProvider<DataSource> marked, ObjectProvider<DataSource> all) {
        DataSource found = marked.getIfAvailable(all::getIfUnique);
        if (found == null) {
            throw new InvalidSettingException(
                    "keyward.store=jdbc is set and there is no DataSource, or there are several and none is primary",
                    "mark the bean for the keys with @KeywardDataSource");
        }
        return found;
    }

    private static void check(JdbcApiKeyStore store) {
        List<String> errors = new ArrayList<>();
        for (DatabaseFinding finding : store.check()) {
            switch (finding.level()) {
                case ERROR -> errors.add(finding.message());
                case WARNING -> LOG.warn("{}", finding.message());
                case INFO -> LOG.debug("{}", finding.message());
            }
        }
        if (!errors.isEmpty()) {
            throw new InvalidSettingException(
                    "the database cannot keep keys: " + String.join("; ", errors),
                    "run the scripts of keyward-jdbc-store before the application, or set keyward.jdbc.create-schema=true");
        }
    }

    @Bean(destroyMethod = "close")
    @ConditionalOnMissingBean
    ApiKeys apiKeys(
            JdbcApiKeyStore store,
            ConfigurableEnvironment environment,
            KeywardProperties settings,
            ObjectProvider<RoleModel> roles) {
        KeywardProperties.Jdbc jdbc = settings.jdbcOrDefault();
        ApiKeys.Builder keys = ApiKeys.over(store).format(settings.prefixOrDefault());
        try (KeywardConfig config = StoreConfiguration.withoutKeys(environment, roles)) {
            keys.roles(config.roles());
            peppers(config, environment).forEach(keys::pepper);
        }
        if (jdbc.interval() != null) {
            keys.interval(jdbc.interval());
        }
        if (jdbc.maxStaleness() != null) {
            keys.maxStaleness(jdbc.maxStaleness());
        }
        return keys.open();
    }

    @Bean
    KeysSource keysSource() {
        return new KeysSource("jdbc");
    }

    /** Returns the peppers; the pepper of new keys comes first. */
    private static List<KeyHasher> peppers(KeywardConfig config, ConfigurableEnvironment environment) {
        List<KeyHasher> peppers = new ArrayList<>(config.hashers());
        peppers.removeIf(hasher -> hasher.check().isEmpty());
        KeyHasher first = config.newKeysHasher()
                .orElseThrow(() -> environment.containsProperty("keyward.new-keys-pepper")
                        ? new InvalidSettingException(
                                "keyward.new-keys-pepper names a pepper that does not exist",
                                "correct the id, or set its keyward.peppers.<id>")
                        : new InvalidSettingException(
                                "there are several peppers",
                                "set keyward.new-keys-pepper to the id of the one that hashes new keys"));
        if (peppers.remove(first)) {
            peppers.add(0, first);
        }
        return peppers;
    }

    /** Spring closes the writer before the keys, so it can still write the last times of use. */
    @Bean(destroyMethod = "close")
    @ConditionalOnMissingBean
    LastUseWriter lastUseWriter(JdbcApiKeyStore store, ApiKeys keys, KeywardProperties settings) {
        LastUseWriter writer = LastUseWriter.of(store, keys);
        writer.start(settings.jdbcOrDefault().lastUseInterval());
        return writer;
    }

    /** Refuses {@code keyward.store=jdbc} without its jar. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnProperty(name = "keyward.store", havingValue = "jdbc")
    @ConditionalOnMissingClass("io.keyward.jdbc.JdbcApiKeyStore")
    static class Missing {
        Missing() {
            throw new InvalidSettingException(
                    "keyward.store=jdbc needs keyward-jdbc-store, which is not on the class path",
                    "add io.keyward:keyward-jdbc-store");
        }
    }
}
