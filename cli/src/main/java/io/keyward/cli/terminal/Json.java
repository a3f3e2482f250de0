package io.keyward.cli.terminal;

import jakarta.json.JsonArray;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonException;
import jakarta.json.JsonObject;
import jakarta.json.JsonStructure;
import jakarta.json.JsonValue;
import jakarta.json.JsonWriter;
import jakarta.json.stream.JsonGenerator;
import java.io.StringReader;
import java.io.StringWriter;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** An object of {@code --json}: names and types are stable, new names may be added. */
public final class Json {
    private final Map<String, JsonValue> values = new LinkedHashMap<>();

    private Json() {}

    /** Starts an object. */
    public static Json object() {
        return new Json();
    }

    /**
     * Adds a value.
     *
     * @param value null, so every name is always there; a boolean or a whole number; another object; a collection of
     *     values; texts by name, which are sorted; of anything else its text
     */
    public Json add(String name, @Nullable Object value) {
        values.put(name, valueOf(value));
        return this;
    }

    private static JsonValue valueOf(@Nullable Object value) {
        if (value == null) {
            return JsonValue.NULL;
        }
        if (value instanceof Boolean bool) {
            return bool ? JsonValue.TRUE : JsonValue.FALSE;
        }
        if (value instanceof Integer || value instanceof Long) {
            return jakarta.json.Json.createValue(((Number) value).longValue());
        }
        if (value instanceof Json other) {
            return other.value();
        }
        if (value instanceof Collection<?> values) {
            return arrayOf(values);
        }
        if (value instanceof Map<?, ?> texts) {
            Json sorted = object();
            new TreeMap<>(texts).forEach((name, text) -> sorted.add(String.valueOf(name), text));
            return sorted.value();
        }
        return jakarta.json.Json.createValue(value.toString());
    }

    private static JsonArray arrayOf(Collection<?> values) {
        JsonArrayBuilder array = jakarta.json.Json.createArrayBuilder();
        values.forEach(value -> array.add(valueOf(value)));
        return array.build();
    }

    private JsonObject value() {
        return jakarta.json.Json.createObjectBuilder(values).build();
    }

    /** Returns the object on several lines. */
    public String print() {
        return print(value());
    }

    /** Returns an array of objects on several lines. */
    public static String print(Collection<Json> objects) {
        return print(arrayOf(objects));
    }

    private static String print(JsonStructure value) {
        StringWriter text = new StringWriter();
        try (JsonWriter writer = jakarta.json.Json.createWriterFactory(Map.of(JsonGenerator.PRETTY_PRINTING, true))
                .createWriter(text)) {
            writer.write(value);
        }
        return text.toString().strip() + "\n";
    }

    /** Returns the object on one line. */
    @Override
    public String toString() {
        return value().toString();
    }

    /** Reads what should be an object; nothing for another text. */
    public static Optional<JsonObject> objectIn(String text) {
        try (var reader = jakarta.json.Json.createReader(new StringReader(text))) {
            return reader.readValue() instanceof JsonObject object ? Optional.of(object) : Optional.empty();
        } catch (JsonException notJson) {
            return Optional.empty();
        }
    }
}
