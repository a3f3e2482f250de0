package io.keyward.servlet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestPathTest {
    /** The examples of Servlet 6.0 §3.5.3 whose targets reach a servlet; a query is cut off before. */
    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = ' ',
            ignoreLeadingAndTrailingWhitespace = true,
            value = {
                "/foo/bar /foo/bar",
                "/foo/bar;jsessionid=1234 /foo/bar",
                "/foo/bar/ /foo/bar/",
                "/foo/bar/;jsessionid=1234 /foo/bar/",
                "/foo;/bar; /foo/bar",
                "/foo;/bar;/; /foo/bar/",
                "/foo/b%25r /foo/b%r",
                "/foo/./bar /foo/bar",
                "/foo/././bar /foo/bar",
                "/./foo/bar /foo/bar",
                "/foo/bar/. /foo/bar",
                "/foo/bar/./ /foo/bar/",
                "/foo/bar/./; /foo/bar/",
                "/foo/.bar /foo/.bar",
                "/foo/../bar /bar",
                "/foo/./../bar /bar",
                "/foo/bar/.. /foo",
                "/foo/bar/../ /foo/",
                "/foo/bar/../; /foo/",
                "/foo/..bar /foo/..bar",
                "/foo/.../bar /foo/.../bar",
                "/foo//bar /foo/bar",
                "//foo//bar// /foo/bar/",
                "/foo//../bar /bar",
                "/foo%E2%82%ACbar /foo\u20acbar",
                "/%66oo /foo",
                "/foo%3bbar /foo;bar",
                "/foo%3Fbar /foo?bar",
                "/ /",
                "// /",
                "/. /",
                "/./ /",
            })
    void canonicalisesByTheSpecification(String raw, String canonical) {
        assertEquals(canonical, RequestPath.canonical(raw));
    }

    @Test
    void decodesBlanks() {
        assertEquals("/foo bar", RequestPath.canonical("/foo%20bar"));
        assertEquals("/foo ", RequestPath.canonical("/foo%20"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "foo/bar",
                "foo/bar/",
                "./foo/bar/",
                "%2e/foo/bar/",
                "../foo/bar/",
                ".%2e/foo/bar/",
                ";/foo/bar/",
                "*",
                "h:80",
                "http://evil/foo",
                "?q",
                "#f",
                "/#f",
                "/foo/bar#f",
                "/foo/bar;#f",
                "/foo?bar",
                "/foo%00/bar/",
                "/foo%7Fbar",
                "/foo%2Fbar",
                "/foo%2fbar",
                "/foo%2Fb%25r",
                "/foo\\bar",
                "/foo%5Cbar",
                "/foo%5cbar",
                "/foo;%2F/bar",
                "/foo;a%5Cb/bar",
                "/foo/%2e/bar",
                "/foo/.;/bar",
                "/foo/%2e;/bar",
                "/foo/.%2Fbar",
                "/foo/.%5Cbar",
                "/foo/bar/.;",
                "/foo/../../bar",
                "/../foo/bar",
                "/foo/%2e%2E/bar",
                "/foo/%2e%2e/%2E%2E/bar",
                "/foo/..;/bar",
                "/foo/%2e%2E;/bar",
                "/foo/..%2Fbar",
                "/foo/..%5Cbar",
                "/foo/bar/..;",
                "/;/foo;/;/bar/;/;",
                "/foo/;/../bar",
                "/foo%E2%82",
                "/foo%E2%82bar",
                "/foo%-1/bar",
                "/foo%XX/bar",
                "/foo%/bar",
                "/foo/bar%0",
                "/good%20/bad%/%20mix%",
                "/;/",
                "/..",
                "/../",
                "/foo\nbar",
                "/foo%0abar",
                "/foo%c0%af",
                "/foo%ed%a0%80",
                "/foo\u0085",
                "/foo%c2%85",
                "/foo%\uff11\uff12"
            })
    void refusesWhatTheSpecificationCallsSuspicious(String raw) {
        assertNull(RequestPath.canonical(raw));
    }

    @ParameterizedTest
    @DisplayName("PA-06 refuses what is encoded twice")
    @ValueSource(strings = {"/public/%252e%252e/admin/x", "/a%252Fb", "/a%2500", "/%2525"})
    void refusesWhatIsEncodedTwice(String raw) {
        assertNull(RequestPath.canonical(raw));
    }

    @ParameterizedTest(name = "{0} below {1}, container says {2} + {3}")
    @CsvSource(
            nullValues = "null",
            value = {
                "/app/admin/x, /app, /admin, /x, /admin/x",
                "/app, /app, '', null, ''",
                "/app/, /app, /, null, /",
                "/%61pp/x, /app, '', /x, /x",
                "/app/x, /%61pp, '', /x, /x",
                "/admin/x, '', /admin/x, null, /admin/x",
                "/admin/x, null, null, /admin/x, /admin/x",
                "/dir/, '', /dir/index.html, null, /dir/index.html",
                "/dir/, '', /dir/sub/index.html, null, null",
                "/dir, '', /dir/index.html, null, null",
                "/app/public/../admin/x, /app, '', /public/../admin/x, null",
                "/app/public/../admin/x, /app, '', /admin/x, null",
                "/admin/../public/x, '', '', /public/x, null",
                "/public/./x, '', '', /public/x, null",
                "/public/x/., '', '', /public/x, null",
                "/x/.., '', '', /, null",
                "//public/x, '', '', /public/x, null",
                "/public//x, '', '', /public/x, null",
                "/public/x//, '', '', /public/x/, null",
                "/public/.x/..y/.../z., '', '', /public/.x/..y/.../z., /public/.x/..y/.../z.",
                "/public/..;/admin/x, '', /admin/x, null, null",
                "/apple/x, /app, '', /x, null",
                "/x, /app, '', /x, null",
                "/app/x, /app, '', /y, null",
                "/app/xy, /app, /x, /y, null",
                "null, /app, '', /x, null"
            })
    void acceptsOnlyWhatTheContainerReadInTheSameWay(
            String uri, String contextPath, String servletPath, String pathInfo, String expected) {
        assertEquals(expected, RequestPath.of(uri, contextPath, servletPath, pathInfo));
    }

    /** An oracle: what is canonical stays as it is when written down again and read once more. */
    @Test
    void canonicalPathIsItsOwnCanonicalForm() {
        long seed = 20261123;
        Random random = new Random(seed);
        String[] parts = {"/", "a", ".", "..", ";", "%2e", "%20", "%", "b", "\\", "%2f", "//", "é", "~", "%c3%a9"};
        for (int i = 0; i < 50_000; i++) {
            StringBuilder raw = new StringBuilder("/");
            for (int n = random.nextInt(8); n > 0; n--) {
                raw.append(parts[random.nextInt(parts.length)]);
            }
            String canonical = RequestPath.canonical(raw.toString());
            if (canonical != null) {
                String again = canonical.replace("%", "%25").replace(";", "%3b");
                assertEquals(canonical, RequestPath.canonical(again), "seed " + seed + ", raw " + raw);
            }
        }
    }
}
