package io.keyward.servlet;

import io.keyward.ApiKeyPrincipal;
import io.keyward.KeysUnavailableException;
import io.keyward.Verification;
import jakarta.servlet.DispatcherType;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Writes one line for each denial: status, method, path without query, peer, reason, and the key id if it is known.
 *
 * <p>What a stranger sent is escaped and cut. What may be a key is never in the line, not even as part of the path.
 */
final class DenialLog {
    private static final Logger LOG = LoggerFactory.getLogger(ApiKeyFilter.class);
    private static final int MAX_CAUSES = 5;

    private final Level level;

    DenialLog(Level level) {
        this.level = level;
    }

    void suspiciousPath(RequestInfo request) {
        line(400, request, "the path can be read in more than one way", null);
    }

    void unusable(String reason, RequestInfo request) {
        line(401, request, reason, null);
    }

    void rejected(Verification.Rejected rejected, RequestInfo request) {
        line(401, request, words(rejected.reason()), rejected.keyId());
    }

    void forbidden(ApiKeyPrincipal principal, Access access, RequestInfo request) {
        line(403, request, "needs " + access, principal.id());
        if (LOG.isDebugEnabled()) {
            access.requirements().forEach(requirement -> LOG.debug("{}", principal.explain(requirement)));
        }
    }

    void tooMany(@Nullable ApiKeyPrincipal principal, RequestInfo request) {
        line(429, request, "too many requests", principal == null ? null : principal.id());
    }

    /**
     * Logs that the target of a forward or an include is denied.
     *
     * @param status of the answer; for an include, which cannot set one, the status that an answer would have
     */
    void target(
            int status,
            DispatcherType dispatch,
            @Nullable ApiKeyPrincipal principal,
            Access access,
            RequestInfo request) {
        line(
                status,
                request,
                dispatch.name().toLowerCase(Locale.ROOT) + " target needs " + access,
                principal == null ? null : principal.id());
    }

    void unknownDispatch(RequestInfo request) {
        line(503, request, "a dispatch of a kind this filter does not know", null);
    }

    /**
     * Logs classes and places of a failure, but no message, because a failing driver may quote the key in it. The only
     * exception is our own message, which holds just a time.
     *
     * @param what the verifier or the gate
     */
    void failed(String what, Throwable failure, RequestInfo request) {
        LOG.error("denied 503 {}: the {} failed: {}", request, what, places(failure));
    }

    void listenerFailed(Throwable failure) {
        LOG.warn("an access listener failed and was ignored: {}", places(failure));
    }

    private static String places(Throwable failure) {
        StringBuilder places = new StringBuilder();
        Throwable cause = failure;
        for (int i = 0; cause != null && i < MAX_CAUSES; i++, cause = cause.getCause()) {
            places.append(i == 0 ? "" : ", caused by ").append(cause.getClass().getName());
            StackTraceElement[] trace = cause.getStackTrace();
            if (trace.length > 0) {
                places.append(" at ").append(trace[0]);
            }
        }
        if (failure instanceof KeysUnavailableException) {
            places.append(" (").append(failure.getMessage()).append(')');
        }
        return places.toString();
    }

    private void line(int status, RequestInfo request, String reason, @Nullable String keyId) {
        if (LOG.isEnabledForLevel(level)) {
            LOG.atLevel(level)
                    .log("denied {} {}: {}{}", status, request, reason, keyId == null ? "" : ", key " + keyId);
        }
    }

    private static String words(Verification.Reason reason) {
        return switch (reason) {
            case MISSING -> "no key";
            case MALFORMED -> "malformed key, most likely a typing error";
            case UNKNOWN -> "unknown key";
            case NOT_YET_VALID -> "key not yet valid";
            case EXPIRED -> "key expired";
            case DISABLED -> "key disabled";
            case REVOKED -> "key revoked";
            case UNSUPPORTED -> "key with an attribute that this version does not know";
        };
    }
}
