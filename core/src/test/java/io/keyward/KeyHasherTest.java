package io.keyward;

import static io.keyward.TestKeys.newKey;
import static io.keyward.TestKeys.ringOf;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.security.MessageDigest;
import java.security.Provider;
import java.security.ProviderException;
import java.security.Security;
import java.util.Arrays;
import java.util.HexFormat;
import javax.crypto.Mac;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KeyHasherTest {
    private static final HexFormat HEX = HexFormat.of();

    @ParameterizedTest
    @DisplayName("AP-13 SHA-256 vectors of FIPS 180-4")
    @CsvSource({
        "'', e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "abc, ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq,"
                + " 248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
    })
    void hashesVectorsOfFips180(String text, String expected) {
        assertEquals(expected, hashOf(KeyHasher.sha256(), text.getBytes(US_ASCII)));
    }

    @Test
    @DisplayName("AP-13 SHA-256 of a million a's")
    void hashesLongVectorOfFips180() {
        MessageDigest engine = (MessageDigest) KeyHasher.sha256().newEngine();
        byte[] thousand = "a".repeat(1_000).getBytes(US_ASCII);
        for (int i = 0; i < 1_000; i++) {
            engine.update(thousand);
        }
        assertEquals(
                "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0", HEX.formatHex(engine.digest()));
    }

    /** RFC 4231, test cases 6 and 7. */
    @ParameterizedTest
    @DisplayName("HMAC-SHA-256 vectors of RFC 4231 with keys as long as a pepper")
    @CsvSource({
        "131, 54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a65204b6579202d2048617368204b6579204669727374,"
                + " 60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
        "131, 5468697320697320612074657374207573696e672061206c6172676572207468616e20626c6f636b2d73697a65206b65792061"
                + "6e642061206c6172676572207468616e20626c6f636b2d73697a6520646174612e20546865206b6579206e656564732074"
                + "6f20626520686173686564206265666f7265206265696e6720757365642062792074686520484d414320616c676f726974"
                + "686d2e, 9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2",
    })
    void hashesVectorsOfRfc4231(int keyLength, String data, String expected) {
        byte[] pepper = new byte[keyLength];
        Arrays.fill(pepper, (byte) 0xaa);
        assertEquals(expected, hashOf(KeyHasher.hmacSha256("p", pepper), HEX.parseHex(data)));
    }

    /** RFC 4231, test cases 1 and 2. */
    @ParameterizedTest
    @DisplayName("HMAC-SHA-256 vectors of RFC 4231 with shorter keys, which a zero-padded pepper equals")
    @CsvSource({
        "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b, 4869205468657265,"
                + " b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
        "4a656665, 7768617420646f2079612077616e7420666f72206e6f7468696e673f,"
                + " 5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
    })
    void hashesShortVectorsOfRfc4231(String key, String data, String expected) {
        // HMAC pads its key with zeros to a block, RFC 2104
        byte[] pepper = Arrays.copyOf(HEX.parseHex(key), 64);
        assertEquals(expected, hashOf(KeyHasher.hmacSha256("p", pepper), HEX.parseHex(data)));
    }

    private static String hashOf(KeyHasher hasher, byte[] text) {
        byte[] bytes = new byte[EnginePool.TEXT + ApiKey.MAX_LENGTH];
        System.arraycopy(text, 0, bytes, EnginePool.TEXT, text.length);
        hasher.digest(hasher.newEngine(), bytes, text.length);
        return HEX.formatHex(bytes, EnginePool.RESULT, EnginePool.RESULT + EnginePool.RESULT_LENGTH);
    }

    @Test
    void agreesWithThePlatformForEachLength() throws Exception {
        MessageDigest platform = MessageDigest.getInstance("SHA-256");
        for (int length = 16; length <= 256; length++) {
            String text = "k".repeat(length);
            assertEquals(
                    "sha256:" + HEX.formatHex(platform.digest(text.getBytes(US_ASCII))),
                    TestKeys.SHA256.hash(ApiKey.of(text)).reveal());
        }
    }

    @Test
    void keepsPinnedHashTexts() {
        ApiKey deadKey = ApiKey.of("x".repeat(16));
        assertEquals(
                "sha256:9c5729595fb287cc2a2256280448bbe706c0a866f0372515c7483de2af4e6532",
                TestKeys.SHA256.hash(deadKey).reveal());
        assertEquals(
                "hmac-sha256:p1:f269ce5c743399e29f01a0477acd5dcd4a3a0fecfa81dbd0480090e46b5c9a8a",
                KeyHasher.hmacSha256("p1", new byte[32]).hash(deadKey).reveal());
    }

    @Nested
    class Peppers {
        @Test
        @DisplayName("AP-03 a pepper changed after it was given has no effect")
        void copiesPepper() {
            byte[] pepper = new byte[32];
            KeyHasher hasher = KeyHasher.hmacSha256("p", pepper);
            ApiKey key = newKey();
            KeyHash before = hasher.hash(key);
            Arrays.fill(pepper, (byte) 1);
            assertEquals(before, hasher.hash(key));
            assertNotEquals(before, KeyHasher.hmacSha256("p", pepper).hash(key));
        }

        @ParameterizedTest
        @ValueSource(strings = {"", "P", "_a", "-a", "a b", "a:b", "ä", "a\n"})
        void refusesIdOfAnotherForm(String id) {
            assertThrows(IllegalArgumentException.class, () -> KeyHasher.hmacSha256(id, new byte[32]));
        }

        @Test
        void refusesShortPepperWithoutShowingIt() {
            IllegalArgumentException e =
                    assertThrows(IllegalArgumentException.class, () -> KeyHasher.hmacSha256("p", new byte[31]));
            assertEquals("pepper `p` has 31 bytes, fewer than 32", e.getMessage());
            assertEquals(
                    "KeyHasher[hmac-sha256:p]",
                    KeyHasher.hmacSha256("p", new byte[32]).toString());
        }
    }

    @Nested
    class Failures {
        @Test
        @DisplayName("G1, G14 after a failure of the provider the next verification on that thread is right")
        void isRightAgainAfterAFailureOfTheProvider() {
            FailingProvider.install();
            try {
                ApiKey key = newKey();
                ApiKeyVerifier verifier = ApiKeyVerifier.of(ringOf(key));
                assertTrue(verifier.verify(key.reveal()).isAccepted());
                for (Throwable failure : new Throwable[] {
                    new ProviderException("token removed"), new IllegalStateException("x"), new StackOverflowError()
                }) {
                    for (int step = 1; step <= 2; step++) {
                        FailingProvider.failAt(step, failure);
                        assertEquals(failure, assertThrows(failure.getClass(), () -> verifier.verify(key.reveal())));
                        assertTrue(verifier.verify(key.reveal()).isAccepted());
                        assertTrue(!verifier.verify(newKey().reveal()).isAccepted());
                    }
                }
            } finally {
                FailingProvider.remove();
            }
        }

        @Test
        @DisplayName("G14 running out of stack anywhere in a verification spoils none that comes after")
        void isRightAgainAfterRunningOutOfStack() throws InterruptedException {
            ApiKey key = newKey();
            String text = key.reveal();
            ApiKeyVerifier verifier = ApiKeyVerifier.of(ringOf(key));
            int[] overflows = {0};
            int[] wrong = {0};
            Thread thread = new Thread(
                    null,
                    () -> {
                        for (int round = 0; round < 200; round++) {
                            overflows[0] += dive(verifier, text);
                            wrong[0] += verifier.verify(text).isAccepted() ? 0 : 1;
                        }
                    },
                    "diver",
                    256 * 1024);
            thread.start();
            thread.join();
            assertTrue(overflows[0] > 0, "the stack never ran out");
            assertEquals(0, wrong[0]);
        }

        /** Verifies at each depth until the stack ends; an answer that comes must be right. */
        @SuppressWarnings("InfiniteRecursion") // until the stack ends, which is the point
        private int dive(ApiKeyVerifier verifier, String text) {
            try {
                if (!verifier.verify(text).isAccepted()) {
                    throw new AssertionError("a valid key was refused");
                }
                return dive(verifier, text);
            } catch (StackOverflowError end) {
                return 1;
            }
        }

        @Test
        void saysThatNoProviderHasTheHash() {
            Provider[] all = Security.getProviders();
            KeyHasher sha256 = KeyHasher.sha256();
            KeyHasher hmac = KeyHasher.hmacSha256("p", new byte[32]);
            ApiKey key = newKey();
            for (Provider provider : all) {
                Security.removeProvider(provider.getName());
            }
            try {
                assertThrows(ProviderException.class, () -> sha256.hash(key));
                assertThrows(ProviderException.class, () -> hmac.hash(key));
            } finally {
                for (Provider provider : all) {
                    Security.addProvider(provider);
                }
            }
            assertEquals(sha256.hash(key), TestKeys.SHA256.hash(key));
        }
    }

    @Test
    @DisplayName("a provider that is asked first is used, as a FIPS provider would be")
    void usesTheProviderThatHasPrecedence() throws Exception {
        CountingProvider.install();
        try {
            long before = CountingProvider.digests();
            KeyHasher.sha256().hash(newKey());
            assertEquals(before + 1, CountingProvider.digests());
            assertEquals("SunJCE", Mac.getInstance("HmacSHA256").getProvider().getName());
        } finally {
            CountingProvider.remove();
        }
    }
}
