package io.keyward.servlet;

import static java.util.Objects.requireNonNull;

import io.keyward.ApiKeyPrincipal;
import io.keyward.KeysUnavailableException;
import io.keyward.Verification;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.event.Level;

/**
 * Writes one line for each denial: status, method, path without query, peer, reason, and the key id if it is known.
 *
 * <p>The filter writes them by itself. Use this class, next to {@link Denials}, if something else denies requests.
 *
 * <p>What a stranger sent is escaped and cut. What may be a key is never in the line, not even as part of the path.
 * Immutable; may be shared between threads.
 */
public final class DenialLog {
    private static final int MAX_CAUSES = 5;

    private final Logger log;
    private final Level level;

    private DenialLog(Logger log, Level level) {
        this.log = log;
        this.level = level;
    }

    /**
     * Returns a log of denials.
     *
     * @param log where the lines go
     * @param level of denials; failures of verifier, gate and listener have their own
     */
    public static DenialLog of(Logger log, Level level) {
        return new DenialLog(requireNonNull(log, "log"), requireNonNull(level, "level"));
    }

    /** Returns why a key that came without TLS is not verified, with a hint if a proxy says how the client came. */
    public static String withoutTls(HttpServletRequest request) {
        boolean isForwarded = request.getHeader("X-Forwarded-Proto") != null || request.getHeader("Forwarded") != null;
        return "a key came without TLS, so others may know it"
                + (isForwarded
                        ? "; a header of a proxy says how the client came, but nothing before this filter believes it"
                        : "");
    }

    void suspiciousPath(RequestInfo request) {
        line(400, request, "the path can be read in more than one way", null);
    }

    /** Logs a 401 for a request whose credential is not verified, with the reason. */
    public void unusable(String reason, RequestInfo request) {
        line(401, request, reason, null);
    }

    /** Logs a 401 for a key that was rejected. */
    public void rejected(Verification.Rejected rejected, RequestInfo request) {
        line(401, request, words(rejected.reason()), rejected.keyId());
    }

    /** Logs a 403 for a valid key, with the reason. */
    public void forbidden(ApiKeyPrincipal principal, String reason, RequestInfo request) {
        line(403, request, reason, principal.id());
    }

    void forbidden(ApiKeyPrincipal principal, Access access, RequestInfo request) {
        forbidden(principal, "needs " + access, request);
        if (log.isDebugEnabled()) {
            access.requirements().forEach(requirement -> log.debug("{}", principal.explain(requirement)));
        }
    }

    /** Logs a 429; with the caller if the key was verified. */
    public void tooMany(@Nullable ApiKeyPrincipal principal, RequestInfo request) {
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
     * Logs a 503 with classes and places of a failure, but no message, because a failing driver may quote the key in it.
     * The only exception is our own message, which holds just a time.
     *
     * @param what the verifier or the gate
     */
    public void failed(String what, Throwable failure, RequestInfo request) {
        log.error("denied 503 {}: the {} failed: {}", request, what, places(failure));
    }

    /** Logs classes and places of what a listener threw. */
    public void listenerFailed(Throwable failure) {
        log.warn("an access listener failed and was ignored: {}", places(failure));
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
        if (log.isEnabledForLevel(level)) {
            log.atLevel(level)
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
