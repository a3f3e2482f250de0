package io.keyward;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.keyward.role.Permission;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class SharedSetsTest {
    @Test
    @DisplayName("issue 22.2 equal sets of roles and of permissions are kept once, however many records hold them")
    void recordsShareEqualSets() {
        ApiKeyRecord one = granted("miner", "client");
        ApiKeyRecord other = granted("client", "miner");

        assertSame(one.roles(), other.roles());
        assertSame(one.permissions(), other.permissions());
        assertEquals(Set.of("client", "miner"), one.roles());
    }

    @Test
    @DisplayName("what is remembered has a bound; sets beyond it are copied")
    void remembersSoMany() {
        SharedSets<Integer> sets = new SharedSets<>();
        Set<Integer> first = sets.copyOf(Set.of(0));
        for (int i = 0; i < 2_000; i++) {
            assertEquals(Set.of(i), sets.copyOf(Set.of(i)));
        }

        assertSame(first, sets.copyOf(new LinkedHashSet<>(List.of(0))));
        Set<Integer> late = Set.of(5_000);
        assertEquals(late, sets.copyOf(late));
    }

    private static ApiKeyRecord granted(String... roles) {
        return TestKeys.recordOf(TestKeys.newKey())
                .roles(roles)
                .permissions(List.of(Permission.of("jobs:read"), Permission.of("jobs:submit")))
                .build();
    }
}
