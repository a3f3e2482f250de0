package io.keyward.admin;

import io.keyward.ApiKeyRecord;
import io.keyward.HashedSecret;
import io.keyward.KeyState;
import io.keyward.store.KeyFilter;
import io.keyward.store.LastUsed.LastUse;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads from the parameters of a query which keys to list, in which order, and which page of them. */
final class KeyQuery {
    static final Set<String> PARAMETERS = Set.of(
            "owner",
            "role",
            "state",
            "text",
            "expiringBefore",
            "retiring",
            "unusedSince",
            "createdAfter",
            "sort",
            "limit",
            "next");
    static final int MAX_LIMIT = 200;

    private static final int DEFAULT_LIMIT = 50;
    /** The parameters that are checked here for each record, because a store cannot filter by them. */
    private static final Set<String> CONDITIONS = Set.of("text", "unusedSince", "retiring");
    /**
     * How many records are read at once if a page is selected from more records than its own. A key file is read once
     * for each part.
     */
    private static final int PART = 5_000;
    /** The form of ids; a database may refuse to compare them with any other text. */
    private static final Pattern ID = Pattern.compile("[a-z0-9_]{1,64}");
    /** Of one width for all years that a record can hold, so that texts sort as times do. */
    private static final DateTimeFormatter SORTABLE =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSS").withZone(ZoneOffset.UTC);
    /** Sorts after every text and time. */
    private static final String NONE = "\uffff";

    private static final Map<String, Function<ApiKeyRecord, @Nullable String>> SORTS = Map.of(
            "id", ApiKeyRecord::id,
            "owner", ApiKeyRecord::owner,
            "name", ApiKeyRecord::name,
            "createdAt", record -> sortable(record.createdAt()),
            "expiresAt", record -> sortable(record.current().expiresAt()));

    private final Map<String, String> parameters;
    private final Uses uses;
    private final Instant now;

    KeyQuery(Map<String, String> parameters, Uses uses, Instant now) {
        this.parameters = parameters;
        this.uses = uses;
        this.now = now;
    }

    /** Holds one page of keys, and where the next one begins; null after the last. */
    record Page(List<ApiKeyRecord> records, @Nullable String next) {}

    /** Finds when keys were last used. */
    interface Uses {
        /** Returns what is known, by id. */
        Map<String, LastUse> of(List<ApiKeyRecord> records);
    }

    /** Reads records of the store by id. */
    interface Source {
        /**
         * Returns at most this many of the records that {@link #filter} selects, beginning after this id; null for
         * the first.
         */
        List<ApiKeyRecord> list(@Nullable String after, int limit);
    }

    /** Returns what the store can filter. */
    KeyFilter filter() {
        KeyFilter filter = KeyFilter.all();
        String owner = parameters.get("owner");
        if (owner != null) {
            filter = filter.owner(owner);
        }
        String role = parameters.get("role");
        if (role != null) {
            filter = filter.role(role);
        }
        if (parameters.containsKey("state")) {
            filter = filter.state(state());
        }
        Instant createdAfter = instant("createdAfter");
        if (createdAfter != null) {
            filter = filter.createdAfter(createdAfter);
        }
        Instant expiringBefore = instant("expiringBefore");
        return expiringBefore == null ? filter : filter.expiringBefore(expiringBefore);
    }

    private KeyState state() {
        return Arrays.stream(KeyState.values())
                .filter(state -> state.name().toLowerCase(Locale.ROOT).equals(parameters.get("state")))
                .findFirst()
                .orElseThrow(() -> Problem.invalid("parameter state must be active, disabled or revoked"));
    }

    private @Nullable Instant instant(String name) {
        String text = parameters.get(name);
        return text == null ? null : Members.instant("parameter " + name, text);
    }

    /**
     * Returns the page of those records that the other parameters select. If the order and all filters are those of
     * the store, reads no more than the page; otherwise reads one part after another and keeps one page.
     */
    Page page(Source source) {
        int limit = limit();
        Function<ApiKeyRecord, String> key = sortKey();
        Comparator<Position> order = order();
        Position after = after();
        Predicate<ApiKeyRecord> condition = condition();
        Instant unusedSince = instant("unusedSince");
        boolean inOrder = sort().equals("id");
        int part = inOrder && CONDITIONS.stream().noneMatch(parameters::containsKey) ? limit + 1 : PART;
        // the last of the page is on top, so it is removed when one that comes before it is found
        PriorityQueue<Position> best = new PriorityQueue<>(order.reversed());
        String read = inOrder && after != null ? after.id : null;
        List<ApiKeyRecord> records;
        do {
            records = source.list(read, part);
            Map<String, LastUse> known = unusedSince == null ? Map.of() : uses.of(records);
            for (ApiKeyRecord record : records) {
                Position position = new Position(key.apply(record), record.id(), record);
                if (condition.test(record)
                        && (unusedSince == null || isUnused(known.get(record.id()), unusedSince))
                        && (after == null || order.compare(after, position) < 0)) {
                    best.add(position);
                    if (best.size() > limit + 1) {
                        best.remove();
                    }
                }
                read = record.id();
            }
        } while (records.size() == part && !(inOrder && best.size() > limit));
        List<Position> chosen = best.stream().sorted(order).toList();
        List<Position> page = chosen.subList(0, Math.min(limit, chosen.size()));
        return new Page(
                page.stream().map(position -> position.record).toList(),
                chosen.size() > limit ? cursor(page.get(limit - 1)) : null);
    }

    private int limit() {
        String text = parameters.get("limit");
        if (text == null) {
            return DEFAULT_LIMIT;
        }
        if (text.matches("[0-9]{1,3}")) {
            int limit = Integer.parseInt(text);
            if (limit >= 1 && limit <= MAX_LIMIT) {
                return limit;
            }
        }
        throw Problem.invalid("parameter limit must be 1 to " + MAX_LIMIT);
    }

    private Predicate<ApiKeyRecord> condition() {
        Predicate<ApiKeyRecord> condition = record -> true;
        String text = parameters.get("text");
        if (text != null) {
            condition = condition.and(record -> hasText(record, text.toLowerCase(Locale.ROOT)));
        }
        String retiring = parameters.get("retiring");
        if (retiring != null) {
            if (!retiring.equals("true") && !retiring.equals("false")) {
                throw Problem.invalid("parameter retiring must be true or false");
            }
            condition = condition.and(record -> isRetiring(record, now) == retiring.equals("true"));
        }
        return condition;
    }

    private static boolean hasText(ApiKeyRecord record, String text) {
        return contains(record.id(), text) || contains(record.owner(), text) || contains(record.name(), text);
    }

    private static boolean contains(@Nullable String value, String text) {
        return value != null && value.toLowerCase(Locale.ROOT).contains(text);
    }

    private static boolean isUnused(@Nullable LastUse use, Instant since) {
        return use == null || (isBefore(use.current(), since) && isBefore(use.retiring(), since));
    }

    private static boolean isBefore(@Nullable Instant use, Instant moment) {
        return use == null || use.isBefore(moment);
    }

    /** Returns whether an old secret is still accepted next to the current one. */
    static boolean isRetiring(ApiKeyRecord record, Instant now) {
        return record.retiring()
                .map(HashedSecret::expiresAt)
                .map(now::isBefore)
                .orElse(record.retiring().isPresent());
    }

    private static @Nullable String sortable(@Nullable Instant time) {
        return time == null ? null : SORTABLE.format(time);
    }

    private String sort() {
        return parameters.getOrDefault("sort", "id");
    }

    private Function<ApiKeyRecord, String> sortKey() {
        String sort = sort();
        Function<ApiKeyRecord, @Nullable String> key = SORTS.get(sort.startsWith("-") ? sort.substring(1) : sort);
        if (key == null) {
            throw Problem.invalid("parameter sort must be one of " + new TreeSet<>(SORTS.keySet())
                    + ", with - in front for the other direction");
        }
        return record -> {
            String value = key.apply(record);
            return value == null ? NONE : value;
        };
    }

    private Comparator<Position> order() {
        Comparator<Position> order =
                Comparator.<Position, String>comparing(position -> position.key).thenComparing(position -> position.id);
        return sort().startsWith("-") ? order.reversed() : order;
    }

    /** The place of a record in the order, which is known even after the record is removed. */
    private record Position(String key, String id, @Nullable ApiKeyRecord record) {}

    private String cursor(Position last) {
        String text = sort() + "\n" + last.id + "\n" + last.key;
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private @Nullable Position after() {
        String next = parameters.get("next");
        if (next == null) {
            return null;
        }
        try {
            String[] parts = new String(Base64.getUrlDecoder().decode(next), StandardCharsets.UTF_8).split("\n", 3);
            if (parts.length == 3
                    && parts[0].equals(sort())
                    && ID.matcher(parts[1]).matches()) {
                return new Position(parts[2], parts[1], null);
            }
        } catch (IllegalArgumentException notOurs) {
            // the one message for both
        }
        throw Problem.invalid("parameter next must be the value from the previous page, with the same sort");
    }
}
