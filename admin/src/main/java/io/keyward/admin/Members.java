package io.keyward.admin;

import io.keyward.role.Permission;
import jakarta.json.JsonArray;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Reads the members of a body, each by the type it must have; a member that the call never asks for is unknown, and
 * refused.
 *
 * <p>Every method throws a 422 {@link Problem} that names the member and the rule, never the value.
 */
final class Members {
    private static final int MAX_TIME = 64;

    private final JsonObject json;
    private final Set<String> known = new HashSet<>();

    Members(JsonObject json) {
        this.json = json;
    }

    /** Returns whether there is such a member, null included. */
    boolean has(String name) {
        known.add(name);
        return json.containsKey(name);
    }

    /** Returns the value as it came; null if there is no such member. */
    @Nullable
    JsonValue value(String name) {
        known.add(name);
        return json.get(name);
    }

    /** Returns a text; null if it is null or not there. */
    @Nullable
    String textOrNull(String name) {
        JsonValue value = value(name);
        return value == null || value == JsonValue.NULL ? null : text(name, value);
    }

    /** Returns a text that must be there. */
    String text(String name) {
        JsonValue value = value(name);
        if (value == null) {
            throw Problem.invalid("member " + name + " is missing");
        }
        return text(name, value);
    }

    private static String text(String name, JsonValue value) {
        if (value instanceof JsonString string) {
            return string.getString();
        }
        throw Problem.invalid("member " + name + " must be a string");
    }

    /** Returns whether a flag is true; one that is not there is false. */
    boolean flag(String name) {
        JsonValue value = value(name);
        if (value == null || value == JsonValue.FALSE) {
            return false;
        }
        if (value == JsonValue.TRUE) {
            return true;
        }
        throw Problem.invalid("member " + name + " must be true or false");
    }

    Instant instant(String name) {
        return instant("member " + name, text(name));
    }

    /** Returns the moment that a text names, in a member or in the query. */
    static Instant instant(String what, String text) {
        try {
            if (text.length() <= MAX_TIME) {
                return Instant.parse(text);
            }
        } catch (DateTimeParseException notATime) {
            // the one message for both
        }
        throw Problem.invalid(what + " must be a time such as 2027-01-31T12:00:00Z");
    }

    Duration duration(String name) {
        String text = text(name);
        try {
            if (text.length() <= MAX_TIME) {
                return Duration.parse(text);
            }
        } catch (DateTimeException | ArithmeticException notADuration) {
            // the one message for both
        }
        throw Problem.invalid("member " + name + " must be a duration such as PT24H or P90D");
    }

    /** Returns the texts of an array without two that are equal. */
    Set<String> texts(String name) {
        if (!(value(name) instanceof JsonArray array)) {
            throw Problem.invalid("member " + name + " must be an array of strings");
        }
        Set<String> texts = new LinkedHashSet<>();
        for (JsonValue item : array) {
            if (!(item instanceof JsonString string)) {
                throw Problem.invalid("member " + name + " must be an array of strings");
            }
            if (!texts.add(string.getString())) {
                throw Problem.invalid("member " + name + " must not hold an item twice");
            }
        }
        return texts;
    }

    Set<Permission> permissions(String name) {
        Set<Permission> permissions = new LinkedHashSet<>();
        for (String text : texts(name)) {
            try {
                permissions.add(Permission.of(text));
            } catch (IllegalArgumentException notAPermission) {
                // its message would repeat what may be a key
                throw Problem.invalid("member " + name + " must hold permissions only, such as jobs:submit or jobs:*");
            }
        }
        return permissions;
    }

    /** Returns the members of an object of texts; null where a member is null. */
    Map<String, @Nullable String> entries(String name) {
        if (!(value(name) instanceof JsonObject object)) {
            throw Problem.invalid("member " + name + " must be an object of strings");
        }
        Map<String, @Nullable String> entries = new LinkedHashMap<>();
        object.forEach((entry, value) -> {
            if (value != JsonValue.NULL && !(value instanceof JsonString)) {
                throw Problem.invalid("member " + name + " must be an object of strings");
            }
            entries.put(entry, value instanceof JsonString string ? string.getString() : null);
        });
        return entries;
    }

    /** Refuses members that the call did not ask for, because a misspelt member must not be ignored. */
    void requireNoOthers() {
        Set<String> unknown = new HashSet<>(json.keySet());
        unknown.removeAll(known);
        if (!unknown.isEmpty()) {
            throw Problem.invalid("the body has " + unknown.size() + " members that this call does not know; it knows "
                    + new TreeSet<>(known));
        }
    }
}
