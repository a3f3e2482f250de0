package io.keyward.store;

import static java.util.Objects.requireNonNull;

import io.keyward.ApiKeyRecord;
import io.keyward.HashedSecret;
import io.keyward.KeyState;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

/**
 * Chooses records: those that meet all conditions.
 *
 * <pre>{@code
 * KeyFilter.all().owner("alice@example.org").expiringBefore(nextWeek)
 * }</pre>
 *
 * <p>A store can read a filter: one that filters in its database makes a clause of each
 * {@linkplain #conditions condition} and joins them by {@code and}. Immutable: each method returns another filter. May
 * be shared between threads.
 *
 * @param conditions what a record must meet; empty for every record
 */
public record KeyFilter(List<Condition> conditions) {
    private static final KeyFilter ALL = new KeyFilter(List.of());

    /** Copies the list. */
    public KeyFilter {
        conditions = List.copyOf(conditions);
    }

    /** Returns the filter that chooses every record, revoked ones included. */
    public static KeyFilter all() {
        return ALL;
    }

    /** Adds a condition: the key has this owner, exactly. */
    public KeyFilter owner(String owner) {
        return and(new OwnedBy(owner));
    }

    /** Adds a condition: the key itself has this role, not only through a role that includes it. */
    public KeyFilter role(String role) {
        return and(new HavingRole(role));
    }

    /** Adds a condition: the key is in this state. */
    public KeyFilter state(KeyState state) {
        return and(new InState(state));
    }

    /** Adds a condition: the key has an end before this moment, even if that has passed. */
    public KeyFilter expiringBefore(Instant moment) {
        return and(new ExpiringBefore(moment));
    }

    /** Adds a condition: the key was issued after this moment, and its record says so. */
    public KeyFilter createdAfter(Instant moment) {
        return and(new CreatedAfter(moment));
    }

    /**
     * Adds a condition: the key had ended at this moment, as {@link ApiKeyManager#purge} requires. Either it was
     * revoked by then, or each of its secrets had expired. A key that was revoked by hand, without the time of the
     * change, is not chosen before its secrets have expired.
     */
    public KeyFilter endedBy(Instant moment) {
        return and(new EndedBy(moment));
    }

    private KeyFilter and(Condition further) {
        return new KeyFilter(
                Stream.concat(conditions.stream(), Stream.of(further)).toList());
    }

    /** Returns whether a record meets all conditions. */
    public boolean chooses(ApiKeyRecord record) {
        return conditions.stream().allMatch(condition -> condition.isMetBy(record));
    }

    /**
     * A condition that a record must meet. Later versions may add conditions, so a store that translates them uses
     * {@link #isMetBy} for one that it does not know, or fails; it never ignores one.
     */
    public sealed interface Condition {
        /** Returns whether a record meets this. */
        boolean isMetBy(ApiKeyRecord record);
    }

    /**
     * Requires an owner.
     *
     * @param owner compared exactly, capitals and blanks included
     */
    public record OwnedBy(String owner) implements Condition {
        /** Refuses a missing owner. */
        public OwnedBy {
            requireNonNull(owner, "owner");
        }

        @Override
        public boolean isMetBy(ApiKeyRecord record) {
            return owner.equals(record.owner());
        }
    }

    /**
     * Requires a role.
     *
     * @param role one of {@link ApiKeyRecord#roles}
     */
    public record HavingRole(String role) implements Condition {
        /** Refuses a missing role. */
        public HavingRole {
            requireNonNull(role, "role");
        }

        @Override
        public boolean isMetBy(ApiKeyRecord record) {
            return record.roles().contains(role);
        }
    }

    /**
     * Requires a state.
     *
     * @param state as stored, whatever the ends of the secrets are
     */
    public record InState(KeyState state) implements Condition {
        /** Refuses a missing state. */
        public InState {
            requireNonNull(state, "state");
        }

        @Override
        public boolean isMetBy(ApiKeyRecord record) {
            return record.state() == state;
        }
    }

    /**
     * Requires that the current secret has an end before a moment.
     *
     * @param moment later than the end
     */
    public record ExpiringBefore(Instant moment) implements Condition {
        /** Refuses a missing moment. */
        public ExpiringBefore {
            requireNonNull(moment, "moment");
        }

        @Override
        public boolean isMetBy(ApiKeyRecord record) {
            Instant end = record.current().expiresAt();
            return end != null && end.isBefore(moment);
        }
    }

    /**
     * Requires that the key was issued after a moment.
     *
     * @param moment earlier than the issue
     */
    public record CreatedAfter(Instant moment) implements Condition {
        /** Refuses a missing moment. */
        public CreatedAfter {
            requireNonNull(moment, "moment");
        }

        @Override
        public boolean isMetBy(ApiKeyRecord record) {
            Instant created = record.createdAt();
            return created != null && created.isAfter(moment);
        }
    }

    /**
     * Requires that the key was revoked, or all its secrets had expired, at a moment.
     *
     * @param moment not before the revocation or the last end
     */
    public record EndedBy(Instant moment) implements Condition {
        /** Refuses a missing moment. */
        public EndedBy {
            requireNonNull(moment, "moment");
        }

        @Override
        public boolean isMetBy(ApiKeyRecord record) {
            return isRevoked(record) || record.secrets().stream().allMatch(this::hasExpired);
        }

        private boolean isRevoked(ApiKeyRecord record) {
            // nothing changes a revoked record, so its last change is the revocation
            return record.state() == KeyState.REVOKED && KeyTimes.isPast(record.changedAt(), moment);
        }

        private boolean hasExpired(HashedSecret secret) {
            return KeyTimes.isPast(secret.expiresAt(), moment);
        }
    }
}
