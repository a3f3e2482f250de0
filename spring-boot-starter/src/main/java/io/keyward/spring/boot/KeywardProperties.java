package io.keyward.spring.boot;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings of the starter. The keys themselves are not here: {@code keyward.keys}, {@code keyward.roles} and all else
 * that docs/configuration.md names is read by name, exactly, and never bound.
 *
 * @param store where keys come from; {@code config} is the Environment
 * @param file the {@code .env} file of {@code keyward.store=file}
 * @param prefix what new keys begin with, such as {@code acme_live}; {@code kw_live} if not set
 * @param jdbc settings of {@code keyward.store=jdbc}
 * @param admin settings of the admin API
 * @param rules who may go where, one text a rule: {@code GET /v1/jobs/* = jobs:read}; only without Spring Security
 * @param otherwise who may go where no rule names the path; needed with rules
 * @param tlsOnly whether keys are denied that did not come over TLS
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
        @DefaultValue("false") boolean tlsOnly) {

    /** Says where keys come from. */
    public enum Store {
        /** The Environment: yaml, properties, profiles, variables, a config server. */
        CONFIG,
        /** The {@code .env} file that {@code keyward.file} names. */
        FILE,
        /** A database, by keyward-jdbc-store. */
        JDBC
    }

    /**
     * Settings of {@code keyward.store=jdbc}.
     *
     * @param schema the schema of the tables; {@code keyward} if not set
     * @param tablePrefix what table names begin with; {@code keyward_} if not set
     * @param createSchema whether what is missing of the tables is created at the start
     * @param readOnly whether changes are refused, for a database user that can only read
     * @param interval how often the database is asked for changes; twice a second if not set
     * @param maxStaleness how long keys are verified while the database is away; 15 minutes if not set
     * @param lastUseInterval how often times of last use are written
     * @param pepper the id of the pepper that hashes new keys; needed where there are several
     */
    public record Jdbc(
            @Nullable String schema,
            @Nullable String tablePrefix,
            @DefaultValue("false") boolean createSchema,
            @DefaultValue("false") boolean readOnly,
            @Nullable Duration interval,
            @Nullable Duration maxStaleness,
            @DefaultValue("30s") Duration lastUseInterval,
            @Nullable String pepper) {}

    /**
     * Settings of the admin API, by keyward-admin.
     *
     * @param path what its paths begin with, such as {@code /v1/admin} for {@code /v1/admin/keys}; not mounted if not
     *     set
     */
    public record Admin(@Nullable String path) {}

    List<String> rulesOrNone() {
        return rules == null ? List.of() : rules;
    }

    String prefixOrDefault() {
        return prefix == null ? "kw_live" : prefix;
    }

    Jdbc jdbcOrDefault() {
        return jdbc == null ? new Jdbc(null, null, false, false, null, null, Duration.ofSeconds(30), null) : jdbc;
    }
}
