package io.keyward;

import static io.keyward.TestKeys.SHA256;
import static io.keyward.TestKeys.newKey;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.keyward.Verification.Reason;
import io.keyward.Verification.Rejected;
import java.lang.management.ManagementFactory;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Counts bytes and hashes a verification, which no busy machine changes. */
class AllocationTest {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int REPEATS = 10_000;

    private static final ApiKey PLAIN = newKey();
    private static final ApiKey WINDOWED = newKey();
    private static final ApiKey DISABLED = newKey();
    private static final ApiKey EXPIRED = newKey();

    private static ApiKeyVerifier verifier() {
        return ApiKeyVerifier.of(KeyRing.builder()
                .add(ApiKeyRecord.builder("plain").hash(SHA256.hash(PLAIN)).build())
                .add(ApiKeyRecord.builder("windowed")
                        .secrets(List.of(new HashedSecret(SHA256.hash(WINDOWED), Instant.EPOCH, Instant.MAX)))
                        .build())
                .add(ApiKeyRecord.builder("disabled")
                        .hash(SHA256.hash(DISABLED))
                        .state(KeyState.DISABLED)
                        .build())
                .add(ApiKeyRecord.builder("expired")
                        .secrets(List.of(new HashedSecret(SHA256.hash(EXPIRED), null, Instant.EPOCH)))
                        .build())
                .build());
    }

    static List<Arguments> presented() {
        String text = PLAIN.reveal();
        return List.of(
                Arguments.of("nothing", null, 0),
                Arguments.of("valid", text, 0),
                Arguments.of("valid with a window", WINDOWED.reveal(), 0),
                Arguments.of("disabled", DISABLED.reveal(), 0),
                Arguments.of("unknown", newKey().reveal(), 0),
                Arguments.of("check digits off", text.substring(0, 46) + "000000", 0),
                Arguments.of("foreign and unknown", "somebody.elses.key.0123456789", 0),
                Arguments.of("too short", "x", 0),
                Arguments.of("HE-10 too long", "A".repeat(7_000), 0),
                Arguments.of("blank inside", text.replaceFirst("_", " "), 0),
                Arguments.of("HE-16 cut look-alike", text.replaceFirst("_", "\u015f"), 0),
                // one refusal, and the instant it was judged at
                Arguments.of("expired", EXPIRED.reveal(), 64));
    }

    @ParameterizedTest(name = "{0}: at most {2} B")
    @MethodSource("presented")
    void allocatesNothingForAnswersThatAreReady(String name, String presented, int most) {
        ApiKeyVerifier verifier = verifier();
        repeat(verifier, presented);
        // the compiler may change its mind while this runs, and allocates on other threads only: the least of a few
        // counts
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 5; i++) {
            long before = THREADS.getThreadAllocatedBytes(Thread.currentThread().getId());
            repeat(verifier, presented);
            long after = THREADS.getThreadAllocatedBytes(Thread.currentThread().getId());
            least = Math.min(least, after - before);
        }
        long counting = countOfCounting();
        assertTrue(
                least - counting <= (long) most * REPEATS,
                name + ": " + (least - counting) + " bytes in " + REPEATS + " verifications");
    }

    private static void repeat(ApiKeyVerifier verifier, String presented) {
        for (int i = 0; i < REPEATS; i++) {
            verifier.verify(presented);
        }
    }

    private static long countOfCounting() {
        long before = THREADS.getThreadAllocatedBytes(Thread.currentThread().getId());
        return THREADS.getThreadAllocatedBytes(Thread.currentThread().getId()) - before;
    }

    @Test
    @DisplayName(
            "G5, G12, HE-09, TI-02 known, unknown and mistyped keys cost one hash, what cannot be a key costs none")
    void hashesOnceOrNotAtAll() {
        CountingProvider.install();
        try {
            ApiKeyVerifier verifier = verifier();
            String text = PLAIN.reveal();
            String knownIdWrongSecret =
                    TestKeys.GENERATOR.generate(TestKeys.FORMAT.idOf(PLAIN)).reveal();
            for (String hashed : new String[] {
                text,
                WINDOWED.reveal(),
                DISABLED.reveal(),
                EXPIRED.reveal(),
                newKey().reveal(),
                knownIdWrongSecret,
                text.substring(0, 46) + "000000",
                "A".repeat(256)
            }) {
                assertEquals(1, hashesOf(verifier, hashed));
            }
            for (String refused : new String[] {
                null,
                "",
                "x",
                "A".repeat(257),
                "A".repeat(7_000),
                text.replaceFirst("_", " "),
                text.replace('_', '\u015f')
            }) {
                assertEquals(0, hashesOf(verifier, refused));
            }
        } finally {
            CountingProvider.remove();
        }
    }

    @Test
    @DisplayName("G5 a miss hashes once for each scheme in use, a hit no more than that")
    void hashesOnceForEachScheme() {
        CountingProvider.install();
        try {
            KeyHasher pepper = KeyHasher.hmacSha256("p1", new byte[32]);
            ApiKey peppered = newKey();
            ApiKeyVerifier verifier = ApiKeyVerifier.of(KeyRing.builder()
                    .hasher(pepper)
                    .add(ApiKeyRecord.builder("a").hash(SHA256.hash(PLAIN)).build())
                    .add(ApiKeyRecord.builder("b").hash(pepper.hash(peppered)).build())
                    .build());
            // only the digests of scheme sha256 are counted: the platform's Mac has its own
            assertEquals(1, hashesOf(verifier, newKey().reveal()));
            assertEquals(1, hashesOf(verifier, PLAIN.reveal()));
            assertTrue(hashesOf(verifier, peppered.reveal()) <= 1);
        } finally {
            CountingProvider.remove();
        }
    }

    private static long hashesOf(ApiKeyVerifier verifier, String presented) {
        long before = CountingProvider.digests();
        verifier.verify(presented);
        return CountingProvider.digests() - before;
    }

    @Test
    @DisplayName("TI-04, G12 distinct unknown keys leave nothing behind")
    void remembersNoStranger() {
        ApiKeyVerifier verifier = verifier();
        int strangers = TestKeys.full() ? 100_000 : 20_000;
        String[] texts = new String[strangers];
        for (int i = 0; i < strangers; i++) {
            texts[i] = "stranger_" + "0".repeat(20) + i;
        }
        repeat(verifier, texts[0]);
        long before = THREADS.getThreadAllocatedBytes(Thread.currentThread().getId());
        for (String text : texts) {
            if (((Rejected) verifier.verify(text)).reason() != Reason.UNKNOWN) {
                throw new AssertionError("a stranger is not unknown");
            }
        }
        long after = THREADS.getThreadAllocatedBytes(Thread.currentThread().getId());
        assertTrue(after - before < 100_000, after - before + " bytes for " + strangers + " strangers");
    }

    @Test
    @DisplayName("TI-07 keys of one String.hashCode are answered like any others: nothing hashes by it")
    void textsOfOneHashCodeAreLikeOthers() {
        ApiKeyVerifier verifier = verifier();
        for (int bits = 0; bits < 10_000; bits++) {
            StringBuilder text = new StringBuilder("foreign.");
            for (int i = 0; i < 14; i++) {
                text.append((bits >> i & 1) == 0 ? "Aa" : "BB");
            }
            assertEquals(Reason.UNKNOWN, ((Rejected) verifier.verify(text.toString())).reason());
        }
        assertEquals("Aa".hashCode(), "BB".hashCode());
    }
}
