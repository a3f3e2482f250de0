package io.keyward.servlet;

import io.keyward.ApiKeyPrincipal;
import io.keyward.KeysUnavailableException;
import io.keyward.Verification;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Writes one line for each refusal: status, method, path without query, peer, reason, key id where one is known.
 *
 * <p>What a stranger sent is escaped and cut; what may be a key is never part of it, in the path neither.
 */
final class RefusalLog {
    private static final Logger LOG = LoggerFactory.getLogger(ApiKeyFilter.class);
    private static final int MAX_METHOD = 20;
    private static final int MAX_PATH = 200;
    private static final int MAX_CAUSES = 5;

    private final Level level;
    private final LogPath paths;

    RefusalLog(Level level, LogPath paths) {
        this.level = level;
        this.paths = paths;
    }

    void suspiciousPath(HttpServletRequest request) {
        line(400, request, rawPath(request), "the path can be read in more than one way", null);
    }

    void unusable(Presented presented, boolean insecure, HttpServletRequest request, String path) {
        line(401, request, path, unusable(presented, insecure), null);
    }

    private static String unusable(Presented presented, boolean insecure) {
        if (presented.isNothing()) {
            return "no key";
        }
        if (insecure) {
            return "a key came without TLS and counts as known to others";
        }
        return presented.isSeveral() ? "more than one credential" : "credentials of a wrong form";
    }

    void rejected(Verification.Rejected rejected, HttpServletRequest request, String path) {
        line(401, request, path, words(rejected.reason()), rejected.keyId());
    }

    void forbidden(ApiKeyPrincipal principal, Access access, HttpServletRequest request, String path) {
        line(403, request, path, "needs " + access, principal.id());
        if (LOG.isDebugEnabled()) {
            access.requirements().forEach(requirement -> LOG.debug("{}", principal.explain(requirement)));
        }
    }

    void dispatchRefused(
            DispatcherType dispatch,
            @Nullable ApiKeyPrincipal principal,
            Access access,
            HttpServletRequest request,
            @Nullable String path) {
        line(
                path == null ? 400 : principal == null ? 401 : 403,
                request,
                path == null ? rawPath(request) : path,
                dispatch.name().toLowerCase(Locale.ROOT) + " target needs " + access,
                principal == null ? null : principal.id());
    }

    void unknownDispatch(HttpServletRequest request) {
        line(503, request, rawPath(request), "a dispatch of a kind this filter does not know", null);
    }

    /**
     * Names classes and places of a failure, and no message: what a failing driver quotes in it may be the key. The one
     * exception is our own, which holds a time only.
     */
    void verifierFailed(Throwable failure, HttpServletRequest request, String path) {
        LOG.error(
                "refused 503 {} \"{}\" from {}: the verifier could not tell: {}",
                method(request),
                shown(path),
                peer(request),
                places(failure));
    }

    void listenerFailed(Throwable failure) {
        LOG.warn("an access listener failed and was passed over: {}", places(failure));
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

    private void line(int status, HttpServletRequest request, String path, String reason, @Nullable String keyId) {
        if (LOG.isEnabledForLevel(level)) {
            LOG.atLevel(level)
                    .log(
                            "refused {} {} \"{}\" from {}: {}{}",
                            status,
                            method(request),
                            shown(path),
                            peer(request),
                            reason,
                            keyId == null ? "" : ", key " + keyId);
        }
    }

    private String shown(String path) {
        return LogText.quoted(paths.masked(path), MAX_PATH);
    }

    /** A method is any token, so a key can be put there too. */
    private static String method(HttpServletRequest request) {
        String method = request.getMethod();
        return method.length() < 16 ? LogText.quoted(method, MAX_METHOD) : "***";
    }

    private static String peer(HttpServletRequest request) {
        String address = request.getRemoteAddr();
        return address == null ? "?" : LogText.quoted(address, 64);
    }

    /** Cuts path parameters and what follows: some clients put secrets there. */
    private static String rawPath(HttpServletRequest request) {
        String uri = request.getRequestURI();
        if (uri == null) {
            return "";
        }
        int end = 0;
        while (end < uri.length() && ";?#".indexOf(uri.charAt(end)) < 0) {
            end++;
        }
        return end < uri.length() ? uri.substring(0, end) + uri.charAt(end) + "..." : uri;
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
