package io.keyward.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.keyward.Verification;
import io.keyward.role.Role;
import io.keyward.store.ApiKeys;
import io.keyward.store.ChangeRefusedException;
import io.keyward.store.IssueRequest;
import io.keyward.store.IssuedKey;
import io.keyward.testing.MovableClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Issue 15.5: a service that issues into its own {@code .env}, as docs/configuration.md shows it. */
class ConfigurationDocTest {
    private static final Pattern IN_TEST = Pattern.compile("(?s) *// page\\R(.*?)\\R *// end\\R");

    @TempDir
    private Path directory;

    @Test
    void pageShowsTheCodeThatRunsHere() throws IOException {
        String page = Files.readString(Path.of("..", "docs", "configuration.md"));
        String test = Files.readString(Path.of("src/test/java/io/keyward/config/ConfigurationDocTest.java"));
        List<String> pieces = IN_TEST.matcher(test)
                .results()
                .map(piece -> piece.group(1).stripIndent().strip())
                .toList();
        assertEquals(2, pieces.size());
        for (String piece : pieces) {
            // the page names a file, the test one of its own
            String shown = piece.replace("directory.resolve(\".env\")", "Path.of(\".env\")");
            assertTrue(page.contains("```java\n" + shown + "\n```"), shown);
        }
    }

    @Test
    void issuesIntoItsOwnFile() throws Exception {
        // page
        ApiKeys keys = KeywardConfig.builder()
                .envFile(directory.resolve(".env")) // created with the first key, with mode 0600
                .roles(
                        Role.of("client").permitting("jobs:submit"),
                        Role.of("admin").permitting("keys:write"))
                .format("acme_live") // the prefix of new keys
                .open(); // close it when the service stops
        // end
        assertFalse(keys.state().hasKeys());

        // page
        IssuedKey issued = keys.manager()
                .issue(IssueRequest.builder().owner("alice").roles("client").build());
        String once = issued.key().reveal(); // show it once; the file has its hash
        Verification verification = keys.verifier().verify(once);
        // end
        assertTrue(verification.isAccepted());
        assertTrue(once.startsWith("acme_live_" + issued.id()));
        Path file = directory.resolve(".env");
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        assertFalse(Files.readString(file).contains(once));
        assertNotNull(keys.lastUsed().of(issued.id()).current());

        // what an operator edits is followed, and the next start finds the same keys
        Files.writeString(file, Files.readString(file).replace("ROLES=client", "ROLES=admin"));
        ConfigFiles.await(
                "the edit",
                () -> keys.ring()
                        .current()
                        .find(issued.id())
                        // none for a moment, where the file was read half written
                        .filter(record -> record.roles().contains("admin"))
                        .isPresent());
        keys.manager().revoke(issued.id());
        assertFalse(keys.verifier().verify(once).isAccepted());
        keys.close();
        try (ApiKeys next = builder().open()) {
            assertFalse(next.verifier().verify(once).isAccepted());
            assertEquals(1, next.ring().current().size());
        }
    }

    @Test
    @DisplayName("issue 15.5 clock, environment, last good and problem of the last reload are those of the file")
    void assemblesEverythingFromOneBuilder() {
        Path file = directory.resolve(".env");
        ConfigFiles.write(file, "CLIENT_API_KEY_HASHES=${LISTED}\n");
        String listed = ConfigFiles.newKey();
        MovableClock clock = MovableClock.at(Instant.parse("2026-01-01T00:00:00Z"));
        try (ApiKeys keys = builder()
                .clock(clock)
                .environment(Map.of("LISTED", ConfigFiles.hash(listed)))
                .open()) {
            IssuedKey issued = keys.manager()
                    .issue(IssueRequest.builder()
                            .roles("client")
                            .expiresIn(Duration.ofDays(1))
                            .build());
            assertEquals(clock.instant(), issued.record().createdAt());
            assertTrue(keys.verifier().verify(listed).isAccepted());
            assertEquals(2, keys.state().size());
            assertEquals(clock.instant(), keys.state().lastGood());
            clock.advance(Duration.ofDays(2));
            assertFalse(keys.verifier().verify(issued.key().reveal()).isAccepted());
            String id = keys.manager().list(io.keyward.store.KeyFilter.all()).stream()
                    .map(record -> record.id())
                    .filter(each -> each.startsWith("client_"))
                    .collect(Collectors.joining());
            keys.manager().revoke(id);
            assertFalse(keys.verifier().verify(listed).isAccepted());
            assertThrows(
                    ChangeRefusedException.class,
                    () -> keys.manager()
                            .issue(IssueRequest.builder().roles("nobody").build()));
        }
    }

    @Test
    void saysInItsStateWhyAReloadWasRefused() throws Exception {
        Path file = directory.resolve(".env");
        ConfigFiles.write(file, "CLIENT_API_KEY_HASHES=" + ConfigFiles.hash(ConfigFiles.newKey()) + "\n");
        try (ApiKeys keys = builder().follow(true).open()) {
            assertTrue(keys.state().isHealthy());
            Files.writeString(file, "no line\n");
            ConfigFiles.await("the refusal", () -> !keys.state().isLastReloadGood());
            String problem = String.valueOf(keys.state().problem());
            assertTrue(problem.contains(file + ":1"), problem);
            assertEquals(1, keys.state().size());
        }
    }

    @Test
    void refusesToOpenWithoutFormatOrFile() {
        KeywardConfig.Builder noFormat = KeywardConfig.builder().envFile(directory.resolve(".env"));
        assertTrue(assertThrows(IllegalStateException.class, noFormat::open)
                .getMessage()
                .contains("format"));
        ConfigFiles.write(directory.resolve(".env"), "no line\n");
        assertThrows(ConfigException.class, () -> builder().open());
    }

    private KeywardConfig.Builder builder() {
        return KeywardConfig.builder()
                .envFile(directory.resolve(".env"))
                .roles(ConfigFiles.ROLES)
                .systemProperties(Map.of())
                .environment(Map.of())
                .follow(false)
                .format("acme_live");
    }
}
