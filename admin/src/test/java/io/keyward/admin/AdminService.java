package io.keyward.admin;

import static io.keyward.servlet.Access.authenticated;
import static io.keyward.servlet.Access.permitAll;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.keyward.ApiKeyRecord;
import io.keyward.ApiKeyVerifier;
import io.keyward.KeyRing;
import io.keyward.role.Permission;
import io.keyward.role.Role;
import io.keyward.role.RoleModel;
import io.keyward.servlet.ApiKeyFilter;
import io.keyward.store.ApiKeyManager;
import io.keyward.store.ApiKeyStore;
import io.keyward.store.ApiKeys;
import io.keyward.store.ChangeCause;
import io.keyward.store.ChangeGuard;
import io.keyward.store.ChangeOutcome;
import io.keyward.store.InMemoryApiKeyStore;
import io.keyward.store.IssueRequest;
import io.keyward.store.IssuedKey;
import io.keyward.store.KeyFilter;
import io.keyward.store.StoreException;
import io.keyward.testing.MovableClock;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.eclipse.jetty.ee11.servlet.ServletContextHandler;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/** The admin servlet behind the filter on Jetty, at /app/admin, over a store in memory that can be made to fail. */
final class AdminService implements AutoCloseable {
    static final String PATH = "/app/admin";
    static final RoleModel ROLES = RoleModel.of(
            Role.of("client")
                    .permitting("jobs:submit", "own-key:read", "own-key:rotate", "own-key:revoke", "own-key:list"),
            Role.of("miner").permitting("jobs:work"),
            Role.of("auditor").permitting("keys:read"),
            Role.of("ops")
                    .permitting("keys:read", "keys:issue", "keys:change", "keys:rotate", "keys:revoke", "keys:disable"),
            Role.of("admin").including("client", "miner", "ops").permitting("reports:read"));

    static final String PAGE = "/app/page/";

    final MovableClock clock;
    final FailingStore store = new FailingStore();
    final RecordingGuard guard = new RecordingGuard();
    final ApiKeys keys;
    final ApiKeyManager manager;
    final IssuedKey admin;

    final Front front = new Front();

    private final Server server = new Server();
    private final ServerConnector connector = new ServerConnector(server);

    AdminService() {
        this(builder -> builder);
    }

    AdminService(UnaryOperator<ApiKeyAdminServlet.Builder> settings) {
        this(MovableClock.at("2026-11-25T12:00:00Z"), settings);
    }

    AdminService(MovableClock clock, UnaryOperator<ApiKeyAdminServlet.Builder> settings) {
        this(clock, settings, filter -> filter, ApiKeyAdminPage.of("/admin"));
    }

    AdminService(
            MovableClock clock,
            UnaryOperator<ApiKeyAdminServlet.Builder> settings,
            UnaryOperator<ApiKeyFilter.Builder> filter,
            ApiKeyAdminPage page) {
        this.clock = clock;
        this.keys = ApiKeys.over(store)
                .roles(ROLES)
                .format("kw_test")
                .clock(clock)
                .guards(guard, ChangeGuard.logging())
                .open();
        this.manager = keys.manager();
        this.admin = issue("admin");
        ServletContextHandler context = new ServletContextHandler("/app");
        ApiKeyAdminServlet servlet =
                settings.apply(ApiKeyAdminServlet.builder(keys).clock(clock)).build();
        context.addServletContainerInitializer((classes, servletContext) -> {
            ApiKeyFilter.register(
                    servletContext,
                    filter.apply(ApiKeyFilter.builder()
                                    .verifier(keys.verifier())
                                    .rule("/page/*", permitAll())
                                    .otherwise(authenticated()))
                            .build());
            ApiKeyAdminServlet.register(servletContext, "/admin", servlet);
            ApiKeyAdminPage.register(servletContext, "/page", page);
        });
        connector.setHost("127.0.0.1");
        server.addConnector(connector);
        front.setHandler(context);
        server.setHandler(front);
        try {
            server.start();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    IssuedKey issue(String... roles) {
        return manager.issue(IssueRequest.builder()
                .owner("alice")
                .roles(roles)
                .neverExpires()
                .build());
    }

    IssuedKey issueWith(String... permissions) {
        return manager.issue(IssueRequest.builder()
                .permissions(
                        java.util.Arrays.stream(permissions).map(Permission::of).toList())
                .build());
    }

    ApiKeyRecord stored(IssuedKey key) {
        return manager.find(key.id()).orElseThrow();
    }

    String etag(IssuedKey key) {
        return "\"" + stored(key).version() + "\"";
    }

    /** Returns whether a key is accepted now. */
    boolean isAccepted(String key) {
        return ApiKeyVerifier.of(keys.ring(), clock).verify(key).isAccepted();
    }

    /** Returns the address of the service, without a path. */
    String origin() {
        return "http://127.0.0.1:" + connector.getLocalPort();
    }

    Request request(String method, String path) {
        return new Request(connector.getLocalPort(), method, PATH + path).key(admin.key());
    }

    KeyRing ring() {
        return keys.ring().current();
    }

    @Override
    public void close() throws Exception {
        server.stop();
        keys.close();
    }

    /** Is where a proxy with a login of its own would be. */
    static final class Front extends Handler.Wrapper {
        static final String LOGIN = "Basic " + Base64.getEncoder().encodeToString("anna:door".getBytes(UTF_8));

        /** The values of {@code Authorization} that arrived. */
        final Set<String> authorizations = ConcurrentHashMap.newKeySet();

        /** Answers 401 by a page of its own without {@link #LOGIN}. */
        volatile boolean wantsLogin;
        /** Answers everything by this status and a page of its own; 0 for not. */
        volatile int answersBy;
        /** Sets this {@code Authorization} on each request; null for not. */
        volatile @Nullable String adds;

        @Override
        public boolean handle(org.eclipse.jetty.server.Request request, Response response, Callback callback)
                throws Exception {
            String authorization = request.getHeaders().get(HttpHeader.AUTHORIZATION);
            if (authorization != null) {
                authorizations.add(authorization);
            }
            if (wantsLogin && !LOGIN.equals(authorization)) {
                response.getHeaders().put(HttpHeader.WWW_AUTHENTICATE, "Basic realm=\"door\"");
                return page(401, response, callback);
            }
            if (answersBy != 0) {
                response.getHeaders().put(HttpHeader.LOCATION, "https://login.invalid/");
                return page(answersBy, response, callback);
            }
            return super.handle(adds == null ? request : new WithAuthorization(request, adds), response, callback);
        }

        private static boolean page(int status, Response response, Callback callback) {
            response.setStatus(status);
            response.getHeaders().put(HttpHeader.CONTENT_TYPE, "text/html");
            response.write(true, ByteBuffer.wrap("<h1>the door</h1>".getBytes(UTF_8)), callback);
            return true;
        }
    }

    private static final class WithAuthorization extends org.eclipse.jetty.server.Request.Wrapper {
        private final HttpFields headers;

        private WithAuthorization(org.eclipse.jetty.server.Request request, String authorization) {
            super(request);
            this.headers = HttpFields.build(request.getHeaders()).put(HttpHeader.AUTHORIZATION, authorization);
        }

        @Override
        public HttpFields getHeaders() {
            return headers;
        }
    }

    /** Keeps what it hears, and stops changes by what it is given. */
    static final class RecordingGuard implements ChangeGuard {
        final List<String> heard = new CopyOnWriteArrayList<>();
        volatile @Nullable RuntimeException stopBy;
        /** Holds up changes until it is counted down. */
        volatile CountDownLatch hold = new CountDownLatch(0);

        @Override
        public void before(ChangeCause cause, @Nullable ApiKeyRecord before, @Nullable ApiKeyRecord after) {
            heard.add(cause + " " + before + " " + after);
            try {
                assertTrue(hold.await(2, TimeUnit.MINUTES), "held up too long");
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            RuntimeException stop = stopBy;
            if (stop != null) {
                throw stop;
            }
        }

        @Override
        public void after(ChangeCause cause, ChangeOutcome outcome) {
            heard.add(cause + " " + outcome);
        }
    }

    /** Fails when it is told to, before a change or after it. */
    static final class FailingStore implements ApiKeyStore {
        private final ApiKeyStore store = InMemoryApiKeyStore.create();
        volatile boolean isAway;
        /** Stores a record, fails and is away from then on. */
        volatile boolean losesAnswers;

        volatile ChangeCause lastCause;
        /** What other nodes have written down. */
        volatile Map<String, Map<Integer, Instant>> uses = Map.of();

        final AtomicInteger loads = new AtomicInteger();
        final AtomicInteger listed = new AtomicInteger();

        private void requireThere() {
            if (isAway) {
                throw new StoreException("the store of secret-host is away");
            }
        }

        @Override
        public ApiKeyRecord insert(ApiKeyRecord record, ChangeCause cause) {
            requireThere();
            lastCause = cause;
            ApiKeyRecord stored = store.insert(record, cause);
            if (losesAnswers) {
                // else the manager would look whether the record is there
                isAway = true;
                throw new StoreException("the answer of secret-host is lost");
            }
            return stored;
        }

        @Override
        public ApiKeyRecord update(ApiKeyRecord record, ChangeCause cause) {
            requireThere();
            return store.update(record, cause);
        }

        @Override
        public Optional<ApiKeyRecord> find(String id) {
            requireThere();
            return store.find(id);
        }

        @Override
        public List<ApiKeyRecord> list(KeyFilter filter, @Nullable String after, int limit) {
            requireThere();
            List<ApiKeyRecord> page = store.list(filter, after, limit);
            listed.addAndGet(page.size());
            return page;
        }

        @Override
        public Map<String, Map<Integer, Instant>> lastUses(Collection<String> ids) {
            return uses;
        }

        @Override
        public Snapshot load() {
            requireThere();
            loads.incrementAndGet();
            return store.load();
        }

        @Override
        public Optional<Changes> changesSince(Stamp stamp) {
            return store.changesSince(stamp);
        }

        @Override
        public boolean isShared() {
            return false;
        }
    }

    /** Returns every permission that the servlet knows. */
    static List<String> permissions() {
        return List.of(
                "keys:read",
                "keys:issue",
                "keys:change",
                "keys:rotate",
                "keys:revoke",
                "keys:disable",
                "own-key:read",
                "own-key:rotate",
                "own-key:revoke",
                "own-key:list");
    }
}
