package io.keyward;

import static io.keyward.TestKeys.FORMAT;
import static io.keyward.TestKeys.newKey;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.keyward.KeyFormat.Flaw;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.zip.CRC32;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KeyFormatTest {
    /** The text format, pinned. A key of nobody: its id and secret are one character each, repeated. */
    private static final String PINNED = "kw_test_00000000" + "A".repeat(30) + "3bj2zV";

    @Nested
    class Prefix {
        @ParameterizedTest
        @ValueSource(strings = {"kw", "a1", "kw_live", "acme_live_eu", "a_1_b", "abcdefghij_123456789"})
        void acceptsLegalPrefix(String prefix) {
            assertEquals(prefix, KeyFormat.of(prefix).prefix());
            ApiKey key = ApiKeyGenerator.of(KeyFormat.of(prefix)).generate();
            assertEquals(Optional.empty(), KeyFormat.of(prefix).flawOf(key.reveal()));
            assertEquals(prefix.length() + 45, key.reveal().length());
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "",
                    "k",
                    "1kw",
                    "_kw",
                    "kw_",
                    "kw__live",
                    "Kw",
                    "kw-live",
                    "kw live",
                    "kw.live",
                    "ключ",
                    "kw_live\n",
                    "abcdefghij_1234567890",
                    "\u212aw",
                    "kı"
                })
        void refusesOtherPrefix(String prefix) {
            IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> KeyFormat.of(prefix));
            assertTrue(e.getMessage().startsWith("key prefix must be 2 to 20 characters"), e.getMessage());
        }
    }

    @Nested
    class Parse {
        @Test
        void keepsPinnedTextFormat() {
            assertEquals(Optional.empty(), FORMAT.flawOf(PINNED));
            assertEquals("00000000", FORMAT.idOf(ApiKey.of(PINNED)));
            assertEquals(PINNED, FORMAT.assemble("00000000", "A".repeat(30)).reveal());
        }

        @Test
        void checkDigitsAreCrc32OfWhatStandsBeforeThem() {
            String text = newKey().reveal();
            CRC32 crc = new CRC32();
            crc.update(text.substring(0, text.length() - 6).getBytes(StandardCharsets.US_ASCII));
            assertEquals(Base62.print(crc.getValue(), 6), text.substring(text.length() - 6));
        }

        @Test
        @DisplayName("AP-09 every key matches the printed expression, has one length and needs no quoting anywhere")
        void everyKeyMatchesRegex() {
            Pattern regex = Pattern.compile(FORMAT.regex());
            for (int i = 0; i < 1_000; i++) {
                String text = newKey().reveal();
                assertTrue(regex.matcher(text).matches());
                assertTrue(text.matches("[A-Za-z0-9_]{52}"));
                assertEquals(FORMAT.length(), text.length());
            }
        }

        @ParameterizedTest
        @DisplayName("AP-10 a prefix with underscores is read by position")
        @ValueSource(strings = {"a_b", "kw_live", "kw_live_0", "a_b_c_d_e_f_g_h_i_j"})
        void readsPrefixWithSeparatorByPosition(String prefix) {
            KeyFormat format = KeyFormat.of(prefix);
            ApiKey key = ApiKeyGenerator.of(format).generate("0123abcz");
            assertEquals("0123abcz", format.idOf(key));
            assertEquals(Optional.of(format), KeyFormat.recognise(key.reveal()));
        }

        @Test
        @DisplayName("AP-11 each single-character change of a key is found offline, and named")
        void findsEachSingleCharacterChange() {
            String text = newKey().reveal();
            for (int i = 0; i < text.length(); i++) {
                for (char c = 0; c < 0x180; c++) {
                    if (c != text.charAt(i)) {
                        String changed = text.substring(0, i) + c + text.substring(i + 1);
                        Optional<Flaw> flaw = FORMAT.flawOf(changed);
                        assertTrue(flaw.isPresent(), "position " + i + ", character " + (int) c);
                        KeyFormatException e = assertThrows(KeyFormatException.class, () -> FORMAT.parse(changed));
                        assertEquals(flaw.get(), e.flaw());
                    }
                }
            }
        }

        @Test
        void findsEachSwapOfNeighbours() {
            String text = newKey().reveal();
            for (int i = 0; i + 1 < text.length(); i++) {
                if (text.charAt(i) != text.charAt(i + 1)) {
                    String swapped = text.substring(0, i) + text.charAt(i + 1) + text.charAt(i) + text.substring(i + 2);
                    assertTrue(FORMAT.flawOf(swapped).isPresent(), "position " + i);
                }
            }
        }

        @Test
        void findsEveryMissingAndEveryDoubledCharacter() {
            String text = newKey().reveal();
            for (int i = 0; i < text.length(); i++) {
                assertTrue(FORMAT.flawOf(text.substring(0, i) + text.substring(i + 1))
                        .isPresent());
                assertTrue(FORMAT.flawOf(text.substring(0, i) + text.charAt(i) + text.substring(i))
                        .isPresent());
                assertTrue(FORMAT.flawOf(text.substring(0, i)).isPresent());
            }
        }

        @ParameterizedTest
        @CsvSource({
            "'', PREFIX",
            "kw_live_000000000000000000000000000000000000000000000000, PREFIX",
            "Kw_test_00000000AAAAAAAAAAAAAAAAAAAAAAAAAAAAAA000000, PREFIX",
            "kw_test, PREFIX",
            "kw_test_, LENGTH",
            "kw_test_00000000AAAAAAAAAAAAAAAAAAAAAAAAAAAAAA00000, LENGTH",
            "'kw_test_00000000AAAAAAAAAAAAAAAAAAAAAAAAAAAAAA000000 ', LENGTH",
            "kw_test_0000000ZAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA000000, ALPHABET",
            "kw_test_00000000AAAAAAAAAAAA_AAAAAAAAAAAAAAAAA000000, ALPHABET",
            "kw_test_00000000AAAAAAAAAAAAÁAAAAAAAAAAAAAAAAA000000, ALPHABET",
            "kw_test_00000000AAAAAAAAAAAAAAAAAAAAAAAAAAAAAA000000, CHECK_DIGITS",
        })
        void namesFlaw(String text, Flaw flaw) {
            assertEquals(Optional.of(flaw), FORMAT.flawOf(text));
        }

        @Test
        void saysInWordsWhatACheckOfTheDigitsFound() {
            String text = PINNED.substring(0, 51) + "0";
            KeyFormatException e = assertThrows(KeyFormatException.class, () -> FORMAT.parse(text));
            assertEquals("key: check digits do not match: a character is wrong or missing", e.getMessage());
        }

        @Test
        void refusesIdOfForeignKey() {
            assertThrows(KeyFormatException.class, () -> FORMAT.idOf(ApiKey.of("somebody.elses.key.0123456789")));
        }
    }

    @Nested
    class Recognise {
        @Test
        void readsPrefixOfIssuedKeyWhateverItsCheckDigits() {
            String text = newKey().reveal();
            assertEquals(Optional.of(FORMAT), KeyFormat.recognise(text));
            assertEquals(Optional.of(FORMAT), KeyFormat.recognise(text.substring(0, 46) + "000000"));
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "",
                    "_",
                    "a_00000000000000000000000000000000000000000000",
                    "1a_00000000000000000000000000000000000000000000",
                    "kw.00000000000000000000000000000000000000000000",
                    "kw__00000000000000000000000000000000000000000000",
                    "abcdefghij_1234567890_00000000000000000000000000000000000000000000"
                })
        void findsNoFormatInOtherText(String text) {
            assertEquals(Optional.empty(), KeyFormat.recognise(text));
        }
    }

    @Nested
    class Regex {
        @Test
        void findsKeyInOtherText() {
            String text = newKey().reveal();
            Pattern regex = Pattern.compile(FORMAT.regex());
            for (String around : new String[] {"%s", "key=%s\n", "\"%s\"", "X-Api-Key: %s;", "<%s>", "/%s/"}) {
                var matcher = regex.matcher(String.format(around, text));
                assertTrue(matcher.find(), around);
                assertEquals(text, matcher.group());
            }
        }

        @Test
        void findsNoPartOfALongerWord() {
            String text = newKey().reveal();
            Pattern regex = Pattern.compile(FORMAT.regex());
            assertFalse(regex.matcher(text + "0").find());
            assertFalse(regex.matcher("x" + text).find());
            assertFalse(regex.matcher("x_" + text).find());
            assertFalse(regex.matcher(text.substring(0, 51)).find());
        }
    }

    @Test
    void formatsAreEqualByPrefix() {
        assertEquals(FORMAT, KeyFormat.of("kw_test"));
        assertEquals(FORMAT.hashCode(), KeyFormat.of("kw_test").hashCode());
        assertNotEquals(FORMAT, KeyFormat.of("kw_live"));
        assertEquals("KeyFormat[kw_test]", FORMAT.toString());
    }
}
