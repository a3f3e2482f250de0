package io.keyward.spring.security;

import io.keyward.KeyFormat;
import io.keyward.servlet.KeyReader;
import io.keyward.servlet.KeyReader.Credential;
import io.keyward.servlet.KeyReader.None;
import io.keyward.servlet.KeySource;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Reads the key of a request, and leaves the credentials of other mechanisms of the chain to them. */
final class RequestKeys {
    private static final String AUTHORIZATION = "Authorization";
    private static final String BEARER = "bearer";

    private final KeyReader reader;
    private final Set<String> otherSchemes;
    private final List<KeyFormat> formats;

    /**
     * Creates a reader.
     *
     * @param otherSchemes the schemes of other mechanisms, in lower case
     * @param formats if Bearer is one of these schemes, the formats of keys; if empty, any issued key is accepted
     */
    RequestKeys(KeySource[] sources, Set<String> otherSchemes, List<KeyFormat> formats) {
        this.reader = KeyReader.of(sources);
        this.otherSchemes = otherSchemes;
        this.formats = formats;
    }

    /** Returns the key of a request; ignores credentials of other mechanisms. */
    Credential read(HttpServletRequest request) {
        return reader.read(name -> ours(request, name), request.getQueryString());
    }

    /** Returns whether a header has a key, valid or not. A page of another site cannot add one to a request. */
    boolean isInHeader(HttpServletRequest request) {
        Credential inHeaders =
                reader.read(name -> name.equalsIgnoreCase("Cookie") ? List.of() : ours(request, name), null);
        return inHeaders != None.INSTANCE;
    }

    /** Returns whether a request has the credentials of another mechanism. */
    boolean hasOthers(HttpServletRequest request) {
        return !otherSchemes.isEmpty()
                && values(request, AUTHORIZATION).stream()
                        .anyMatch(value -> otherSchemes.contains(scheme(value)) && !isOurs(value));
    }

    private boolean isOurs(String authorization) {
        return !isOfOthers(authorization)
                && reader.read(name -> name.equalsIgnoreCase(AUTHORIZATION) ? List.of(authorization) : List.of())
                        != None.INSTANCE;
    }

    private List<String> ours(HttpServletRequest request, String name) {
        List<String> values = values(request, name);
        return otherSchemes.contains(BEARER) && name.equalsIgnoreCase(AUTHORIZATION)
                ? values.stream().filter(value -> !isOfOthers(value)).toList()
                : values;
    }

    /** Returns whether this is a bearer token for another mechanism, because it does not look like a key. */
    private boolean isOfOthers(String authorization) {
        String scheme = scheme(authorization);
        return scheme.equals(BEARER)
                && otherSchemes.contains(BEARER)
                && !isShapedAsKey(authorization.substring(scheme.length()).strip());
    }

    private boolean isShapedAsKey(String text) {
        return formats.isEmpty()
                ? KeyFormat.recognise(text)
                        .filter(format -> hasShape(format, text))
                        .isPresent()
                : formats.stream().anyMatch(format -> hasShape(format, text));
    }

    /** Ignores wrong check digits, because such a text is a mistyped key and not a token of another mechanism. */
    private static boolean hasShape(KeyFormat format, String text) {
        Optional<KeyFormat.Flaw> flaw = format.flawOf(text);
        return flaw.isEmpty() || flaw.get() == KeyFormat.Flaw.CHECK_DIGITS;
    }

    private static String scheme(String authorization) {
        int end = authorization.indexOf(' ');
        return (end < 0 ? authorization : authorization.substring(0, end)).toLowerCase(Locale.ROOT);
    }

    private static List<String> values(HttpServletRequest request, String name) {
        return KeyReader.values(request.getHeaders(name));
    }
}
