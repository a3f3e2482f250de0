package io.keyward.spring.boot;

import io.keyward.ApiKeyVerifier;
import io.keyward.config.KeywardConfig;
import io.keyward.store.ApiKeys;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The health component {@code keyward} with the classes of Boot 4. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnClass(name = "org.springframework.boot.health.contributor.HealthIndicator")
@ConditionalOnProperty(name = "management.health.keyward.enabled", matchIfMissing = true)
class HealthOnBoot4 {
    @Bean
    @ConditionalOnMissingBean(name = "keywardHealthIndicator")
    HealthIndicator keywardHealthIndicator(
            ApiKeyVerifier verifier, ObjectProvider<KeywardConfig> config, ObjectProvider<ApiKeys> keys) {
        KeywardHealth health = new KeywardHealth(verifier, config, keys);
        return () -> (health.isUp() ? Health.up() : Health.down())
                .withDetails(health.details())
                .build();
    }
}
