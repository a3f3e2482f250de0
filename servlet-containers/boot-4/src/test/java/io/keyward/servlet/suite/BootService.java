package io.keyward.servlet.suite;

import static io.keyward.spring.security.ApiKeysConfigurer.apiKeys;
import static org.springframework.security.config.Customizer.withDefaults;

import io.keyward.ApiKeyVerifier;
import io.keyward.Verification;
import io.keyward.role.RoleModel;
import io.keyward.servlet.suite.AttackCase.Expect;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.Banner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootVersion;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.io.DefaultResourceLoader;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.util.ClassUtils;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** The service as an application of Spring Boot, whose starter guards it by the filter or by a chain. */
final class BootService extends AttackedService {
    /** Which mapping of Spring MVC took the request. */
    static final String MAPPED = "X-Mapped";

    /** What is not to start where both servers of Boot 4 are on the class path; Boot 3 has Tomcat alone here. */
    private static final Map<String, String> OTHER_SERVER = Map.of(
            "Tomcat", "org.springframework.boot.jetty.autoconfigure.servlet.JettyServletWebServerAutoConfiguration",
            "Jetty", "org.springframework.boot.tomcat.autoconfigure.servlet.TomcatServletWebServerAutoConfiguration");

    private final String name;
    private final boolean security;
    private final Handler handler = new Handler();
    private final Verifier verifier;
    private final ConfigurableApplicationContext application;

    /**
     * Starts it.
     *
     * @param server Tomcat or Jetty
     * @param security whether Spring Security is on the class path
     */
    static BootService start(String server, boolean security, String contextPath) {
        return new BootService(server, security, contextPath, new TestKeys());
    }

    private BootService(String server, boolean security, String contextPath, TestKeys keys) {
        super(keys, contextPath);
        this.security = security;
        this.name = "Boot " + SpringBootVersion.getVersion().substring(0, 3) + " " + server
                + (security ? " + Security" : "");
        this.verifier = new Verifier(ApiKeyVerifier.of(keys.ring()));
        List<String> settings = new ArrayList<>(List.of(
                "--server.port=0", "--server.address=127.0.0.1", "--server.servlet.context-path=" + contextPath));
        if (ClassUtils.isPresent(OTHER_SERVER.get(server), null)) {
            settings.add("--spring.autoconfigure.exclude=" + OTHER_SERVER.get(server));
        }
        SpringApplication boot;
        if (security) {
            boot = new SpringApplication(Application.class, Secured.class);
        } else {
            boot = new SpringApplication(
                    new DefaultResourceLoader(new FilteredClassLoader("org.springframework.security")),
                    Application.class);
            settings.addAll(List.of(
                    "--keyward.rules[0]=/public/* = permitAll",
                    "--keyward.rules[1]=/api/* = authenticated",
                    "--keyward.rules[2]=/admin/* = role admin",
                    "--keyward.otherwise=denyAll"));
        }
        boot.setBannerMode(Banner.Mode.OFF);
        boot.addInitializers(context -> {
            context.getBeanFactory().registerSingleton("handler", handler);
            context.getBeanFactory().registerSingleton("verifier", verifier);
        });
        this.application = boot.run(settings.toArray(String[]::new));
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @Import(Mappings.class)
    static class Application {}

    @Configuration(proxyBeanMethods = false)
    static class Secured {
        @Bean
        SecurityFilterChain chain(HttpSecurity http, ApiKeyVerifier verifier) throws Exception {
            return http.with(apiKeys(verifier), withDefaults())
                    .authorizeHttpRequests(paths -> paths.dispatcherTypeMatchers(DispatcherType.ERROR)
                            .permitAll()
                            .requestMatchers("/public/**")
                            .permitAll()
                            .requestMatchers("/api/**")
                            .authenticated()
                            .requestMatchers("/admin/**")
                            .hasRole("admin")
                            .anyRequest()
                            .denyAll())
                    .build();
        }
    }

    /** A mapping for each rule, and one for all else, which say who they are. */
    @RestController
    static class Mappings {
        private final Handler handler;

        Mappings(Handler handler) {
            this.handler = handler;
        }

        @RequestMapping("/public/**")
        void open(HttpServletRequest request, HttpServletResponse response) throws ServletException, IOException {
            handle("/public/**", request, response);
        }

        @RequestMapping("/api/**")
        void api(HttpServletRequest request, HttpServletResponse response) throws ServletException, IOException {
            handle("/api/**", request, response);
        }

        @RequestMapping("/admin/**")
        void admin(HttpServletRequest request, HttpServletResponse response) throws ServletException, IOException {
            handle("/admin/**", request, response);
        }

        @RequestMapping("/**")
        void rest(HttpServletRequest request, HttpServletResponse response) throws ServletException, IOException {
            handle("/**", request, response);
        }

        private void handle(String mapped, HttpServletRequest request, HttpServletResponse response)
                throws ServletException, IOException {
            response.setHeader(MAPPED, mapped);
            handler.service(request, response);
        }
    }

    /** Verifies, or does what a test wants to happen instead. */
    static final class Verifier implements ApiKeyVerifier {
        private final ApiKeyVerifier real;
        volatile ApiKeyVerifier used;

        Verifier(ApiKeyVerifier real) {
            this.real = real;
            this.used = real;
        }

        @Override
        public Verification verify(@Nullable String presented) {
            return used.verify(presented);
        }

        @Override
        public Optional<RoleModel> roles() {
            return real.roles();
        }

        void repair() {
            used = real;
        }
    }

    /** What differs from the servlet filter with Spring Security, and why; docs/spring-answers.md says it too. */
    private static final Map<String, Expect> WITH_SECURITY = Map.of(
            // Spring's firewall refuses a header with a control character, no matter which code reads the header.
            "HE-07", Expect.BAD,
            // A key is verified on open paths too.
            "PA-27", Expect.D);

    @Override
    Expect expected(AttackCase attack) {
        return security ? WITH_SECURITY.getOrDefault(attack.id(), attack.expect()) : attack.expect();
    }

    @Override
    boolean verifiesOnOpenPaths() {
        return security;
    }

    Verifier verifier() {
        return verifier;
    }

    @Override
    int port() {
        return Integer.parseInt(application.getEnvironment().getRequiredProperty("local.server.port"));
    }

    @Override
    int calls() {
        return handler.calls.get();
    }

    /** Returns what the server calls itself. */
    String serverInfo() {
        return application.getBean(ServletContext.class).getServerInfo();
    }

    String name() {
        return name;
    }

    @Override
    public void close() {
        application.close();
    }

    @Override
    public String toString() {
        return "on " + name;
    }
}
