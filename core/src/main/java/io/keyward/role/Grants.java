package io.keyward.role;

import java.util.BitSet;
import java.util.Collections;
import java.util.Set;
import java.util.TreeSet;

/**
 * Holds what one key may do: its roles and permissions, compiled by a {@link RoleModel}.
 *
 * <p>There is no default role, and only what is named is granted. Checks by role name are a map look-up and a bit test.
 * Immutable; may be shared between threads and between keys.
 */
public final class Grants {
    private final RoleModel model;
    private final Set<String> roles;
    private final BitSet roleSet;
    private final BitSet permissionSet;
    private final Set<Permission> further;

    Grants(RoleModel model, Set<String> roles, BitSet roleSet, BitSet permissionSet, Set<Permission> further) {
        this.model = model;
        this.roles = roles;
        this.roleSet = roleSet;
        this.permissionSet = permissionSet;
        this.further = further;
    }

    /** Returns the roles given to the key itself. */
    public Set<String> roles() {
        return roles;
    }

    /** Returns the roles the key has in effect: those given and those they include. */
    public Set<String> effectiveRoles() {
        return Collections.unmodifiableSet(model.names(roleSet));
    }

    /** Returns the permissions the key holds, by its roles and its own, {@code *} unexpanded, sorted by text. */
    public Set<Permission> permissions() {
        Set<Permission> all = new TreeSet<>(model.permissions(permissionSet));
        all.addAll(further);
        return Collections.unmodifiableSet(all);
    }

    /** Returns whether the key has a role in effect; exact and case-sensitive, and false for a role nobody declared. */
    public boolean hasRole(String role) {
        Integer bit = model.bitOrNull(role);
        return bit != null && roleSet.get(bit);
    }

    /**
     * Returns whether the key may do what a permission names.
     *
     * <p>Compares with each permission held. For a question that is asked often, a {@link Requirement} is faster.
     */
    public boolean hasPermission(Permission permission) {
        return model.covering(permission).intersects(permissionSet) || furtherImply(permission);
    }

    /**
     * Returns whether everything that {@code other} grants is granted here too, so that a maker may pass it on.
     *
     * <p>Both sides may come from different models: names are compared, not bits.
     */
    public boolean covers(Grants other) {
        return effectiveRoles().containsAll(other.effectiveRoles())
                && other.permissions().stream()
                        .allMatch(asked -> permissions().stream().anyMatch(held -> held.implies(asked)));
    }

    RoleModel model() {
        return model;
    }

    boolean hasAnyRoleOf(BitSet asked) {
        return roleSet.intersects(asked);
    }

    boolean hasAnyPermissionOf(BitSet covering) {
        return permissionSet.intersects(covering);
    }

    boolean furtherImply(Permission required) {
        for (Permission held : further) {
            if (held.implies(required)) {
                return true;
            }
        }
        return false;
    }

    Set<Permission> further() {
        return further;
    }

    @Override
    public String toString() {
        return "Grants[roles=" + new TreeSet<>(roles) + ", permissions=" + permissions() + "]";
    }
}
