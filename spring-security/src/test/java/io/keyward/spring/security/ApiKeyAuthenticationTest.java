package io.keyward.spring.security;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.keyward.ApiKey;
import io.keyward.ApiKeyPrincipal;
import io.keyward.ApiKeyVerifier;
import io.keyward.KeyRing;
import io.keyward.Verification;
import io.keyward.role.Permission;
import io.keyward.role.Role;
import io.keyward.role.RoleModel;
import io.keyward.testing.ThrowAwayKeys;
import java.io.ByteArrayOutputStream;
import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.springframework.security.core.GrantedAuthority;

class ApiKeyAuthenticationTest {
    private static final List<String> TEXTS = List.of(
            "jobs:read",
            "jobs:submit",
            "jobs:*",
            "*:read",
            "*",
            "keys",
            "keys:read",
            "a:b:c",
            "a:*:c",
            "*:*:*",
            "ROLE_admin",
            "ROLE_x",
            "FACTOR_PASSWORD",
            "ROLE_x:read",
            "role_x");

    private static ApiKeyPrincipal principal(RoleModel model, List<String> roles, List<String> permissions) {
        return principal(ThrowAwayKeys.newKey(), model, roles, permissions);
    }

    private static ApiKeyPrincipal principal(
            ApiKey key, RoleModel model, List<String> roles, List<String> permissions) {
        KeyRing ring = KeyRing.builder()
                .roles(model)
                .add(ThrowAwayKeys.recordOf(key)
                        .roles(roles)
                        .permissions(permissions.stream().map(Permission::of).toList())
                        .build())
                .build();
        return ((Verification.Accepted) ApiKeyVerifier.of(ring).verify(key.reveal())).principal();
    }

    private static Set<String> authorities(ApiKeyAuthentication authentication) {
        return authentication.getAuthorities().stream()
                .map(GrantedAuthority::getAuthority)
                .collect(Collectors.toSet());
    }

    private static List<String> some(Random random, List<String> all) {
        List<String> some = new ArrayList<>();
        all.forEach(text -> {
            if (random.nextInt(4) == 0) {
                some.add(text);
            }
        });
        return some;
    }

    @Test
    @DisplayName("issue 21: hasAuthority(p) is principal.hasPermission(p), and no permission makes a role")
    void authoritiesSayWhatThePrincipalSays() {
        long seed = Long.getLong("tests.seed", 1);
        Random random = new Random(seed);
        for (int i = 0; i < 2000; i++) {
            RoleModel model = RoleModel.of(
                    Role.of("x").permitting(some(random, TEXTS).toArray(String[]::new)),
                    Role.of("admin")
                            .including(random.nextBoolean() ? new String[] {"x"} : new String[0])
                            .permitting(some(random, TEXTS).toArray(String[]::new)),
                    Role.of("other").permitting(TEXTS.toArray(String[]::new)));
            List<String> roles = some(random, List.of("x", "admin"));
            ApiKeyPrincipal principal = principal(model, roles, some(random, TEXTS));
            Set<String> authorities = authorities(ApiKeyAuthentication.of(principal, model));
            for (String text : TEXTS) {
                boolean expected = text.startsWith("ROLE_") || text.startsWith("FACTOR_")
                        ? text.startsWith("ROLE_") && principal.hasRole(text.substring(5))
                        : principal.hasPermission(text);
                assertEquals(expected, authorities.contains(text), text + " with seed " + seed + ", round " + i);
            }
        }
    }

    @Test
    void onSecurity7TheKeyIsAFactor() {
        Set<String> authorities = authorities(
                ApiKeyAuthentication.of(principal(RoleModel.empty(), List.of(), List.of()), RoleModel.empty()));
        boolean is7;
        try {
            Class.forName("org.springframework.security.core.authority.FactorGrantedAuthority");
            is7 = true;
        } catch (ClassNotFoundException securityBefore7) {
            is7 = false;
        }
        assertEquals(is7 ? Set.of("FACTOR_API_KEY") : Set.of(), authorities);
    }

    @Test
    void onSecurity7TheFactorHasTheTimeOfTheVerification() throws ReflectiveOperationException {
        ApiKeyAuthentication authentication =
                ApiKeyAuthentication.of(principal(RoleModel.empty(), List.of(), List.of()), RoleModel.empty());
        Instant verified = Instant.now();
        while (!Instant.now().isAfter(verified)) {
            Thread.onSpinWait();
        }
        for (GrantedAuthority factor : authentication.getAuthorities()) {
            Instant issuedAt =
                    (Instant) factor.getClass().getMethod("getIssuedAt").invoke(factor);
            assertFalse(issuedAt.isAfter(verified), issuedAt + " is after " + verified);
        }
    }

    @Test
    void differsWhereTheRolesOfTheSameKeyDo() {
        RoleModel model = RoleModel.of(Role.of("client"), Role.of("admin"));
        ApiKey key = ThrowAwayKeys.newKey();
        ApiKeyAuthentication client =
                ApiKeyAuthentication.of(principal(key, model, List.of("client"), List.of()), model);
        ApiKeyAuthentication admin = ApiKeyAuthentication.of(principal(key, model, List.of("admin"), List.of()), model);
        assertEquals(client.getPrincipal(), admin.getPrincipal());
        assertNotEquals(client, admin);
        assertEquals(client, client);
        assertSame(client.getAuthorities(), client.getAuthorities());
    }

    @Test
    void itsTextHasTheAuthorities() {
        RoleModel model = RoleModel.of(Role.of("client").permitting("jobs:read"));
        String text = ApiKeyAuthentication.of(principal(model, List.of("client"), List.of()), model)
                .toString();
        assertTrue(text.contains("ROLE_client") && text.contains("jobs:read"), text);
    }

    @Test
    void holdsNoCredentialsAndCannotBeSerialized() {
        ApiKeyPrincipal principal = principal(RoleModel.empty(), List.of(), List.of());
        ApiKeyAuthentication authentication = ApiKeyAuthentication.of(principal, RoleModel.empty());
        assertEquals("", authentication.getCredentials());
        assertEquals(principal.id(), authentication.getName());
        assertTrue(authentication.isAuthenticated());
        assertThrows(
                NotSerializableException.class,
                () -> new ObjectOutputStream(new ByteArrayOutputStream()).writeObject(authentication));
        authentication.setAuthenticated(false);
        assertFalse(authentication.isAuthenticated());
        assertThrows(IllegalArgumentException.class, () -> authentication.setAuthenticated(true));
    }
}
