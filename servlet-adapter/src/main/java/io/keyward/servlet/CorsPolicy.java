package io.keyward.servlet;

import static java.util.Objects.requireNonNull;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Duration;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Says which web pages of other origins may call the service from a browser.
 *
 * <p>A browser asks first, by an {@code OPTIONS} request without any key (a CORS preflight). With this policy the filter
 * answers that request itself and the handler does not run. Answers to the calls that follow carry
 * {@code Access-Control-Allow-Origin}, refusals too, so that the page can read them. Cookies are never allowed across
 * origins. Immutable; may be shared between threads.
 */
public final class CorsPolicy {
    private static final String ORIGIN_FORM = "https?://([A-Za-z0-9.-]+|\\[[0-9a-fA-F:.]+])(:[0-9]{1,5})?";

    private final Set<String> origins;
    private final List<String> methods;
    private final List<String> headers;
    private final Duration maxAge;

    private CorsPolicy(Set<String> origins, List<String> methods, List<String> headers, Duration maxAge) {
        this.origins = origins;
        this.methods = methods;
        this.headers = headers;
        this.maxAge = maxAge;
    }

    /**
     * Returns the policy that lets pages of these origins call with GET, POST, PUT, PATCH and DELETE, and with the headers
     * {@code Authorization}, {@code X-Api-Key} and {@code Content-Type}. Browsers keep it for ten minutes.
     *
     * @param origins such as {@code https://app.example}: scheme, host, port if not the scheme's own; no path, and no
     *     {@code *}, since a key in a page that anyone can copy is nobody's
     * @throws IllegalArgumentException if there is none, or one has another form
     */
    public static CorsPolicy allowing(String... origins) {
        for (String origin : origins) {
            if (!origin.matches(ORIGIN_FORM)) {
                throw new IllegalArgumentException("origin (" + LogText.quoted(origin, 80)
                        + ") must be scheme and host, like https://app.example or http://localhost:3000");
            }
        }
        if (origins.length == 0) {
            throw new IllegalArgumentException("origins must not be empty; leave the policy out instead");
        }
        return new CorsPolicy(
                Set.of(origins),
                List.of("GET", "POST", "PUT", "PATCH", "DELETE"),
                List.of("Authorization", "X-Api-Key", "Content-Type"),
                Duration.ofMinutes(10));
    }

    /** Returns this policy with other methods; names are case-sensitive. */
    public CorsPolicy withMethods(String... methods) {
        for (String method : methods) {
            HeaderNames.requireToken("method", method);
        }
        return new CorsPolicy(origins, List.of(methods), headers, maxAge);
    }

    /** Returns this policy with other request headers. */
    public CorsPolicy withHeaders(String... headers) {
        for (String header : headers) {
            HeaderNames.requireToken("header name", header);
        }
        return new CorsPolicy(origins, methods, List.of(headers), maxAge);
    }

    /** Returns this policy with another time for which browsers keep the answer; whole seconds, not negative. */
    public CorsPolicy withMaxAge(Duration maxAge) {
        if (maxAge.isNegative()) {
            throw new IllegalArgumentException("maxAge (" + maxAge + ") must not be negative");
        }
        return new CorsPolicy(origins, methods, headers, requireNonNull(maxAge, "maxAge"));
    }

    /** Lets the page read the answer, whatever it will be. */
    void mark(HttpServletRequest request, HttpServletResponse response) {
        String origin = single(request, "Origin");
        if (origin != null && origins.contains(origin)) {
            response.setHeader("Access-Control-Allow-Origin", origin);
        }
    }

    /** Tells whether this is a preflight from an allowed origin; any other OPTIONS is a request like all others. */
    boolean isPreflight(HttpServletRequest request) {
        String origin = "OPTIONS".equals(request.getMethod()) ? single(request, "Origin") : null;
        return origin != null && origins.contains(origin) && single(request, "Access-Control-Request-Method") != null;
    }

    void answer(HttpServletResponse response, String vary) {
        response.setStatus(HttpServletResponse.SC_NO_CONTENT);
        response.setHeader("Access-Control-Allow-Methods", String.join(", ", methods));
        response.setHeader("Access-Control-Allow-Headers", String.join(", ", headers));
        response.setHeader("Access-Control-Max-Age", Long.toString(maxAge.toSeconds()));
        response.addHeader("Vary", vary);
    }

    private static @Nullable String single(HttpServletRequest request, String name) {
        Enumeration<String> values = request.getHeaders(name);
        List<String> all = values == null ? List.of() : Collections.list(values);
        return all.size() == 1 && !all.get(0).isEmpty() ? all.get(0) : null;
    }

    @Override
    public String toString() {
        return "CorsPolicy" + origins;
    }
}
