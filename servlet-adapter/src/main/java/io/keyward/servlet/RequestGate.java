package io.keyward.servlet;

import io.keyward.ApiKeyPrincipal;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Can deny a request because there are too many of its kind, with 429 and {@code Retry-After}.
 *
 * <p>Called once a request at each of two points, on the thread of the request and by many threads at a time; it must
 * not block. It is called only if the path needs a key, and not for preflights or later dispatches of a request. If it
 * throws, the request is denied with 503 and the handler does not run.
 *
 * <p>To slow down callers who guess keys, count the outcome {@link AccessListener.Outcome#UNAUTHORIZED} by
 * {@link RequestInfo#peer} in an {@link AccessListener}, and use that count in {@link #beforeVerdict}.
 */
public interface RequestGate {
    /**
     * Decides before the key is read, for the peer that sent the request.
     *
     * @return how long the caller should wait before another try; null lets the request go on
     */
    default @Nullable Duration beforeVerdict(RequestInfo request) {
        return null;
    }

    /**
     * Decides for the caller, whose key is valid. The rule of the path is checked later, so requests that it will deny
     * are limited too.
     *
     * @return how long the caller should wait before another try; null lets the request go on
     */
    default @Nullable Duration afterVerdict(ApiKeyPrincipal principal, RequestInfo request) {
        return null;
    }
}
