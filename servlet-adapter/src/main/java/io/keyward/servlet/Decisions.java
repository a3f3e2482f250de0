package io.keyward.servlet;

import io.keyward.ApiKeyPrincipal;
import io.keyward.Verification;
import io.keyward.servlet.AccessListener.Outcome;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Carries a decision out: one line in the log, one call of the listener, one answer. */
final class Decisions {
    private final Denials denials;
    private final DenialLog log;
    private final LogPath mask;
    private final @Nullable AccessListener listener;

    Decisions(Denials denials, DenialLog log, LogPath mask, @Nullable AccessListener listener) {
        this.denials = denials;
        this.log = log;
        this.mask = mask;
        this.listener = listener;
    }

    RequestInfo info(HttpServletRequest request, @Nullable String path) {
        return new RequestInfo(request, path == null ? rawPath(request) : path, mask);
    }

    /** Cuts path parameters and everything after them, because some clients put secrets there. */
    static String rawPath(HttpServletRequest request) {
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

    void preflight(CorsPolicy cors, HttpServletRequest request, HttpServletResponse response, String path) {
        notifyListener(Outcome.PREFLIGHT, null, request, path);
        cors.answer(request, response, denials.vary());
    }

    void suspiciousPath(HttpServletRequest request, HttpServletResponse response) throws IOException {
        log.suspiciousPath(info(request, null));
        notifyListener(Outcome.BAD_REQUEST, null, request, null);
        denials.badRequest(request, response);
    }

    /**
     * Denies a request whose credential must not be verified.
     *
     * @param presented whether there was one
     * @param reason what is wrong, for the log
     */
    void unusable(
            boolean presented, String reason, HttpServletRequest request, HttpServletResponse response, String path)
            throws IOException {
        log.unusable(reason, info(request, path));
        notifyListener(Outcome.UNAUTHORIZED, null, request, path);
        denials.unauthorized(presented, request, response);
    }

    void rejected(Verification.Rejected rejected, HttpServletRequest request, HttpServletResponse response, String path)
            throws IOException {
        log.rejected(rejected, info(request, path));
        notifyListener(Outcome.UNAUTHORIZED, rejected, request, path);
        denials.unauthorized(true, request, response);
    }

    void forbidden(
            Verification.Accepted accepted,
            Access access,
            HttpServletRequest request,
            HttpServletResponse response,
            String path)
            throws IOException {
        log.forbidden(accepted.principal(), access, info(request, path));
        notifyListener(Outcome.FORBIDDEN, accepted, request, path);
        denials.forbidden(access, request, response);
    }

    /** Denies a request for its rate, with the verdict if the key was verified. */
    void tooMany(
            Duration wait,
            Verification.@Nullable Accepted accepted,
            HttpServletRequest request,
            HttpServletResponse response,
            String path)
            throws IOException {
        log.tooMany(accepted == null ? null : accepted.principal(), info(request, path));
        notifyListener(Outcome.TOO_MANY_REQUESTS, accepted, request, path);
        denials.tooManyRequests(wait, request, response);
    }

    /** Denies because the verifier or the gate failed. */
    void failed(String what, Throwable failure, HttpServletRequest request, HttpServletResponse response, String path)
            throws IOException {
        log.failed(what, failure, info(request, path));
        notifyListener(Outcome.UNAVAILABLE, null, request, path);
        denials.unavailable(request, response);
    }

    void unknownDispatch(HttpServletRequest request, HttpServletResponse response) throws IOException {
        log.unknownDispatch(info(request, null));
        denials.unavailable(request, response);
    }

    /**
     * Denies the target of a forward or an include. An include can set neither status nor header, so a denied one adds
     * nothing to the page.
     *
     * @param path of the target; null if it can be read in more than one way
     */
    void target(
            DispatcherType dispatch,
            @Nullable ApiKeyPrincipal principal,
            Access access,
            HttpServletRequest request,
            HttpServletResponse response,
            @Nullable String path)
            throws IOException {
        int status = path == null ? 400 : principal == null ? 401 : 403;
        log.target(status, dispatch, principal, access, info(request, path));
        if (dispatch == DispatcherType.INCLUDE) {
            return;
        }
        switch (status) {
            case 400 -> denials.badRequest(request, response);
            case 401 -> denials.unauthorized(false, request, response);
            default -> denials.forbidden(access, request, response);
        }
    }

    void notifyListener(
            Outcome outcome, @Nullable Verification verification, HttpServletRequest request, @Nullable String path) {
        if (listener != null) {
            try {
                listener.decided(outcome, verification, info(request, path));
            } catch (Throwable failure) {
                // Errors and checked exceptions of other languages too, because the decision does not depend on the
                // listener.
                log.listenerFailed(failure);
            }
        }
    }
}
