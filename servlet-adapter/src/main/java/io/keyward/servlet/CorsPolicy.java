package io.keyward.servlet;

import static java.util.Objects.requireNonNull;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Decides which web pages of other origins may call the service from a browser.
 *
 * <p>A browser asks first, by an {@code OPTIONS} request without any key (a CORS preflight). With this policy the
 * filter answers that request itself and the handler does not run. Answers to the calls that follow, denials included,
 * carry {@code Access-Control-Allow-Origin}, so the page can read them. Cookies are never allowed across origins.
 * Immutable; may be shared between threads.
 */
public final class CorsPolicy {
    /** RFC 6454 §7.1: any scheme, because desktop and mobile apps have their own, such as {@code tauri://localhost}. */
    private static final String ORIGIN_FORM =
            "[A-Za-z][A-Za-z0-9+.-]*://([A-Za-z0-9._-]+|\\[[0-9a-fA-F:.]+])(:[0-9]{1,5})?";

    /** RFC 6454 §6.2 and the URL standard: browsers write hosts of the web in lower case, without a default port. */
    private static final String NEVER_SENT = "(?=.*[A-Z])(?i:https?)://.*|http://.*:0*80|https://.*:0*443";

    private static final String ASKED = "Access-Control-Request-Headers";

    private final Set<String> origins;
    private final List<String> methods;
    private final List<String> headers;
    private final boolean anyHeader;
    private final List<String> exposed;
    private final Duration maxAge;

    private CorsPolicy(
            Set<String> origins,
            List<String> methods,
            List<String> headers,
            boolean anyHeader,
            List<String> exposed,
            Duration maxAge) {
        this.origins = origins;
        this.methods = methods;
        this.headers = headers;
        this.anyHeader = anyHeader;
        this.exposed = exposed;
        this.maxAge = maxAge;
    }

    /**
     * Returns the policy that lets pages of these origins call with GET, POST, PUT, PATCH and DELETE, and with {@code
     * Content-Type} and the headers that the filter's sources read. Browsers keep it for ten minutes.
     *
     * @param origins such as {@code https://app.example} or {@code tauri://localhost}: scheme, host, and the port if it
     *     is not the default; exact, without a path. There is no {@code *}, because a key in a page that anyone can
     *     open belongs to nobody
     * @throws IllegalArgumentException if there is none, or one has another form than browsers send, such as a capital
     *     letter in {@code https://App.example}
     */
    public static CorsPolicy allowing(String... origins) {
        for (String origin : origins) {
            if (!origin.matches(ORIGIN_FORM)) {
                throw new IllegalArgumentException("origin (" + LogText.quoted(origin, 80)
                        + ") must be scheme and host, like https://app.example or tauri://localhost");
            }
            if (origin.matches(NEVER_SENT)) {
                throw new IllegalArgumentException("origin (" + LogText.quoted(origin, 80)
                        + ") would never match; write it as browsers send it, in lower case and without the default"
                        + " port, like https://app.example");
            }
        }
        if (origins.length == 0) {
            throw new IllegalArgumentException("origins must not be empty; leave the policy out instead");
        }
        return new CorsPolicy(
                Set.of(origins),
                List.of("GET", "POST", "PUT", "PATCH", "DELETE"),
                List.of("Content-Type"),
                false,
                List.of(),
                Duration.ofMinutes(10));
    }

    /** Returns this policy with other methods; names are case-sensitive. */
    public CorsPolicy withMethods(String... methods) {
        HeaderNames.requireTokens("method", methods);
        return new CorsPolicy(origins, List.of(methods), headers, anyHeader, exposed, maxAge);
    }

    /** Returns this policy with other request headers besides those that the filter's sources read. */
    public CorsPolicy withHeaders(String... headers) {
        HeaderNames.requireTokens("header name", headers);
        return new CorsPolicy(origins, methods, List.of(headers), false, exposed, maxAge);
    }

    /**
     * Returns this policy with every request header that a preflight asks for, for SDKs that add many of their own. It
     * admits no further origins.
     */
    public CorsPolicy withAnyHeader() {
        return new CorsPolicy(origins, methods, headers, true, exposed, maxAge);
    }

    /**
     * Returns this policy with the answer headers that a page may read, such as {@code Retry-After}; none if not set.
     *
     * @throws IllegalArgumentException if a name is not a token of RFC 9110 §5.6.2
     */
    public CorsPolicy withExposedHeaders(String... headers) {
        HeaderNames.requireTokens("header name", headers);
        return new CorsPolicy(origins, methods, this.headers, anyHeader, List.of(headers), maxAge);
    }

    /** Returns this policy with the headers that carry keys, which a page must be allowed to send. */
    CorsPolicy andHeadersOf(List<KeySource> sources) {
        Set<String> all = new LinkedHashSet<>();
        for (KeySource source : sources) {
            String header = source.header();
            if (header != null && source.cookie() == null) {
                all.add(header);
            }
        }
        for (String header : headers) {
            if (all.stream().noneMatch(known -> HeaderNames.same(known, header))) {
                all.add(header);
            }
        }
        return new CorsPolicy(origins, methods, List.copyOf(all), anyHeader, exposed, maxAge);
    }

    /** Returns this policy with another time for which browsers keep the answer; whole seconds, not negative. */
    public CorsPolicy withMaxAge(Duration maxAge) {
        if (maxAge.isNegative()) {
            throw new IllegalArgumentException("maxAge (" + maxAge + ") must not be negative");
        }
        return new CorsPolicy(origins, methods, headers, anyHeader, exposed, requireNonNull(maxAge, "maxAge"));
    }

    /** Lets the page read the answer, even if it is a denial. */
    void mark(HttpServletRequest request, HttpServletResponse response) {
        String origin = single(request, "Origin");
        if (origin != null && origins.contains(origin)) {
            response.setHeader("Access-Control-Allow-Origin", origin);
            if (!exposed.isEmpty() && !isPreflight(request)) {
                response.setHeader("Access-Control-Expose-Headers", String.join(", ", exposed));
            }
        }
    }

    /**
     * Returns whether this is a preflight from an allowed origin; any other OPTIONS request is treated like all
     * requests.
     */
    boolean isPreflight(HttpServletRequest request) {
        String origin = "OPTIONS".equals(request.getMethod()) ? single(request, "Origin") : null;
        return origin != null && origins.contains(origin) && single(request, "Access-Control-Request-Method") != null;
    }

    void answer(HttpServletRequest request, HttpServletResponse response, String vary) {
        response.setStatus(HttpServletResponse.SC_NO_CONTENT);
        response.setHeader("Access-Control-Allow-Methods", String.join(", ", methods));
        response.setHeader("Access-Control-Allow-Headers", String.join(", ", allowedHeaders(request)));
        response.setHeader("Access-Control-Max-Age", Long.toString(maxAge.toSeconds()));
        response.addHeader("Vary", anyHeader ? vary + ", " + ASKED : vary);
    }

    private List<String> allowedHeaders(HttpServletRequest request) {
        List<String> allowed = new ArrayList<>(headers);
        Enumeration<String> asked = anyHeader ? request.getHeaders(ASKED) : null;
        while (asked != null && asked.hasMoreElements()) {
            for (String name : asked.nextElement().split(",", -1)) {
                String header = name.strip();
                boolean known = allowed.stream().anyMatch(other -> HeaderNames.same(other, header));
                if (!known && HeaderNames.isToken(header)) {
                    allowed.add(header);
                }
            }
        }
        return allowed;
    }

    private static @Nullable String single(HttpServletRequest request, String name) {
        List<String> all = KeyReader.values(request.getHeaders(name));
        return all.size() == 1 && !all.get(0).isEmpty() ? all.get(0) : null;
    }

    @Override
    public String toString() {
        return "CorsPolicy" + origins;
    }
}
