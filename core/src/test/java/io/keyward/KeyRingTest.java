package io.keyward;

import static io.keyward.TestKeys.FORMAT;
import static io.keyward.TestKeys.SHA256;
import static io.keyward.TestKeys.newKey;
import static io.keyward.TestKeys.recordOf;
import static io.keyward.TestKeys.ringOf;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.keyward.KeyRingException.Problem;
import io.keyward.Verification.Reason;
import io.keyward.Verification.Rejected;
import io.keyward.role.Permission;
import io.keyward.role.Role;
import io.keyward.role.RoleModel;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class KeyRingTest {
    private static final Instant NOON = Instant.parse("2026-11-23T12:00:00Z");

    private static KeyHasher pepper(String id) {
        byte[] pepper = new byte[32];
        new Random(id.hashCode()).nextBytes(pepper);
        return KeyHasher.hmacSha256(id, pepper);
    }

    private static Verification verify(KeyRing ring, ApiKey key) {
        return ApiKeyVerifier.of(ring).verify(key.reveal());
    }

    private static List<String> problemsOf(KeyRingException e) {
        return e.problems().stream().map(Problem::toString).collect(Collectors.toList());
    }

    @Nested
    class Building {
        @Test
        void findsRecordsById() {
            ApiKey key = newKey();
            KeyRing ring = ringOf(key, newKey());
            assertEquals(Optional.of(recordOf(key).build()), ring.find(FORMAT.idOf(key)));
            assertEquals(Optional.empty(), ring.find("nobody"));
            assertEquals(2, ring.size());
            assertEquals(2, ring.records().size());
            assertEquals("KeyRing[2 keys]", ring.toString());
        }

        @Test
        @DisplayName("AP-14 a builder used again after build gives independent rings")
        void buildsIndependentRings() {
            ApiKey first = newKey();
            ApiKey second = newKey();
            KeyRing.Builder builder = KeyRing.builder().add(recordOf(first).build());
            KeyRing one = builder.build();
            KeyRing two = builder.add(recordOf(second).build()).build();
            assertEquals(1, one.size());
            assertEquals(2, two.size());
            assertFalse(verify(one, second).isAccepted());
            assertTrue(verify(two, first).isAccepted());
            assertTrue(verify(two, second).isAccepted());
        }

        @Test
        @DisplayName("AP-14 a builder of which nothing was asked makes a ring that refuses")
        void emptyBuilderMakesRefusingRing() {
            assertEquals(Reason.UNKNOWN, ((Rejected) verify(KeyRing.builder().build(), newKey())).reason());
        }

        @Test
        @DisplayName("AP-03 a collection changed after it was given has no effect")
        void copiesWhatItIsGiven() {
            ApiKey key = newKey();
            List<ApiKeyRecord> records = new ArrayList<>(List.of(recordOf(key).build()));
            KeyRing ring = KeyRing.builder().addAll(records).build();
            records.clear();
            records.add(recordOf(newKey()).build());
            assertEquals(1, ring.size());
            assertTrue(verify(ring, key).isAccepted());
        }

        @Test
        @DisplayName("AP-04 what it hands out cannot be changed")
        void handsOutViewsOnly() {
            KeyRing ring = ringOf(newKey());
            Collection<ApiKeyRecord> records = ring.records();
            assertThrows(UnsupportedOperationException.class, records::clear);
            assertThrows(
                    UnsupportedOperationException.class,
                    () -> records.add(recordOf(newKey()).build()));
            assertThrows(UnsupportedOperationException.class, () -> {
                var all = records.iterator();
                all.next();
                all.remove();
            });
        }

        @Test
        @DisplayName("CF-10, CF-11, CF-12, LI-12 every problem of every record is reported at once")
        void reportsAllProblemsAtOnce() {
            ApiKey shared = newKey();
            KeyHash hash = SHA256.hash(shared);
            KeyHash ofNothing = new KeyHash(
                    "sha256", 0xe3b0c44298fc1c14L, 0x9afbf4c8996fb924L, 0x27ae41e4649b934cL, 0xa495991b7852b855L);
            KeyRing.Builder builder = KeyRing.builder()
                    .add(ApiKeyRecord.builder("a").hash(SHA256.hash(newKey())).build())
                    .add(ApiKeyRecord.builder("a").hash(SHA256.hash(newKey())).build())
                    .add(ApiKeyRecord.builder("b").hash(hash).build())
                    .add(ApiKeyRecord.builder("c").hash(hash).build())
                    .add(ApiKeyRecord.builder("d")
                            .secrets(List.of(new HashedSecret(SHA256.hash(newKey()), NOON, NOON)))
                            .build())
                    .add(ApiKeyRecord.builder("e")
                            .hash(pepper("p1").hash(newKey()))
                            .build())
                    .add(ApiKeyRecord.builder("f").hash(ofNothing).build())
                    .add(ApiKeyRecord.builder("g")
                            .roles("ghost")
                            .hash(SHA256.hash(newKey()))
                            .build())
                    .add(recordOf(newKey()).build());
            KeyRingException e = assertThrows(KeyRingException.class, builder::build);
            List<String> problems = problemsOf(e);
            assertEquals(6, problems.size(), problems.toString());
            assertTrue(problems.get(0).startsWith("key `a`: the id is used by two records"), problems.toString());
            assertTrue(problems.get(1).startsWith("key `c`: its hash is also that of key `b`"), problems.toString());
            assertTrue(problems.get(2).startsWith("key `d`: it is never valid"), problems.toString());
            assertTrue(problems.get(3).contains("key `e`: its hash has scheme hmac-sha256:p1"), problems.toString());
            assertTrue(problems.get(4).contains("key `f`: its hash is that of the empty string"), problems.toString());
            assertTrue(problems.get(5).startsWith("key `g`: role (ghost) must be one of"), problems.toString());
            problems.forEach(problem -> assertTrue(e.getMessage().contains(problem)));
        }

        @Test
        void tellsARecordGivenTwiceFromAHashGivenTwice() {
            ApiKeyRecord record = recordOf(newKey()).build();
            KeyRingException e = assertThrows(KeyRingException.class, () -> KeyRing.of(record, record));
            assertEquals(
                    List.of("key `" + record.id() + "`: the id is used by two records; give one of them another id"),
                    problemsOf(e));
            HashedSecret secret = HashedSecret.of(SHA256.hash(newKey()));
            KeyRingException twice = assertThrows(
                    KeyRingException.class,
                    () -> KeyRing.of(ApiKeyRecord.builder("a")
                            .secrets(List.of(secret, secret))
                            .build()));
            assertEquals(
                    List.of("key `a`: its current and retiring hash are the same; a rotation needs a new key"),
                    problemsOf(twice));
        }

        @ParameterizedTest
        @EnumSource(
                value = KeyState.class,
                names = {"DISABLED", "REVOKED"})
        void takesWhatIsRefusedAnywayWhateverIsWrongWithIt(KeyState state) {
            ApiKey key = newKey();
            ApiKeyRecord active =
                    ApiKeyRecord.builder("a").hash(SHA256.hash(key)).build();
            ApiKeyRecord.Builder refused = active.toBuilder().state(state);
            HashedSecret never = new HashedSecret(SHA256.hash(key), NOON, NOON);
            HashedSecret peppered = HashedSecret.of(pepper("gone").hash(newKey()));

            KeyRing ring = KeyRing.of(active);
            assertFalse(verify(ring.with(List.of(refused.roles("ghost").build())), key)
                    .isAccepted());
            assertFalse(verify(ring.with(List.of(refused.secrets(List.of(never)).build())), key)
                    .isAccepted());
            KeyRing withoutPepper =
                    ring.with(List.of(refused.secrets(List.of(peppered)).build()));
            assertFalse(verify(withoutPepper, key).isAccepted());
            assertEquals(1, withoutPepper.size());

            assertTrue(verify(withoutPepper.with(List.of(active)), key).isAccepted());
        }

        @Test
        void refusesHashOfNothingUnderEachPepper() {
            KeyHasher hasher = pepper("p1");
            KeyRing.Builder builder = KeyRing.builder()
                    .hasher(hasher)
                    .add(ApiKeyRecord.builder("a").hash(hasher.hashOfNothing()).build());
            KeyRingException e = assertThrows(KeyRingException.class, builder::build);
            assertEquals(
                    List.of("key `a`: its hash is that of the empty string; regenerate it from the key"),
                    problemsOf(e));
        }

        @Test
        void refusesTwoPeppersUnderOneId() {
            KeyRing.Builder builder = KeyRing.builder().hasher(pepper("p1"));
            IllegalArgumentException e = assertThrows(
                    IllegalArgumentException.class, () -> builder.hasher(KeyHasher.hmacSha256("p1", new byte[32])));
            assertTrue(e.getMessage().contains("hmac-sha256:p1"), e.getMessage());
        }

        @Test
        void showsTheFirstProblemsOfManyInItsMessage() {
            KeyRing.Builder builder = KeyRing.builder();
            for (int i = 0; i < 50; i++) {
                builder.add(ApiKeyRecord.builder("k" + i)
                        .roles("ghost")
                        .hash(SHA256.hash(newKey()))
                        .build());
            }
            KeyRingException e = assertThrows(KeyRingException.class, builder::build);
            assertEquals(50, e.problems().size());
            assertTrue(e.getMessage().endsWith("; and 30 more"), e.getMessage());
        }
    }

    @Nested
    class With {
        @Test
        void replacesRecordsWithTheSameId() {
            ApiKey old = newKey();
            ApiKey other = newKey();
            ApiKey next = TestKeys.GENERATOR.generate(FORMAT.idOf(old));
            KeyRing before = ringOf(old, other);
            KeyRing after = before.with(List.of(recordOf(next).build()));
            assertEquals(2, after.size());
            assertFalse(verify(after, old).isAccepted());
            assertTrue(verify(after, next).isAccepted());
            assertTrue(verify(after, other).isAccepted());
            assertTrue(verify(before, old).isAccepted());
            assertFalse(verify(before, next).isAccepted());
        }

        @Test
        void failedChangeLeavesTheRingAsItWas() {
            ApiKey first = newKey();
            ApiKey second = newKey();
            KeyRing ring = ringOf(first, second);
            ApiKeyRecord thief =
                    ApiKeyRecord.builder("thief").hash(SHA256.hash(second)).build();
            ApiKeyRecord rotated =
                    recordOf(TestKeys.GENERATOR.generate(FORMAT.idOf(first))).build();
            assertThrows(KeyRingException.class, () -> ring.with(List.of(rotated, thief)));
            assertEquals(2, ring.size());
            assertTrue(verify(ring, first).isAccepted());
            assertEquals(FORMAT.idOf(second), verify(ring, second).keyId());
            assertEquals(Optional.empty(), ring.find("thief"));
        }

        @Test
        void refusesTwoRecordsOfOneIdInOneChangeEvenIfOneIsAsItStands() {
            ApiKey old = newKey();
            ApiKeyRecord standing = recordOf(old).build();
            ApiKeyRecord rotated =
                    recordOf(TestKeys.GENERATOR.generate(standing.id())).build();
            KeyRing ring = KeyRing.of(standing);
            for (List<ApiKeyRecord> change : List.of(
                    List.of(standing, rotated),
                    List.of(rotated, standing),
                    List.of(standing.toBuilder().build(), rotated),
                    List.of(rotated, standing.toBuilder().build()),
                    List.of(standing, standing))) {
                KeyRingException e = assertThrows(KeyRingException.class, () -> ring.with(change));
                assertEquals(
                        List.of("key `" + standing.id()
                                + "`: the id is used by two records; give one of them another id"),
                        problemsOf(e));
            }
        }

        @Test
        void movesAHashFromOneRecordToAnotherInOneChange() {
            ApiKey key = newKey();
            KeyRing ring =
                    KeyRing.of(ApiKeyRecord.builder("a").hash(SHA256.hash(key)).build());
            KeyRing moved = ring.with(List.of(
                    ApiKeyRecord.builder("b").hash(SHA256.hash(key)).build(),
                    ApiKeyRecord.builder("a").hash(SHA256.hash(newKey())).build()));
            assertEquals("b", verify(moved, key).keyId());
            assertEquals(2, moved.size());
        }

        @Test
        void keepsRolesHashersAndEnd() {
            KeyHasher hasher = pepper("p1");
            ApiKey key = newKey();
            KeyRing ring = KeyRing.builder()
                    .roles(RoleModel.of(Role.of("client")))
                    .hasher(hasher)
                    .validUntil(NOON)
                    .build()
                    .with(List.of(ApiKeyRecord.builder("a")
                            .roles("client")
                            .hash(hasher.hash(key))
                            .build()));
            assertEquals(NOON, ring.validUntil());
            assertTrue(ring.roles().contains("client"));
            assertTrue(verify(ring.withValidUntil(null), key).isAccepted());
            assertNull(ring.withValidUntil(null).validUntil());
        }

        @Test
        void emptyChangeChangesNothing() {
            ApiKey key = newKey();
            KeyRing ring = ringOf(key).with(List.of());
            assertTrue(verify(ring, key).isAccepted());
        }

        @RepeatedTest(3)
        void agreesWithAMapUnderRandomChanges(RepetitionInfo repetition) {
            Random random = TestKeys.seededRandom(repetition.getCurrentRepetition());
            List<KeyHasher> hashers = List.of(SHA256, pepper("p1"), pepper("p2"));
            KeyRing ring = KeyRing.builder()
                    .hasher(hashers.get(1))
                    .hasher(hashers.get(2))
                    .build();
            Map<String, ApiKeyRecord> model = new HashMap<>();
            Map<ApiKey, String> holders = new HashMap<>();
            Map<KeyHash, ApiKey> keys = new HashMap<>();
            for (int round = 0; round < 40; round++) {
                Map<String, ApiKeyRecord> changed = new HashMap<>();
                for (int i = random.nextInt(60); i > 0; i--) {
                    String id = "k" + random.nextInt(200);
                    List<HashedSecret> secrets = new ArrayList<>();
                    ApiKeyRecord standing = model.get(id);
                    for (int s = random.nextInt(2); s >= 0; s--) {
                        ApiKey key = newKey();
                        KeyHash hash = hashers.get(random.nextInt(3)).hash(key);
                        keys.put(hash, key);
                        holders.put(key, "");
                        secrets.add(HashedSecret.of(hash));
                    }
                    if (standing != null && secrets.size() == 1 && random.nextBoolean()) {
                        secrets.add(standing.current());
                    }
                    changed.put(id, ApiKeyRecord.builder(id).secrets(secrets).build());
                }
                ring = ring.with(changed.values());
                model.putAll(changed);
                holders.replaceAll((key, id) -> "");
                model.values()
                        .forEach(record ->
                                record.secrets().forEach(secret -> holders.put(keys.get(secret.hash()), record.id())));
                assertEquals(new HashSet<>(model.values()), new HashSet<>(ring.records()));
                ApiKeyVerifier verifier = ApiKeyVerifier.of(ring);
                holders.forEach((key, id) -> {
                    Verification answer = verifier.verify(key.reveal());
                    assertEquals(!id.isEmpty(), answer.isAccepted());
                    assertEquals(id.isEmpty() ? null : id, answer.keyId());
                });
            }
        }
    }

    @Test
    void recordsOfLikeRolesShareTheirGrants() {
        RoleModel roles = RoleModel.of(Role.of("client").permitting("jobs:submit"));
        ApiKey one = newKey();
        ApiKey two = newKey();
        ApiKey three = newKey();
        KeyRing ring = KeyRing.builder()
                .roles(roles)
                .add(recordOf(one).roles("client").build())
                .add(recordOf(two).roles("client").build())
                .add(recordOf(three)
                        .roles("client")
                        .permissions(Set.of(Permission.of("jobs:stop")))
                        .build())
                .build();
        assertSame(principal(ring, one).grants(), principal(ring, two).grants());
        assertFalse(principal(ring, one).hasPermission("jobs:stop"));
        assertTrue(principal(ring, three).hasPermission("jobs:stop"));
    }

    private static ApiKeyPrincipal principal(KeyRing ring, ApiKey key) {
        return ((Verification.Accepted) verify(ring, key)).principal();
    }
}
