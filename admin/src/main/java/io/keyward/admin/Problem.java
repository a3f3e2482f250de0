package io.keyward.admin;

import static java.util.Map.entry;

import jakarta.json.JsonObjectBuilder;
import java.util.LinkedHashMap;
import java.util.Map;

/** Ends a call with an RFC 9457 problem. No part of it may repeat a value of the request, because that may be a key. */
final class Problem extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private static final String TYPE_BASE = "https://keyward.io/problems/";
    private static final Map<Integer, String> TITLES = Map.ofEntries(
            entry(400, "Bad Request"),
            entry(401, "Unauthorized"),
            entry(403, "Forbidden"),
            entry(404, "Not Found"),
            entry(405, "Method Not Allowed"),
            entry(409, "Conflict"),
            entry(412, "Precondition Failed"),
            entry(413, "Content Too Large"),
            entry(415, "Unsupported Media Type"),
            entry(422, "Unprocessable Content"),
            entry(428, "Precondition Required"),
            entry(500, "Internal Server Error"),
            entry(503, "Service Unavailable"));

    private final int status;
    private final String code;
    private final String detail;
    private final Map<String, String> headers = new LinkedHashMap<>();
    private final Map<String, String> members = new LinkedHashMap<>();

    private Problem(int status, String code, String detail) {
        super(detail, null, false, false);
        this.status = status;
        this.code = code;
        this.detail = detail;
    }

    static Problem of(int status, String code, String detail) {
        return new Problem(status, code, detail);
    }

    static Problem badRequest(String detail) {
        return of(400, "bad-request", detail);
    }

    static Problem invalid(String detail) {
        return of(422, "invalid", detail);
    }

    static Problem noSuchKey() {
        return of(404, "no-such-key", "there is no key of that id");
    }

    static Problem stale() {
        return of(412, "stale", "somebody else changed the key since it was read; read it again before you change it");
    }

    Problem withHeader(String name, String value) {
        headers.put(name, value);
        return this;
    }

    Problem with(String member, String value) {
        members.put(member, value);
        return this;
    }

    Answer answer() {
        JsonObjectBuilder body = Json.object()
                .add("type", TYPE_BASE + code)
                .add("title", TITLES.getOrDefault(status, "Error"))
                .add("status", status)
                .add("code", code)
                .add("detail", detail);
        members.forEach(body::add);
        return new Answer(status, "application/problem+json", body.build(), Map.copyOf(headers));
    }
}
