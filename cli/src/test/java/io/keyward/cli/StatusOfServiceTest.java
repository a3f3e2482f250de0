package io.keyward.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.keyward.cli.StandInService.Reply;
import io.keyward.config.KeywardConfig;
import io.keyward.role.Role;
import io.keyward.testing.ThrowAwayKeys;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Issue 18.6: whether a change in a file is in force in the running service. */
class StatusOfServiceTest {
    @TempDir
    private Path directory;

    private final String key = ThrowAwayKeys.newKey().reveal();
    private Operator operator = new Operator(Path.of(""));

    @BeforeEach
    void issueOne() {
        operator = new Operator(directory.resolve(".env"), Map.of("HOME", directory.toString()));
        issue();
    }

    private void issue() {
        assertEquals(
                0,
                operator.run("issue", "--role=client", "--owner=alice", "--declared-roles=client")
                        .exitCode());
    }

    private String fingerprint() {
        try (KeywardConfig config = KeywardConfig.builder()
                .envFile(operator.file())
                .roles(Role.of("client"))
                .environment(Map.of())
                .follow(false)
                .load()) {
            return config.ring().current().fingerprint();
        }
    }

    private static Reply report(String fingerprint, boolean current, String problem) {
        var report = Json.createObjectBuilder()
                .add("fingerprint", fingerprint)
                .add("current", current)
                .add("source", "/srv/app/.env")
                .add("lastGood", "2026-11-29T12:00:00Z")
                .add(
                        "roles",
                        Json.createArrayBuilder().add(Json.createObjectBuilder().add("name", "client")));
        if (problem == null) {
            report.addNull("problem");
        } else {
            report.add("problem", problem);
        }
        return Reply.json(200, report.build().toString());
    }

    private Outcome statusOf(StandInService service, String... further) {
        String[] args = new String[further.length + 3];
        args[0] = "status";
        args[1] = "--url";
        args[2] = service.url() + "/v1/admin/";
        System.arraycopy(further, 0, args, 3, further.length);
        return operator.runReading(key + "\n", args);
    }

    @Test
    @DisplayName("issue 18.6 a change is in force where the service has loaded what the file holds")
    void saysThatAChangeIsInForce() throws Exception {
        try (StandInService service = StandInService.guarded(key, request -> report(fingerprint(), true, null))) {
            Outcome outcome = statusOf(service);

            assertEquals(0, outcome.exitCode(), outcome.err());
            assertEquals("/v1/admin/report", service.requests().get(0).target());
            assertTrue(outcome.out().contains("in force, loaded 2026-11-29T12:00:00Z"), outcome.out());
            assertTrue(outcome.out().contains("it reads /srv/app/.env"), outcome.out());
            assertFalse((outcome.out() + outcome.err()).contains(key.substring(16)), "shows the key");
        }
    }

    @Test
    @DisplayName("issue 18.6 the service that reads another file is told by what it reads")
    void namesTheOtherFileThatTheServiceReads() throws Exception {
        String before = fingerprint();
        issue();
        try (StandInService service = StandInService.guarded(key, request -> report(before, true, null))) {
            Outcome outcome = statusOf(service, "--json");

            assertEquals(1, outcome.exitCode());
            assertTrue(outcome.err().contains("not in force: "), outcome.err());
            assertTrue(outcome.err().contains("it reads /srv/app/.env"), outcome.err());
            JsonObject said = Json.createReader(new StringReader(outcome.out()))
                    .readObject()
                    .getJsonObject("service");
            assertFalse(said.getBoolean("inForce"));
            assertEquals("/srv/app/.env", said.getString("source"));
        }
    }

    @Test
    void saysThatAChangeIsNotLoadedYet() throws Exception {
        String before = fingerprint();
        issue();
        try (StandInService service = StandInService.guarded(key, request -> report(before, false, null))) {
            Outcome outcome = statusOf(service);

            assertEquals(1, outcome.exitCode());
            assertTrue(outcome.err().contains("ask again in a few seconds"), outcome.err());
        }
    }

    @Test
    @DisplayName("issue 18.6 the reason for which the service refused the change is printed, and moves no cursor")
    void printsWhyTheServiceRefusedTheChange() throws Exception {
        try (StandInService service =
                StandInService.guarded(key, request -> report(fingerprint(), true, ".env:3: \u001B[2Jno role"))) {
            Outcome outcome = statusOf(service);

            assertEquals(1, outcome.exitCode());
            assertTrue(outcome.err().contains("refused its last change"), outcome.err());
            assertTrue(outcome.err().contains(".env:3: ?[2Jno role"), outcome.err());
        }
    }

    @Test
    void saysThatTheServiceWouldRefuseTheFile() throws Exception {
        try (StandInService service = StandInService.guarded(key, request -> report("0", true, null))) {
            Files.writeString(operator.file(), "NO LINE\n");

            Outcome outcome = statusOf(service);

            assertEquals(1, outcome.exitCode());
            assertTrue(outcome.err().contains("the service would refuse " + operator.file()), outcome.err());
        }
    }

    @ParameterizedTest
    @CsvSource({"401, does not accept the key", "403, lacks keys:read", "404, there is no admin API", "500, 500"})
    void saysWhatAnAnswerMeans(int status, String words) throws Exception {
        try (StandInService service = StandInService.answering(request -> Reply.of(status))) {
            Outcome outcome = statusOf(service);

            assertEquals(1, outcome.exitCode());
            assertTrue(outcome.err().contains(words), outcome.err());
            assertEquals("", outcome.out());
        }
    }

    @Test
    void saysThatAnotherDocumentIsNoReport() throws Exception {
        for (String body : new String[] {"{}", "[]", "<html>", "{\"fingerprint\":1}"}) {
            try (StandInService service = StandInService.answering(request -> Reply.json(200, body))) {
                Outcome outcome = statusOf(service);

                assertEquals(1, outcome.exitCode());
                assertTrue(outcome.err().contains("not the report of an admin API"), outcome.err());
            }
        }
    }

    @Test
    @DisplayName("issue 18.6 the stored key of that server is used, and no other one")
    void usesTheStoredKeyOfThatServer() throws Exception {
        try (StandInService service = StandInService.guarded(key, request -> report(fingerprint(), true, null));
                StandInService other = StandInService.answering(request -> Reply.of(200))) {
            operator.runReading(
                    ThrowAwayKeys.newKey().reveal(),
                    "login",
                    "--force-origin",
                    "--role=other",
                    "--api-url",
                    other.url());
            operator.runReading(key, "login", "--role=admin", "--api-url", service.url());
            int asked = other.requests().size();

            Outcome outcome = operator.runReading("", "status", "--url", service.url() + "/v1/admin");

            assertEquals(0, outcome.exitCode(), outcome.err());
            assertEquals(asked, other.requests().size(), "another server was asked");
            operator.runReading(key, "login", "--role=second", "--api-url", service.url());
            Outcome several = operator.runReading("", "status", "--url", service.url());
            assertEquals(2, several.exitCode());
            assertTrue(several.err().contains("admin@default, second@default"), several.err());
            assertEquals(
                    0,
                    operator.runReading("", "status", "--url", service.url(), "--stored=second@default")
                            .exitCode());
            assertEquals(
                    1,
                    operator.runReading("", "status", "--url", service.url(), "--stored=none@default")
                            .exitCode());
            assertEquals(2, operator.run("status", "--stored=second@default").exitCode());
        }
    }

    @Test
    @DisplayName("the key is not sent over a network in plain text")
    void keepsTheKeyFromPlainHttp() {
        Outcome outcome = operator.runReading(key, "status", "--url", "http://api.example.com/v1/admin");

        assertEquals(1, outcome.exitCode());
        assertTrue(outcome.err().contains("unencrypted"), outcome.err());
    }
}
