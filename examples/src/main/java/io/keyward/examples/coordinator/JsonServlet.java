package io.keyward.examples.coordinator;

import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.TreeSet;

/** Answers in JSON, and with an RFC 9457 problem where something is wrong. */
abstract class JsonServlet extends HttpServlet {
    private static final long serialVersionUID = 1L;

    private final Set<String> methods;

    JsonServlet(String... methods) {
        this.methods = Set.of(methods);
    }

    /** Answers the methods this path has; {@code HttpServlet} would answer others with a page of the container's. */
    @Override
    protected final void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (methods.contains(request.getMethod())) {
            answer(request, response);
        } else {
            String allowed = String.join(", ", new TreeSet<>(methods));
            response.setHeader("Allow", allowed);
            problem(response, HttpServletResponse.SC_METHOD_NOT_ALLOWED, "Method Not Allowed", "use " + allowed);
        }
    }

    abstract void answer(HttpServletRequest request, HttpServletResponse response) throws IOException;

    static void json(HttpServletResponse response, int status, JsonObject body) throws IOException {
        write(response, status, "application/json", body);
    }

    static void problem(HttpServletResponse response, int status, String title, String detail) throws IOException {
        problem(response, problemOf(status, title).add("detail", detail).build());
    }

    static void problem(HttpServletResponse response, JsonObject problem) throws IOException {
        write(response, problem.getInt("status"), "application/problem+json", problem);
    }

    static JsonObjectBuilder problemOf(int status, String title) {
        return Json.createObjectBuilder()
                .add("type", "about:blank")
                .add("title", title)
                .add("status", status);
    }

    private static void write(HttpServletResponse response, int status, String type, JsonObject body)
            throws IOException {
        byte[] bytes = (body + "\n").getBytes(StandardCharsets.UTF_8);
        response.setStatus(status);
        response.setContentType(type);
        response.setContentLength(bytes.length);
        response.getOutputStream().write(bytes);
    }
}
