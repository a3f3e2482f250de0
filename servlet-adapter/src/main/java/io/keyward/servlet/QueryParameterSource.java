package io.keyward.servlet;

import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Takes the key from the raw query, because {@code getParameter} would also read a form body and leave nothing for the
 * handler.
 */
final class QueryParameterSource extends KeySource {
    private final String name;

    QueryParameterSource(String name) {
        super("query parameter " + name, null);
        this.name = name;
    }

    @Override
    boolean overlaps(KeySource other) {
        return other instanceof QueryParameterSource that && name.equals(that.name);
    }

    @Override
    void collect(
            Function<String, ? extends @Nullable List<String>> headers, @Nullable String query, Credentials found) {
        if (query == null) {
            return;
        }
        for (String pair : query.split("&", -1)) {
            if (QueryText.isNamed(pair, name)) {
                String value = QueryText.valueOf(pair);
                if (value == null) {
                    found.addMalformed(place(), pair);
                } else {
                    found.add(place(), value);
                }
            }
        }
    }

    @Override
    List<String> visible(List<String> values) {
        return values;
    }

    @Override
    String queryParameter() {
        return name;
    }
}
