package io.keyward.admin;

import jakarta.json.JsonValue;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** Holds the answer to a call. */
record Answer(int status, String contentType, JsonValue body, Map<String, String> headers) {
    private static final String JSON = "application/json";

    static Answer ok(JsonValue body) {
        return json(200, body);
    }

    static Answer json(int status, JsonValue body) {
        return new Answer(status, JSON, body, Map.of());
    }

    Answer withHeader(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(name, value);
        return new Answer(status, contentType, body, more);
    }

    /** Writes without {@code sendError}, because an error page of the application would replace the body. */
    void writeTo(HttpServletRequest request, HttpServletResponse response) throws IOException {
        byte[] bytes = (body + "\n").getBytes(StandardCharsets.UTF_8);
        response.setStatus(status);
        response.setHeader("Cache-Control", "no-store");
        response.setHeader("X-Content-Type-Options", "nosniff");
        headers.forEach(response::setHeader);
        response.setContentType(contentType);
        response.setContentLength(bytes.length);
        if (!request.getMethod().equals("HEAD")) {
            response.getOutputStream().write(bytes);
        }
    }

    /** The body may hold a secret. */
    @Override
    public String toString() {
        return "Answer[" + status + "]";
    }
}
