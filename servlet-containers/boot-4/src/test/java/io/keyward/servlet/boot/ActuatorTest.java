package io.keyward.servlet.boot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.keyward.ApiKey;
import io.keyward.KeyHasher;
import io.keyward.testing.ThrowAwayKeys;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Configuration;

@DisplayName("issue 21 and PR-26: endpoint and health over HTTP, on a management port, where beans are lazy")
class ActuatorTest {
    private static final ApiKey ALICE = ThrowAwayKeys.newKey();
    private static final ApiKey OPS = ThrowAwayKeys.newKey();
    private static RunningApplication application;

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {}

    @BeforeAll
    static void start() {
        application = RunningApplication.start(
                Application.class,
                "--spring.main.lazy-initialization=true",
                "--management.server.port=0",
                "--management.server.address=127.0.0.1",
                "--management.endpoints.web.exposure.include=health,keyward",
                "--management.endpoint.health.show-details=always",
                "--keyward.roles=client,admin",
                "--keyward.keys.alice.hash=" + hash(ALICE),
                "--keyward.keys.alice.owner=Alice of Sales",
                "--keyward.keys.ops.hash=" + hash(OPS),
                "--keyward.keys.ops.roles=admin",
                "--keyward.rules[0]=/actuator/health = permitAll",
                "--keyward.rules[1]=/actuator/keyward = role admin",
                "--keyward.otherwise=authenticated");
    }

    @AfterAll
    static void stop() {
        application.close();
    }

    private static String hash(ApiKey key) {
        return KeyHasher.sha256().hash(key).reveal();
    }

    @Test
    void theEndpointListsIdsForThoseWhoMayAndNoSecret() throws Exception {
        assertEquals(
                401, application.getFromManagement("/actuator/keyward", null).statusCode());
        assertEquals(
                403, application.getFromManagement("/actuator/keyward", ALICE).statusCode());
        HttpResponse<String> shown = application.getFromManagement("/actuator/keyward", OPS);
        assertEquals(200, shown.statusCode());
        for (String part : new String[] {
            "\"source\":\"config\"", "\"count\":2", "\"id\":\"alice\"", "\"state\":\"active\"", "\"roles\":[\"admin\"]"
        }) {
            assertTrue(shown.body().contains(part), shown.body());
        }
        for (String secret : new String[] {hash(ALICE).substring(7), hash(OPS).substring(7), "Sales"}) {
            assertFalse(shown.body().contains(secret));
        }
        assertEquals(
                401,
                application.getFromManagement("/actuator", null).statusCode(),
                "the rest-rule holds on the management port too");
    }

    @Test
    void healthSaysThatKeysCanBeVerified() throws Exception {
        HttpResponse<String> health = application.getFromManagement("/actuator/health", null);
        assertEquals(200, health.statusCode());
        String component = health.body().substring(health.body().indexOf("\"keyward\":"));
        assertTrue(component.contains("\"keys\":2"), component);
        assertTrue(component.contains("\"fresh\":true"), component);
        assertTrue(component.contains("\"status\":\"UP\""), component);
    }
}
