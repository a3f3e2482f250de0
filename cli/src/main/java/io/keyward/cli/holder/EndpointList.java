package io.keyward.cli.holder;

import io.keyward.cli.terminal.Json;
import io.keyward.cli.terminal.Terminal;
import jakarta.json.JsonArray;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Reads the endpoints that a service lists in a problem body (RFC 9457), as {@code "endpoints"}: texts such as
 * {@code "POST /v1/jobs"}, or objects with {@code path} and {@code method} or {@code methods}.
 */
final class EndpointList {
    private EndpointList() {}

    /** Returns the endpoints, one to a line; nothing if the body lists none. */
    static Optional<List<String>> in(String body) {
        return Json.objectIn(body)
                .filter(problem -> problem.get("endpoints") instanceof JsonArray)
                .map(problem -> problem.getJsonArray("endpoints").stream()
                        .map(EndpointList::line)
                        .toList());
    }

    private static String line(JsonValue endpoint) {
        if (!(endpoint instanceof JsonObject object)) {
            return text(endpoint);
        }
        return Stream.of("method", "methods", "path", "description")
                .map(object::get)
                .filter(Objects::nonNull)
                .map(EndpointList::text)
                .collect(Collectors.joining(" "));
    }

    private static String text(JsonValue value) {
        if (value instanceof JsonArray several) {
            return several.stream().map(EndpointList::text).collect(Collectors.joining(","));
        }
        return Terminal.oneLine(value instanceof JsonString text ? text.getString() : value.toString());
    }
}
