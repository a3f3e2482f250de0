package io.keyward;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class RecordIndexTest {
    private static final KeyHash HASH = new KeyHash("sha256", 1, 2, 3, 4);

    private Random random = TestKeys.seededRandom();

    @RepeatedTest(4)
    void agreesWithAMapUnderRandomChanges(RepetitionInfo repetition) {
        random = TestKeys.seededRandom(repetition.getCurrentRepetition());
        agreesWithAMap(200, 40, 500);
    }

    @Test
    void agreesWithAMapWhileItIsCutIntoMoreSegments() {
        agreesWithAMap(12, 12_000, 100_000);
    }

    private void agreesWithAMap(int rounds, int changes, int ids) {
        Map<String, ApiKeyRecord> model = new HashMap<>();
        RecordIndex table = RecordIndex.EMPTY;
        for (int round = 0; round < rounds; round++) {
            RecordIndex before = table;
            Map<String, ApiKeyRecord> modelBefore = Map.copyOf(model);
            RecordIndex.Editor editor = table.edit(random.nextInt(changes + 1));
            for (int i = random.nextInt(changes + 1); i > 0; i--) {
                ApiKeyRecord record = record("k" + random.nextInt(ids));
                assertSame(model.put(record.id(), record), editor.put(record));
            }
            table = editor.done();
            assertSameContent(model, table);
            assertSameContent(modelBefore, before);
        }
    }

    private static void assertSameContent(Map<String, ApiKeyRecord> model, RecordIndex table) {
        assertEquals(model.size(), table.all().size());
        assertEquals(instances(model.values()), instances(table.all()));
        model.forEach((id, record) -> assertSame(record, table.find(id)));
        assertNull(table.find("not_there"));
    }

    private static Set<ApiKeyRecord> instances(Collection<ApiKeyRecord> records) {
        Set<ApiKeyRecord> set = Collections.newSetFromMap(new IdentityHashMap<>());
        set.addAll(records);
        return set;
    }

    /** {@code an} and {@code c0} have one hash code, and so has every row of them. */
    @Test
    void tellsIdsOfOneHashCodeApart() {
        RecordIndex.Editor editor = RecordIndex.EMPTY.edit(0);
        Map<String, ApiKeyRecord> model = new HashMap<>();
        for (int bits = 0; bits < 1 << 10; bits++) {
            StringBuilder id = new StringBuilder();
            for (int i = 0; i < 10; i++) {
                id.append((bits >> i & 1) == 0 ? "an" : "c0");
            }
            ApiKeyRecord record = record(id.toString());
            editor.put(record);
            model.put(record.id(), record);
        }
        assertSameContent(model, editor.done());
    }

    @Test
    void viewCannotBeChanged() {
        RecordIndex.Editor editor = RecordIndex.EMPTY.edit(1);
        editor.put(record("a"));
        RecordIndex table = editor.done();
        assertThrows(UnsupportedOperationException.class, () -> table.all().clear());
        assertThrows(UnsupportedOperationException.class, () -> table.all().remove(record("a")));
        assertThrows(UnsupportedOperationException.class, () -> table.all().add(record("b")));
    }

    private static ApiKeyRecord record(String id) {
        return ApiKeyRecord.builder(id).hash(HASH).build();
    }
}
