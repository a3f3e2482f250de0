package io.keyward;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Locale;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class KeyHashTest {
    /** FIPS 180-4: SHA-256 of {@code abc}, which is too short to be a key. */
    private static final String ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    @ParameterizedTest
    @ValueSource(strings = {"sha256:" + ABC, "hmac-sha256:p1:" + ABC, "hmac-sha256:0_-z:" + ABC})
    void printsWhatItRead(String text) {
        assertEquals(text, KeyHash.parse(text).reveal());
        assertEquals(
                text.substring(0, text.lastIndexOf(':')), KeyHash.parse(text).scheme());
    }

    @Test
    void printsWhatWasRandomlyMade() {
        for (int i = 0; i < 1_000; i++) {
            KeyHash hash = TestKeys.SHA256.hash(TestKeys.newKey());
            assertEquals(hash, KeyHash.parse(hash.reveal()));
        }
        KeyHash sparse = new KeyHash("sha256", 1, 0, -1, 0xffL);
        assertEquals("sha256:000000000000000100000000000000" + "00ffffffffffffffff00000000000000ff", sparse.reveal());
    }

    @Test
    void takesBareDigitsAsSha256() {
        assertEquals(KeyHash.parse("sha256:" + ABC), KeyHash.parse(ABC));
    }

    @Test
    @DisplayName("CF-16 upper-case digits work the same")
    void takesDigitsOfEitherCase() {
        assertEquals(KeyHash.parse(ABC), KeyHash.parse(ABC.toUpperCase(Locale.ROOT)));
    }

    static String[] refused() {
        return new String[] {
            "",
            "sha256:",
            "sha256:" + ABC.substring(1),
            "sha256:" + ABC + "0",
            "sha256:0x" + ABC.substring(2),
            "sha256:g" + ABC.substring(1),
            "sha256:" + ABC + "\n",
            " sha256:" + ABC,
            "SHA256:" + ABC,
            "sha-256:" + ABC,
            "md5:" + ABC,
            "sha1:" + ABC,
            "plain:" + ABC,
            "sha256:p1:" + ABC,
            "hmac-sha256:" + ABC,
            "hmac-sha256::" + ABC,
            "hmac-sha256:P:" + ABC,
            "hmac-sha256:-a:" + ABC,
            "hmac-sha256:" + "a".repeat(33) + ":" + ABC,
            "sha256:\uff10" + ABC.substring(1),
            "sha256:" + "0".repeat(64),
            "hmac-sha256:p1:" + "0".repeat(64),
            // CF-12: of the empty string
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "sha256:E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855",
        };
    }

    @ParameterizedTest
    @MethodSource("refused")
    @DisplayName("CF-12, CF-15, CF-17, LE-04 other texts are refused without a word of them in the message")
    void refusesOtherTextWithoutEchoingIt(String text) {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> KeyHash.parse(text));
        for (int i = 0; i + 12 <= text.length(); i++) {
            String piece = text.substring(i, i + 12);
            assertFalse(
                    e.getMessage().contains(piece) && !piece.startsWith("hmac-sha256"),
                    "message holds part of the text");
        }
    }

    @Test
    @DisplayName("AP-05 hashes are equal by scheme and all 32 bytes")
    void isEqualByContent() {
        KeyHash hash = KeyHash.parse(ABC);
        assertEquals(hash, KeyHash.parse(ABC));
        assertEquals(hash.hashCode(), KeyHash.parse(ABC).hashCode());
        assertNotEquals(hash, KeyHash.parse("hmac-sha256:p1:" + ABC));
        assertNotEquals(hash, null);
        assertNotEquals(hash, ABC);
        for (int bit = 0; bit < 256; bit++) {
            long[] words = {hash.word0, hash.word1, hash.word2, hash.word3};
            words[bit / 64] ^= 1L << (bit % 64);
            assertNotEquals(hash, new KeyHash("sha256", words[0], words[1], words[2], words[3]), "bit " + bit);
        }
    }

    @Test
    void namesItsTypeOnly() {
        assertEquals("KeyHash", KeyHash.parse(ABC).toString());
        assertTrue(HashedSecret.of(KeyHash.parse(ABC)).toString().contains("hash=KeyHash,"));
    }
}
