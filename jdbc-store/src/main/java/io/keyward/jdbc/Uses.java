package io.keyward.jdbc;

import io.keyward.jdbc.LastUseWriter.SecretUse;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Reads and writes the table of last uses. Its times only move ahead. */
final class Uses {
    private static final int BATCH = 1_000;

    private final Names names;

    Uses(Names names) {
        this.names = names;
    }

    /** Returns the times of these keys, by id and ordinal. */
    Map<String, Map<Integer, Instant>> of(Connection connection, List<String> ids) throws SQLException {
        Map<String, Map<Integer, Instant>> uses = new HashMap<>();
        for (int from = 0; from < ids.size(); from += BATCH) {
            List<String> some = ids.subList(from, Math.min(from + BATCH, ids.size()));
            String places = String.join(", ", Collections.nCopies(some.size(), "?"));
            Statements.query(
                    connection,
                    names.in("select key_id, ordinal, used_at from keyward.keyward_use where key_id in (" + places
                            + ")"),
                    row -> uses.computeIfAbsent(row.getString(1), none -> new TreeMap<>())
                            .put(
                                    row.getInt(2),
                                    row.getObject(3, OffsetDateTime.class).toInstant()),
                    some.toArray());
        }
        return uses;
    }

    /** Skips a key that was deleted after it was used. */
    void write(Connection connection, Dialect dialect, List<SecretUse> uses) throws SQLException {
        String insert = "insert into keyward.keyward_use (key_id, ordinal, used_at) select k.id, cast(? as integer),"
                + " cast(? as timestamp(6) with time zone) from keyward.keyward_key k where k.id = ?";
        if (dialect == Dialect.POSTGRESQL) {
            String upsert = insert + " on conflict (key_id, ordinal) do update set used_at = excluded.used_at"
                    + " where keyward_use.used_at <= excluded.used_at - interval '1 minute'";
            run(connection, upsert, uses, Uses::setInsert);
            return;
        }
        String update = "update keyward.keyward_use set used_at = ? where key_id = ? and ordinal = ?"
                + " and used_at <= dateadd(minute, -1, cast(? as timestamp(6) with time zone))";
        run(connection, update, uses, (statement, use) -> {
            statement.setObject(1, use.time().atOffset(ZoneOffset.UTC));
            statement.setString(2, use.keyId());
            statement.setInt(3, use.ordinal());
            statement.setObject(4, use.time().atOffset(ZoneOffset.UTC));
        });
        String missing = insert + " and not exists (select 1 from keyward.keyward_use u where u.key_id = k.id"
                + " and u.ordinal = cast(? as integer))";
        run(connection, missing, uses, (statement, use) -> {
            setInsert(statement, use);
            statement.setInt(4, use.ordinal());
        });
    }

    private static void setInsert(PreparedStatement statement, SecretUse use) throws SQLException {
        statement.setInt(1, use.ordinal());
        statement.setObject(2, use.time().atOffset(ZoneOffset.UTC));
        statement.setString(3, use.keyId());
    }

    private void run(Connection connection, String sql, List<SecretUse> uses, Binder binder) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(names.in(sql))) {
            int count = 0;
            for (SecretUse use : uses) {
                binder.bind(statement, use);
                statement.addBatch();
                if (++count % BATCH == 0) {
                    statement.executeBatch();
                }
            }
            statement.executeBatch();
        }
    }

    @FunctionalInterface
    private interface Binder {
        void bind(PreparedStatement statement, SecretUse use) throws SQLException;
    }
}
