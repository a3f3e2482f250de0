package io.keyward.servlet;

import static io.keyward.servlet.Access.anyRole;
import static io.keyward.servlet.Access.authenticated;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EncodedPathTest {
    @ParameterizedTest(name = "{0} below {1}, container says {2}")
    @DisplayName("BR-02, BR-03 reads an encoded slash or percent sign as the container did")
    @CsvSource(
            nullValues = "null",
            value = {
                // decoded, slash kept, slash and percent kept
                "/v1/b/refs%2Fheads%2Ftest, '', /v1/b/refs/heads/test, /v1/b, /v1/b/refs/heads/test",
                "/v1/b/refs%2Fheads%2Ftest, '', /v1/b/refs%2Fheads%2Ftest, /v1/b, /v1/b/refs/heads/test",
                "/v1/b/refs%2fheads, '', /v1/b/refs%2fheads, /v1/b, /v1/b/refs/heads",
                "/v1/b/x%2Fy%25z, '', /v1/b/x%2Fy%z, /v1/b, /v1/b/x/y%z",
                "/v1/b/x%2Fy%25z, '', /v1/b/x%2Fy%25z, /v1/b, /v1/b/x/y%z",
                "/v1/b/x%2Fy/z, '', /v1/b/x%2Fy/z, /v1/b, /v1/b/x/y/z",
                "/v1/b/x%2Fy/, '', /v1/b/x%2Fy/, /v1/b, /v1/b/x/y/",
                "/v1/b/x%2Fy;p=1/z, '', /v1/b/x%2Fy/z, /v1/b, /v1/b/x/y/z",
                "/v1/b/50%25ab.txt, '', /v1/b/50%ab.txt, /v1/b, /v1/b/50%ab.txt",
                "/v1/b/%25percent.txt, '', /v1/b/%25percent.txt, /v1/b, /v1/b/%percent.txt",
                "/v1/b%20c/100%25.txt, '', /v1/b c/100%25.txt, /v1/b c, /v1/b c/100%.txt",
                "/v1/b/a%2520b, '', /v1/b/a%20b, /v1/b, /v1/b/a%20b",
                "/app/b/a%2Fb, /app, /b/a/b, /b, /b/a/b",
                "/app/a%2Fb, /app, /a/b, '', /a/b",
                "/a%2Fb, '', /a/b, '', /a/b",
                // the container read something else
                "/v1/b/refs%2Fheads, '', /v1/b/refs, null, null",
                "/v1/b/refs%2Fheads, '', /v1/refs/heads, null, null",
                "/v1/b/x%2Fy%25z, '', /v1/b/x/y%25z, null, null",
                // the context path is what cannot be read
                "/app%2Fb/c, /app, /b/c, null, null",
                "/a%2Fpp/b, /a/pp, /b, null, null",
                "/other/a%2Fb, /app, /a/b, null, null",
                // nothing is encoded that needs it
                "/v1/b/c, '', /v1/b/c, null, null",
            })
    void readsAsTheContainerDid(String uri, String context, String read, String parent, String path) {
        EncodedPath encoded = EncodedPath.of(uri, context, read, null);
        assertEquals(parent, encoded == null ? null : encoded.parent());
        assertEquals(path, encoded == null ? null : encoded.path());
    }

    @ParameterizedTest
    @DisplayName("refuses what might leave its parent by any reading")
    @ValueSource(
            strings = {
                "/b/x%2F..%2F..%2Fadmin",
                "/b/..%2Fadmin",
                "/b/%2e%2e%2Fadmin",
                "/b/x%2F.%2Fy",
                "/b/x%2F..;p%2Fadmin",
                "/b/x%2F..%3Bp%2Fadmin",
                "/b/x%2F%2Fy",
                "/b/%2Fx",
                "/b/x%2F",
                "/b/x%2F;p",
                "/b/%252e%252e%252Fadmin",
                "/b/%252e%252e",
                "/b/x%252F%252e%252e%252Fadmin",
                "/b/x%25252F..%25252Fadmin",
                "/b/%2525252525252525252e",
                "/b/x%2525252525252Fy",
                "/b/x%252525252Fy",
                "/b/%252Ejson",
                "/b/x%2Fy%5Cz",
                "/b/x%255Cy",
                "/b/x%2Fy%00",
                "/b/x%2500",
                "/b/x%250Ay",
                "/b/x%2F%C0%AFy",
                "/b/x%2Fy%",
                "/b/x%2F%zz",
                "/b/../b/x%2Fy",
                "/b/./x%2Fy",
                "/b//x%2Fy",
                "/b/;/x%2Fy",
                "/b/x%2Fy;p=%2F",
                "/b/x%2Fy#f",
                "/b/x%2Fy?q",
                "b/x%2Fy",
                ""
            })
    void refusesWhatMightLeaveItsParent(String uri) {
        for (String read : readings(uri)) {
            assertNull(EncodedPath.of(uri, "", read, null), read);
        }
    }

    /** Whatever a container might make of it: as it came, or decoded once or twice, with parameters or without. */
    private static Set<String> readings(String uri) {
        Set<String> readings = new LinkedHashSet<>();
        for (String raw : List.of(uri, uri.replaceAll(";[^/]*", ""))) {
            String once = Percent.decodedLeniently(raw);
            readings.addAll(List.of(raw, once, Percent.decodedLeniently(once)));
            readings.add(once.replace("//", "/"));
        }
        return readings;
    }

    @ParameterizedTest(name = "{0} {1}: {2}")
    @DisplayName("BR-02, BR-03 passes where one rule covers all that is below, and nowhere else")
    @CsvSource(
            nullValues = "null",
            value = {
                "DELETE, /v1/branches/refs%2Fheads%2Ftest, /v1/branches/refs/heads/test",
                "GET, /v1/branches/a%2520b, /v1/branches/a%20b",
                "GET, /v1/branches/a/50%25ab.txt, /v1/branches/a/50%ab.txt",
                "GET, /v1%2Fbranches/x, null",
                "GET, /v1/branches%2Fx, null",
                "GET, /v1/files/a%2Fb, null",
                "get, /v1/files/a%2Fb, null",
                "POST, /v1/files/a%2Fb, /v1/files/a/b",
                "GET, /elsewhere/a%2Fb, /elsewhere/a/b",
                "GET, /a%2Fb, null"
            })
    void passesWhereOneRuleCoversAllBelow(String method, String uri, String path) {
        RuleTable table = RuleTable.of(
                List.of(
                        new Rule(null, "/v1/branches/*", anyRole("client")),
                        new Rule(null, "/v1/files/*", anyRole("client")),
                        new Rule("GET", "/v1/files/a/b", anyRole("admin"))),
                authenticated(),
                Set.of(),
                null);
        FakeRequest request = new FakeRequest(uri);
        request.method = method;
        request.servletPath = Percent.decoded(uri);
        assertEquals(path, new PathPolicy(table, null).pathOf(request.asRequest()));
    }

    @Test
    @DisplayName("issue 14.13 a path about which the container throws is refused")
    void refusesWhatTheContainerCannotRead() {
        RuleTable table = RuleTable.of(List.of(), authenticated(), Set.of(), null);
        for (RuntimeException failure :
                List.of(new IllegalArgumentException("ambiguous"), new IllegalStateException("no context"))) {
            FakeRequest request = new FakeRequest("/a%2Fb");
            request.pathFailure = failure;
            assertNull(new PathPolicy(table, null).pathOf(request.asRequest()));
        }
    }
}
