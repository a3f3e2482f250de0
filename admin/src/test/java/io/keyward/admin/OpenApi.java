package io.keyward.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jakarta.json.JsonArray;
import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;

/** Compares answers with openapi.json, and remembers which of its answers were seen. */
final class OpenApi {
    private static final OpenApi DOCUMENT = new OpenApi();

    final JsonObject json;
    final Set<String> seen = new ConcurrentSkipListSet<>();
    final Set<String> seenCodes = new ConcurrentSkipListSet<>();

    private OpenApi() {
        try (InputStream in = OpenApi.class.getResourceAsStream("openapi.json")) {
            this.json = Json.parse(in.readAllBytes(), 20);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static OpenApi document() {
        return DOCUMENT;
    }

    /** Returns each operation as method and path. */
    Set<String> operations() {
        Set<String> operations = new TreeSet<>();
        json.getJsonObject("paths")
                .forEach((path, item) -> item.asJsonObject()
                        .keySet()
                        .forEach(method -> operations.add(method.toUpperCase(Locale.ROOT) + " " + path)));
        return operations;
    }

    /** Returns each answer as method, path and status, without those that no request brings about. */
    Set<String> answers() {
        Set<String> answers = new TreeSet<>();
        for (String operation : operations()) {
            operation(operation).getJsonObject("responses").keySet().stream()
                    .filter(status -> !status.equals("default"))
                    .forEach(status -> answers.add(operation + " " + status));
        }
        return answers;
    }

    private JsonObject operation(String operation) {
        String[] parts = operation.split(" ", 2);
        return json.getJsonObject("paths").getJsonObject(parts[1]).getJsonObject(parts[0].toLowerCase(Locale.ROOT));
    }

    /** Requires that the document has this status for the call, and a schema that fits the body. */
    void requireAllows(String method, String path, Reply reply) {
        String called = path.replaceAll("\\?.*", "").replace(AdminService.PATH, "");
        for (String operation : operations()) {
            String[] parts = operation.split(" ", 2);
            if (parts[0].equals(method) && called.matches(parts[1].replace("{id}", "(?!lookup$)[^/]*"))) {
                seen.add(operation + " " + reply.status());
                JsonObject responses = operation(operation).getJsonObject("responses");
                JsonObject response =
                        responses.getJsonObject(reply.status() == 500 ? "default" : String.valueOf(reply.status()));
                assertNotNull(response, operation + " does not say " + reply.status() + ": " + reply.text());
                requireFits(operation + " " + reply.status(), resolved(response), reply);
            }
        }
    }

    private void requireFits(String what, JsonObject response, Reply reply) {
        JsonObject content = response.getJsonObject("content");
        assertEquals(content.keySet(), Set.of(reply.header("Content-Type").split(";")[0]), what);
        requireFits(what, content.values().iterator().next().asJsonObject().getJsonObject("schema"), reply.json());
        Map<String, JsonValue> headers = response.containsKey("headers") ? response.getJsonObject("headers") : Map.of();
        headers.keySet().stream()
                .filter(name -> !name.equals("Accept-Patch") || what.startsWith("PATCH"))
                .forEach(name -> assertTrue(reply.headers().firstValue(name).isPresent(), what + " lacks " + name));
        if (what.endsWith(" 200") || what.endsWith(" 201")) {
            assertEquals(
                    headers.containsKey("ETag"),
                    reply.headers().firstValue("ETag").isPresent(),
                    what);
        } else {
            seenCodes.add(reply.json().getString("code"));
        }
    }

    private JsonObject resolved(JsonObject schema) {
        if (!schema.containsKey("$ref")) {
            return schema;
        }
        JsonObject found = json;
        for (String step : schema.getString("$ref").substring(2).split("/")) {
            found = found.getJsonObject(step);
        }
        return found;
    }

    private void requireFits(String what, JsonObject reference, JsonValue value) {
        JsonObject schema = resolved(reference);
        if (schema.containsKey("const")) {
            assertEquals(schema.get("const"), value, what);
        }
        if (schema.containsKey("enum")) {
            assertTrue(schema.getJsonArray("enum").contains(value), what + " is " + value);
        }
        if (schema.containsKey("type")) {
            JsonValue type = schema.get("type");
            boolean fits = type instanceof JsonArray several
                    ? several.contains(jakarta.json.Json.createValue(typeOf(value)))
                    : ((JsonString) type).getString().equals(typeOf(value));
            assertTrue(fits, what + " is of type " + typeOf(value));
        }
        if (value instanceof JsonArray array && schema.containsKey("items")) {
            array.forEach(item -> requireFits(what + "[]", schema.getJsonObject("items"), item));
        }
        if (value instanceof JsonObject object && schema.containsKey("properties")) {
            requireMembersFit(what, schema, object);
        }
    }

    private void requireMembersFit(String what, JsonObject schema, JsonObject object) {
        JsonObject properties = schema.getJsonObject("properties");
        object.forEach((name, member) -> {
            assertTrue(properties.containsKey(name), what + " has " + name + ", which is not in the document");
            requireFits(what + " " + name, properties.getJsonObject(name), member);
        });
        if (schema.containsKey("required")) {
            schema.getJsonArray("required")
                    .getValuesAs(JsonString.class)
                    .forEach(name -> assertTrue(object.containsKey(name.getString()), what + " lacks " + name));
        }
    }

    private static String typeOf(JsonValue value) {
        return switch (value.getValueType()) {
            case STRING -> "string";
            case NUMBER -> ((JsonNumber) value).isIntegral() ? "integer" : "number";
            case TRUE, FALSE -> "boolean";
            case NULL -> "null";
            case ARRAY -> "array";
            case OBJECT -> "object";
        };
    }
}
