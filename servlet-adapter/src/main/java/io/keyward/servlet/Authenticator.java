package io.keyward.servlet;

import io.keyward.ApiKeyVerifier;
import io.keyward.Verification;
import io.keyward.servlet.KeyReader.Credential;
import io.keyward.servlet.KeyReader.None;
import io.keyward.servlet.KeyReader.One;
import io.keyward.servlet.KeyReader.Unusable;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.Enumeration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds out whose key a request carries, and denies the request if it has no valid key. */
final class Authenticator {
    private static final RequestGate OPEN_GATE = new RequestGate() {};

    private final KeyReader reader;
    private final ApiKeyVerifier verifier;
    private final RequestGate gate;
    private final boolean tlsOnly;
    private final Decisions decisions;

    Authenticator(
            KeyReader reader,
            ApiKeyVerifier verifier,
            @Nullable RequestGate gate,
            boolean tlsOnly,
            Decisions decisions) {
        this.reader = reader;
        this.verifier = verifier;
        this.gate = gate == null ? OPEN_GATE : gate;
        this.tlsOnly = tlsOnly;
        this.decisions = decisions;
    }

    /** Returns the verdict on the key of a request; null if the request is denied and has its answer. */
    Verification.@Nullable Accepted authenticate(HttpServletRequest request, HttpServletResponse response, String path)
            throws IOException {
        if (isGateClosed(null, request, response, path)) {
            return null;
        }
        Credential credential = credential(request);
        String problem = problem(credential, request);
        if (problem != null || !(credential instanceof One one)) {
            decisions.unusable(credential != None.INSTANCE, String.valueOf(problem), request, response, path);
            return null;
        }
        Verification verification;
        try {
            verification = verifier.verify(one.reveal());
        } catch (Throwable failure) {
            // Whatever the verifier throws, the handler must not run.
            decisions.failed("verifier", failure, request, response, path);
            return null;
        }
        if (verification instanceof Verification.Accepted accepted) {
            return isGateClosed(accepted, request, response, path) ? null : accepted;
        }
        if (verification instanceof Verification.Rejected rejected) {
            decisions.rejected(rejected, request, response, path);
        } else {
            decisions.failed("verifier", new IllegalStateException("null"), request, response, path);
        }
        return null;
    }

    /** Returns why a credential must not be verified, for the log; null if it may be. */
    private @Nullable String problem(Credential credential, HttpServletRequest request) {
        if (credential instanceof Unusable unusable) {
            return unusable.problem();
        }
        if (credential instanceof None) {
            return "no key" + hintOfOtherSpelling(request);
        }
        if (tlsOnly && !request.isSecure()) {
            return DenialLog.withoutTls(request);
        }
        return null;
    }

    private String hintOfOtherSpelling(HttpServletRequest request) {
        for (Enumeration<String> names = request.getHeaderNames(); names != null && names.hasMoreElements(); ) {
            String name = names.nextElement();
            for (KeySource source : reader.sources()) {
                String header = source.header();
                if (header != null && source.readsHeader(name) && !HeaderNames.same(header, name)) {
                    return "; a header came whose name has _ or . for the - of " + header;
                }
            }
        }
        return "";
    }

    private Credential credential(HttpServletRequest request) {
        // another filter of this kind before this one hides the credentials
        HttpServletRequest unguarded = GuardedRequest.unguarded(request);
        return reader.read(name -> KeyReader.values(unguarded.getHeaders(name)), unguarded.getQueryString());
    }

    private boolean isGateClosed(
            Verification.@Nullable Accepted accepted,
            HttpServletRequest request,
            HttpServletResponse response,
            String path)
            throws IOException {
        if (gate == OPEN_GATE) {
            return false;
        }
        Duration wait;
        try {
            RequestInfo info = decisions.info(request, path);
            wait = accepted == null ? gate.beforeVerdict(info) : gate.afterVerdict(accepted.principal(), info);
        } catch (Throwable failure) {
            decisions.failed("gate", failure, request, response, path);
            return true;
        }
        if (wait != null) {
            decisions.tooMany(wait, accepted, request, response, path);
        }
        return wait != null;
    }

    List<String> keyHeaders() {
        return reader.sources().stream()
                .filter(HeaderSource.class::isInstance)
                .map(source -> ((HeaderSource) source).header())
                .toList();
    }
}
