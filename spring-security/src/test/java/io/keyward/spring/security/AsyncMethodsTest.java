package io.keyward.spring.security;

import static io.keyward.spring.security.ApiKeysConfigurer.apiKeys;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.springframework.security.config.Customizer.withDefaults;

import io.keyward.ApiKeyPrincipal;
import io.keyward.testing.ThrowAwayKeys;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.task.AsyncTaskExecutor;
import org.springframework.scheduling.annotation.Async;
import org.springframework.scheduling.annotation.EnableAsync;
import org.springframework.scheduling.concurrent.ThreadPoolTaskExecutor;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.task.DelegatingSecurityContextAsyncTaskExecutor;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

@DisplayName("PR-29: the caller in @Async methods, on pools of one thread")
class AsyncMethodsTest {
    @Configuration
    @EnableAsync
    @Import({Background.class, Starter.class})
    static class Chain {
        @Bean
        SecurityFilterChain api(HttpSecurity http, TestKeys keys) throws Exception {
            return http.with(apiKeys(keys), withDefaults())
                    .authorizeHttpRequests(paths -> paths.anyRequest().authenticated())
                    .build();
        }

        @Bean
        ThreadPoolTaskExecutor plain() {
            ThreadPoolTaskExecutor pool = new ThreadPoolTaskExecutor();
            pool.setCorePoolSize(1);
            pool.setMaxPoolSize(1);
            pool.setDaemon(true);
            return pool;
        }

        @Bean
        ThreadPoolTaskExecutor oneThread() {
            return plain();
        }

        @Bean
        AsyncTaskExecutor handingOn() {
            return new DelegatingSecurityContextAsyncTaskExecutor(oneThread());
        }
    }

    /** The same chain, made while {@code MODE_INHERITABLETHREADLOCAL} is set. */
    @Configuration
    static class Inheriting extends Chain {}

    static class Background {
        @Async("plain")
        CompletableFuture<String> plain() {
            return CompletableFuture.completedFuture(caller());
        }

        @Async("handingOn")
        CompletableFuture<String> handingOn() {
            return CompletableFuture.completedFuture(caller());
        }

        private static String caller() {
            Authentication caller = SecurityContextHolder.getContext().getAuthentication();
            return caller != null && caller.getPrincipal() instanceof ApiKeyPrincipal principal
                    ? principal.id()
                    : "nobody";
        }
    }

    @RestController
    static class Starter {
        private final Background background;

        Starter(Background background) {
            this.background = background;
        }

        @GetMapping("/plain")
        String plain() throws Exception {
            return background.plain().get(1, TimeUnit.MINUTES);
        }

        @GetMapping("/handing-on")
        String handingOn() throws Exception {
            return background.handingOn().get(1, TimeUnit.MINUTES);
        }
    }

    @AfterAll
    static void backToTheUsualMode() {
        SecurityContextHolder.setStrategyName(SecurityContextHolder.MODE_THREADLOCAL);
    }

    @Test
    void seeTheCallerOfThisRequestOrNobody() throws Exception {
        SecurityContextHolder.setStrategyName(SecurityContextHolder.MODE_THREADLOCAL);
        TestApplication app = TestApplication.with(Chain.class);
        assertEquals("200 nobody", app.answer("GET", "/plain", "X-Api-Key", app.keys.client()));
        assertHandsOn(app);
        assertEquals("200 nobody", app.answer("GET", "/plain", "X-Api-Key", app.keys.admin.reveal()));
    }

    @Test
    void areSafeWithTheDelegatingExecutorAlsoWhereThreadsInherit() throws Exception {
        SecurityContextHolder.setStrategyName(SecurityContextHolder.MODE_INHERITABLETHREADLOCAL);
        TestApplication app = TestApplication.with(Inheriting.class);
        assertHandsOn(app);
        // What docs/spring.md warns of, and no filter can prevent: the thread keeps the caller who started it.
        String first = "200 " + app.keys.clientId();
        assertEquals(first, app.answer("GET", "/plain", "X-Api-Key", app.keys.client()));
        assertEquals(first, app.answer("GET", "/plain", "X-Api-Key", app.keys.admin.reveal()));
    }

    private static void assertHandsOn(TestApplication app) throws Exception {
        String client = "200 " + app.keys.clientId();
        String admin = "200 " + ThrowAwayKeys.FORMAT.idOf(app.keys.admin);
        assertEquals(client, app.answer("GET", "/handing-on", "X-Api-Key", app.keys.client()));
        assertEquals(admin, app.answer("GET", "/handing-on", "X-Api-Key", app.keys.admin.reveal()));
        assertEquals(client, app.answer("GET", "/handing-on", "X-Api-Key", app.keys.client()));
    }
}
