package io.keyward.spring.boot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.keyward.ApiKey;
import io.keyward.ApiKeyVerifier;
import io.keyward.KeyHasher;
import io.keyward.config.ConfigException;
import io.keyward.config.KeywardConfig;
import io.keyward.servlet.ApiKeyFilter;
import io.keyward.servlet.CorsPolicy;
import io.keyward.spring.security.ApiKeyAuthenticationFilter;
import io.keyward.testing.RecordingListener;
import io.keyward.testing.ThrowAwayKeys;
import jakarta.annotation.security.DenyAll;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import java.io.InputStream;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.annotation.ImportCandidates;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.Ordered;
import org.springframework.core.env.MapPropertySource;
import org.springframework.mock.web.MockFilterChain;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.security.access.annotation.Secured;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configuration.EnableWebSecurity;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.security.provisioning.InMemoryUserDetailsManager;
import org.springframework.security.web.FilterChainProxy;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.web.bind.annotation.CrossOrigin;
import org.springframework.web.filter.HiddenHttpMethodFilter;

@DisplayName("issue 21: what the starter adds, and what takes its place")
class KeywardAutoConfigurationTest {
    private final ApiKey key = ThrowAwayKeys.newKey();
    private final String hash = KeyHasher.sha256().hash(key).reveal();

    private final WebApplicationContextRunner application = new WebApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(KeywardAutoConfiguration.class))
            .withPropertyValues(
                    "keyward.roles=client,admin",
                    "keyward.roles.client.permissions=jobs:read",
                    "keyward.roles.admin.includes=client",
                    "keyward.keys.alice.hash=" + hash,
                    "keyward.keys.alice.roles=client");
    private final WebApplicationContextRunner withoutSecurity =
            application.withClassLoader(new FilteredClassLoader("org.springframework.security"));
    private final WebApplicationContextRunner withSecurity = application.withUserConfiguration(WebSecurity.class);

    @Configuration
    @EnableWebSecurity
    static class WebSecurity {}

    private int status(ApiKeyFilter filter, String method, String path, ApiKey presented) throws Exception {
        MockHttpServletRequest request = new MockHttpServletRequest(method, path);
        request.setPathInfo(path);
        if (presented != null) {
            request.addHeader("X-Api-Key", presented.reveal());
        }
        MockHttpServletResponse response = new MockHttpServletResponse();
        filter.doFilter(request, response, new MockFilterChain());
        return response.getStatus();
    }

    @Test
    void bootFindsTheAutoConfiguration() {
        List<String> names = ImportCandidates.load(
                        AutoConfiguration.class, getClass().getClassLoader())
                .getCandidates();
        assertTrue(names.contains(KeywardAutoConfiguration.class.getName()));
        for (String tests : List.of(
                "org.springframework.boot.test.autoconfigure.web.servlet.AutoConfigureMockMvc",
                "org.springframework.boot.webmvc.test.autoconfigure.AutoConfigureMockMvc")) {
            assertFalse(getClass().getResource("/META-INF/spring/" + tests + ".imports") == null, tests);
        }
    }

    @Test
    @DisplayName(
            "DI-08: on Jetty Boot puts the filter for upgrades behind all others, and the key filter need not refuse it")
    void startsOnJettyWithWebSockets() {
        WebApplicationContextRunner guarded = withoutSecurity.withPropertyValues("keyward.otherwise=authenticated");
        guarded.run(context -> assertEquals(
                Map.of(), context.getBean(FilterRegistrationBean.class).getInitParameters()));
        guarded.withBean(FilterConfiguration.JETTY_WEB_SOCKETS, Object.class, Object::new)
                .run(context -> assertEquals(
                        Map.of("webSocketsComeAfter", "true"),
                        context.getBean(FilterRegistrationBean.class).getInitParameters()));
    }

    @Test
    void guardsWithTheFilterWhereThereIsNoSpringSecurity() {
        withoutSecurity
                .withPropertyValues(
                        "keyward.rules[0]=GET /v1/jobs/* = jobs:read",
                        "keyward.rules[1]=/v1/admin = role admin",
                        "keyward.rules[2]=/health = permitAll",
                        "keyward.otherwise=denyAll")
                .run(context -> {
                    assertNull(context.getStartupFailure());
                    FilterRegistrationBean<?> registration = context.getBean(FilterRegistrationBean.class);
                    assertEquals(Ordered.HIGHEST_PRECEDENCE + 2, registration.getOrder());
                    assertEquals(
                            DispatcherType.values().length,
                            registration.determineDispatcherTypes().size());
                    ApiKeyFilter filter = context.getBean(ApiKeyFilter.class);
                    assertEquals(200, status(filter, "GET", "/v1/jobs/7", key));
                    assertEquals(403, status(filter, "POST", "/v1/jobs/7", key));
                    assertEquals(403, status(filter, "GET", "/v1/admin", key));
                    assertEquals(200, status(filter, "GET", "/health", null));
                    assertEquals(401, status(filter, "GET", "/v1/jobs/7", ThrowAwayKeys.newKey()));
                    assertEquals(401, status(filter, "GET", "/else", null));
                    assertEquals(403, status(filter, "GET", "/else", key));
                });
    }

    /** Runs an application with a setting that is refused, and with keyward.otherwise unless that is what is missing. */
    private WebApplicationContextRunner withSetting(String setting, String said) {
        WebApplicationContextRunner runner = withoutSecurity.withPropertyValues(setting);
        return said.contains("otherwise") ? runner : runner.withPropertyValues("keyward.otherwise=denyAll");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "keyward.rules[0]=/a = role nobody; nobody",
                "keyward.rules[0]=/a = jobs read; keyward.rules[0]",
                "keyward.rules=GET /a = jobs:read, jobs:submit; keyward.rules[1] is no rule",
                "keyward.rules=GET /a = jobs:read, jobs:submit; such as keyward.rules[0]",
                "keyward.rules[0]=/* = permitAll; keyward.confirm-open=/*",
                "keyward.rules[0]=/health = permit-all; keyward.rules[0]: the access is not written exactly as permitAll",
                "keyward.rules[0]=/health = permitAll(); write permitAll",
                "keyward.rules[0]=/health = Authenticated; write authenticated",
                "keyward.otherwise=; keyward.otherwise is not set"
            })
    void showsMistakesInRulesWithoutAStackTrace(String setting, String said) {
        withSetting(setting, said).run(context -> {
            FailureAnalysis analysis = new SettingFailureAnalyzer().analyze(context.getStartupFailure());
            assertFalse(analysis == null, FailedStart.messages(context.getStartupFailure()));
            assertTrue(analysis.getDescription().contains(said), analysis.getDescription());
            assertFalse(analysis.getDescription().contains("confirmOpen("), analysis.getDescription());
        });
    }

    @Test
    void refusesAMisspeltOtherwise() {
        withoutSecurity
                .withPropertyValues("keyward.otherwise=denyall")
                .run(context -> assertTrue(
                        FailedStart.messages(context.getStartupFailure()).contains("write denyAll")));
    }

    @Test
    void opensWhatIsConfirmedToBeOpen() {
        WebApplicationContextRunner open = withoutSecurity.withPropertyValues(
                "keyward.rules[0]=GET /v1/* = jobs:read", "keyward.otherwise=permitAll");
        open.run(context -> assertTrue(FailedStart.messages(context.getStartupFailure())
                .contains("keyward.confirm-open=/v1/*; what no rule names is open to everyone")));
        open.withPropertyValues("keyward.confirm-open=/*,/v1/*").run(context -> {
            assertNull(context.getStartupFailure());
            ApiKeyFilter filter = context.getBean(ApiKeyFilter.class);
            assertEquals(200, status(filter, "GET", "/", null));
            assertEquals(401, status(filter, "GET", "/v1/jobs", null));
            assertEquals(200, status(filter, "GET", "/v1/jobs", key));
        });
        withoutSecurity
                .withPropertyValues("keyward.otherwise=denyAll", "keyward.confirm-open=/typo")
                .run(context -> assertTrue(FailedStart.messages(context.getStartupFailure())
                        .contains("keyward.confirm-open=/typo confirms nothing")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"file ", " jdbc", "f-i-l-e"})
    void neverReadsKeysElsewhereThanTheStoreSays(String store) {
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(KeywardAutoConfiguration.class))
                .withInitializer(context -> context.getEnvironment()
                        .getPropertySources()
                        .addFirst(new MapPropertySource(
                                "yaml",
                                Map.of(
                                        "keyward.store",
                                        store,
                                        "keyward.roles",
                                        "client",
                                        "keyward.keys.alice.roles",
                                        "client",
                                        "keyward.keys.alice.hash",
                                        hash))))
                .run(context -> {
                    FailureAnalysis analysis = new SettingFailureAnalyzer().analyze(context.getStartupFailure());
                    assertFalse(analysis == null, "it starts with the keys of the Environment");
                    assertTrue(analysis.getDescription().startsWith("keyward.store is not written exactly as "));
                });
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "keyward.rules[0]=GET /a = jobs:read; keyward.otherwise is not set",
                "keyward.rules[0]=/a jobs:read; keyward.rules[0] is no rule",
                "keyward.rules[0]=/a = role nobody; nobody",
                "keyward.rules[0]=/a = jobs read; keyward.rules[0]",
                "keyward.rules[0]=/jobs/{id} = authenticated; {id}",
                "keyward.store=jbdc; keyward.store"
            })
    void refusesSettingsThatCannotBeMeant(String setting, String said) {
        withSetting(setting, said).run(context -> {
            String messages = FailedStart.messages(context.getStartupFailure());
            assertTrue(messages.contains(said), messages);
        });
    }

    @Test
    void guardsWithAChainWhereThereIsSpringSecurity() {
        withSecurity.run(context -> {
            assertNull(context.getStartupFailure());
            assertFalse(context.containsBean("apiKeyFilterRegistration"));
            assertTrue(context.containsBean("keyward"));
            assertTrue(hasKeys(context.getBean(SecurityFilterChain.class)));
            MockHttpServletRequest request = new MockHttpServletRequest("GET", "/v1/jobs");
            request.addHeader("X-Api-Key", key.reveal());
            for (int i = 0; i < 2; i++) {
                MockHttpServletResponse response = new MockHttpServletResponse();
                context.getBean(FilterChainProxy.class).doFilter(request, response, new MockFilterChain());
                assertEquals(i == 0 ? 200 : 401, response.getStatus());
                request = new MockHttpServletRequest("GET", "/v1/jobs");
            }
        });
    }

    @Test
    @ExtendWith(OutputCaptureExtension.class)
    void warnsIfNoChainReadsKeys(CapturedOutput output) {
        String said = "no SecurityFilterChain of this application reads keys";
        withSecurity.run(context -> assertFalse(output.getAll().contains(said)));
        withSecurity.withUserConfiguration(Own.class).run(context -> {
            assertNull(context.getStartupFailure());
            assertTrue(output.getAll().contains(said));
        });
    }

    private static boolean hasKeys(SecurityFilterChain chain) {
        return chain.getFilters().stream().anyMatch(ApiKeyAuthenticationFilter.class::isInstance);
    }

    @ParameterizedTest
    @ValueSource(strings = {"keyward.rules[0]=/a = denyAll", "keyward.otherwise=denyAll"})
    void refusesRulesThatNobodyAsks(String setting) {
        withSecurity
                .withPropertyValues(setting)
                .run(context -> assertTrue(
                        context.getStartupFailure().getMessage().contains("authorizeHttpRequests decides"),
                        context.getStartupFailure().toString()));
    }

    @Configuration
    static class Own {
        @Bean
        SecurityFilterChain own(HttpSecurity http) throws Exception {
            return http.authorizeHttpRequests(paths -> paths.anyRequest().denyAll())
                    .build();
        }

        @Bean
        UserDetailsService users() {
            return new InMemoryUserDetailsManager(
                    User.withUsername("user").password("{noop}x").build());
        }
    }

    @Test
    void givesWayToTheApplicationsOwn() {
        withSecurity.withUserConfiguration(Own.class).run(context -> {
            assertNull(context.getStartupFailure());
            assertFalse(hasKeys(context.getBean(SecurityFilterChain.class)));
            assertFalse(context.containsBean("noUsersBesidesKeys"));
        });
        withSecurity.run(context -> assertTrue(context.containsBean("noUsersBesidesKeys")));
    }

    @Configuration
    static class OwnVerifier {
        @Bean
        ApiKeyVerifier own() {
            return presented -> {
                throw new IllegalStateException("the database is away");
            };
        }
    }

    @Test
    void anyVerifierReplacesTheLoadingOfKeysAndHealthIsDownOnlyWhereItCannotAnswer() {
        withoutSecurity
                .withPropertyValues("keyward.otherwise=denyAll")
                .run(context -> assertEquals("UP", healthStatus(context)));
        withoutSecurity
                .withUserConfiguration(OwnVerifier.class)
                .withPropertyValues("keyward.otherwise=denyAll", "keyward.keys.alice.roles=unknown")
                .run(context -> {
                    assertNull(context.getStartupFailure());
                    assertTrue(context.getBeansOfType(KeywardConfig.class).isEmpty());
                    assertEquals("DOWN", healthStatus(context));
                });
        withoutSecurity
                .withPropertyValues("keyward.otherwise=denyAll", "management.health.keyward.enabled=false")
                .run(context -> assertFalse(context.containsBean("keywardHealthIndicator")));
    }

    /** The indicator is of another class on each Boot. */
    private static String healthStatus(ApplicationContext context) throws Exception {
        Object indicator = context.getBean("keywardHealthIndicator");
        Object health = indicator.getClass().getMethod("health").invoke(indicator);
        return health.getClass().getMethod("getStatus").invoke(health).toString();
    }

    @Test
    @DisplayName("PR-26: a mistake in the keys fails the start also where beans are lazy")
    void isNotLazy() {
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(KeywardAutoConfiguration.class))
                .withInitializer(context -> context.addBeanFactoryPostProcessor(
                        new org.springframework.boot.LazyInitializationBeanFactoryPostProcessor()))
                .withPropertyValues("keyward.keys.a.hash=" + hash, "keyward.keys.a.roles=unknown")
                .run(context -> {
                    Throwable root = context.getStartupFailure();
                    while (root.getCause() != null) {
                        root = root.getCause();
                    }
                    ConfigException refused = assertInstanceOf(ConfigException.class, root);
                    FailureAnalysis analysis = new ConfigFailureAnalyzer().analyze(refused, refused);
                    assertTrue(analysis.getDescription().contains("keyward.keys.a.roles"), analysis.getDescription());
                    assertFalse(analysis.getDescription().contains(hash));
                });
    }

    @Configuration
    static class Listening {
        @Bean
        RecordingListener heard() {
            return new RecordingListener();
        }
    }

    @Test
    void listenersHearWhatTheVerifierSays() {
        withoutSecurity
                .withUserConfiguration(Listening.class)
                .withPropertyValues("keyward.otherwise=authenticated")
                .run(context -> {
                    assertEquals(200, status(context.getBean(ApiKeyFilter.class), "GET", "/a", key));
                    assertEquals(
                            1,
                            context.getBean(RecordingListener.class).outcomes().size());
                });
    }

    @ParameterizedTest
    @CsvSource({"false, keyward.tls-only", "true, keyward.tls-only", "false, keyward.tlsOnly"})
    void deniesKeysThatCameWithoutTlsWhereTheSettingSaysSo(boolean security, String setting) {
        WebApplicationContextRunner runner =
                security ? withSecurity : withoutSecurity.withPropertyValues("keyward.otherwise=authenticated");
        runner.withPropertyValues(setting + "=true").run(context -> {
            assertNull(context.getStartupFailure());
            Filter guard = security ? context.getBean(FilterChainProxy.class) : context.getBean(ApiKeyFilter.class);
            for (boolean secure : new boolean[] {false, true}) {
                MockHttpServletRequest request = new MockHttpServletRequest("GET", "/v1/jobs");
                request.setPathInfo("/v1/jobs");
                request.setSecure(secure);
                request.addHeader("X-Api-Key", key.reveal());
                MockHttpServletResponse response = new MockHttpServletResponse();
                guard.doFilter(request, response, new MockFilterChain());
                assertEquals(secure ? 200 : 401, response.getStatus());
            }
        });
    }

    /** Stands for a bean of a developer who thinks that somebody reads these. */
    static class Annotated {
        @PreAuthorize("hasRole('admin')")
        public void purge() {}

        @Secured("ROLE_admin")
        void list() {}

        public void open() {}
    }

    @DenyAll
    static class Closed {}

    static class Unannotated {}

    @Configuration
    @Import({Annotated.class, Closed.class, Unannotated.class})
    static class WithMethodSecurity {}

    @Test
    @ExtendWith(OutputCaptureExtension.class)
    void namesAnnotationsThatNobodyChecks(CapturedOutput output) {
        withoutSecurity
                .withUserConfiguration(WithMethodSecurity.class)
                .withPropertyValues("keyward.otherwise=authenticated")
                .run(context -> {
                    assertNull(context.getStartupFailure());
                    String here = KeywardAutoConfigurationTest.class.getName();
                    assertEquals(
                            Set.of(
                                    "@PreAuthorize on " + here + "$Annotated.purge",
                                    "@Secured on " + here + "$Annotated.list",
                                    "@DenyAll on " + here + "$Closed"),
                            IgnoredAnnotations.in(
                                    context.getSourceApplicationContext().getBeanFactory(),
                                    IgnoredAnnotations.OF_METHOD_SECURITY));
                    assertTrue(output.getAll().contains("3 annotations of method security are not checked"));
                });
        withSecurity
                .withUserConfiguration(WithMethodSecurity.class)
                .run(context -> assertFalse(context.containsBean("keywardIgnoredAnnotations")));
    }

    private static FilterRegistrationBean<HiddenHttpMethodFilter> hiddenMethods(int order) {
        FilterRegistrationBean<HiddenHttpMethodFilter> registration =
                new FilterRegistrationBean<>(new HiddenHttpMethodFilter());
        registration.setOrder(order);
        return registration;
    }

    @Test
    @DisplayName("ME-06: a rule for one method is refused where a form can choose another one")
    void refusesRulesThatAHiddenMethodGetsAround() {
        WebApplicationContextRunner byMethod = withoutSecurity.withPropertyValues(
                "keyward.otherwise=authenticated",
                "keyward.rules[0]=GET /v1/jobs = authenticated",
                "keyward.rules[1]=DELETE /v1/jobs = denyAll");
        byMethod.withBean(HiddenHttpMethodFilter.class).run(context -> {
            String message = String.valueOf(context.getStartupFailure());
            assertTrue(
                    message.contains("(spring.mvc.hiddenmethod.filter.enabled): DELETE /v1/jobs = denyAll;"), message);
        });
        byMethod.withBean("late", FilterRegistrationBean.class, () -> hiddenMethods(0))
                .run(context -> assertNotNull(context.getStartupFailure()));
        byMethod.withBean("early", FilterRegistrationBean.class, () -> hiddenMethods(Ordered.HIGHEST_PRECEDENCE))
                .run(context -> assertNull(context.getStartupFailure()));
        byMethod.run(context -> assertNull(context.getStartupFailure()));
        withoutSecurity
                .withBean(HiddenHttpMethodFilter.class)
                .withPropertyValues(
                        "keyward.otherwise=authenticated",
                        "keyward.rules[0]=GET /v1/jobs = authenticated",
                        "keyward.rules[1]=/v1/jobs = denyAll")
                .run(context -> assertNull(context.getStartupFailure()));
    }

    /** Stands for a type of an optional jar that is not there. */
    interface Missing {}

    static class NeedsMissing {
        public void with(Missing missing) {}
    }

    /** Loads the class above itself, and finds no type for its method. */
    private static Class<?> needsMissing() throws ClassNotFoundException {
        return new ClassLoader(KeywardAutoConfigurationTest.class.getClassLoader()) {
            @Override
            protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
                if (name.equals(Missing.class.getName())) {
                    throw new ClassNotFoundException(name);
                }
                if (!name.equals(NeedsMissing.class.getName())) {
                    return super.loadClass(name, resolve);
                }
                try (InputStream in = getResourceAsStream(name.replace('.', '/') + ".class")) {
                    byte[] bytes = in.readAllBytes();
                    return defineClass(name, bytes, 0, bytes.length);
                } catch (java.io.IOException e) {
                    throw new ClassNotFoundException(name, e);
                }
            }
        }.loadClass(NeedsMissing.class.getName());
    }

    @Test
    @DisplayName("issue 21: a bean whose class names a missing type does not stop the start")
    void aBeanThatNamesAMissingTypeDoesNotStopTheStart() throws Exception {
        Class<?> optional = needsMissing();
        withoutSecurity
                .withUserConfiguration(WithMethodSecurity.class)
                .withInitializer(context -> {
                    RootBeanDefinition definition = new RootBeanDefinition(optional);
                    definition.setLazyInit(true);
                    ((BeanDefinitionRegistry) context).registerBeanDefinition("optional", definition);
                })
                .withPropertyValues("keyward.otherwise=authenticated")
                .run(context -> {
                    assertNull(context.getStartupFailure());
                    assertEquals(
                            3,
                            IgnoredAnnotations.in(
                                            context.getSourceApplicationContext()
                                                    .getBeanFactory(),
                                            IgnoredAnnotations.OF_METHOD_SECURITY)
                                    .size(),
                            "those of the others are found");
                });
    }

    static class Shared {
        @CrossOrigin("https://page.example")
        public void jobs() {}
    }

    @Configuration
    static class WithPolicy {
        @Bean
        CorsPolicy cors() {
            return CorsPolicy.allowing("https://page.example");
        }
    }

    @Test
    @DisplayName("PR-27: the start says that @CrossOrigin comes too late, and a CorsPolicy answers preflights")
    @ExtendWith(OutputCaptureExtension.class)
    void namesCrossOriginsThatComeTooLate(CapturedOutput output) {
        WebApplicationContextRunner runner =
                withoutSecurity.withBean(Shared.class).withPropertyValues("keyward.otherwise=authenticated");
        runner.withUserConfiguration(WithPolicy.class).run(context -> {
            assertFalse(output.getAll().contains("preflights are 401"));
            for (String origin : List.of("https://page.example", "https://evil.example")) {
                MockHttpServletRequest preflight = new MockHttpServletRequest("OPTIONS", "/v1/jobs");
                preflight.setPathInfo("/v1/jobs");
                preflight.addHeader("Origin", origin);
                preflight.addHeader("Access-Control-Request-Method", "POST");
                preflight.addHeader("Access-Control-Request-Headers", "x-api-key");
                MockHttpServletResponse response = new MockHttpServletResponse();
                context.getBean(ApiKeyFilter.class).doFilter(preflight, response, new MockFilterChain());
                assertEquals(origin.contains("page") ? 204 : 401, response.getStatus());
            }
        });
        runner.run(context -> assertTrue(output.getAll().contains("@CrossOrigin on "), output.getAll()));
    }

    @Test
    @DisplayName("PR-30: a rule's path is below the context path and includes the servlet path")
    void rulesIncludeTheServletPath() {
        withoutSecurity
                .withPropertyValues(
                        "keyward.rules[0]=GET /api/v1/jobs/* = role admin",
                        "keyward.rules[1]=GET /v1/jobs/* = authenticated",
                        "keyward.otherwise=authenticated")
                .run(context -> {
                    MockHttpServletRequest request = new MockHttpServletRequest("GET", "/app/api/v1/jobs/7");
                    request.setContextPath("/app");
                    request.setServletPath("/api");
                    request.setPathInfo("/v1/jobs/7");
                    request.addHeader("X-Api-Key", key.reveal());
                    MockHttpServletResponse response = new MockHttpServletResponse();
                    context.getBean(ApiKeyFilter.class).doFilter(request, response, new MockFilterChain());
                    assertEquals(403, response.getStatus());
                });
    }

    @Test
    void everyPropertyHasMetadata() throws Exception {
        String metadata;
        try (InputStream in =
                KeywardProperties.class.getResourceAsStream("/META-INF/spring-configuration-metadata.json")) {
            metadata = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
        Set<String> properties = new TreeSet<>();
        collect("keyward.", KeywardProperties.class, properties);
        assertTrue(properties.containsAll(Set.of("keyward.store", "keyward.tls-only", "keyward.jdbc.max-staleness")));
        Matcher documented = Pattern.compile("`(keyward\\.[a-z-]+)[.`]")
                .matcher(Files.readString(Path.of("..", "docs", "configuration.md")));
        while (documented.find()) {
            properties.add(documented.group(1));
        }
        Set<String> without = new TreeSet<>(properties);
        without.removeIf(property -> metadata.contains("{ \"name\": \"" + property + "\", \"type\": \""));
        assertEquals(Set.of(), without);
    }

    private static void collect(String prefix, Class<?> type, Set<String> properties) {
        for (RecordComponent property : type.getRecordComponents()) {
            String name = prefix + dashed(property.getName());
            if (property.getType().isRecord()) {
                collect(name + ".", property.getType(), properties);
            } else {
                properties.add(name);
            }
        }
    }

    /** Spells a name as Boot does in its metadata. */
    private static String dashed(String name) {
        return name.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
    }
}
