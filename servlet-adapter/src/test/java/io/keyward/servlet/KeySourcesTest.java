package io.keyward.servlet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KeySourcesTest {
    private static final KeySource AUTHORIZATION = KeySources.authorization("ApiKey", "Bearer");

    private static Credentials collect(KeySource source, FakeRequest request) {
        Credentials presented = new Credentials();
        source.collect(
                name -> java.util.Collections.list(request.asRequest().getHeaders(name)), request.query, presented);
        return presented;
    }

    private static Credentials authorization(String value) {
        return collect(AUTHORIZATION, new FakeRequest("/").header("Authorization", value));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ApiKey some-key_0123456789",
                "apikey some-key_0123456789",
                "APIKEY some-key_0123456789",
                "Bearer some-key_0123456789",
                "bEARER    some-key_0123456789"
            })
    void readsOneKeyAfterTheScheme(String value) {
        Credentials presented = authorization(value);
        assertTrue(presented.isSingle());
        assertEquals("some-key_0123456789", presented.text());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ApiKey",
                "ApiKey ",
                "ApiKey k extra",
                "ApiKey k, Bearer l",
                "ApiKey k,",
                "ApiKey realm=\"x\"",
                "ApiKey k\u00a0",
                "ApiKey k\t",
                "ApiKey \tk",
                "ApiKey \u0142",
                "ApiKey k\u007f"
            })
    void countsWhatFollowsTheSchemeInAnyOtherFormAsMalformed(String value) {
        Credentials presented = authorization(value);
        assertFalse(presented.isSingle());
        assertFalse(presented.isNothing());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "some-key",
                "Basic Zm9vOmJhcg==",
                "ApiKeys k",
                "ApiKeyk",
                "ApiKey\tk",
                "\u0130piKey k",
                "Ap\u0131Key k",
                "Api\u212aey k",
                " ApiKey k"
            })
    void takesOtherSchemesForNoCredential(String value) {
        assertTrue(authorization(value).isNothing());
    }

    @Test
    void countsEveryValueOfAHeader() {
        FakeRequest request = new FakeRequest("/").header("X-Api-Key", "one", "two");
        assertTrue(collect(KeySources.header("x-api-key"), request).isSeveral());
        assertTrue(collect(KeySources.header("x-api-key"), new FakeRequest("/")).isNothing());
    }

    @Test
    void takesAnEmptyHeaderForACredential() {
        assertFalse(collect(KeySources.header("X-Api-Key"), new FakeRequest("/").header("X-Api-Key", ""))
                .isNothing());
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            nullValues = "null",
            value = {
                "api_key=abc, 1, abc",
                "a=b&api_key=abc&c=d, 1, abc",
                "api%5Fkey=a%62c, 1, abc",
                "api_key=, 1, ''",
                "api_key=a+c, 1, a c",
                "api_key=a&api_key=b, 2, null",
                "api_key=a&api%5fkey=b, 2, null",
                "api_key[]=a, 0, null",
                "API_KEY=a, 0, null",
                "api_key;x=a, 0, null",
                "a=b?api_key=a, 0, null"
            })
    @DisplayName("HD-11, HD-12 reads the raw query")
    void readsTheRawQuery(String query, int count, String text) {
        FakeRequest request = new FakeRequest("/");
        request.query = query;
        Credentials presented = collect(KeySources.queryParameter("api_key"), request);
        assertEquals(count == 0, presented.isNothing());
        assertEquals(count == 2, presented.isSeveral());
        if (count == 1) {
            assertEquals(text, presented.text());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"api_key", "api_key=%", "api_key=%zz", "api_key=%c3%a9", "api_key=a%2"})
    void countsABadlyEncodedParameterAsMalformed(String query) {
        FakeRequest request = new FakeRequest("/");
        request.query = query;
        Credentials presented = collect(KeySources.queryParameter("api_key"), request);
        assertFalse(presented.isNothing());
        assertFalse(presented.isSingle());
    }

    @Test
    void readsACookieByItsExactName() {
        KeySource source = KeySources.cookie("key");
        assertEquals(
                "abc",
                collect(source, new FakeRequest("/").header("Cookie", "a=b; key=abc; KEY=x"))
                        .text());
        assertTrue(collect(source, new FakeRequest("/").header("Cookie", "key=a; key=b"))
                .isSeveral());
        assertTrue(collect(source, new FakeRequest("/").header("Cookie", "key=a", "key=b"))
                .isSeveral());
        assertFalse(collect(source, new FakeRequest("/").header("Cookie", "key=\"a\""))
                .isSingle());
        assertTrue(collect(source, new FakeRequest("/").header("Cookie", "monkey=a"))
                .isNothing());
    }

    @Test
    void leavesTheApplicationWhatIsNotAKey() {
        assertEquals(List.of("Basic Zm9v"), AUTHORIZATION.visible(List.of("Basic Zm9v", "ApiKey k", "loose-key")));
        assertEquals(List.of(), AUTHORIZATION.visible(List.of("Basic Zm9v, apikey k", "ApiKey\tk", "ApiKeyk")));
        assertEquals(List.of("a=b; c=d"), KeySources.cookie("key").visible(List.of("a=b; key=x; c=d", "key=y")));
        assertEquals(List.of(), KeySources.header("X-Api-Key").visible(List.of("k")));
        assertEquals("a=b&c=d", QueryText.without("a=b&api%5fkey=k&c=d&api_key=l", "api_key"));
        assertEquals(null, QueryText.without("api_key=k", "api_key"));
    }

    @ParameterizedTest
    @DisplayName("CF-24 refuses names that are no names")
    @ValueSource(strings = {"X-API-Key\r\nX: 1", "", "X API", "X:", "Schl\u00fcssel", "Authorization", "cookie"})
    void refusesHeaderNamesThatAreNoNames(String name) {
        assertThrows(IllegalArgumentException.class, () -> KeySources.header(name));
    }

    @Test
    void refusesSchemesAndParametersThatAreNoNames() {
        assertThrows(IllegalArgumentException.class, () -> KeySources.authorization("Api Key"));
        assertThrows(IllegalArgumentException.class, () -> KeySources.authorization("Basic"));
        assertThrows(IllegalArgumentException.class, () -> KeySources.queryParameter("api_key[]"));
        assertThrows(IllegalArgumentException.class, () -> KeySources.cookie("a=b"));
    }

    @Test
    void refusesTwoSourcesOfOnePlace() {
        ApiKeyFilter.Builder builder = ApiKeyFilter.builder();
        assertThrows(
                IllegalArgumentException.class,
                () -> builder.sources(KeySources.header("X-Key"), KeySources.header("x-key")));
        assertThrows(
                IllegalArgumentException.class,
                () -> builder.sources(KeySources.authorization("Token", "Bearer"), KeySources.authorization("bearer")));
        assertThrows(
                IllegalArgumentException.class,
                () -> builder.sources(KeySources.queryParameter("k"), KeySources.queryParameter("k")));
        assertThrows(
                IllegalArgumentException.class, () -> builder.sources(KeySources.cookie("k"), KeySources.cookie("k")));
        assertThrows(IllegalArgumentException.class, () -> builder.sources());
        builder.sources(KeySources.header("k"), KeySources.cookie("k"), KeySources.queryParameter("k"));
    }
}
