package io.keyward.cli.terminal;

import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonStructure;
import jakarta.json.JsonWriter;
import jakarta.json.stream.JsonGenerator;
import java.io.StringWriter;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Prints the JSON of {@code --json}: names and types are stable, new names may be added. */
public final class Json {
    private Json() {}

    public static JsonObjectBuilder object() {
        return jakarta.json.Json.createObjectBuilder();
    }

    /** Adds a text, or JSON null, so that a name is always there. */
    public static JsonObjectBuilder add(JsonObjectBuilder object, String name, @Nullable Object value) {
        return value == null ? object.addNull(name) : object.add(name, value.toString());
    }

    public static String print(JsonStructure value) {
        StringWriter text = new StringWriter();
        try (JsonWriter writer = jakarta.json.Json.createWriterFactory(Map.of(JsonGenerator.PRETTY_PRINTING, true))
                .createWriter(text)) {
            writer.write(value);
        }
        return text.toString().strip() + "\n";
    }
}
