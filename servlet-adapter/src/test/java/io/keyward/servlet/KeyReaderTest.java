package io.keyward.servlet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.keyward.servlet.KeyReader.Credential;
import io.keyward.servlet.KeyReader.None;
import io.keyward.servlet.KeyReader.One;
import io.keyward.servlet.KeyReader.Unusable;
import java.util.List;
import java.util.Map;
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
    void tellsWhatIsUnusable() {
        assertEquals(new Unusable(true), read(Map.of("X-Api-Key", List.of("a", "a"))));
        assertEquals(new Unusable(true), read(Map.of("X-Api-Key", List.of("a"), "Authorization", List.of("Bearer a"))));
        assertEquals(new Unusable(false), read(Map.of("Authorization", List.of("Bearer a b"))));
        assertThrows(IllegalArgumentException.class, () -> KeyReader.of());
    }

    @Test
    void readsTheQueryWhereASourceDoes() {
        KeyReader query = KeyReader.of(KeySources.queryParameter("api_key"));
        assertEquals("a", ((One) query.read(name -> List.of(), "x=1&api_key=a")).reveal());
    }
}
