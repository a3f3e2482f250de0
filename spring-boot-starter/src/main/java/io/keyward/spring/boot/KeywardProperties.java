package io.keyward.spring.boot;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * Settings of the starter. The keys themselves are not here: {@code keyward.keys}, {@code keyward.roles} and all else that
 * docs/configuration.md names is read by name, exactly, and never bound.
 *
 * @param store where keys come from; {@code config} is the Environment
 * @param rules who may go where, one text a rule: {@code GET /v1/jobs/* = jobs:read}; only without Spring Security
 * @param otherwise who may go where no rule names the path; needed with rules
 */
@ConfigurationProperties("keyward")
public record KeywardProperties(
        @Nullable Store store,
        @Nullable List<String> rules,
        @Nullable String otherwise) {

    /** Says where keys come from. */
    public enum Store {
        /** The Environment: yaml, properties, profiles, variables, a config server. */
        CONFIG
    }

    List<String> rulesOrNone() {
        return rules == null ? List.of() : rules;
    }
}
