package io.keyward.examples.coordinator;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.keyward.ApiKeyGenerator;
import io.keyward.KeyFormat;
import io.keyward.config.ConfigException;
import io.keyward.config.EnvFileApiKeyStore;
import io.keyward.config.KeywardConfig;
import io.keyward.jdbc.JdbcApiKeyStore;
import io.keyward.store.ApiKeyManager;
import io.keyward.store.ApiKeys;
import io.keyward.store.LastUsed;
import io.keyward.store.StoreException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Holds the keys of a coordinator: those of a file, or those of a database that several coordinators share.
 *
 * @param keys what verifies and changes keys
 * @param details says of the keys what an operator may read
 * @param end ends what the keys need
 */
record CoordinatorKeys(ApiKeys keys, Supplier<List<String>> details, Runnable end) implements AutoCloseable {
    private static final KeyFormat FORMAT = KeyFormat.of("kw_live");

    /**
     * Opens the keys of a file. Issued keys go into the file, and into the ring that follows it, at once.
     *
     * @throws ConfigException if anything in the file is wrong, or it has no keys
     */
    static CoordinatorKeys ofFile(Path envFile) {
        // not open(): that starts without keys, and this service refuses to, and shows the report
        KeywardConfig config = KeywardConfig.builder()
                .envFile(envFile)
                .roles(CoordinatorServer.ROLES)
                .load();
        LastUsed lastUsed = LastUsed.create();
        ApiKeyManager manager = ApiKeyManager.builder(
                        EnvFileApiKeyStore.of(envFile, CoordinatorServer.ROLES),
                        config.ring(),
                        ApiKeyGenerator.of(FORMAT))
                .lastUsed(lastUsed)
                .build();
        ApiKeys keys = ApiKeys.of(
                config.verifier().notifying(lastUsed), manager, config.ring(), lastUsed, config::state, config::close);
        return new CoordinatorKeys(keys, () -> config.report().text().lines().toList(), keys::close);
    }

    /**
     * Opens the keys of a database, whose tables {@code keyward db create} makes. A change by another coordinator is in
     * force here within a second.
     *
     * @throws StoreException if no driver accepts the URL, or the database cannot be read
     */
    static CoordinatorKeys ofDatabase(String url, @Nullable String user, @Nullable String password) {
        HikariDataSource pool = open(pool(url, user, password));
        JdbcApiKeyStore store = JdbcApiKeyStore.of(pool);
        ApiKeys keys;
        try {
            keys = ApiKeys.over(store)
                    .roles(CoordinatorServer.ROLES)
                    .format(FORMAT)
                    .open();
        } catch (StoreException e) {
            pool.close();
            throw e;
        }
        return new CoordinatorKeys(
                keys,
                () -> List.of(store.toString(), "keys: " + keys.ring().current().size()),
                () -> {
                    keys.close();
                    pool.close();
                });
    }

    private static HikariDataSource open(HikariConfig config) {
        try {
            return new HikariDataSource(config);
        } catch (RuntimeException e) {
            // Hikari throws nothing narrower, and its message repeats the URL, which can have a password in it
            throw new StoreException("no driver accepts the URL of the database, which must be like"
                    + " jdbc:postgresql://host/database");
        }
    }

    private static HikariConfig pool(String url, @Nullable String user, @Nullable String password) {
        HikariConfig pool = new HikariConfig();
        pool.setJdbcUrl(url);
        pool.setUsername(user);
        pool.setPassword(password);
        pool.setMaximumPoolSize(4);
        // after a failover, connections that lead to the former primary end by themselves
        pool.setMaxLifetime(Duration.ofMinutes(5).toMillis());
        // the store says whether the database answers, and not in the words of the driver
        pool.setInitializationFailTimeout(-1);
        return pool;
    }

    @Override
    public void close() {
        end.run();
    }
}
