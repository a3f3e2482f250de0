package io.keyward.examples.coordinator;

import jakarta.json.Json;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Instant;

/** {@code POST /v1/miners/heartbeat}: a miner says that it lives; for role {@code miner}. */
final class HeartbeatServlet extends JsonServlet {
    private static final long serialVersionUID = 1L;

    HeartbeatServlet() {
        super("POST");
    }

    @Override
    void answer(HttpServletRequest request, HttpServletResponse response) throws IOException {
        json(
                response,
                200,
                Json.createObjectBuilder()
                        .add("miner", request.getUserPrincipal().getName())
                        .add("seenAt", Instant.now().toString())
                        .build());
    }
}
