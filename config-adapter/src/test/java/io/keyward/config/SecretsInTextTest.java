package io.keyward.config;

import static org.junit.jupiter.api.Assertions.assertFalse;

import io.keyward.testing.ThrowAwayKeys;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds values of the configuration shows none of them in its text. */
class SecretsInTextTest {
    private static final String KEY = ThrowAwayKeys.newKey().reveal();
    private static final Path FILE = Path.of("keys.env");
    private static final Map<String, String> VALUES = Map.of("CLIENT_API_KEYS", KEY);

    static Stream<Object> holders() {
        ByteBuffer content = ByteBuffer.wrap(KEY.getBytes(StandardCharsets.US_ASCII));
        Assignment assignment = new Assignment("CLIENT_API_KEYS", KEY, "keys.env", FILE, 1, 0);
        return Stream.of(
                assignment,
                new KeyDefinition.ListItem(assignment, List.of(KEY), 0, KEY),
                new KeyFileAccess(FILE, Set.of("client"), VALUES, content, false, false),
                new Options(
                        FILE,
                        content,
                        FILE.resolveSibling(""),
                        List.of(),
                        null,
                        null,
                        InstantSource.system(),
                        false,
                        VALUES,
                        VALUES,
                        SecretsInTextTest.class.getClassLoader(),
                        null,
                        false,
                        false));
    }

    @ParameterizedTest
    @MethodSource("holders")
    @DisplayName("G4 no key is in the text of what holds one")
    void showsNoKey(Object holder) {
        assertFalse(holder.toString().contains(KEY));
    }
}
