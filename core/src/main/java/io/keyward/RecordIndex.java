package io.keyward;

import java.util.AbstractCollection;
import java.util.Arrays;
import java.util.Collection;
import java.util.Iterator;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Finds records by key id: an immutable hash table of six bytes an entry, cut into segments as {@link HashIndex} is.
 */
final class RecordIndex {
    static final RecordIndex EMPTY = new RecordIndex(new ApiKeyRecord[1][2], new int[1], 0);

    private static final int ENTRIES_PER_SEGMENT = 4096;
    private static final int SPREAD = 0x9E3779B9;

    private final @Nullable ApiKeyRecord[][] segments;
    private final int[] sizes;
    private final int size;

    private RecordIndex(@Nullable ApiKeyRecord[][] segments, int[] sizes, int size) {
        this.segments = segments;
        this.sizes = sizes;
        this.size = size;
    }

    @Nullable
    ApiKeyRecord find(String id) {
        @Nullable ApiKeyRecord[] segment = segments[segmentOf(id, segments.length)];
        return segment[slotOf(segment, id)];
    }

    Collection<ApiKeyRecord> all() {
        return new AbstractCollection<>() {
            @Override
            public Iterator<ApiKeyRecord> iterator() {
                return Arrays.stream(segments)
                        .flatMap(Stream::of)
                        .filter(Objects::nonNull)
                        .iterator();
            }

            @Override
            public int size() {
                return size;
            }
        };
    }

    /** Starts a changed copy, laid out for that many more entries. */
    Editor edit(int additions) {
        return new Editor(this, additions);
    }

    private static int segmentOf(String id, int segments) {
        return spread(id) & (segments - 1);
    }

    private static int slotOf(@Nullable ApiKeyRecord[] segment, String id) {
        int slot = (int) (((spread(id) >>> 16) * (long) segment.length) >>> 16);
        while (true) {
            ApiKeyRecord record = segment[slot];
            if (record == null || record.id().equals(id)) {
                return slot;
            }
            slot = slot + 1 == segment.length ? 0 : slot + 1;
        }
    }

    private static int spread(String id) {
        int hash = id.hashCode() * SPREAD;
        return hash ^ (hash >>> 15);
    }

    /** Changes a copy of a table; for one thread. */
    static final class Editor {
        private final @Nullable ApiKeyRecord[][] segments;
        private final int[] sizes;
        private final boolean[] owned;
        private int size;

        private Editor(RecordIndex table, int additions) {
            int wanted = table.size + additions;
            int now = table.segments.length;
            boolean recut = wanted > 2L * now * ENTRIES_PER_SEGMENT;
            int count = recut ? Integer.highestOneBit(wanted / ENTRIES_PER_SEGMENT) : now;
            segments = recut ? new ApiKeyRecord[count][slotsFor(wanted / count)] : table.segments.clone();
            sizes = recut ? new int[count] : table.sizes.clone();
            owned = new boolean[count];
            if (recut) {
                Arrays.fill(owned, true);
                table.all().forEach(this::put);
            } else {
                size = table.size;
            }
        }

        /** Stores a record under its id; returns the one it replaces, or null. */
        @Nullable
        ApiKeyRecord put(ApiKeyRecord record) {
            int segment = segmentOf(record.id(), segments.length);
            makeRoom(segment);
            int slot = slotOf(segments[segment], record.id());
            ApiKeyRecord replaced = segments[segment][slot];
            segments[segment][slot] = record;
            if (replaced == null) {
                sizes[segment]++;
                size++;
            }
            return replaced;
        }

        /** Returns the record that an id has at this point of the change. */
        @Nullable
        ApiKeyRecord find(String id) {
            @Nullable ApiKeyRecord[] segment = segments[segmentOf(id, segments.length)];
            return segment[slotOf(segment, id)];
        }

        RecordIndex done() {
            return new RecordIndex(segments, sizes, size);
        }

        private void makeRoom(int segment) {
            @Nullable ApiKeyRecord[] from = segments[segment];
            if ((sizes[segment] + 1) * 4L > from.length * 3L) {
                @Nullable ApiKeyRecord[] to = new ApiKeyRecord[slotsFor(sizes[segment] + 1 + sizes[segment] / 8)];
                for (ApiKeyRecord record : from) {
                    if (record != null) {
                        to[slotOf(to, record.id())] = record;
                    }
                }
                segments[segment] = to;
                owned[segment] = true;
            } else if (!owned[segment]) {
                segments[segment] = from.clone();
                owned[segment] = true;
            }
        }

        private static int slotsFor(int entries) {
            return entries + entries / 2 + 2;
        }
    }
}
