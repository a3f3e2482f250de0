package io.keyward;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Check values of peppers, and hashes of texts that are no key. */
class PepperCheckTest {
    private static byte[] pepper(int filledWith) {
        byte[] pepper = new byte[KeyHasher.MIN_PEPPER_LENGTH];
        Arrays.fill(pepper, (byte) filledWith);
        return pepper;
    }

    @Test
    @DisplayName("item 9: the check value depends on pepper and id, and stays the same for both")
    void tellsPeppersAndIdsApart() {
        Optional<String> check = KeyHasher.hmacSha256("p1", pepper(1)).check();
        assertTrue(check.orElseThrow().matches("[0-9a-f]{16}"));
        assertEquals(check, KeyHasher.hmacSha256("p1", pepper(1)).check());
        assertNotEquals(check, KeyHasher.hmacSha256("p1", pepper(2)).check());
        assertNotEquals(check, KeyHasher.hmacSha256("p2", pepper(1)).check());
        assertEquals(Optional.empty(), KeyHasher.sha256().check());
    }

    @Test
    @DisplayName("item 8: a ring refuses peppered hashes of texts that only a slip produces")
    void ringRefusesHashesOfSlips() {
        KeyHasher hasher = KeyHasher.hmacSha256("p1", pepper(1));
        hasher.hashesOfSlips().forEach(hash -> {
            KeyRing.Builder ring = KeyRing.builder()
                    .hasher(hasher)
                    .addAll(List.of(ApiKeyRecord.builder("a").hash(hash).build()));
            assertThrows(KeyRingException.class, ring::build);
        });
        assertTrue(hasher.hashesOfSlips().contains(hasher.hashOfNothing()));
    }
}
