package io.keyward.spring.security;

import io.keyward.ApiKeyPrincipal;
import io.keyward.role.Permission;
import io.keyward.role.Role;
import io.keyward.role.RoleModel;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.core.authority.SimpleGrantedAuthority;

/** Puts roles and permissions into the one list of texts that Spring Security knows. */
final class Authorities {
    private static final String ROLE = "ROLE_";
    private static final String FACTOR = "FACTOR_";
    private static final String FACTOR_CLASS = "org.springframework.security.core.authority.FactorGrantedAuthority";

    private static final @Nullable Method FACTOR_OF = factorOf();

    /** Keys with the same roles share one set of permissions, so a few lists serve most requests. */
    private static final AtomicReferenceArray<@Nullable Listed> RECENT = new AtomicReferenceArray<>(64);

    /** The list for these very sets and roles: equal ones may be those of another key ring. */
    private record Listed(
            Set<String> effectiveRoles, Set<Permission> permissions, RoleModel roles, List<GrantedAuthority> list) {
        boolean isOf(ApiKeyPrincipal principal, RoleModel declared) {
            return effectiveRoles == principal.effectiveRoles()
                    && permissions == principal.permissions()
                    && roles == declared;
        }
    }

    private Authorities() {}

    static Collection<GrantedAuthority> of(ApiKeyPrincipal principal, RoleModel roles) {
        int place = System.identityHashCode(principal.permissions()) & (RECENT.length() - 1);
        Listed recent = RECENT.get(place);
        if (recent == null || !recent.isOf(principal, roles)) {
            recent = new Listed(principal.effectiveRoles(), principal.permissions(), roles, list(principal, roles));
            RECENT.set(place, recent);
        }
        List<GrantedAuthority> authorities = new ArrayList<>(recent.list.size() + 1);
        authorities.addAll(recent.list);
        // a new one each time, because it says when the caller was recognised
        addFactor(authorities);
        return authorities;
    }

    private static List<GrantedAuthority> list(ApiKeyPrincipal principal, RoleModel roles) {
        Set<String> texts = new LinkedHashSet<>();
        principal.effectiveRoles().forEach(role -> texts.add(ROLE + role));
        Set<Permission> held = principal.permissions();
        held.forEach(permission -> add(permission, texts));
        List<Permission> patterns = held.stream().filter(Permission::isPattern).toList();
        if (!patterns.isEmpty()) {
            for (Role role : roles.roles()) {
                for (Permission declared : role.permissions()) {
                    if (patterns.stream().anyMatch(pattern -> pattern.implies(declared))) {
                        add(declared, texts);
                    }
                }
            }
        }
        return texts.stream().<GrantedAuthority>map(SimpleGrantedAuthority::new).toList();
    }

    /** Leaves out what would make a role or a factor of a permission. */
    private static void add(Permission permission, Set<String> texts) {
        String text = permission.toString();
        if (!text.startsWith(ROLE) && !text.startsWith(FACTOR)) {
            texts.add(text);
        }
    }

    /** Security 6.5 has no such class, and this module is compiled against it. */
    private static @Nullable Method factorOf() {
        try {
            return Class.forName(FACTOR_CLASS, true, GrantedAuthority.class.getClassLoader())
                    .getMethod("fromAuthority", String.class);
        } catch (ReflectiveOperationException securityBefore7) {
            return null;
        }
    }

    private static void addFactor(List<GrantedAuthority> authorities) {
        if (FACTOR_OF == null) {
            return;
        }
        try {
            authorities.add((GrantedAuthority) FACTOR_OF.invoke(null, FACTOR + "API_KEY"));
        } catch (ReflectiveOperationException unexpected) {
            throw new IllegalStateException("cannot make FACTOR_API_KEY with this Spring Security", unexpected);
        }
    }
}
