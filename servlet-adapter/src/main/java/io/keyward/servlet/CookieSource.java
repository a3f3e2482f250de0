package io.keyward.servlet;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Takes the key from a cookie. Reads the header itself, because each container treats unusual cookies in its own way.
 */
final class CookieSource extends KeySource {
    private static final String NAME = "Cookie";

    private final String name;

    CookieSource(String name) {
        super("cookie " + name, NAME);
        this.name = name;
    }

    @Override
    boolean overlaps(KeySource other) {
        return other instanceof CookieSource that && name.equals(that.name);
    }

    @Override
    void collect(
            Function<String, ? extends @Nullable List<String>> headers, @Nullable String query, Credentials found) {
        for (String value : values(headers, NAME)) {
            for (String pair : value.split(";", -1)) {
                if (isOurs(pair)) {
                    found.addOneRun(
                            place(), pair.substring(pair.indexOf('=') + 1).strip());
                }
            }
        }
    }

    private boolean isOurs(String pair) {
        int end = pair.indexOf('=');
        return end >= 0 && pair.substring(0, end).strip().equals(name);
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
}
