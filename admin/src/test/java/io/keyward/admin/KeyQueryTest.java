package io.keyward.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.keyward.ApiKeyRecord;
import io.keyward.testing.ThrowAwayKeys;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pages over more keys than are read at once. */
class KeyQueryTest {
    private static final Instant NOW = Instant.parse("2026-11-25T12:00:00Z");
    private static final List<ApiKeyRecord> RECORDS = records(new Random(Long.getLong("tests.seed", 1)));

    private static final List<String> IDS =
            RECORDS.stream().map(ApiKeyRecord::id).toList();

    /** What was asked of the store, and how many records it gave. */
    private int calls;

    private int given;

    private static List<ApiKeyRecord> records(Random random) {
        ApiKeyRecord one = ThrowAwayKeys.recordOf(ThrowAwayKeys.newKey()).build();
        return IntStream.range(0, 12_000)
                .mapToObj(i -> ApiKeyRecord.builder(String.format("k%06d", i))
                        .hash(one.current().hash())
                        .owner(random.nextInt(3) == 0 ? null : "owner " + (char) ('a' + random.nextInt(26)))
                        .created(NOW.minusSeconds(random.nextInt(1_000)), "test")
                        .build())
                .toList();
    }

    private List<ApiKeyRecord> list(String after, int limit) {
        int from = after == null ? 0 : Collections.binarySearch(IDS, after) + 1;
        List<ApiKeyRecord> part = RECORDS.subList(from, Math.min(from + limit, RECORDS.size()));
        calls++;
        given += part.size();
        return part;
    }

    private KeyQuery.Page page(String next, String... parameters) {
        Map<String, String> all = new HashMap<>();
        for (int i = 0; i < parameters.length; i += 2) {
            all.put(parameters[i], parameters[i + 1]);
        }
        if (next != null) {
            all.put("next", next);
        }
        return new KeyQuery(all, records -> Map.of(), NOW).page(this::list);
    }

    @Test
    void readsOnePageAndOneRecordOfAStoreInItsOwnOrder() {
        KeyQuery.Page page = page(null, "limit", "20");
        page = page(page.next(), "limit", "20");
        assertEquals(RECORDS.subList(20, 40), page.records());
        assertEquals(2, calls);
        assertEquals(42, given);
    }

    @Test
    void stopsReadingWhenThePageIsFull() {
        page(null, "limit", "20", "text", "k00000");
        assertTrue(calls > 1, "ten keys have this text, so all are read");
        calls = 0;
        page(null, "limit", "20", "text", "owner");
        assertEquals(1, calls);
    }

    @ParameterizedTest
    @ValueSource(strings = {"id", "-id", "owner", "-owner", "createdAt", "-createdAt"})
    void givesWhatSortingAllWouldGive(String sort) {
        Comparator<ApiKeyRecord> order = switch (sort.replace("-", "")) {
            case "owner" -> Comparator.comparing(record -> record.owner() == null ? "\uffff" : record.owner());
            case "createdAt" -> Comparator.comparing(ApiKeyRecord::createdAt);
            default -> Comparator.comparing(ApiKeyRecord::id);
        };
        order = order.thenComparing(ApiKeyRecord::id);
        Predicate<ApiKeyRecord> chosen = record -> record.id().contains("9");
        List<ApiKeyRecord> expected = RECORDS.stream()
                .filter(chosen)
                .sorted(sort.startsWith("-") ? order.reversed() : order)
                .toList();

        List<ApiKeyRecord> paged = new ArrayList<>();
        String next = null;
        do {
            KeyQuery.Page page = page(next, "limit", "200", "sort", sort, "text", "9");
            paged.addAll(page.records());
            next = page.next();
        } while (next != null);

        assertEquals(expected, paged);
    }
}
