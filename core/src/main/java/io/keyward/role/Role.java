package io.keyward.role;

import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Declares a role: its name, the permissions it holds and the roles it includes.
 *
 * <pre>{@code
 * Role client = Role.of("client").permitting("jobs:submit", "jobs:read");
 * Role admin = Role.of("admin").including("client", "miner");
 * }</pre>
 *
 * <p>A declaration means nothing by itself: {@link RoleModel#of} puts several together and checks that they fit. Names
 * are exact and case-sensitive, so {@code Admin} is not {@code admin}. Immutable; may be shared between threads.
 */
public final class Role {
    private static final int MAX_NAME = 64;

    private final String name;
    private final Set<Permission> permissions;
    private final Set<String> includes;

    private Role(String name, Set<Permission> permissions, Set<String> includes) {
        this.name = name;
        this.permissions = permissions;
        this.includes = includes;
    }

    /**
     * Returns a role of that name that holds no permission and includes no role.
     *
     * @param name a letter, then up to 63 of {@code A-Z a-z 0-9 _ -}
     * @throws IllegalArgumentException if the name has another form; {@code *} is never a role
     */
    public static Role of(String name) {
        return new Role(requireName(name), Set.of(), Set.of());
    }

    /**
     * Returns this role with these permissions added.
     *
     * @throws IllegalArgumentException if a text is not a permission, see {@link Permission#of}
     */
    public Role permitting(String... permissions) {
        return new Role(name, union(this.permissions, permissions, Permission::of), includes);
    }

    /**
     * Returns this role with these roles included: a key with this role also has those, and everything that they hold.
     *
     * @throws IllegalArgumentException if a name does not have the form that {@link #of} requires
     */
    public Role including(String... roles) {
        return new Role(name, permissions, union(includes, roles, Role::requireName));
    }

    /** Returns the name. */
    public String name() {
        return name;
    }

    /** Returns the permissions declared on this role itself, without those of included roles. */
    public Set<Permission> permissions() {
        return permissions;
    }

    /** Returns the names of the roles that this one includes directly. */
    public Set<String> includes() {
        return includes;
    }

    private static String requireName(String name) {
        if (!isName(name)) {
            throw new IllegalArgumentException(
                    "role name (" + Quoted.of(name) + ") must be a letter and up to 63 of A-Z a-z 0-9 _ -");
        }
        return name;
    }

    private static boolean isName(String name) {
        if (name.isEmpty() || name.length() > MAX_NAME) {
            return false;
        }
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
            boolean other = i > 0 && ((c >= '0' && c <= '9') || c == '_' || c == '-');
            if (!letter && !other) {
                return false;
            }
        }
        return true;
    }

    private static <T> Set<T> union(Set<T> present, String[] added, Function<String, T> read) {
        Set<T> all = new LinkedHashSet<>(present);
        all.addAll(Arrays.stream(added).map(read).collect(Collectors.toList()));
        return Set.copyOf(all);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Role that
                && name.equals(that.name)
                && permissions.equals(that.permissions)
                && includes.equals(that.includes);
    }

    @Override
    public int hashCode() {
        return name.hashCode();
    }

    @Override
    public String toString() {
        return "Role[" + name + ", permissions=" + new TreeSet<>(permissions) + ", includes=" + new TreeSet<>(includes)
                + "]";
    }
}
