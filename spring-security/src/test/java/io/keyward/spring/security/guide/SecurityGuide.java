package io.keyward.spring.security.guide;

import static io.keyward.spring.security.ApiKeysConfigurer.apiKeys;
import static io.keyward.spring.security.test.ApiKeyRequests.apiKey;
import static org.springframework.security.config.Customizer.withDefaults;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.post;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import io.keyward.ApiKeyPrincipal;
import io.keyward.ApiKeyVerifier;
import io.keyward.KeyFormat;
import io.keyward.Verification.Reason;
import io.keyward.spring.security.ApiKeyPermissions;
import io.keyward.spring.security.RejectedApiKey;
import io.keyward.spring.security.test.WithApiKey;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import org.springframework.context.annotation.Bean;
import org.springframework.context.event.EventListener;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.authentication.event.AbstractAuthenticationFailureEvent;
import org.springframework.security.concurrent.DelegatingSecurityContextExecutor;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.web.bind.annotation.GetMapping;

/** The code of docs/spring.md, compiled. */
class SecurityGuide {
    // snippet: chain
    @Bean
    SecurityFilterChain api(HttpSecurity http, ApiKeyVerifier verifier) throws Exception {
        return http.with(apiKeys(verifier), withDefaults())
                .authorizeHttpRequests(paths -> paths.requestMatchers("/health")
                        .permitAll()
                        .requestMatchers("/v1/admin/**")
                        .hasRole("admin")
                        .anyRequest()
                        .authenticated())
                .build();
    }
    // end

    SecurityFilterChain jwt(HttpSecurity http, ApiKeyVerifier verifier) throws Exception {
        // snippet: jwt
        http.with(apiKeys(verifier), keys -> keys.bearer(KeyFormat.of("acme_live")))
                .oauth2ResourceServer(server -> server.jwt(withDefaults()));
        // end
        return http.build();
    }

    // snippet: permissions
    @Bean
    ApiKeyPermissions keyward() {
        return new ApiKeyPermissions();
    }
    // end

    // snippet: handler
    @GetMapping("/v1/jobs")
    @PreAuthorize("hasRole('client') and hasAuthority('jobs:read')")
    String jobs(@AuthenticationPrincipal ApiKeyPrincipal caller) {
        return "jobs of " + caller.owner();
    }
    // end

    // snippet: events
    @EventListener
    void rejected(AbstractAuthenticationFailureEvent event) {
        if (event.getAuthentication() instanceof RejectedApiKey key && key.reason() == Reason.REVOKED) {
            System.out.println("somebody still uses the revoked key " + key.keyId());
        }
    }
    // end

    // snippet: executor
    @Bean
    Executor jobs() {
        return new DelegatingSecurityContextExecutor(Executors.newFixedThreadPool(4));
    }
    // end

    void request(MockMvc mvc) throws Exception {
        // snippet: request
        mvc.perform(post("/v1/jobs").with(apiKey().roles("client").permissions("jobs:submit")))
                .andExpect(status().isCreated());
        // end
    }

    // snippet: annotation
    @WithApiKey(id = "alice", roles = "client")
    void clientsSeeTheirJobs() {}
    // end
}
