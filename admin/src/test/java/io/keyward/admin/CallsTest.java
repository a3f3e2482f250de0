package io.keyward.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.keyward.ApiKey;
import io.keyward.ApiKeyRecord;
import io.keyward.KeyHasher;
import io.keyward.KeyState;
import io.keyward.role.Permission;
import io.keyward.store.ChangeRefusedException;
import io.keyward.store.IssueRequest;
import io.keyward.store.IssuedKey;
import io.keyward.store.KeyFilter;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the calls do. */
class CallsTest {
    private final AdminService service = new AdminService();

    @AfterEach
    void stop() throws Exception {
        service.close();
    }

    private IssuedKey full() {
        return service.manager.issue(IssueRequest.builder()
                .owner("carol")
                .name("laptop")
                .roles("client")
                .permissions(List.of(Permission.of("reports:read")))
                .metadata(Map.of("a", "1", "b", "2"))
                .expiresIn(Duration.ofDays(30))
                .build());
    }

    @Nested
    class Issuing {
        @Test
        void skipsByteOrderMark() {
            service.request("POST", "/keys")
                    .type("application/json")
                    .body("\ufeff{\"owner\":\"carol\"}".getBytes(StandardCharsets.UTF_8))
                    .expect(201);
            service.request("POST", "/keys")
                    .type("application/json")
                    .body("\ufeff\ufeff{}".getBytes(StandardCharsets.UTF_8))
                    .expect(400, "bad-request");
        }

        @Test
        @DisplayName("AU-07: the secret is in the answer to the issue and nowhere else")
        void showsTheSecretOnce() {
            LogOfTest log = new LogOfTest();
            Reply issued;
            List<Reply> later = new ArrayList<>();
            String secret;
            try (log) {
                issued = service.request("POST", "/keys")
                        .json("{'owner':'bob','roles':['client']}")
                        .expect(201);
                secret = issued.json().getString("key");
                String id = issued.json().getString("id");
                assertEquals(AdminService.PATH + "/keys/" + id, issued.header("Location"));
                assertEquals("no-store", issued.header("Cache-Control"));
                assertTrue(service.isAccepted(secret));
                later.add(service.request("GET", "/keys").expect(200));
                later.add(service.request("GET", "/keys/" + id).expect(200));
                later.add(service.request("GET", "/report").expect(200));
                later.add(service.request("POST", "/keys/lookup")
                        .json("{'key':'" + secret + "'}")
                        .expect(200));
                later.add(service.request("PATCH", "/keys/" + id)
                        .ifMatch("*")
                        .json("{'" + secret + "':1}")
                        .expect(422));
                later.add(service.request("POST", "/keys")
                        .json("{'roles':['" + secret + "']}")
                        .expect(422));
                later.add(service.request("POST", "/keys")
                        .json("{'permissions':['" + secret + "']}")
                        .expect(403));
                later.add(service.request("POST", "/keys")
                        .json("{'expiresAt':'" + secret + "'}")
                        .expect(422));
                later.add(service.request("POST", "/keys")
                        .json("{'expiresIn':'" + secret + "'}")
                        .expect(422));
                later.add(service.request("POST", "/keys")
                        .json("{'metadata':{'" + "x".repeat(70) + "':'" + secret + "'}}")
                        .expect(422));
                later.add(service.request("GET", "/keys/" + secret).expect(404));
                later.add(service.request("POST", "/keys/" + secret + "/revoke").expect(404));
                later.add(service.request("GET", "/keys?" + secret).expect(400));
                later.add(service.request("GET", "/keys?sort=" + secret).expect(422));
                later.add(service.request("GET", "/keys?next=" + secret).expect(422));
                later.add(service.request("GET", "/" + secret).expect(404));
            }
            String hash =
                    io.keyward.KeyHasher.sha256().hash(parsed(secret)).reveal().substring("sha256:".length());
            for (Reply reply : later) {
                assertFalse((reply.text() + reply.headers()).contains(secret), reply.text());
                assertFalse(reply.text().contains(hash), "AU-06: no hash");
            }
            assertFalse(issued.headers().toString().contains(secret), "headers, ETag and Location included");
            String heard = String.join("\n", service.guard.heard);
            assertTrue(heard.contains(issued.json().getString("id")), heard);
            assertFalse(heard.contains(secret) || heard.contains(hash), "what a trail would write down");
            assertFalse(
                    service.keys.manager().list(KeyFilter.all()).stream()
                            .anyMatch(record -> everythingIn(record).contains(secret)),
                    "what the store has");
            assertFalse(issued.text().contains(hash));
            assertFalse(log.text().contains(secret), log.text());
            assertFalse(log.text().contains(hash), log.text());
        }

        private static String everythingIn(ApiKeyRecord record) {
            return record + " " + record.owner() + " " + record.name() + " " + record.metadata() + " "
                    + record.attributes() + " " + record.createdBy() + " " + record.changedBy() + " "
                    + record.secrets().stream()
                            .map(secret -> secret.hash().reveal())
                            .toList();
        }

        private static ApiKey parsed(String text) {
            return io.keyward.testing.ThrowAwayKeys.FORMAT.parse(text);
        }

        @ParameterizedTest(name = "AU-05, AU-12: {0}: {1}")
        @CsvSource(
                quoteCharacter = '`',
                delimiter = '|',
                value = {
                    "422 | {'name':'n','hash':'sha256:00'}",
                    "422 | {'name':'n','id':'a1b2c3d4'}",
                    "422 | {'name':'n','createdAt':'2026-01-01T00:00:00Z'}",
                    "422 | {'state':'active'}",
                    "400 | {'roles':['miner'],'roles':['admin']}",
                    "400 | {'metadata':{'a':'1','a':'2'}}",
                    "400 | {'name':'n'} {'name':'m'}",
                    "400 | {'name':'n'}]",
                    "400 | ['name']",
                    "400 | 'name'",
                    "400 | {'name':}",
                    "400 | {'metadata':[[[[[[]]]]]]}",
                    "422 | {'name':1}",
                    "422 | {'name':1e999999999}",
                    "422 | {'name':['n']}",
                    "422 | {'roles':'miner'}",
                    "422 | {'roles':null}",
                    "422 | {'roles':['miner','miner']}",
                    "422 | {'roles':['nobody']}",
                    "422 | {'roles':[' admin']}",
                    "422 | {'roles':['Admin']}",
                    "422 | {'roles':['admin2']}",
                    "422 | {'permissions':['jobs:**']}",
                    "422 | {'expiresAt':null}",
                    "422 | {'expiresAt':'2020-01-01T00:00:00Z'}",
                    "422 | {'expiresAt':'tomorrow'}",
                    "422 | {'expiresAt':'+20000-01-01T00:00:00Z'}",
                    "422 | {'expiresIn':'PT-1H'}",
                    "422 | {'expiresIn':'PT9223372036854775807S'}",
                    "422 | {'expiresIn':'P1D','expiresAt':'2030-01-01T00:00:00Z'}",
                    "422 | {'expiresIn':'P1D','neverExpires':true}",
                    "422 | {'neverExpires':false}",
                    "422 | {'neverExpires':true,'expiresAt':'2030-01-01T00:00:00Z'}",
                    "422 | {'metadata':{'a':null}}",
                    "422 | {'metadata':{'a':1}}",
                    "422 | {'metadata':null}",
                    "422 | {'name':'a\\u0000b'}",
                    "422 | {'name':'\\ud800'}",
                    "422 | {'name':''}"
                })
        void refusesWhatNoKeyCanHave(int status, String body) {
            int before = service.ring().size();

            service.request("POST", "/keys").json(body).expect(status);

            assertEquals(before, service.ring().size());
        }

        @Test
        void refusesBodyThatIsNotUtf8() {
            byte[] latin1 = "{\"name\":\"M\u00fcller\"}".getBytes(StandardCharsets.ISO_8859_1);
            service.request("POST", "/keys").body(latin1).expect(400);
            byte[] utf16 = "{\"name\":\"n\"}".getBytes(StandardCharsets.UTF_16);
            service.request("POST", "/keys").body(utf16).expect(400);
            service.request("POST", "/keys")
                    .json("{}")
                    .type("application/json; charset=utf-16")
                    .expect(415);
        }

        @Test
        void keepsWhatItWasGiven() {
            JsonObject issued = service.request("POST", "/keys")
                    .json("{'owner':'M\u00fcller <b>','name':null,'roles':['miner'],'permissions':['jobs:submit'],"
                            + "'expiresAt':'2027-01-01T00:00:00+01:00','metadata':{'ticket':'7'}}")
                    .expect(201)
                    .json();
            ApiKeyRecord record = service.manager.find(issued.getString("id")).orElseThrow();

            assertEquals("M\u00fcller <b>", record.owner());
            assertEquals(Set.of("miner"), record.roles());
            assertEquals(Set.of(Permission.of("jobs:submit")), record.permissions());
            assertEquals("2026-12-31T23:00:00Z", record.current().expiresAt().toString());
            assertEquals(Map.of("ticket", "7"), record.metadata());
        }
    }

    @Nested
    class Patching {
        @ParameterizedTest(name = "PR-13: {0} gives {1}")
        @CsvSource(
                quoteCharacter = '`',
                delimiter = '|',
                value = {
                    "{} | 200",
                    "{'name':'x'} | 200",
                    "{'name':null,'owner':null} | 200",
                    "{'metadata':{'b':null}} | 200",
                    "{'metadata':{'c':'3'}} | 200",
                    "{'metadata':null} | 422",
                    "{'roles':null} | 422",
                    "{'roles':[]} | 200",
                    "{'permissions':null} | 422",
                    "{'permissions':[]} | 200",
                    "{'expiresAt':null} | 422",
                    "{'expiresAt':'2027-05-01T00:00:00Z'} | 200",
                    "{'expiresAt':'2020-05-01T00:00:00Z'} | 422",
                    "{'neverExpires':true} | 200",
                    "{'neverExpires':true,'expiresAt':'2027-05-01T00:00:00Z'} | 422",
                    "{'neverExpires':false} | 422",
                    "{'neverExpires':null} | 422",
                    "{'state':'active'} | 200",
                    "{'state':'revoked'} | 422",
                    "{'id':'other'} | 422",
                    "{'createdAt':null} | 422",
                    "{'rolse':['admin']} | 422"
                })
        void whatIsNotNamedStays(String body, int status) {
            IssuedKey key = full();
            ApiKeyRecord before = service.stored(key);

            service.request("PATCH", "/keys/" + key.id())
                    .ifMatch(service.etag(key))
                    .json(body)
                    .expect(status);

            ApiKeyRecord after = service.stored(key);
            if (status != 200 || body.equals("{}") || body.contains("state")) {
                assertEquals(before, after);
            }
            if (!body.contains("roles")) {
                assertEquals(before.roles(), after.roles());
            }
            if (!body.contains("permissions")) {
                assertEquals(before.permissions(), after.permissions());
            }
            if (!body.contains("xpires")) {
                assertEquals(before.current().expiresAt(), after.current().expiresAt());
            }
            if (!body.contains("owner")) {
                assertEquals(before.owner(), after.owner());
            }
            assertEquals("1", after.metadata().get("a"));
            assertEquals(body.contains("'b':null"), !after.metadata().containsKey("b"));
            assertEquals(before.secrets().get(0).hash(), after.secrets().get(0).hash());
            assertEquals(KeyState.ACTIVE, after.state());
        }

        @Test
        @DisplayName("PR-13: what GET answered can be sent back, changed in one place")
        void takesBackWhatItGave() {
            for (IssuedKey key : List.of(full(), service.issue("client"))) {
                Reply read = service.request("GET", "/keys/" + key.id()).expect(200);
                var changed = Json.object();
                read.json().forEach(changed::add);
                changed.add("name", "changed");

                service.request("PATCH", "/keys/" + key.id())
                        .ifMatch(read.header("ETag"))
                        .body(changed.build().toString().getBytes(StandardCharsets.UTF_8))
                        .expect(200);

                assertEquals("changed", service.stored(key).name());
                assertEquals(key.record().current(), service.stored(key).current());
            }
        }

        @Test
        @DisplayName("PR-13: an end that has passed is no obstacle to another change")
        void judgesNoEndThatIsNotChanged() {
            IssuedKey key = full();
            service.clock.advance(Duration.ofDays(31));

            service.request("PATCH", "/keys/" + key.id())
                    .ifMatch("*")
                    .json("{'name':'late'}")
                    .expect(200);
        }

        @ParameterizedTest(name = "PR-12: {0} gives {1}")
        @CsvSource(
                delimiter = '|',
                nullValues = "none",
                value = {
                    "application/merge-patch+json | 200",
                    "application/json | 200",
                    "application/json; charset=utf-8 | 200",
                    "Application/JSON; Charset=UTF-8 | 200",
                    "application/json-patch+json | 415",
                    "text/json | 415",
                    "application/json; charset=utf- | 415",
                    "application/json; charset=no-such | 415",
                    "text/plain | 415",
                    "application/x-www-form-urlencoded | 415",
                    "none | 415"
                })
        void takesTwoMediaTypes(String type, int status) {
            IssuedKey key = full();
            Reply reply = service.request("PATCH", "/keys/" + key.id())
                    .ifMatch(service.etag(key))
                    .json("{'name':'x'}")
                    .type(type)
                    .expect(status);

            assertEquals(
                    status == 415 ? "application/merge-patch+json, application/json" : "",
                    reply.header("Accept-Patch"));
        }
    }

    @Nested
    class Conditions {
        @ParameterizedTest(name = "{0} gives {1}")
        @CsvSource(
                quoteCharacter = '`',
                delimiter = '|',
                value = {
                    "ETAG | 200",
                    "* | 200",
                    "\"0\", ETAG | 200",
                    "\"0\" | 412",
                    "W/ETAG | 412",
                    "0 | 400",
                    "\" | 400"
                })
        void decideOnTheVersion(String field, int status) {
            IssuedKey key = full();
            for (String call : List.of("rotate", "disable", "enable", "revoke")) {
                service.request("POST", "/keys/" + key.id() + "/" + call)
                        .ifMatch(field.replace("ETAG", service.etag(key)))
                        .expect(status);
            }
        }

        @Test
        void areNeededWhereARepetitionDoesHarmAndNotInAnEmergency() {
            IssuedKey key = full();
            service.request("PATCH", "/keys/" + key.id()).json("{'name':'x'}").expect(428, "precondition-required");
            service.request("POST", "/keys/" + key.id() + "/rotate").expect(428, "precondition-required");
            service.request("POST", "/keys/" + key.id() + "/disable").expect(200);
            service.request("POST", "/keys/" + key.id() + "/enable").expect(200);
            service.request("POST", "/keys/" + key.id() + "/revoke").expect(200);
            service.request("POST", "/keys/" + key.id() + "/revoke").expect(200);
            service.request("POST", "/keys/" + key.id() + "/enable").expect(409, "revoked");
        }

        @Test
        @DisplayName("two administrators, 50 rounds at once: no change is lost")
        void loseNoChange() throws Exception {
            IssuedKey other = service.issue("admin");
            IssuedKey key = full();
            int rounds = 50;
            ExecutorService two = Executors.newFixedThreadPool(2);
            try {
                List<Callable<Integer>> work =
                        List.of(() -> count(key, "x", service.admin, rounds), () -> count(key, "y", other, rounds));
                for (var done : two.invokeAll(work)) {
                    assertEquals(rounds, done.get());
                }
            } finally {
                two.shutdownNow();
            }
            assertEquals(
                    String.valueOf(2 * rounds), service.stored(key).metadata().get("count"));
        }

        private int count(IssuedKey key, String by, IssuedKey admin, int rounds) {
            int done = 0;
            while (done < rounds) {
                Reply read = service.request("GET", "/keys/" + key.id())
                        .key(admin.key())
                        .expect(200);
                int count =
                        Integer.parseInt(read.json().getJsonObject("metadata").getString("count", "0"));
                Reply written = service.request("PATCH", "/keys/" + key.id())
                        .key(admin.key())
                        .ifMatch(read.header("ETag"))
                        .json("{'metadata':{'count':'" + (count + 1) + "','by':'" + by + "'}}")
                        .send();
                done += written.status() == 200 ? 1 : 0;
                assertTrue(written.status() == 200 || written.status() == 412, written.text());
            }
            return done;
        }
    }

    @Nested
    class WithoutBody {
        @ParameterizedTest(name = "PR-12: {0}")
        @ValueSource(strings = {"/rotate", "/disable", "/enable", "/revoke"})
        void needsNoMediaType(String call) {
            IssuedKey key = full();
            String path = "/keys/" + key.id() + call;
            byte[] empty = {};
            service.request("POST", path).ifMatch("*").expect(200);
            for (String type : List.of("application/json", "application/x-www-form-urlencoded", "text/plain")) {
                String again = "/keys/" + full().id() + call;
                service.request("POST", again)
                        .ifMatch("*")
                        .body(empty)
                        .type(type)
                        .expect(200);
            }
            service.request("POST", "/keys/" + full().id() + call)
                    .ifMatch("*")
                    .json("{}")
                    .expect(200);
        }

        @ParameterizedTest(name = "AU-11: {0}")
        @ValueSource(strings = {"text/plain", "application/x-www-form-urlencoded", "multipart/form-data"})
        void bodyOfAnotherTypeIsRefused(String type) {
            service.request("POST", "/keys").json("{}").type(type).expect(415);
            service.request("POST", "/keys/" + full().id() + "/revoke")
                    .json("{}")
                    .type(type)
                    .expect(415);
        }
    }

    @Nested
    class Rotating {
        @Test
        void keepsTheOldSecretForItsOverlap() {
            IssuedKey key = full();
            JsonObject rotated = service.request("POST", "/keys/" + key.id() + "/rotate")
                    .ifMatch(service.etag(key))
                    .json("{'overlap':'PT2H','expiresAt':'2027-06-01T00:00:00Z'}")
                    .expect(200)
                    .json();

            assertEquals("2026-11-25T14:00:00Z", rotated.getString("retiringUntil"));
            assertEquals("2027-06-01T00:00:00Z", rotated.getString("expiresAt"));
            assertTrue(service.isAccepted(key.key().reveal()));
            service.clock.advance(Duration.ofHours(2));
            assertFalse(service.isAccepted(key.key().reveal()));
            assertTrue(service.isAccepted(rotated.getString("key")));
        }

        @Test
        void refusesASecondOneInsideTheOverlap() {
            IssuedKey key = full();
            String path = "/keys/" + key.id() + "/rotate";
            service.request("POST", path).ifMatch(service.etag(key)).expect(200);

            service.request("POST", path).ifMatch(service.etag(key)).expect(409, "overlap");
            service.request("POST", path)
                    .ifMatch(service.etag(key))
                    .json("{'dropOld':true}")
                    .expect(200);
            assertFalse(service.isAccepted(key.key().reveal()));
        }

        @ParameterizedTest
        @ValueSource(strings = {"{'overlap':'PT-1S'}", "{'overlap':'1h'}", "{'overlap':3600}", "{'dropOld':'yes'}"})
        void refusesWhatIsNotPossible(String body) {
            service.request("POST", "/keys/" + full().id() + "/rotate")
                    .ifMatch("*")
                    .json(body)
                    .expect(422);
        }
    }

    @Nested
    class Listing {
        private List<String> ids(String query) {
            return service.request("GET", "/keys" + query).expect(200).json().getJsonArray("keys").stream()
                    .map(key -> key.asJsonObject().getString("id"))
                    .toList();
        }

        @Test
        void filters() {
            IssuedKey carols = full();
            IssuedKey off = service.issue("miner");
            service.manager.disable(off.id());
            service.manager.rotate(carols.id(), Duration.ofHours(1));
            service.keys.verifier().verify(service.admin.key().reveal());

            assertEquals(List.of(carols.id()), ids("?owner=carol"));
            assertEquals(List.of(carols.id()), ids("?text=LAPTOP"));
            assertEquals(List.of(carols.id()), ids("?text=" + carols.id()));
            assertEquals(List.of(off.id()), ids("?role=miner"));
            assertEquals(List.of(off.id()), ids("?state=disabled"));
            assertEquals(List.of(carols.id()), ids("?expiringBefore=2027-01-01T00:00:00Z"));
            assertEquals(List.of(carols.id()), ids("?retiring=true"));
            assertEquals(Set.of(service.admin.id(), off.id()), new HashSet<>(ids("?retiring=false")));
            assertEquals(Set.of(carols.id(), off.id()), new HashSet<>(ids("?unusedSince=2026-11-25T12:00:00Z")));
            assertEquals(List.of(), ids("?createdAfter=2026-11-25T12:00:00Z"));
            assertEquals(3, ids("?createdAfter=2026-11-25T11:59:59Z").size());
            service.clock.advance(Duration.ofHours(1));
            assertEquals(List.of(), ids("?retiring=true"));
        }

        @Test
        void knowsOfUsesOnOtherNodes() {
            IssuedKey used = full();
            IssuedKey unused = full();
            service.store.uses = Map.of(used.id(), Map.of(1, Instant.parse("2026-11-25T12:34:56Z")));

            JsonObject shown =
                    service.request("GET", "/keys/" + used.id()).expect(200).json();

            assertEquals("2026-11-25T12:34:56Z", shown.getJsonObject("lastUse").getString("current"));
            assertEquals(List.of(unused.id()), ids("?unusedSince=2026-11-25T12:00:00Z&owner=carol"));
        }

        @ParameterizedTest(name = "by {0}")
        @ValueSource(
                strings = {"id", "-id", "owner", "-owner", "name", "createdAt", "-createdAt", "expiresAt", "-expiresAt"
                })
        void givesEachKeyOnceOverAllPagesAlsoWhileKeysAreAdded(String sort) {
            for (int i = 0; i < 11; i++) {
                service.clock.advance(Duration.ofSeconds(1));
                if (i % 3 == 0) {
                    service.issue("miner");
                } else {
                    full();
                }
            }
            Set<String> all = new HashSet<>(ids(""));
            List<String> paged = new ArrayList<>();
            String next = "";
            do {
                JsonObject page = service.request("GET", "/keys?limit=3&sort=" + sort + next)
                        .expect(200)
                        .json();
                page.getJsonArray("keys")
                        .forEach(key -> paged.add(key.asJsonObject().getString("id")));
                next = page.get("next") instanceof JsonString cursor ? "&next=" + cursor.getString() : "";
                if (paged.size() == 3) {
                    service.issue("client");
                }
            } while (!next.isEmpty());

            assertEquals(paged.size(), new HashSet<>(paged).size());
            assertTrue(paged.containsAll(all), paged + " " + all);
        }

        @Test
        void readsNoMoreOfTheStoreThanThePage() {
            for (int i = 0; i < 30; i++) {
                service.issue(i % 2 == 0 ? "client" : "miner");
            }
            int loads = service.store.loads.get();
            service.store.listed.set(0);
            assertEquals(3, ids("?limit=3").size());
            assertEquals(
                    3,
                    ids("?limit=3&role=miner&createdAfter=2026-01-01T00:00:00Z").size());
            assertEquals(8, service.store.listed.get(), "a page and one record more each time");
            assertEquals(loads, service.store.loads.get());
        }

        @ParameterizedTest
        @ValueSource(strings = {"owner=%00", "role=%00", "text=%00", "owner=%ed%a0%80"})
        void findsNothingByTextsThatNoKeyCanHave(String query) {
            assertEquals(List.of(), ids("?" + query));
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "next=aWQKAAo",
                    "limit=0",
                    "limit=201",
                    "limit=x",
                    "limit=-1",
                    "sort=hash",
                    "sort=",
                    "next=%20",
                    "next=AAAA",
                    "state=Active",
                    "retiring=1",
                    "createdAfter=now"
                })
        void refusesValuesThatAreNotPossible(String query) {
            service.request("GET", "/keys?" + query).expect(422, "invalid");
        }

        @Test
        void takesAmpersandsWithoutParameters() {
            assertEquals(List.of(full().id()), ids("?owner=carol&&"));
        }

        @ParameterizedTest
        @ValueSource(strings = {"rolle=admin", "owner=a&owner=b", "Limit=3"})
        void refusesParametersThatItDoesNotKnow(String query) {
            service.request("GET", "/keys?" + query).expect(400, "bad-request");
        }
    }

    @Nested
    class LookingUp {
        private JsonObject lookup(String text) {
            return service.request("POST", "/keys/lookup")
                    .json("{'key':'" + text + "'}")
                    .expect(200)
                    .json();
        }

        @Test
        void findsKeysInEveryStateWithoutUsingThem() {
            IssuedKey key = full();
            String old = key.key().reveal();
            assertEquals("accepted", lookup(" " + old + " ").getString("verdict"));
            assertEquals(null, service.keys.lastUsed().of(key.id()).current(), "to look is no use");
            service.manager.rotate(key.id(), Duration.ofHours(1));
            assertEquals("accepted-retiring", lookup(old).getString("verdict"));
            service.clock.advance(Duration.ofHours(2));
            assertEquals("expired", lookup(old).getString("verdict"));
            service.manager.rotate(key.id(), Duration.ZERO);
            assertEquals(
                    "unknown",
                    lookup(old).getString("verdict"),
                    "the secret was dropped, although the text has the id of the key");
            service.manager.revoke(key.id());
            assertEquals(key.id(), lookup(old).getString("id"));
            assertEquals("revoked", lookup(old).getJsonObject("record").getString("state"));
        }

        /** BR-36: what comes along when a key is copied from a log or a chat must not hide it. */
        @ParameterizedTest
        @ValueSource(
                strings = {
                    "Bearer K",
                    "Authorization: Bearer K",
                    "header:K",
                    "SECRET=K",
                    "\\\"K\\\"",
                    "“K”",
                    "K,",
                    "K.",
                    "{\\\"key\\\":\\\"K\\\"}",
                    "12:03:04 GET https://h/x?secret=K&a=b HTTP/1.1 200",
                    "curl -H 'header: K' https://h/",
                    "\\ufeffK",
                    "K\\nK"
                })
        void findsKeyWithOtherTextAroundIt(String text) {
            IssuedKey key = full();

            Reply reply = service.request("POST", "/keys/lookup")
                    .type("application/json")
                    .body(("{\"key\":\"" + text.replace("K", key.key().reveal()) + "\"}")
                            .getBytes(StandardCharsets.UTF_8))
                    .expect(200);

            assertEquals(key.id(), reply.json().getString("id"));
            assertEquals("accepted", reply.json().getString("verdict"));
            assertFalse(reply.text().contains(key.key().reveal()), "only the id");
        }

        @Test
        void findsKeyMadeElsewhereThatHasSigns() {
            String text = "+a=b:c/" + "x".repeat(16) + "==";
            ApiKeyRecord record = ApiKeyRecord.builder("elsewhere")
                    .hash(KeyHasher.sha256().hash(ApiKey.of(text)))
                    .build();
            service.keys.ring().update(ring -> ring.with(List.of(record)));

            assertEquals(record.id(), lookup(text).getString("id"));
            assertEquals(record.id(), lookup("X-Api-Key: " + text).getString("id"));
        }

        @Test
        void asksForEachKeyAloneWhereThereAreSeveral() {
            service.request("POST", "/keys/lookup")
                    .json("{'key':'" + full().key().reveal() + " "
                            + full().key().reveal() + "'}")
                    .expect(422, "invalid");
        }

        @Test
        void doesNotKnowWhatIsNoKeyHere() {
            String stranger = io.keyward.testing.ThrowAwayKeys.newKey().reveal();
            for (String text : List.of(stranger, "x", "", "kw_test_")) {
                service.request("POST", "/keys/lookup")
                        .json("{'key':'" + text + "'}")
                        .expect(404, "no-such-key");
            }
        }
    }

    @Test
    void storeFailureIsNoVerdictAndTellsNothingOfTheStore() {
        IssuedKey key = full();
        service.store.isAway = true;
        LogOfTest log = new LogOfTest();
        try (log) {
            Reply reply =
                    service.request("POST", "/keys/" + key.id() + "/revoke").expect(503, "store-failed");
            assertEquals("unknown", reply.json().getString("outcome"));
            assertFalse(reply.text().contains("secret-host"));
            Reply read = service.request("GET", "/keys").expect(503, "store-failed");
            assertFalse(read.json().containsKey("outcome"));
        }
        assertTrue(log.text().contains("secret-host"));
    }

    @ParameterizedTest(name = "{0} {1}")
    @CsvSource(
            quoteCharacter = '`',
            delimiter = '|',
            value = {
                "POST | /keys | {'roles':['client']}",
                "PATCH | /keys/{id} | {'name':'x'}",
                "POST | /keys/{id}/rotate | {}",
                "POST | /keys/{id}/revoke | {}",
                "POST | /keys/{id}/disable | {}"
            })
    void saysTheRuleOfAGuardThatStopsTheChange(String method, String path, String body) {
        IssuedKey key = full();
        int size = service.ring().size();
        String url = path.replace("{id}", key.id());

        service.guard.stopBy = ChangeRefusedException.stopped("keys are changed by day");
        Reply stopped = service.request(method, url).ifMatch("*").json(body).expect(403, "stopped");
        assertEquals("keys are changed by day", stopped.json().getString("detail"));

        // what is no rule may hold anything, so it goes to the log
        service.guard.stopBy = new IllegalStateException("the rules at secret-host cannot be read");
        Reply failed = service.request(method, url).ifMatch("*").json(body).expect(500, "internal");
        assertFalse(failed.text().contains("secret-host"), failed.text());

        service.guard.stopBy = null;
        assertEquals(size, service.ring().size());
        assertEquals(key.record(), service.stored(key));
    }

    @Test
    void reportSaysHowTheKeysAre() throws Exception {
        try (AdminService detailed = new AdminService(settings -> settings.details(() -> List.of("read .env")))) {
            JsonObject report = detailed.request("GET", "/report").expect(200).json();
            assertEquals(1, report.getInt("size"));
            assertTrue(report.getBoolean("current"));
            String fingerprint = report.getString("fingerprint");
            detailed.request("POST", "/keys").json("{'owner':'bob'}").expect(201);
            assertNotEquals(
                    fingerprint,
                    detailed.request("GET", "/report").expect(200).json().getString("fingerprint"));
            assertEquals("read .env", report.getJsonArray("details").getString(0));
            assertEquals(5, report.getJsonArray("roles").size());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "DELETE, /keys, 'GET, HEAD, POST'",
        "PUT, /keys/abc, 'GET, HEAD, PATCH'",
        "GET, /keys/abc/revoke, POST",
        "OPTIONS, /me, 'GET, HEAD'"
    })
    void otherMethodsAre405(String method, String path, String allow) {
        assertEquals(
                allow,
                service.request(method, path).expect(405, "method-not-allowed").header("Allow"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/", "/keys/", "/key", "/me/", "/Keys", "/keys/a/b/c"})
    void otherPathsAre404(String path) {
        service.request("GET", path).expect(404);
    }

    @Test
    void headIsGetWithoutBody() {
        Reply reply = service.request("HEAD", "/keys").send();
        assertEquals(200, reply.status());
        assertEquals("", reply.text());
        assertTrue(Integer.parseInt(reply.header("Content-Length")) > 10);
    }

    /** A key that a caller makes, changes or gets a secret of may do no more at that moment than the caller's own. */
    @Test
    void randomCallersNeverGetSecretsThatMayDoMoreThanTheirKey() {
        long seed = Long.getLong("tests.seed", 1);
        Random random = new Random(seed);
        List<IssuedKey> callers = new ArrayList<>();
        List<Set<String>> secrets = new ArrayList<>();
        for (String role : List.of("client", "ops", "admin", "auditor")) {
            callers.add(service.issue(role));
            secrets.add(
                    new HashSet<>(Set.of(callers.get(callers.size() - 1).key().reveal())));
        }
        callers.add(service.issueWith("keys:issue", "keys:rotate", "keys:change", "jobs:work"));
        secrets.add(new HashSet<>(Set.of(callers.get(4).key().reveal())));
        List<String> ids = new ArrayList<>(callers.stream().map(IssuedKey::id).toList());
        List<String> bodies = List.of(
                "{}",
                "{'roles':['admin']}",
                "{'roles':['client']}",
                "{'roles':['miner']}",
                "{'roles':['ops']}",
                "{'permissions':['jobs:*']}",
                "{'permissions':['keys:issue']}",
                "{'permissions':['jobs:work']}");
        List<String> calls = List.of(
                "POST /keys",
                "PATCH /keys/{id}",
                "POST /keys/{id}/rotate",
                "POST /me/rotate",
                "POST /keys/{id}/enable");
        for (int i = 0; i < 400; i++) {
            int who = random.nextInt(callers.size());
            String[] call = calls.get(random.nextInt(calls.size())).split(" ");
            String path = call[1].replace("{id}", ids.get(random.nextInt(ids.size())));
            String body = call[1].endsWith("rotate") ? "{'dropOld':true}" : bodies.get(random.nextInt(bodies.size()));
            String secret = pick(secrets.get(who), random);
            if (secret == null) {
                continue;
            }
            String used =
                    io.keyward.testing.ThrowAwayKeys.FORMAT.idOf(io.keyward.testing.ThrowAwayKeys.FORMAT.parse(secret));
            Reply reply = service.request(call[0], path)
                    .key(secret)
                    .ifMatch("*")
                    .json(body)
                    .send();
            assertTrue(reply.status() < 500, reply.text());
            if (reply.status() < 300 && reply.json().containsKey("key")) {
                secrets.get(who).add(reply.json().getString("key"));
                ids.add(reply.json().getString("id"));
            }
            if (reply.status() < 300) {
                String id = reply.json().getString("id");
                assertTrue(
                        grants(used).covers(grants(id)),
                        "seed " + seed + ": " + reply.json().keySet());
            }
        }
    }

    private io.keyward.role.Grants grants(String id) {
        ApiKeyRecord record = service.manager.find(id).orElseThrow();
        return AdminService.ROLES.grant(record.roles(), record.permissions());
    }

    /** Returns one that is accepted, because the filter closes the connection of others; null if none is any more. */
    private String pick(Set<String> secrets, Random random) {
        List<String> accepted = secrets.stream().filter(service::isAccepted).toList();
        return accepted.isEmpty() ? null : accepted.get(random.nextInt(accepted.size()));
    }

    @Test
    void randomBodiesAndPathsNeverBreakACall() {
        long seed = Long.getLong("tests.seed", 1);
        Random random = new Random(seed);
        String secret = service.admin.key().reveal();
        List<String> pieces = List.of(
                "{",
                "}",
                "[",
                "]",
                "'",
                "'name'",
                ":",
                ",",
                "null",
                "true",
                "1e99",
                "'roles'",
                "'admin'",
                "\\u0000",
                "\\ud800",
                "'expiresAt'",
                "'metadata'",
                "'" + secret + "'",
                " ",
                "\u00e4");
        List<String> paths = List.of(
                "/keys",
                "/keys/lookup",
                "/keys/" + service.admin.id(),
                "/keys/" + service.admin.id() + "/rotate",
                "/me/rotate",
                "/keys/a%20b",
                "/keys/\u00e4".replace("\u00e4", "%C3%A4"));
        for (int i = 0; i < 500; i++) {
            StringBuilder body = new StringBuilder(random.nextBoolean() ? "{" : "");
            for (int n = random.nextInt(12); n > 0; n--) {
                body.append(pieces.get(random.nextInt(pieces.size())));
            }
            Reply reply = service.request(
                            random.nextBoolean() ? "POST" : "PATCH", paths.get(random.nextInt(paths.size())))
                    .ifMatch(random.nextBoolean() ? "\"0\"" : "x,\"")
                    .json(body.toString())
                    .send();
            assertTrue(reply.status() < 500, "seed " + seed + ": " + body);
            assertFalse(reply.text().contains(secret), "seed " + seed);
        }
    }
}
