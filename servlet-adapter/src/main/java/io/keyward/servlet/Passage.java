package io.keyward.servlet;

import io.keyward.ApiKeyPrincipal;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/**
 * Passes an allowed request on to the application: with the principal, without the credential, and with an answer that
 * no cache gives to another caller.
 *
 * <p>The filter does this by itself. Use this class if something else verifies the key, such as the filter of a
 * security framework. Immutable; may be shared between threads.
 */
public final class Passage {
    private static final GuardedRequest.TargetCheck ANY_TARGET = (dispatch, target, caller, from, to) -> true;

    private final HeaderPolicy headers;
    private final HeaderPolicy traceHeaders;
    private final String vary;

    /**
     * Creates the passage.
     *
     * @param traceHeaders the same for TRACE, which must not echo a key
     * @param vary the headers that carry keys
     */
    Passage(HeaderPolicy headers, HeaderPolicy traceHeaders, String vary) {
        this.headers = headers;
        this.traceHeaders = traceHeaders;
        this.vary = vary;
    }

    /**
     * Returns the passage that hides the credentials of these sources.
     *
     * @throws IllegalArgumentException if there is none, or two read the same place
     */
    public static Passage hiding(KeySource... sources) {
        List<KeySource> hidden = KeyReader.of(sources).sources();
        HeaderPolicy headers = new HeaderPolicy(hidden, Map.of());
        String vary = Denials.builder().sources(sources).build().vary();
        return new Passage(headers, headers, vary);
    }

    /**
     * Runs the rest of the chain for a caller whose key is valid. Meanwhile the log context holds the key id, as
     * {@link ApiKeyFilter#MDC_KEY}.
     *
     * @throws IOException if the rest of the chain throws it
     * @throws ServletException if the rest of the chain throws it
     */
    public void lead(
            ApiKeyPrincipal principal, HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        lead(principal, request, response, chain, ANY_TARGET);
    }

    /**
     * Runs the rest of the chain.
     *
     * @param principal the caller; null if the path is open
     */
    void lead(
            @Nullable ApiKeyPrincipal principal,
            HttpServletRequest request,
            HttpServletResponse response,
            FilterChain chain,
            GuardedRequest.TargetCheck targets)
            throws IOException, ServletException {
        HttpServletResponse answer = principal == null ? response : new GuardedResponse(response, vary);
        HeaderPolicy visible = "TRACE".equals(request.getMethod()) ? traceHeaders : headers;
        HttpServletRequest shown = new GuardedRequest(request, answer, principal, visible, targets);
        if (principal == null) {
            chain.doFilter(shown, answer);
            return;
        }
        String before = MDC.get(ApiKeyFilter.MDC_KEY);
        MDC.put(ApiKeyFilter.MDC_KEY, principal.id());
        try {
            chain.doFilter(shown, answer);
        } finally {
            if (before == null) {
                MDC.remove(ApiKeyFilter.MDC_KEY);
            } else {
                MDC.put(ApiKeyFilter.MDC_KEY, before);
            }
        }
    }
}
