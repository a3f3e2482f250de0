package io.keyward.spring.security;

import static org.springframework.security.test.web.servlet.setup.SecurityMockMvcConfigurers.springSecurity;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.request;

import io.keyward.ApiKeyPrincipal;
import jakarta.servlet.http.HttpServletRequest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpMethod;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.mock.web.MockServletContext;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.config.annotation.method.configuration.EnableMethodSecurity;
import org.springframework.security.config.annotation.web.configuration.EnableWebSecurity;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.test.web.servlet.MvcResult;
import org.springframework.test.web.servlet.request.MockHttpServletRequestBuilder;
import org.springframework.test.web.servlet.setup.MockMvcBuilders;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.support.AnnotationConfigWebApplicationContext;
import org.springframework.web.servlet.config.annotation.EnableWebMvc;

/** A small application of Spring MVC with chains that a test gives it. */
final class TestApplication implements AutoCloseable {
    private static final Map<Class<?>, TestApplication> STARTED = new ConcurrentHashMap<>();

    final TestKeys keys;
    final MockMvc mvc;
    final AnnotationConfigWebApplicationContext context = new AnnotationConfigWebApplicationContext();

    private TestApplication(Class<?> chain) {
        context.setServletContext(new MockServletContext());
        context.register(Base.class, Handlers.class);
        context.register(chain);
        context.refresh();
        keys = context.getBean(TestKeys.class);
        mvc = MockMvcBuilders.webAppContextSetup(context)
                .apply(springSecurity())
                .build();
    }

    /** Returns the application of a chain; started once, because that takes longer than all requests to it. */
    static TestApplication with(Class<?> chain) {
        return STARTED.computeIfAbsent(chain, TestApplication::new);
    }

    MvcResult send(String method, String path, List<String[]> headers) throws Exception {
        MockHttpServletRequestBuilder request =
                request(HttpMethod.valueOf(method), path).accept("application/json");
        for (String[] header : headers) {
            request.header(header[0], header[1]);
        }
        return mvc.perform(request).andReturn();
    }

    /** Returns status and, where a handler ran, what it said: {@code 200 alice}. */
    String answer(String method, String path, String... namesAndValues) throws Exception {
        MockHttpServletResponse response =
                send(method, path, headers(namesAndValues)).getResponse();
        return response.getStatus() == 200 ? "200 " + response.getContentAsString() : "" + response.getStatus();
    }

    static List<String[]> headers(String... namesAndValues) {
        List<String[]> headers = new ArrayList<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            headers.add(new String[] {namesAndValues[i], namesAndValues[i + 1]});
        }
        return headers;
    }

    /** Leaves the application as the next test wants to find it. */
    @Override
    public void close() {
        keys.failure.set(null);
    }

    @Configuration
    @EnableWebMvc
    @EnableWebSecurity
    @EnableMethodSecurity
    static class Base {
        @Bean
        TestKeys verifier() {
            return new TestKeys();
        }

        @Bean
        ApiKeyPermissions keyward() {
            return new ApiKeyPermissions();
        }
    }

    @RestController
    static class Handlers {
        @GetMapping({"/v1/jobs", "/open"})
        String who(Authentication caller) {
            return caller == null ? "nobody" : caller.getName();
        }

        @PostMapping({"/v1/jobs", "/open"})
        String submit(Authentication caller) {
            return who(caller);
        }

        @GetMapping("/v1/principal")
        String principal(@AuthenticationPrincipal ApiKeyPrincipal principal, HttpServletRequest request) {
            return principal.id() + " " + (request.getAttribute("io.keyward.principal") == principal) + " "
                    + (request.getUserPrincipal().getName().equals(principal.id())) + " "
                    + request.isUserInRole("client") + " " + request.getAuthType();
        }

        @GetMapping("/v1/headers")
        String headers(HttpServletRequest request) {
            TreeSet<String> names = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
            names.addAll(Collections.list(request.getHeaderNames()));
            return names.toString();
        }

        @GetMapping("/v1/audit")
        @PreAuthorize("hasRole('auditor')")
        String audit() {
            return "audit";
        }

        @GetMapping("/v1/read")
        @PreAuthorize("hasRole('client') and hasAuthority('jobs:read')")
        String read() {
            return "read";
        }

        @GetMapping("/v1/keys")
        @PreAuthorize("hasAuthority('keys:read') and !hasAuthority('keys:burn') and @keyward.may('keys:burn')")
        String keys() {
            return "keys";
        }
    }
}
