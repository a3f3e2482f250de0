package io.keyward.jdbc;

import io.keyward.ApiKeyRecord;
import io.keyward.HashedSecret;
import io.keyward.KeyHash;
import io.keyward.KeyState;
import io.keyward.jdbc.Statements.Reader;
import io.keyward.role.Permission;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads records from the rows of three tables, and writes them there. */
final class Rows {
    private static final Logger LOG = LoggerFactory.getLogger(JdbcApiKeyStore.class);

    static final Instant FIRST = Instant.parse("0001-01-01T00:00:00Z");
    static final Instant LAST = Instant.parse("9999-12-31T23:59:59.999999Z");

    private static final String METADATA = "metadata";
    /** Any other kind is read as this one, because it may narrow what the key may do. */
    private static final String ATTRIBUTE = "attribute";

    private static final String ALL = "";
    private static final String ONE = " where k.id = ?";
    private static final String AFTER = " where k.version > ?";

    private static final String FROM_TO = " where k.id >= ? and k.id <= ?";

    private final Names names;
    /** Whether a value was met that cannot be read, so that each reading may have to go on without its record. */
    private volatile boolean isCareful;

    Rows(Names names) {
        this.names = names;
    }

    /** Returns all records without those that are not sound, so that the keys of these are rejected. */
    Read all(Connection connection, long generation) throws SQLException {
        return read(connection, generation, ALL);
    }

    Read one(Connection connection, long generation, String id) throws SQLException {
        return read(connection, generation, ONE, id);
    }

    /** Returns the records whose last change is after a number, in the order of their last change. */
    Read after(Connection connection, long generation, long number) throws SQLException {
        return read(connection, generation, AFTER, number);
    }

    /** Returns the ids that the clauses choose, in order, after a given one. */
    List<String> ids(Connection connection, Clauses clauses, String after, int limit) throws SQLException {
        List<Object> arguments = new ArrayList<>(clauses.arguments());
        arguments.add(after);
        arguments.add(limit);
        List<String> ids = new ArrayList<>();
        query(
                connection,
                "select k.id from keyward.keyward_key k where " + clauses.sql() + "k.id > ? order by k.id limit ?",
                row -> ids.add(row.getString(1)),
                arguments.toArray());
        return ids;
    }

    /** Returns the records of these ids that are sound, in the order of their ids. */
    List<ApiKeyRecord> of(Connection connection, long generation, List<String> ids) throws SQLException {
        String places = String.join(", ", Collections.nCopies(ids.size(), "?"));
        return read(connection, generation, " where k.id in (" + places + ")", ids.toArray()).records().stream()
                .sorted(Comparator.comparing(ApiKeyRecord::id))
                .toList();
    }

    void remove(Connection connection, String id) throws SQLException {
        update(connection, "delete from keyward.keyward_key where id = ?", id);
    }

    Set<String> idsAfter(Connection connection, long number) throws SQLException {
        Set<String> ids = new HashSet<>();
        query(connection, "select k.id from keyward.keyward_key k" + AFTER, row -> ids.add(row.getString(1)), number);
        return ids;
    }

    /** Throws once if a value cannot be read, because the transaction has failed; the next reading goes on without it. */
    private Read read(Connection connection, long generation, String condition, Object... arguments)
            throws SQLException {
        Savepoint before = isCareful ? connection.setSavepoint() : null;
        try {
            return readTogether(connection, generation, condition, arguments);
        } catch (SQLException e) {
            isCareful |= isOfValue(e);
            if (before == null || !isOfValue(e)) {
                throw e;
            }
            connection.rollback(before);
        }
        List<String> ids = new ArrayList<>();
        query(
                connection,
                "select k.id from keyward.keyward_key k" + condition + " order by k.id",
                row -> ids.add(row.getString(1)),
                arguments);
        Read whole = new Read(new ArrayList<>(), new HashMap<>());
        readApart(connection, generation, ids, whole);
        whole.records().sort(Comparator.comparingLong(ApiKeyRecord::version));
        return whole;
    }

    /**
     * Returns whether a failure is one of a value, as of bytes that are no text in UTF-8: a database in SQL_ASCII stores
     * any, and a damaged one may have them.
     */
    static boolean isOfValue(SQLException e) {
        return Database.stateOf(e).startsWith("22");
    }

    /** Reads the records of these ids, which are in order, half by half where one of them cannot be read. */
    private void readApart(Connection connection, long generation, List<String> ids, Read whole) throws SQLException {
        if (ids.isEmpty()) {
            return;
        }
        Savepoint before = connection.setSavepoint();
        try {
            Set<String> wanted = Set.copyOf(ids);
            Read part = readTogether(connection, generation, FROM_TO, ids.get(0), ids.get(ids.size() - 1));
            part.records().stream()
                    .filter(record -> wanted.contains(record.id()))
                    .forEach(whole.records()::add);
            part.unsound().forEach((id, flaw) -> {
                if (wanted.contains(id)) {
                    whole.unsound().put(id, flaw);
                }
            });
            connection.releaseSavepoint(before);
        } catch (SQLException e) {
            if (!isOfValue(e)) {
                throw e;
            }
            connection.rollback(before);
            int half = ids.size() / 2;
            if (half == 0) {
                whole.unsound()
                        .put(ids.get(0), "a value of it cannot be read, as one whose bytes are no text in UTF-8");
            } else {
                readApart(connection, generation, ids.subList(0, half), whole);
                readApart(connection, generation, ids.subList(half, ids.size()), whole);
            }
        }
    }

    private Read readTogether(Connection connection, long generation, String condition, Object... arguments)
            throws SQLException {
        Map<String, List<HashedSecret>> secrets = new HashMap<>();
        Map<String, Map<String, String>> metadata = new HashMap<>();
        Map<String, Map<String, String>> attributes = new HashMap<>();
        Map<String, String> unsound = new HashMap<>();
        query(
                connection,
                "select s.key_id, s.hash, s.not_before, s.expires_at, s.ordinal from keyward.keyward_secret s"
                        + (condition.isEmpty() ? "" : " join keyward.keyward_key k on k.id = s.key_id" + condition)
                        + " order by s.key_id, s.retiring, s.ordinal desc",
                row -> {
                    String id = row.getString(1);
                    try {
                        HashedSecret secret = new HashedSecret(
                                KeyHash.parse(present(row, 2, "hash")), time(row, 3), end(row, 4), row.getInt(5));
                        secrets.computeIfAbsent(id, none -> new ArrayList<>(1)).add(secret);
                    } catch (IllegalArgumentException e) {
                        // its message contains nothing of the hash
                        unsound.put(id, String.valueOf(e.getMessage()));
                    }
                },
                arguments);
        query(
                connection,
                "select a.key_id, a.attribute, a.content, a.kind from keyward.keyward_attribute a"
                        + (condition.isEmpty() ? "" : " join keyward.keyward_key k on k.id = a.key_id" + condition),
                row -> {
                    String id = row.getString(1);
                    try {
                        (METADATA.equals(row.getString(4)) ? metadata : attributes)
                                .computeIfAbsent(id, none -> new HashMap<>(4))
                                .put(present(row, 2, "name of an attribute"), present(row, 3, "value of an attribute"));
                    } catch (IllegalArgumentException e) {
                        unsound.put(id, String.valueOf(e.getMessage()));
                    }
                },
                arguments);
        List<ApiKeyRecord> records = new ArrayList<>();
        query(
                connection,
                "select k.id, k.version, k.owner, k.name, k.state, k.roles, k.permissions, k.created_at,"
                        + " k.created_by, k.changed_at, k.changed_by from keyward.keyward_key k"
                        + condition + " order by k.version",
                row -> {
                    String id = row.getString(1);
                    try {
                        String flaw = unsound.get(id);
                        if (flaw != null) {
                            throw new IllegalArgumentException(flaw);
                        }
                        records.add(recordOf(
                                row,
                                generation,
                                secrets.getOrDefault(id, List.of()),
                                metadata.getOrDefault(id, Map.of()),
                                attributes.getOrDefault(id, Map.of())));
                    } catch (IllegalArgumentException e) {
                        unsound.put(id, String.valueOf(e.getMessage()));
                    }
                },
                arguments);
        return new Read(records, unsound);
    }

    private static ApiKeyRecord recordOf(
            ResultSet row,
            long generation,
            List<HashedSecret> secrets,
            Map<String, String> metadata,
            Map<String, String> attributes)
            throws SQLException {
        return ApiKeyRecord.builder(row.getString(1))
                .version(History.versionOf(generation, row.getLong(2)))
                .owner(row.getString(3))
                .name(row.getString(4))
                .state(stateOf(present(row, 5, "state")))
                .roles(items(row.getString(6)).toList())
                .permissions(items(row.getString(7)).map(Permission::of).toList())
                .secrets(secrets)
                .metadata(metadata)
                .attributes(attributes)
                .created(time(row, 8), row.getString(9))
                .changed(time(row, 10), row.getString(11))
                .build();
    }

    private static KeyState stateOf(String text) {
        return Stream.of(KeyState.values())
                .filter(state -> textOf(state).equalsIgnoreCase(text))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("its state must be active, disabled or revoked"));
    }

    /** Nothing may be null in these columns, but an operator can drop that from a table. */
    private static String present(ResultSet row, int column, String what) throws SQLException {
        String text = row.getString(column);
        if (text == null) {
            throw new IllegalArgumentException("a " + what + " of it is null");
        }
        return text;
    }

    private static Stream<String> items(@Nullable String text) {
        return text == null ? Stream.empty() : Stream.of(text.split(" +")).filter(item -> !item.isEmpty());
    }

    /** Returns null also for {@code infinity}, which operators of PostgreSQL write for a key without an end. */
    private static @Nullable Instant end(ResultSet row, int column) throws SQLException {
        OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
        // the driver's value for it
        return OffsetDateTime.MAX.equals(time) ? null : time(row, column);
    }

    /** Returns the nearest time that a record may have, because one beyond could never be stored again. */
    private static @Nullable Instant time(ResultSet row, int column) throws SQLException {
        OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : bounded(time.toInstant());
    }

    static Instant bounded(Instant time) {
        return time.isBefore(FIRST) ? FIRST : time.isAfter(LAST) ? LAST : time;
    }

    private void query(Connection connection, String sql, Reader reader, Object... arguments) throws SQLException {
        Statements.query(connection, names.in(sql), reader, arguments);
    }

    private void update(Connection connection, String sql, @Nullable Object... arguments) throws SQLException {
        Statements.update(connection, names.in(sql), arguments);
    }

    /** Returns the record as it comes back from the database: times to the microsecond. */
    static ApiKeyRecord storable(ApiKeyRecord record) {
        List<HashedSecret> secrets = record.secrets().stream()
                .map(secret -> new HashedSecret(
                        secret.hash(),
                        storable(record.id(), secret.notBefore()),
                        storable(record.id(), secret.expiresAt()),
                        secret.ordinal()))
                .toList();
        return record.toBuilder().secrets(secrets).build();
    }

    private static @Nullable Instant storable(String id, @Nullable Instant time) {
        if (time == null) {
            return null;
        }
        Instant cut = time.truncatedTo(ChronoUnit.MICROS);
        if (cut.isBefore(FIRST) || cut.isAfter(LAST)) {
            throw new IllegalArgumentException("key `" + id + "` has a time outside the years 1 to 9999");
        }
        return cut;
    }

    /** Returns whether a hash occurs twice in a record, or in another record. */
    boolean isHashTaken(Connection connection, ApiKeyRecord record) throws SQLException {
        Set<String> hashes =
                record.secrets().stream().map(secret -> secret.hash().reveal()).collect(Collectors.toSet());
        if (hashes.size() < record.secrets().size()) {
            return true;
        }
        List<String> owners = new ArrayList<>();
        for (String hash : hashes) {
            query(
                    connection,
                    "select key_id from keyward.keyward_secret where hash = ? and key_id <> ?",
                    row -> owners.add(row.getString(1)),
                    hash,
                    record.id());
        }
        return !owners.isEmpty();
    }

    /** Returns the number of the last change of a key; 0 if there is none. */
    long numberOf(Connection connection, String id) throws SQLException {
        List<Long> numbers = new ArrayList<>(1);
        query(
                connection,
                "select version from keyward.keyward_key where id = ?",
                row -> numbers.add(row.getLong(1)),
                id);
        return numbers.isEmpty() ? 0 : numbers.get(0);
    }

    void insert(Connection connection, ApiKeyRecord record) throws SQLException {
        write(
                connection,
                record,
                "insert into keyward.keyward_key (version, owner, name, state, roles, permissions, created_at, created_by,"
                        + " changed_at, changed_by, id) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
        insertParts(connection, record);
    }

    void update(Connection connection, ApiKeyRecord record) throws SQLException {
        write(
                connection,
                record,
                "update keyward.keyward_key set version = ?, owner = ?, name = ?, state = ?, roles = ?, permissions = ?,"
                        + " created_at = ?, created_by = ?, changed_at = ?, changed_by = ? where id = ?");
        update(connection, "delete from keyward.keyward_secret where key_id = ?", record.id());
        update(connection, "delete from keyward.keyward_attribute where key_id = ?", record.id());
        insertParts(connection, record);
    }

    private void write(Connection connection, ApiKeyRecord record, String sql) throws SQLException {
        update(
                connection,
                sql,
                History.numberOf(record.version()),
                record.owner(),
                record.name(),
                textOf(record.state()),
                joined(record.roles()),
                joined(record.permissions()),
                record.createdAt(),
                record.createdBy(),
                record.changedAt(),
                record.changedBy(),
                record.id());
    }

    static String textOf(KeyState state) {
        return state.name().toLowerCase(Locale.ROOT);
    }

    static String joined(Collection<?> items) {
        Set<String> texts = new TreeSet<>();
        items.forEach(item -> texts.add(item.toString()));
        return String.join(" ", texts);
    }

    private void insertParts(Connection connection, ApiKeyRecord record) throws SQLException {
        boolean isRetiring = false;
        for (HashedSecret secret : record.secrets()) {
            update(
                    connection,
                    "insert into keyward.keyward_secret (hash, key_id, ordinal, retiring, not_before, expires_at)"
                            + " values (?, ?, ?, ?, ?, ?)",
                    secret.hash().reveal(),
                    record.id(),
                    secret.ordinal(),
                    isRetiring,
                    secret.notBefore(),
                    secret.expiresAt());
            isRetiring = true;
        }
        insertEntries(connection, record.id(), METADATA, record.metadata());
        insertEntries(connection, record.id(), ATTRIBUTE, record.attributes());
    }

    private void insertEntries(Connection connection, String id, String kind, Map<String, String> entries)
            throws SQLException {
        if (entries.isEmpty()) {
            return;
        }
        try (PreparedStatement statement = connection.prepareStatement(names.in(
                "insert into keyward.keyward_attribute (key_id, kind, attribute, content) values (?, ?, ?, ?)"))) {
            for (Map.Entry<String, String> entry : entries.entrySet()) {
                statement.setString(1, id);
                statement.setString(2, kind);
                statement.setString(3, entry.getKey());
                statement.setString(4, entry.getValue());
                statement.addBatch();
            }
            statement.executeBatch();
        }
    }

    /**
     * What was read.
     *
     * @param records the records that are sound
     * @param unsound the ids of the others, and what is wrong with each
     */
    record Read(List<ApiKeyRecord> records, Map<String, String> unsound) {
        /** Logs which records are left out. */
        void report() {
            unsound.forEach((id, flaw) ->
                    LOG.error("key `{}` is not sound in the database, so it is left out and rejected: {}", id, flaw));
        }
    }
}
