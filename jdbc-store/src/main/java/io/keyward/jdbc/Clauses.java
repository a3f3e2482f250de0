package io.keyward.jdbc;

import io.keyward.store.KeyFilter;
import io.keyward.store.KeyFilter.Condition;
import io.keyward.store.KeyFilter.CreatedAfter;
import io.keyward.store.KeyFilter.EndedBy;
import io.keyward.store.KeyFilter.ExpiringBefore;
import io.keyward.store.KeyFilter.HavingRole;
import io.keyward.store.KeyFilter.InState;
import io.keyward.store.KeyFilter.OwnedBy;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes a filter as SQL. It chooses what the filter chooses or a little more, never less.
 *
 * @param sql clauses, each with an {@code and} after it
 * @param arguments one for each question mark
 */
record Clauses(String sql, List<Object> arguments) {
    static Clauses of(KeyFilter filter) {
        StringBuilder sql = new StringBuilder();
        List<Object> arguments = new ArrayList<>();
        for (Condition condition : filter.conditions()) {
            add(condition, sql, arguments);
        }
        return new Clauses(sql.toString(), arguments);
    }

    private static void add(Condition condition, StringBuilder sql, List<Object> arguments) {
        if (condition instanceof OwnedBy owned) {
            addText("k.owner = ? and ", owned.owner(), sql, arguments);
        } else if (condition instanceof HavingRole having) {
            addText(
                    "position(' ' || cast(? as varchar) || ' ' in ' ' || k.roles || ' ') > 0 and ",
                    having.role(),
                    sql,
                    arguments);
        } else if (condition instanceof InState in) {
            sql.append("k.state = ? and ");
            arguments.add(Rows.textOf(in.state()));
        } else if (condition instanceof ExpiringBefore expiring) {
            sql.append("exists (select 1 from keyward.keyward_secret s where s.key_id = k.id and not s.retiring"
                    + " and s.expires_at <= ?) and ");
            arguments.add(notBefore(expiring.moment()));
        } else if (condition instanceof CreatedAfter created) {
            sql.append("k.created_at >= ? and ");
            arguments.add(Rows.bounded(created.moment())
                    .truncatedTo(ChronoUnit.MICROS)
                    .atOffset(ZoneOffset.UTC));
        } else if (condition instanceof EndedBy ended) {
            sql.append("((k.state = 'revoked' and k.changed_at <= ?)"
                    + " or not exists (select 1 from keyward.keyward_secret s where s.key_id = k.id"
                    + " and (s.expires_at is null or s.expires_at > ?))) and ");
            arguments.add(notBefore(ended.moment()));
            arguments.add(notBefore(ended.moment()));
        }
        // the filter itself checks every other condition on each record
    }

    /** No record has a text with NUL or with half a character, and PostgreSQL fails when it has to compare with one. */
    private static void addText(String clause, String text, StringBuilder sql, List<Object> arguments) {
        if (text.indexOf(0) >= 0 || !StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
            sql.append("1 = 0 and ");
        } else {
            sql.append(clause);
            arguments.add(text);
        }
    }

    private static OffsetDateTime notBefore(Instant moment) {
        Instant bound = Rows.bounded(moment);
        Instant cut = bound.truncatedTo(ChronoUnit.MICROS);
        return (cut.equals(bound) ? cut : cut.plus(1, ChronoUnit.MICROS)).atOffset(ZoneOffset.UTC);
    }
}
