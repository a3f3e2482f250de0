package io.keyward.servlet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.keyward.servlet.KeyReader.Credential;
import io.keyward.servlet.KeyReader.None;
import io.keyward.servlet.KeyReader.One;
import io.keyward.servlet.KeyReader.Unusable;
import java.lang.reflect.Array;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class KeyReaderTest {
    private final KeyReader reader = KeyReader.of(KeySources.header("X-Api-Key"), KeySources.authorization("Bearer"));

    private Credential read(Map<String, List<String>> headers) {
        return reader.read(headers::get);
    }

    @Test
    void readsTheOneCredential() {
        Credential credential = read(Map.of("Authorization", List.of("bearer some-text")));
        assertEquals("some-text", ((One) credential).reveal());
        assertFalse(credential.toString().contains("some-text"));
    }

    @Test
    void findsNone() {
        assertEquals(None.INSTANCE, read(Map.of("Authorization", List.of("Basic Zm9v"))));
    }

    @Test
    void saysWhatIsUnusable() {
        assertEquals(
                new Unusable(true, "more than one credential: header X-Api-Key, header X-Api-Key"),
                read(Map.of("X-Api-Key", List.of("a", "a"))));
        assertEquals(
                new Unusable(true, "more than one credential: header X-Api-Key, Authorization Bearer"),
                read(Map.of("X-Api-Key", List.of("a"), "Authorization", List.of("bearer a"))));
        assertEquals(
                new Unusable(false, "credentials of a wrong form: Authorization Bearer (of a wrong form)"),
                read(Map.of("Authorization", List.of("Bearer a b"))));
        assertThrows(IllegalArgumentException.class, () -> KeyReader.of());
    }

    @Test
    void listsTheValuesOfAnEnumeration() {
        assertEquals(List.of(), KeyReader.values(null));
        for (List<String> values : List.of(List.<String>of(), List.of("a"), List.of("a", "b", "a"))) {
            assertEquals(values, KeyReader.values(Collections.enumeration(values)));
        }
    }

    @Test
    @DisplayName("issue 17, item 13: the second credential is named, with its place and kind, and never its text")
    void namesTheSecondCredential() {
        String jwt = "eyJhbGciOiJIUzI1NiJ9.e30.c2lnbmF0dXJl";
        for (Map.Entry<String, String> second : Map.of(
                        "Bearer",
                        "Authorization Bearer (empty)",
                        "Bearer " + jwt,
                        "Authorization Bearer (a JSON Web Token)",
                        "Bearer a, b",
                        "Authorization Bearer (of a wrong form)",
                        "Bearer other",
                        "Authorization Bearer")
                .entrySet()) {
            assertEquals(
                    new Unusable(true, "more than one credential: header X-Api-Key, " + second.getValue()),
                    read(Map.of("X-Api-Key", List.of("a"), "Authorization", List.of(second.getKey()))));
        }
        assertEquals(
                new Unusable(
                        true,
                        "more than one credential: header X-Api-Key (empty), header X-Api-Key, header X-Api-Key"
                                + " (empty), header X-Api-Key and 96 more"),
                reader.read(name -> name.equals("X-Api-Key")
                        ? Stream.concat(Stream.of("", "a", " "), Collections.nCopies(97, "b").stream())
                                .toList()
                        : null));
    }

    @Test
    void refusesTwoSourcesOfOnePlace() {
        assertThrows(
                IllegalArgumentException.class,
                () -> KeyReader.of(KeySources.header("X-Api-Key"), KeySources.header("x-api-key")));
    }

    /** The classes of the module and of java.base only: whatever needs a servlet class fails to load. */
    @Test
    void needsNoServletClass() throws Exception {
        URL module = KeyReader.class.getProtectionDomain().getCodeSource().getLocation();
        try (URLClassLoader alone = new URLClassLoader(new URL[] {module}, null)) {
            assertThrows(ClassNotFoundException.class, () -> alone.loadClass("jakarta.servlet.Filter"));
            Class<?> sources = alone.loadClass("io.keyward.servlet.KeySources");
            Class<?> source = alone.loadClass("io.keyward.servlet.KeySource");
            Object array = Array.newInstance(source, 2);
            Array.set(array, 0, sources.getMethod("header", String.class).invoke(null, "X-Api-Key"));
            Array.set(
                    array,
                    1,
                    sources.getMethod("authorization", String.class, String[].class)
                            .invoke(null, "Bearer", new String[0]));
            Class<?> type = alone.loadClass("io.keyward.servlet.KeyReader");
            Object other = type.getMethod("of", array.getClass()).invoke(null, array);
            Function<String, List<String>> headers = name -> name.equals("X-Api-Key") ? List.of("a") : List.of();
            Object credential = type.getMethod("read", Function.class).invoke(other, headers);
            assertEquals("One", credential.toString());
        }
    }

    @Test
    void readsTheQueryWhereASourceDoes() {
        KeyReader query = KeyReader.of(KeySources.queryParameter("api_key"));
        assertEquals("a", ((One) query.read(name -> List.of(), "x=1&api_key=a")).reveal());
    }
}
