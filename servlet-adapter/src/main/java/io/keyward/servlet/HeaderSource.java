package io.keyward.servlet;

import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Takes the whole value of a header. Reads every value, because containers deliver a repeated field as several. */
final class HeaderSource extends KeySource {
    private final String name;
    private final String place;

    HeaderSource(String name) {
        this.name = name;
        this.place = "header " + name;
    }

    @Override
    boolean overlaps(KeySource other) {
        return other instanceof HeaderSource that && HeaderNames.same(name, that.name);
    }

    @Override
    void collect(
            Function<String, ? extends @Nullable List<String>> headers, @Nullable String query, Credentials found) {
        for (String value : values(headers, name)) {
            found.add(place, value);
        }
    }

    @Override
    String header() {
        return name;
    }

    @Override
    List<String> visible(List<String> values) {
        return List.of();
    }

    @Override
    public String toString() {
        return place;
    }
}
