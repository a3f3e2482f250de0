package io.keyward.store;

import static java.util.Objects.requireNonNull;

import io.keyward.ApiKeyRecord;
import io.keyward.KeyState;
import java.time.Instant;
import java.util.function.Predicate;

/**
 * Chooses records for {@link ApiKeyManager#list}: those that meet all that was asked for.
 *
 * <pre>{@code
 * KeyFilter.all().owner("alice@example.org").expiringBefore(nextWeek)
 * }</pre>
 *
 * <p>Immutable: each method returns another filter. May be shared between threads.
 */
public final class KeyFilter {
    private static final KeyFilter ALL = new KeyFilter(record -> true);

    private final Predicate<ApiKeyRecord> condition;

    private KeyFilter(Predicate<ApiKeyRecord> condition) {
        this.condition = condition;
    }

    /** Returns the filter that chooses every record, revoked ones included. */
    public static KeyFilter all() {
        return ALL;
    }

    /** Chooses further: of this owner, exactly. */
    public KeyFilter owner(String owner) {
        requireNonNull(owner, "owner");
        return and(record -> owner.equals(record.owner()));
    }

    /** Chooses further: with this role given to the key itself, not by a role that includes it. */
    public KeyFilter role(String role) {
        requireNonNull(role, "role");
        return and(record -> record.roles().contains(role));
    }

    /** Chooses further: in this state. */
    public KeyFilter state(KeyState state) {
        requireNonNull(state, "state");
        return and(record -> record.state() == state);
    }

    /** Chooses further: with an end before this moment, those included that have ended; not those without an end. */
    public KeyFilter expiringBefore(Instant moment) {
        requireNonNull(moment, "moment");
        return and(record -> {
            Instant end = record.current().expiresAt();
            return end != null && end.isBefore(moment);
        });
    }

    private KeyFilter and(Predicate<ApiKeyRecord> further) {
        return new KeyFilter(condition.and(further));
    }

    boolean chooses(ApiKeyRecord record) {
        return condition.test(record);
    }
}
