package io.keyward.spring.security;

import static io.keyward.spring.security.ApiKeysConfigurer.apiKeys;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.springframework.security.config.Customizer.withDefaults;

import io.keyward.ApiKey;
import io.keyward.ApiKeyPrincipal;
import io.keyward.testing.ThrowAwayKeys;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.catalina.Context;
import org.apache.catalina.startup.Tomcat;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;
import org.springframework.security.authentication.event.AuthenticationSuccessEvent;
import org.springframework.security.concurrent.DelegatingSecurityContextExecutor;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configuration.EnableWebSecurity;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.context.NullSecurityContextRepository;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.request.async.DeferredResult;
import org.springframework.web.context.support.AnnotationConfigWebApplicationContext;
import org.springframework.web.filter.DelegatingFilterProxy;
import org.springframework.web.servlet.DispatcherServlet;
import org.springframework.web.servlet.config.annotation.CorsRegistry;
import org.springframework.web.servlet.config.annotation.EnableWebMvc;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;
import org.springframework.web.servlet.mvc.method.annotation.StreamingResponseBody;

@DisplayName("PR-27 and PR-29: later dispatches, other threads and preflights on a real container")
class OnTomcatTest {
    private static final TestKeys KEYS = new TestKeys();

    @TempDir
    static Path folder;

    private static final AtomicBoolean IS_LISTENER_BROKEN = new AtomicBoolean();

    /** What is in the holder of a container's thread after each dispatch; must stay empty. */
    private static final List<String> LEFT_BEHIND = new CopyOnWriteArrayList<>();

    private static final ExecutorService ONE_THREAD = Executors.newSingleThreadExecutor();
    private static Tomcat tomcat;

    @Configuration
    @EnableWebMvc
    @EnableWebSecurity
    static class Application implements WebMvcConfigurer {
        @Bean
        SecurityFilterChain api(HttpSecurity http) throws Exception {
            return http.with(apiKeys(KEYS), withDefaults())
                    .cors(withDefaults())
                    .authorizeHttpRequests(paths -> paths.anyRequest().authenticated())
                    .build();
        }

        @Bean
        @org.springframework.core.annotation.Order(1)
        SecurityFilterChain forgetful(HttpSecurity http) throws Exception {
            return http.securityMatcher("/forgetful/**")
                    .with(apiKeys(KEYS), withDefaults())
                    .securityContext(context -> context.securityContextRepository(new NullSecurityContextRepository()))
                    .authorizeHttpRequests(paths -> paths.anyRequest().authenticated())
                    .build();
        }

        @Bean
        @org.springframework.core.annotation.Order(2)
        SecurityFilterChain admin(HttpSecurity http) throws Exception {
            return http.securityMatcher("/admin/**")
                    .with(apiKeys(KEYS), withDefaults())
                    .authorizeHttpRequests(paths -> paths.anyRequest().hasRole("admin"))
                    .build();
        }

        @Bean
        @org.springframework.core.annotation.Order(3)
        SecurityFilterChain open(HttpSecurity http) throws Exception {
            return http.securityMatcher("/open/**")
                    .authorizeHttpRequests(paths -> paths.anyRequest().permitAll())
                    .build();
        }

        /** Throws as a listener of an application might; the filter publishes this event before the handler runs. */
        @EventListener
        void accepted(AuthenticationSuccessEvent event) {
            if (IS_LISTENER_BROKEN.get()) {
                throw new AssertionError("a listener of the application is broken");
            }
        }

        @Override
        public void addCorsMappings(CorsRegistry cors) {
            cors.addMapping("/**").allowedOrigins("https://page.example").allowedMethods("POST");
        }
    }

    @RestController
    static class Handlers {
        private static String caller() {
            Authentication caller = SecurityContextHolder.getContext().getAuthentication();
            return caller != null && caller.getPrincipal() instanceof ApiKeyPrincipal principal
                    ? principal.id()
                    : "nobody";
        }

        @GetMapping({"/callable", "/forgetful/callable"})
        Callable<String> callable() {
            return Handlers::caller;
        }

        @GetMapping("/deferred")
        DeferredResult<String> deferred(HttpServletRequest request) {
            DeferredResult<String> result = new DeferredResult<>();
            String id = caller();
            CompletableFuture.runAsync(() -> result.setResult(id));
            return result;
        }

        @GetMapping("/future")
        CompletableFuture<String> future() {
            String id = caller();
            return CompletableFuture.supplyAsync(() -> id);
        }

        @GetMapping("/stream")
        StreamingResponseBody stream() {
            String id = caller();
            return out -> out.write(id.getBytes());
        }

        @GetMapping("/emitter")
        SseEmitter emitter() {
            SseEmitter emitter = new SseEmitter();
            String id = caller();
            CompletableFuture.runAsync(() -> {
                try {
                    emitter.send(id);
                    emitter.complete();
                } catch (IOException e) {
                    emitter.completeWithError(e);
                }
            });
            return emitter;
        }

        @GetMapping("/stream-breaks")
        StreamingResponseBody streamBreaks() {
            return out -> {
                // More than any buffer holds, so the answer has begun, whatever flush() does.
                out.write("begun".repeat(100_000).getBytes(StandardCharsets.US_ASCII));
                out.flush();
                throw new IllegalStateException("after the start");
            };
        }

        @GetMapping("/revoked-meanwhile")
        Callable<String> revokedMeanwhile() {
            return () -> {
                KEYS.revokeAdded();
                return caller();
            };
        }

        @GetMapping({"/forward", "/open/forward"})
        void forward(HttpServletRequest request, HttpServletResponse response) throws Exception {
            request.getRequestDispatcher("/admin/job").forward(request, response);
        }

        @GetMapping("/admin/job")
        String admin() {
            return caller();
        }

        @GetMapping("/error-in-handler")
        String errorInHandler() {
            throw new StackOverflowError();
        }

        @GetMapping("/pooled")
        String pooled() throws Exception {
            CompletableFuture<String> handedOn = new CompletableFuture<>();
            new DelegatingSecurityContextExecutor(ONE_THREAD).execute(() -> handedOn.complete(caller()));
            return handedOn.get(1, TimeUnit.MINUTES) + " "
                    + ONE_THREAD.submit(Handlers::caller).get(1, TimeUnit.MINUTES);
        }

        @PostMapping("/callable")
        String post() {
            return caller();
        }

        @GetMapping("/send-error")
        void sendError(HttpServletResponse response) throws IOException {
            response.sendError(418);
        }

        @GetMapping("/throw-late")
        Callable<String> throwLate() {
            return () -> {
                throw new IllegalStateException("late");
            };
        }

        @RequestMapping("/error")
        String error(HttpServletRequest request) {
            return request.getDispatcherType() + " " + caller() + " " + (request.getHeader("X-Api-Key") == null);
        }
    }

    @BeforeAll
    static void start() throws Exception {
        AnnotationConfigWebApplicationContext spring = new AnnotationConfigWebApplicationContext();
        spring.register(Application.class, Handlers.class);
        tomcat = new Tomcat();
        tomcat.setBaseDir(folder.toString());
        tomcat.setPort(0);
        Context context = tomcat.addContext("", folder.toString());
        org.apache.tomcat.util.descriptor.web.ErrorPage page = new org.apache.tomcat.util.descriptor.web.ErrorPage();
        page.setLocation("/error");
        context.addErrorPage(page);
        context.addServletContainerInitializer(
                (classes, servlets) -> {
                    var dispatcher = servlets.addServlet("spring", new DispatcherServlet(spring));
                    dispatcher.addMapping("/");
                    dispatcher.setLoadOnStartup(1);
                    dispatcher.setAsyncSupported(true);
                    Filter outermost = (request, response, chain) -> {
                        try {
                            chain.doFilter(request, response);
                        } finally {
                            Authentication left =
                                    SecurityContextHolder.getContext().getAuthentication();
                            if (left != null) {
                                LEFT_BEHIND.add(left.getName());
                            }
                        }
                    };
                    var watching = servlets.addFilter("outermost", outermost);
                    watching.setAsyncSupported(true);
                    // Only where a dispatch begins: a forward returns into the request that it belongs to.
                    watching.addMappingForUrlPatterns(
                            EnumSet.of(DispatcherType.REQUEST, DispatcherType.ASYNC, DispatcherType.ERROR),
                            false,
                            "/*");
                    DelegatingFilterProxy proxy = new DelegatingFilterProxy("springSecurityFilterChain");
                    proxy.setContextAttribute("org.springframework.web.servlet.FrameworkServlet.CONTEXT.spring");
                    var filter = servlets.addFilter("springSecurityFilterChain", proxy);
                    filter.setAsyncSupported(true);
                    filter.addMappingForUrlPatterns(EnumSet.allOf(DispatcherType.class), false, "/*");
                },
                null);
        tomcat.getConnector();
        tomcat.start();
    }

    @AfterAll
    static void stop() throws Exception {
        tomcat.stop();
        tomcat.destroy();
        ONE_THREAD.shutdownNow();
        assertEquals(List.of(), LEFT_BEHIND, "by what ended after the client had its answer");
    }

    @AfterEach
    void nothingIsLeftBehind() {
        assertEquals(List.of(), LEFT_BEHIND);
    }

    private static HttpResponse<String> send(String method, String path, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create("http://localhost:" + tomcat.getConnector().getLocalPort() + path))
                .method(method, HttpRequest.BodyPublishers.noBody());
        if (headers.length > 0) {
            request.headers(headers);
        }
        return HttpClient.newHttpClient().send(request.build(), BodyHandlers.ofString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"/callable", "/forgetful/callable", "/deferred", "/future", "/stream"})
    void asynchronousHandlersSeeTheCallerOfOneVerification(String path) throws Exception {
        int before = KEYS.verifications.get();
        HttpResponse<String> response = send("GET", path, "X-Api-Key", KEYS.client());
        assertEquals("200 " + KEYS.clientId(), response.statusCode() + " " + response.body());
        assertEquals(1, KEYS.verifications.get() - before);
        assertFalse(response.headers().firstValue("Set-Cookie").isPresent());
        assertEquals("401", "" + send("GET", path).statusCode());
    }

    @Test
    void anEmitterSeesTheCallerOfOneVerification() throws Exception {
        int before = KEYS.verifications.get();
        HttpResponse<String> response = send("GET", "/emitter", "X-Api-Key", KEYS.client());
        assertEquals(
                "200 data:" + KEYS.clientId(),
                response.statusCode() + " " + response.body().strip());
        assertEquals(1, KEYS.verifications.get() - before);
    }

    @Test
    void aStreamThatBreaksAfterTheStartIsVerifiedOnceAndLeavesNothingBehind() throws Exception {
        int before = KEYS.verifications.get();
        try {
            HttpResponse<String> response = send("GET", "/stream-breaks", "X-Api-Key", KEYS.client());
            assertTrue(response.body().startsWith("begun"), response::body);
            assertEquals(200, response.statusCode());
        } catch (IOException cutOff) {
            // Tomcat 10.1 cuts such an answer off, Tomcat 11 ends it.
            assertEquals(1, KEYS.verifications.get() - before);
        }
        assertEquals(1, KEYS.verifications.get() - before);
        assertEquals(401, send("GET", "/callable").statusCode());
    }

    @Test
    void aKeyThatIsRevokedMeanwhileEndsItsRequestAndStartsNoOther() throws Exception {
        ApiKey leaving = KEYS.add();
        HttpResponse<String> response = send("GET", "/revoked-meanwhile", "X-Api-Key", leaving.reveal());
        assertEquals("200 " + ThrowAwayKeys.FORMAT.idOf(leaving), response.statusCode() + " " + response.body());
        assertEquals(
                401, send("GET", "/callable", "X-Api-Key", leaving.reveal()).statusCode());
    }

    @Test
    void aForwardIntoAnotherChainAsksItsRulesWithTheSameVerdict() throws Exception {
        int before = KEYS.verifications.get();
        HttpResponse<String> admin = send("GET", "/forward", "X-Api-Key", KEYS.admin.reveal());
        assertEquals("200 " + ThrowAwayKeys.FORMAT.idOf(KEYS.admin), admin.statusCode() + " " + admin.body());
        assertEquals(403, send("GET", "/forward", "X-Api-Key", KEYS.client()).statusCode());
        assertEquals(2, KEYS.verifications.get() - before);
        assertEquals(401, send("GET", "/forward").statusCode());
    }

    @Test
    void aForwardFromAChainWithoutKeysIntoOneWithKeysVerifies() throws Exception {
        int before = KEYS.verifications.get();
        assertEquals(401, send("GET", "/open/forward").statusCode());
        assertEquals(
                403, send("GET", "/open/forward", "X-Api-Key", KEYS.client()).statusCode());
        HttpResponse<String> admin = send("GET", "/open/forward", "X-Api-Key", KEYS.admin.reveal());
        assertEquals("200 " + ThrowAwayKeys.FORMAT.idOf(KEYS.admin), admin.statusCode() + " " + admin.body());
        assertEquals(2, KEYS.verifications.get() - before);
    }

    @Test
    void anErrorWhereverItIsThrownLeavesNothingBehind() throws Exception {
        KEYS.failure.set(new StackOverflowError());
        try {
            assertEquals(
                    503, send("GET", "/callable", "X-Api-Key", KEYS.client()).statusCode());
        } finally {
            KEYS.failure.set(null);
        }
        assertEquals(
                500,
                send("GET", "/error-in-handler", "X-Api-Key", KEYS.client()).statusCode());
        IS_LISTENER_BROKEN.set(true);
        try {
            assertEquals(
                    500, send("GET", "/callable", "X-Api-Key", KEYS.client()).statusCode());
        } finally {
            IS_LISTENER_BROKEN.set(false);
        }
        assertEquals(200, send("GET", "/callable", "X-Api-Key", KEYS.client()).statusCode());
    }

    @Test
    void aPoolSeesTheCallerOfThisRequestOrNobody() throws Exception {
        String admin = KEYS.admin.reveal();
        String adminId = ThrowAwayKeys.FORMAT.idOf(KEYS.admin);
        assertEquals(
                KEYS.clientId() + " nobody",
                send("GET", "/pooled", "X-Api-Key", KEYS.client()).body());
        assertEquals(
                adminId + " nobody", send("GET", "/pooled", "X-Api-Key", admin).body());
        assertEquals(
                KEYS.clientId() + " nobody",
                send("GET", "/pooled", "X-Api-Key", KEYS.client()).body());
    }

    @ParameterizedTest
    @ValueSource(strings = {"/send-error", "/throw-late"})
    void errorPagesSeeTheCallerAndNotTheKey(String path) throws Exception {
        int before = KEYS.verifications.get();
        HttpResponse<String> response = send("GET", path, "X-Api-Key", KEYS.client());
        assertEquals(path.equals("/send-error") ? 418 : 500, response.statusCode());
        assertEquals("ERROR " + KEYS.clientId() + " true", response.body());
        assertEquals(1, KEYS.verifications.get() - before);
    }

    @Test
    void makesNoSessionForStrangers() throws Exception {
        HttpResponse<String> response = send("GET", "/callable", "Accept", "text/html");
        assertEquals(401, response.statusCode());
        assertFalse(response.headers().firstValue("Set-Cookie").isPresent());
        assertEquals(401, send("POST", "/callable").statusCode());
        assertEquals(200, send("POST", "/callable", "X-Api-Key", KEYS.client()).statusCode());
    }

    @Test
    void preflightsAreAnsweredAndPagesMayReadDenials() throws Exception {
        HttpResponse<String> preflight = send(
                "OPTIONS",
                "/callable",
                "Origin",
                "https://page.example",
                "Access-Control-Request-Method",
                "POST",
                "Access-Control-Request-Headers",
                "x-api-key");
        assertEquals(200, preflight.statusCode());
        assertEquals(
                "https://page.example",
                preflight.headers().firstValue("Access-Control-Allow-Origin").orElseThrow());
        HttpResponse<String> denied =
                send("POST", "/callable", "Origin", "https://page.example", "X-Api-Key", KEYS.unknown());
        assertEquals(401, denied.statusCode());
        assertEquals(
                "https://page.example",
                denied.headers().firstValue("Access-Control-Allow-Origin").orElseThrow());
        assertEquals(401, send("OPTIONS", "/callable").statusCode());
    }
}
