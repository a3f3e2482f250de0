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

import io.keyward.role.Role;
import io.keyward.role.RoleModel;
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
            java.util.List.of(
                    new Rule(null, "/health", permitAll()),
                    new Rule(null, "/public/*", permitAll()),
                    new Rule(null, "/v1/*", anyRole("client")),
                    new Rule(null, "/v1/admin/*", anyRole("admin")),
                    new Rule("GET", "/v1/jobs", authenticated()),
                    new Rule("POST", "/v1/jobs", allPermissions("jobs:submit"))),
            denyAll(),
            java.util.Set.of(),
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
            "/a has two rules", "upper-case", "path (c)", "role `clinet`, which is not declared", "is never asked"
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
}
