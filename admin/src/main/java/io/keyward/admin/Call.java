package io.keyward.admin;

import io.keyward.ApiKeyPrincipal;
import io.keyward.store.Actor;
import jakarta.json.JsonValue;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Holds one request, with its caller and the id of the key that it is about, and reads its body and query. */
record Call(HttpServletRequest request, ApiKeyPrincipal caller, Route route, String id) {
    static final int MAX_BODY = 64 * 1024;

    private static final String JSON = "application/json";
    private static final String MERGE_PATCH = "application/merge-patch+json";

    boolean may(String permission) {
        return caller.hasPermission(permission);
    }

    /** Returns whether the call is about the key that makes it. */
    boolean isAboutCaller() {
        return id.equals(caller.id());
    }

    /** Returns the call with another id, for calls about the calling key that do not name it. */
    Call about(String otherId) {
        return new Call(request, caller, route, otherId);
    }

    /**
     * Returns the members of the body; none if there is no body, whose media type then does not matter.
     *
     * @throws Problem 413 if it is too long, 415 if it is not JSON by its media type, 400 if it is not by its content
     */
    Members bodyOrNone() {
        byte[] body = bytes();
        if (body.length == 0) {
            return new Members(JsonValue.EMPTY_JSON_OBJECT);
        }
        requireType(Set.of(JSON));
        return new Members(Json.parse(body));
    }

    /** Returns the members of a body that must not be missing; otherwise as {@link #bodyOrNone}. */
    Members body() {
        byte[] body = bytes();
        if (body.length > 0) {
            requireType(Set.of(JSON));
        }
        return parsed(body);
    }

    /** Returns the members of a merge patch, which may say that it is JSON. */
    Members patch() {
        byte[] body = bytes();
        requireType(Set.of(JSON, MERGE_PATCH));
        return parsed(body);
    }

    private static Members parsed(byte[] body) {
        if (body.length == 0) {
            throw Problem.badRequest("the body is missing; send a JSON object");
        }
        return new Members(Json.parse(body));
    }

    private byte[] bytes() {
        try {
            byte[] body = request.getInputStream().readNBytes(MAX_BODY + 1);
            if (body.length > MAX_BODY) {
                throw Problem.of(413, "too-large", "the body must have at most " + MAX_BODY + " bytes");
            }
            return body;
        } catch (IOException e) {
            throw Problem.badRequest("the body could not be read to its end");
        }
    }

    private void requireType(Set<String> types) {
        // not getContentType, which throws on Jetty if it names a charset that does not exist
        String type = request.getHeader("Content-Type");
        if (type == null || !types.contains(mediaType(type)) || !isUtf8(type)) {
            Problem problem = Problem.of(
                    415,
                    "unsupported-media-type",
                    "the body must be UTF-8 and its Content-Type " + String.join(" or ", new TreeSet<>(types)));
            throw request.getMethod().equals("PATCH")
                    ? problem.withHeader("Accept-Patch", MERGE_PATCH + ", " + JSON)
                    : problem;
        }
    }

    private static String mediaType(String type) {
        return type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
    }

    private static boolean isUtf8(String type) {
        String parameters = type.toLowerCase(Locale.ROOT).replaceAll("[\\s\"]", "");
        return !parameters.contains(";charset=") || parameters.matches(".*;charset=utf-?8(;.*)?");
    }

    /**
     * Returns the parameters of the query.
     *
     * @throws Problem 400 if one is not known to this call or is given twice, because a misspelt filter would
     *     otherwise select all keys
     */
    Map<String, String> query() {
        Map<String, String> parameters = new HashMap<>();
        String query = request.getQueryString();
        if (query == null || query.isEmpty()) {
            return parameters;
        }
        for (String pair : query.split("&", -1)) {
            if (pair.isEmpty()) {
                // an ampersand at the end, as many clients write it
                continue;
            }
            String[] parts = pair.split("=", 2);
            String name = decoded(parts[0]);
            if (!route.query().contains(name)) {
                throw Problem.badRequest("the query has a parameter that this call does not know; it knows "
                        + new TreeSet<>(route.query()));
            }
            if (parameters.put(name, parts.length == 1 ? "" : decoded(parts[1])) != null) {
                throw Problem.badRequest("parameter " + name + " is given twice; keep one");
            }
        }
        return parameters;
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException broken) {
            throw Problem.badRequest("the query must be percent-encoded UTF-8");
        }
    }

    /** Returns the address of the peer; null if it is not one line of text. */
    @Nullable
    String peer() {
        return line(request.getRemoteAddr(), Actor.MAX_TEXT);
    }

    /** Returns a text if a cause can hold it; null otherwise. */
    static @Nullable String line(@Nullable String text, int most) {
        return text != null && text.length() <= most && text.matches("[\\x21-\\x7e]([\\x20-\\x7e]*[\\x21-\\x7e])?")
                ? text
                : null;
    }
}
