package io.keyward.admin;

import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonValue;
import jakarta.json.spi.JsonProvider;
import jakarta.json.stream.JsonParser;
import jakarta.json.stream.JsonParser.Event;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads and makes JSON; stricter than the parser, which ignores text after the value and accepts equal names. */
final class Json {
    private static final JsonProvider PROVIDER = JsonProvider.provider();
    private static final int MAX_DEPTH = 4;

    private Json() {}

    static JsonObjectBuilder object() {
        return PROVIDER.createObjectBuilder();
    }

    static JsonArrayBuilder array() {
        return PROVIDER.createArrayBuilder();
    }

    /** Returns the texts of the values, sorted. */
    static JsonArrayBuilder sorted(Collection<?> values) {
        JsonArrayBuilder array = array();
        values.stream().map(Object::toString).sorted().forEach(array::add);
        return array;
    }

    /** Adds a text, or JSON null, so every name is always there. */
    static void add(JsonObjectBuilder object, String name, @Nullable Object value) {
        if (value == null) {
            object.addNull(name);
        } else {
            object.add(name, value.toString());
        }
    }

    /** Returns the object with another text at a JSON pointer. */
    static JsonObject replaced(JsonObject object, String pointer, String text) {
        return PROVIDER.createPatchBuilder().replace(pointer, text).build().apply(object);
    }

    /**
     * Returns the object that a body holds.
     *
     * @throws Problem 400 if it is not UTF-8, not one JSON object, nested deeper than any body of ours, or an object
     *     has two members of one name: another reader could take the other of the two
     */
    static JsonObject parse(byte[] body) {
        return parse(body, MAX_DEPTH);
    }

    static JsonObject parse(byte[] body, int maxDepth) {
        try (JsonParser parser = PROVIDER.createParser(new StringReader(utf8(body)))) {
            if (parser.next() != Event.START_OBJECT) {
                throw Problem.badRequest("the body must be a JSON object");
            }
            JsonObject object = object(parser, maxDepth);
            if (parser.hasNext()) {
                throw Problem.badRequest("the body must be one JSON object and nothing after it");
            }
            return object;
        } catch (Problem problem) {
            throw problem;
        } catch (RuntimeException notJson) {
            // JsonException, NoSuchElementException, and others for numbers and names that are too long
            throw Problem.badRequest("the body must be a JSON object, as RFC 8259 defines it");
        }
    }

    /** Skips a byte-order mark, which editors and PowerShell write and RFC 8259 lets a reader ignore. */
    private static String utf8(byte[] body) {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(body))
                    .toString();
            return text.startsWith("\ufeff") ? text.substring(1) : text;
        } catch (CharacterCodingException notUtf8) {
            throw Problem.badRequest("the body must be UTF-8");
        }
    }

    private static JsonObject object(JsonParser parser, int depthLeft) {
        requireShallow(depthLeft);
        JsonObjectBuilder object = object();
        Set<String> names = new HashSet<>();
        for (Event event = parser.next(); event != Event.END_OBJECT; event = parser.next()) {
            String name = parser.getString();
            if (!names.add(name)) {
                throw Problem.badRequest("an object in the body has two members of one name; keep one");
            }
            object.add(name, value(parser, parser.next(), depthLeft));
        }
        return object.build();
    }

    private static JsonValue value(JsonParser parser, Event event, int depthLeft) {
        return switch (event) {
            case START_OBJECT -> object(parser, depthLeft - 1);
            case START_ARRAY -> array(parser, depthLeft - 1);
            default -> parser.getValue();
        };
    }

    private static JsonValue array(JsonParser parser, int depthLeft) {
        requireShallow(depthLeft);
        JsonArrayBuilder array = array();
        for (Event event = parser.next(); event != Event.END_ARRAY; event = parser.next()) {
            array.add(value(parser, event, depthLeft));
        }
        return array.build();
    }

    private static void requireShallow(int depthLeft) {
        if (depthLeft == 0) {
            throw Problem.badRequest("the body must not be nested so deeply");
        }
    }
}
