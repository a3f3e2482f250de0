package io.keyward.spring.security;

import io.keyward.ApiKeyPrincipal;
import io.keyward.ApiKeyVerifier;
import io.keyward.Verification;
import io.keyward.role.RoleModel;
import io.keyward.servlet.ApiKeyFilter;
import io.keyward.servlet.DenialLog;
import io.keyward.servlet.KeyReader.Credential;
import io.keyward.servlet.KeyReader.None;
import io.keyward.servlet.KeyReader.One;
import io.keyward.servlet.KeyReader.Unusable;
import io.keyward.servlet.Passage;
import io.keyward.servlet.RequestGate;
import io.keyward.servlet.RequestInfo;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.security.authentication.AuthenticationEventPublisher;
import org.springframework.security.authentication.AuthenticationServiceException;
import org.springframework.security.authentication.BadCredentialsException;
import org.springframework.security.authentication.CredentialsExpiredException;
import org.springframework.security.authentication.DisabledException;
import org.springframework.security.authentication.LockedException;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextHolderStrategy;
import org.springframework.security.web.authentication.WebAuthenticationDetailsSource;
import org.springframework.security.web.context.RequestAttributeSecurityContextRepository;
import org.springframework.security.web.context.SecurityContextRepository;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Verifies the key of a request, once for each request. {@link ApiKeysConfigurer} creates it. The class is public so
 * that {@code addFilterAfter} and similar methods can name it.
 *
 * <p>It stores the security context in the request and never in a session. So asynchronous and error dispatches of the
 * request find the first verdict, and no other request does. May be shared between threads.
 */
public final class ApiKeyAuthenticationFilter extends OncePerRequestFilter {
    /**
     * The attribute by which {@code SessionManagementFilter} knows that it has handled a request; its constant is not
     * public. Without the attribute the filter takes the caller of a key for a user who has just logged in: it changes
     * the id of the session or creates one.
     */
    private static final String SESSION_IS_HANDLED = "__spring_security_session_mgmt_filter_applied";

    private final ApiKeyVerifier verifier;
    private final RequestKeys keys;
    private final Passage passage;
    private final DeniedRequests denied;
    private final Decisions decisions;
    private final @Nullable RequestGate gate;
    private final boolean tlsOnly;
    private final AuthenticationEventPublisher events;
    private final SecurityContextHolderStrategy holder;
    private final SecurityContextRepository contexts = new RequestAttributeSecurityContextRepository();
    private final WebAuthenticationDetailsSource details = new WebAuthenticationDetailsSource();

    /** Made once, because Spring would join the same text for each request. */
    private @Nullable String alreadyFilteredName;

    ApiKeyAuthenticationFilter(
            ApiKeyVerifier verifier,
            RequestKeys keys,
            Passage passage,
            DeniedRequests denied,
            Decisions decisions,
            @Nullable RequestGate gate,
            boolean tlsOnly,
            AuthenticationEventPublisher events,
            SecurityContextHolderStrategy holder) {
        this.verifier = verifier;
        this.keys = keys;
        this.passage = passage;
        this.denied = denied;
        this.decisions = decisions;
        this.gate = gate;
        this.tlsOnly = tlsOnly;
        this.events = events;
        this.holder = holder;
    }

    /** Returns false, because this filter must also hide the credential in asynchronous dispatches. */
    @Override
    protected boolean shouldNotFilterAsyncDispatch() {
        return false;
    }

    /** Returns false, because this filter must also hide the credential in error dispatches. */
    @Override
    protected boolean shouldNotFilterErrorDispatch() {
        return false;
    }

    @Override
    protected String getAlreadyFilteredAttributeName() {
        String name = alreadyFilteredName;
        if (name == null) {
            name = super.getAlreadyFilteredAttributeName();
            alreadyFilteredName = name;
        }
        return name;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        ApiKeyPrincipal known =
                request.getDispatcherType() == DispatcherType.REQUEST ? null : ofEarlierDispatch(request);
        if (known != null) {
            passage.lead(known, request, response, chain);
            return;
        }
        Credential credential = keys.read(request);
        if (credential instanceof None) {
            chain.doFilter(request, response);
        } else if (isGateClosed(null, request, response)) {
            holder.clearContext();
        } else if (credential instanceof Unusable unusable) {
            unusable(unusable.problem(), request, response);
        } else if (keys.hasOthers(request)) {
            denyOthers(request, response);
        } else if (tlsOnly && !request.isSecure()) {
            unusable(DenialLog.withoutTls(request), request, response);
        } else {
            verify((One) credential, request, response, chain);
        }
    }

    private @Nullable ApiKeyPrincipal ofEarlierDispatch(HttpServletRequest request) {
        SecurityContext earlier = contexts.loadDeferredContext(request).get();
        if (!(earlier.getAuthentication() instanceof ApiKeyAuthentication authentication)) {
            return null;
        }
        if (holder.getContext().getAuthentication() == null) {
            holder.setContext(earlier);
        }
        return authentication.getPrincipal();
    }

    private void verify(One key, HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        Verification verification;
        RoleModel roles;
        try {
            verification = verifier.verify(key.reveal());
            roles = verifier.roles().orElse(RoleModel.empty());
        } catch (Throwable failure) {
            // Whatever it throws, nothing behind this filter must run.
            failed(failure, request, response);
            return;
        }
        if (verification instanceof Verification.Accepted accepted) {
            if (isGateClosed(accepted, request, response)) {
                holder.clearContext();
                return;
            }
            decisions.keep(accepted, request);
            accept(ApiKeyAuthentication.of(accepted.principal(), roles), request, response, chain);
        } else if (verification instanceof Verification.Rejected rejected) {
            reject(rejected, request, response);
        } else {
            failed(new IllegalStateException("null"), request, response);
        }
    }

    private boolean isGateClosed(
            Verification.@Nullable Accepted accepted, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        if (gate == null) {
            return false;
        }
        Duration wait;
        try {
            RequestInfo info = RequestInfo.of(request);
            wait = accepted == null ? gate.beforeVerdict(info) : gate.afterVerdict(accepted.principal(), info);
        } catch (Throwable failure) {
            // Whatever it throws, nothing behind this filter must run.
            denied.unavailable("gate", failure, request, response);
            return true;
        }
        if (wait != null) {
            denied.tooMany(wait, accepted, request, response);
        }
        return wait != null;
    }

    private void accept(
            ApiKeyAuthentication authentication,
            HttpServletRequest request,
            HttpServletResponse response,
            FilterChain chain)
            throws IOException, ServletException {
        authentication.setDetails(details.buildDetails(request));
        SecurityContext context = holder.createEmptyContext();
        context.setAuthentication(authentication);
        holder.setContext(context);
        contexts.saveContext(context, request, response);
        request.setAttribute(ApiKeyFilter.PRINCIPAL_ATTRIBUTE, authentication.getPrincipal());
        request.setAttribute(SESSION_IS_HANDLED, true);
        events.publishAuthenticationSuccess(authentication);
        passage.lead(authentication.getPrincipal(), request, response, chain);
    }

    /** Denies a request that has a key and the credentials of another mechanism. */
    void denyOthers(HttpServletRequest request, HttpServletResponse response) throws IOException {
        unusable("a key together with credentials of another mechanism", request, response);
    }

    private void unusable(String problem, HttpServletRequest request, HttpServletResponse response) throws IOException {
        holder.clearContext();
        publish(new BadCredentialsException("no single credential that may be a key"), null, null, request);
        denied.unauthorized(true, problem, request, response);
    }

    private void reject(Verification.Rejected rejected, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        holder.clearContext();
        publish(exception(rejected.reason()), rejected.reason(), rejected.keyId(), request);
        denied.rejected(rejected, request, response);
    }

    private void failed(Throwable failure, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        holder.clearContext();
        // Without the cause, because the message of a failing driver may quote the key.
        publish(new AuthenticationServiceException("the verifier failed"), null, null, request);
        denied.unavailable("verifier", failure, request, response);
    }

    private void publish(
            AuthenticationException exception,
            Verification.@Nullable Reason reason,
            @Nullable String keyId,
            HttpServletRequest request) {
        RejectedApiKey rejected = new RejectedApiKey(reason, keyId);
        rejected.setDetails(details.buildDetails(request));
        events.publishAuthenticationFailure(exception, rejected);
    }

    /** Spring maps exactly these classes to different events, and none of their subclasses. */
    private static AuthenticationException exception(Verification.Reason reason) {
        String message = "API key rejected: " + reason;
        return switch (reason) {
            case MISSING, MALFORMED, UNKNOWN -> new BadCredentialsException(message);
            case EXPIRED -> new CredentialsExpiredException(message);
            case NOT_YET_VALID, DISABLED, UNSUPPORTED -> new DisabledException(message);
            case REVOKED -> new LockedException(message);
        };
    }
}
