package io.keyward.servlet;

import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Takes the key from {@code Authorization}, by RFC 9110 §11.4: scheme, one or more spaces, then one run of visible ASCII.
 *
 * <p>The run is wider than a token68, since keys made elsewhere are; blank, comma and quote end the narrow path on which
 * all parsers agree, so they are refused.
 */
final class AuthorizationSource extends KeySource {
    private static final String NAME = "Authorization";

    private final List<String> schemes;

    AuthorizationSource(List<String> schemes) {
        this.schemes = schemes;
    }

    List<String> schemes() {
        return schemes;
    }

    @Override
    boolean overlaps(KeySource other) {
        return other instanceof AuthorizationSource that && schemes.stream().anyMatch(that::isOurs);
    }

    @Override
    void collect(
            Function<String, ? extends @Nullable List<String>> headers, @Nullable String query, Presented presented) {
        for (String value : values(headers, NAME)) {
            read(value, presented);
        }
    }

    private void read(String value, Presented presented) {
        int end = value.indexOf(' ');
        if (!isOurs(end < 0 ? value : value.substring(0, end))) {
            return;
        }
        int start = end < 0 ? value.length() : end;
        while (start < value.length() && value.charAt(start) == ' ') {
            start++;
        }
        if (isOneRun(value, start)) {
            presented.add(value.substring(start));
        } else {
            presented.addMalformed();
        }
    }

    private boolean isOurs(String scheme) {
        for (String ours : schemes) {
            if (HeaderNames.same(ours, scheme)) {
                return true;
            }
        }
        return false;
    }

    static boolean isOneRun(String value, int start) {
        for (int i = start; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c <= ' ' || c >= 0x7f || c == ',' || c == '"') {
                return false;
            }
        }
        return start < value.length();
    }

    @Override
    String header() {
        return NAME;
    }

    /** Keeps what surely holds no key of ours: credentials of another scheme, in a field of their own. */
    @Override
    List<String> visible(List<String> values) {
        return values.stream().filter(this::isForeign).toList();
    }

    private boolean isForeign(String value) {
        for (String part : value.split(",", -1)) {
            String credentials = part.strip();
            int end = 0;
            while (end < credentials.length() && HeaderNames.isTokenChar(credentials.charAt(end))) {
                end++;
            }
            if (isOurs(credentials.substring(0, end))) {
                return false;
            }
        }
        // One word alone is no credentials of any scheme, but it may be a key whose holder forgot the scheme.
        return value.indexOf(' ') > 0;
    }

    @Override
    public String toString() {
        return NAME + " with " + String.join(" or ", schemes);
    }
}
