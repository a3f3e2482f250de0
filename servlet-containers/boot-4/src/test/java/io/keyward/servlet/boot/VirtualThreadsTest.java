package io.keyward.servlet.boot;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.keyward.ApiKey;
import io.keyward.ApiKeyPrincipal;
import io.keyward.ApiKeyVerifier;
import io.keyward.KeyRing;
import io.keyward.Verification;
import io.keyward.testing.ThrowAwayKeys;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RestController;

@DisplayName("PR-29: spring.threads.virtual.enabled=true")
@EnabledForJreRange(min = JRE.JAVA_21)
class VirtualThreadsTest {
    private static final ApiKey KEY = ThrowAwayKeys.newKey();
    private static final AtomicInteger VERIFICATIONS = new AtomicInteger();

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @Import(Handlers.class)
    static class Application {
        @Bean
        ApiKeyVerifier keys() {
            ApiKeyVerifier verifier = ApiKeyVerifier.of(
                    KeyRing.builder().add(ThrowAwayKeys.recordOf(KEY).build()).build());
            return new ApiKeyVerifier() {
                @Override
                public Verification verify(@Nullable String presented) {
                    VERIFICATIONS.incrementAndGet();
                    return verifier.verify(presented);
                }
            };
        }
    }

    @RestController
    static class Handlers {
        @GetMapping("/at-once")
        String atOnce(@RequestAttribute("io.keyward.principal") ApiKeyPrincipal caller) throws Exception {
            return caller.id() + " " + isVirtual();
        }

        @GetMapping("/later")
        Callable<String> later(@RequestAttribute("io.keyward.principal") ApiKeyPrincipal caller) {
            return () -> caller.id() + " " + isVirtual();
        }

        /** By reflection, because the tests are compiled for Java 17. */
        private static boolean isVirtual() throws Exception {
            return (Boolean) Thread.class.getMethod("isVirtual").invoke(Thread.currentThread());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theCallerIsThatOfOneVerification(boolean security) throws Exception {
        String virtual = "--spring.threads.virtual.enabled=true";
        try (RunningApplication on = security
                ? RunningApplication.startWithSecurity(Application.class, virtual, "--logging.level.root=OFF")
                : RunningApplication.start(Application.class, virtual, "--keyward.otherwise=authenticated")) {
            for (String path : List.of("/at-once", "/later")) {
                int before = VERIFICATIONS.get();
                HttpResponse<String> response = on.get(path, KEY);
                assertEquals(
                        "200 " + ThrowAwayKeys.FORMAT.idOf(KEY) + " true",
                        response.statusCode() + " " + response.body());
                assertEquals(1, VERIFICATIONS.get() - before);
            }
        }
    }
}
