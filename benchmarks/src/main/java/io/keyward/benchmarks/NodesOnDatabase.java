package io.keyward.benchmarks;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.keyward.ApiKeyVerifier;
import io.keyward.jdbc.JdbcApiKeyStore;
import io.keyward.role.Role;
import io.keyward.role.RoleModel;
import io.keyward.store.ApiKeys;
import io.keyward.store.IssueRequest;
import io.keyward.store.IssuedKey;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;

/**
 * What does a PostgreSQL take that several nodes share? How long until all keys are in force on a node that starts, until a
 * key that one node revokes is rejected on another, and what many nodes ask of the server.
 *
 * <p>The server runs on the same machine as the nodes. It starts only on Linux, and as root only where there are user
 * namespaces.
 *
 * <pre>
 * benchmarks/build
 * java -Xmx4g -cp benchmarks/target/benchmarks.jar io.keyward.benchmarks.NodesOnDatabase LOAD 1000000
 * </pre>
 */
public final class NodesOnDatabase implements AutoCloseable {
    private static final RoleModel ROLES = RoleModel.of(Role.of("client"));
    private static final Duration POLL = Duration.ofMillis(500);
    private static final Duration SELDOM = Duration.ofMinutes(10);
    private static final long LONGEST_NANOS = Duration.ofMinutes(5).toNanos();
    private static final int CONNECTIONS = 20;
    private static final double MILLION = 1e6;

    private final EmbeddedPostgres server;
    private final HikariDataSource pool;
    private final List<ApiKeys> nodes = new ArrayList<>();

    private NodesOnDatabase(EmbeddedPostgres server) throws SQLException {
        this.server = server;
        HikariConfig config = new HikariConfig();
        config.setDataSource(server.getPostgresDatabase());
        config.setMaximumPoolSize(CONNECTIONS);
        pool = new HikariDataSource(config);
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement()) {
            // what the question before has left
            statement.execute("drop schema if exists keyward cascade");
        }
        JdbcApiKeyStore.of(pool).createSchema();
    }

    /** What is asked. */
    public enum Question {
        /** How long a node takes to start with that many keys, in milliseconds. */
        LOAD {
            @Override
            Map<String, Double> answer(NodesOnDatabase database, int count) throws SQLException {
                database.insert(count);
                long start = System.nanoTime();
                ApiKeys node = database.node(POLL, false);
                double millis = (System.nanoTime() - start) / MILLION;
                if (node.ring().current().size() != count) {
                    throw new IllegalStateException(
                            "the node has " + node.ring().current().size() + " keys");
                }
                return Map.of("value", millis);
            }
        },
        /** How long after a revocation another node rejects the key, in milliseconds, by polling. */
        REVOKE_BY_POLLING {
            @Override
            Map<String, Double> answer(NodesOnDatabase database, int count) throws InterruptedException {
                return database.lag(database.node(POLL, false), count);
            }
        },
        /** The same by notifications. */
        REVOKE_BY_NOTIFICATION {
            @Override
            Map<String, Double> answer(NodesOnDatabase database, int count) throws InterruptedException {
                return database.lag(database.node(SELDOM, true), count);
            }
        },
        /** The processor time that the server takes a second for that many nodes that poll, in milliseconds. */
        IDLE_NODES {
            @Override
            Map<String, Double> answer(NodesOnDatabase database, int count) throws Exception {
                database.insert(100);
                for (int i = 0; i < count; i++) {
                    database.node(POLL, false);
                }
                Duration time = Duration.ofSeconds(count > 10 ? 20 : 1);
                Duration before = database.processorTime();
                Thread.sleep(time.toMillis());
                double spent = database.processorTime().minus(before).toNanos() / MILLION;
                return Map.of("value", spent / time.toSeconds());
            }
        },
        /** A revocation among so many nodes: until one that polls rejects the key. */
        REVOKE_AMONG_NODES {
            @Override
            Map<String, Double> answer(NodesOnDatabase database, int count) throws Exception {
                for (int i = 1; i < count; i++) {
                    database.node(POLL, false);
                }
                return database.lag(database.node(POLL, false), count > 10 ? 100 : 1);
            }
        };

        abstract Map<String, Double> answer(NodesOnDatabase database, int count) throws Exception;
    }

    /** Prints a line for each figure. */
    public static void main(String[] arguments) throws Exception {
        measure(Question.valueOf(arguments[0]), Integer.parseInt(arguments[1]))
                .forEach((figure, value) -> System.out.println(figure + "=" + value));
    }

    /** Asks a server that is started for the question alone. */
    public static Map<String, Double> measure(Question question, int count) throws Exception {
        try (Server server = Server.start()) {
            return server.measure(question, count);
        }
    }

    /** A server that has nothing else to do. */
    public record Server(EmbeddedPostgres postgres) implements AutoCloseable {
        /** Starts one with an empty database. */
        public static Server start() throws NoServerException {
            try {
                return new Server(EmbeddedPostgres.builder().start());
            } catch (IOException | IllegalStateException e) {
                throw new NoServerException(e);
            }
        }

        /** Returns the answer to a question, as {@code value}, with percentiles where it has them. */
        public Map<String, Double> measure(Question question, int count) throws Exception {
            try (NodesOnDatabase database = new NodesOnDatabase(postgres)) {
                return question.answer(database, count);
            }
        }

        @Override
        public void close() throws IOException {
            postgres.close();
        }
    }

    private ApiKeys node(Duration interval, boolean listening) {
        JdbcApiKeyStore.Builder store = JdbcApiKeyStore.builder(pool);
        if (listening) {
            store.listening(server.getPostgresDatabase());
        }
        ApiKeys node = ApiKeys.over(store.build())
                .roles(ROLES)
                .format(SampleKeys.FORMAT)
                .interval(interval)
                .maxStaleness(interval.multipliedBy(10))
                .open();
        nodes.add(node);
        return node;
    }

    /** Writes typical keys as a restore does: all at once, with triggers off. */
    private void insert(int count) throws SQLException {
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("set session_replication_role = replica");
            statement.execute("insert into keyward.keyward_key (id, version, owner, name, roles)"
                    + " select 'k' || i, i, 'user' || i || '@example.org', 'service ' || i, 'client'"
                    + " from generate_series(1, " + count + ") i");
            statement.execute("insert into keyward.keyward_secret (hash, key_id)"
                    + " select 'sha256:' || encode(sha256(convert_to('no key ' || i, 'UTF8')), 'hex'), 'k' || i"
                    + " from generate_series(1, " + count + ") i");
            statement.execute("update keyward.keyward_meta set number = " + count + ", pruned_to = " + count);
            statement.execute("set session_replication_role = default");
            statement.execute("analyze keyward.keyward_key, keyward.keyward_secret");
        }
    }

    private Map<String, Double> lag(ApiKeys follower, int count) throws InterruptedException {
        ApiKeys writer = node(POLL, false);
        Random random = new Random(1);
        Histogram lags = new Histogram(LONGEST_NANOS, 3);
        IssueRequest request =
                IssueRequest.builder().owner("alice").roles("client").build();
        for (int i = 0; i < count; i++) {
            IssuedKey key = writer.manager().issue(request);
            until(follower.verifier(), key, true);
            // a revocation comes at any time between two polls
            Thread.sleep(random.nextInt((int) POLL.toMillis()));
            writer.manager().revoke(key.record().id());
            long revoked = System.nanoTime();
            until(follower.verifier(), key, false);
            lags.recordValue(Math.max(1, System.nanoTime() - revoked));
        }
        Map<String, Double> figures = new LinkedHashMap<>();
        figures.put("value", lags.getValueAtPercentile(50) / MILLION);
        figures.put("p99", lags.getValueAtPercentile(99) / MILLION);
        figures.put("max", lags.getMaxValue() / MILLION);
        return figures;
    }

    /** Waits without sleeping longer than a revocation by notification takes. */
    private static void until(ApiKeyVerifier verifier, IssuedKey key, boolean accepted) throws InterruptedException {
        while (verifier.verify(key.key().reveal()).isAccepted() != accepted) {
            Thread.sleep(0, 200_000);
        }
    }

    /** Returns the processor time of the server's processes that are alive; the server is no child of this process. */
    private Duration processorTime() throws SQLException, IOException {
        ProcessHandle postmaster = ProcessHandle.of(postmaster()).orElseThrow();
        return Stream.concat(Stream.of(postmaster), postmaster.descendants())
                .map(process -> process.info().totalCpuDuration().orElse(Duration.ZERO))
                .reduce(Duration.ZERO, Duration::plus);
    }

    private long postmaster() throws SQLException, IOException {
        try (Connection connection = server.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("show data_directory")) {
            row.next();
            return Long.parseLong(Files.readAllLines(Path.of(row.getString(1), "postmaster.pid"))
                    .get(0)
                    .strip());
        }
    }

    @Override
    public void close() {
        nodes.forEach(ApiKeys::close);
        pool.close();
    }

    /** PostgreSQL does not start on this machine. */
    public static final class NoServerException extends Exception {
        private static final long serialVersionUID = 1;

        NoServerException(Exception cause) {
            super("PostgreSQL does not start here: it needs Linux, and as root user namespaces", cause);
        }
    }
}
