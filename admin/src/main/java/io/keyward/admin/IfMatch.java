package io.keyward.admin;

import io.keyward.ApiKeyRecord;
import java.util.Collections;
import java.util.List;
import java.util.regex.Pattern;

/** Reads {@code If-Match}, and writes the entity tags for it: the version of a record, which reveals nothing. */
final class IfMatch {
    private static final Pattern LIST = Pattern.compile("(W/)?\"[^\"]*\"(\\s*,\\s*(W/)?\"[^\"]*\")*");

    private final List<String> fields;

    private IfMatch(List<String> fields) {
        this.fields = fields;
    }

    static String tagOf(ApiKeyRecord record) {
        return "\"" + record.version() + "\"";
    }

    /**
     * Returns the condition of a request.
     *
     * @throws Problem 400 if it is neither a list of entity tags nor {@code *}
     */
    static IfMatch of(Call call) {
        List<String> fields = Collections.list(call.request().getHeaders("If-Match")).stream()
                .map(String::strip)
                .toList();
        if (!fields.stream()
                .allMatch(field -> field.equals("*") || LIST.matcher(field).matches())) {
            throw Problem.badRequest("If-Match must be the ETag of the key as it was answered, quotes included, or *");
        }
        return new IfMatch(fields);
    }

    boolean isGiven() {
        return !fields.isEmpty();
    }

    /** Refuses a request that does not say which state of the key it is about. */
    void requireGiven() {
        if (!isGiven()) {
            throw Problem.of(
                    428,
                    "precondition-required",
                    "If-Match is missing; send the ETag of the key, so a change that was made meanwhile is not lost");
        }
    }

    /** Refuses a record whose tag is not named; weak tags never match (RFC 9110 §13.1.1). */
    void requireMatch(ApiKeyRecord record) {
        if (isGiven() && fields.stream().noneMatch(field -> matches(field, tagOf(record)))) {
            throw Problem.stale();
        }
    }

    private static boolean matches(String field, String tag) {
        return field.equals("*") || List.of(field.split("\\s*,\\s*", -1)).contains(tag);
    }
}
