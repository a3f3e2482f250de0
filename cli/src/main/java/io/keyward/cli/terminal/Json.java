package io.keyward.cli.terminal;

import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonStructure;
import jakarta.json.JsonWriter;
import jakarta.json.stream.JsonGenerator;
import java.io.StringWriter;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Prints the JSON of {@code --json}: names and types are stable, new names may be added. */
public final class Json {
    private Json() {}

    public static JsonObjectBuilder object() {
        return jakarta.json.Json.createObjectBuilder();
    }

    public static JsonArrayBuilder array() {
        return jakarta.json.Json.createArrayBuilder();
    }

    /** Returns an array of the texts of these values, in their order. */
    public static JsonArrayBuilder array(Collection<?> values) {
        JsonArrayBuilder array = array();
        values.forEach(value -> array.add(value.toString()));
        return array;
    }

    /** Returns an array of objects that a function makes of these values. */
    public static <T> JsonArrayBuilder array(Collection<T> values, Function<T, JsonObjectBuilder> objects) {
        JsonArrayBuilder array = array();
        values.forEach(value -> array.add(objects.apply(value)));
        return array;
    }

    /** Returns an object of these texts, in the order of their names. */
    public static JsonObjectBuilder texts(Map<String, String> texts) {
        JsonObjectBuilder object = object();
        new TreeMap<>(texts).forEach(object::add);
        return object;
    }

    /** Adds a text, or JSON null, so every name is always there. */
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
