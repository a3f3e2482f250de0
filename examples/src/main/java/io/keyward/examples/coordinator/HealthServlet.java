package io.keyward.examples.coordinator;

import io.keyward.store.KeysState;
import jakarta.json.Json;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.function.Supplier;

/**
 * {@code GET /health}: open to everyone, so it says whether the keys are healthy and not why. The reason, which names
 * files, is in the log.
 */
final class HealthServlet extends JsonServlet {
    private static final long serialVersionUID = 1L;

    private final transient Supplier<KeysState> keys;

    HealthServlet(Supplier<KeysState> keys) {
        super("GET", "HEAD");
        this.keys = keys;
    }

    @Override
    void answer(HttpServletRequest request, HttpServletResponse response) throws IOException {
        boolean healthy = keys.get().isHealthy();
        json(
                response,
                healthy ? HttpServletResponse.SC_OK : HttpServletResponse.SC_SERVICE_UNAVAILABLE,
                Json.createObjectBuilder()
                        .add("status", healthy ? "up" : "down")
                        .build());
    }
}
