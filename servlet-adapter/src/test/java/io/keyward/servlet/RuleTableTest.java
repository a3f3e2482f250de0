package io.keyward.servlet;

import static io.keyward.servlet.Access.allPermissions;
import static io.keyward.servlet.Access.anyRole;
import static io.keyward.servlet.Access.authenticated;
import static io.keyward.servlet.Access.denyAll;
import static io.keyward.servlet.Access.permitAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.keyward.ApiKeyVerifier;
import io.keyward.KeyRing;
import io.keyward.LiveKeyRing;
import io.keyward.role.Role;
import io.keyward.role.RoleModel;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RuleTableTest {
    private static ApiKeyFilter.Builder builder() {
        return ApiKeyFilter.builder().verifier(text -> {
            throw new AssertionError("not asked");
        });
    }

    private static String refusal(ApiKeyFilter.Builder builder) {
        return assertThrows(IllegalArgumentException.class, builder::build).getMessage();
    }

    private static final RuleTable TABLE = RuleTable.of(
            List.of(
                    new Rule(null, "/health", permitAll()),
                    new Rule(null, "/public/*", permitAll()),
                    new Rule(null, "/v1/*", anyRole("client")),
                    new Rule(null, "/v1/admin/*", anyRole("admin")),
                    new Rule("GET", "/v1/jobs", authenticated()),
                    new Rule("POST", "/v1/jobs", allPermissions("jobs:submit"))),
            denyAll(),
            Set.of(),
            null);

    @ParameterizedTest(name = "{0} {1}")
    @CsvSource({
        "GET, /health, open to everyone",
        "FOO, /health, open to everyone",
        "GET, /health/, null",
        "GET, /healthz, null",
        "GET, /public, open to everyone",
        "GET, /public/, open to everyone",
        "GET, /public/a/b, open to everyone",
        "GET, /publicity, null",
        "GET, /public-admin/x, null",
        "GET, /Public/x, null",
        "GET, /v1, role `client`",
        "GET, /v1/x, role `client`",
        "GET, /v1/admin, role `admin`",
        "GET, /v1/admin/x/y, role `admin`",
        "GET, /v1/administrator, role `client`",
        "GET, /v1/jobs, any key",
        "HEAD, /v1/jobs, any key",
        "POST, /v1/jobs, `jobs:submit`",
        "post, /v1/jobs, role `client`",
        "DELETE, /v1/jobs, role `client`",
        "GET, /v1/jobs/1, role `client`",
        "GET, /, null",
        "GET, '', null"
    })
    void asksForWhatTheMostSpecificRuleSays(String method, String path, String expected) {
        assertEquals(expected, String.valueOf(TABLE.named(method, path)));
    }

    private static String accessTo(String method, String path, Rule... rules) {
        return String.valueOf(
                RuleTable.of(List.of(rules), authenticated(), Set.of(), null).accessTo(method, path, null));
    }

    @ParameterizedTest(name = "{0} {1}")
    @DisplayName("PA-16: a rule that closes a path also closes it in other case")
    @CsvSource({
        "GET, /v1/reports, role `admin`",
        "GET, /V1/Reports, role `admin`",
        "GET, /v1/REPORTS/, role `admin`",
        "GET, /v1/reportſ, role `admin`",
        "GET, /V1/Reports.json, role `admin`",
        "GET, /v1/Ops/x, role `ops`",
        "GET, /v1/ops, role `ops`",
        "GET, /v1/OPS/X, role `ops`",
        "DELETE, /v1/jobs/aB, role `admin`",
        "DELETE, /V1/jobs/ab, role `admin`",
        "GET, /v1/jobs/aB, any key",
        "GET, /public/aB, open to everyone",
        "GET, /PUBLIC/ab, any key",
        "GET, /v1/other/aB, any key"
    })
    void closesOtherSpellingsByCase(String method, String path, String expected) {
        assertEquals(
                expected,
                accessTo(
                        method,
                        path,
                        new Rule(null, "/v1/reports", anyRole("admin")),
                        new Rule(null, "/v1/OPS/*", anyRole("ops")),
                        new Rule("DELETE", "/v1/jobs/*", anyRole("admin")),
                        new Rule(null, "/public/*", permitAll())));
    }

    @Test
    void keepsApartRulesThatDifferOnlyInCase() {
        Rule open = new Rule(null, "/v1/Reports", permitAll());
        Rule closed = new Rule(null, "/v1/reports", anyRole("admin"));
        assertEquals("open to everyone", accessTo("GET", "/v1/Reports", open, closed));
        assertEquals("role `admin`", accessTo("GET", "/v1/reports", open, closed));
        assertEquals("any key", accessTo("GET", "/v1/REPORTS", open, closed));
    }

    @Test
    void demandsARestRule() {
        assertTrue(refusal(builder().rule("/x", authenticated())).contains("otherwise(denyAll())"));
    }

    @Test
    void demandsAVerifier() {
        assertThrows(
                IllegalStateException.class,
                () -> ApiKeyFilter.builder().otherwise(denyAll()).build());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", "x", "*", "*.css", "/a*", "/a/*/b", "/a//b", "/a/../b", "/./a", "/a/..", "//", "/a\\b", "/a\nb",
                "/%41", "/a/**"
            })
    void refusesPathsThatCanNeverMatch(String path) {
        String message = refusal(builder().rule(path, authenticated()).otherwise(denyAll()));
        assertTrue(message.contains("path ("), message);
    }

    @ParameterizedTest
    @DisplayName("CF-29 a wide path is open only if that is said twice")
    @ValueSource(strings = {"/", "/*"})
    void wideOpeningNeedsToBeSaidTwice(String path) {
        assertTrue(refusal(builder().rule(path, permitAll()).otherwise(permitAll()))
                .contains("confirmOpen(\"" + path));
        assertTrue(refusal(builder().rule("GET", path, permitAll()).otherwise(denyAll()))
                .contains("confirmOpen"));
        assertNotNull(builder()
                .rule("GET", path, permitAll())
                .confirmOpen(path)
                .otherwise(denyAll())
                .build());
    }

    @Test
    void openRestRuleNeedsToBeSaidTwice() {
        assertTrue(refusal(builder().otherwise(permitAll())).contains("confirmOpen(\"/*\")"));
        assertNotNull(builder().otherwise(permitAll()).confirmOpen("/*").build());
    }

    @Test
    void confirmationOfNothingIsRefused() {
        assertTrue(refusal(builder().otherwise(denyAll()).confirmOpen("/*")).contains("confirms nothing"));
    }

    @Test
    void methodsThatFallToAnOpenPrefixAreRefused() {
        ApiKeyFilter.Builder builder = builder()
                .rule("/docs/*", permitAll())
                .rule("POST", "/docs/edit", anyRole("editor"))
                .otherwise(denyAll());
        assertTrue(refusal(builder).contains("every method of /docs/edit without a rule is open"));
        assertNotNull(builder.confirmOpen("/docs/edit").build());
    }

    @Test
    void namesEveryProblemAtOnce() {
        String message = refusal(builder()
                .roles(RoleModel.of(Role.of("client")))
                .rule("/a", authenticated())
                .rule("/a", denyAll())
                .rule("get", "/b", authenticated())
                .rule("c", authenticated())
                .rule("/d", anyRole("clinet"))
                .rule("/*", authenticated())
                .otherwise(denyAll()));
        for (String part : new String[] {
            "/a has two rules", "upper-case", "path (c)", "role `clinet`, which is not declared", "is never used"
        }) {
            assertTrue(message.contains(part), () -> part + " is missing in: " + message);
        }
    }

    @Test
    void describesWhatIsOpenAndWhatNeedsWhat() {
        String description = builder()
                .rule("/health", permitAll())
                .rule("GET", "/jobs", authenticated())
                .rule("/jobs", anyRole("client", "admin"))
                .otherwise(denyAll())
                .build()
                .describeRules();
        assertEquals("""
                any     /health                       open to everyone
                GET     /jobs                         any key
                other   /jobs                         role `admin` or `client`
                any     (all else)                    closed to everyone""", description);
    }

    @Test
    void joinsAccessToTheStricter() {
        assertEquals(denyAll(), denyAll().and(anyRole("a")));
        assertEquals(denyAll(), anyRole("a").and(denyAll()));
        assertEquals(denyAll(), permitAll().and(denyAll()));
        assertEquals(denyAll(), denyAll().and(permitAll()));
        assertEquals(anyRole("a"), permitAll().and(anyRole("a")));
        assertEquals(anyRole("a"), anyRole("a").and(permitAll()));
        assertEquals(anyRole("a"), authenticated().and(anyRole("a")));
        assertEquals(anyRole("a"), anyRole("a").and(authenticated()));
        assertEquals(authenticated(), permitAll().and(authenticated()));
        assertEquals(authenticated(), authenticated().and(permitAll()));
        assertEquals(
                "role `a` and `p:q`", anyRole("a").and(allPermissions("p:q")).toString());
    }

    @ParameterizedTest(name = "{0}: {1}")
    @DisplayName("issue 14.2 a path that is a template, a wildcard or a query is refused with what to write instead")
    @CsvSource(
            delimiter = '|',
            value = {
                "/v1/jobs/{id}|/v1/jobs/*",
                "/v1/jobs/{id}/logs|/v1/jobs/*",
                "/v1/jobs/{id:[0-9]+}|/v1/jobs/*",
                "/v1/jobs/{*rest}|/v1/jobs/*",
                "/v1/jobs/job-{id}|/v1/jobs/*",
                "/v1/{tenant}/*|/v1/*",
                "/v1/jobs/id}|/v1/jobs/*",
                "/v1/jobs/:id|/v1/jobs/*",
                "/v1/:tenant/jobs|/v1/*",
                "/v1/jobs/:id/*|/v1/jobs/*",
                "/v1/jobs/<id>|/v1/jobs/*",
                "/v1/*/logs|/v1/*",
                "/v1/jobs/**|/v1/jobs/*",
                "/v1/jobs/*.json|/v1/jobs/*",
                "/v1/jobs*|/v1/*",
                "/v1/job?|write the path before it",
                "/v1/jobs?state=new|write the path before it",
                "/v1/jobs;v=1|write the path without them",
                "/v1/jobs/[0-9]+|/v1/jobs/*",
                "/v1/jobs/[id]|/v1/jobs/*",
                "/v1/jobs/.+|/v1/jobs/*",
                "^/v1/jobs$|as in /jobs/*",
                "/v1/jobs#new|write the path before it",
                "/{id}|as in /jobs/*",
                "/:id|as in /jobs/*"
            })
    void refusesTemplates(String path, String instead) {
        String message = refusal(builder().rule(path, anyRole("admin")).otherwise(authenticated()));
        assertTrue(message.contains("path (" + path + ") m") && message.contains(instead), message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/jobs ", "/v1/jobs/ ", "/v1/jobs/* "})
    void refusesBlankAtTheEndOfAPath(String path) {
        String message = refusal(builder().rule(path, anyRole("admin")).otherwise(authenticated()));
        assertTrue(message.contains("path (" + path + ") must not end with a blank"), message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/jobs/\\d+", "/v1/jobs/(new|old)"})
    void refusesRegularExpressions(String path) {
        String message = refusal(builder().rule(path, anyRole("admin")).otherwise(authenticated()));
        assertTrue(message.contains("write /v1/jobs/*"), message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ANY", "ALL"})
    void refusesWordForAllMethods(String word) {
        String message =
                refusal(builder().rule(word, "/admin/*", anyRole("admin")).otherwise(authenticated()));
        assertTrue(message.contains("method (" + word + ") is no method of HTTP; leave it out"), message);
    }

    @Test
    void ruleForEverythingIsToBecomeOtherwise() {
        String message = refusal(builder().rule("/*", anyRole("client")).otherwise(denyAll()));
        assertTrue(message.contains("call otherwise with what the rule requires, and remove the rule"), message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/jobs:cancel", "/v1/a:b/*", "/v1/jobs.json", "/v1/(x)", "/v1/$metadata", "/v1/@me/*"})
    void takesPathsThatOnlyLookLikeTemplates(String path) {
        assertNotNull(builder()
                .rule(path, anyRole("admin"))
                .otherwise(authenticated())
                .build());
    }

    @Test
    @DisplayName("issue 14.2 a role that no key of the ring can have is refused without a further line")
    void refusesRoleThatTheVerifierDoesNotKnow() {
        KeyRing ring = KeyRing.builder()
                .roles(RoleModel.of(Role.of("admin"), Role.of("client")))
                .build();
        for (ApiKeyVerifier verifier : new ApiKeyVerifier[] {
            ApiKeyVerifier.of(ring),
            ApiKeyVerifier.of(LiveKeyRing.of(ring)),
            ApiKeyVerifier.of(ring).notifying(verification -> {})
        }) {
            ApiKeyFilter.Builder builder = ApiKeyFilter.builder().verifier(verifier);
            assertNotNull(
                    builder.rule("/a", anyRole("admin")).otherwise(denyAll()).build());
            String message = refusal(builder.rule("/b", anyRole("amdin")).otherwise(anyRole("clinet")));
            assertTrue(message.contains("/b needs role `amdin`, which is not declared"), message);
            assertTrue(message.contains("otherwise needs role `clinet`"), message);
            assertNotNull(builder.roles(RoleModel.of(Role.of("admin"), Role.of("amdin"), Role.of("clinet")))
                    .build());
        }
    }

    @ParameterizedTest(name = "{0} {1} asks for {2}")
    @DisplayName("issue 14.1 a rule that closes a path also closes its other spellings, one that opens opens no other")
    @CsvSource({
        // with and without a slash at the end
        "GET, /v1/reports, role `admin`",
        "GET, /v1/reports/, role `admin`",
        "HEAD, /v1/reports/, role `admin`",
        "POST, /v1/reports/, any key",
        "GET, /v1/keys, role `admin`",
        "GET, /v1/keys/, role `admin`",
        "GET, /health, open to everyone",
        "GET, /health/, any key",
        "GET, /slash/, open to everyone",
        "GET, /slash, any key",
        // two rules that disagree
        "GET, /both, role `client`",
        "GET, /both/, role `client`",
        "GET, /roles, role `client` and role `admin`",
        "GET, /roles/, role `admin` and role `client`",
        "GET, /public/admin, role `admin`",
        "GET, /public/admin/, role `admin`",
        "GET, /public/admin/x, open to everyone",
        "GET, /nobody/, closed to everyone",
        // a method in another case
        "get, /v1/reports, role `admin`",
        "Get, /v1/reports/, role `admin`",
        "head, /v1/reports, role `admin`",
        "get, /health, open to everyone",
        "get, /getOpen, any key",
        // suffixes
        "GET, /v1/reports.json, role `admin`",
        "GET, /v1/reports.json/, role `admin`",
        "GET, /v1/reports.json.en, role `admin`",
        "GET, /v1/reports.json.json, role `admin`",
        "GET, /v1/reports/.json, role `admin`",
        "GET, /v1/reports., role `admin`",
        "GET, /v1/reports.json/x, any key",
        "GET, /v1/reports/x.json, any key",
        "GET, /v1/reports2.json, any key",
        "GET, /v1/report.json, any key",
        "GET, /v1.json/reports, any key",
        "POST, /v1/reports.json, any key",
        "GET, /v1/admin.json, role `admin`",
        "GET, /v1/admin/.json, role `admin`",
        "GET, /public/admin.html, role `admin`",
        "GET, /dotted.v2, role `admin`",
        "GET, /dotted.json.v2, role `admin`",
        "GET, /dotted.v2.json, role `admin`",
        "GET, /dotted.json.v2.en/, role `admin`",
        "GET, /dotted.v22, any key",
        "GET, /dotted.json, any key",
        "GET, /health.json, any key",
        // what a rule names, suffix and all, that rule decides
        "GET, /export, role `admin`",
        "GET, /export.csv, role `client`",
        "GET, /export.csv/, role `client`",
        "GET, /export.html, open to everyone",
        "GET, /export.html/, role `admin`",
        "GET, /export.json, role `admin`",
        "GET, /api/v1.1, role `client`",
        "GET, /api/v1.1/, role `client`",
        "GET, /api/v1.1/x, role `client`",
        "GET, /api/v1.2, role `admin`",
        "GET, '', role `admin`",
        "GET, /, role `admin`",
        "GET, /.json, role `admin`",
    })
    void closesEverySpelling(String method, String path, String expected) {
        RuleTable table = RuleTable.of(
                List.of(
                        new Rule("GET", "/v1/reports", anyRole("admin")),
                        new Rule(null, "/v1/keys/", anyRole("admin")),
                        new Rule(null, "/v1/admin/*", anyRole("admin")),
                        new Rule(null, "/health", permitAll()),
                        new Rule(null, "/slash/", permitAll()),
                        new Rule(null, "/both", permitAll()),
                        new Rule(null, "/both/", anyRole("client")),
                        new Rule(null, "/roles", anyRole("client")),
                        new Rule(null, "/roles/", anyRole("admin")),
                        new Rule(null, "/public/*", permitAll()),
                        new Rule(null, "/public/admin", anyRole("admin")),
                        new Rule(null, "/nobody", denyAll()),
                        new Rule("GET", "/getOpen", permitAll()),
                        new Rule(null, "/dotted.v2", anyRole("admin")),
                        new Rule(null, "/export", anyRole("admin")),
                        new Rule(null, "/export.csv", anyRole("client")),
                        new Rule(null, "/export.html", permitAll()),
                        new Rule(null, "/api/v1/*", anyRole("admin")),
                        new Rule(null, "/api/v1.1/*", anyRole("client")),
                        new Rule(null, "/", anyRole("admin"))),
                authenticated(),
                Set.of(),
                null);
        FakeRequest request = new FakeRequest(path);
        request.method = method;
        assertEquals(
                expected,
                new PathPolicy(table, null)
                        .accessTo(path, request.asRequest(), false)
                        .toString());
    }

    @ParameterizedTest(name = "{0} {1} {2}")
    @CsvSource({
        "GET, /v1/branches, true",
        "HEAD, /v1/branches, true",
        "GET, /v1/branches/a, true",
        "GET, /v1, false",
        "GET, '', false",
        "GET, /v1/files, false",
        "POST, /v1/files, true",
        "GET, /v1/same, true",
        "GET, /elsewhere, true"
    })
    void knowsWhereAllPathsBelowAskForTheSame(String method, String parent, boolean uniform) {
        RuleTable table = RuleTable.of(
                List.of(
                        new Rule(null, "/v1/branches/*", anyRole("client")),
                        new Rule(null, "/v1/branches", permitAll()),
                        new Rule(null, "/v1/files/*", anyRole("client")),
                        new Rule("GET", "/v1/files/secret/list", anyRole("admin")),
                        new Rule(null, "/v1/same/*", anyRole("client")),
                        new Rule(null, "/v1/same/one", anyRole("client"))),
                authenticated(),
                Set.of(),
                null);
        assertEquals(uniform, table.isUniformBelow(parent, method));
    }
}
