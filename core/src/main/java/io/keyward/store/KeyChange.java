package io.keyward.store;

import static java.util.Objects.requireNonNull;

import io.keyward.ApiKeyRecord;
import io.keyward.HashedSecret;
import io.keyward.role.Permission;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Describes a change of a key: of its owner, name, roles, permissions, end or metadata. What is not set stays as it is.
 *
 * <pre>{@code
 * KeyChange.builder().roles("client", "miner").expiresAt(nextYear).build()
 * }</pre>
 *
 * <p>{@link ApiKeyManager#change} checks whether it can be done. Immutable; may be shared between threads and applied
 * to several keys.
 */
public final class KeyChange {
    private final List<Consumer<ApiKeyRecord.Builder>> steps;
    private final @Nullable Map<String, String> metadata;
    private final Map<String, Optional<String>> entries;
    final boolean changesEnd;
    final @Nullable Instant expiresAt;

    private KeyChange(Builder builder) {
        this.steps = List.copyOf(builder.steps);
        this.metadata = builder.metadata;
        this.entries = Map.copyOf(builder.entries);
        this.changesEnd = builder.changesEnd;
        this.expiresAt = builder.expiresAt;
    }

    /** Starts a change that does nothing yet. */
    public static Builder builder() {
        return new Builder();
    }

    /** Applies this to a record; a retiring secret ends no later than the key. */
    ApiKeyRecord applyTo(ApiKeyRecord record) {
        ApiKeyRecord.Builder changed = record.toBuilder();
        steps.forEach(step -> step.accept(changed));
        if (metadata != null || !entries.isEmpty()) {
            Map<String, String> all = new HashMap<>(metadata == null ? record.metadata() : metadata);
            entries.forEach(
                    (name, value) -> value.ifPresentOrElse(text -> all.put(name, text), () -> all.remove(name)));
            changed.metadata(all);
        }
        if (changesEnd) {
            List<HashedSecret> secrets = new ArrayList<>();
            secrets.add(record.current().withExpiresAt(expiresAt));
            record.retiring()
                    .ifPresent(retiring ->
                            secrets.add(retiring.withExpiresAt(KeyTimes.earlier(retiring.expiresAt(), expiresAt))));
            changed.secrets(secrets);
        }
        return changed.build();
    }

    @Override
    public String toString() {
        return "KeyChange";
    }

    /** Builds a change. Each setter replaces what was set before; not for use by several threads. */
    public static final class Builder {
        private final List<Consumer<ApiKeyRecord.Builder>> steps = new ArrayList<>();
        private final Map<String, Optional<String>> entries = new HashMap<>();
        private @Nullable Map<String, String> metadata;
        private boolean changesEnd;
        private @Nullable Instant expiresAt;

        private Builder() {}

        /** Sets whose key it is; null for unknown. */
        public Builder owner(@Nullable String owner) {
            return step(record -> record.owner(owner));
        }

        /** Sets the name for people; null for none. */
        public Builder name(@Nullable String name) {
            return step(record -> record.name(name));
        }

        /** Sets the roles, as {@link #roles(Collection)}. */
        public Builder roles(String... roles) {
            return roles(Arrays.asList(roles));
        }

        /** Sets all roles; each must be declared in the ring in force. */
        public Builder roles(Collection<String> roles) {
            Set<String> names = Set.copyOf(roles);
            return step(record -> record.roles(names));
        }

        /** Sets all permissions beyond those of the roles. */
        public Builder permissions(Collection<Permission> permissions) {
            Set<Permission> all = Set.copyOf(permissions);
            return step(record -> record.permissions(all));
        }

        /** Sets when the key ends, to the millisecond; null for never. A retiring secret ends no later. */
        public Builder expiresAt(@Nullable Instant expiresAt) {
            this.changesEnd = true;
            this.expiresAt = KeyTimes.toMillis(expiresAt);
            return this;
        }

        /** Sets all metadata. */
        public Builder metadata(Map<String, String> metadata) {
            this.metadata = Map.copyOf(metadata);
            entries.clear();
            return this;
        }

        /**
         * Sets one entry of the metadata. The others stay, also those that somebody else sets at the same time.
         *
         * @param value null to remove the entry
         */
        public Builder metadata(String name, @Nullable String value) {
            entries.put(requireNonNull(name, "name"), Optional.ofNullable(value));
            return this;
        }

        /** Returns the change. */
        public KeyChange build() {
            return new KeyChange(this);
        }

        private Builder step(Consumer<ApiKeyRecord.Builder> step) {
            steps.add(step);
            return this;
        }
    }
}
