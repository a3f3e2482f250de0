package io.keyward;

import io.keyward.role.Permission;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Keeps one set for all records that have equal sets: a million keys have only a handful of different sets of roles,
 * but a store reads a new copy with each record.
 *
 * <p>Keeps the first sets that it sees, at most {@value #MOST}, for the life of the JVM: the names of roles and
 * permissions are few, and no stranger chooses them.
 */
final class SharedSets<T> {
    static final SharedSets<String> ROLES = new SharedSets<>();
    static final SharedSets<Permission> PERMISSIONS = new SharedSets<>();

    private static final int MOST = 1_000;

    private final ConcurrentHashMap<Set<T>, Set<T>> known = new ConcurrentHashMap<>();

    /** Returns an immutable set of the same elements. */
    Set<T> copyOf(Set<T> set) {
        if (set.isEmpty()) {
            return Set.of();
        }
        Set<T> present = known.get(set);
        if (present != null) {
            return present;
        }
        Set<T> copy = Set.copyOf(set);
        if (known.size() >= MOST) {
            return copy;
        }
        Set<T> first = known.putIfAbsent(copy, copy);
        return first == null ? copy : first;
    }
}
