package io.keyward.servlet;

import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Takes the whole value of a header. Reads every value, because containers deliver a repeated field as several. */
final class HeaderSource extends KeySource {
    private final String name;

    HeaderSource(String name) {
        super("header " + name, name);
        this.name = name;
    }

    @Override
    boolean overlaps(KeySource other) {
        return other instanceof HeaderSource that && HeaderNames.same(name, that.name);
    }

    @Override
    void collect(
            Function<String, ? extends @Nullable List<String>> headers, @Nullable String query, Credentials found) {
        for (String value : values(headers, name)) {
            found.add(place(), value);
        }
    }

    @Override
    List<String> visible(List<String> values) {
        return List.of();
    }
}
