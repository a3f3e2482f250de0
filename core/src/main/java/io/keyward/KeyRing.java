package io.keyward;

import static java.util.Objects.requireNonNull;

import io.keyward.KeyRingException.Problem;
import io.keyward.Verification.Accepted;
import io.keyward.Verification.Reason;
import io.keyward.Verification.Rejected;
import io.keyward.role.Grants;
import io.keyward.role.RoleModel;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds all keys that are known at one moment: an immutable set of records that a verifier searches by hash.
 *
 * <p>A source (a file, a table) makes a ring and {@linkplain LiveKeyRing#publish publishes} it; a change makes another
 * ring. There is no partial ring: if a record has a problem, {@link Builder#build} and {@link #with} throw one
 * exception that names every problem of every record.
 *
 * <p>A record with an attribute that this version does not know ({@link ApiKeyRecord#unknownAttributes}) is accepted
 * into the ring, but its key is rejected as {@code UNSUPPORTED}. Each ring that accepts such a record logs one line at
 * warn.
 *
 * <p>Takes about 60 bytes a key besides the records, and well under a microsecond a key to build. May be shared between
 * threads.
 */
public final class KeyRing {
    private static final Logger LOG = LoggerFactory.getLogger(KeyRing.class);

    private final RoleModel roles;
    private final Map<String, KeyHasher> hashers;
    private final RecordIndex records;
    /** One for each scheme in use, at least one, so that a look-up in an empty ring does the same work. */
    final Scheme[] schemes;

    private final @Nullable Instant validUntil;
    private final long validUntilMillis;

    private KeyRing(
            RoleModel roles,
            Map<String, KeyHasher> hashers,
            RecordIndex records,
            Scheme[] schemes,
            @Nullable Instant validUntil) {
        this.roles = roles;
        this.hashers = hashers;
        this.records = records;
        this.schemes = schemes;
        this.validUntil = validUntil;
        this.validUntilMillis = validUntil == null ? Long.MAX_VALUE : TimedVerdict.millis(validUntil);
    }

    /** Starts a ring without keys, roles or peppers. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Returns a ring of these records; since it declares no roles, they must have none.
     *
     * @throws KeyRingException as {@link Builder#build}
     */
    public static KeyRing of(ApiKeyRecord... records) {
        return builder().addAll(Arrays.asList(records)).build();
    }

    /**
     * Returns this ring with these records added, or put in place of those with the same ids.
     *
     * <p>Copies only the parts of the ring that change, so time and memory depend on the change and not on the number
     * of keys: at most some hundred microseconds for a single record.
     *
     * @throws KeyRingException if the new ring would have a problem, as {@link Builder#build}; this ring does not
     *     change
     */
    public KeyRing with(Collection<ApiKeyRecord> changed) {
        return new Change(changed.size()).apply(changed);
    }

    /**
     * Returns a ring of these records alone, with the roles, hashers and end of this one.
     *
     * @throws KeyRingException as {@link Builder#build}; this ring does not change
     */
    public KeyRing withOnly(Collection<ApiKeyRecord> only) {
        return new KeyRing(roles, hashers, RecordIndex.EMPTY, new Scheme[0], validUntil).with(only);
    }

    /**
     * Returns this ring with an end, after which {@link ApiKeyVerifier#verify} throws {@link KeysUnavailableException}.
     *
     * @param newValidUntil the end; null for none
     */
    public KeyRing withValidUntil(@Nullable Instant newValidUntil) {
        return new KeyRing(roles, hashers, records, schemes, newValidUntil);
    }

    /** Returns the record with this id. */
    public Optional<ApiKeyRecord> find(String id) {
        return Optional.ofNullable(records.find(id));
    }

    /** Returns the records, in no particular order; a view that costs nothing to get. */
    public Collection<ApiKeyRecord> records() {
        return records.all();
    }

    /** Returns the number of records. */
    public int size() {
        return records.all().size();
    }

    /** Returns the roles that the keys of this ring may have. */
    public RoleModel roles() {
        return roles;
    }

    /**
     * Returns the {@linkplain KeyHasher#check check value} of each pepper, by the id of the pepper: a store keeps them
     * to notice another pepper under the same id.
     */
    public Map<String, String> pepperChecks() {
        Map<String, String> checks = new TreeMap<>();
        hashers.forEach((scheme, hasher) -> hasher.check()
                .ifPresent(check -> checks.put(scheme.substring(KeyHash.HMAC_SHA256.length() + 1), check)));
        return checks;
    }

    /**
     * Returns a text that is the same for rings with the same records, wherever they were read: by it an operator sees
     * that what a service has in force is what a file or a database holds.
     *
     * <p>It is made of everything in the records but hashes and versions, so it is as public as the list of the keys. A
     * secret that is replaced by hand, without a rotation, does not change it. Takes a moment for each thousand keys.
     */
    public String fingerprint() {
        return RingFingerprint.of(records());
    }

    /** Returns the end after which this ring must not be used; null for none. */
    public @Nullable Instant validUntil() {
        return validUntil;
    }

    /**
     * Refuses use past the end.
     *
     * @throws KeysUnavailableException if the end is reached
     */
    void requireInForce(InstantSource clock) {
        // as in TimedVerdict: milliseconds allocate nothing
        if (validUntil != null
                && clock.millis() >= validUntilMillis
                && !clock.instant().isBefore(validUntil)) {
            throw new KeysUnavailableException(validUntil);
        }
    }

    @Override
    public String toString() {
        return "KeyRing[" + size() + " keys]";
    }

    /** Builds a ring; not for use by several threads. */
    public static final class Builder {
        private final List<ApiKeyRecord> records = new ArrayList<>();
        private final Map<String, KeyHasher> hashers = new LinkedHashMap<>();
        private RoleModel roles = RoleModel.empty();
        private @Nullable Instant validUntil;

        private Builder() {}

        /** Sets the roles that keys may have, none by default. */
        public Builder roles(RoleModel roles) {
            this.roles = requireNonNull(roles, "roles");
            return this;
        }

        /**
         * Adds a hasher, so that records may hold hashes of its scheme; {@code sha256} is there without being added.
         *
         * @throws IllegalArgumentException if another hasher of that scheme was added, such as another pepper under one
         *     id
         */
        public Builder hasher(KeyHasher hasher) {
            KeyHasher present = hashers.putIfAbsent(hasher.scheme(), hasher);
            if (present != null && present != hasher) {
                throw new IllegalArgumentException(
                        "scheme " + hasher.scheme() + " is added twice; give each pepper an id of its own");
            }
            return this;
        }

        /** Sets the end of the ring, none by default, see {@link KeyRing#withValidUntil}. */
        public Builder validUntil(@Nullable Instant validUntil) {
            this.validUntil = validUntil;
            return this;
        }

        /** Adds a record. */
        public Builder add(ApiKeyRecord record) {
            records.add(requireNonNull(record, "record"));
            return this;
        }

        /** Adds records. */
        public Builder addAll(Collection<ApiKeyRecord> added) {
            records.addAll(added);
            return this;
        }

        /**
         * Returns the ring.
         *
         * @throws KeyRingException if an id or a hash occurs twice, or if an active key has a secret whose window is
         *     empty, a role that is not declared, a hash whose pepper is missing, or the hash of the empty string; the
         *     exception names every such problem
         */
        public KeyRing build() {
            Map<String, KeyHasher> all = new LinkedHashMap<>(hashers);
            all.computeIfAbsent(KeyHash.SHA256, scheme -> KeyHasher.sha256());
            KeyRing empty = new KeyRing(roles, all, RecordIndex.EMPTY, new Scheme[0], validUntil);
            return empty.with(records);
        }
    }

    /** Applies changed records to a copy of this ring, looking at each once. */
    private final class Change {
        private static final String ID_TWICE = "the id is used by two records; give one of them another id";

        private final Set<Problem> problems = new LinkedHashSet<>();
        private final Map<String, HashIndex.Editor> tables = new LinkedHashMap<>();
        private final RecordIndex.Editor changedRecords;
        private final Map<Set<String>, Grants> grantsByRoles = new HashMap<>();
        private final Map<String, Set<KeyHash>> hashesOfSlips = new HashMap<>();

        Change(int size) {
            changedRecords = records.edit(size);
            hashers.forEach((scheme, hasher) -> hashesOfSlips.put(scheme, hasher.hashesOfSlips()));
        }

        @SuppressWarnings("ReferenceEquality") // an equal record under the id is a second one too
        KeyRing apply(Collection<ApiKeyRecord> changed) {
            openTables(changed);
            for (ApiKeyRecord record : changed) {
                changedRecords.put(record);
                removeSecretsOf(records.find(record.id()));
            }
            for (ApiKeyRecord record : changed) {
                // another record has the same id, and one of the two would be lost silently
                if (changedRecords.find(record.id()) == record) {
                    putSecretsOf(record);
                } else {
                    problem(record, ID_TWICE);
                }
            }
            if (!problems.isEmpty()) {
                throw new KeyRingException(List.copyOf(problems));
            }
            return new KeyRing(roles, hashers, changedRecords.done(), finishedSchemes(), validUntil);
        }

        private void openTables(Collection<ApiKeyRecord> changed) {
            Map<String, Integer> additions = new HashMap<>();
            for (ApiKeyRecord record : changed) {
                record.secrets().forEach(secret -> additions.merge(secret.hash().scheme(), 1, Integer::sum));
            }
            for (Scheme scheme : schemes) {
                String name = scheme.hasher().scheme();
                tables.put(name, scheme.index().edit(additions.getOrDefault(name, 0)));
                additions.remove(name);
            }
            additions.forEach((name, count) -> tables.put(name, HashIndex.EMPTY.edit(count)));
        }

        private void removeSecretsOf(@Nullable ApiKeyRecord replaced) {
            if (replaced != null) {
                for (HashedSecret secret : replaced.secrets()) {
                    HashIndex.Editor table = tables.get(secret.hash().scheme());
                    if (table != null) {
                        table.remove(secret.hash());
                    }
                }
            }
        }

        private void putSecretsOf(ApiKeyRecord record) {
            switch (record.state()) {
                case ACTIVE -> {
                    if (record.unknownAttributes().isEmpty()) {
                        putAccepted(record);
                    } else {
                        report(record);
                        putRejected(record, new Rejected(Reason.UNSUPPORTED, record.id()));
                    }
                }
                case DISABLED -> putRejected(record, new Rejected(Reason.DISABLED, record.id()));
                case REVOKED -> putRejected(record, new Rejected(Reason.REVOKED, record.id()));
            }
        }

        private static void report(ApiKeyRecord record) {
            LOG.warn(
                    "key `{}` is rejected: this version does not know its attributes {}; upgrade, or remove them with"
                            + " the version that set them",
                    record.id(),
                    new TreeSet<>(record.unknownAttributes()));
        }

        private void putAccepted(ApiKeyRecord record) {
            Grants grants = grantsOf(record);
            if (grants == null) {
                return;
            }
            ApiKeyPrincipal principal = new ApiKeyPrincipal(record, grants);
            for (int i = 0; i < record.secrets().size(); i++) {
                HashedSecret secret = record.secrets().get(i);
                checkSecret(record, secret);
                Accepted accepted = new Accepted(principal, i > 0);
                boolean always = secret.notBefore() == null && secret.expiresAt() == null;
                put(record, secret, always ? accepted : new TimedVerdict(accepted, secret));
            }
        }

        /**
         * Accepts such a record whatever is wrong with it, because otherwise an older state of it would stay in force.
         */
        private void putRejected(ApiKeyRecord record, Rejected rejected) {
            for (HashedSecret secret : record.secrets()) {
                if (hashers.containsKey(secret.hash().scheme())) {
                    put(record, secret, rejected);
                }
            }
        }

        private void put(ApiKeyRecord record, HashedSecret secret, Object answer) {
            HashIndex.Editor table = requireNonNull(tables.get(secret.hash().scheme()));
            Object present = table.put(secret.hash(), answer);
            if (present != null) {
                problem(record, describeSharedHash(record, keyId(present)));
            }
        }

        private static String describeSharedHash(ApiKeyRecord record, @Nullable String holder) {
            if (!record.id().equals(holder)) {
                return "its hash is also that of key `" + holder + "`; keep each key in one record only";
            }
            boolean hasOneHashTwice = record.retiring()
                    .filter(retiring -> retiring.hash().equals(record.current().hash()))
                    .isPresent();
            return hasOneHashTwice
                    ? "its current and retiring hash are the same; a rotation needs a new key"
                    : ID_TWICE;
        }

        private @Nullable Grants grantsOf(ApiKeyRecord record) {
            try {
                return record.permissions().isEmpty()
                        ? grantsByRoles.computeIfAbsent(record.roles(), names -> roles.grant(names, Set.of()))
                        : roles.grant(record.roles(), record.permissions());
            } catch (IllegalArgumentException unknownRole) {
                problem(record, String.valueOf(unknownRole.getMessage()));
                return null;
            }
        }

        private void checkSecret(ApiKeyRecord record, HashedSecret secret) {
            if (secret.isWindowEmpty()) {
                problem(
                        record,
                        "it is never valid: not-before " + secret.notBefore() + " is not before expires-at "
                                + secret.expiresAt());
            }
            Set<KeyHash> slips = hashesOfSlips.get(secret.hash().scheme());
            if (slips == null) {
                problem(
                        record,
                        "its hash has scheme " + secret.hash().scheme() + ", and the ring has only " + hashers.keySet()
                                + "; add the pepper");
            } else if (slips.contains(secret.hash())) {
                boolean nothing = requireNonNull(hashers.get(secret.hash().scheme()))
                        .hashOfNothing()
                        .equals(secret.hash());
                problem(
                        record,
                        "its hash is that of " + (nothing ? "the empty string" : "a text that is no key")
                                + "; regenerate it from the key");
            }
        }

        private Scheme[] finishedSchemes() {
            List<Scheme> finished = new ArrayList<>();
            tables.forEach((name, editor) -> {
                HashIndex table = editor.done();
                if (table.size() > 0) {
                    finished.add(new Scheme(requireNonNull(hashers.get(name)), table));
                }
            });
            if (finished.isEmpty()) {
                finished.add(new Scheme(requireNonNull(hashers.get(KeyHash.SHA256)), HashIndex.EMPTY));
            }
            return finished.toArray(Scheme[]::new);
        }

        private void problem(ApiKeyRecord record, String description) {
            problems.add(new Problem(record.id(), description));
        }

        private @Nullable String keyId(Object answer) {
            return answer instanceof TimedVerdict timed ? timed.keyId() : ((Verification) answer).keyId();
        }
    }
}
