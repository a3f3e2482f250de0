package io.keyward;

import static io.keyward.TestKeys.FORMAT;
import static io.keyward.TestKeys.SHA256;
import static io.keyward.TestKeys.newKey;
import static io.keyward.TestKeys.recordOf;
import static io.keyward.TestKeys.ringOf;
import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.keyward.Verification.Accepted;
import io.keyward.Verification.Reason;
import io.keyward.Verification.Rejected;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ApiKeyVerifierTest {
    private static final Instant NOON = Instant.parse("2026-11-23T12:00:00Z");

    private final ApiKey key = newKey();
    private final String text = key.reveal();
    private final ApiKeyVerifier verifier = ApiKeyVerifier.of(ringOf(key, newKey(), newKey()));

    private static void assertRejected(Reason reason, Verification answer) {
        Rejected rejected = assertInstanceOf(Rejected.class, answer);
        assertEquals(reason, rejected.reason());
        assertFalse(answer.isAccepted());
    }

    @Test
    void tellsWhoseAKnownKeyIs() {
        ApiKeyRecord record = recordOf(key).owner("alice").name("build").build();
        Accepted accepted = assertInstanceOf(
                Accepted.class, ApiKeyVerifier.of(KeyRing.of(record)).verify(text));
        assertTrue(accepted.isAccepted());
        assertFalse(accepted.retiring());
        assertEquals(FORMAT.idOf(key), accepted.keyId());
        assertEquals(FORMAT.idOf(key), accepted.principal().getName());
        assertEquals("alice", accepted.principal().owner());
        assertEquals("build", accepted.principal().name());
    }

    @Nested
    class Presented {
        @ParameterizedTest
        @DisplayName("AP-01, HP-01..05 nothing, or what stands for nothing, is no key")
        @CsvSource(
                nullValues = "-",
                value = {
                    "-, MISSING",
                    "'', MISSING",
                    "' ', MALFORMED",
                    "null, MALFORMED",
                    "undefined, MALFORMED",
                    "*, MALFORMED"
                })
        void refusesNothing(String presented, Reason reason) {
            assertRejected(reason, verifier.verify(presented));
        }

        @Test
        @DisplayName("AP-02, G1 an empty ring refuses everything")
        void emptyRingRefusesEverything() {
            ApiKeyVerifier empty = ApiKeyVerifier.of(KeyRing.of());
            for (String presented : new String[] {null, "", " ", text, "x".repeat(256), "x".repeat(257)}) {
                assertFalse(empty.verify(presented).isAccepted());
            }
        }

        @ParameterizedTest
        @DisplayName("HP-07..18 what is near a key, or made of what is stored, is no key")
        @ValueSource(
                strings = {
                    "'%s'",
                    "\"%s\"",
                    "%s,",
                    "%s\n",
                    " %s",
                    "%s ",
                    "%s\u00a0",
                    "\ufeff%s",
                    "%s\u0000",
                    "\u009b31m%s",
                    "Bearer %s",
                    "%s%1$s",
                    "%s,%1$s"
                })
        void refusesDecoratedKey(String decoration) {
            assertFalse(verifier.verify(String.format(decoration, text)).isAccepted());
        }

        @Test
        @DisplayName("HP-09, HP-10, HP-11 every shorter and every longer text is refused")
        void refusesEveryPrefixAndExtension() {
            for (int i = 0; i < text.length(); i++) {
                assertFalse(verifier.verify(text.substring(0, i)).isAccepted());
                assertFalse(verifier.verify(text.substring(i + 1)).isAccepted());
            }
            for (char c = 0; c < 0x180; c++) {
                assertFalse(verifier.verify(text + c).isAccepted());
                assertFalse(verifier.verify(c + text).isAccepted());
            }
        }

        @Test
        @DisplayName("HP-12 case matters")
        void refusesOtherCase() {
            assertFalse(verifier.verify(text.toUpperCase(Locale.ROOT)).isAccepted());
            assertFalse(verifier.verify(text.toLowerCase(Locale.ROOT)).isAccepted()
                    && !text.equals(text.toLowerCase(Locale.ROOT)));
        }

        @Test
        @DisplayName("HP-13 wrong check digits are named as malformed")
        void namesWrongCheckDigits() {
            char last = text.charAt(51) == '0' ? '1' : '0';
            assertRejected(Reason.MALFORMED, verifier.verify(text.substring(0, 51) + last));
        }

        @Test
        @DisplayName("HP-14, HP-15 what is stored of a key does not open anything")
        void refusesStoredHash() {
            String hash = SHA256.hash(key).reveal();
            assertRejected(Reason.UNKNOWN, verifier.verify(hash));
            assertRejected(Reason.UNKNOWN, verifier.verify(hash.substring("sha256:".length())));
        }

        @Test
        @DisplayName("HE-16, AP-11 each single-character change is refused, look-alikes in the low byte too")
        void refusesEachSingleCharacterChange() {
            for (int i = 0; i < text.length(); i++) {
                for (int c = 0; c <= 0x200; c++) {
                    if (c != text.charAt(i)) {
                        assertFalse(
                                verifier.verify(text.substring(0, i) + (char) c + text.substring(i + 1))
                                        .isAccepted(),
                                "position " + i + ", character " + c);
                    }
                }
                for (int high = 1; high < 0x100; high++) {
                    char lookAlike = (char) (high << 8 | text.charAt(i));
                    assertRejected(
                            Reason.MALFORMED,
                            verifier.verify(text.substring(0, i) + lookAlike + text.substring(i + 1)));
                }
            }
        }

        @Test
        @DisplayName(
                "HE-05..08 a blank, control or non-ASCII character is malformed, even where a hash of it is stored")
        void refusesUnprintableTextWhateverIsStored() throws Exception {
            var digest = java.security.MessageDigest.getInstance("SHA-256");
            for (int c = 0; c < 0x100; c++) {
                if (c < '!' || c > '~') {
                    String unprintable = "somebody.elses.key" + (char) c + "0123456789";
                    byte[] hash = digest.digest(unprintable.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1));
                    KeyRing ring = KeyRing.of(ApiKeyRecord.builder("a")
                            .hash(KeyHash.parse(java.util.HexFormat.of().formatHex(hash)))
                            .build());
                    assertRejected(Reason.MALFORMED, ApiKeyVerifier.of(ring).verify(unprintable));
                }
            }
        }

        @Test
        @DisplayName(
                "HE-05..08 a blank, control or non-ASCII character is malformed at each place in texts of any length")
        void refusesUnprintableTextAtEachPlace() {
            for (int length = ApiKey.MIN_LENGTH; length <= 3 * ApiKey.MIN_LENGTH; length++) {
                for (String around : List.of("!", "~")) {
                    for (int place = 0; place < length; place++) {
                        for (int c = 0; c < 0x100; c++) {
                            String presented = around.repeat(place) + (char) c + around.repeat(length - place - 1);
                            assertRejected(
                                    c < '!' || c > '~' ? Reason.MALFORMED : Reason.UNKNOWN, verifier.verify(presented));
                        }
                    }
                }
            }
        }

        @Test
        void verifiesForeignKeysOfEachLength() {
            for (int length = ApiKey.MIN_LENGTH; length <= ApiKey.MAX_LENGTH; length++) {
                ApiKey foreign = ApiKey.of("~".repeat(length - 1) + "!");
                assertTrue(ApiKeyVerifier.of(KeyRing.of(ApiKeyRecord.builder("a")
                                .hash(SHA256.hash(foreign))
                                .build()))
                        .verify(foreign.reveal())
                        .isAccepted());
            }
        }

        @Test
        void answersAnyText() {
            Random random = TestKeys.seededRandom();
            for (int i = 0; i < 20_000; i++) {
                StringBuilder any = new StringBuilder();
                for (int length = random.nextInt(300); length > 0; length--) {
                    any.append((char) random.nextInt(random.nextBoolean() ? 0x80 : 0x10000));
                }
                Verification answer = verifier.verify(any.toString());
                assertFalse(answer.isAccepted());
                assertNull(answer.keyId());
            }
        }

        @Test
        @DisplayName("SC-12 a Turkish default locale changes nothing")
        void turkishLocaleChangesNothing() {
            Locale before = Locale.getDefault();
            Locale.setDefault(new Locale("tr", "TR"));
            try {
                ApiKey turkish = ApiKeyGenerator.of(KeyFormat.of("api_ist")).generate();
                ApiKeyRecord record =
                        ApiKeyRecord.builder("i").hash(SHA256.hash(turkish)).build();
                assertEquals(
                        record.current().hash(),
                        KeyHash.parse(record.current()
                                .hash()
                                .reveal()
                                .toUpperCase(Locale.ROOT)
                                .replace("SHA256", "sha256")));
                assertTrue(ApiKeyVerifier.of(KeyRing.of(record))
                        .verify(turkish.reveal())
                        .isAccepted());
            } finally {
                Locale.setDefault(before);
            }
        }
    }

    @Nested
    class Window {
        @ParameterizedTest(name = "{0}")
        @CsvSource(
                nullValues = "-",
                value = {
                    "LI-02 at expires-at, -, 12:00:00, 12:00:00, EXPIRED",
                    "LI-02 at expires-at within a millisecond, -, 12:00:00.0005, 12:00:00.0005, EXPIRED",
                    "LI-02 1 ns after expires-at, -, 12:00:00.0005, 12:00:00.000500001, EXPIRED",
                    "LI-03 1 ns before expires-at, -, 12:00:00, 11:59:59.999999999, -",
                    "LI-03 1 ns before expires-at within a millisecond, -, 12:00:00.0005, 12:00:00.000499999, -",
                    "LI-03 1 ms before expires-at, -, 12:00:00, 11:59:59.999, -",
                    "LI-11 at not-before, 12:00:00, -, 12:00:00, -",
                    "LI-11 1 ns before not-before, 12:00:00, -, 11:59:59.999999999, NOT_YET_VALID",
                    "LI-11 1 ns before not-before within a millisecond, 12:00:00.0005, -, 12:00:00.000499999, NOT_YET_VALID",
                    "LI-11 at not-before within a millisecond, 12:00:00.0005, -, 12:00:00.0005, -",
                    "LI-01 long before, 12:00:00, 13:00:00, 00:00:00, NOT_YET_VALID",
                    "LI-01 long after, 12:00:00, 13:00:00, 23:00:00, EXPIRED",
                    "LI-01 between, 12:00:00, 13:00:00, 12:30:00, -",
                    "both bounds in one millisecond, 12:00:00.0001, 12:00:00.0002, 12:00:00.00015, -",
                })
        void judgesByTheClock(String name, String from, String until, String now, Reason reason) {
            Verification answer = verifyAt(at(now), from == null ? null : at(from), until == null ? null : at(until));
            if (reason == null) {
                assertTrue(answer.isAccepted());
            } else {
                assertRejected(reason, answer);
                assertEquals("a", answer.keyId());
            }
        }

        @Test
        void takesBoundsAtTheEndsOfTime() {
            assertTrue(verifyAt(NOON, Instant.MIN, Instant.MAX).isAccepted());
            assertRejected(Reason.NOT_YET_VALID, verifyAt(NOON, Instant.MAX, null));
            assertRejected(Reason.EXPIRED, verifyAt(NOON, null, Instant.MIN));
            assertTrue(verifyAt(NOON, Instant.ofEpochMilli(Long.MIN_VALUE), Instant.ofEpochMilli(Long.MAX_VALUE))
                    .isAccepted());
            assertRejected(Reason.EXPIRED, verifyAt(Instant.EPOCH, null, Instant.EPOCH.minusNanos(1)));
            assertTrue(verifyAt(Instant.EPOCH.minusNanos(2), null, Instant.EPOCH.minusNanos(1))
                    .isAccepted());
        }

        @Test
        @DisplayName("LI-09 a clock set back brings an expired key back for exactly as long")
        void followsAClockThatIsSetBack() {
            Instant[] now = {NOON.minusSeconds(1)};
            ApiKeyVerifier dated = verifier(null, NOON, () -> now[0]);
            assertTrue(dated.verify(text).isAccepted());
            now[0] = NOON.plusSeconds(10);
            assertRejected(Reason.EXPIRED, dated.verify(text));
            now[0] = NOON.minusNanos(1);
            assertTrue(dated.verify(text).isAccepted());
            now[0] = NOON;
            assertRejected(Reason.EXPIRED, dated.verify(text));
        }

        @Test
        void readsTheClockOnlyForKeysThatHaveAWindow() {
            AtomicInteger reads = new AtomicInteger();
            InstantSource counting = new InstantSource() {
                @Override
                public Instant instant() {
                    reads.incrementAndGet();
                    return NOON;
                }

                @Override
                public long millis() {
                    reads.incrementAndGet();
                    return NOON.toEpochMilli();
                }
            };
            ApiKeyVerifier plain = ApiKeyVerifier.of(LiveKeyRing.of(ringOf(key)), counting);
            plain.verify(text);
            plain.verify(newKey().reveal());
            plain.verify("malformed");
            assertEquals(0, reads.get());
            verifier(null, NOON.plusSeconds(1), counting).verify(text);
            assertEquals(1, reads.get());
        }

        private Verification verifyAt(Instant now, Instant from, Instant until) {
            return verifier(from, until, () -> now).verify(text);
        }

        private ApiKeyVerifier verifier(Instant from, Instant until, InstantSource clock) {
            ApiKeyRecord record = ApiKeyRecord.builder("a")
                    .secrets(List.of(new HashedSecret(SHA256.hash(key), from, until)))
                    .build();
            return ApiKeyVerifier.of(LiveKeyRing.of(KeyRing.of(record)), clock);
        }

        private Instant at(String time) {
            return Instant.parse("2026-11-23T" + time + "Z");
        }
    }

    @Nested
    class State {
        @ParameterizedTest
        @EnumSource(KeyState.class)
        void refusesWhatIsNotActive(KeyState state) {
            Verification answer = ApiKeyVerifier.of(
                            KeyRing.of(recordOf(key).state(state).build()))
                    .verify(text);
            switch (state) {
                case ACTIVE -> assertTrue(answer.isAccepted());
                case DISABLED -> assertRejected(Reason.DISABLED, answer);
                case REVOKED -> assertRejected(Reason.REVOKED, answer);
            }
            assertEquals(FORMAT.idOf(key), answer.keyId());
        }

        @Test
        @DisplayName("LI-05, LI-07 both secrets of a rotated key count until the end of one or the revocation of both")
        void judgesBothSecretsOfARotatedKey() {
            ApiKey old = newKey();
            ApiKeyRecord rotated = ApiKeyRecord.builder("a")
                    .secrets(List.of(
                            HashedSecret.of(SHA256.hash(key)),
                            HashedSecret.of(SHA256.hash(old)).withExpiresAt(NOON)))
                    .build();
            LiveKeyRing live = LiveKeyRing.of(KeyRing.of(rotated));
            ApiKeyVerifier before = ApiKeyVerifier.of(live, () -> NOON.minusSeconds(1));
            ApiKeyVerifier after = ApiKeyVerifier.of(live, () -> NOON);
            assertFalse(((Accepted) before.verify(text)).retiring());
            assertTrue(((Accepted) before.verify(old.reveal())).retiring());
            assertTrue(after.verify(text).isAccepted());
            assertRejected(Reason.EXPIRED, after.verify(old.reveal()));
            live.publish(KeyRing.of(rotated.toBuilder().state(KeyState.REVOKED).build()));
            assertRejected(Reason.REVOKED, before.verify(text));
            assertRejected(Reason.REVOKED, before.verify(old.reveal()));
        }

        @Test
        @DisplayName("LI-10 revoking the only key opens nothing")
        void revokingTheOnlyKeyOpensNothing() {
            KeyRing ring = KeyRing.of(recordOf(key).state(KeyState.REVOKED).build());
            assertRejected(Reason.REVOKED, ApiKeyVerifier.of(ring).verify(text));
            assertRejected(Reason.UNKNOWN, ApiKeyVerifier.of(ring).verify(newKey().reveal()));
        }
    }

    @Nested
    class Schemes {
        private final KeyHasher p1 = KeyHasher.hmacSha256("p1", "0123456789abcdef0123456789abcdef".getBytes());
        private final KeyHasher p2 = KeyHasher.hmacSha256("p2", "fedcba9876543210fedcba9876543210".getBytes());

        private KeyRing ringOf(ApiKey plain, ApiKey old, ApiKey current) {
            return KeyRing.builder()
                    .hasher(p1)
                    .hasher(p2)
                    .add(ApiKeyRecord.builder("plain").hash(SHA256.hash(plain)).build())
                    .add(ApiKeyRecord.builder("old").hash(p1.hash(old)).build())
                    .add(ApiKeyRecord.builder("current").hash(p2.hash(current)).build())
                    .build();
        }

        @Test
        void triesEachSchemeInUse() {
            ApiKey old = newKey();
            ApiKey current = newKey();
            ApiKeyVerifier peppered = ApiKeyVerifier.of(ringOf(key, old, current));
            assertEquals("plain", peppered.verify(text).keyId());
            assertEquals("old", peppered.verify(old.reveal()).keyId());
            assertEquals("current", peppered.verify(current.reveal()).keyId());
            assertRejected(Reason.UNKNOWN, peppered.verify(newKey().reveal()));
        }

        @Test
        void findsForeignKeyThatLooksMistypedUnderEachScheme() {
            List<ApiKey> mistyped = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                mistyped.add(ApiKey.of(newKey().reveal().substring(0, 46) + "zzzzzz"));
            }
            ApiKeyVerifier peppered = ApiKeyVerifier.of(ringOf(mistyped.get(0), mistyped.get(1), mistyped.get(2)));
            mistyped.forEach(
                    foreign -> assertTrue(peppered.verify(foreign.reveal()).isAccepted()));
            assertRejected(Reason.MALFORMED, peppered.verify(newKey().reveal().substring(0, 46) + "zzzzzz"));
        }

        @Test
        void hashesOfOnePepperMeanNothingUnderAnother() {
            KeyHash foreign = p1.hash(key);
            KeyHash relabelled = new KeyHash(p2.scheme(), foreign.word0, foreign.word1, foreign.word2, foreign.word3);
            KeyRing ring = KeyRing.builder()
                    .hasher(p1)
                    .hasher(p2)
                    .add(ApiKeyRecord.builder("a").hash(relabelled).build())
                    .build();
            assertRejected(Reason.UNKNOWN, ApiKeyVerifier.of(ring).verify(text));
        }
    }

    @Nested
    class End {
        @Test
        void refusesToJudgePastTheEndOfTheRing() {
            KeyRing ring = ringOf(key).withValidUntil(NOON);
            ApiKeyVerifier before = ApiKeyVerifier.of(LiveKeyRing.of(ring), () -> NOON.minusNanos(1));
            assertTrue(before.verify(text).isAccepted());
            for (Instant now : List.of(NOON, NOON.plusNanos(1), NOON.plusSeconds(3_600))) {
                ApiKeyVerifier after = ApiKeyVerifier.of(LiveKeyRing.of(ring), () -> now);
                KeysUnavailableException e = assertThrows(KeysUnavailableException.class, () -> after.verify(text));
                assertEquals(NOON, e.validUntil());
                assertThrows(KeysUnavailableException.class, () -> after.verify(newKey().reveal()));
                assertAll(
                        () -> assertRejected(Reason.MISSING, after.verify(null)),
                        () -> assertRejected(Reason.MALFORMED, after.verify("x")));
            }
        }

        @Test
        void takesEndsAtTheEndsOfTime() {
            ApiKeyVerifier never = ApiKeyVerifier.of(ringOf(key).withValidUntil(Instant.MIN));
            assertThrows(KeysUnavailableException.class, () -> never.verify(text));
            assertTrue(ApiKeyVerifier.of(ringOf(key).withValidUntil(Instant.MAX))
                    .verify(text)
                    .isAccepted());
        }

        @Test
        void newRingEndsTheOutage() {
            LiveKeyRing live = LiveKeyRing.of(ringOf(key).withValidUntil(NOON));
            ApiKeyVerifier late = ApiKeyVerifier.of(live, () -> NOON);
            assertThrows(KeysUnavailableException.class, () -> late.verify(text));
            live.publish(live.current().withValidUntil(NOON.plusSeconds(1)));
            assertTrue(late.verify(text).isAccepted());
        }
    }

    @Test
    @DisplayName("TI-03 refusals of one reason are one object, whatever was presented")
    void refusalsOfOneReasonAreOneObject() {
        Supplier<Verification> unknown = () -> verifier.verify(newKey().reveal());
        assertTrue(unknown.get() == unknown.get());
        assertTrue(verifier.verify("x") == verifier.verify("x".repeat(300)));
    }

    @Test
    @DisplayName("AP-12 an interrupt changes no verdict and is kept")
    void keepsInterrupt() {
        Thread.currentThread().interrupt();
        try {
            assertTrue(verifier.verify(text).isAccepted());
            assertTrue(Thread.currentThread().isInterrupted());
        } finally {
            Thread.interrupted();
        }
    }

    @Test
    @DisplayName("AP-15 the ring is asked by hash alone: a record under the id that stands in a text opens nothing")
    void idInTheTextDecidesNothing() {
        ApiKey sameId = TestKeys.GENERATOR.generate(FORMAT.idOf(key));
        assertRejected(Reason.UNKNOWN, verifier.verify(sameId.reveal()));
    }

    @Test
    void namesNoKey() {
        assertEquals("ApiKeyVerifier[LiveKeyRing[KeyRing[3 keys]]]", verifier.toString());
    }
}
