package io.keyward.spring.boot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.zaxxer.hikari.HikariDataSource;
import io.keyward.ApiKey;
import io.keyward.jdbc.JdbcApiKeyStore;
import io.keyward.role.Role;
import io.keyward.role.RoleModel;
import io.keyward.store.ApiKeys;
import io.keyward.store.IssueRequest;
import io.keyward.store.IssuedKey;
import io.keyward.testing.ThrowAwayKeys;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.Banner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.io.DefaultResourceLoader;
import org.springframework.security.config.annotation.web.configuration.EnableWebSecurity;

/** Parts c and d, health and a management port of its own, are in {@code ActuatorTest} of servlet-containers. */
@DisplayName("PR-26: lazy initialization changes nothing about keys")
class LazyStartTest {
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final Set<Thread> threadsBefore =
            new HashSet<>(Thread.getAllStackTraces().keySet());
    private final DataSource database = EmptyDatabase.create();
    private final Pool pool = new Pool(database);
    private ApiKeys elsewhere;
    private IssuedKey issued;

    /** Another node that shares the database. */
    @BeforeEach
    void issueElsewhere() {
        JdbcApiKeyStore store = JdbcApiKeyStore.of(database);
        store.createSchema();
        elsewhere = ApiKeys.over(store)
                .format("kw_live")
                .roles(RoleModel.of(Role.of("client")))
                .open();
        issued = elsewhere
                .manager()
                .issue(IssueRequest.builder().owner("alice").roles("client").build());
    }

    @AfterEach
    void closeElsewhere() {
        elsewhere.close();
        pool.close();
    }

    /** Notes how many connections are in use when it is closed. */
    static final class Pool extends HikariDataSource {
        int activeAtClose = -1;

        Pool(DataSource database) {
            setDataSource(database);
            setMaximumPoolSize(4);
        }

        @Override
        public void close() {
            if (getHikariPoolMXBean() != null && activeAtClose < 0) {
                activeAtClose = getHikariPoolMXBean().getActiveConnections();
            }
            super.close();
        }
    }

    @Configuration
    @Import(AdminPathTest.StarterAndTomcat.class)
    static class Application {
        @Bean
        ServletRegistrationBean<HttpServlet> jobs() {
            return new ServletRegistrationBean<>(
                    new HttpServlet() {
                        @Override
                        protected void doGet(HttpServletRequest request, HttpServletResponse response) {
                            response.setStatus(200);
                        }
                    },
                    "/jobs");
        }
    }

    private ConfigurableApplicationContext startOnDatabase() {
        SpringApplication application = withoutSecurity(Application.class);
        // Under a name that the context closes, as it does with a pool of Boot.
        application.addInitializers((ApplicationContextInitializer<GenericApplicationContext>)
                context -> context.registerBean("pool", DataSource.class, () -> pool));
        return application.run(
                arguments("--keyward.store=jdbc", "--keyward.jdbc.interval=50ms", "--keyward.otherwise=authenticated"));
    }

    private static SpringApplication withoutSecurity(Class<?> configuration) {
        return new SpringApplication(
                new DefaultResourceLoader(new FilteredClassLoader("org.springframework.security")), configuration);
    }

    private static String[] arguments(String... more) {
        List<String> arguments = new ArrayList<>(List.of(
                "--server.port=0",
                "--server.address=127.0.0.1",
                "--spring.main.lazy-initialization=true",
                "--keyward.roles=client"));
        arguments.addAll(Arrays.asList(more));
        return arguments.toArray(String[]::new);
    }

    private static int status(ConfigurableApplicationContext context, ApiKey key) throws Exception {
        String port = context.getEnvironment().getProperty("local.server.port");
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/jobs"))
                .header("X-Api-Key", key.reveal())
                .build();
        return HttpClient.newHttpClient()
                .send(request, HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        Instant end = Instant.now().plus(PATIENCE);
        while (!condition.getAsBoolean() && Instant.now().isBefore(end)) {
            Thread.sleep(10);
        }
    }

    private List<String> newThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> !threadsBefore.contains(thread))
                .map(Thread::getName)
                .filter(name -> name.startsWith("keyward") || name.contains("HikariPool"))
                .toList();
    }

    @Test
    @DisplayName("PR-26 b: a key that was revoked elsewhere is rejected at the first request")
    void followsTheDatabaseWithoutARequest() throws Exception {
        try (ConfigurableApplicationContext context = startOnDatabase()) {
            for (String bean : List.of("jdbcApiKeyStore", "apiKeys", "lastUseWriter", "apiKeyVerifier")) {
                assertTrue(context.getBeanFactory().containsSingleton(bean), bean);
            }
            ApiKeys here = context.getBean(ApiKeys.class);
            assertTrue(here.verifier().verify(issued.key().reveal()).isAccepted());
            elsewhere.manager().revoke(issued.record().id());
            await(() -> !here.verifier().verify(issued.key().reveal()).isAccepted());
            assertEquals(401, status(context, issued.key()));
        }
    }

    @Test
    @DisplayName("PR-26 e: a stop without a request ends the threads and gives every connection back")
    void stopsWithoutARequest() throws Exception {
        startOnDatabase().close();
        elsewhere.close();
        assertTrue(pool.isClosed());
        assertEquals(0, pool.activeAtClose);
        await(() -> newThreads().isEmpty());
        assertEquals(List.of(), newThreads());
    }

    @Test
    @DisplayName("PR-26 e: the stop writes the time of the last use before the pool is closed")
    void writesTheLastUseAtTheStop() throws Exception {
        JdbcApiKeyStore store = JdbcApiKeyStore.of(database);
        String id = issued.record().id();
        try (ConfigurableApplicationContext context = startOnDatabase()) {
            assertEquals(200, status(context, issued.key()));
            assertEquals(0, store.lastUses(id).size(), "not yet written");
        }
        assertEquals(1, store.lastUses(id).size());
    }

    @Configuration
    @EnableWebSecurity
    @Import(AdminPathTest.StarterAndTomcat.class)
    static class Secured {}

    @ParameterizedTest
    @DisplayName("PR-26 a: what cannot be meant fails the start")
    @CsvSource(
            delimiter = ';',
            value = {
                "false; --keyward.keys.a.roles=unknown; keyward.keys.a.roles",
                "false; --keyward.rules[0]=/a b; keyward.rules[0] is no rule",
                "false; --keyward.admin.path=/admin; there is no store of keys to change",
                "false; --keyward.store=file; keyward.file is not set",
                "false; --keyward.store=jdbc; there is no DataSource",
                "true; --keyward.otherwise=authenticated; authorizeHttpRequests decides",
                "true; --keyward.keys.a.roles=unknown; keyward.keys.a.roles"
            })
    void refusesWhatCannotBeMeant(boolean security, String setting, String said) {
        SpringApplication application =
                security ? new SpringApplication(Secured.class) : withoutSecurity(Application.class);
        assertSaid(application, said, setting, security ? "" : "--keyward.otherwise=authenticated");
    }

    @Configuration
    @Import(AdminPathTest.StarterAndTomcat.class)
    static class WithoutHttp {}

    @ParameterizedTest
    @DisplayName("PR-26 a: a setting that is misspelt or whose jar is missing fails the start, without HTTP too")
    @CsvSource(
            delimiter = ';',
            value = {
                "io.keyward.admin; --keyward.admin.path=/admin; needs keyward-admin",
                "io.keyward.jdbc; --keyward.store=jdbc; needs keyward-jdbc-store",
                "no.such.package; --keyward.store=jbdc; keyward.store"
            })
    void refusesASettingWithoutItsJarOrMisspelt(String missing, String setting, String said) {
        SpringApplication application =
                new SpringApplication(new DefaultResourceLoader(new FilteredClassLoader(missing)), WithoutHttp.class);
        application.setWebApplicationType(WebApplicationType.NONE);
        assertSaid(application, said, setting);
    }

    private static void assertSaid(SpringApplication application, String said, String... settings) {
        application.setBannerMode(Banner.Mode.OFF);
        String hash = io.keyward.KeyHasher.sha256().hash(ThrowAwayKeys.newKey()).reveal();
        List<String> all = new ArrayList<>(List.of(arguments(settings)));
        all.removeIf(String::isEmpty);
        if (!all.contains("--keyward.store=file") && !all.contains("--keyward.store=jdbc")) {
            all.add("--keyward.keys.a.hash=" + hash);
        }
        Exception refused = assertThrows(
                Exception.class,
                () -> application.run(all.toArray(String[]::new)).close());
        String messages = FailedStart.messages(refused);
        assertTrue(messages.contains(said), messages);
        assertFalse(messages.contains(hash));
    }
}
