package io.keyward;

import io.keyward.Verification.Rejected;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Finds what to answer by the hash of a secret: an immutable hash table without an object per entry.
 *
 * <p>The four words of a hash are neighbours in one array, so a probe reads one place in memory. The table uses linear
 * probing, is at most two thirds full, and takes 72 bytes an entry. A probe always compares all 32 bytes, whether they
 * match or not. The table is cut into segments of some thousand entries: an {@link Editor} copies those it touches and
 * shares the others, so the cost of a change does not grow with the table. The words of a hash are evenly spread, even
 * for a chosen key, so they serve as positions directly.
 */
final class HashIndex {
    static final HashIndex EMPTY = new HashIndex(new long[1][2 * 4], new Object[1][2], new int[1], 0);

    private static final int ENTRIES_PER_SEGMENT = 4096;
    /** Up to this size slots are cheap, so there are enough for most hashes to be found at the first one. */
    private static final int SMALL = 1024;

    /** Transient for the same reason as the text in {@link ApiKey}. */
    private final transient long[][] words;

    private final @Nullable Object[][] answers;
    private final int[] sizes;
    private final int size;

    private HashIndex(long[][] words, @Nullable Object[][] answers, int[] sizes, int size) {
        this.words = words;
        this.answers = answers;
        this.sizes = sizes;
        this.size = size;
    }

    int size() {
        return size;
    }

    /** Returns the answer stored for a hash, or {@link Rejected#UNKNOWN}. */
    Object find(long word0, long word1, long word2, long word3) {
        int segment = (int) word1 & (words.length - 1);
        long[] table = words[segment];
        int slots = table.length >> 2;
        int slot = home(word0, slots);
        while (true) {
            int at = slot << 2;
            long a = table[at];
            long b = table[at + 1];
            long c = table[at + 2];
            long d = table[at + 3];
            if (((a ^ word0) | (b ^ word1) | (c ^ word2) | (d ^ word3)) == 0) {
                Object answer = answers[segment][slot];
                return answer == null ? Rejected.UNKNOWN : answer;
            }
            if ((a | b | c | d) == 0) {
                return Rejected.UNKNOWN;
            }
            slot = slot + 1 == slots ? 0 : slot + 1;
        }
    }

    /** Starts a changed copy, laid out for that many more entries. */
    Editor edit(int additions) {
        return new Editor(this, additions);
    }

    /** Maps the upper half of a word evenly onto the slots, without a division. */
    private static int home(long word0, int slots) {
        return (int) (((word0 >>> 32) * slots) >>> 32);
    }

    /** Changes a copy of a table; for one thread. */
    static final class Editor {
        private long[][] words;
        private @Nullable Object[][] answers;
        private int[] sizes;
        private boolean[] owned;
        private int size;

        private Editor(HashIndex table, int additions) {
            int segments = table.words.length;
            int wanted = table.size + additions;
            if (wanted > 2L * segments * ENTRIES_PER_SEGMENT) {
                segments = Integer.highestOneBit(wanted / ENTRIES_PER_SEGMENT);
                words = new long[segments][];
                answers = new Object[segments][];
                sizes = new int[segments];
                owned = new boolean[segments];
                Arrays.fill(owned, true);
                int slots = slotsFor(wanted / segments);
                for (int i = 0; i < segments; i++) {
                    words[i] = new long[slots << 2];
                    answers[i] = new Object[slots];
                }
                for (int i = 0; i < table.words.length; i++) {
                    putAll(table.words[i], table.answers[i]);
                }
            } else {
                words = table.words.clone();
                answers = table.answers.clone();
                sizes = table.sizes.clone();
                owned = new boolean[segments];
                size = table.size;
                int each = additions / segments;
                for (int i = 0; each > 0 && i < segments; i++) {
                    resize(i, sizes[i] + each);
                }
            }
        }

        private void putAll(long[] table, @Nullable Object[] stored) {
            for (int slot = 0; slot < stored.length; slot++) {
                Object answer = stored[slot];
                if (answer != null) {
                    int at = slot << 2;
                    put(table[at], table[at + 1], table[at + 2], table[at + 3], answer);
                }
            }
        }

        /** Stores an answer for a hash unless it has one; returns the answer that it had, or null. */
        @Nullable
        Object put(KeyHash hash, Object answer) {
            return put(hash.word0, hash.word1, hash.word2, hash.word3, answer);
        }

        private @Nullable Object put(long word0, long word1, long word2, long word3, Object answer) {
            int segment = (int) word1 & (words.length - 1);
            makeRoom(segment);
            Object present = insert(words[segment], answers[segment], word0, word1, word2, word3, answer);
            if (present == null) {
                sizes[segment]++;
                size++;
            }
            return present;
        }

        void remove(KeyHash hash) {
            int segment = (int) hash.word1 & (words.length - 1);
            own(segment);
            long[] table = words[segment];
            @Nullable Object[] stored = answers[segment];
            int slot = slotOf(table, hash.word0, hash.word1, hash.word2, hash.word3);
            if (stored[slot] == null) {
                return;
            }
            closeGap(table, stored, slot);
            sizes[segment]--;
            size--;
        }

        HashIndex done() {
            HashIndex table = new HashIndex(words, answers, sizes, size);
            owned = new boolean[0];
            return table;
        }

        private void makeRoom(int segment) {
            if ((sizes[segment] + 1) * 3L > (words[segment].length >> 2) * 2L) {
                resize(segment, sizes[segment] + 1 + sizes[segment] / 8);
            }
            own(segment);
        }

        private void own(int segment) {
            if (!owned[segment]) {
                words[segment] = words[segment].clone();
                answers[segment] = answers[segment].clone();
                owned[segment] = true;
            }
        }

        private void resize(int segment, int entries) {
            long[] from = words[segment];
            @Nullable Object[] stored = answers[segment];
            int slots = slotsFor(entries);
            words[segment] = new long[slots << 2];
            answers[segment] = new Object[slots];
            owned[segment] = true;
            for (int slot = 0; slot < stored.length; slot++) {
                Object answer = stored[slot];
                if (answer != null) {
                    int at = slot << 2;
                    insert(
                            words[segment],
                            answers[segment],
                            from[at],
                            from[at + 1],
                            from[at + 2],
                            from[at + 3],
                            answer);
                }
            }
        }

        private static int slotsFor(int entries) {
            return (entries < SMALL ? 4 : 2) * entries + 2;
        }

        private static @Nullable Object insert(
                long[] table,
                @Nullable Object[] stored,
                long word0,
                long word1,
                long word2,
                long word3,
                Object answer) {
            int slot = slotOf(table, word0, word1, word2, word3);
            Object present = stored[slot];
            if (present == null) {
                int at = slot << 2;
                table[at] = word0;
                table[at + 1] = word1;
                table[at + 2] = word2;
                table[at + 3] = word3;
                stored[slot] = answer;
            }
            return present;
        }

        /** Returns the slot that holds a hash, or the free one where it belongs. */
        private static int slotOf(long[] table, long word0, long word1, long word2, long word3) {
            int slots = table.length >> 2;
            int slot = home(word0, slots);
            while (true) {
                int at = slot << 2;
                long a = table[at];
                long b = table[at + 1];
                long c = table[at + 2];
                long d = table[at + 3];
                if ((a | b | c | d) == 0 || ((a ^ word0) | (b ^ word1) | (c ^ word2) | (d ^ word3)) == 0) {
                    return slot;
                }
                slot = slot + 1 == slots ? 0 : slot + 1;
            }
        }

        /** Frees a slot and moves later entries closer to their home (Knuth 6.4, algorithm R). */
        private static void closeGap(long[] table, @Nullable Object[] stored, int gap) {
            int slots = stored.length;
            int slot = gap;
            while (true) {
                slot = slot + 1 == slots ? 0 : slot + 1;
                if (stored[slot] == null) {
                    break;
                }
                int home = home(table[slot << 2], slots);
                boolean homeAfterGap = gap <= slot ? gap < home && home <= slot : gap < home || home <= slot;
                if (!homeAfterGap) {
                    System.arraycopy(table, slot << 2, table, gap << 2, 4);
                    stored[gap] = stored[slot];
                    gap = slot;
                }
            }
            Arrays.fill(table, gap << 2, (gap << 2) + 4, 0);
            stored[gap] = null;
        }
    }
}
