package io.keyward.servlet;

import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Names a place of a request where a key may be. {@link KeySources} has the ready ones.
 *
 * <p>A request may carry only one credential in total: two are denied, even if different sources find the same text
 * twice. Immutable; may be shared between threads.
 */
public abstract sealed class KeySource permits HeaderSource, AuthorizationSource, QueryParameterSource, CookieSource {
    private final String place;
    private final @Nullable String header;

    KeySource(String place, @Nullable String header) {
        this.place = place;
        this.header = header;
    }

    /** Returns whether a credential could be found by both. */
    abstract boolean overlaps(KeySource other);

    /** Adds every credential of a request to {@code found}, right or wrong. */
    abstract void collect(
            Function<String, ? extends @Nullable List<String>> headers, @Nullable String query, Credentials found);

    /** Returns all values of a field; empty if the view has none. */
    static List<String> values(Function<String, ? extends @Nullable List<String>> headers, String name) {
        List<String> values = headers.apply(name);
        return values == null ? List.of() : values;
    }

    /** Returns the request header this source reads, for {@code Vary}; null if it reads none. */
    final @Nullable String header() {
        return header;
    }

    /** Returns whether a header of that name could carry this credential; see {@link HeaderNames#alike}. */
    final boolean readsHeader(String name) {
        return header != null && HeaderNames.alike(header, name);
    }

    /** Returns what the application may see of the values of {@link #header}. */
    abstract List<String> visible(List<String> values);

    /** Returns the query parameter this source reads; null if it reads none. */
    @Nullable
    String queryParameter() {
        return null;
    }

    /** Returns the cookie this source reads; null if it reads none. */
    @Nullable
    String cookie() {
        return null;
    }

    final String place() {
        return place;
    }

    /** Returns the place in words, such as {@code header X-Api-Key}. */
    @Override
    public final String toString() {
        return place;
    }
}
