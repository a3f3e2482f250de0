package io.keyward.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.keyward.ApiKeyRecord;
import io.keyward.KeyState;
import io.keyward.store.IssueRequest;
import io.keyward.store.IssuedKey;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.eclipse.jetty.ee11.servlet.ServletContextHandler;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may call what. */
class RightsTest {
    private final AdminService service = new AdminService();

    @AfterEach
    void stop() throws Exception {
        service.close();
    }

    @ParameterizedTest(name = "AU-01: {0} {1} needs {2}")
    @CsvSource({
        "GET, /keys, keys:read own-key:list",
        "POST, /keys, keys:issue",
        "POST, /keys/lookup, keys:read",
        "GET, /keys/{id}, keys:read",
        "PATCH, /keys/{id}, keys:change",
        "POST, /keys/{id}/rotate, keys:rotate",
        "POST, /keys/{id}/revoke, keys:revoke",
        "POST, /keys/{id}/disable, keys:disable",
        "POST, /keys/{id}/enable, keys:disable",
        "GET, /me, keys:read own-key:read",
        "POST, /me/rotate, keys:rotate own-key:rotate",
        "POST, /me/revoke, keys:revoke own-key:revoke",
        "GET, /report, keys:read"
    })
    void eachCallNeedsItsPermissionAndNoOtherWillDo(String method, String path, String needed) {
        Set<String> enough = new TreeSet<>(List.of(needed.split(" ")));
        Set<String> allowed = new TreeSet<>();
        for (String permission : AdminService.permissions()) {
            IssuedKey target = service.issueWith();
            IssuedKey caller = service.manager.issue(IssueRequest.builder()
                    .owner("alice")
                    .permissions(List.of(io.keyward.role.Permission.of(permission)))
                    .build());
            Request request = service.request(method, path.replace("{id}", target.id()))
                    .key(caller.key())
                    .ifMatch("*");
            Reply reply = (method.equals("GET") ? request : request.json(bodyFor(path, target))).send();
            if (reply.status() != 403) {
                assertTrue(reply.status() < 300, reply.text());
                allowed.add(permission);
            }
        }
        assertEquals(enough, allowed);
    }

    private static String bodyFor(String path, IssuedKey target) {
        return path.endsWith("lookup") ? "{'key':'" + target.key().reveal() + "'}" : "{}";
    }

    @ParameterizedTest(name = "AU-10: {0} {1}")
    @CsvSource({"GET, /keys", "POST, /keys", "GET, /me", "GET, /openapi.json", "GET, /nothing", "DELETE, /keys"})
    void nobodyWithoutKeyGetsAnAnswer(String method, String path) {
        assertEquals(
                401,
                service.request(method, path)
                        .key("no such key of anybody")
                        .send()
                        .status());
        assertEquals(0, service.manager.list(io.keyward.store.KeyFilter.all()).size() - 1);
    }

    @Test
    @DisplayName("AU-04: an operator cannot issue a key that may do more, nor make one so")
    void operatorCannotReachBeyondItself() {
        IssuedKey ops = service.issue("ops");
        int before = service.ring().size();

        service.request("POST", "/keys")
                .key(ops.key())
                .json("{'roles':['admin']}")
                .expect(403, "exceeds-caller");
        service.request("POST", "/keys")
                .key(ops.key())
                .json("{'permissions':['jobs:submit']}")
                .expect(403);
        service.request("PATCH", "/keys/" + ops.id())
                .key(ops.key())
                .ifMatch("*")
                .json("{'roles':['admin']}")
                .expect(403, "exceeds-caller");
        for (String call : List.of("/rotate", "/revoke", "/disable")) {
            service.request("POST", "/keys/" + service.admin.id() + call)
                    .key(ops.key())
                    .ifMatch("*")
                    .expect(403, "exceeds-caller");
        }

        assertEquals(before, service.ring().size(), "nothing is stored");
        assertTrue(service.isAccepted(service.admin.key().reveal()));
    }

    @Test
    void keyThatEndsCannotIssueOrKeepAliveOneThatDoesNot() {
        IssuedKey ending = service.manager.issue(IssueRequest.builder()
                .roles("admin")
                .expiresIn(Duration.ofDays(1))
                .build());

        service.request("POST", "/keys").key(ending.key()).json("{}").expect(403, "exceeds-caller");
        service.request("POST", "/keys")
                .key(ending.key())
                .json("{'expiresIn':'P2D'}")
                .expect(403);
        service.request("POST", "/keys")
                .key(ending.key())
                .json("{'expiresIn':'PT1H'}")
                .expect(201);
        service.request("PATCH", "/keys/" + ending.id())
                .key(ending.key())
                .ifMatch("*")
                .json("{'neverExpires':true}")
                .expect(403, "exceeds-caller");
        service.request("POST", "/me/rotate")
                .key(ending.key())
                .ifMatch("*")
                .json("{'neverExpires':true}")
                .expect(403, "exceeds-caller");
    }

    @Test
    @DisplayName("AU-08: a role that is taken away is missing from the next request on")
    void rightsEndWithTheRole() {
        IssuedKey other = service.issue("admin");
        service.request("GET", "/keys").key(other.key()).expect(200);

        service.request("PATCH", "/keys/" + other.id())
                .ifMatch(service.etag(other))
                .json("{'roles':[]}")
                .expect(200);

        service.request("GET", "/keys").key(other.key()).expect(403, "forbidden");
    }

    @ParameterizedTest(name = "AU-09: {0}")
    @ValueSource(
            strings = {"X-Authenticated-Key", "X_Authenticated_Key", "X.Authenticated.Key", "io.keyward.principal"})
    void headersMakeNobodyAnAdministrator(String header) {
        service.request("GET", "/keys")
                .key(service.issue("miner").key())
                .header(header, service.admin.id())
                .expect(403);
    }

    @Test
    @DisplayName("AU-02: permissions are compared exactly")
    void similarPermissionsAreNotEnough() {
        for (String permission : List.of("keys:reads", "key:read", "keys:read:all", "keys", "own-keys:list")) {
            service.request("GET", "/keys")
                    .key(service.issueWith(permission).key())
                    .expect(403);
        }
        service.request("GET", "/keys").key(service.issueWith("keys:*").key()).expect(200);
    }

    @Test
    @DisplayName("AU-03: a key without roles may read the description of the calls and nothing else")
    void keyWithoutRolesGetsNothing() {
        IssuedKey none = service.issueWith();
        service.request("GET", "/openapi.json").key(none.key()).expect(200);
        service.request("GET", "/report").key(none.key()).expect(403);
        service.request("GET", "/me").key(none.key()).expect(403);
    }

    @Nested
    class OfTheCallingKeyOnly {
        private final IssuedKey mine = service.issue("client");
        private final IssuedKey alsoAlices = service.issue("miner");

        @Test
        void showsItself() {
            Reply reply = service.request("GET", "/me").key(mine.key()).expect(200);

            assertEquals(mine.id(), reply.json().getString("id"));
            assertEquals(service.etag(mine), reply.header("ETag"));
        }

        @Test
        @DisplayName("AU-01: own-key rights reach no other key")
        void reachesNoOther() {
            for (String call : List.of("/rotate", "/revoke", "/disable", "/enable")) {
                service.request("POST", "/keys/" + mine.id() + call)
                        .key(mine.key())
                        .ifMatch("*")
                        .expect(403);
            }
            service.request("GET", "/keys/" + alsoAlices.id()).key(mine.key()).expect(403);
        }

        @Test
        void listsKeysOfItsOwnerWhateverTheFilterSays() {
            service.manager.issue(IssueRequest.builder().owner("bob").build());
            for (String query : List.of("", "?owner=alice", "?limit=200")) {
                var keys = service.request("GET", "/keys" + query)
                        .key(mine.key())
                        .expect(200)
                        .json()
                        .getJsonArray("keys");
                assertEquals(3, keys.size());
                keys.forEach(key -> assertEquals("alice", key.asJsonObject().getString("owner")));
            }
            for (String query : List.of("?owner=bob", "?text=bob")) {
                assertTrue(service.request("GET", "/keys" + query)
                        .key(mine.key())
                        .expect(200)
                        .json()
                        .getJsonArray("keys")
                        .isEmpty());
            }
        }

        @Test
        void listsNothingWithoutOwner() {
            IssuedKey nobodys = service.issueWith("own-key:list");

            service.request("GET", "/keys").key(nobodys.key()).expect(403, "forbidden");
        }

        @Test
        void revokesItself() {
            service.request("POST", "/me/revoke").key(mine.key()).expect(200);

            assertEquals(KeyState.REVOKED, service.stored(mine).state());
            service.request("GET", "/me").key(mine.key()).expect(401);
            assertTrue(service.isAccepted(alsoAlices.key().reveal()));
        }

        @Test
        @DisplayName("PR-19: a rotation of oneself whose answer got lost can be made again")
        void rotatesItself() {
            String tag = service.etag(mine);
            String first = service.request("POST", "/me/rotate")
                    .key(mine.key())
                    .ifMatch(tag)
                    .expect(200)
                    .json()
                    .getString("key");

            service.request("POST", "/me/rotate").key(mine.key()).ifMatch(tag).expect(412, "stale");
            service.request("POST", "/me/rotate").key(mine.key()).ifMatch("*").expect(409, "overlap");
            assertTrue(service.isAccepted(mine.key().reveal()));
            String second = service.request("POST", "/me/rotate")
                    .key(mine.key())
                    .ifMatch(service.etag(mine))
                    .json("{'dropOld':true}")
                    .expect(200)
                    .json()
                    .getString("key");

            assertTrue(service.isAccepted(second));
            assertFalse(service.isAccepted(mine.key().reveal()), "ended, because it was the oldest of three");
            assertTrue(service.isAccepted(first), "retiring");
        }

        @ParameterizedTest(name = "PR-19: {0}")
        @ValueSource(strings = {"PT0S", "PT59S"})
        void cannotRotateItselfWithoutOverlap(String overlap) {
            service.request("POST", "/me/rotate")
                    .key(mine.key())
                    .ifMatch("*")
                    .json("{'overlap':'" + overlap + "'}")
                    .expect(422);
            service.request("POST", "/keys/" + service.admin.id() + "/rotate")
                    .ifMatch("*")
                    .json("{'overlap':'" + overlap + "'}")
                    .expect(422);
        }
    }

    @Nested
    class LastAdministrator {
        @ParameterizedTest(name = "AU-13: {0} {1} {2}")
        @CsvSource(
                quoteCharacter = '"',
                value = {
                    "POST, /keys/{id}/revoke, {}",
                    "POST, /keys/{id}/disable, {}",
                    "POST, /me/revoke, {}",
                    "PATCH, /keys/{id}, {'roles':['client']}",
                    "PATCH, /keys/{id}, {'roles':[]}"
                })
        void confirmsBeforeItEndsItself(String method, String path, String body) {
            service.issue("client");
            IssuedKey ended = service.issue("admin");
            service.manager.revoke(ended.id());
            String url = path.replace("{id}", service.admin.id());

            service.request(method, url).ifMatch("*").json(body).expect(409, "last-admin");
            assertTrue(service.isAccepted(service.admin.key().reveal()));
            service.request(method, url)
                    .ifMatch("*")
                    .json(body.replaceFirst("\\{", "{'confirmLastAdmin':true" + (body.equals("{}") ? "" : ",")))
                    .expect(200);

            assertTrue(List.of(401, 403)
                    .contains(service.request("GET", "/report").send().status()));
        }

        @Test
        void isNotAskedWhereAnotherRemains() {
            service.issue("ops");

            service.request("POST", "/me/revoke").expect(200);
        }

        @Test
        void isNotAskedForAnotherKey() {
            service.request("POST", "/keys/" + service.issue("ops").id() + "/revoke")
                    .expect(200);
        }
    }

    @Nested
    class WithoutGuard {
        @Test
        void answers401AndWarnsAtStart() throws Exception {
            LogOfTest log = new LogOfTest();
            Server server = new Server();
            ServerConnector connector = new ServerConnector(server);
            connector.setHost("127.0.0.1");
            server.addConnector(connector);
            ServletContextHandler context = new ServletContextHandler("/app");
            context.addServletContainerInitializer(
                    (classes, servletContext) -> ApiKeyAdminServlet.register(servletContext, "/admin", service.keys));
            server.setHandler(context);
            try (log) {
                server.start();
                for (String path : List.of("/keys", "/openapi.json", "/nothing")) {
                    Reply reply = new Request(connector.getLocalPort(), "GET", AdminService.PATH + path)
                            .key(service.admin.key())
                            .expect(401, "unauthorized");
                    assertTrue(reply.header("WWW-Authenticate").startsWith("ApiKey"));
                    assertEquals("no-store", reply.header("Cache-Control"));
                }
            } finally {
                server.stop();
            }
            assertTrue(log.text().contains("WARN ApiKeyAdminServlet - no ApiKeyFilter"), log.text());
        }

        @Test
        void doesNotWarnBehindOne() throws Exception {
            LogOfTest log = new LogOfTest();
            try (log;
                    AdminService guarded = new AdminService()) {
                guarded.request("GET", "/keys").expect(200);
            }
            assertFalse(log.text().contains("no ApiKeyFilter"), log.text());
        }
    }

    @Test
    void noteWhoChangedAKeyFromWhereAndForWhichRequest() throws Exception {
        try (AdminService withIds =
                new AdminService(settings -> settings.requestId(request -> request.getHeader("X-Request-Id")))) {
            Reply reply = withIds.request("POST", "/keys")
                    .header("X-Request-Id", "r-17")
                    .json("{}")
                    .expect(201);
            ApiKeyRecord record =
                    withIds.manager.find(reply.json().getString("id")).orElseThrow();

            assertEquals("key:" + withIds.admin.id(), record.createdBy());
            assertEquals("r-17", withIds.store.lastCause.requestId());
            assertEquals("127.0.0.1", withIds.store.lastCause.actor().address());

            withIds.request("POST", "/keys")
                    .header("X-Request-Id", "a".repeat(300))
                    .json("{}")
                    .expect(201);
            assertEquals(null, withIds.store.lastCause.requestId());
        }
    }
}
