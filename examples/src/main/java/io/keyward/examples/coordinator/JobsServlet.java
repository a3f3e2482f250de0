package io.keyward.examples.coordinator;

import io.keyward.examples.coordinator.Jobs.Job;
import jakarta.json.Json;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import jakarta.json.stream.JsonParser;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Optional;

/** {@code POST /v1/jobs} takes a job, {@code GET /v1/jobs} lists the newest; for role {@code client}. */
final class JobsServlet extends JsonServlet {
    private static final long serialVersionUID = 1L;
    private static final int MAX_PROMPT = 10_000;
    /** Room for the longest prompt with every character written as an escape, and some. */
    private static final int MAX_BODY = 128 * 1024;

    private final transient Jobs jobs = new Jobs();

    JobsServlet() {
        super("GET", "HEAD", "POST");
    }

    @Override
    void answer(HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (request.getMethod().equals("POST")) {
            submit(request, response);
        } else {
            list(response);
        }
    }

    private void submit(HttpServletRequest request, HttpServletResponse response) throws IOException {
        byte[] body = request.getInputStream().readNBytes(MAX_BODY + 1);
        if (body.length > MAX_BODY) {
            problem(response, 413, "Content Too Large", "the body must have at most " + MAX_BODY + " bytes");
            return;
        }
        Optional<String> prompt = promptOf(body);
        if (prompt.isEmpty()) {
            problem(
                    response,
                    400,
                    "Bad Request",
                    "the body must be a JSON object with a \"prompt\" string of 1 to " + MAX_PROMPT + " characters");
            return;
        }
        Job job = jobs.submit(prompt.get(), request.getUserPrincipal().getName());
        json(
                response,
                202,
                Json.createObjectBuilder()
                        .add("id", job.id())
                        .add("status", "queued")
                        .build());
    }

    /** Reads the body as JSON whatever its type says: {@code curl -d} sends that of a form. */
    private static Optional<String> promptOf(byte[] body) {
        try (JsonParser parser = Json.createParser(new ByteArrayInputStream(body))) {
            parser.next();
            JsonValue json = parser.getValue();
            return !parser.hasNext()
                            && json instanceof JsonObject object
                            && object.get("prompt") instanceof JsonString prompt
                    ? Optional.of(prompt.getString()).filter(text -> !text.isEmpty() && text.length() <= MAX_PROMPT)
                    : Optional.empty();
        } catch (RuntimeException notJson) {
            // JsonException and NoSuchElementException, and a bare RuntimeException where it is nested too deeply
            return Optional.empty();
        }
    }

    private void list(HttpServletResponse response) throws IOException {
        JsonArrayBuilder list = Json.createArrayBuilder();
        for (Job job : jobs.all()) {
            list.add(Json.createObjectBuilder()
                    .add("id", job.id())
                    .add("prompt", job.prompt())
                    .add("submittedBy", job.submittedBy())
                    .add("submittedAt", job.submittedAt().toString()));
        }
        json(response, 200, Json.createObjectBuilder().add("jobs", list).build());
    }
}
