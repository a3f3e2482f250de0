package io.keyward.spring.boot;

import static org.springframework.security.config.Customizer.withDefaults;

import io.keyward.ApiKeyVerifier;
import io.keyward.spring.security.ApiKeyAuthenticationFilter;
import io.keyward.spring.security.ApiKeyPermissions;
import io.keyward.spring.security.ApiKeysConfigurer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.authentication.AuthenticationManager;
import org.springframework.security.authentication.AuthenticationProvider;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.security.core.userdetails.UsernameNotFoundException;
import org.springframework.security.web.SecurityFilterChain;

/** Guards the application with a chain of Spring Security, if that is on the class path. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@ConditionalOnClass(name = "org.springframework.security.config.annotation.web.builders.HttpSecurity")
class SecurityConfiguration {
    private static final Logger LOG = LoggerFactory.getLogger(KeywardAutoConfiguration.class);

    /** Denies callers without a key on every path, unless the application has its own chain. */
    @Bean
    @ConditionalOnMissingBean(SecurityFilterChain.class)
    SecurityFilterChain apiKeyFilterChain(HttpSecurity http, ApiKeyVerifier verifier) throws Exception {
        return http.with(ApiKeysConfigurer.apiKeys(verifier), withDefaults())
                .authorizeHttpRequests(paths -> paths.anyRequest().authenticated())
                .build();
    }

    @Bean
    @ConditionalOnMissingBean(name = "keyward")
    ApiKeyPermissions keyward() {
        return new ApiKeyPermissions();
    }

    /** Has no users. Without this bean Boot creates a user and prints the password, which would be a second way in. */
    @Bean
    @ConditionalOnMissingBean({UserDetailsService.class, AuthenticationProvider.class, AuthenticationManager.class})
    UserDetailsService noUsersBesidesKeys() {
        return name -> {
            throw new UsernameNotFoundException("there are no users, only API keys");
        };
    }

    /** Logs a warning if no chain reads keys, because an own chain replaces the one that does. */
    @Bean
    SmartInitializingSingleton keywardChainsHaveKeys(ObjectProvider<SecurityFilterChain> chains) {
        return () -> {
            if (chains.stream()
                    .flatMap(chain -> chain.getFilters().stream())
                    .noneMatch(ApiKeyAuthenticationFilter.class::isInstance)) {
                LOG.warn("no SecurityFilterChain of this application reads keys, so a key opens nothing; add"
                        + " http.with(apiKeys(verifier), withDefaults()) to a chain");
            }
        };
    }

    /** Refuses rules, because they have no effect here: a path that its author thinks is closed could be open. */
    @Bean
    SmartInitializingSingleton keywardRulesAreRefused(KeywardProperties settings) {
        return () -> {
            if (!settings.rulesOrNone().isEmpty() || settings.otherwise() != null) {
                throw new InvalidSettingException(
                        "keyward.rules and keyward.otherwise have no effect where Spring Security"
                                + " is on the class path, because authorizeHttpRequests decides",
                        "move the rules there");
            }
        };
    }
}
