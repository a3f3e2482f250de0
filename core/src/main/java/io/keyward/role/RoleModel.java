package io.keyward.role;

import static java.util.Objects.requireNonNull;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Holds the roles an application knows, compiled so that a later check is a bit test.
 *
 * <p>Every role has a bit, and so has every permission that some role declares. What a role means (itself, the roles it
 * includes, their permissions) is computed once, here. {@link #grant} turns the roles of one key into {@link Grants}.
 *
 * <p>Immutable; may be shared between threads.
 */
public final class RoleModel {
    private static final RoleModel EMPTY = of(List.of());

    private final Map<String, Role> roles;
    private final Map<String, Integer> roleBits;
    private final List<Permission> permissions;
    private final BitSet[] effectiveRoles;
    private final BitSet[] effectivePermissions;

    private RoleModel(Map<String, Role> roles) {
        this.roles = roles;
        this.roleBits = new LinkedHashMap<>();
        roles.keySet().forEach(name -> roleBits.put(name, roleBits.size()));
        Set<Permission> declared = new LinkedHashSet<>();
        roles.values().forEach(role -> declared.addAll(role.permissions()));
        this.permissions = List.copyOf(declared);

        effectiveRoles = new BitSet[roles.size()];
        effectivePermissions = new BitSet[roles.size()];
        for (String name : roles.keySet()) {
            BitSet reached = reachableFrom(name);
            BitSet held = new BitSet();
            for (Role role : roles.values()) {
                if (reached.get(bit(role.name()))) {
                    role.permissions().forEach(p -> held.set(permissions.indexOf(p)));
                }
            }
            effectiveRoles[bit(name)] = reached;
            effectivePermissions[bit(name)] = held;
        }
    }

    /**
     * Returns the model of these roles.
     *
     * @throws RoleModelException if a name is declared twice, an included role is not declared, or roles include each
     *     other in a circle; the exception names every such problem, and each circle in full
     *     ({@code admin -> ops -> admin})
     */
    public static RoleModel of(Role... roles) {
        return of(Arrays.asList(roles));
    }

    /**
     * Returns the model of these roles.
     *
     * @throws RoleModelException as {@link #of(Role...)}
     */
    public static RoleModel of(Collection<Role> roles) {
        List<String> problems = new ArrayList<>();
        Map<String, Role> byName = new LinkedHashMap<>();
        for (Role role : roles) {
            if (byName.putIfAbsent(role.name(), role) != null) {
                problems.add("role `" + role.name() + "` is declared twice; remove one declaration");
            }
        }
        for (Role role : byName.values()) {
            for (String included : role.includes()) {
                if (!byName.containsKey(included)) {
                    problems.add("role `" + role.name() + "` includes `" + included
                            + "`, which is not declared; declared: " + byName.keySet());
                }
            }
        }
        circles(byName, problems);
        if (!problems.isEmpty()) {
            throw new RoleModelException(problems);
        }
        return new RoleModel(byName);
    }

    /** Returns the model without any role: callers can be identified, but no key may do more than another. */
    public static RoleModel empty() {
        return EMPTY;
    }

    /** Returns the declared roles in the order of their declaration. */
    public List<Role> roles() {
        return List.copyOf(roles.values());
    }

    /** Returns whether a role of exactly that name is declared. */
    public boolean contains(String role) {
        return roles.containsKey(role);
    }

    /**
     * Returns what a key with these roles and these further permissions may do.
     *
     * <p>A later check allocates nothing. The result can be shared by all keys that have the same roles and
     * permissions.
     *
     * @throws IllegalArgumentException if a role is not declared in this model
     */
    public Grants grant(Collection<String> roles, Collection<Permission> further) {
        BitSet roleSet = new BitSet();
        BitSet permissionSet = new BitSet();
        for (String role : roles) {
            Integer bit = roleBits.get(role);
            if (bit == null) {
                throw new IllegalArgumentException(
                        "role (" + Quoted.of(role) + ") must be one of the declared " + roleBits.keySet());
            }
            roleSet.or(effectiveRoles[bit]);
            permissionSet.or(effectivePermissions[bit]);
        }
        return new Grants(this, Set.copyOf(roles), roleSet, permissionSet, Set.copyOf(further));
    }

    @Nullable
    Integer bitOrNull(String role) {
        return roleBits.get(role);
    }

    /** Returns the bits of the declared permissions that cover what is required. */
    BitSet covering(Permission required) {
        BitSet covering = new BitSet();
        for (int i = 0; i < permissions.size(); i++) {
            if (permissions.get(i).implies(required)) {
                covering.set(i);
            }
        }
        return covering;
    }

    Set<String> names(BitSet roleSet) {
        Set<String> names = new LinkedHashSet<>();
        roleBits.forEach((name, bit) -> {
            if (roleSet.get(bit)) {
                names.add(name);
            }
        });
        return names;
    }

    Set<Permission> permissions(BitSet permissionSet) {
        Set<Permission> held = new LinkedHashSet<>();
        permissionSet.stream().forEach(bit -> held.add(permissions.get(bit)));
        return held;
    }

    /** Returns the permissions of a role, including those of its included roles. */
    Set<Permission> permissionsBy(String role) {
        return permissions(effectivePermissions[bit(role)]);
    }

    private BitSet reachableFrom(String name) {
        BitSet reached = new BitSet();
        Deque<String> open = new ArrayDeque<>(List.of(name));
        while (!open.isEmpty()) {
            String next = open.pop();
            if (!reached.get(bit(next))) {
                reached.set(bit(next));
                open.addAll(declared(next).includes());
            }
        }
        return reached;
    }

    private int bit(String declared) {
        return requireNonNull(roleBits.get(declared), declared);
    }

    private Role declared(String name) {
        return requireNonNull(roles.get(name), name);
    }

    private static void circles(Map<String, Role> byName, List<String> problems) {
        Set<String> followed = new HashSet<>();
        for (String name : byName.keySet()) {
            follow(name, byName, new LinkedHashSet<>(), followed, problems);
        }
    }

    private static void follow(
            String name, Map<String, Role> byName, Set<String> path, Set<String> followed, List<String> problems) {
        if (!path.add(name)) {
            List<String> circle = new ArrayList<>(path);
            circle = circle.subList(circle.indexOf(name), circle.size());
            problems.add("roles include each other in a circle: " + String.join(" -> ", circle) + " -> " + name);
            return;
        }
        Role role = byName.get(name);
        if (role != null && followed.add(name)) {
            for (String included : role.includes()) {
                follow(included, byName, path, followed, problems);
            }
        }
        path.remove(name);
    }

    @Override
    public String toString() {
        return "RoleModel" + roles.values();
    }
}
