package io.keyward.servlet;

import io.keyward.ApiKeyPrincipal;
import io.keyward.role.Requirement;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Describes who may pass: everyone, nobody, any key, or keys with some role or permission.
 *
 * <pre>{@code
 * .rule("/health", permitAll())
 * .rule("/v1/jobs", anyRole("client"))
 * .otherwise(authenticated())
 * }</pre>
 *
 * <p>Immutable; may be shared between threads.
 */
public final class Access {
    private enum Kind {
        OPEN("open to everyone"),
        CLOSED("closed to everyone"),
        ANY_KEY("any key"),
        REQUIRED("");

        final String words;

        Kind(String words) {
            this.words = words;
        }
    }

    private static final Access PERMIT_ALL = new Access(Kind.OPEN, List.of());
    private static final Access DENY_ALL = new Access(Kind.CLOSED, List.of());
    private static final Access AUTHENTICATED = new Access(Kind.ANY_KEY, List.of());

    private final Kind kind;
    private final List<Requirement> requirements;

    private Access(Kind kind, List<Requirement> requirements) {
        this.kind = kind;
        this.requirements = requirements;
    }

    /**
     * Returns access for everyone: credentials are not read, so a request with a wrong key passes, and one with a valid
     * key has no principal.
     */
    public static Access permitAll() {
        return PERMIT_ALL;
    }

    /** Returns access for nobody: 401 without a valid key, 403 with one. */
    public static Access denyAll() {
        return DENY_ALL;
    }

    /** Returns access for every valid key, whatever its roles. */
    public static Access authenticated() {
        return AUTHENTICATED;
    }

    /**
     * Returns access for keys that have at least one of these roles in effect; exact and case-sensitive.
     *
     * @throws IllegalArgumentException if a name is not a role name, see {@link io.keyward.role.Role#of}
     */
    public static Access anyRole(String first, String... others) {
        return meeting(Requirement.anyRole(first, others));
    }

    /**
     * Returns access for keys that hold all of these permissions.
     *
     * @throws IllegalArgumentException if a text is not a permission, or is a pattern such as {@code jobs:*}
     */
    public static Access allPermissions(String first, String... others) {
        return meeting(Requirement.allPermissions(first, others));
    }

    /** Returns access for keys that meet a requirement. */
    public static Access meeting(Requirement requirement) {
        return new Access(Kind.REQUIRED, List.of(requirement));
    }

    boolean isOpen() {
        return kind == Kind.OPEN;
    }

    /** Returns whether a caller may pass; null is a caller without a key. */
    boolean admits(@Nullable ApiKeyPrincipal principal) {
        if (principal == null || kind == Kind.OPEN || kind == Kind.CLOSED) {
            return kind == Kind.OPEN;
        }
        for (int i = 0; i < requirements.size(); i++) {
            if (!principal.meets(requirements.get(i))) {
                return false;
            }
        }
        return true;
    }

    /** Returns access for callers that both admit. */
    Access and(Access other) {
        if (kind == Kind.OPEN || (kind == Kind.ANY_KEY && other.kind != Kind.OPEN)) {
            return other;
        }
        if (other.kind != Kind.REQUIRED || kind == Kind.CLOSED) {
            return other.kind == Kind.CLOSED ? other : this;
        }
        Set<Requirement> all = new LinkedHashSet<>(requirements);
        return all.addAll(other.requirements) ? new Access(Kind.REQUIRED, List.copyOf(all)) : this;
    }

    List<Requirement> requirements() {
        return requirements;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Access that && kind == that.kind && requirements.equals(that.requirements);
    }

    @Override
    public int hashCode() {
        return 31 * kind.hashCode() + requirements.hashCode();
    }

    /** Returns who may pass, in words: {@code role `admin` or `ops`}. */
    @Override
    public String toString() {
        return requirements.isEmpty()
                ? kind.words
                : requirements.stream().map(Requirement::toString).collect(Collectors.joining(" and "));
    }
}
