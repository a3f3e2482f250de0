package io.keyward.cli.terminal;

import static java.nio.charset.StandardCharsets.UTF_16BE;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.keyward.cli.Holder;
import io.keyward.cli.Outcome;
import io.keyward.testing.ThrowAwayKeys;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * BR-36 and BR-41: what comes along with a key is recognised by every command that asks for one, and nothing is stored.
 */
class PastedKeyTest {
    private static final String KEY = ThrowAwayKeys.newKey().reveal();
    private static final String FOREIGN = "made_elsewhere_0123";

    @TempDir
    private Path home;

    static Stream<Arguments> pasted() {
        return Stream.of(
                Arguments.of("API_KEY=%s", "API_KEY="),
                Arguments.of("export API_KEY=%s", "API_KEY="),
                Arguments.of("api_key = \"%s\"", "API_KEY="),
                Arguments.of("CLIENT=%s", "API_KEY="),
                Arguments.of("$env:API_KEY='%s'", "API_KEY="),
                Arguments.of("X-Api-Key: %s", "header"),
                Arguments.of("X-Api-Key:%s", "header"),
                Arguments.of("Bearer %s", "scheme"),
                Arguments.of("apikey  %s", "scheme"),
                Arguments.of("Authorization: Bearer %s", "header"),
                Arguments.of("\"%s\"", "quotes"),
                Arguments.of("'%s'", "quotes"),
                Arguments.of("\u201c%s\u201d", "quotes"),
                Arguments.of("{\"key\":\"%s\"}", "JSON"),
                Arguments.of("https://example.com/?key=%s", "URL"),
                Arguments.of(" %s", "blanks"),
                Arguments.of("%s\t", "blanks"),
                Arguments.of("\u00a0%s", "blanks"),
                Arguments.of("%s\u200b", "blanks"),
                Arguments.of("\uFEFF%s", "byte-order mark"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("pasted")
    @DisplayName("BR-36 says what comes along with a key, and stores nothing")
    void saysWhatComesAlong(String template, String said) {
        Holder holder = new Holder(home);
        for (String key : new String[] {KEY, FOREIGN}) {
            String found = PastedKey.surroundingsOf(template.replace("%s", key)).orElse("");
            assertTrue(found.contains(said), found);
        }
        for (String command : new String[] {"login", "hash", "check"}) {
            Outcome outcome = holder.gives(template.replace("%s", KEY) + "\r\n", command);

            assertEquals(1, outcome.exitCode(), command);
            assertTrue(outcome.err().contains(said), () -> command + ": " + outcome.err());
            assertEquals("", outcome.out());
            assertFalse(outcome.err().contains(KEY.substring(8)), "echoes the key");
        }
        assertFalse(Files.exists(home.resolve(".config")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"**%s**", "*%s*", "_%s_", "%s.", "%s,", "<%s>", "(%s)", "> %s", "key-%s", "%s%s", "\u2013%s"})
    @DisplayName("BR-36 finds an issued key in other characters, as of a chat or a mail")
    void findsAnIssuedKeyInOtherCharacters(String template) {
        String text = template.replace("%s", KEY);

        assertTrue(PastedKey.surroundingsOf(text).orElse("").contains("copy the key alone"), template);
        for (String command : new String[] {"login", "hash", "check"}) {
            Outcome outcome = new Holder(home).gives(text + "\n", command);

            assertEquals(1, outcome.exitCode(), command);
            assertFalse(outcome.err().contains(KEY.substring(8)), "echoes the key");
        }
        assertFalse(Files.exists(home.resolve(".config")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\u00ad", "\u200b", "\u2011", "=", " ", "."})
    @DisplayName("BR-36 says that a character got into an issued key, which may be an invisible one")
    void saysThatACharacterGotIntoTheKey(String character) {
        String text = KEY.substring(0, 20) + character + KEY.substring(20);

        Outcome outcome = new Holder(home).gives(text + "\n", "check");

        assertEquals(1, outcome.exitCode());
        assertTrue(outcome.err().contains("a character at position 21"), outcome.err());
        assertFalse(outcome.err().contains(KEY.substring(8)), "echoes the key");
    }

    @Test
    @DisplayName("BR-36 says that a keyboard made the first letter a capital")
    void saysThatALetterIsACapital() {
        String first = KEY.substring(0, 1).toUpperCase(Locale.ROOT) + KEY.substring(1);
        String beginning = KEY.substring(0, 12).toUpperCase(Locale.ROOT) + KEY.substring(12);

        for (String text : new String[] {first, beginning}) {
            assertTrue(PastedKey.surroundingsOf(text).orElse("").contains("capital letter"), "not found");
            assertEquals(1, new Holder(home).gives(text + "\n", "hash").exitCode());
        }
    }

    static Stream<byte[]> encodings() {
        return Stream.of(
                ("\uFEFF" + KEY + "\r\n").getBytes(UTF_16LE),
                ("\uFEFF" + KEY + "\r\n").getBytes(UTF_16BE),
                (KEY + "\r\n").getBytes(UTF_16LE),
                ("\uFEFF" + FOREIGN).getBytes(UTF_16LE));
    }

    @ParameterizedTest
    @MethodSource("encodings")
    @DisplayName("BR-41 says that what PowerShell wrote is UTF-16")
    void saysThatTheInputIsUtf16(byte[] input) {
        for (String command : new String[] {"hash", "check"}) {
            Outcome outcome = Outcome.reading(input, command);

            assertEquals(1, outcome.exitCode(), command);
            assertTrue(outcome.err().contains("save it as UTF-8"), outcome.err());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "user:secret_of_sixteen_0",
                "c2VjcmV0LXNlY3JldC1zZWNyZXQ=",
                "c2VjcmV0LXNlY3JldC1zZWNyZQ==",
                "abc=defghijklmnopqrstuvw",
                "key:short",
                "made_elsewhere_0123",
                "Made_Elsewhere_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefgh",
                "*made_elsewhere_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefgh*"
            })
    void takesKeysMadeElsewhereAsTheyAre(String key) {
        assertEquals(Optional.empty(), PastedKey.surroundingsOf(KEY));
        assertEquals(Optional.empty(), PastedKey.surroundingsOf(key));
        assertEquals(Optional.empty(), PastedKey.encodingOf(key.getBytes(UTF_8)));
    }
}
