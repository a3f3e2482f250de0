package io.keyward.examples.coordinator;

import io.keyward.ApiKeyPrincipal;
import jakarta.json.Json;
import jakarta.json.JsonValue;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.TreeSet;

/** {@code GET /v1/whoami}: tells a key holder what the service knows of the key; for any valid key. */
final class WhoAmIServlet extends JsonServlet {
    private static final long serialVersionUID = 1L;

    WhoAmIServlet() {
        super("GET", "HEAD");
    }

    @Override
    void answer(HttpServletRequest request, HttpServletResponse response) throws IOException {
        ApiKeyPrincipal caller = (ApiKeyPrincipal) request.getUserPrincipal();
        String owner = caller.owner();
        json(
                response,
                200,
                Json.createObjectBuilder()
                        .add("id", caller.id())
                        .add("owner", owner == null ? JsonValue.NULL : Json.createValue(owner))
                        .add("roles", Json.createArrayBuilder(new TreeSet<>(caller.effectiveRoles())))
                        .build());
    }
}
