package io.keyward.jdbc;

import static java.util.Objects.requireNonNull;

import io.keyward.ApiKeyRecord;
import io.keyward.jdbc.ChangeListener.Times;
import io.keyward.jdbc.DatabaseFinding.Level;
import io.keyward.jdbc.History.Known;
import io.keyward.jdbc.History.Verdict;
import io.keyward.jdbc.LastUseWriter.SecretUse;
import io.keyward.store.Actor;
import io.keyward.store.ApiKeyStore;
import io.keyward.store.ChangeCause;
import io.keyward.store.KeyFilter;
import io.keyward.store.StoreConflictException;
import io.keyward.store.StoreConflictException.Conflict;
import io.keyward.store.StoreException;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps keys in PostgreSQL, where many nodes share them, or in H2, for tests and development.
 *
 * <pre>{@code
 * JdbcApiKeyStore store = JdbcApiKeyStore.of(dataSource);
 * store.createSchema();
 * }</pre>
 *
 * <p>Each call takes a connection of its own from the data source, and each change is a transaction of its own: the
 * store never takes part in a transaction of the caller. Each change first locks one row and takes the next number from
 * it, so numbers are committed in their order. A record's version is the number of its last change. If a restore sets
 * the numbers back, versions continue above the earlier ones.
 *
 * <p>No exception of this class has the driver's exception as its cause, because both drivers put hashes into their
 * messages. The message has SQLState and error code. May be shared between threads.
 */
public final class JdbcApiKeyStore implements ApiKeyStore {
    private static final Logger LOG = LoggerFactory.getLogger(JdbcApiKeyStore.class);
    private static final Pattern ID = Pattern.compile("[a-z0-9_]{1,64}");
    /** As many as {@link History} remembers. */
    private static final int MARKS_READ = 1_024;

    /** Reading the records of so many changes is as slow as reading all. */
    private static final int MANY_CHANGES = 1_000;

    private static final int IDS_LOGGED = 100;
    private static final int PAGE = 500;
    private static final SecureRandom RANDOM = new SecureRandom();

    /**
     * The poll has one constant text with this comment, so that filters of traces and of pg_stat_statements can name
     * it.
     */
    private static final String POLL_MARKER = "/* keyward-poll */ ";

    private final Database database;
    private final Schema schema;
    private final Rows rows;
    private final boolean readOnly;
    /** How old the answer of a standby may be; null if none is accepted. */
    private final @Nullable Duration maxLag;

    private final ReplayAge replayAge = new ReplayAge();
    private final Uses uses;
    private final Comparison comparison;
    private final Peppers peppers;
    private final History history;
    private final AtomicBoolean rightsChecked = new AtomicBoolean();
    private final AtomicBoolean usesMissed = new AtomicBoolean();
    /** The ids that the last load left out, and why. */
    private volatile Map<String, String> unsound = Map.of();

    private final @Nullable DataSource listening;
    private final Times listenerTimes;
    private final Set<ChangeListener> listeners = ConcurrentHashMap.newKeySet();

    private JdbcApiKeyStore(Builder builder) {
        this.database = new Database(
                builder.dataSource,
                new Names(builder.schema, builder.tablePrefix),
                builder.networkTimeout,
                builder.loadTimeout);
        this.rows = new Rows(database.names);
        this.schema = new Schema(database, rows);
        this.uses = new Uses(database.names);
        this.comparison = new Comparison(database.names, rows);
        this.peppers = new Peppers(database);
        this.readOnly = builder.readOnly;
        this.maxLag = builder.maxLag;
        this.history = new History(builder.clock);
        this.listening = builder.listening;
        this.listenerTimes = builder.listenerTimes;
    }

    /** Returns a store in schema {@code keyward}, as {@link #builder} makes it. Does not connect. */
    public static JdbcApiKeyStore of(DataSource dataSource) {
        return builder(dataSource).build();
    }

    /**
     * Returns a builder of a store.
     *
     * @param dataSource must return connections on which no other code has a transaction
     */
    public static Builder builder(DataSource dataSource) {
        return new Builder(dataSource);
    }

    /**
     * Creates the schema, tables and triggers that are missing. Several nodes may call it at the same time. Only this
     * method needs the rights of the owner.
     *
     * @throws StoreException if the database is another than PostgreSQL or H2, is too old, or refused a statement
     */
    public void createSchema() {
        schema.create();
    }

    /**
     * Checks the database: whether the schema has the right version, which records are not sound, which roles can read a
     * hash or change a key, which tables have row security, which triggers are off. Reads all records and changes
     * nothing. A database that cannot be reached is a finding too.
     */
    public List<DatabaseFinding> check() {
        List<DatabaseFinding> findings = new ArrayList<>(schema.check());
        lostRevocations()
                .forEach(id -> findings.add(new DatabaseFinding(
                        Level.WARNING,
                        "key `" + id + "` was revoked or disabled and the database has lost that, so it is rejected on"
                                + " this node only; revoke it again")));
        return List.copyOf(findings);
    }

    @Override
    public ApiKeyRecord insert(ApiKeyRecord record, ChangeCause cause) {
        if (record.version() != 0) {
            throw new IllegalArgumentException("key `" + record.id() + "` has version " + record.version()
                    + " and must have 0 to be inserted; update it instead");
        }
        return change(record, cause, connection -> {
            if (rows.numberOf(connection, record.id()) != 0) {
                throw new StoreConflictException(Conflict.ID_TAKEN, record.id());
            }
        });
    }

    @Override
    public ApiKeyRecord update(ApiKeyRecord record, ChangeCause cause) {
        if (record.version() == 0) {
            throw new IllegalArgumentException(
                    "key `" + record.id() + "` has version 0 and must have that of the record it was made from");
        }
        return change(record, cause, connection -> requireCurrent(connection, record));
    }

    private void requireCurrent(Connection connection, ApiKeyRecord record) throws SQLException {
        long held = rows.numberOf(connection, record.id());
        if (held == 0) {
            throw new StoreConflictException(Conflict.MISSING, record.id());
        }
        if (held != History.numberOf(record.version()) || history.isOfEarlierHistory(record.version())) {
            throw new StoreConflictException(Conflict.STALE, record.id());
        }
    }

    @Override
    public void remove(ApiKeyRecord record, ChangeCause cause) {
        requireNonNull(cause, "cause");
        if (record.version() == 0) {
            throw new IllegalArgumentException("key `" + record.id() + "` has version 0 and was never stored");
        }
        requireWritable();
        Known known = history.known();
        Stored removed = database.write("remove key `" + record.id() + "`", (connection, dialect) -> {
            Poll before = locked(connection, dialect, known);
            requireCurrent(connection, record);
            long generation = history.generation();
            Position after = append(connection, dialect, before.position(), record.id(), cause, true);
            if (dialect == Dialect.POSTGRESQL) {
                // shows the trigger that this removal has its number
                configure(connection, database.names.in("keyward.keyward_removed"), record.id());
            }
            rows.remove(connection, record.id());
            return new Stored(record, after, generation);
        });
        history.reached(removed.position(), removed.generation());
    }

    private void requireWritable() {
        if (readOnly) {
            throw new StoreException("nothing was stored, because this store was opened with readOnly()");
        }
    }

    /**
     * Locks the row that has the next number. The holder of the lock is the only writer, so what it checks stays true.
     */
    private Poll locked(Connection connection, Dialect dialect, Known known) throws SQLException {
        schema.require(connection);
        database.configureChange(connection, dialect);
        Poll before = positionLocked(connection);
        meet(connection, before, known, true);
        return before;
    }

    private ApiKeyRecord change(ApiKeyRecord record, ChangeCause cause, Check check) {
        requireNonNull(cause, "cause");
        requireWritable();
        ApiKeyRecord cut = Rows.storable(record);
        Known known = history.known();
        Stored stored = database.write("store key `" + record.id() + "`", (connection, dialect) -> {
            Poll before = locked(connection, dialect, known);
            check.run(connection);
            requireNotLost(record);
            if (rows.isHashTaken(connection, record)) {
                throw new StoreConflictException(Conflict.HASH_TAKEN, record.id());
            }
            long generation = history.generation();
            long number = before.position().number() + 1;
            ApiKeyRecord numbered = cut.toBuilder()
                    .version(History.versionOf(generation, number))
                    .build();
            Position after = append(connection, dialect, before.position(), record.id(), cause, false);
            if (record.version() == 0) {
                rows.insert(connection, numbered);
            } else {
                rows.update(connection, numbered);
            }
            return new Stored(numbered, after, generation);
        });
        history.reached(stored.position(), stored.generation());
        history.stored(stored.record());
        return stored.record();
    }

    /** A key that this node has seen revoked must not become valid again through an unrelated change. */
    private void requireNotLost(ApiKeyRecord record) {
        if (history.isLost(record.id(), record.state())) {
            throw new StoreException("nothing was stored, because key `" + record.id() + "` was revoked or disabled and"
                    + " the database has lost that; revoke it again, or call acceptLostRevocations()");
        }
    }

    private Poll positionLocked(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(database.names.in(
                        "select epoch, number, mark, pruned_to from keyward.keyward_meta for update"))) {
            if (!row.next()) {
                throw schema.noRow();
            }
            return new Poll(new Position(row.getString(1), row.getLong(2), row.getString(3)), row.getLong(4), false);
        }
    }

    private Position append(
            Connection connection, Dialect dialect, Position before, String id, ChangeCause cause, boolean isRemoval)
            throws SQLException {
        long number = before.number() + 1;
        String action = cause.action().name().toLowerCase(Locale.ROOT);
        Actor actor = cause.actor();
        Instant time = cause.time().truncatedTo(ChronoUnit.MICROS);
        // two histories must differ even if their clocks do not
        String nonce = HexFormat.of().toHexDigits(RANDOM.nextLong());
        String entry = Stream.of(
                        number,
                        id,
                        action,
                        time,
                        actor.label(),
                        actor.name(),
                        actor.address(),
                        cause.requestId(),
                        nonce)
                .map(part -> part == null ? "-" : part.toString())
                .collect(Collectors.joining("\t"));
        String mark = Marks.after(before.mark(), entry);
        Statements.update(
                connection,
                database.names.in("update keyward.keyward_meta set number = ?, mark = ?"
                        + (isRemoval ? ", pruned_to = number + 1" : "")),
                number,
                mark);
        Statements.update(
                connection,
                database.names.in("insert into keyward.keyward_change (number, mark, key_id, changed_at, cause,"
                        + " changed_by, by_name, by_address, request_id, entry) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"),
                number,
                mark,
                id,
                time,
                action,
                actor.label(),
                actor.name(),
                actor.address(),
                cause.requestId(),
                entry);
        if (dialect == Dialect.POSTGRESQL) {
            // shows the triggers that this change has its number
            configure(connection, database.names.in("keyward.keyward_number"), Long.toString(number));
        }
        return new Position(before.epoch(), number, mark);
    }

    /** Sets a parameter for this transaction only, because a pooler may give the next one another session. */
    static void configure(Connection connection, String parameter, String value) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("select set_config(?, ?, true)")) {
            statement.setString(1, parameter);
            statement.setString(2, value);
            statement.execute();
        }
    }

    @Override
    public Optional<ApiKeyRecord> find(String id) {
        // checked here, because a database may ignore case when it compares
        if (!ID.matcher(id).matches()) {
            return Optional.empty();
        }
        return database.read("read key `" + id + "`", (connection, dialect) -> {
            schema.require(connection);
            Rows.Read read = rows.one(connection, history.generation(), id);
            String flaw = read.unsound().get(id);
            if (flaw != null) {
                throw new StoreException("key `" + id + "` is not sound in the database, so it is rejected: " + flaw
                        + "; repair its rows to change it; to revoke it as it is, run: "
                        + database.names.in("update keyward.keyward_key set state = 'revoked' where id = '")
                        + id + "'");
            }
            return read.records().stream().findFirst();
        });
    }

    /**
     * {@inheritDoc}
     *
     * <p>Filters and pages in the database. A record that is not sound is left out.
     */
    @Override
    public List<ApiKeyRecord> list(KeyFilter filter, @Nullable String after, int limit) {
        if (limit < 1) {
            throw new IllegalArgumentException("limit (" + limit + ") must be at least 1");
        }
        Clauses clauses = Clauses.of(filter);
        return database.read("list keys", (connection, dialect) -> {
            schema.require(connection);
            long generation = history.generation();
            List<ApiKeyRecord> page = new ArrayList<>();
            List<String> ids = rows.ids(connection, clauses, after == null ? "" : after, Math.min(limit, PAGE));
            while (!ids.isEmpty()) {
                // the clauses choose a little more than the filter if a moment is finer than a microsecond
                rows.of(connection, generation, ids).stream()
                        .filter(filter::chooses)
                        .forEach(page::add);
                if (page.size() >= limit) {
                    break;
                }
                ids = rows.ids(connection, clauses, ids.get(ids.size() - 1), Math.min(limit - page.size(), PAGE));
            }
            return List.copyOf(page);
        });
    }

    /**
     * {@inheritDoc}
     *
     * <p>A record that is not sound, such as one whose secrets were deleted by hand, is left out and logged, so that
     * its keys are rejected and all other keys are loaded.
     */
    @Override
    public Snapshot load() {
        while (true) {
            Known known = history.known();
            Loaded loaded = database.read("load its keys", (connection, dialect) -> {
                schema.require(connection);
                Poll poll = poll(connection, dialect);
                meet(connection, poll, known, false);
                long generation = history.generation();
                database.allowLongRead(connection, dialect);
                Rows.Read read = rows.all(connection, generation);
                Map<Long, String> marks = marksOf(connection, poll.position().number() - MARKS_READ);
                return new Loaded(poll.position(), generation, read, marks);
            });
            if (!history.remember(loaded.marks(), loaded.generation())) {
                reportOtherHistory(loaded.position());
            }
            if (loaded.generation() == history.generation()) {
                Snapshot all = taken(loaded);
                warnOfRights();
                return all;
            }
            // another history has begun, and these records have versions of the earlier one
        }
    }

    /** Once, because a hosted database may give every new table to a role that strangers use. */
    private void warnOfRights() {
        if (!rightsChecked.compareAndSet(false, true)) {
            return;
        }
        try {
            List<String> roles = schema.otherRoles();
            if (!roles.isEmpty()) {
                LOG.warn(
                        "besides the owner of the tables and the user of this node, these roles can read hashes or"
                                + " change keys; revoke the rights of those that no node and no operator needs: {}",
                        roles.stream().limit(IDS_LOGGED).toList());
            }
            List<String> tables = schema.tablesWithHiddenRows();
            if (!tables.isEmpty()) {
                LOG.warn(
                        "tables with row security that applies to the user of this node: {}. Keys and revocations that"
                                + " their policies hide are missed; disable row level security of these tables",
                        tables);
            }
        } catch (StoreException e) {
            LOG.warn(
                    "which roles can read hashes or change keys, and whether rows are hidden, is not known: {}",
                    e.getMessage());
        }
    }

    /** {@inheritDoc} In the order of the ids. */
    @Override
    public Map<String, String> unsound() {
        return unsound;
    }

    private Snapshot taken(Loaded loaded) {
        loaded.read().report();
        unsound = Collections.unmodifiableMap(new TreeMap<>(loaded.read().unsound()));
        long asOf = History.versionOf(loaded.generation(), loaded.position().number());
        history.reached(loaded.position(), loaded.generation());
        Set<String> lost = new TreeSet<>();
        List<ApiKeyRecord> records = history.loaded(loaded.read().records(), asOf, lost);
        reportLost(lost);
        return new Snapshot(records, loaded.position().stamp(loaded.generation()));
    }

    /**
     * {@inheritDoc}
     *
     * <p>Also returns empty if the database has another history than the stamp, as after a restore.
     *
     * @throws StoreException if the database could not be read, or its answer is older than an earlier one, because it
     *     is a replica that lags; the old stamp stays valid
     */
    @Override
    public Optional<Changes> changesSince(Stamp stamp) {
        Known known = history.known();
        Optional<Position> since = Position.of(stamp, known.generation());
        if (since.isEmpty()) {
            return Optional.empty();
        }
        Position from = since.get();
        Poll poll = database.poll("be polled", (connection, dialect) -> {
            schema.require(connection);
            return poll(connection, dialect);
        });
        if (poll.position().equals(from) && (known.latest() == null || from.equals(known.latest()))) {
            return Optional.of(new Changes(List.of(), stamp));
        }
        return database.read("read what changed", (connection, dialect) -> {
            Poll now = poll(connection, dialect);
            meet(connection, now, known, false);
            return changes(connection, dialect, now, from, known.generation());
        });
    }

    private Optional<Changes> changes(Connection connection, Dialect dialect, Poll now, Position from, long generation)
            throws SQLException {
        if (history.generation() != generation
                || from.number() < now.prunedTo()
                || !from.mark().equals(markOf(connection, from.number()))
                || !from.epoch().equals(now.position().epoch())) {
            return Optional.empty();
        }
        if (now.position().number() - from.number() > MANY_CHANGES) {
            database.allowLongRead(connection, dialect);
        }
        Rows.Read read = rows.after(connection, generation, from.number());
        if (!read.unsound().isEmpty()) {
            // the follower still has their older state, which only a load removes
            return Optional.empty();
        }
        long first = Math.max(from.number(), now.position().number() - MARKS_READ);
        if (!history.remember(marksOf(connection, first), generation)) {
            reportOtherHistory(now.position());
            return Optional.empty();
        }
        history.reached(now.position(), generation);
        Set<String> lost = new TreeSet<>();
        List<ApiKeyRecord> records = history.changed(
                read.records(), History.versionOf(generation, now.position().number()), lost);
        reportLost(lost);
        return Optional.of(new Changes(records, now.position().stamp(generation)));
    }

    /**
     * {@inheritDoc}
     *
     * <p>PostgreSQL computes checksums of all rows, and only rows whose checksums differ are read. The ids of keys that
     * differ are logged at error. H2 reads all rows.
     */
    @Override
    public boolean isInStep(Collection<ApiKeyRecord> records, Set<String> except, Stamp stamp) {
        // said again and again, because nobody else knows them and a restart forgets them
        reportLost(history.held());
        long generation = history.generation();
        Optional<Position> since = Position.of(stamp, generation);
        if (since.isEmpty()) {
            // changesSince returns empty for this stamp, so all is loaded anyway
            return true;
        }
        long number = since.get().number();
        long asOf = History.versionOf(generation, number);
        Set<String> apart = new HashSet<>(except);
        apart.addAll(history.held());
        apart.addAll(unsound.keySet());
        records.stream().filter(record -> record.version() > asOf).forEach(record -> apart.add(record.id()));
        Set<String> differing = database.read("compare its keys", (connection, dialect) -> {
            schema.require(connection);
            Poll now = poll(connection, dialect);
            if (now.prunedTo() > number || now.position().number() < number) {
                return Set.of();
            }
            database.allowLongRead(connection, dialect);
            apart.addAll(rows.idsAfter(connection, number));
            return comparison.differing(connection, dialect, generation, records, apart);
        });
        if (!differing.isEmpty()) {
            LOG.error(
                    "the keys in force differ from the database, although it has counted no change, as when rows are"
                            + " changed while triggers are off; all keys are loaded again. Number of keys that differ: {}: {}",
                    differing.size(),
                    differing.stream().sorted().limit(IDS_LOGGED).toList());
        }
        return differing.isEmpty();
    }

    /**
     * {@inheritDoc}
     *
     * <p>The check values are kept in {@code keyward_meta}. A read-only store only compares them. So does a store whose
     * database user may not change that table; it logs a warning.
     */
    @Override
    public void requirePeppers(Map<String, String> checks) {
        if (!checks.isEmpty()) {
            peppers.require(checks, !readOnly && maxLag == null, schema);
        }
    }

    /**
     * Returns the ids of the peppers that services over this database use, in their order: those whose check value it
     * keeps.
     *
     * @throws StoreException if the database could not be read
     */
    public Set<String> pepperIds() {
        return peppers.ids(schema);
    }

    /**
     * Returns when the secrets of a key were last used on any node that has a {@link LastUseWriter}, by
     * {@linkplain io.keyward.HashedSecret#ordinal ordinal}, to about a minute; empty if nothing is known.
     *
     * @throws StoreException if the database could not be read
     */
    public Map<Integer, Instant> lastUses(String id) {
        if (!ID.matcher(id).matches()) {
            return Map.of();
        }
        return usesOf(List.of(id)).getOrDefault(id, Map.of());
    }

    /**
     * {@inheritDoc}
     *
     * <p>Those that any node with a {@link LastUseWriter} has written, to about a minute. Empty, with one warning, if
     * the table cannot be read, because its grants are optional.
     */
    @Override
    public Map<String, Map<Integer, Instant>> lastUses(Collection<String> ids) {
        try {
            return usesOf(ids.stream().filter(id -> ID.matcher(id).matches()).toList());
        } catch (StoreException e) {
            if (usesMissed.compareAndSet(false, true)) {
                LOG.warn("times of last use by other nodes are not known: {}", e.getMessage());
            }
            return Map.of();
        }
    }

    private Map<String, Map<Integer, Instant>> usesOf(List<String> ids) {
        return database.read("read when keys were used", (connection, dialect) -> {
            schema.require(connection);
            return uses.of(connection, ids);
        });
    }

    void writeUses(List<SecretUse> batch) {
        if (!batch.isEmpty()) {
            database.write("store when keys were used", (connection, dialect) -> {
                schema.require(connection);
                uses.write(connection, dialect, batch);
                return batch;
            });
        }
    }

    boolean isReadOnly() {
        return readOnly;
    }

    /** Compares the answer of the database with what this node has seen before. */
    private void meet(Connection connection, Poll now, Known known, boolean isFinal) throws SQLException {
        Position latest = known.latest();
        String mark = latest == null
                        || latest.number() < now.prunedTo()
                        || latest.number() > now.position().number()
                ? null
                : markOf(connection, latest.number());
        Verdict verdict = history.check(now.position(), known, mark, now.isStandby(), isFinal);
        if (latest == null || verdict == Verdict.SAME) {
            return;
        }
        if (verdict == Verdict.BEHIND) {
            throw new StoreException(
                    "the database is at change " + now.position().number()
                            + " and was at change " + latest.number()
                            + " before; it is a replica that lags, so its answer is not used");
        }
        reportLostChanges(
                now.position(),
                "change " + latest.number() + ", which this node has seen",
                "It was restored from a backup, or a failover");
    }

    private static void reportOtherHistory(Position now) {
        reportLostChanges(now, "a change that this node has made", "A failover");
    }

    private static void reportLostChanges(Position now, String known, String cause) {
        LOG.error(
                "the database has lost changes: it is at change {} of another history than {}. {} lost commits. All"
                        + " keys are loaded again; repeat the changes made since",
                now.number(),
                known,
                cause);
    }

    private static void reportLost(Set<String> lost) {
        if (!lost.isEmpty()) {
            String some = lost.stream().limit(IDS_LOGGED).collect(Collectors.joining(" "));
            LOG.error(
                    "the database has lost revocations. Number of keys that the database no longer shows"
                            + " as revoked or disabled: {}. They stay rejected on this node until it restarts, and another"
                            + " node may accept them; revoke them again, or call acceptLostRevocations(): keyward revoke {}",
                    lost.size(),
                    some);
        }
    }

    /**
     * Returns the ids of keys that this node has seen revoked or disabled, and that the database no longer shows so,
     * because it was restored or a failover lost commits. They are rejected here until they are revoked or disabled
     * again, {@link #acceptLostRevocations} is called, or this process ends.
     */
    public Set<String> lostRevocations() {
        return history.held();
    }

    /**
     * Accepts the state in the database for the {@linkplain #lostRevocations lost revocations}: these keys are valid
     * again.
     */
    public void acceptLostRevocations() {
        history.release();
    }

    private Map<Long, String> marksOf(Connection connection, long after) throws SQLException {
        Map<Long, String> marks = new LinkedHashMap<>();
        Statements.query(
                connection,
                database.names.in("select number, mark from keyward.keyward_change where number > ? order by number"),
                row -> marks.put(row.getLong(1), row.getString(2)),
                after);
        return marks;
    }

    private String markOf(Connection connection, long number) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(
                database.names.in("select mark from keyward.keyward_change where number = ?"))) {
            statement.setLong(1, number);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? row.getString(1) : "";
            }
        }
    }

    /** Reads in one statement the position of the database, and whether it is the primary. */
    private Poll poll(Connection connection, Dialect dialect) throws SQLException {
        String sql = database.names.in("select epoch, number, mark, pruned_to, " + dialect.inRecovery()
                + (maxLag == null ? "" : ", " + dialect.replayAge()) + " from keyward.keyward_meta");
        long began = System.nanoTime();
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(POLL_MARKER + sql)) {
            if (!row.next()) {
                throw schema.noRow();
            }
            if (maxLag == null) {
                if (row.getBoolean(5)) {
                    // the error that the server itself gives a writer; the connection is not returned to its pool
                    throw new SQLException("standby", "25006");
                }
            } else {
                replayAge.require(row.getObject(6, Long.class), maxLag, began);
            }
            Position position = new Position(row.getString(1), row.getLong(2), row.getString(3));
            return new Poll(position, row.getLong(4), row.getBoolean(5));
        }
    }

    /** Returns true: no number is used twice, and if a restore sets the numbers back, versions continue above them. */
    @Override
    public boolean hasOrderedVersions() {
        return true;
    }

    /**
     * {@inheritDoc}
     *
     * <p>Runs it for each notification of PostgreSQL if {@link Builder#listening} was called; otherwise never.
     */
    @Override
    public Watch watch(Runnable changed) {
        requireNonNull(changed, "changed");
        if (listening == null) {
            return () -> {};
        }
        ChangeListener listener = new ChangeListener(listening, database, listenerTimes, changed);
        listeners.add(listener);
        listener.start();
        return () -> {
            listener.close();
            listeners.remove(listener);
        };
    }

    /**
     * Returns the names of schema and table, and whether notifications arrive if they should. Contains nothing of the
     * data source, because its text may have a password.
     */
    @Override
    public String toString() {
        return "JdbcApiKeyStore[" + database.names.in("keyward.keyward_key") + (readOnly ? ", read-only" : "")
                + following() + "]";
    }

    private String following() {
        if (listening == null || listeners.isEmpty()) {
            return "";
        }
        return listeners.stream().allMatch(ChangeListener::isHeard) ? ", listening" : ", polling only";
    }

    /** Builds a store; not for use by several threads. */
    public static final class Builder {
        private static final Duration DEFAULT_MAX_LAG = Duration.ofMinutes(1);

        private final DataSource dataSource;
        private String schema = Names.DEFAULT.schema();
        private String tablePrefix = Names.DEFAULT.prefix();
        private boolean readOnly;
        private @Nullable Duration maxLag;
        private InstantSource clock = InstantSource.system();
        private @Nullable DataSource listening;
        private Times listenerTimes = Times.DEFAULT;
        private Duration networkTimeout = Database.NETWORK_TIMEOUT;
        private Duration loadTimeout = Database.LOAD_TIMEOUT;

        private Builder(DataSource dataSource) {
            this.dataSource = requireNonNull(dataSource, "dataSource");
        }

        /** Sets the schema of the tables, by default {@code keyward}: 1 to 31 of {@code a-z 0-9 _}, a letter first. */
        public Builder schema(String schema) {
            this.schema = requireNonNull(schema, "schema");
            return this;
        }

        /** Sets the prefix of table names, by default {@code keyward_}; it has the form of a schema name. */
        public Builder tablePrefix(String tablePrefix) {
            this.tablePrefix = requireNonNull(tablePrefix, "tablePrefix");
            return this;
        }

        /** Refuses changes: for a node that only verifies, whose database user can only read. */
        public Builder readOnly() {
            this.readOnly = true;
            return this;
        }

        /** Does what {@link #replica(Duration)} does, with 1 minute. */
        public Builder replica() {
            return replica(DEFAULT_MAX_LAG);
        }

        /**
         * Also accepts a streaming replica. A revocation then takes effect later by the time that the replica lags. By
         * default a server in recovery is refused.
         *
         * <p>The answer of a replica is as old as the last commit that it has replayed, unless it has replayed all that
         * it has received and still receives. An older answer than {@code maxLag} is not used: the ring ages as if the
         * database were away. The replica itself notices after its {@code wal_receiver_timeout}, 60 seconds by default,
         * that its primary is silent, which is not part of {@code maxLag}.
         *
         * @param maxLag from 1 millisecond to 1 day; servers that hold back changes for queries need 1 minute
         * @throws IllegalArgumentException if it is out of range
         */
        public Builder replica(Duration maxLag) {
            this.maxLag = inRange(maxLag, "maxLag");
            return this;
        }

        /**
         * Listens to the notifications of PostgreSQL too, so that a change made by another node is in force here some
         * milliseconds later instead of within the interval of the follower. By default changes are found by polling
         * only; with notifications, polling goes on as well.
         *
         * <p>Takes one connection for each node, and a thread. If notifications do not arrive, as behind a pooler that
         * gives each transaction another session, one warning is logged and {@link JdbcApiKeyStore#toString} says
         * {@code polling only}. Needs the PostgreSQL driver, {@code org.postgresql:postgresql}.
         *
         * @param dataSource leads to the server itself; best without a pool, because the connection stays open
         */
        public Builder listening(DataSource dataSource) {
            this.listening = requireNonNull(dataSource, "dataSource");
            return this;
        }

        /**
         * Sets how long to wait for data from the network, by default 10 seconds, from 1 millisecond to 1 day. The time
         * in which a node notices that the database is away includes it. Statements that read all keys have
         * {@link #loadTimeout} instead. On PostgreSQL a change waits half of this, at most 5 seconds, for a lock that
         * others hold; it tries five times.
         *
         * @throws IllegalArgumentException if it is out of range
         */
        public Builder networkTimeout(Duration networkTimeout) {
            this.networkTimeout = inRange(networkTimeout, "networkTimeout");
            return this;
        }

        /**
         * Sets how long to wait for data from the network while all keys are read or their checksums computed, by
         * default 5 minutes, from 1 millisecond to 1 day. The server sends nothing while it sorts many rows, so a large
         * table on a slow server needs more than {@link #networkTimeout}; if that is longer, it is used here too. A
         * shorter {@code statement_timeout} of PostgreSQL is raised to this for these transactions.
         *
         * <p>A server that falls silent during such a statement is noticed after this time at the latest. The ring gets
         * its end after two intervals in any case, so no key is accepted longer than {@code maxStaleness} allows. A
         * connection that was dead before is noticed after {@link #networkTimeout}, because a short statement is sent
         * first.
         *
         * @throws IllegalArgumentException if it is out of range
         */
        public Builder loadTimeout(Duration loadTimeout) {
            this.loadTimeout = inRange(loadTimeout, "loadTimeout");
            return this;
        }

        private static Duration inRange(Duration time, String name) {
            if (time.compareTo(Duration.ofMillis(1)) < 0 || time.compareTo(Duration.ofDays(1)) > 0) {
                throw new IllegalArgumentException(name + " (" + time + ") must be from 1 millisecond to 1 day");
            }
            return time;
        }

        /** For tests. */
        Builder listenerTimes(Times times) {
            this.listenerTimes = times;
            return this;
        }

        /** Sets the clock for how long a server may lag, by default the system's. */
        public Builder clock(InstantSource clock) {
            this.clock = requireNonNull(clock, "clock");
            return this;
        }

        /**
         * Returns the store. Does not connect.
         *
         * @throws IllegalArgumentException if a name has another form, or the connections of the data source are bound
         *     to the caller's transaction, such as Spring's {@code TransactionAwareDataSourceProxy}
         */
        public JdbcApiKeyStore build() {
            return new JdbcApiKeyStore(this);
        }
    }

    private record Poll(Position position, long prunedTo, boolean isStandby) {}

    private record Stored(ApiKeyRecord record, Position position, long generation) {}

    private record Loaded(Position position, long generation, Rows.Read read, Map<Long, String> marks) {}

    @FunctionalInterface
    private interface Check {
        void run(Connection connection) throws SQLException;
    }
}
