package io.keyward.servlet;

import jakarta.servlet.http.HttpServletRequest;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.List;

/** Takes the key from a cookie, read from the header itself: containers drop or keep odd cookies each in its own way. */
final class CookieSource extends KeySource {
    private static final String NAME = "Cookie";

    private final String name;

    CookieSource(String name) {
        this.name = name;
    }

    @Override
    boolean overlaps(KeySource other) {
        return other instanceof CookieSource that && name.equals(that.name);
    }

    @Override
    void collect(HttpServletRequest request, Presented presented) {
        Enumeration<String> values = request.getHeaders(NAME);
        while (values != null && values.hasMoreElements()) {
            for (String pair : values.nextElement().split(";", -1)) {
                if (isOurs(pair)) {
                    String value = pair.substring(pair.indexOf('=') + 1).strip();
                    if (AuthorizationSource.isOneRun(value, 0)) {
                        presented.add(value);
                    } else {
                        presented.addMalformed();
                    }
                }
            }
        }
    }

    private boolean isOurs(String pair) {
        int end = pair.indexOf('=');
        return end >= 0 && pair.substring(0, end).strip().equals(name);
    }

    @Override
    String header() {
        return NAME;
    }

    @Override
    List<String> visible(List<String> values) {
        List<String> visible = new ArrayList<>();
        for (String value : values) {
            List<String> kept = new ArrayList<>();
            for (String pair : value.split(";", -1)) {
                if (!isOurs(pair)) {
                    kept.add(pair.strip());
                }
            }
            if (!kept.isEmpty()) {
                visible.add(String.join("; ", kept));
            }
        }
        return visible;
    }

    @Override
    String cookie() {
        return name;
    }

    @Override
    public String toString() {
        return "cookie " + name;
    }
}
