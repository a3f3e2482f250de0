package io.keyward.servlet;

import io.keyward.Verification;
import org.jspecify.annotations.Nullable;

/**
 * Hears each decision of a filter about a request, for metrics, logs and alarms.
 *
 * <p>Called on the thread of the request, once a request, before the handler runs or the denial is sent; it must not
 * block. It cannot change the decision: whatever it throws, an {@code Error} included, is logged and ignored.
 */
@FunctionalInterface
public interface AccessListener {
    /**
     * Takes note of a decision. Neither argument grows with what strangers send, so outcome and reason are safe as
     * labels of a metric.
     *
     * @param verification what the verifier said; null if it was not asked or could not tell
     */
    void decided(Outcome outcome, @Nullable Verification verification);

    /**
     * Takes note of a decision, and of the request it is about. This is the method that the filter calls; unless
     * overridden, it passes on what is safe as a label.
     *
     * @param verification what the verifier said; null if it was not asked or could not tell
     * @param request safe for a log, never as a label
     */
    default void decided(Outcome outcome, @Nullable Verification verification, RequestInfo request) {
        decided(outcome, verification);
    }

    /** Says how a request ended at the filter. */
    enum Outcome {
        /** The path is open; credentials were not looked at. */
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
        /** 429: the {@link RequestGate} asked the caller to wait. */
        TOO_MANY_REQUESTS,
        /** 503: the verifier or the gate could not tell. */
        UNAVAILABLE
    }
}
