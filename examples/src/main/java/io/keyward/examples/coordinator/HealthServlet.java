package io.keyward.examples.coordinator;

import jakarta.json.Json;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** {@code GET /health}: open to everyone. */
final class HealthServlet extends JsonServlet {
    private static final long serialVersionUID = 1L;

    HealthServlet() {
        super("GET", "HEAD");
    }

    @Override
    void answer(HttpServletRequest request, HttpServletResponse response) throws IOException {
        json(response, 200, Json.createObjectBuilder().add("status", "up").build());
    }
}
