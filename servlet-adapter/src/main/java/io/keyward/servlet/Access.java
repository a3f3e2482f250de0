package io.keyward.servlet;

import static java.util.Objects.requireNonNull;

import io.keyward.ApiKeyPrincipal;
import io.keyward.role.Requirement;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Says who may pass: everyone, nobody, any key, or keys with some role or permission.
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

    private static final Access PERMIT_ALL = new Access(Kind.OPEN, null);
    private static final Access DENIED = new Access(Kind.CLOSED, null);
    private static final Access AUTHENTICATED = new Access(Kind.ANY_KEY, null);

    private final Kind kind;
    private final @Nullable Requirement requirement;

    private Access(Kind kind, @Nullable Requirement requirement) {
        this.kind = kind;
        this.requirement = requirement;
    }

    /**
     * Returns access for everyone: credentials are not judged, so a wrong key passes too and a right one brings no
     * principal.
     */
    public static Access permitAll() {
        return PERMIT_ALL;
    }

    /** Returns access for nobody: 401 without a valid key, 403 with one. */
    public static Access denied() {
        return DENIED;
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
        return new Access(Kind.REQUIRED, requireNonNull(requirement, "requirement"));
    }

    boolean isOpen() {
        return kind == Kind.OPEN;
    }

    boolean admits(ApiKeyPrincipal principal) {
        return requirement == null ? kind == Kind.ANY_KEY : principal.meets(requirement);
    }

    @Nullable
    Requirement requirement() {
        return requirement;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Access that && kind == that.kind && Objects.equals(requirement, that.requirement);
    }

    @Override
    public int hashCode() {
        return 31 * kind.hashCode() + Objects.hashCode(requirement);
    }

    /** Returns who may pass, in words: {@code role `admin` or `ops`}. */
    @Override
    public String toString() {
        return requirement == null ? kind.words : requirement.toString();
    }
}
