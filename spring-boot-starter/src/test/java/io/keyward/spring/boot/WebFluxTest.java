package io.keyward.spring.boot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.keyward.ApiKey;
import io.keyward.ApiKeyVerifier;
import io.keyward.KeyHasher;
import io.keyward.Verification;
import io.keyward.testing.ThrowAwayKeys;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@DisplayName("a WebFlux application, which no servlet filter can guard")
@ExtendWith(OutputCaptureExtension.class)
class WebFluxTest {
    private final ApiKey key = ThrowAwayKeys.newKey();
    private final String[] keys = {
        "keyward.roles=client",
        "keyward.keys.alice.hash=" + KeyHasher.sha256().hash(key).reveal(),
        "keyward.keys.alice.roles=client"
    };
    private final ReactiveWebApplicationContextRunner application = new ReactiveWebApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(KeywardAutoConfiguration.class))
            .withPropertyValues(keys);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "keyward.otherwise=authenticated",
                "keyward.rules[0]=/v1/jobs = authenticated",
                "keyward.tls-only=true"
            })
    void doesNotStartWithSettingsThatWouldCloseNothing(String setting) {
        application.withPropertyValues(setting).run(context -> {
            Throwable failure = context.getStartupFailure();
            assertNotNull(failure, "starts, and everything is open");
            FailureAnalysis analysis = new SettingFailureAnalyzer().analyze(failure);
            assertNotNull(analysis);
            assertTrue(analysis.getDescription().contains("no effect in a WebFlux application"));
        });
    }

    @Test
    void startsWithAWarningAndAVerifierForAnOwnFilter(CapturedOutput output) {
        application.run(context -> {
            assertNull(context.getStartupFailure());
            assertTrue(output.getAll().contains("Keyward guards no path of this WebFlux application"));
            assertTrue(context.getBean(ApiKeyVerifier.class).verify(key.reveal()) instanceof Verification.Accepted);
        });
    }

    @Test
    void aJobWithoutAServerMayHaveTheSettingsOfTheService(CapturedOutput output) {
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(KeywardAutoConfiguration.class))
                .withPropertyValues(keys)
                .withPropertyValues("keyward.otherwise=authenticated")
                .run(context -> {
                    assertNull(context.getStartupFailure());
                    assertEquals(-1, output.getAll().indexOf("WebFlux"));
                });
    }
}
