package io.keyward;

import static java.util.Objects.requireNonNull;

import io.keyward.role.Permission;
import io.keyward.role.Role;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Records one key: whose it is, what it may do, whether it counts, and the hashes of its secrets.
 *
 * <p>This is what a store keeps. It never holds a key, and prints no hash. Immutable; may be shared between threads.
 */
public final class ApiKeyRecord {
    /** The most secrets of a record: the current one, and one that a rotation is retiring. */
    public static final int MAX_SECRETS = 2;
    /** The most characters of an owner or a name: {@value}. */
    public static final int MAX_TEXT = 200;
    /** The most roles, and the most permissions, of a record: {@value}. */
    public static final int MAX_GRANTS = 64;
    /** The most entries of metadata: {@value}. */
    public static final int MAX_METADATA = 32;
    /** The most characters of a metadata value: {@value}. */
    public static final int MAX_METADATA_VALUE = 512;

    private static final Pattern ID = Pattern.compile("[a-z0-9_]{1,64}");
    private static final Pattern METADATA_NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]{0,63}");

    private final String id;
    private final @Nullable String owner;
    private final @Nullable String name;
    private final Set<String> roles;
    private final Set<Permission> permissions;
    private final KeyState state;
    private final List<HashedSecret> secrets;
    private final Map<String, String> metadata;
    private final long version;

    private ApiKeyRecord(Builder builder) {
        this.id = builder.id;
        this.owner = builder.owner;
        this.name = builder.name;
        this.roles = Set.copyOf(builder.roles);
        this.permissions = Set.copyOf(builder.permissions);
        this.state = builder.state;
        this.secrets = List.copyOf(builder.secrets);
        this.metadata = Map.copyOf(builder.metadata);
        this.version = builder.version;
    }

    /**
     * Starts a record.
     *
     * @param id 1 to 64 of {@code a-z 0-9 _}: public, and the same for the life of the key
     * @throws IllegalArgumentException if the id has another form
     */
    public static Builder builder(String id) {
        return new Builder(id);
    }

    /** Starts a record like this one. */
    public Builder toBuilder() {
        Builder builder = new Builder(id);
        builder.owner = owner;
        builder.name = name;
        builder.roles = roles;
        builder.permissions = permissions;
        builder.state = state;
        builder.secrets = secrets;
        builder.metadata = metadata;
        builder.version = version;
        return builder;
    }

    /** Returns the key id: public, stable over rotation, safe in logs. */
    public String id() {
        return id;
    }

    /** Returns whose key it is; null if not said. */
    public @Nullable String owner() {
        return owner;
    }

    /** Returns the name given to the key; null if it has none. */
    public @Nullable String name() {
        return name;
    }

    /** Returns the names of the roles given to the key. */
    public Set<String> roles() {
        return roles;
    }

    /** Returns the permissions the key has beyond those of its roles. */
    public Set<Permission> permissions() {
        return permissions;
    }

    /** Returns whether the key counts. */
    public KeyState state() {
        return state;
    }

    /** Returns the hashed secrets, the current one first; never empty. */
    public List<HashedSecret> secrets() {
        return secrets;
    }

    /** Returns the secret that callers should use. */
    public HashedSecret current() {
        return secrets.get(0);
    }

    /** Returns the secret that a rotation replaced and that still counts until its end. */
    public Optional<HashedSecret> retiring() {
        return secrets.size() == 1 ? Optional.empty() : Optional.of(secrets.get(1));
    }

    /** Returns what else is noted of the key, by name. */
    public Map<String, String> metadata() {
        return metadata;
    }

    /**
     * Returns the version, which names this state of the record in its store: 0 before it is stored. Most stores count the
     * changes, see {@code io.keyward.store.ApiKeyStore}.
     */
    public long version() {
        return version;
    }

    /** Compares all components, hashes in constant time. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ApiKeyRecord that
                && id.equals(that.id)
                && version == that.version
                && state == that.state
                && Objects.equals(owner, that.owner)
                && Objects.equals(name, that.name)
                && roles.equals(that.roles)
                && permissions.equals(that.permissions)
                && secrets.equals(that.secrets)
                && metadata.equals(that.metadata);
    }

    @Override
    public int hashCode() {
        return 31 * id.hashCode() + Long.hashCode(version);
    }

    /** Returns id, state, roles and version; no hash, no owner, no metadata. */
    @Override
    public String toString() {
        return "ApiKeyRecord[" + id + ", " + state + ", roles=" + new TreeSet<>(roles) + ", version=" + version + "]";
    }

    /**
     * Builds a record. Each setter replaces what was set before and refuses at once what no store could keep; not for
     * use by several threads.
     */
    public static final class Builder {
        private final String id;
        private @Nullable String owner;
        private @Nullable String name;
        private Set<String> roles = Set.of();
        private Set<Permission> permissions = Set.of();
        private KeyState state = KeyState.ACTIVE;
        private List<HashedSecret> secrets = List.of();
        private Map<String, String> metadata = Map.of();
        private long version;

        private Builder(String id) {
            if (!ID.matcher(id).matches()) {
                throw new IllegalArgumentException("key id must be 1 to 64 of a-z 0-9 _");
            }
            this.id = id;
        }

        /**
         * Sets whose key it is; null, the default, for unknown.
         *
         * @throws IllegalArgumentException if it is blank, longer than {@value #MAX_TEXT} characters, or has a control
         *     character or line break
         */
        public Builder owner(@Nullable String owner) {
            this.owner = owner == null ? null : requireLine("owner", owner, MAX_TEXT);
            return this;
        }

        /**
         * Sets a name for people; null, the default, for none.
         *
         * @throws IllegalArgumentException as {@link #owner}
         */
        public Builder name(@Nullable String name) {
            this.name = name == null ? null : requireLine("name", name, MAX_TEXT);
            return this;
        }

        /** Sets the roles, none by default, as {@link #roles(Collection)}. */
        public Builder roles(String... roles) {
            return roles(Arrays.asList(roles));
        }

        /**
         * Sets the roles, none by default. Whether they are declared is judged by the ring.
         *
         * @throws IllegalArgumentException if one is not a role name, see {@link Role#of}, or there are more than
         *     {@value #MAX_GRANTS}
         */
        public Builder roles(Collection<String> roles) {
            Set<String> names = new LinkedHashSet<>();
            roles.forEach(role -> names.add(Role.of(role).name()));
            this.roles = requireAtMost("roles", names, MAX_GRANTS);
            return this;
        }

        /**
         * Sets the permissions beyond those of the roles, none by default.
         *
         * @throws IllegalArgumentException if there are more than {@value #MAX_GRANTS}
         */
        public Builder permissions(Collection<Permission> permissions) {
            this.permissions = requireAtMost("permissions", new LinkedHashSet<>(permissions), MAX_GRANTS);
            return this;
        }

        /** Sets whether the key counts, by default {@link KeyState#ACTIVE}. */
        public Builder state(KeyState state) {
            this.state = requireNonNull(state, "state");
            return this;
        }

        /** Sets the only secret, without a window. */
        public Builder hash(KeyHash hash) {
            return secrets(List.of(HashedSecret.of(hash)));
        }

        /**
         * Sets the secrets, the current one first.
         *
         * @throws IllegalArgumentException if there are more than {@value #MAX_SECRETS}
         */
        public Builder secrets(List<HashedSecret> secrets) {
            if (secrets.size() > MAX_SECRETS) {
                throw new IllegalArgumentException("key `" + id + "` has " + secrets.size() + " secrets and may have "
                        + MAX_SECRETS + ": a current and a retiring one");
            }
            this.secrets = new ArrayList<>(secrets);
            return this;
        }

        /**
         * Sets what else is noted, by name; nothing by default.
         *
         * @throws IllegalArgumentException if there are more than {@value #MAX_METADATA} entries, a name is not 1 to 64 of
         *     {@code A-Z a-z 0-9 _ . -}, or a value has more than {@value #MAX_METADATA_VALUE} characters or a control
         *     character
         */
        public Builder metadata(Map<String, String> metadata) {
            requireAtMost("metadata entries", metadata.keySet(), MAX_METADATA);
            metadata.forEach((entry, value) -> {
                if (!METADATA_NAME.matcher(entry).matches()) {
                    throw new IllegalArgumentException("metadata name of key `" + id
                            + "` must be 1 to 64 of A-Z a-z 0-9 _ . -, the first a letter or digit");
                }
                requireLine("metadata value `" + entry + "`", value, MAX_METADATA_VALUE);
            });
            this.metadata = new TreeMap<>(metadata);
            return this;
        }

        /**
         * Sets the version, which belongs to the store.
         *
         * @throws IllegalArgumentException if it is negative
         */
        public Builder version(long version) {
            if (version < 0) {
                throw new IllegalArgumentException("version (" + version + ") must not be negative");
            }
            this.version = version;
            return this;
        }

        /**
         * Returns the record.
         *
         * @throws IllegalArgumentException if no secret was set
         */
        public ApiKeyRecord build() {
            if (secrets.isEmpty()) {
                throw new IllegalArgumentException("key `" + id + "` has no hash; set one");
            }
            return new ApiKeyRecord(this);
        }

        private <T> Set<T> requireAtMost(String what, Set<T> values, int most) {
            if (values.size() > most) {
                throw new IllegalArgumentException(
                        "key `" + id + "` has " + values.size() + " " + what + " and may have " + most);
            }
            return values;
        }

        /** One line of text: what would break a line of a file or a log does not get in. */
        private String requireLine(String what, String text, int most) {
            boolean isLine = !text.isBlank() && text.length() <= most;
            if (!isLine || text.codePoints().anyMatch(Builder::breaksLine)) {
                throw new IllegalArgumentException(what + " of key `" + id + "` must be 1 to " + most
                        + " characters, not all blank, without control characters and line breaks");
            }
            return text;
        }

        private static boolean breaksLine(int codePoint) {
            return switch (Character.getType(codePoint)) {
                case Character.CONTROL,
                        Character.LINE_SEPARATOR,
                        Character.PARAGRAPH_SEPARATOR,
                        Character.FORMAT,
                        Character.SURROGATE -> true;
                default -> false;
            };
        }
    }
}
