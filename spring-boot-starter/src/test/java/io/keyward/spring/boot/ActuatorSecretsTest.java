package io.keyward.spring.boot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.keyward.KeyHasher;
import io.keyward.testing.ThrowAwayKeys;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.actuate.endpoint.SanitizableData;
import org.springframework.boot.actuate.endpoint.SanitizingFunction;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

@DisplayName("G4: what /actuator/env shows if show-values is always")
class ActuatorSecretsTest {
    private final String hash = KeyHasher.sha256().hash(ThrowAwayKeys.newKey()).reveal();
    private final ApplicationContextRunner application = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(KeywardAutoConfiguration.class))
            .withPropertyValues(
                    "keyward.roles=client", "keyward.keys.alice.hash=" + hash, "keyward.keys.alice.roles=client");

    private void assertShown(String name, Object value, Object shown) {
        application.run(context -> assertEquals(
                shown,
                context.getBean(SanitizingFunction.class)
                        .apply(new SanitizableData(null, name, value))
                        .getValue()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "keyward.keys.alice.hash",
                "keyward.keys.alice.key",
                "keyward.keys.alice.retiring.hash",
                "keyward.keys[alice].hash",
                "KEYWARD_KEYS_ALICE_HASH",
                "keyward.peppers.p1",
                "KEYWARD_PEPPERS_P1",
                "CLIENT_API_KEYS",
                "client.api.keys[0]",
                "client-api-key-hashes",
                "CLIENT_API_KEY_HASHES_0"
            })
    void hidesSecretsByTheirNames(String name) {
        assertShown(name, "any text", SanitizableData.SANITIZED_VALUE);
    }

    @Test
    void hidesAHashWhateverTheNameOfItsVariable() {
        assertShown("ALICE_SECRET", hash, SanitizableData.SANITIZED_VALUE);
        assertShown("ALL", "a," + hash.replace("sha256:", "hmac-sha256:p1:"), SanitizableData.SANITIZED_VALUE);
    }

    @Test
    void hidesAnIssuedKeyWhateverTheNameOfItsVariable() {
        String key = ThrowAwayKeys.newKey().reveal();
        assertShown("PARTNER", key, SanitizableData.SANITIZED_VALUE);
        assertShown("sun.java.command", "app.jar --partner=" + key + " --x", SanitizableData.SANITIZED_VALUE);
        String typo = key.substring(0, key.length() - 1) + (key.endsWith("0") ? '1' : '0');
        assertShown("BUILD", typo, typo);
    }

    @Test
    void hidesWhatTheSecretsOfTheEnvironmentAreMadeOf() {
        String pepper = Base64.getEncoder()
                .encodeToString(ThrowAwayKeys.newKey().reveal().getBytes(StandardCharsets.US_ASCII));
        String foreign = ThrowAwayKeys.newKey().reveal().substring(20);
        ApplicationContextRunner more = application.withPropertyValues(
                "keyward.mode=development",
                "PEPPER_ONE=" + pepper,
                "keyward.peppers.p1=${PEPPER_ONE}",
                "CLIENT_API_KEYS=[\"" + foreign + "\"]");
        more.run(context -> {
            assertNull(context.getStartupFailure());
            SanitizingFunction secrets = context.getBean(SanitizingFunction.class);
            for (String text :
                    List.of(pepper, foreign, "{\"keyward.keys.bob.key\":\"" + foreign + "\"}", "-Dp=" + pepper)) {
                assertEquals(
                        SanitizableData.SANITIZED_VALUE,
                        secrets.apply(new SanitizableData(null, "another.name", text))
                                .getValue());
            }
            assertEquals(
                    "some other text of this length",
                    secrets.apply(new SanitizableData(null, "another.name", "some other text of this length"))
                            .getValue());
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"keyward.keys.alice.roles", "keyward.keys.alice.owner", "keyward.otherwise", "server.port"})
    void showsOtherValuesAsTheApplicationWantsThem(String name) {
        assertShown(name, "client", "client");
        assertShown(name, 8080, 8080);
        assertShown(name, null, null);
    }

    @Test
    void needsNoActuator() {
        application
                .withClassLoader(new FilteredClassLoader("org.springframework.boot.actuate"))
                .run(context -> assertNull(context.getStartupFailure()));
    }
}
