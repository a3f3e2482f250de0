package io.keyward;

import static java.util.Objects.requireNonNull;

import io.keyward.role.Permission;
import io.keyward.role.Role;
import java.time.Instant;
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
 * Records one key: its owner, what it may do, its state, and the hashes of its secrets.
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
    /** The most attributes: {@value}. */
    public static final int MAX_ATTRIBUTES = 32;
    /** The most characters of an attribute's value: {@value}. */
    public static final int MAX_ATTRIBUTE_VALUE = 2048;

    /**
     * The attributes that this version understands. An attribute narrows what a key may do, so an unknown one must not
     * be ignored.
     */
    private static final Set<String> KNOWN_ATTRIBUTES = Set.of();
    /** Means that a time is not known. */
    private static final long NO_TIME = Long.MIN_VALUE;

    private static final Instant FIRST_TIME = Instant.parse("0001-01-01T00:00:00Z");
    private static final Instant END_OF_TIME = Instant.parse("+10000-01-01T00:00:00Z");

    private static final int MAX_ID = 64;
    private static final Pattern ENTRY_NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]{0,63}");

    private final String id;
    private final @Nullable String owner;
    private final @Nullable String name;
    private final Set<String> roles;
    private final Set<Permission> permissions;
    private final KeyState state;
    private final HashedSecret current;
    private final @Nullable HashedSecret retiring;
    private final Map<String, String> metadata;
    private final Map<String, String> attributes;
    private final @Nullable String createdBy;
    private final @Nullable String changedBy;
    /** In microseconds since 1970, which saves two million objects in a million records. */
    private final long createdAt;

    private final long changedAt;
    private final long version;

    private ApiKeyRecord(Builder builder) {
        this.id = builder.id;
        this.owner = builder.owner;
        this.name = builder.name;
        this.roles = SharedSets.ROLES.copyOf(builder.roles);
        this.permissions = SharedSets.PERMISSIONS.copyOf(builder.permissions);
        this.state = builder.state;
        List<HashedSecret> secrets = builder.numberedSecrets();
        this.current = secrets.get(0);
        this.retiring = secrets.size() == 1 ? null : secrets.get(1);
        this.metadata = Map.copyOf(builder.metadata);
        this.attributes = Map.copyOf(builder.attributes);
        this.createdBy = builder.createdBy;
        // one string for both if they are equal, because stores read each of them separately
        this.changedBy = Objects.equals(builder.changedBy, createdBy) ? createdBy : builder.changedBy;
        this.createdAt = builder.createdAt;
        this.changedAt = builder.changedAt;
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
        builder.secrets = secrets();
        builder.metadata = metadata;
        builder.attributes = attributes;
        builder.createdBy = createdBy;
        builder.changedBy = changedBy;
        builder.createdAt = createdAt;
        builder.changedAt = changedAt;
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

    /** Returns whether the key is active, disabled or revoked. */
    public KeyState state() {
        return state;
    }

    /** Returns the hashed secrets, the current one first; never empty. */
    public List<HashedSecret> secrets() {
        return retiring == null ? List.of(current) : List.of(current, retiring);
    }

    /** Returns the secret that callers should use. */
    public HashedSecret current() {
        return current;
    }

    /** Returns the secret that a rotation replaced and that stays valid until its end. */
    public Optional<HashedSecret> retiring() {
        return Optional.ofNullable(retiring);
    }

    /** Returns the ordinal of the secret that the next rotation adds. */
    public int nextOrdinal() {
        return Math.max(current.ordinal(), retiring == null ? 0 : retiring.ordinal()) + 1;
    }

    /** Returns further notes about the key, by name. */
    public Map<String, String> metadata() {
        return metadata;
    }

    /**
     * Returns the extension attributes, by name: conditions that other versions and modules attach to a key.
     *
     * <p>Metadata is only noted, but an attribute changes what the key may do. So a key with
     * {@linkplain #unknownAttributes unknown attributes} is rejected at verification, and the manager refuses to change
     * it.
     */
    public Map<String, String> attributes() {
        return attributes;
    }

    /**
     * Returns the names of the attributes that this version does not know, in no particular order; empty if it knows
     * all of them.
     */
    public Set<String> unknownAttributes() {
        if (attributes.isEmpty()) {
            return Set.of();
        }
        Set<String> unknown = new TreeSet<>(attributes.keySet());
        unknown.removeAll(KNOWN_ATTRIBUTES);
        return Set.copyOf(unknown);
    }

    /** Returns when the record was created, to the microsecond; null if not known. */
    public @Nullable Instant createdAt() {
        return instant(createdAt);
    }

    /** Returns who created the record, such as {@code operator:anna} or {@code key:a1b2c3d4}; null if not known. */
    public @Nullable String createdBy() {
        return createdBy;
    }

    /** Returns when the record was last changed, to the microsecond; null if never, or not known. */
    public @Nullable Instant changedAt() {
        return instant(changedAt);
    }

    /** Returns who changed the record last, in the form of {@link #createdBy}; null if nobody did, or not known. */
    public @Nullable String changedBy() {
        return changedBy;
    }

    private static @Nullable Instant instant(long micros) {
        return micros == NO_TIME
                ? null
                : Instant.ofEpochSecond(Math.floorDiv(micros, 1_000_000L), Math.floorMod(micros, 1_000_000L) * 1_000L);
    }

    /**
     * Returns the version that its store gave to this state of the record; 0 before it is stored. Most stores count
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
                && current.equals(that.current)
                && Objects.equals(retiring, that.retiring)
                && metadata.equals(that.metadata)
                && attributes.equals(that.attributes)
                && createdAt == that.createdAt
                && changedAt == that.changedAt
                && Objects.equals(createdBy, that.createdBy)
                && Objects.equals(changedBy, that.changedBy);
    }

    @Override
    public int hashCode() {
        return 31 * id.hashCode() + Long.hashCode(version);
    }

    /** Returns id, state, roles and version; no hash, no owner, no person, no metadata. */
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
        private Map<String, String> attributes = Map.of();
        private @Nullable String createdBy;
        private @Nullable String changedBy;
        private long createdAt = NO_TIME;
        private long changedAt = NO_TIME;
        private long version;

        private Builder(String id) {
            if (!isId(id)) {
                throw new IllegalArgumentException("key id must be 1 to 64 of a-z 0-9 _");
            }
            this.id = id;
        }

        private static boolean isId(String id) {
            if (id.isEmpty() || id.length() > MAX_ID) {
                return false;
            }
            for (int i = 0; i < id.length(); i++) {
                char c = id.charAt(i);
                if ((c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '_') {
                    return false;
                }
            }
            return true;
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
         * Sets the roles, none by default. The ring checks whether they are declared.
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

        /** Sets the state, by default {@link KeyState#ACTIVE}. */
        public Builder state(KeyState state) {
            this.state = requireNonNull(state, "state");
            return this;
        }

        /** Sets the only secret, without a window. */
        public Builder hash(KeyHash hash) {
            return secrets(List.of(HashedSecret.of(hash)));
        }

        /**
         * Sets the secrets, the current one first. If both have the same ordinal, the current one gets the next,
         * because an ordinal names one secret of a record.
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
         * Sets the metadata, by name; none by default.
         *
         * @throws IllegalArgumentException if there are more than {@value #MAX_METADATA} entries, a name is not 1 to 64
         *     of {@code A-Z a-z 0-9 _ . -}, or a value has more than {@value #MAX_METADATA_VALUE} characters or a
         *     control character
         */
        public Builder metadata(Map<String, String> metadata) {
            this.metadata = entries("metadata", metadata, MAX_METADATA, MAX_METADATA_VALUE);
            return this;
        }

        /**
         * Sets the extension attributes, by name; none by default. One that this version does not know is kept, and the
         * key is rejected, see {@link ApiKeyRecord#attributes}.
         *
         * @throws IllegalArgumentException if there are more than {@value #MAX_ATTRIBUTES}, a name does not have the
         *     form of a metadata name, or a value has more than {@value #MAX_ATTRIBUTE_VALUE} characters or a control
         *     character
         */
        public Builder attributes(Map<String, String> attributes) {
            this.attributes = entries("attribute", attributes, MAX_ATTRIBUTES, MAX_ATTRIBUTE_VALUE);
            return this;
        }

        /**
         * Sets when and by whom the record was created, each null if not known, as by default.
         *
         * @param at cut to the microsecond
         * @param by such as {@code operator:anna} or {@code key:a1b2c3d4}
         * @throws IllegalArgumentException if the time is not in the years 1 to 9999, or {@link #owner} would refuse
         *     the text
         */
        public Builder created(@Nullable Instant at, @Nullable String by) {
            this.createdAt = micros("creation", at);
            this.createdBy = by == null ? null : requireLine("creator", by, MAX_TEXT);
            return this;
        }

        /**
         * Sets when and by whom the record was last changed, each null if not known, as by default.
         *
         * @param at cut to the microsecond
         * @param by as in {@link #created}
         * @throws IllegalArgumentException as {@link #created}
         */
        public Builder changed(@Nullable Instant at, @Nullable String by) {
            this.changedAt = micros("last change", at);
            this.changedBy = by == null ? null : requireLine("changer", by, MAX_TEXT);
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

        private List<HashedSecret> numberedSecrets() {
            if (secrets.size() < MAX_SECRETS) {
                return List.copyOf(secrets);
            }
            HashedSecret current = secrets.get(0);
            HashedSecret retiring = secrets.get(1);
            return current.ordinal() != retiring.ordinal()
                    ? List.of(current, retiring)
                    : List.of(current.withOrdinal(retiring.ordinal() + 1), retiring);
        }

        private Map<String, String> entries(String what, Map<String, String> entries, int most, int mostOfValue) {
            requireAtMost(what + " entries", entries.keySet(), most);
            entries.forEach((entry, value) -> {
                if (!ENTRY_NAME.matcher(entry).matches()) {
                    throw new IllegalArgumentException(what + " name of key `" + id
                            + "` must be 1 to 64 of A-Z a-z 0-9 _ . -, the first a letter or digit");
                }
                requireLine(what + " value `" + entry + "`", value, mostOfValue);
            });
            return new TreeMap<>(entries);
        }

        private long micros(String what, @Nullable Instant time) {
            if (time == null) {
                return NO_TIME;
            }
            if (time.isBefore(FIRST_TIME) || !time.isBefore(END_OF_TIME)) {
                throw new IllegalArgumentException(
                        "time of the " + what + " of key `" + id + "` must lie in the years 1 to 9999");
            }
            return time.getEpochSecond() * 1_000_000L + time.getNano() / 1_000;
        }

        private <T> Set<T> requireAtMost(String what, Set<T> values, int most) {
            if (values.size() > most) {
                throw new IllegalArgumentException(
                        "key `" + id + "` has " + values.size() + " " + what + " and may have " + most);
            }
            return values;
        }

        /** Refuses text that would break a line of a file or a log. */
        private String requireLine(String what, String text, int most) {
            boolean isLine = !text.isBlank() && text.length() <= most;
            if (!isLine || breaksLine(text)) {
                throw new IllegalArgumentException(what + " of key `" + id + "` must be 1 to " + most
                        + " characters, not all blank, without control characters and line breaks");
            }
            return text;
        }

        private static boolean breaksLine(String text) {
            int at = 0;
            while (at < text.length()) {
                int codePoint = text.codePointAt(at);
                if (breaksLine(codePoint)) {
                    return true;
                }
                at += Character.charCount(codePoint);
            }
            return false;
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
