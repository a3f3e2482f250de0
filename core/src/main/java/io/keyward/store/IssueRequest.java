package io.keyward.store;

import static java.util.Objects.requireNonNull;

import io.keyward.role.Permission;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Describes a key to issue: its owner, its roles, how long it is valid.
 *
 * <pre>{@code
 * IssueRequest.builder().owner("alice@example.org").roles("client").expiresIn(Duration.ofDays(90)).build()
 * }</pre>
 *
 * <p>A key ends {@link #DEFAULT_LIFETIME} after it is issued, unless the request sets another end or
 * {@link Builder#neverExpires() neverExpires}: a key that is forgotten should not be valid for ever.
 *
 * <p>{@link ApiKeyManager#issue} checks whether it can be done. Immutable; may be shared between threads and used for
 * several keys.
 */
public final class IssueRequest {
    /** How long a key is valid if the request does not say: 365 days. */
    public static final Duration DEFAULT_LIFETIME = Duration.ofDays(365);

    final @Nullable String owner;
    final @Nullable String name;
    final Set<String> roles;
    final Set<Permission> permissions;
    final @Nullable Instant notBefore;
    final @Nullable Instant expiresAt;
    final @Nullable Duration lifetime;
    final Map<String, String> metadata;

    private IssueRequest(Builder builder) {
        this.owner = builder.owner;
        this.name = builder.name;
        this.roles = builder.roles;
        this.permissions = builder.permissions;
        this.notBefore = builder.notBefore;
        this.expiresAt = builder.expiresAt;
        this.lifetime = builder.lifetime;
        this.metadata = builder.metadata;
    }

    /** Starts a request for a key without owner and roles that ends after {@link #DEFAULT_LIFETIME}. */
    public static Builder builder() {
        return new Builder();
    }

    @Override
    public String toString() {
        return "IssueRequest[roles=" + roles + "]";
    }

    /** Builds a request. Each setter replaces what was set before; not for use by several threads. */
    public static final class Builder {
        private @Nullable String owner;
        private @Nullable String name;
        private Set<String> roles = Set.of();
        private Set<Permission> permissions = Set.of();
        private @Nullable Instant notBefore;
        private @Nullable Instant expiresAt;
        private @Nullable Duration lifetime = DEFAULT_LIFETIME;
        private Map<String, String> metadata = Map.of();

        private Builder() {}

        /** Sets the owner, by default unknown; for its form see {@link io.keyward.ApiKeyRecord.Builder#owner}. */
        public Builder owner(@Nullable String owner) {
            this.owner = owner;
            return this;
        }

        /** Sets a name for people, by default none. */
        public Builder name(@Nullable String name) {
            this.name = name;
            return this;
        }

        /** Sets the roles, by default none, as {@link #roles(Collection)}. */
        public Builder roles(String... roles) {
            return roles(Arrays.asList(roles));
        }

        /** Sets the roles, by default none; each must be declared in the ring in force. */
        public Builder roles(Collection<String> roles) {
            this.roles = Set.copyOf(roles);
            return this;
        }

        /** Sets the permissions beyond those of the roles, by default none. */
        public Builder permissions(Collection<Permission> permissions) {
            this.permissions = Set.copyOf(permissions);
            return this;
        }

        /** Sets when the key becomes valid, to the millisecond; by default, and with null, at once. */
        public Builder notBefore(@Nullable Instant notBefore) {
            this.notBefore = notBefore;
            return this;
        }

        /**
         * Sets when the key ends, to the millisecond, in place of {@link #expiresIn}; null means never. By default a
         * key ends {@link #DEFAULT_LIFETIME} after it is issued.
         */
        public Builder expiresAt(@Nullable Instant expiresAt) {
            this.expiresAt = expiresAt;
            this.lifetime = null;
            return this;
        }

        /**
         * Sets how long the key is valid, from the moment it is issued, in place of {@link #expiresAt}; by default
         * {@link #DEFAULT_LIFETIME}.
         */
        public Builder expiresIn(Duration lifetime) {
            this.lifetime = requireNonNull(lifetime, "lifetime");
            this.expiresAt = null;
            return this;
        }

        /** Makes the key valid for ever, in place of {@link #expiresIn} and {@link #expiresAt}. */
        public Builder neverExpires() {
            return expiresAt(null);
        }

        /** Sets the metadata, by name; by default none. */
        public Builder metadata(Map<String, String> metadata) {
            this.metadata = Map.copyOf(metadata);
            return this;
        }

        /** Returns the request. */
        public IssueRequest build() {
            return new IssueRequest(this);
        }
    }
}
