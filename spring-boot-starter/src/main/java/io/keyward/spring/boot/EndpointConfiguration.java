package io.keyward.spring.boot;

import io.keyward.config.KeywardConfig;
import io.keyward.store.ApiKeys;
import java.time.InstantSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The actuator endpoint {@code keyward}, if it is exposed. Boot 3 and 4 have the same classes for it. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnClass(
        name = "org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint")
class EndpointConfiguration {
    @Bean
    @ConditionalOnAvailableEndpoint
    @ConditionalOnMissingBean
    KeywardEndpoint keywardEndpoint(
            ObjectProvider<KeysSource> source, ObjectProvider<KeywardConfig> config, ObjectProvider<ApiKeys> keys) {
        return new KeywardEndpoint(source, config, keys, InstantSource.system());
    }
}
