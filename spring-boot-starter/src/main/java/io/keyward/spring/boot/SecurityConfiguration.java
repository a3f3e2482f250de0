package io.keyward.spring.boot;

import static org.springframework.security.config.Customizer.withDefaults;

import io.keyward.ApiKeyVerifier;
import io.keyward.spring.security.ApiKeyPermissions;
import io.keyward.spring.security.ApiKeysConfigurer;
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

/** Guards the application with a chain of Spring Security where that is on the class path. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@ConditionalOnClass(name = "org.springframework.security.config.annotation.web.builders.HttpSecurity")
class SecurityConfiguration {
    /** Closes every path to callers without a key, until the application says more by a chain of its own. */
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

    /** Knows nobody: without it Boot makes a user whose password it prints, a second way in. */
    @Bean
    @ConditionalOnMissingBean({UserDetailsService.class, AuthenticationProvider.class, AuthenticationManager.class})
    UserDetailsService noUsersBesidesKeys() {
        return name -> {
            throw new UsernameNotFoundException("there are no users, only API keys");
        };
    }

    /** Refuses rules that would have no effect, because a path that its author thinks is closed would be open. */
    @Bean
    SmartInitializingSingleton keywardRulesAreRefused(KeywardProperties settings) {
        return () -> {
            if (!settings.rulesOrNone().isEmpty() || settings.otherwise() != null) {
                throw new IllegalArgumentException(
                        "keyward.rules and keyward.otherwise have no effect where Spring Security"
                                + " is on the class path, because authorizeHttpRequests decides; move the rules there");
            }
        };
    }
}
