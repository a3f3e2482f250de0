package io.keyward.servlet.guide;

import io.keyward.ApiKeyPrincipal;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.SecurityContext;

class JaxRs {
    // snippet: jaxrs
    @Path("/v1/keys")
    public static class KeysResource {
        @GET
        @RolesAllowed("admin")
        public String list(@Context SecurityContext security) {
            ApiKeyPrincipal caller = (ApiKeyPrincipal) security.getUserPrincipal();
            return "asked by " + caller.id();
        }
    }
    // end
}
