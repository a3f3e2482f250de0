package io.keyward.spring.security;

import static io.keyward.spring.security.test.ApiKeyRequests.apiKey;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.post;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.content;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import io.keyward.KeyRingException;
import io.keyward.spring.security.test.WithApiKey;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.test.context.junit.jupiter.web.SpringJUnitWebConfig;
import org.springframework.test.web.servlet.MockMvc;

@DisplayName("issue 21: what the tests of an application use")
class TestSupportTest {
    private final MockMvc mvc = TestApplication.with(MechanismsTest.KeysAlone.class).mvc;

    @Test
    void givesARequestItsCaller() throws Exception {
        mvc.perform(get("/v1/principal")
                        .with(apiKey().id("alice").owner("a@lab").roles("client")))
                .andExpect(content().string("alice true true true null"));
        mvc.perform(get("/v1/read").with(apiKey().roles("client").permissions("jobs:read")))
                .andExpect(status().isOk());
        mvc.perform(get("/v1/read").with(apiKey().roles("client"))).andExpect(status().isForbidden());
        mvc.perform(get("/v1/read").with(apiKey().roles("admin").in(TestKeys.ROLES)))
                .andExpect(status().isOk());
        mvc.perform(get("/v1/keys").with(apiKey().permissions("keys:*", "keys:read")))
                .andExpect(status().isOk());
        mvc.perform(post("/v1/jobs").with(apiKey())).andExpect(status().isOk());
        mvc.perform(get("/v1/read")).andExpect(status().isUnauthorized());
    }

    @Test
    void refusesRolesThatTheModelDoesNotHave() {
        assertThrows(
                KeyRingException.class,
                () -> mvc.perform(get("/v1/read").with(apiKey().roles("nobody").in(TestKeys.ROLES))));
    }

    @Nested
    @SpringJUnitWebConfig(TestApplication.Base.class)
    class WithAnnotation {
        @Test
        @WithApiKey(id = "alice", roles = "client", permissions = "jobs:submit")
        void givesATestItsCaller() {
            ApiKeyAuthentication caller =
                    (ApiKeyAuthentication) SecurityContextHolder.getContext().getAuthentication();
            assertEquals("alice", caller.getName());
            assertEquals(true, caller.getPrincipal().hasPermission("jobs:submit"));
            assertEquals(true, caller.getPrincipal().hasRole("client"));
        }
    }
}
