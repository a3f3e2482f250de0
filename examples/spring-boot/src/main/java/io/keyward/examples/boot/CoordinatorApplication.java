package io.keyward.examples.boot;

import static io.keyward.spring.security.ApiKeysConfigurer.apiKeys;
import static org.springframework.http.HttpStatus.ACCEPTED;
import static org.springframework.http.HttpStatus.NO_CONTENT;
import static org.springframework.security.config.Customizer.withDefaults;

import io.keyward.ApiKeyPrincipal;
import io.keyward.ApiKeyVerifier;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Takes jobs from clients and signs of life from miners. */
@SpringBootApplication
public class CoordinatorApplication {
    /** Starts the application; roles are in application.yml, keys come from the environment. */
    public static void main(String[] args) {
        SpringApplication.run(CoordinatorApplication.class, args);
    }

    @Bean
    SecurityFilterChain api(HttpSecurity http, ApiKeyVerifier verifier) throws Exception {
        return http.with(apiKeys(verifier), withDefaults())
                .authorizeHttpRequests(paths -> paths.requestMatchers("/actuator/health")
                        .permitAll()
                        .requestMatchers("/v1/jobs")
                        .hasRole("client")
                        .requestMatchers("/v1/heartbeat")
                        .hasRole("miner")
                        .anyRequest()
                        .denyAll())
                .build();
    }

    /** One job, and the id of the key that submitted it. */
    record Job(String id, String prompt, String submittedBy) {}

    /** What a client sends. */
    record Submission(String prompt) {}

    @RestController
    static class Api {
        private final List<Job> jobs = new CopyOnWriteArrayList<>();

        @PostMapping("/v1/jobs")
        @ResponseStatus(ACCEPTED)
        Job submit(@RequestBody Submission submission, @AuthenticationPrincipal ApiKeyPrincipal caller) {
            Job job = new Job(UUID.randomUUID().toString(), submission.prompt(), caller.id());
            jobs.add(job);
            return job;
        }

        @GetMapping("/v1/jobs")
        List<Job> jobs() {
            return jobs;
        }

        @PostMapping("/v1/heartbeat")
        @ResponseStatus(NO_CONTENT)
        void heartbeat() {}
    }
}
