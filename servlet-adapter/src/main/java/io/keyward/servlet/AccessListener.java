package io.keyward.servlet;

import io.keyward.Verification;
import org.jspecify.annotations.Nullable;

/**
 * Is notified of each decision of a filter about a request, for metrics, logs and alarms.
 *
 * <p>Called on the thread of the request, once a request, before the handler runs or the denial is sent; it must not
 * block. It cannot change the decision: whatever it throws, an {@code Error} included, is logged and ignored.
 */
@FunctionalInterface
public interface AccessListener {
    /**
     * Called for each decision. Outcome and reason have few values, whatever strangers send, so they are safe as labels
     * of a metric.
     *
     * @param verification the answer of the verifier; null if it was not called or failed
     */
    void decided(Outcome outcome, @Nullable Verification verification);

    /**
     * Called for each decision, with the request. The filter calls this method; by default it passes on what is safe as
     * a label.
     *
     * @param verification the answer of the verifier; null if it was not called or failed
     * @param request safe for a log, but never as a label
     */
    default void decided(Outcome outcome, @Nullable Verification verification, RequestInfo request) {
        decided(outcome, verification);
    }

    /** Names how a request ended at the filter. */
    enum Outcome {
        /** The path is open; credentials were not read. */
        OPEN,
        /** The key has the required rights. */
        ALLOWED,
        /** A CORS preflight was answered by the filter. */
        PREFLIGHT,
        /** 400: the path can be read in more than one way. */
        BAD_REQUEST,
        /** 401: there was not exactly one valid key. */
        UNAUTHORIZED,
        /** 403: the key is valid, but lacks the required rights. */
        FORBIDDEN,
        /** 429: the {@link RequestGate} asked the caller to wait. */
        TOO_MANY_REQUESTS,
        /** 503: the verifier or the gate failed. */
        UNAVAILABLE
    }
}
