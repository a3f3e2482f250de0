package io.keyward.servlet;

import io.keyward.ApiKeyPrincipal;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * May deny a request because there are too many of its kind: 429 with {@code Retry-After}.
 *
 * <p>Asked once a request at each of two points, on the thread of the request and by many threads at a time; it must
 * not block. It is asked where a path needs a key, never for open paths, preflights or later dispatches of a request.
 * If it throws, the request is denied with 503 and the handler does not run.
 *
 * <p>To slow down those who try keys, count the outcome {@link AccessListener.Outcome#UNAUTHORIZED} by
 * {@link RequestInfo#peer} in an {@link AccessListener}, and answer by that count in {@link #beforeVerdict}.
 */
public interface RequestGate {
    /**
     * Decides before a key is looked at, for the peer that sent the request.
     *
     * @return how long the caller should wait before another try; null lets the request go on
     */
    default @Nullable Duration beforeVerdict(RequestInfo request) {
        return null;
    }

    /**
     * Decides for the caller, whose key is valid. The rule of the path has not been asked yet, so requests that it
     * denies are limited too.
     *
     * @return how long the caller should wait before another try; null lets the request go on
     */
    default @Nullable Duration afterVerdict(ApiKeyPrincipal principal, RequestInfo request) {
        return null;
    }
}
