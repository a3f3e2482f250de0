package io.keyward.role;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Describes what a part of an application requires of a key: one of some roles, or all of some permissions.
 *
 * <p>It is compiled against a {@link RoleModel} at its first use and again when keys of another model are presented, so
 * a check is a bit test for each permission asked for. May be shared between threads.
 */
public final class Requirement {
    private final Set<String> anyRole;
    private final Set<Permission> allPermissions;
    private volatile @Nullable Compiled compiled;

    private Requirement(Set<String> anyRole, Set<Permission> allPermissions) {
        this.anyRole = anyRole;
        this.allPermissions = allPermissions;
    }

    /**
     * Returns the requirement that a key has at least one of these roles in effect.
     *
     * @throws IllegalArgumentException if a name is not a role name, see {@link Role#of}
     */
    public static Requirement anyRole(String first, String... others) {
        Set<String> names = Stream.concat(Stream.of(first), Stream.of(others))
                .map(name -> Role.of(name).name())
                .collect(Collectors.toCollection(TreeSet::new));
        return new Requirement(names, Set.of());
    }

    /**
     * Returns the requirement that a key holds all of these permissions.
     *
     * @throws IllegalArgumentException if a text is not a permission, or is a pattern: a key can hold {@code jobs:*},
     *     but nothing can require it
     */
    public static Requirement allPermissions(String first, String... others) {
        Set<Permission> permissions = Stream.concat(Stream.of(first), Stream.of(others))
                .map(Requirement::askable)
                .collect(Collectors.toCollection(TreeSet::new));
        return new Requirement(Set.of(), permissions);
    }

    private static Permission askable(String text) {
        Permission permission = Permission.of(text);
        if (permission.isPattern()) {
            throw new IllegalArgumentException(
                    "permission (" + text + ") must not contain * in a requirement; name what is required");
        }
        return permission;
    }

    /** Returns the roles of which one is asked for; empty if permissions are asked for. */
    public Set<String> anyRole() {
        return Set.copyOf(anyRole);
    }

    /** Returns the permissions that are all asked for; empty if a role is asked for. */
    public Set<Permission> allPermissions() {
        return Set.copyOf(allPermissions);
    }

    /** Returns whether these grants meet the requirement. */
    public boolean isMetBy(Grants grants) {
        Compiled now = compiledFor(grants.model());
        if (!anyRole.isEmpty()) {
            return grants.hasAnyRoleOf(now.roles);
        }
        for (int i = 0; i < now.asked.length; i++) {
            if (!grants.hasAnyPermissionOf(now.covering[i]) && !grants.furtherImply(now.asked[i])) {
                return false;
            }
        }
        return true;
    }

    /**
     * Returns why these grants meet the requirement or do not, in words for a log.
     *
     * @param subject whose rights are checked, such as {@code key `a1b2c3d4`}; printed as it is, so never pass a
     *     stranger's text
     */
    public Explanation explain(Grants grants, String subject) {
        return new Explanation(isMetBy(grants), needs(), subject, held(grants));
    }

    private String needs() {
        return anyRole.isEmpty()
                ? allPermissions.stream().map(p -> "`" + p + "`").collect(Collectors.joining(" and "))
                : anyRole.stream().map(r -> "`" + r + "`").collect(Collectors.joining(" or ", "role ", ""));
    }

    private List<String> held(Grants grants) {
        List<String> held = new ArrayList<>();
        for (String role : new TreeSet<>(grants.roles())) {
            if (anyRole.isEmpty()) {
                new TreeSet<>(grants.model().permissionsBy(role))
                        .forEach(permission -> held.add("`" + permission + "` by role `" + role + "`"));
            } else {
                held.add("role `" + role + "`");
            }
        }
        if (anyRole.isEmpty()) {
            new TreeSet<>(grants.further()).forEach(permission -> held.add("`" + permission + "`"));
        }
        return held;
    }

    private Compiled compiledFor(RoleModel model) {
        Compiled now = compiled;
        if (now == null || now.model != model) {
            now = new Compiled(model, anyRole, allPermissions);
            compiled = now;
        }
        return now;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Requirement that
                && anyRole.equals(that.anyRole)
                && allPermissions.equals(that.allPermissions);
    }

    @Override
    public int hashCode() {
        return 31 * anyRole.hashCode() + allPermissions.hashCode();
    }

    /** Returns what is asked for, as in {@code role `admin` or `ops`}. */
    @Override
    public String toString() {
        return needs();
    }

    /** What is asked for, as bits of one model. A role nobody declared has no bit, so nobody has it. */
    private static final class Compiled {
        final RoleModel model;
        final BitSet roles = new BitSet();
        final Permission[] asked;
        final BitSet[] covering;

        Compiled(RoleModel model, Set<String> anyRole, Set<Permission> allPermissions) {
            this.model = model;
            for (String role : anyRole) {
                Integer bit = model.bitOrNull(role);
                if (bit != null) {
                    roles.set(bit);
                }
            }
            this.asked = allPermissions.toArray(Permission[]::new);
            this.covering = Stream.of(asked).map(model::covering).toArray(BitSet[]::new);
        }
    }
}
