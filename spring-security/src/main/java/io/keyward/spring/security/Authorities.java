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

    static Collection<GrantedAuthority> of(ApiKeyPrincipal principal, RoleModel roles) {
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
        List<GrantedAuthority> authorities = new ArrayList<>(texts.size() + 1);
        texts.forEach(text -> authorities.add(new SimpleGrantedAuthority(text)));
        addFactor(authorities);
        return authorities;
    }

    /** Leaves out what would make a role or a factor of a permission. */
    private static void add(Permission permission, Set<String> texts) {
        String text = permission.toString();
        if (!text.startsWith(ROLE) && !text.startsWith(FACTOR)) {
            texts.add(text);
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
