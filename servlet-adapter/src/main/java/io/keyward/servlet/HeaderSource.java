package io.keyward.servlet;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Enumeration;
import java.util.List;

/** Takes the whole value of a header; every value, since containers deliver a repeated field as several. */
final class HeaderSource extends KeySource {
    private final String name;

    HeaderSource(String name) {
        this.name = name;
    }

    @Override
    boolean overlaps(KeySource other) {
        return other instanceof HeaderSource that && HeaderNames.same(name, that.name);
    }

    @Override
    void collect(HttpServletRequest request, Presented presented) {
        Enumeration<String> values = request.getHeaders(name);
        while (values != null && values.hasMoreElements()) {
            presented.add(values.nextElement());
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
        return "header " + name;
    }
}
