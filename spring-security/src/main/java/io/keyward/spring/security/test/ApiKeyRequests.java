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
 * Gives a request of MockMvc the caller that a key would give it, without a key.
 *
 * <pre>{@code
 * mvc.perform(post("/v1/jobs").with(apiKey().roles("client").permissions("jobs:submit")))
 *         .andExpect(status().isCreated());
 * }</pre>
 *
 * <p>Nothing is verified. To test what a key in a header does, send one: {@code ThrowAwayKeys} makes them.
 */
public final class ApiKeyRequests {
    private ApiKeyRequests() {}

    /** Returns a caller with the key id {@code test}, without roles and permissions. */
    public static Caller apiKey() {
        return new Caller();
    }

    /** A caller for one request. Not for use by several threads. */
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

        /** Sets whose key it is. */
        public Caller owner(String owner) {
            this.owner = owner;
            return this;
        }

        /** Sets the roles of the key; each means only itself unless {@link #in} says more. */
        public Caller roles(String... roles) {
            this.roles = List.of(roles);
            return this;
        }

        /** Sets the permissions of the key itself; patterns such as {@code jobs:*} too. */
        public Caller permissions(String... permissions) {
            this.permissions = List.of(permissions);
            return this;
        }

        /** Sets what the roles of the application mean: which permissions they hold and which roles they include. */
        public Caller in(RoleModel model) {
            this.model = model;
            return this;
        }

        /**
         * Returns the request with this caller; no CSRF token is asked of it.
         *
         * @throws IllegalArgumentException if id, a role or a permission has the wrong form
         * @throws io.keyward.KeyRingException if a role is not one of {@link #in}
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
