package io.keyward.jdbc;

import io.keyward.ApiKeyRecord;
import io.keyward.HashedSecret;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Finds the keys that differ between the database and a node, by checksums that PostgreSQL computes.
 *
 * <p>Keys are spread over buckets by their id. One statement returns a sum for each bucket; rows are read only if sums
 * differ. Nothing here is secret from the database, and nothing of a hash is sent or logged.
 */
final class Comparison {
    private static final int BUCKET_DIGITS = 3;
    private static final int BUCKETS = 1 << (4 * BUCKET_DIGITS);
    /** The bits of a row's checksum; the sum of a bucket stays below 2^63 for 32 000 rows. */
    private static final int ROW_BITS = 48;

    /** Buckets are read one by one; above this number it is as cheap to load all. */
    private static final int MOST_BUCKETS = 64;

    private static final char FIELD = '\u001f';
    private static final char ITEM = '\u001d';

    private static final String BUCKET_SQL = "left(encode(sha256(convert_to(k.id, 'UTF8')), 'hex'), 3)";
    private static final String ROW_SQL = """
            ('x' || left(encode(sha256(convert_to(concat_ws(chr(31), k.id, k.version, k.state,
                coalesce(k.owner, ''), coalesce(k.name, ''), coalesce(k.roles, ''), coalesce(k.permissions, ''),
                %s, coalesce(k.created_by, ''), %s, coalesce(k.changed_by, ''),
                coalesce((select string_agg(concat_ws(chr(31), s.hash, s.ordinal, %s, %s), chr(29)
                        order by s.retiring, s.ordinal desc)
                    from keyward.keyward_secret s where s.key_id = k.id), ''),
                coalesce((select string_agg(concat_ws(chr(31), a.attribute, a.content), chr(29)
                        order by a.kind = 'metadata', a.attribute collate "C")
                    from keyward.keyward_attribute a where a.key_id = k.id), '')
                ), 'UTF8')), 'hex'), 12))::bit(48)::bigint""".formatted(
                    micros("k.created_at"), micros("k.changed_at"),
                    micros("s.not_before"), micros("nullif(s.expires_at, 'infinity')"));

    private final Names names;
    private final Rows rows;

    Comparison(Names names, Rows rows) {
        this.names = names;
        this.rows = rows;
    }

    /** The bounds are those of {@link Rows}. They apply to infinity too, which is no number. */
    private static String micros(String column) {
        return "case when " + column + " is null then '' else (extract(epoch from greatest(least(" + column
                + ", timestamptz '" + Rows.LAST + "'), timestamptz '" + Rows.FIRST + "')) * 1000000)::bigint::text end";
    }

    /**
     * Returns the ids of keys that differ; empty if none does.
     *
     * @param records what the node holds
     * @param except ids that are not compared
     */
    Set<String> differing(
            Connection connection,
            Dialect dialect,
            long generation,
            Collection<ApiKeyRecord> records,
            Set<String> except)
            throws SQLException {
        Set<String> suspects = dialect == Dialect.POSTGRESQL
                ? suspects(connection, records, except)
                : all(connection, generation, records);
        suspects.removeAll(except);
        Map<String, ApiKeyRecord> known = new HashMap<>();
        for (ApiKeyRecord record : records) {
            if (suspects.contains(record.id())) {
                known.put(record.id(), record);
            }
        }
        Set<String> differing = new HashSet<>();
        for (String id : suspects) {
            // the record may be the same, for example with its roles in another order
            ApiKeyRecord stored = rows.one(connection, generation, id).records().stream()
                    .findFirst()
                    .orElse(null);
            if (stored == null || !stored.equals(known.get(id))) {
                differing.add(id);
            }
        }
        return differing;
    }

    /** H2 is not for many keys: all are read. */
    private Set<String> all(Connection connection, long generation, Collection<ApiKeyRecord> records)
            throws SQLException {
        Set<String> ids = new HashSet<>();
        rows.all(connection, generation).records().forEach(record -> ids.add(record.id()));
        records.forEach(record -> ids.add(record.id()));
        return ids;
    }

    private Set<String> suspects(Connection connection, Collection<ApiKeyRecord> records, Set<String> except)
            throws SQLException {
        long[] own = new long[BUCKETS];
        for (ApiKeyRecord record : records) {
            if (!except.contains(record.id())) {
                own[bucketOf(record.id())] += checksumOf(record);
            }
        }
        List<Integer> buckets = new ArrayList<>();
        long[] stored = sums(connection, except);
        for (int i = 0; i < BUCKETS && buckets.size() < MOST_BUCKETS; i++) {
            if (own[i] != stored[i]) {
                buckets.add(i);
            }
        }
        Map<String, Long> checksums = new TreeMap<>();
        for (int bucket : buckets) {
            readBucket(connection, bucket, except, checksums);
        }
        Set<String> suspects = new HashSet<>(checksums.keySet());
        for (ApiKeyRecord record : records) {
            if (buckets.contains(bucketOf(record.id()))) {
                suspects.add(record.id());
                if (Long.valueOf(checksumOf(record)).equals(checksums.get(record.id()))) {
                    suspects.remove(record.id());
                }
            }
        }
        return suspects;
    }

    private long[] sums(Connection connection, Set<String> except) throws SQLException {
        long[] sums = new long[BUCKETS];
        String sql = "select " + BUCKET_SQL + ", sum(" + ROW_SQL
                + ") from keyward.keyward_key k where k.id <> all (?) group by 1";
        try (PreparedStatement statement = connection.prepareStatement(names.in(sql))) {
            statement.setArray(1, connection.createArrayOf("varchar", except.toArray()));
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    sums[Integer.parseInt(row.getString(1), 16)] =
                            row.getBigDecimal(2).longValue();
                }
            }
        }
        return sums;
    }

    private void readBucket(Connection connection, int bucket, Set<String> except, Map<String, Long> checksums)
            throws SQLException {
        String sql = "select k.id, " + ROW_SQL + " from keyward.keyward_key k where " + BUCKET_SQL
                + " = ? and k.id <> all (?)";
        Statements.query(
                connection,
                names.in(sql),
                row -> checksums.put(row.getString(1), row.getLong(2)),
                String.format("%03x", bucket),
                connection.createArrayOf("varchar", except.toArray()));
    }

    private static int bucketOf(String id) {
        return (int) (first48(id) >>> (ROW_BITS - 4 * BUCKET_DIGITS));
    }

    private static long checksumOf(ApiKeyRecord record) {
        StringBuilder text = new StringBuilder(256);
        text.append(record.id());
        field(text, History.numberOf(record.version()));
        field(text, Rows.textOf(record.state()));
        field(text, record.owner());
        field(text, record.name());
        field(text, Rows.joined(record.roles()));
        field(text, Rows.joined(record.permissions()));
        field(text, micros(record.createdAt()));
        field(text, record.createdBy());
        field(text, micros(record.changedAt()));
        field(text, record.changedBy());
        char before = FIELD;
        for (HashedSecret secret : record.secrets()) {
            text.append(before).append(secret.hash().reveal());
            field(text, secret.ordinal());
            field(text, micros(secret.notBefore()));
            field(text, micros(secret.expiresAt()));
            before = ITEM;
        }
        before = FIELD;
        for (Map<String, String> entries : List.of(record.attributes(), record.metadata())) {
            for (Map.Entry<String, String> entry : new TreeMap<>(entries).entrySet()) {
                text.append(before).append(entry.getKey()).append(FIELD).append(entry.getValue());
                before = ITEM;
            }
        }
        return first48(before == FIELD ? text.append(FIELD).toString() : text.toString());
    }

    private static void field(StringBuilder text, @Nullable Object value) {
        text.append(FIELD).append(value == null ? "" : value);
    }

    private static @Nullable Long micros(@Nullable Instant time) {
        return time == null ? null : time.getEpochSecond() * 1_000_000L + time.getNano() / 1_000;
    }

    private static long first48(String text) {
        return ByteBuffer.wrap(Marks.sha256(text)).getLong() >>> (Long.SIZE - ROW_BITS);
    }
}
