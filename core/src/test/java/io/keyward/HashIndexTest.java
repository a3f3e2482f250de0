package io.keyward;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.keyward.Verification.Rejected;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class HashIndexTest {
    private Random random = TestKeys.seededRandom();

    @Test
    void findsNothingInTheEmptyTable() {
        assertSame(Rejected.UNKNOWN, find(HashIndex.EMPTY, randomHash()));
        assertEquals(0, HashIndex.EMPTY.size());
    }

    @RepeatedTest(5)
    void agreesWithAMapUnderRandomChanges(RepetitionInfo repetition) {
        random = TestKeys.seededRandom(repetition.getCurrentRepetition());
        agreesWithAMap(this::randomHash, 120, 40);
    }

    /** Few homes and few low bits: long clusters that wrap around the end, and gaps closed within them. */
    @RepeatedTest(5)
    void agreesWithAMapWhereHashesCrowd(RepetitionInfo repetition) {
        random = TestKeys.seededRandom(repetition.getCurrentRepetition());
        agreesWithAMap(() -> new KeyHash("sha256", crowded(), random.nextInt(3), 5, random.nextInt(50) + 1), 120, 40);
    }

    @Test
    void agreesWithAMapWhileItIsCutIntoMoreSegments() {
        agreesWithAMap(this::randomHash, 12, 12_000);
    }

    private long crowded() {
        return (long) (random.nextInt(4) - 2) << 62;
    }

    private void agreesWithAMap(Supplier<KeyHash> hashes, int rounds, int changes) {
        Map<KeyHash, Object> model = new HashMap<>();
        List<KeyHash> known = new ArrayList<>();
        HashIndex table = HashIndex.EMPTY;
        for (int round = 0; round < rounds; round++) {
            HashIndex before = table;
            Map<KeyHash, Object> modelBefore = Map.copyOf(model);
            HashIndex.Editor editor = table.edit(random.nextInt(changes + 1));
            for (int i = random.nextInt(changes + 1); i > 0; i--) {
                if (random.nextInt(3) > 0 || known.isEmpty()) {
                    KeyHash hash = random.nextInt(10) > 0 || known.isEmpty() ? hashes.get() : anyOf(known);
                    Object answer = new Object();
                    assertSame(model.putIfAbsent(hash, answer), editor.put(hash, answer));
                    known.add(hash);
                } else {
                    KeyHash hash = anyOf(known);
                    editor.remove(hash);
                    model.remove(hash);
                }
            }
            table = editor.done();
            assertSameContent(model, known, table);
            assertSameContent(modelBefore, known, before);
        }
    }

    private KeyHash anyOf(List<KeyHash> known) {
        return known.get(random.nextInt(known.size()));
    }

    private static void assertSameContent(Map<KeyHash, Object> model, List<KeyHash> known, HashIndex table) {
        assertEquals(model.size(), table.size());
        for (KeyHash hash : known) {
            assertSame(model.getOrDefault(hash, Rejected.UNKNOWN), find(table, hash));
        }
    }

    @Test
    void emptiesAndFillsAgain() {
        List<KeyHash> hashes = new ArrayList<>();
        for (int i = 0; i < 5_000; i++) {
            hashes.add(randomHash());
        }
        HashIndex table = HashIndex.EMPTY;
        for (int round = 0; round < 3; round++) {
            HashIndex.Editor filling = table.edit(hashes.size());
            hashes.forEach(hash -> assertNull(filling.put(hash, hash)));
            table = filling.done();
            for (KeyHash hash : hashes) {
                assertSame(hash, find(table, hash));
            }
            HashIndex.Editor emptying = table.edit(0);
            hashes.forEach(emptying::remove);
            table = emptying.done();
            assertEquals(0, table.size());
            for (KeyHash hash : hashes) {
                assertSame(Rejected.UNKNOWN, find(table, hash));
            }
        }
    }

    @Test
    void findsByAll32Bytes() {
        KeyHash hash = randomHash();
        HashIndex.Editor editor = HashIndex.EMPTY.edit(1);
        editor.put(hash, "answer");
        HashIndex table = editor.done();
        assertSame("answer", find(table, hash));
        for (int bit = 0; bit < 256; bit++) {
            long[] w = {hash.word0, hash.word1, hash.word2, hash.word3};
            w[bit / 64] ^= 1L << (bit % 64);
            assertSame(Rejected.UNKNOWN, table.find(w[0], w[1], w[2], w[3]), "bit " + bit);
        }
    }

    private KeyHash randomHash() {
        return new KeyHash("sha256", random.nextLong(), random.nextLong(), random.nextLong(), random.nextLong() | 1);
    }

    private static Object find(HashIndex table, KeyHash hash) {
        return table.find(hash.word0, hash.word1, hash.word2, hash.word3);
    }
}
