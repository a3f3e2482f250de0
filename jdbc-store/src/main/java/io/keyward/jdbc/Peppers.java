package io.keyward.jdbc;

import io.keyward.store.StoreException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps the check value of each pepper next to the hashes. It shows if a node has another pepper under the same id. */
final class Peppers {
    private static final Logger LOG = LoggerFactory.getLogger(JdbcApiKeyStore.class);

    private final Database database;
    private volatile boolean warned;

    Peppers(Database database) {
        this.database = database;
    }

    /** Throws if a check value differs from the one that is kept; keeps new ones if it may write. */
    void require(Map<String, String> checks, boolean mayWrite, Schema schema) {
        Map<String, String> kept = database.read("read the check values of its peppers", (connection, dialect) -> {
            schema.require(connection);
            return kept(connection, "");
        });
        requireSame(kept, checks);
        if (mayWrite && !kept.keySet().containsAll(checks.keySet())) {
            requireSame(keptWith(checks, kept), checks);
        }
    }

    /** Returns the ids that have a check value, in their order. */
    Set<String> ids(Schema schema) {
        return database.read("read the check values of its peppers", (connection, dialect) -> {
            schema.require(connection);
            return Collections.unmodifiableSet(
                    new TreeSet<>(kept(connection, "").keySet()));
        });
    }

    private static void requireSame(Map<String, String> kept, Map<String, String> checks) {
        checks.keySet().stream()
                .filter(id -> isOther(kept, id, checks))
                .findFirst()
                .ifPresent(id -> {
                    throw new StoreException(
                            "pepper `" + id + "` of this service does not match the check value in the database;"
                                    + " an id keeps its pepper, because its hashes fit no other; put the pepper back,"
                                    + " or give the new pepper an id of its own");
                });
    }

    private static boolean isOther(Map<String, String> kept, String id, Map<String, String> checks) {
        String known = kept.get(id);
        return known != null && !known.equals(checks.get(id));
    }

    /** Keeps new check values and returns all that are kept; if two nodes start together, the first one decides. */
    private Map<String, String> keptWith(Map<String, String> checks, Map<String, String> before) {
        try {
            return database.write("keep the check values of its peppers", (connection, dialect) -> {
                database.configureChange(connection, dialect);
                Map<String, String> all = kept(connection, " for update");
                if (checks.keySet().stream().noneMatch(id -> isOther(all, id, checks))) {
                    checks.forEach(all::putIfAbsent);
                    write(connection, all);
                }
                return all;
            });
        } catch (StoreException e) {
            // the node can verify anyway, and another one may keep them
            if (!warned) {
                warned = true;
                LOG.warn(
                        "another pepper under one of the ids {} would not be noticed: {}",
                        checks.keySet(),
                        e.getMessage());
            }
            return before;
        }
    }

    private Map<String, String> kept(Connection connection, String lock) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(
                        database.names.in("select pepper_checks from keyward.keyward_meta" + lock))) {
            Map<String, String> kept = new TreeMap<>();
            if (row.next()) {
                for (String item : row.getString(1).split(" ", -1)) {
                    int sign = item.indexOf('=');
                    if (sign > 0) {
                        kept.put(item.substring(0, sign), item.substring(sign + 1));
                    }
                }
            }
            return kept;
        }
    }

    private void write(Connection connection, Map<String, String> checks) throws SQLException {
        String text = checks.entrySet().stream()
                .map(check -> check.getKey() + "=" + check.getValue())
                .collect(Collectors.joining(" "));
        Statements.update(connection, database.names.in("update keyward.keyward_meta set pepper_checks = ?"), text);
    }
}
