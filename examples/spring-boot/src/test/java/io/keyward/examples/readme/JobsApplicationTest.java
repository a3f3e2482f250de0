package io.keyward.examples.readme;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.keyward.ApiKey;
import io.keyward.KeyHasher;
import io.keyward.testing.ThrowAwayKeys;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

/** Runs the Spring Boot application of the README, and checks that the README shows what runs here. */
class JobsApplicationTest {
    private final ApiKey alice = ThrowAwayKeys.newKey();

    private ConfigurableApplicationContext start(String permission) {
        String hash = KeyHasher.sha256().hash(alice).reveal();
        return new SpringApplication(JobsApplication.class)
                .run(
                        "--spring.config.name=readme",
                        "--server.port=0",
                        "--ALICE_KEY_HASH=" + hash,
                        "--keyward.roles.client.permissions=" + permission);
    }

    private static HttpResponse<String> get(ConfigurableApplicationContext context, String key) throws Exception {
        String port = context.getEnvironment().getProperty("local.server.port");
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/v1/jobs"));
        if (key != null) {
            request.header("X-Api-Key", key);
        }
        return HttpClient.newHttpClient().send(request.build(), BodyHandlers.ofString());
    }

    @Test
    void answersWhoHasAKeyWithThePermission() throws Exception {
        try (ConfigurableApplicationContext context = start("jobs:read")) {
            assertEquals(401, get(context, null).statusCode());
            HttpResponse<String> answer = get(context, alice.reveal());
            assertEquals(200, answer.statusCode());
            assertEquals("hello alice", answer.body());
        }
        try (ConfigurableApplicationContext context = start("jobs:submit")) {
            assertEquals(403, get(context, alice.reveal()).statusCode());
        }
    }

    @Test
    void readmeShowsTheProgramAndItsSettings() throws Exception {
        String source = Files.readString(Path.of("src/test/java/io/keyward/examples/readme/JobsApplication.java"));
        String java = "```java\n" + source.substring(source.indexOf("import ")).strip() + "\n```";
        String yaml = "```yaml\n"
                + Files.readString(Path.of("src/test/resources/readme.yml")).strip() + "\n```";
        String readme = Files.readString(Path.of("..", "..", "README.md"));
        assertTrue(readme.contains(java), "README.md must show:\n" + java);
        assertTrue(readme.contains(yaml), "README.md must show:\n" + yaml);
    }
}
