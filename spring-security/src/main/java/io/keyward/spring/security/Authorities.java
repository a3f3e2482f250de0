package io.keyward.spring.security;

import io.keyward.ApiKeyPrincipal;
import io.keyward.role.Permission;
import io.keyward.role.Role;
import io.keyward.role.RoleModel;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.core.authority.SimpleGrantedAuthority;

/** Returns the roles and permissions of a caller as authorities, because Spring Security has one list for both. */
final class Authorities {
    private static final String ROLE = "ROLE_";
    private static final String FACTOR = "FACTOR_";
    private static final String FACTOR_CLASS = "org.springframework.security.core.authority.FactorGrantedAuthority";

    private static final @Nullable Method FACTOR_OF = factorOf();

    private Authorities() {}

    /** Returns what a principal has, and the factor if there is one. */
    static List<GrantedAuthority> of(ApiKeyPrincipal principal, RoleModel roles, @Nullable GrantedAuthority factor) {
        List<GrantedAuthority> authorities = new ArrayList<>();
        principal.effectiveRoles().forEach(role -> authorities.add(new SimpleGrantedAuthority(ROLE + role)));
        for (Permission permission : withCovered(principal.permissions(), roles)) {
            String text = permission.toString();
            // It would make a role or a factor of a permission.
            if (!text.startsWith(ROLE) && !text.startsWith(FACTOR)) {
                authorities.add(new SimpleGrantedAuthority(text));
            }
        }
        if (factor != null) {
            authorities.add(factor);
        }
        return Collections.unmodifiableList(authorities);
    }

    /** Adds the declared permissions that patterns among those held cover. */
    private static Set<Permission> withCovered(Set<Permission> held, RoleModel roles) {
        List<Permission> patterns = held.stream().filter(Permission::isPattern).toList();
        if (patterns.isEmpty()) {
            return held;
        }
        Set<Permission> all = new LinkedHashSet<>(held);
        for (Role role : roles.roles()) {
            for (Permission declared : role.permissions()) {
                if (patterns.stream().anyMatch(pattern -> pattern.implies(declared))) {
                    all.add(declared);
                }
            }
        }
        return all;
    }

    /** Returns {@code FACTOR_API_KEY}, given now; null before Security 7, which has no factors. */
    static @Nullable GrantedAuthority factor() {
        if (FACTOR_OF == null) {
            return null;
        }
        try {
            return (GrantedAuthority) FACTOR_OF.invoke(null, FACTOR + "API_KEY");
        } catch (ReflectiveOperationException unexpected) {
            throw new IllegalStateException("cannot make FACTOR_API_KEY with this Spring Security", unexpected);
        }
    }

    /** Uses reflection, because this module is compiled against Spring Security 6.5, which has no such class. */
    private static @Nullable Method factorOf() {
        try {
            return Class.forName(FACTOR_CLASS, true, GrantedAuthority.class.getClassLoader())
                    .getMethod("fromAuthority", String.class);
        } catch (ReflectiveOperationException securityBefore7) {
            return null;
        }
    }
}
