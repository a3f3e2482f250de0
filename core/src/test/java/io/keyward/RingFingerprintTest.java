package io.keyward;

import static io.keyward.TestKeys.SHA256;
import static io.keyward.TestKeys.newKey;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.keyward.role.Permission;
import io.keyward.role.Role;
import io.keyward.role.RoleModel;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Issue 18.6: by its fingerprint an operator sees that a change is in force. */
class RingFingerprintTest {
    private static final Instant NOON = Instant.parse("2026-11-23T12:00:00Z");

    private static String of(ApiKeyRecord... records) {
        return KeyRing.builder()
                .roles(RoleModel.of(Role.of("client"), Role.of("miner")))
                .addAll(List.of(records))
                .build()
                .fingerprint();
    }

    private static ApiKeyRecord.Builder alice() {
        return ApiKeyRecord.builder("alice")
                .hash(SHA256.hash(newKey()))
                .roles("client", "miner")
                .metadata(Map.of("a", "1", "b", "2"));
    }

    private static HashedSecret secret(int ordinal) {
        return HashedSecret.of(SHA256.hash(newKey())).withOrdinal(ordinal);
    }

    @Test
    void isTheSameForTheSameRecordsInAnyOrder() {
        ApiKeyRecord one = alice().build();
        ApiKeyRecord two =
                ApiKeyRecord.builder("bob").hash(SHA256.hash(newKey())).build();

        assertEquals(of(one, two), of(two, one));
        assertEquals(of(one), of(one.toBuilder().version(7).build()), "the version is the store's");
        assertTrue(of(one).matches("[0-9a-f]{32}"));
    }

    @Test
    @DisplayName("holds nothing of a hash, so that no guess at a key can be tested with it")
    void holdsNothingOfHashes() {
        assertEquals(of(alice().build()), of(alice().build()));
    }

    @Test
    void differsWithEachPublicPart() {
        List<ApiKeyRecord> variants = List.of(
                alice().build(),
                alice().owner("alice").build(),
                alice().name("alice").build(),
                alice().state(KeyState.DISABLED).build(),
                alice().state(KeyState.REVOKED).build(),
                alice().roles("client").build(),
                alice().permissions(Set.of(Permission.of("jobs:read"))).build(),
                alice().metadata(Map.of("a", "1", "b", "3")).build(),
                alice().attributes(Map.of("a", "1")).build(),
                alice().secrets(List.of(secret(2))).build(),
                alice().secrets(List.of(secret(1).withExpiresAt(NOON))).build(),
                alice().secrets(List.of(secret(1).withNotBefore(NOON))).build(),
                alice().secrets(List.of(secret(2), secret(1).withExpiresAt(NOON)))
                        .build(),
                alice().created(NOON, null).build(),
                alice().created(null, "x").build(),
                alice().changed(NOON, null).build(),
                alice().changed(null, "x").build());
        Set<String> seen = new HashSet<>();

        variants.forEach(record -> assertTrue(seen.add(of(record)), () -> "another record has it, too: " + record));
        assertNotEquals(of(), of(variants.get(0)));
    }
}
