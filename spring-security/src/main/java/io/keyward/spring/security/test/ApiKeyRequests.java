package io.keyward.spring.security.test;

import io.keyward.role.RoleModel;
import io.keyward.servlet.ApiKeyFilter;
import io.keyward.spring.security.ApiKeyAuthentication;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors;
import org.springframework.security.web.csrf.CsrfFilter;
import org.springframework.test.web.servlet.request.RequestPostProcessor;

/**
 * Gives a request of MockMvc the caller that a key would give it. The request needs no key.
 *
 * <pre>{@code
 * mvc.perform(post("/v1/jobs").with(apiKey().roles("client").permissions("jobs:submit")))
 *         .andExpect(status().isCreated());
 * }</pre>
 *
 * <p>No key of the request is verified. To test a key in a header, send one from {@code ThrowAwayKeys}.
 */
public final class ApiKeyRequests {
    private ApiKeyRequests() {}

    /** Returns a caller with the key id {@code test}, without roles and permissions. */
    public static Caller apiKey() {
        return new Caller();
    }

    /** A caller for one request. Must not be shared between threads. */
    public static final class Caller implements RequestPostProcessor {
        private String id = "test";
        private @Nullable String owner;
        private List<String> roles = List.of();
        private List<String> permissions = List.of();
        private @Nullable RoleModel model;

        private Caller() {}

        /** Sets the key id. */
        public Caller id(String id) {
            this.id = id;
            return this;
        }

        /** Sets the owner of the key. */
        public Caller owner(String owner) {
            this.owner = owner;
            return this;
        }

        /** Sets the roles of the key; a role has no permissions and includes no role unless {@link #in} is set. */
        public Caller roles(String... roles) {
            this.roles = List.of(roles);
            return this;
        }

        /** Sets the extra permissions of the key; patterns such as {@code jobs:*} are accepted. */
        public Caller permissions(String... permissions) {
            this.permissions = List.of(permissions);
            return this;
        }

        /** Sets the roles of the application, with their permissions and the roles that they include. */
        public Caller in(RoleModel model) {
            this.model = model;
            return this;
        }

        /**
         * Returns the request with this caller. The request needs no CSRF token.
         *
         * @throws IllegalArgumentException if the id, a role or a permission has the wrong form
         * @throws io.keyward.KeyRingException if {@link #in} is set and does not declare a role of the key
         */
        @Override
        public MockHttpServletRequest postProcessRequest(MockHttpServletRequest request) {
            ApiKeyAuthentication authentication = MockApiKey.authentication(id, owner, roles, permissions, model);
            CsrfFilter.skipRequest(request);
            request.setAttribute(ApiKeyFilter.PRINCIPAL_ATTRIBUTE, authentication.getPrincipal());
            return SecurityMockMvcRequestPostProcessors.authentication(authentication)
                    .postProcessRequest(request);
        }
    }
}
