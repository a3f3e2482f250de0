package io.keyward.servlet;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Creates the sources of keys: the places of a request where a key may be.
 *
 * <p>Headers are the default and the best: they are not in access logs, not in browser histories, and no browser sends
 * them by itself.
 */
public final class KeySources {
    private KeySources() {}

    /**
     * Returns what a filter reads if nothing is set: {@code X-Api-Key}, and {@code Authorization} with ApiKey or
     * Bearer.
     */
    static List<KeySource> standard() {
        return List.of(header("X-Api-Key"), authorization("ApiKey", "Bearer"));
    }

    /**
     * Returns the source that takes the whole value of a header of its own as the key.
     *
     * @param name the field name, such as {@code X-Api-Key}; its case does not matter
     * @throws IllegalArgumentException if the name is not a token of RFC 9110 §5.6.2, or is {@code Authorization} or
     *     {@code Cookie}, which have a grammar of their own
     */
    public static KeySource header(String name) {
        HeaderNames.requireTokens("header name", name);
        if (HeaderNames.same(name, "Authorization") || HeaderNames.same(name, "Cookie")) {
            throw new IllegalArgumentException("header name (" + name
                    + ") must be one whose whole value is the key; use authorization(…) or cookie(…) instead");
        }
        return new HeaderSource(name);
    }

    /**
     * Returns the source that takes the key from {@code Authorization: <scheme> <key>}. Fields with other schemes, such
     * as the Basic of a proxy, are not credentials to it.
     *
     * @param scheme a scheme, such as {@code ApiKey}; its case does not matter
     * @param more further schemes
     * @throws IllegalArgumentException if a scheme is not a token of RFC 9110 §5.6.2, or is Basic or Digest, whose
     *     credentials are not a key
     */
    public static KeySource authorization(String scheme, String... more) {
        Set<String> schemes = new LinkedHashSet<>();
        schemes.add(scheme);
        schemes.addAll(List.of(more));
        for (String each : schemes) {
            HeaderNames.requireTokens("authorization scheme", each);
            if (HeaderNames.same(each, "Basic") || HeaderNames.same(each, "Digest")) {
                throw new IllegalArgumentException("authorization scheme (" + each
                        + ") must be one whose credentials are the key itself, such as ApiKey or Bearer");
            }
        }
        return new AuthorizationSource(List.copyOf(schemes));
    }

    /**
     * Returns the source that takes the key from the query of the URL. Such keys end up in access logs, browser
     * histories and {@code Referer} headers, so use it only for callers that cannot send a header. The body is never
     * read.
     *
     * @param name the parameter, such as {@code api_key}; exact and case-sensitive
     * @throws IllegalArgumentException if the name is not 1 to 64 of {@code A-Z a-z 0-9 . _ -}
     */
    public static KeySource queryParameter(String name) {
        if (!name.matches("[A-Za-z0-9._-]{1,64}")) {
            throw new IllegalArgumentException("query parameter (" + LogText.quoted(name, 40)
                    + ") must be 1 to 64 of A-Z a-z 0-9 . _ -, such as api_key");
        }
        return new QueryParameterSource(name);
    }

    /**
     * Returns the source that takes the key from a cookie. Browsers send cookies by themselves, even with requests that
     * another site made, so requests that change state then need their own protection against request forgery.
     *
     * @param name the cookie; exact and case-sensitive
     * @throws IllegalArgumentException if the name is not a token of RFC 9110 §5.6.2
     */
    public static KeySource cookie(String name) {
        HeaderNames.requireTokens("cookie name", name);
        return new CookieSource(name);
    }
}
