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
 * Remembers what this node has seen of the database, to tell a replica that lags from a database that has lost changes,
 * and to name the revocations that are lost.
 *
 * <p>A version is the number of a change, and above it the count of histories that this node has met. So versions stay
 * ordered where a restore has set the numbers back. In the first history, versions and numbers are the same.
 */
final class History {
    private static final int NUMBER_BITS = 44;
    private static final long NUMBER_MASK = (1L << NUMBER_BITS) - 1;
    private static final int MARKS_REMEMBERED = 1_024;
    /** So long may a server that is no standby be behind, such as a logical replica; after it, it has lost changes. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final InstantSource clock;
    private final Map<Long, String> marks = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, String> eldest) {
            return size() > MARKS_REMEMBERED;
        }
    };
    /** Keys that are not active, and the version in which they are so. */
    private final Map<String, Denied> denied = new HashMap<>();
    /** Those of them that the database shows as less than that. */
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

    /** Returns whether a version was given before the history that is known now. */
    synchronized boolean isOfEarlierHistory(long version) {
        return version >>> NUMBER_BITS < generation;
    }

    /** Returns what is known at this moment; taken before the database is asked, so that its answer is no older. */
    synchronized Known known() {
        return new Known(generation, latest);
    }

    /**
     * Judges a position that the database answered with, and begins another history where it belongs to one.
     *
     * @param markOfLatest what the database has as the mark of the latest known number; null if that cannot be told
     * @param isStandby whether the server is in recovery, so that it can only be late
     * @param isFinal whether the server has taken a lock for a change, so that it can only be the primary
     */
    synchronized Verdict judge(
            Position now, Known known, @Nullable String markOfLatest, boolean isStandby, boolean isFinal) {
        Verdict verdict = verdictOn(now, known.latest, markOfLatest, isStandby, isFinal);
        if (verdict == Verdict.SAME) {
            behindSince = null;
        } else if (verdict == Verdict.OTHER && known.generation == generation) {
            generation++;
            marks.clear();
            behindSince = null;
            latest = null;
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

    /** Takes over a position, unless another history has begun since what was known before it was read. */
    synchronized void reached(Position position, long sinceGeneration) {
        if (sinceGeneration != generation) {
            return;
        }
        if (latest == null || position.number() >= latest.number()) {
            latest = position;
        }
        marks.put(position.number(), position.mark());
    }

    /** Takes over the marks of single changes, the oldest first. */
    synchronized void remember(Map<Long, String> read, long sinceGeneration) {
        if (sinceGeneration == generation) {
            marks.putAll(read);
        }
    }

    /**
     * Takes note of all records, and returns them with what is held.
     *
     * @param asOf the version that a change at the moment of the reading had
     * @param lost receives the ids whose revocation the database has lost, and that were not held before
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

    /** Takes note of records that changed, and returns them with what is held. */
    synchronized List<ApiKeyRecord> changed(Collection<ApiKeyRecord> records, long asOf, Set<String> lost) {
        return records.stream().map(record -> noted(record, asOf, denied, lost)).toList();
    }

    private ApiKeyRecord noted(ApiKeyRecord record, long asOf, Map<String, Denied> before, Set<String> lost) {
        Denied old = before.get(record.id());
        if (old != null && old.version > asOf) {
            // this node has stored it since; the ring has the newer state
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

    /** Takes note of a record that this node has stored. */
    synchronized void stored(ApiKeyRecord record) {
        held.remove(record.id());
        note(record);
    }

    /** Returns whether the database has lost that a key is not active, and a state would be less than that. */
    synchronized boolean isLost(String id, KeyState state) {
        Denied old = denied.get(id);
        return old != null
                && state.compareTo(old.state) < 0
                && (held.containsKey(id) || old.isOfHistoryBefore(generation));
    }

    synchronized Set<String> held() {
        return new TreeSet<>(held.keySet());
    }

    /** Takes the database's word for what was held; then all must be loaded again. */
    synchronized void release() {
        held.keySet().forEach(denied::remove);
        held.clear();
        // so that stamps of before are answered with nothing, and all is loaded again
        generation++;
        denied.replaceAll((id, old) -> new Denied(old.version + (1L << NUMBER_BITS), old.state));
    }

    /** Says how a position relates to the history that is known. */
    enum Verdict {
        SAME,
        BEHIND,
        OTHER
    }

    /**
     * Holds what is known at one moment.
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
