package io.keyward.spring.boot;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings of the starter. The keys are not among them: Keyward reads {@code keyward.keys}, {@code keyward.roles} and
 * the other properties of docs/configuration.md by their exact names, and Spring does not bind them.
 *
 * @param store where keys come from; {@code config} is the Environment
 * @param file the {@code .env} file of {@code keyward.store=file}
 * @param prefix the prefix of new keys, such as {@code acme_live}; {@code kw_live} if not set
 * @param jdbc settings of {@code keyward.store=jdbc}
 * @param admin settings of the admin API
 * @param rules who may use which paths, such as {@code GET /v1/jobs/* = jobs:read}; only without Spring Security
 * @param otherwise who may use the paths that no rule names; required without Spring Security
 * @param confirmOpen paths such as {@code /*} that are meant to be open to everyone, although they are wide
 * @param tlsOnly whether requests with a key are denied if they did not come over TLS
 */
@ConfigurationProperties("keyward")
public record KeywardProperties(
        @Nullable Store store,
        @Nullable String file,
        @Nullable String prefix,
        @Nullable Jdbc jdbc,
        @Nullable Admin admin,
        @Nullable List<String> rules,
        @Nullable String otherwise,
        @Nullable List<String> confirmOpen,
        @DefaultValue("false") boolean tlsOnly) {

    /** Where keys come from. */
    public enum Store {
        /** The Environment: yaml, properties, profiles, variables, a config server. */
        CONFIG,
        /** The {@code .env} file that {@code keyward.file} names. */
        FILE,
        /** A database, with keyward-jdbc-store. */
        JDBC
    }

    /**
     * Settings of {@code keyward.store=jdbc}.
     *
     * @param schema the schema of the tables; {@code keyward} if not set
     * @param tablePrefix the prefix of table names; {@code keyward_} if not set
     * @param createSchema whether missing tables are created at the start
     * @param readOnly whether changes are refused, for a database user that can only read
     * @param interval the time between two polls of the database; 500 ms if not set
     * @param maxStaleness how long keys are verified while the database cannot be reached; 15 minutes if not set
     * @param lastUseInterval the time between two writes of the times of last use
     */
    public record Jdbc(
            @Nullable String schema,
            @Nullable String tablePrefix,
            @DefaultValue("false") boolean createSchema,
            @DefaultValue("false") boolean readOnly,
            @Nullable Duration interval,
            @Nullable Duration maxStaleness,
            @DefaultValue("30s") Duration lastUseInterval) {}

    /**
     * Settings of the admin API of keyward-admin.
     *
     * @param path the prefix of its paths, such as {@code /v1/admin} for {@code /v1/admin/keys}; not mounted if not set
     */
    public record Admin(@Nullable String path) {}

    List<String> rulesOrNone() {
        return rules == null ? List.of() : rules;
    }

    List<String> confirmOpenOrNone() {
        return confirmOpen == null ? List.of() : confirmOpen;
    }

    String prefixOrDefault() {
        return prefix == null ? "kw_live" : prefix;
    }

    Jdbc jdbcOrDefault() {
        return jdbc == null ? new Jdbc(null, null, false, false, null, null, Duration.ofSeconds(30)) : jdbc;
    }
}
