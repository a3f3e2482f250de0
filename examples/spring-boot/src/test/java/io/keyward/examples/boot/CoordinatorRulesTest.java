package io.keyward.examples.boot;

import static io.keyward.spring.security.test.ApiKeyRequests.apiKey;
import static org.hamcrest.Matchers.is;
import static org.springframework.http.MediaType.APPLICATION_JSON;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.post;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.header;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.jsonPath;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import io.keyward.ApiKeyVerifier;
import io.keyward.KeyRing;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.boot.webmvc.test.autoconfigure.WebMvcTest;
import org.springframework.context.annotation.Bean;
import org.springframework.test.web.servlet.MockMvc;

/** The rules alone: callers are given, no key is verified. */
@WebMvcTest
class CoordinatorRulesTest {
    @Autowired
    MockMvc mvc;

    @TestConfiguration
    static class NoKeys {
        @Bean
        ApiKeyVerifier verifier() {
            return ApiKeyVerifier.of(KeyRing.builder().build());
        }
    }

    @Test
    void clientsSubmitJobs() throws Exception {
        mvc.perform(post("/v1/jobs")
                        .contentType(APPLICATION_JSON)
                        .content("{\"prompt\":\"hello\"}")
                        .with(apiKey().id("alice").roles("client")))
                .andExpect(status().isAccepted())
                .andExpect(jsonPath("$.submittedBy", is("alice")));
    }

    @Test
    void minersDoNot() throws Exception {
        mvc.perform(get("/v1/jobs").with(apiKey().roles("miner"))).andExpect(status().isForbidden());
        mvc.perform(post("/v1/heartbeat").with(apiKey().roles("miner"))).andExpect(status().isNoContent());
    }

    @Test
    void strangersAreAskedForAKeyAndNotForAPassword() throws Exception {
        mvc.perform(get("/v1/jobs"))
                .andExpect(status().isUnauthorized())
                .andExpect(header().stringValues("WWW-Authenticate", "ApiKey realm=\"api\"", "Bearer realm=\"api\""));
    }
}
