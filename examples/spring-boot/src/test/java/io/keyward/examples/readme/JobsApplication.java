package io.keyward.examples.readme;

import io.keyward.ApiKeyPrincipal;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.config.annotation.method.configuration.EnableMethodSecurity;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

@SpringBootApplication
@EnableMethodSecurity
public class JobsApplication {
    public static void main(String[] args) {
        SpringApplication.run(JobsApplication.class, args);
    }

    @RestController
    static class Jobs {
        @GetMapping("/v1/jobs")
        @PreAuthorize("hasAuthority('jobs:read')")
        String jobs(@AuthenticationPrincipal ApiKeyPrincipal caller) {
            return "hello " + caller.id();
        }
    }
}
