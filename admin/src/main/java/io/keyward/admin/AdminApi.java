package io.keyward.admin;

import io.keyward.ApiKeyPrincipal;
import io.keyward.KeyRingException;
import io.keyward.KeysUnavailableException;
import io.keyward.store.ChangeRefusedException;
import io.keyward.store.StoreException;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds the call that a request makes, checks that the caller may make it, and answers it. */
final class AdminApi {
    private static final Logger LOG = LoggerFactory.getLogger(ApiKeyAdminServlet.class);
    private static final Set<String> NONE = Set.of();
    private static final int OPEN_API_DEPTH = 20;

    private final List<Route> routes;
    /** Set when the servlet starts. */
    private volatile String header = Mount.KEY_HEADER;

    AdminApi(ApiKeyAdminServlet.Builder settings) {
        KeyCalls keys = new KeyCalls(settings);
        OwnKeyCalls own = new OwnKeyCalls(keys);
        Reports reports = new Reports(settings);
        this.routes = List.of(
                new Route("GET", "/keys", Set.of("keys:read", "own-key:list"), KeyQuery.PARAMETERS, keys::list),
                route("POST", "/keys", Set.of("keys:issue"), keys::issue),
                // before /keys/{id}, which matches the same paths
                route("POST", "/keys/lookup", Set.of("keys:read"), reports::lookup),
                route("GET", "/keys/{id}", Set.of("keys:read"), keys::show),
                route("PATCH", "/keys/{id}", Set.of("keys:change"), keys::change),
                route("POST", "/keys/{id}/rotate", Set.of("keys:rotate"), keys::rotate),
                route("POST", "/keys/{id}/revoke", Set.of("keys:revoke"), keys::revoke),
                route("POST", "/keys/{id}/disable", Set.of("keys:disable"), keys::disable),
                route("POST", "/keys/{id}/enable", Set.of("keys:disable"), keys::enable),
                route("GET", "/me", Set.of("own-key:read", "keys:read"), own::show),
                route("POST", "/me/rotate", Set.of("own-key:rotate", "keys:rotate"), own::rotate),
                route("POST", "/me/revoke", Set.of("own-key:revoke", "keys:revoke"), own::revoke),
                route("GET", "/report", Set.of("keys:read"), reports::report),
                route("GET", "/openapi.json", NONE, call -> openApi(header)));
    }

    private static Route route(String method, String path, Set<String> anyOf, Route.Handler handler) {
        return new Route(method, path, anyOf, NONE, handler);
    }

    void nameHeader(String name) {
        header = name;
    }

    List<Route> routes() {
        return routes;
    }

    Answer answer(HttpServletRequest request, ApiKeyPrincipal caller) {
        try {
            Call call = callOf(request, caller);
            requireRight(call);
            call.query();
            return answer(call);
        } catch (Problem problem) {
            drain(request);
            return problem.answer();
        } catch (KeysUnavailableException e) {
            return unavailable("unavailable", "keys cannot be verified at the moment")
                    .answer();
        } catch (RuntimeException e) {
            LOG.error("a call to the admin API failed", e);
            return Problem.of(500, "internal", "the call failed; the log of the service says why")
                    .answer();
        }
    }

    /** Reads what is left of a body: containers close the connection otherwise, and the next request on it fails. */
    private static void drain(HttpServletRequest request) {
        try {
            request.getInputStream().readNBytes(Call.MAX_BODY);
        } catch (IOException e) {
            // then the container closes the connection, and the answer may be lost
        }
    }

    private static Answer answer(Call call) {
        try {
            return call.route().handler().answer(call);
        } catch (ChangeRefusedException refused) {
            throw problemOf(refused);
        } catch (StoreException e) {
            LOG.error("the store failed during a call to the admin API", e);
            throw storeFailed(call.request().getMethod());
        } catch (KeyRingException e) {
            LOG.error("a change was stored, but the keys in force could not be updated", e);
            throw unavailable("not-in-force", "the change is stored; it is in force once the keys are loaded again")
                    .with("outcome", "stored");
        }
    }

    private static Problem storeFailed(String method) {
        if (method.equals("GET") || method.equals("HEAD")) {
            return unavailable("store-failed", "the keys could not be read; try again");
        }
        return unavailable(
                        "store-failed",
                        "the store failed, so it is not known whether the change was made; look at the key before"
                                + " you repeat it")
                .with("outcome", "unknown");
    }

    private static Problem unavailable(String code, String detail) {
        return Problem.of(503, code, detail).withHeader("Retry-After", "5");
    }

    private static Problem problemOf(ChangeRefusedException refused) {
        String detail = String.valueOf(refused.getMessage());
        return switch (refused.reason()) {
            case NO_SUCH_KEY -> Problem.noSuchKey();
            case REVOKED -> Problem.of(409, "revoked", detail);
            case OVERLAP ->
                Problem.of(
                        409,
                        "overlap",
                        "an earlier rotation still keeps an old secret; wait for its end (retiringUntil), or send"
                                + " \"dropOld\": true to end it now");
            case UNSUPPORTED -> Problem.of(409, "unsupported", detail);
            case INVALID -> Problem.invalid(detail);
            case EXCEEDS_MAKER -> Problem.of(403, "exceeds-caller", detail);
            case STOPPED -> Problem.of(403, "stopped", detail);
            case STALE -> Problem.stale();
            case CONTENDED -> Problem.of(503, "contended", detail).withHeader("Retry-After", "1");
        };
    }

    private Call callOf(HttpServletRequest request, ApiKeyPrincipal caller) {
        String info = request.getPathInfo();
        String path = info == null ? "" : info;
        Set<String> allowed = new TreeSet<>();
        for (Route route : routes) {
            Optional<String> id = route.match(path);
            if (id.isPresent() && route.allows(request.getMethod())) {
                return new Call(request, caller, route, id.get());
            }
            id.ifPresent(match ->
                    allowed.addAll(route.method().equals("GET") ? List.of("GET", "HEAD") : List.of(route.method())));
        }
        if (allowed.isEmpty()) {
            throw Problem.of(404, "no-such-call", "there is no such call; openapi.json lists all of them");
        }
        String methods = String.join(", ", allowed);
        throw Problem.of(405, "method-not-allowed", "use " + methods).withHeader("Allow", methods);
    }

    private static void requireRight(Call call) {
        Set<String> anyOf = call.route().anyOf();
        if (!anyOf.isEmpty() && anyOf.stream().noneMatch(call::may)) {
            throw Problem.of(403, "forbidden", "the calling key needs " + String.join(" or ", new TreeSet<>(anyOf)));
        }
    }

    private static Answer openApi(String header) {
        try (InputStream in = Objects.requireNonNull(AdminApi.class.getResourceAsStream("openapi.json"))) {
            return Answer.ok(Json.replaced(
                    Json.parse(in.readAllBytes(), OPEN_API_DEPTH), "/components/securitySchemes/header/name", header));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
