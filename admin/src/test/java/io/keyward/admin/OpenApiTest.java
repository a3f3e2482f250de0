package io.keyward.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.keyward.ApiKeyRecord;
import io.keyward.store.ChangeRefusedException;
import io.keyward.store.IssuedKey;
import io.keyward.testing.ThrowAwayKeys;
import jakarta.json.JsonString;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * Compares openapi.json with the servlet in both directions. {@link Request} compares every answer of the other tests
 * too.
 */
class OpenApiTest {
    private static final byte[] TOO_LONG = new byte[Call.MAX_BODY + 1];

    private final OpenApi document = OpenApi.document();

    @Test
    void namesEachCallOfTheServletAndNoOther() throws Exception {
        try (AdminService service = new AdminService()) {
            Set<String> routes = new AdminApi(ApiKeyAdminServlet.builder(service.keys))
                    .routes().stream()
                            .map(route -> route.method() + " " + route.path())
                            .collect(Collectors.toCollection(TreeSet::new));

            assertEquals(routes, document.operations());
            assertEquals(
                    document.json,
                    service.request("GET", "/openapi.json").expect(200).json());
        }
    }

    @Test
    void namesThePermissionsOfEachCallAndItsQuery() {
        try (var keys = io.keyward.store.ApiKeys.over(io.keyward.store.InMemoryApiKeyStore.create())
                .format("kw_test")
                .open()) {
            for (Route route : new AdminApi(ApiKeyAdminServlet.builder(keys)).routes()) {
                var operation = document.json
                        .getJsonObject("paths")
                        .getJsonObject(route.path())
                        .getJsonObject(route.method().toLowerCase(java.util.Locale.ROOT));
                route.anyOf()
                        .forEach(permission -> assertTrue(
                                operation.getString("description").contains(permission),
                                route.path() + " " + permission));
                Set<String> query = new TreeSet<>();
                if (operation.containsKey("parameters")) {
                    operation.getJsonArray("parameters").forEach(reference -> {
                        String[] steps =
                                reference.asJsonObject().getString("$ref").split("/");
                        var parameter = document.json
                                .getJsonObject("components")
                                .getJsonObject("parameters")
                                .getJsonObject(steps[3]);
                        if (parameter.getString("in").equals("query")) {
                            query.add(parameter.getString("name"));
                        }
                    });
                }
                assertEquals(new TreeSet<>(route.query()), query, route.path());
            }
        }
    }

    @Test
    void namesEachStatusAndEachCodeThatTheServletAnswers() throws Exception {
        document.seen.clear();
        document.seenCodes.clear();
        for (String operation : document.operations()) {
            String[] parts = operation.split(" ", 2);
            provoke(operation, parts[0], parts[1]);
        }
        provokeRareCodes();

        Set<String> expected = document.answers();
        Set<String> missing = new TreeSet<>(expected);
        missing.removeAll(document.seen);
        assertEquals(Set.of(), missing, "in the document, and never answered");

        Set<String> codes = new TreeSet<>();
        document.json
                .getJsonObject("components")
                .getJsonObject("schemas")
                .getJsonObject("Problem")
                .getJsonObject("properties")
                .getJsonObject("code")
                .getJsonArray("enum")
                .getValuesAs(JsonString.class)
                .forEach(code -> codes.add(code.getString()));
        codes.removeAll(document.seenCodes);
        // of these, the first two belong to no call, and the others take a rival or a ring without a pepper
        assertEquals(
                Set.of("contended", "method-not-allowed", "no-such-call", "not-in-force"),
                codes,
                "in the document, and never answered");
    }

    private static void provoke(String operation, String method, String template) throws Exception {
        boolean isOwn = template.startsWith("/me");
        boolean hasBody = method.equals("PATCH") || method.equals("POST");
        try (AdminService service = new AdminService()) {
            IssuedKey second = service.issue("admin");
            IssuedKey target = service.issue("client");
            IssuedKey caller = isOwn ? target : second;
            String path = template.replace("{id}", target.id());
            Map<String, String> bodies = Map.of(
                    "POST /keys/lookup", "{'key':'" + target.key().reveal() + "'}", "PATCH /keys/{id}", "{'name':'x'}");
            String body = hasBody ? bodies.getOrDefault(operation, "{}") : null;

            request(service, method, path, second, body, service.etag(target))
                    .key("wrong")
                    .send();
            request(service, method, path + "?nothing=1", second, body, null).send();
            request(service, method, path, service.issue("miner"), body, service.etag(target))
                    .send();
            if (hasBody) {
                request(service, method, path, caller, null, service.etag(caller))
                        .body(TOO_LONG)
                        .send();
                request(service, method, path, caller, body, service.etag(caller))
                        .type("text/plain")
                        .send();
                request(service, method, path, caller, "{'rolse':[]}", service.etag(caller))
                        .send();
                request(service, method, path, caller, body, "\"0\"").send();
                request(service, method, path, caller, body, null).ifMatch("0").send();
                if (method.equals("PATCH") || template.endsWith("rotate")) {
                    request(service, method, path, caller, body, null).send();
                }
            } else {
                request(service, method, path + "?limit=0", second, null, null).send();
            }
            if (!isOwn) {
                request(
                                service,
                                method,
                                template.replace("{id}", "nosuchid"),
                                second,
                                template.endsWith("lookup") ? lookup("nothing at all") : body,
                                "*")
                        .send();
            }
            if (isOwn) {
                ApiKeyRecord onlyInRing =
                        ThrowAwayKeys.recordOf(ThrowAwayKeys.newKey()).build();
                io.keyward.ApiKey key = ThrowAwayKeys.newKey();
                service.keys
                        .ring()
                        .update(ring -> ring.with(List.of(
                                ThrowAwayKeys.recordOf(key).roles("client").build(), onlyInRing)));
                request(service, method, path, second, body, "*").key(key).send();
            }
            conflict(service, method, template, target, body);
            service.store.isAway = true;
            request(service, method, path, caller, body, "*").send();
            service.store.isAway = false;
        }
        try (AdminService service = new AdminService()) {
            IssuedKey second = service.issue("admin");
            IssuedKey target = service.issue("client");
            String path = template.replace("{id}", target.id());
            Map<String, String> bodies =
                    Map.of("POST /keys/lookup", lookup(target.key().reveal()));
            request(
                            service,
                            method,
                            path,
                            isOwn ? target : second,
                            hasBody ? bodies.getOrDefault(operation, "{}") : null,
                            service.etag(target))
                    .send();
            if (template.equals("/keys/lookup")) {
                unavailable(service, target);
            }
        }
    }

    /** Behind a guard that lets the call through all the same, such as one with a longer memory. */
    private static void unavailable(AdminService service, IssuedKey target) {
        service.keys
                .ring()
                .update(ring -> ring.withValidUntil(service.clock.instant().minusSeconds(1)));
        service.request("POST", "/keys/lookup")
                .json(lookup(target.key().reveal()))
                .expect(503, "unavailable");
    }

    private static void conflict(AdminService service, String method, String template, IssuedKey target, String body) {
        switch (template) {
            case "/me/rotate" -> {
                service.manager.rotate(target.id(), Duration.ofHours(1));
                request(service, method, template, target, body, "*").send();
            }
            case "/me/revoke" -> {
                service.manager.list(io.keyward.store.KeyFilter.all().role("admin")).stream()
                        .filter(record -> !record.id().equals(service.admin.id()))
                        .forEach(record -> service.manager.disable(record.id()));
                request(service, method, template, service.admin, body, null).send();
                service.manager.list(io.keyward.store.KeyFilter.all().role("admin")).stream()
                        .filter(record -> record.state() == io.keyward.KeyState.DISABLED)
                        .forEach(record -> service.manager.enable(record.id()));
            }
            case "/keys/{id}/revoke" -> {
                service.manager.list(io.keyward.store.KeyFilter.all().role("admin")).stream()
                        .filter(record -> !record.id().equals(service.admin.id()))
                        .forEach(record -> service.manager.disable(record.id()));
                request(service, method, template.replace("{id}", service.admin.id()), service.admin, body, null)
                        .send();
                service.manager.list(io.keyward.store.KeyFilter.all().role("admin")).stream()
                        .filter(record -> record.state() == io.keyward.KeyState.DISABLED)
                        .forEach(record -> service.manager.enable(record.id()));
            }
            default -> {
                if (template.contains("{id}") && !method.equals("GET")) {
                    IssuedKey revoked = service.issue("client");
                    service.manager.revoke(revoked.id());
                    request(service, method, template.replace("{id}", revoked.id()), service.admin, body, "*")
                            .send();
                }
            }
        }
    }

    private static void provokeRareCodes() throws Exception {
        try (AdminService service = new AdminService(settings -> settings.details(() -> {
            throw new IllegalStateException("a bug");
        }))) {
            service.request("GET", "/report").expect(500, "internal");
            service.request("POST", "/keys")
                    .key(service.issue("ops").key())
                    .json("{'roles':['admin']}")
                    .expect(403, "exceeds-caller");
            ApiKeyRecord odd = service.store.insert(ThrowAwayKeys.recordOf(ThrowAwayKeys.newKey())
                    .attributes(Map.of("odd", "1"))
                    .build());
            service.request("POST", "/keys/" + odd.id() + "/revoke").expect(409, "unsupported");
            service.guard.stopBy = ChangeRefusedException.stopped("keys are changed by day");
            service.request("POST", "/keys").json("{}").expect(403, "stopped");
        }
    }

    private static String lookup(String key) {
        return "{'key':'" + key + "'}";
    }

    private static Request request(
            AdminService service, String method, String path, IssuedKey key, String body, String tag) {
        Request request = service.request(method, path).key(key.key());
        if (body != null) {
            request.json(body);
        }
        return tag == null ? request : request.ifMatch(tag);
    }
}
