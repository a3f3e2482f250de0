package io.keyward.servlet.suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.keyward.ApiKeyRecord;
import io.keyward.KeyHasher;
import io.keyward.servlet.KeySources;
import io.keyward.store.IssuedKey;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.io.StringReader;
import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The admin API where a container could make a difference: paths, headers, methods, bodies, error pages. What the calls
 * do in each case is tested in the module admin.
 */
@DisplayName("the admin API")
class AdminApiTest {
    private static final List<String> CALLS = List.of(
            "GET /admin/keys",
            "POST /admin/keys",
            "POST /admin/keys/lookup",
            "GET /admin/keys/{id}",
            "PATCH /admin/keys/{id}",
            "POST /admin/keys/{id}/rotate",
            "POST /admin/keys/{id}/revoke",
            "POST /admin/keys/{id}/disable",
            "POST /admin/keys/{id}/enable",
            "GET /admin/report");

    private static LogCapture log;
    private static AdminService service;

    @BeforeAll
    static void start() throws Exception {
        log = LogCapture.ofOurLoggers();
        service = new AdminService();
    }

    @AfterAll
    static void stop() throws IOException {
        service.close();
    }

    private static JsonObject json(RawHttp.Answer answer) {
        try (var reader = Json.createReader(new StringReader(answer.body()))) {
            return reader.readObject();
        }
    }

    private static void requireProblem(int status, String code, RawHttp.Answer answer) {
        assertEquals(status, answer.status(), answer.body());
        assertTrue(answer.isProblem(), answer.toString());
        assertEquals(code, json(answer).getString("code"), answer.body());
        assertEquals("no-store", answer.header("Cache-Control"));
    }

    private static ApiKeyRecord stored(IssuedKey key) {
        return service.keys.manager().find(key.id()).orElseThrow();
    }

    @Test
    void leadsAKeyThroughItsLife() throws IOException {
        RawHttp.Answer issued = service.send("POST /admin/keys", "{'owner':'bob','roles':['client']}");
        assertEquals(201, issued.status(), issued.body());
        String id = json(issued).getString("id");
        String path = "/admin/keys/" + id;
        assertEquals("/app" + path, issued.header("Location"));

        RawHttp.Answer list = service.send("GET /admin/keys?owner=bob&limit=1", null);
        assertEquals(id, json(list).getJsonArray("keys").getJsonObject(0).getString("id"));
        RawHttp.Answer shown = service.send("GET " + path, null);
        assertEquals(issued.header("ETag"), shown.header("ETag"));
        RawHttp.Answer head = service.send("HEAD " + path, null);
        assertEquals(200, head.status());
        assertEquals("", head.body());
        assertEquals(shown.header("ETag"), head.header("ETag"));

        requireProblem(428, "precondition-required", service.send("PATCH " + path, "{'name':'laptop'}"));
        requireProblem(412, "stale", service.send("PATCH " + path, "{'name':'laptop'}", "If-Match: \"77\""));
        RawHttp.Answer changed =
                service.send("PATCH " + path, "{'name':'laptop'}", "If-Match: " + shown.header("ETag"));
        assertEquals("laptop", json(changed).getString("name"), changed.body());

        String rotate = "POST " + path + "/rotate";
        RawHttp.Answer rotated = service.send(rotate, "{'overlap':'PT1H'}", "If-Match: " + changed.header("ETag"));
        assertEquals(200, rotated.status(), rotated.body());
        requireProblem(412, "stale", service.send(rotate, null, "If-Match: " + changed.header("ETag")));
        requireProblem(409, "overlap", service.send(rotate, null, "If-Match: *"));
        for (RawHttp.Answer secret : List.of(issued, rotated)) {
            assertEquals(200, me(json(secret).getString("key")).status(), "both secrets are in force");
        }

        assertEquals(200, service.send("POST " + path + "/disable", null).status());
        assertEquals(401, me(json(rotated).getString("key")).status());
        assertEquals(200, service.send("POST " + path + "/enable", null).status());
        assertEquals(200, me(json(rotated).getString("key")).status());
        RawHttp.Answer found = service.send(
                "POST /admin/keys/lookup", "{'key':'" + json(issued).getString("key") + "'}");
        assertEquals("accepted-retiring", json(found).getString("verdict"));
        assertEquals(200, service.send("POST " + path + "/revoke", null).status());
        assertEquals(401, me(json(rotated).getString("key")).status());
        requireProblem(409, "revoked", service.send("POST " + path + "/enable", null));
        assertEquals(200, service.send("GET /admin/report", null).status());
    }

    private static RawHttp.Answer me(String key) throws IOException {
        return RawHttp.send(service.port(), AdminService.request(key, "GET /admin/me", null, "close"));
    }

    @Test
    @DisplayName("AU-01, AU-02: no call without its permission, and no role that is only called like it")
    void refusesEachCallWithoutItsPermission() throws IOException {
        List<IssuedKey> callers = List.of(
                service.issue("client"),
                service.issue("administrator", "admin2", "Admin"),
                service.issueWith("keys:reads", "key:issue", "own-key:read", "keys"));
        int before = service.size();
        for (IssuedKey caller : callers) {
            for (String call : CALLS) {
                String path = call.replace("{id}", service.admin.id());
                String body = call.startsWith("GET") ? null : "{}";
                requireProblem(403, "forbidden", service.sendAs(caller, path, body, "If-Match: *"));
            }
        }
        assertEquals(before, service.size());
        assertEquals(1, stored(service.admin).version());
    }

    @Test
    @DisplayName("AU-03: a key without roles gets the description of the calls and nothing else")
    void givesAKeyWithoutRolesNothing() throws IOException {
        IssuedKey none = service.issueWith();
        assertEquals(200, service.sendAs(none, "GET /admin/openapi.json", null).status());
        requireProblem(403, "forbidden", service.sendAs(none, "GET /admin/report", null));
    }

    @Test
    @DisplayName("AU-04: an operator cannot issue a key that may do more")
    void refusesMoreThanTheCallerMay() throws IOException {
        IssuedKey ops = service.issue("ops");
        int before = service.size();
        requireProblem(403, "exceeds-caller", service.sendAs(ops, "POST /admin/keys", "{'roles':['admin']}"));
        requireProblem(403, "exceeds-caller", service.sendAs(ops, "POST /admin/keys", "{'permissions':['jobs:*']}"));
        assertEquals(before, service.size());
    }

    @ParameterizedTest(name = "AU-05, AU-12: {0} {1}")
    @CsvSource(
            quoteCharacter = '`',
            delimiter = '|',
            value = {
                "422 | {'name':'n','roles':['client'],'hash':'sha256:00','id':'a1b2c3d4'}",
                "422 | {'createdAt':'2026-01-01T00:00:00Z'}",
                "400 | {'roles':['client'],'roles':['admin']}",
                "400 | {'name':'n'} {'name':'m'}",
                "400 | {'name':",
            })
    void refusesMembersThatTheServerMakesAndMembersThatAreThereTwice(int status, String body) throws IOException {
        int before = service.size();
        requireProblem(status, status == 422 ? "invalid" : "bad-request", service.send("POST /admin/keys", body));
        assertEquals(before, service.size());
    }

    @Test
    @DisplayName("AU-06, AU-07: the secret is in the answer to the issue and nowhere else")
    void showsTheSecretOnce() throws IOException {
        log.drain();
        RawHttp.Answer issued = service.send("POST /admin/keys", "{'roles':['client']}");
        assertEquals("no-store", issued.header("Cache-Control"));
        String secret = json(issued).getString("key");
        String id = json(issued).getString("id");
        List<RawHttp.Answer> later = new ArrayList<>();
        later.add(service.send("GET /admin/keys?limit=200", null));
        later.add(service.send("GET /admin/keys/" + id, null));
        later.add(service.send("POST /admin/keys/lookup", "{'key':'" + secret + "'}"));
        later.add(service.send("GET /admin/keys/" + secret, null));
        later.add(service.send("GET /admin/" + secret, null));
        later.add(service.send("GET /admin/keys?next=" + secret, null));
        later.add(service.send("POST /admin/keys", "{'roles':['" + secret + "']}"));
        later.add(service.send("POST /admin/keys", "{'" + secret + "':1}"));
        later.add(service.send("BREW /admin/keys/" + secret, null));
        String hash =
                KeyHasher.sha256().hash(io.keyward.ApiKey.of(secret)).reveal().substring("sha256:".length());
        for (RawHttp.Answer answer : later) {
            assertTrue(answer.status() < 500, answer.toString());
            assertFalse(answer.toString().contains(secret), () -> "repeated in an answer of " + answer.status());
            assertFalse(answer.toString().contains(hash), () -> "its hash is in an answer of " + answer.status());
        }
        assertFalse(issued.headers().toString().contains(secret));
        assertFalse(issued.body().contains(hash));
        String lines = String.join("\n", log.drain());
        assertTrue(lines.contains(id), "the change was logged");
        assertFalse(lines.contains(secret));
        assertFalse(lines.contains(hash));
    }

    @Test
    @DisplayName("AU-08: a role that is taken away is missing from the next request on")
    void endsRightsWithTheRole() throws IOException {
        IssuedKey ops = service.issue("ops");
        assertEquals(200, service.sendAs(ops, "GET /admin/keys", null).status());
        assertEquals(
                200,
                service.send("PATCH /admin/keys/" + ops.id(), "{'roles':['client']}", "If-Match: *")
                        .status());
        requireProblem(403, "forbidden", service.sendAs(ops, "GET /admin/keys", null));
    }

    @ParameterizedTest(name = "AU-09: {0}")
    @ValueSource(
            strings = {"X-Authenticated-Key", "x_authenticated_key", "X.Authenticated.Key", "io.keyward.principal"})
    void takesTheCallerFromNoHeader(String header) throws IOException {
        IssuedKey client = service.issue("client");
        String forged = header + ": " + service.admin.id();
        RawHttp.Answer denied = service.sendAs(client, "GET /admin/report", null, forged);
        assertTrue(denied.status() == 403 || denied.status() == 400, denied.toString());
        RawHttp.Answer me = service.sendAs(client, "GET /admin/me", null, forged);
        assertTrue(me.status() == 400 || json(me).getString("id").equals(client.id()), me.toString());
    }

    @Test
    @DisplayName("AU-10: nobody without a key gets through, also where no rule of the filter asks for one")
    void answersNobodyWithoutAKey() throws IOException {
        int before = service.size();
        for (String call : CALLS) {
            String path = call.replace("{id}", service.admin.id());
            String body = call.startsWith("GET") ? null : "{}";
            RawHttp.Answer byTheFilter = service.sendAs(null, path, body);
            assertEquals(401, byTheFilter.status(), byTheFilter.toString());
            RawHttp.Answer byTheServlet = service.sendAs(null, path.replace(" /admin", " /open/admin"), body);
            requireProblem(401, "unauthorized", byTheServlet);
            assertEquals("ApiKey realm=\"api\"", byTheServlet.header("WWW-Authenticate"));
        }
        assertEquals(before, service.size());
        assertEquals(1, stored(service.admin).version());
    }

    @ParameterizedTest(name = "AU-11: {0}")
    @ValueSource(strings = {"text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"})
    void refusesBodiesOfOtherTypes(String type) throws IOException {
        int before = service.size();
        requireProblem(415, "unsupported-media-type", service.send("POST /admin/keys", "{}", "Content-Type: " + type));
        assertEquals(before, service.size());
    }

    @Test
    @DisplayName("AU-13: the last administrator confirms before it ends itself, and nothing opens afterwards")
    void asksTheLastAdministrator() throws Exception {
        try (AdminService other = new AdminService()) {
            requireProblem(409, "last-admin", other.send("POST /admin/me/revoke", null));
            assertEquals(
                    200,
                    other.send("POST /admin/me/revoke", "{'confirmLastAdmin':true}")
                            .status());
            assertEquals(401, other.send("GET /admin/keys", null).status());
            assertEquals(401, other.sendAs(null, "POST /admin/keys", "{}").status());
        }
    }

    @ParameterizedTest(name = "PR-12: {0}")
    @ValueSource(strings = {"rotate", "disable", "enable", "revoke"})
    void needsNoBodyAndThenNoMediaType(String call) throws IOException {
        List<List<String>> empty = List.of(
                List.of(),
                List.of("Content-Length: 0"),
                List.of("Content-Length: 0", "Content-Type: application/x-www-form-urlencoded"),
                List.of("Content-Length: 0", "Content-Type: application/json"));
        for (List<String> headers : empty) {
            List<String> all = new ArrayList<>(headers);
            all.add("If-Match: *");
            String path = "POST /admin/keys/" + service.issue("client").id() + "/" + call;
            RawHttp.Answer answer = service.send(path, null, all.toArray(String[]::new));
            assertEquals(200, answer.status(), headers + " " + answer.body());
        }
        String path = "POST /admin/keys/" + service.issue("client").id() + "/" + call;
        String chunked = AdminService.request(
                service.admin.key().reveal(),
                path,
                null,
                "close",
                "If-Match: *",
                "Content-Type:" + " text/plain",
                "Transfer-Encoding: chunked");
        assertEquals(200, RawHttp.send(service.port(), chunked + "0\r\n\r\n").status(), "chunked and empty");
    }

    @ParameterizedTest(name = "PR-12: {0} gives {1}")
    @CsvSource({
        "application/merge-patch+json, 200",
        "Application/JSON; charset=UTF-8, 200",
        "application/json-patch+json, 415",
        "application/json; charset=no-such, 415",
        "text/json, 415"
    })
    void takesTwoMediaTypesForAPatch(String type, int status) throws IOException {
        String path = "PATCH /admin/keys/" + service.issue("client").id();
        RawHttp.Answer answer = service.send(path, "{'name':'x'}", "If-Match: *", "Content-Type: " + type);
        assertEquals(status, answer.status(), answer.body());
        if (status == 415) {
            assertEquals("application/merge-patch+json, application/json", answer.header("Accept-Patch"));
        } else {
            assertNull(answer.header("Accept-Patch"));
        }
    }

    @ParameterizedTest(name = "PR-13: {0} gives {1}")
    @CsvSource(
            quoteCharacter = '`',
            delimiter = '|',
            value = {
                "{} | 200",
                "{'name':'x'} | 200",
                "{'metadata':{'b':null}} | 200",
                "{'metadata':null} | 422",
                "{'roles':null} | 422",
                "{'permissions':null} | 422",
                "{'expiresAt':null} | 422",
                "{'neverExpires':false} | 422",
                "{'rolse':['admin']} | 422"
            })
    void leavesWhatAPatchDoesNotName(String body, int status) throws IOException {
        IssuedKey key = service.issue("client");
        RawHttp.Answer answer = service.send("PATCH /admin/keys/" + key.id(), body, "If-Match: *");
        assertEquals(status, answer.status(), answer.body());
        assertEquals("alice", stored(key).owner());
        assertEquals(key.record().roles(), stored(key).roles());
        assertEquals(key.record().current(), stored(key).current());
    }

    @Test
    @DisplayName("PR-19: a rotation of oneself whose answer got lost does no harm")
    void letsAKeyRotateItselfAgain() throws IOException {
        IssuedKey mine = service.issue("client");
        String tag = service.sendAs(mine, "GET /admin/me", null).header("ETag");
        assertEquals(
                200,
                service.sendAs(mine, "POST /admin/me/rotate", null, "If-Match: " + tag)
                        .status());
        requireProblem(412, "stale", service.sendAs(mine, "POST /admin/me/rotate", null, "If-Match: " + tag));
        requireProblem(409, "overlap", service.sendAs(mine, "POST /admin/me/rotate", null, "If-Match: *"));
        RawHttp.Answer again = service.sendAs(mine, "POST /admin/me/rotate", "{'dropOld':true}", "If-Match: *");
        assertEquals(200, me(json(again).getString("key")).status(), again.body());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /admin",
                "GET /admin/",
                "GET /admin/keys/",
                "GET /admin/Keys",
                "GET /admin/keys%2Flookup",
                "GET /admin/keys/a%2Fb",
                "GET /admin/keys/%00",
                "GET /admin/keys/%ff%fe",
                "GET /admin/keys/%2e%2e",
                "GET /admin/keys;x=1/a",
                "GET /admin/keys/a%3Bb",
                "GET /admin/keys?limit=1&limit=2",
                "GET /admin/keys?l%69mit=0",
                "GET /admin/keys?x=%zz",
                "BREW /admin/keys",
                "OPTIONS /admin/keys",
                "TRACE /admin/keys",
                "PUT /admin/keys"
            })
    void answersStrangePathsAndMethodsWithARefusal(String call) throws IOException {
        RawHttp.Answer answer = service.send(call, null);
        assertTrue(answer.status() >= 400 && answer.status() < 500, call + ": " + answer);
        assertFalse(answer.toString().contains(service.admin.key().reveal()), call);
    }

    @Test
    void boundsTheBodyAndKeepsTheConnectionAfterARefusal() throws IOException {
        requireProblem(413, "too-large", service.send("POST /admin/keys", "{'name':'" + "x".repeat(70_000) + "'}"));
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), service.port())) {
            String admin = service.admin.key().reveal();
            IssuedKey client = service.issue("client");
            String body = "{'name':'" + "x".repeat(10_000) + "'}";
            String refused = AdminService.request(client.key().reveal(), "POST /admin/keys", body, "keep-alive");
            assertEquals(403, RawHttp.first(socket, refused).status());
            String read = AdminService.request(admin, "GET /admin/report", null, "keep-alive");
            assertEquals(200, RawHttp.first(socket, read).status());
        }
    }

    @Test
    void servesThePageWithItsPolicyToEveryone() throws IOException {
        RawHttp.Answer page = service.sendAs(null, "GET /page/", null);
        assertEquals(200, page.status());
        assertTrue(page.body().contains("data-api=\"../admin\""), page.body());
        assertTrue(page.header("Content-Security-Policy").contains("require-trusted-types-for 'script'"));
        RawHttp.Answer script = service.sendAs(null, "GET /page/admin.js", null);
        assertTrue(script.header("Content-Type").startsWith("text/javascript"), script.header("Content-Type"));
        assertEquals(
                304,
                service.sendAs(null, "GET /page/admin.js", null, "If-None-Match: " + script.header("ETag"))
                        .status());
        RawHttp.Answer redirect = service.sendAs(null, "GET /page", null);
        assertEquals(302, redirect.status());
        assertTrue(redirect.header("Location").endsWith("page/"), redirect.header("Location"));
    }

    @Test
    @DisplayName("PR-17 d: the page sends the header that the filter reads")
    void sendsTheHeaderThatTheFilterReads() throws Exception {
        try (AdminService other = new AdminService(filter -> filter.sources(KeySources.header("X-Acme-Key")))) {
            RawHttp.Answer page = other.sendAs(null, "GET /page/", null);
            assertTrue(page.body().contains("data-header=\"X-Acme-Key\""), page.body());
        }
    }
}
