package io.keyward.servlet;

import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Takes the key from {@code Authorization}, by RFC 9110 §11.4: scheme, one or more spaces, then one run of visible
 * ASCII.
 *
 * <p>The run may have more characters than a token68, because keys made elsewhere have them. Parsers disagree about
 * blank, comma and quote, so these are denied.
 */
final class AuthorizationSource extends KeySource {
    private static final String NAME = "Authorization";

    private final List<String> schemes;
    private final List<String> places;

    AuthorizationSource(List<String> schemes) {
        super(NAME + " with " + String.join(" or ", schemes), NAME);
        this.schemes = schemes;
        this.places = schemes.stream().map(scheme -> NAME + " " + scheme).toList();
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
            Function<String, ? extends @Nullable List<String>> headers, @Nullable String query, Credentials found) {
        for (String value : values(headers, NAME)) {
            read(value, found);
        }
    }

    private void read(String value, Credentials found) {
        int end = value.indexOf(' ');
        int scheme = indexOf(end < 0 ? value : value.substring(0, end));
        if (scheme < 0) {
            return;
        }
        int start = end < 0 ? value.length() : end;
        while (start < value.length() && value.charAt(start) == ' ') {
            start++;
        }
        found.addOneRun(places.get(scheme), value.substring(start));
    }

    private boolean isOurs(String scheme) {
        return indexOf(scheme) >= 0;
    }

    private int indexOf(String scheme) {
        for (int i = 0; i < schemes.size(); i++) {
            if (HeaderNames.same(schemes.get(i), scheme)) {
                return i;
            }
        }
        return -1;
    }

    /** Keeps only what certainly holds no key of ours: credentials of another scheme, in a field of their own. */
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
        // A single word is not a credential of any scheme, but it may be a key whose holder forgot the scheme.
        return value.indexOf(' ') > 0;
    }
}
