package io.keyward.examples.coordinator;

import jakarta.json.Json;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;

/** Any other path: who has a key is told which endpoints there are. The filter lets nobody else come this far. */
final class UnknownPathServlet extends HttpServlet {
    private static final long serialVersionUID = 1L;
    private static final List<String> ENDPOINTS = List.of(
            "GET /health",
            "GET /v1/jobs",
            "POST /v1/jobs",
            "POST /v1/miners/heartbeat",
            "GET /v1/admin/keys",
            "POST /v1/admin/keys",
            "GET /v1/admin/openapi.json",
            "GET /v1/whoami",
            "GET /ws (WebSocket)");

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        JsonServlet.problem(
                response,
                JsonServlet.problemOf(404, "Not Found")
                        .add("detail", "there is no such endpoint")
                        .add("endpoints", Json.createArrayBuilder(ENDPOINTS))
                        .build());
    }
}
