package io.keyward;

import static io.keyward.TestKeys.FORMAT;
import static io.keyward.TestKeys.SHA256;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.keyward.Verification.Accepted;
import java.security.ProviderException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ApiKeyGeneratorTest {
    @Test
    @DisplayName("AP-07 a million keys: distinct, read back, verified, each symbol as likely as the others")
    void aMillionKeysAreDistinctSoundAndEven() {
        int count = TestKeys.full() ? 1_000_000 : 50_000;
        ApiKeyGenerator generator = ApiKeyGenerator.of(FORMAT);
        Set<String> texts = new HashSet<>(count * 2);
        List<ApiKeyRecord> records = new ArrayList<>(count);
        long[][] idSymbols = new long[KeyFormat.ID_LENGTH][128];
        long[][] secretSymbols = new long[KeyFormat.SECRET_LENGTH][128];
        while (texts.size() < count) {
            ApiKey key = FORMAT.parse(generator.generate().reveal());
            String text = key.reveal();
            assertTrue(texts.add(text), "a key came twice");
            tally(idSymbols, text, 8);
            tally(secretSymbols, text, 16);
            // 41 bits of id are not promised to be free; a counter keeps a million of them apart
            records.add(ApiKeyRecord.builder(FORMAT.idOf(key) + "_" + records.size())
                    .hash(SHA256.hash(key))
                    .build());
        }
        assertEven(idSymbols, "0123456789abcdefghijklmnopqrstuvwxyz", count);
        assertEven(secretSymbols, Base62.DIGITS, count);

        ApiKeyVerifier verifier =
                ApiKeyVerifier.of(KeyRing.builder().addAll(records).build());
        for (String text : texts) {
            Accepted accepted = assertInstanceOf(Accepted.class, verifier.verify(text));
            assertTrue(accepted.keyId().startsWith(text.substring(8, 16)));
        }
    }

    private static void tally(long[][] symbols, String text, int from) {
        for (int i = 0; i < symbols.length; i++) {
            symbols[i][text.charAt(from + i)]++;
        }
    }

    /** Chi-square at each position and in all; the bound is passed by chance once in about 10^9 runs. */
    private static void assertEven(long[][] symbols, String alphabet, int count) {
        double freedom = alphabet.length() - 1.0;
        double all = 0;
        for (int position = 0; position < symbols.length; position++) {
            double expected = (double) count / alphabet.length();
            double chiSquare = 0;
            long seen = 0;
            for (char c : alphabet.toCharArray()) {
                double off = symbols[position][c] - expected;
                chiSquare += off * off / expected;
                seen += symbols[position][c];
            }
            assertEquals(count, seen, "a character outside the alphabet at " + position);
            assertTrue(chiSquare < bound(freedom), "position " + position + ": chi-square " + chiSquare);
            all += chiSquare;
        }
        assertTrue(all < bound(freedom * symbols.length), "all positions: chi-square " + all);
    }

    /** Wilson and Hilferty's approximation of the chi-square quantile, 6.5 standard deviations out. */
    private static double bound(double freedom) {
        double spread = 2 / (9 * freedom);
        double root = 1 - spread + 6.5 * Math.sqrt(spread);
        return freedom * root * root * root;
    }

    @Test
    @DisplayName("AP-08 a constant source shows: nothing else is random, and at least 178 bits go into a secret")
    void usesNoOtherRandomness() {
        Counting random = new Counting((byte) 7);
        ApiKeyGenerator generator = ApiKeyGenerator.of(FORMAT, random);
        assertEquals(generator.generate(), generator.generate());
        long before = random.bytes;
        generator.generate("00000000");
        assertTrue((random.bytes - before) * Byte.SIZE >= 178, random.bytes - before + " bytes drawn");
    }

    @Test
    void throwsAwayBytesThatWouldBeLikelierThanOthers() {
        for (int b = 0; b < 256; b++) {
            ApiKeyGenerator generator = ApiKeyGenerator.of(FORMAT, new Counting((byte) b));
            int value = b;
            if (b < 248) {
                String text = generator.generate("00000000").reveal();
                assertEquals(String.valueOf(Base62.DIGITS.charAt(b % 62)).repeat(30), text.substring(16, 46));
            } else {
                assertThrows(IllegalStateException.class, () -> generator.generate("00000000"), "byte " + value);
            }
        }
    }

    @Test
    @DisplayName("AP-16 a failing source is an exception, never a weaker source")
    void failsWithItsSource() {
        ProviderException failure = new ProviderException("out of order");
        SecureRandom failing = new SecureRandom() {
            private static final long serialVersionUID = 1L;

            @Override
            public void nextBytes(byte[] bytes) {
                throw failure;
            }
        };
        ApiKeyGenerator generator = ApiKeyGenerator.of(FORMAT, failing);
        assertSame(failure, assertThrows(ProviderException.class, generator::generate));
        assertSame(failure, assertThrows(ProviderException.class, generator::newId));
        assertSame(failure, assertThrows(ProviderException.class, () -> generator.generate("00000000")));
    }

    @Test
    void keepsGivenIdAndMakesNewSecret() {
        ApiKeyGenerator generator = ApiKeyGenerator.of(FORMAT);
        ApiKey first = generator.generate("0az9zzzz");
        ApiKey second = generator.generate("0az9zzzz");
        assertEquals("0az9zzzz", FORMAT.idOf(first));
        assertEquals("0az9zzzz", FORMAT.idOf(second));
        assertNotEquals(first, second);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0000000", "000000000", "0000000A", "0000000_", "0000000\n", "０0000000"})
    void refusesIdOfAnotherForm(String id) {
        assertThrows(
                IllegalArgumentException.class, () -> ApiKeyGenerator.of(FORMAT).generate(id));
    }

    @Test
    @DisplayName("G14 one generator serves many threads")
    void servesManyThreads() throws InterruptedException {
        ApiKeyGenerator generator = ApiKeyGenerator.of(FORMAT);
        Set<String> texts = ConcurrentHashMap.newKeySet();
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < 8; t++) {
            Thread thread = new Thread(() -> {
                for (int i = 0; i < 500; i++) {
                    texts.add(FORMAT.parse(generator.generate().reveal()).reveal());
                }
            });
            thread.start();
            threads.add(thread);
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertEquals(4_000, texts.size());
    }

    @Test
    void namesItsFormatOnly() {
        assertEquals("ApiKeyGenerator[kw_test]", ApiKeyGenerator.of(FORMAT).toString());
        assertSame(FORMAT, ApiKeyGenerator.of(FORMAT).format());
    }

    /** Gives one byte for ever and counts how often. */
    private static final class Counting extends SecureRandom {
        private static final long serialVersionUID = 1L;
        private final byte value;
        private long bytes;

        Counting(byte value) {
            this.value = value;
        }

        @Override
        public void nextBytes(byte[] filled) {
            java.util.Arrays.fill(filled, value);
            bytes += filled.length;
        }
    }
}
