package io.keyward.role;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RoleModelTest {
    private static final RoleModel COORDINATOR = RoleModel.of(
            Role.of("client").permitting("jobs:submit", "jobs:read"),
            Role.of("miner").permitting("work:*"),
            Role.of("ops").including("client"),
            Role.of("admin").including("ops", "miner").permitting("keys:*"));

    private static Grants grant(String... roles) {
        return COORDINATOR.grant(Set.of(roles), Set.of());
    }

    @Nested
    class Declaring {
        @ParameterizedTest
        @DisplayName("CF-19 a role name is letters, digits, _ and -, never *")
        @ValueSource(strings = {"", "*", "1a", "a b", "a,b", "a:b", "ä", "a\n", "_a", "ROLE_ADMIN\u0000"})
        void refusesOtherNames(String name) {
            assertThrows(IllegalArgumentException.class, () -> Role.of(name));
            assertThrows(IllegalArgumentException.class, () -> Role.of("a").including(name));
        }

        @Test
        void boundsNames() {
            assertEquals(64, Role.of("a".repeat(64)).name().length());
            assertThrows(IllegalArgumentException.class, () -> Role.of("a".repeat(65)));
        }

        @Test
        void addingMakesANewRole() {
            Role plain = Role.of("client");
            Role more = plain.permitting("jobs:read").including("miner");
            assertTrue(plain.permissions().isEmpty());
            assertTrue(plain.includes().isEmpty());
            assertEquals("Role[client, permissions=[jobs:read], includes=[miner]]", more.toString());
            assertThrows(
                    UnsupportedOperationException.class, () -> more.includes().clear());
        }

        @Test
        void reportsEveryProblemAtOnce() {
            RoleModelException e = assertThrows(
                    RoleModelException.class,
                    () -> RoleModel.of(
                            Role.of("client"),
                            Role.of("client"),
                            Role.of("ops").including("ghost"),
                            Role.of("a").including("b"),
                            Role.of("b").including("c"),
                            Role.of("c").including("b"),
                            Role.of("self").including("self")));
            assertEquals(
                    List.of(
                            "role `client` is declared twice; remove one declaration",
                            "role `ops` includes `ghost`, which is not declared; declared: [client, ops, a, b, c, self]",
                            "roles include each other in a circle: b -> c -> b",
                            "roles include each other in a circle: self -> self"),
                    e.problems());
            assertTrue(
                    e.getMessage()
                            .startsWith(
                                    "the roles do not fit together: role `client` is declared twice; remove one declaration; "));
        }

        @Test
        void takesLongChains() {
            List<Role> chain = new ArrayList<>();
            for (int i = 0; i < 1_000; i++) {
                chain.add(Role.of("r" + i).including("r" + (i + 1)));
            }
            chain.add(Role.of("r1000").permitting("end:reached"));
            Grants grants = RoleModel.of(chain).grant(Set.of("r0"), Set.of());
            assertTrue(grants.hasPermission(Permission.of("end:reached")));
            assertEquals(1_001, grants.effectiveRoles().size());
        }
    }

    @Nested
    class Granting {
        @Test
        void includesReachThroughSeveralRoles() {
            assertEquals(
                    Set.of("admin", "ops", "client", "miner"), grant("admin").effectiveRoles());
            assertEquals(Set.of("admin"), grant("admin").roles());
            assertTrue(grant("admin").hasPermission(Permission.of("jobs:submit")));
            assertFalse(grant("ops").hasPermission(Permission.of("work:take")));
        }

        @Test
        @DisplayName("AU-02, AU-03 roles match exactly, and no role is no role")
        void rolesMatchExactly() {
            for (String near :
                    new String[] {"Admin", "ADMIN", "admin ", " admin", "admin2", "administrator", "*", "**", ""}) {
                assertFalse(grant("admin").hasRole(near), near);
            }
            assertTrue(grant("admin").hasRole("admin"));
            for (Role role : COORDINATOR.roles()) {
                assertFalse(grant().hasRole(role.name()));
            }
            assertTrue(grant().permissions().isEmpty());
        }

        @Test
        void refusesUndeclaredRole() {
            IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> grant("Client"));
            assertEquals("role (Client) must be one of the declared [client, miner, ops, admin]", e.getMessage());
            assertThrows(IllegalArgumentException.class, () -> RoleModel.empty().grant(Set.of("client"), Set.of()));
        }

        @Test
        void addsPermissionsOfTheKey() {
            Grants grants = COORDINATOR.grant(Set.of("client"), Set.of(Permission.of("keys:*")));
            assertTrue(grants.hasPermission(Permission.of("keys:write")));
            assertTrue(grants.hasPermission(Permission.of("jobs:read")));
            assertFalse(grants.hasPermission(Permission.of("work:take")));
            assertEquals(
                    "[jobs:read, jobs:submit, keys:*]", grants.permissions().toString());
            assertThrows(
                    UnsupportedOperationException.class,
                    () -> grants.permissions().clear());
        }

        @Test
        @DisplayName("AU-04 a maker passes on only what it has")
        void coversWhatItMayPassOn() {
            assertTrue(grant("admin").covers(grant("ops")));
            assertTrue(grant("ops").covers(grant("client")));
            assertTrue(grant("client").covers(grant()));
            assertFalse(grant("ops").covers(grant("admin")));
            assertFalse(grant("client").covers(grant("ops")));
            Grants starred = COORDINATOR.grant(Set.of(), Set.of(Permission.of("jobs:*")));
            Grants single = COORDINATOR.grant(Set.of(), Set.of(Permission.of("jobs:stop")));
            assertTrue(starred.covers(single));
            assertFalse(single.covers(starred));
        }
    }

    @Nested
    class Requiring {
        @Test
        void asksForOneOfSomeRoles() {
            Requirement requirement = Requirement.anyRole("admin", "ops");
            assertTrue(requirement.isMetBy(grant("ops")));
            assertTrue(requirement.isMetBy(grant("admin")));
            assertFalse(requirement.isMetBy(grant("client", "miner")));
            assertFalse(requirement.isMetBy(grant()));
            assertFalse(Requirement.anyRole("ghost").isMetBy(grant("admin")));
        }

        @Test
        void asksForAllPermissions() {
            Requirement requirement = Requirement.allPermissions("jobs:read", "work:take");
            assertTrue(requirement.isMetBy(grant("client", "miner")));
            assertFalse(requirement.isMetBy(grant("client")));
            assertFalse(requirement.isMetBy(grant()));
        }

        @Test
        void refusesPatternThatIsAskedFor() {
            assertThrows(IllegalArgumentException.class, () -> Requirement.allPermissions("jobs:*"));
            assertThrows(IllegalArgumentException.class, () -> Requirement.anyRole("*"));
        }

        @Test
        void servesKeysOfSeveralModelsInTurn() {
            RoleModel other = RoleModel.of(
                    Role.of("x").permitting("work:take"), Role.of("admin").permitting("jobs:read"), Role.of("ops"));
            Requirement requirement = Requirement.anyRole("ops");
            for (int i = 0; i < 3; i++) {
                assertTrue(requirement.isMetBy(grant("admin")));
                assertFalse(requirement.isMetBy(other.grant(Set.of("admin"), Set.of())));
                assertTrue(requirement.isMetBy(other.grant(Set.of("ops"), Set.of())));
            }
        }

        @Test
        void explainsARefusal() {
            Grants grants = COORDINATOR.grant(Set.of("client"), Set.of(Permission.of("logs:read")));
            assertEquals(
                    "needs `keys:write`; key `a1b2c3d4` has `jobs:read` by role `client`, `jobs:submit` by role `client`,"
                            + " `logs:read`",
                    Requirement.allPermissions("keys:write")
                            .explain(grants, "key `a1b2c3d4`")
                            .toString());
            Explanation explanation = Requirement.anyRole("admin", "ops").explain(grant("miner"), "key `k`");
            assertFalse(explanation.granted());
            assertEquals("needs role `admin` or `ops`; key `k` has role `miner`", explanation.toString());
            assertEquals(
                    "needs role `admin`; key `k` has nothing of the kind",
                    Requirement.anyRole("admin").explain(grant(), "key `k`").toString());
            assertTrue(Requirement.anyRole("miner")
                    .explain(grant("admin"), "key `k`")
                    .granted());
        }

        @Test
        void isEqualByWhatItAsksFor() {
            assertEquals(Requirement.anyRole("a", "b"), Requirement.anyRole("b", "a"));
            assertEquals(
                    Requirement.anyRole("a", "b").hashCode(),
                    Requirement.anyRole("b", "a").hashCode());
            assertFalse(Requirement.anyRole("a").equals(Requirement.allPermissions("a")));
        }
    }

    /** An independent oracle: names and permissions followed one by one, without bits. */
    @Test
    void bitsAgreeWithNames() {
        long seed = Long.getLong("tests.seed", 1);
        Random random = new Random(seed);
        for (int round = 0; round < 200; round++) {
            List<Role> roles = new ArrayList<>();
            int count = 1 + random.nextInt(70);
            for (int i = 0; i < count; i++) {
                Role role = Role.of("r" + i);
                for (int p = random.nextInt(4); p > 0; p--) {
                    role = role.permitting(segment(random) + ":" + segment(random));
                }
                for (int r = random.nextInt(3); i > 0 && r > 0; r--) {
                    role = role.including("r" + random.nextInt(i));
                }
                roles.add(role);
            }
            RoleModel model = RoleModel.of(roles);
            Set<String> given = new TreeSet<>();
            for (int i = random.nextInt(4); i > 0; i--) {
                given.add("r" + random.nextInt(count));
            }
            Set<Permission> further = random.nextBoolean() ? Set.of() : Set.of(Permission.of("a:" + segment(random)));
            Grants grants = model.grant(given, further);
            Set<String> effective = new TreeSet<>();
            given.forEach(name -> follow(roles, name, effective));
            assertEquals(effective, grants.effectiveRoles());
            for (String asked : new String[] {"a:a", "a:b", "b:a", "c:c", "a:c"}) {
                Permission permission = Permission.of(asked);
                boolean held = further.stream().anyMatch(p -> p.implies(permission))
                        || roles.stream()
                                .filter(role -> effective.contains(role.name()))
                                .flatMap(role -> role.permissions().stream())
                                .anyMatch(p -> p.implies(permission));
                assertEquals(held, grants.hasPermission(permission));
                assertEquals(held, Requirement.allPermissions(asked).isMetBy(grants));
            }
            for (int i = 0; i < count; i++) {
                assertEquals(effective.contains("r" + i), grants.hasRole("r" + i));
                assertEquals(
                        effective.contains("r" + i),
                        Requirement.anyRole("r" + i).isMetBy(grants));
            }
        }
    }

    private static String segment(Random random) {
        return List.of("a", "b", "c", "*").get(random.nextInt(4));
    }

    private static void follow(List<Role> roles, String name, Set<String> effective) {
        if (effective.add(name)) {
            roles.get(Integer.parseInt(name.substring(1))).includes().forEach(next -> follow(roles, next, effective));
        }
    }
}
