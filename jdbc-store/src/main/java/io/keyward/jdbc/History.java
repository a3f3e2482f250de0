package io.keyward.jdbc;

import io.keyward.ApiKeyRecord;
import io.keyward.KeyState;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Remembers what this node has seen of the database. With it the node can distinguish a replica that lags from a
 * database that has lost changes, and can name the lost revocations.
 *
 * <p>The low bits of a version are the number of a change; the high bits count the histories that this node has met. So
 * versions stay ordered if a restore sets the numbers back. In the first history, versions and numbers are the same.
 */
final class History {
    private static final int NUMBER_BITS = 44;
    private static final long NUMBER_MASK = (1L << NUMBER_BITS) - 1;
    private static final int MARKS_REMEMBERED = 1_024;
    /**
     * How long a server that is no standby may be behind, such as a logical replica; after this time it has lost
     * changes.
     */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final InstantSource clock;
    private final Map<Long, String> marks = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, String> eldest) {
            return size() > MARKS_REMEMBERED;
        }
    };
    /** The keys that are not active, with their state and its version. */
    private final Map<String, Denied> denied = new HashMap<>();
    /** Those of them whose state the database has lost, with the state that is kept. */
    private final Map<String, KeyState> held = new TreeMap<>();

    private long generation;
    private @Nullable Position latest;
    private @Nullable Instant behindSince;

    History(InstantSource clock) {
        this.clock = clock;
    }

    static long numberOf(long version) {
        return version & NUMBER_MASK;
    }

    synchronized long generation() {
        return generation;
    }

    static long versionOf(long generation, long number) {
        return (generation << NUMBER_BITS) | number;
    }

    /** Returns whether a version is from an earlier history. */
    synchronized boolean isOfEarlierHistory(long version) {
        return version >>> NUMBER_BITS < generation;
    }

    /** Returns what is known now. Call it before you ask the database, so that the answer is not older. */
    synchronized Known known() {
        return new Known(generation, latest);
    }

    /**
     * Checks a position that the database returned, and begins another history if the position belongs to one.
     *
     * @param markOfLatest the mark that the database has for the latest known number; null if it has none
     * @param isStandby whether the server is in recovery, so that it can only lag
     * @param isFinal whether the server has locked a row for a change, so that it must be the primary
     */
    synchronized Verdict check(
            Position now, Known known, @Nullable String markOfLatest, boolean isStandby, boolean isFinal) {
        Verdict verdict = verdictOn(now, known.latest, markOfLatest, isStandby, isFinal);
        if (verdict == Verdict.SAME) {
            behindSince = null;
        } else if (verdict == Verdict.OTHER && known.generation == generation) {
            beginAnother();
        }
        return verdict;
    }

    private Verdict verdictOn(
            Position now, @Nullable Position known, @Nullable String markOfLatest, boolean isStandby, boolean isFinal) {
        if (known == null) {
            return Verdict.SAME;
        }
        if (!known.epoch().equals(now.epoch())) {
            return Verdict.OTHER;
        }
        if (now.number() >= known.number()) {
            return markOfLatest == null || markOfLatest.equals(known.mark()) ? Verdict.SAME : Verdict.OTHER;
        }
        if (isFinal || !marks.getOrDefault(now.number(), now.mark()).equals(now.mark())) {
            return Verdict.OTHER;
        }
        return isStandby || isPatient() ? Verdict.BEHIND : Verdict.OTHER;
    }

    private boolean isPatient() {
        Instant time = clock.instant();
        if (behindSince == null || time.isBefore(behindSince)) {
            behindSince = time;
        }
        return time.isBefore(behindSince.plus(PATIENCE));
    }

    /** Remembers a position, unless another history has begun since the database was asked. */
    synchronized void reached(Position position, long sinceGeneration) {
        if (sinceGeneration != generation) {
            return;
        }
        if (latest == null || position.number() >= latest.number()) {
            latest = position;
        }
        marks.put(position.number(), position.mark());
    }

    /**
     * Remembers the marks of single changes, the oldest first. Begins another history and returns false if one of them
     * contradicts a known mark: this node has made a change on another server while the marks were asked for.
     */
    synchronized boolean remember(Map<Long, String> read, long sinceGeneration) {
        if (sinceGeneration != generation) {
            return true;
        }
        if (read.entrySet().stream()
                .anyMatch(each ->
                        !marks.getOrDefault(each.getKey(), each.getValue()).equals(each.getValue()))) {
            beginAnother();
            return false;
        }
        marks.putAll(read);
        return true;
    }

    private void beginAnother() {
        generation++;
        marks.clear();
        behindSince = null;
        latest = null;
    }

    /**
     * Remembers which records are not active. Returns all records; one whose revocation the database has lost has its
     * earlier state.
     *
     * @param asOf the version of the last change at the time of the read
     * @param lost receives the ids whose revocation the database has lost, unless that was known before
     */
    synchronized List<ApiKeyRecord> loaded(Collection<ApiKeyRecord> records, long asOf, Set<String> lost) {
        Map<String, Denied> before = Map.copyOf(denied);
        denied.values().removeIf(old -> old.version <= asOf);
        List<ApiKeyRecord> result = records.stream()
                .map(record -> noted(record, asOf, before, lost))
                .toList();
        held.keySet().retainAll(denied.keySet());
        return result;
    }

    /** Does the same as {@link #loaded} for records that changed. */
    synchronized List<ApiKeyRecord> changed(Collection<ApiKeyRecord> records, long asOf, Set<String> lost) {
        return records.stream().map(record -> noted(record, asOf, denied, lost)).toList();
    }

    private ApiKeyRecord noted(ApiKeyRecord record, long asOf, Map<String, Denied> before, Set<String> lost) {
        Denied old = before.get(record.id());
        if (old != null && old.version > asOf) {
            // this node has stored it in the meantime; the ring has the newer state
            return record;
        }
        boolean isHeld = held.containsKey(record.id());
        if (old == null
                || record.state().compareTo(old.state) >= 0
                || (!isHeld && !old.isOfHistoryBefore(generation) && record.version() > old.version)) {
            held.remove(record.id());
            note(record);
            return record;
        }
        if (!isHeld) {
            lost.add(record.id());
        }
        held.put(record.id(), old.state);
        denied.put(record.id(), old);
        return record.toBuilder().state(old.state).build();
    }

    private void note(ApiKeyRecord record) {
        if (record.state() == KeyState.ACTIVE) {
            denied.remove(record.id());
        } else {
            denied.put(record.id(), new Denied(record.version(), record.state()));
        }
    }

    /** Remembers a record that this node has stored. */
    synchronized void stored(ApiKeyRecord record) {
        held.remove(record.id());
        note(record);
    }

    /** Returns whether the database has lost the revocation of a key, and the given state would undo it. */
    synchronized boolean isLost(String id, KeyState state) {
        Denied old = denied.get(id);
        return old != null
                && state.compareTo(old.state) < 0
                && (held.containsKey(id) || old.isOfHistoryBefore(generation));
    }

    synchronized Set<String> held() {
        return new TreeSet<>(held.keySet());
    }

    /** Accepts the states of the database for the lost revocations; then all must be loaded again. */
    synchronized void release() {
        held.keySet().forEach(denied::remove);
        held.clear();
        // earlier stamps are no longer valid, so all is loaded again
        generation++;
        denied.replaceAll((id, old) -> new Denied(old.version + (1L << NUMBER_BITS), old.state));
    }

    /** How a position relates to the known history. */
    enum Verdict {
        SAME,
        BEHIND,
        OTHER
    }

    /**
     * What is known at one moment.
     *
     * @param latest the highest position; null before the first
     */
    record Known(long generation, @Nullable Position latest) {}

    private record Denied(long version, KeyState state) {
        private boolean isOfHistoryBefore(long generation) {
            return version >>> NUMBER_BITS < generation;
        }
    }
}
