package io.keyward;

import io.keyward.role.Explanation;
import io.keyward.role.Grants;
import io.keyward.role.Permission;
import io.keyward.role.Requirement;
import java.security.Principal;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Describes the caller to the application: who it is and what it may do.
 *
 * <p>Only a verifier creates one. It gives access to no key and no hash, and it cannot be serialized. Two principals
 * are equal if they have the same id. Immutable; may be shared between threads. If you keep it, it still shows what was
 * true when the key was verified.
 */
public final class ApiKeyPrincipal implements Principal {
    private final String id;
    private final @Nullable String owner;
    private final @Nullable String name;
    private final Map<String, String> metadata;
    private final Grants grants;

    /** Copies what the application may see. The record itself is not kept, because it holds the hashes. */
    ApiKeyPrincipal(ApiKeyRecord record, Grants grants) {
        this.id = record.id();
        this.owner = record.owner();
        this.name = record.name();
        this.metadata = record.metadata();
        this.grants = grants;
    }

    /** Returns the key id, which is public and stays the same when the key is rotated. */
    public String id() {
        return id;
    }

    /** Returns the key id, as {@link #id}. */
    @Override
    public String getName() {
        return id;
    }

    /** Returns whose key it is; null if the record does not say. */
    public @Nullable String owner() {
        return owner;
    }

    /** Returns the name given to the key; null if the record has none. */
    public @Nullable String name() {
        return name;
    }

    /** Returns the roles given to the key itself. */
    public Set<String> roles() {
        return grants.roles();
    }

    /** Returns the roles in effect: those given and those they include. */
    public Set<String> effectiveRoles() {
        return grants.effectiveRoles();
    }

    /** Returns the permissions of the key: those of its roles and its own. */
    public Set<Permission> permissions() {
        return grants.permissions();
    }

    /** Returns what the key may do, in the form that is fastest to check. */
    public Grants grants() {
        return grants;
    }

    /** Returns the metadata of the record, names and values as stored. */
    public Map<String, String> metadata() {
        return metadata;
    }

    /** Returns whether the caller has a role in effect; exact and case-sensitive. */
    public boolean hasRole(String role) {
        return grants.hasRole(role);
    }

    /**
     * Returns whether the caller may do what a permission names.
     *
     * @throws IllegalArgumentException if the text is not a permission
     */
    public boolean hasPermission(String permission) {
        return grants.hasPermission(Permission.of(permission));
    }

    /** Returns whether the caller meets a requirement; the fastest way to ask the same question often. */
    public boolean meets(Requirement requirement) {
        return requirement.isMetBy(grants);
    }

    /** Returns why the caller meets a requirement or does not, for logs. */
    public Explanation explain(Requirement requirement) {
        return requirement.explain(grants, "key `" + id + "`");
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ApiKeyPrincipal that && id.equals(that.id);
    }

    @Override
    public int hashCode() {
        return id.hashCode();
    }

    @Override
    public String toString() {
        return "ApiKeyPrincipal[" + id + ", roles=" + new TreeSet<>(roles()) + "]";
    }
}
