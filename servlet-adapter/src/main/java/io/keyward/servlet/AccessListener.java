package io.keyward.servlet;

import io.keyward.Verification;
import org.jspecify.annotations.Nullable;

/**
 * Is told each decision of a filter about a request, for metrics and alarms.
 *
 * <p>Called on the thread of the request, once a request, before the handler runs or the refusal is sent; it must not
 * block. It cannot change the decision: whatever it throws, an {@code Error}
 * included, is logged and ignored. Nothing it is given grows with what
 * strangers send, so outcome and reason are safe as labels of a metric.
 */
@FunctionalInterface
public interface AccessListener {
    /**
     * Takes note of a decision.
     *
     * @param verification what the verifier said; null if it was not asked or could not tell
     */
    void decided(Outcome outcome, @Nullable Verification verification);

    /** Says how a request ended at the filter. */
    enum Outcome {
        /** The path is open; credentials were not judged. */
        OPEN,
        /** The key may. */
        ALLOWED,
        /** A CORS preflight was answered by the filter. */
        PREFLIGHT,
        /** 400: the path can be read in more than one way. */
        BAD_REQUEST,
        /** 401: there was not exactly one valid key. */
        UNAUTHORIZED,
        /** 403: the key is valid and may not. */
        FORBIDDEN,
        /** 503: the verifier could not tell. */
        UNAVAILABLE
    }
}
