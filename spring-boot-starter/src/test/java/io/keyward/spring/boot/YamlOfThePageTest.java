package io.keyward.spring.boot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.keyward.KeyHasher;
import io.keyward.servlet.ApiKeyFilter;
import io.keyward.testing.ThrowAwayKeys;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.MutablePropertySources;
import org.springframework.core.env.PropertySource;
import org.springframework.core.io.ByteArrayResource;

/** Starts an application with each piece of yaml that docs/spring.md shows. */
class YamlOfThePageTest {
    private static final String HASH =
            KeyHasher.sha256().hash(ThrowAwayKeys.newKey()).reveal();

    @TempDir
    Path directory;

    static List<String> pieces() throws IOException {
        return Pattern.compile("^ *```yaml\\R(.*?)```", Pattern.DOTALL | Pattern.MULTILINE)
                .matcher(Files.readString(Path.of("..", "docs", "spring.md")))
                .results()
                .map((MatchResult piece) -> piece.group(1).stripIndent())
                .toList();
    }

    @Configuration
    static class Database {
        @Bean
        DataSource database() {
            return EmptyDatabase.create();
        }
    }

    @Test
    void thereAreSome() throws IOException {
        assertTrue(pieces().size() >= 4, pieces()::toString);
    }

    @ParameterizedTest
    @MethodSource("pieces")
    void startsWith(String yaml) throws IOException {
        Path file = directory.resolve("keys.env");
        Files.writeString(file, "");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        String here = yaml.replace("/etc/jobs/keys.env", file.toString());
        WebApplicationContextRunner application = new WebApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(KeywardAutoConfiguration.class))
                .withClassLoader(new FilteredClassLoader("org.springframework.security"))
                .withInitializer(context -> {
                    MutablePropertySources sources = context.getEnvironment().getPropertySources();
                    sources.addFirst(new MapPropertySource("variables", Map.of("ALICE_KEY_HASH", HASH)));
                    load("application.yml", here).forEach(sources::addLast);
                    sources.addLast(new MapPropertySource(
                            "what the piece leaves out",
                            Map.of("keyward.otherwise", "authenticated", "keyward.jdbc.create-schema", "true")));
                });
        if (here.contains("store: jdbc")) {
            application = application.withUserConfiguration(Database.class);
        } else if (!here.contains("store:") && !here.contains("keyward.keys")) {
            application = application.withPropertyValues("keyward.keys.alice.hash=" + HASH);
        }
        application.run(context -> {
            assertNull(context.getStartupFailure());
            assertEquals(1, context.getBeansOfType(ApiKeyFilter.class).size());
        });
    }

    private static List<PropertySource<?>> load(String name, String yaml) {
        try {
            return new YamlPropertySourceLoader()
                    .load(name, new ByteArrayResource(yaml.getBytes(StandardCharsets.UTF_8), name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
