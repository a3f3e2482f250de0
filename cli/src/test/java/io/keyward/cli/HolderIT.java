package io.keyward.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.keyward.ApiKey;
import io.keyward.KeyFormat;
import io.keyward.cli.StandInService.Reply;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** The packaged commands for key holders as processes, beside the packaged coordinator. */
@Tag("coordinator")
@Execution(ExecutionMode.CONCURRENT)
class HolderIT {
    @TempDir
    private Path directory;

    private final StringBuilder everythingShown = new StringBuilder();
    private String key = "";
    private Shell shell;

    @BeforeEach
    void issueKey() throws Exception {
        shell = Shell.at(directory);
        key = new Operator(directory.resolve(".env"))
                .run("issue", "--role=client", "--owner=alice")
                .out()
                .strip();
    }

    @AfterEach
    void nothingShowsTheKey() {
        assertFalse(everythingShown.toString().contains(key.substring(16, 46)), "a command showed the key");
    }

    private Outcome gives(String input, String lines) throws Exception {
        Outcome outcome = shell.gives(input, lines);
        everythingShown.append(outcome.out()).append(outcome.err());
        return outcome;
    }

    private Outcome runs(String lines) throws Exception {
        return gives("", lines);
    }

    /** Runs a line within this process, as the same person; quotes are single ones. */
    private Outcome inProcess(String input, String line) {
        String[] words = Shell.words(line).skip(1).toArray(String[]::new);
        Outcome outcome = Outcome.in(
                Map.of(
                        "HOME", directory.toString(),
                        "KEYWARD_FILE", directory.resolve(".env").toString()),
                input.getBytes(UTF_8),
                words);
        everythingShown.append(outcome.out()).append(outcome.err());
        return outcome;
    }

    private Outcome inProcess(String line) {
        return inProcess("", line);
    }

    @Test
    void keyIsUsedFromLoginToRevocation() throws Exception {
        String id = KeyFormat.of("kw_live").idOf(ApiKey.of(key));
        String url;
        try (RunningCoordinator coordinator = RunningCoordinator.serving(directory.resolve(".env"))) {
            url = coordinator.url();

            Outcome login = inProcess(key + "\n", "keyward login --api-url " + url);
            assertEquals(0, login.exitCode(), login.err());
            assertTrue(login.err().contains("/v1/whoami answered 200: the key is valid"), login.err());
            assertEquals(
                    "authenticated, stored_credentials: client@default\n",
                    inProcess("keyward auth status").out());
            assertEquals(
                    "client@default: key " + id + " with prefix kw_live, for " + url
                            + "\nowner: alice\nroles: client\n",
                    inProcess("keyward whoami").out());

            Outcome submitted = inProcess("keyward request POST /v1/jobs -d '{\"prompt\":\"test\"}'");
            assertEquals(0, submitted.exitCode(), submitted.err());
            assertTrue(submitted.out().contains("\"queued\""), submitted.out());

            Outcome forbidden = inProcess("keyward request GET " + url + "/v1/admin/keys");
            assertEquals(1, forbidden.exitCode());
            assertTrue(forbidden.err().contains("answered 403: the key is valid but lacks the role"), forbidden.err());

            Outcome missing = inProcess("keyward request POST /v1/agents/workflows -d '{}'");
            assertEquals(1, missing.exitCode());
            assertTrue(missing.out().startsWith("endpoints:\n  GET /health\n"), missing.out());
            assertTrue(missing.err().contains("says nothing about the key"), missing.err());

            String ws = url.replace("http", "ws") + "/ws";
            Outcome byWebSocket = inProcess(key, "keyward login --role socket --api-url " + ws);
            assertTrue(byWebSocket.err().contains("the key is valid"), byWebSocket.err());

            Outcome health = inProcess(key, "keyward login --role open --api-url " + url + "/health");
            assertTrue(health.err().contains("could not tell"), health.err());
            inProcess("keyward logout --role open");

            inProcess("keyward revoke " + id);
            long deadline = System.nanoTime() + RunningCoordinator.RELOAD_BOUND.toNanos();
            Outcome status = inProcess("keyward auth status --check");
            while (!status.out().contains("client@default: rejected: ") && System.nanoTime() < deadline) {
                RunningCoordinator.pause();
                status = inProcess("keyward auth status --check");
            }
            assertEquals(1, status.exitCode());
            assertTrue(status.out().contains("client@default: rejected: "), status.out());
            assertEquals(1, inProcess("keyward whoami").exitCode());
            assertEquals(1, inProcess(key, "keyward login").exitCode());
        }
        Outcome down = inProcess("keyward auth status --check");
        assertEquals(1, down.exitCode());
        assertTrue(down.out().contains("could not tell: no answer from " + url), down.out());
    }

    @Test
    void keyThatIsWrongOrMistypedIsNotStored() throws Exception {
        String stranger = inProcess("keyward generate").out().strip();
        everythingShown.setLength(0);
        String mistyped = key.substring(0, 20) + (key.charAt(20) == 'x' ? 'y' : 'x') + key.substring(21);
        try (RunningCoordinator coordinator = RunningCoordinator.serving(directory.resolve(".env"))) {
            Outcome wrong = inProcess(stranger, "keyward login --api-url " + coordinator.url());
            Outcome slip = inProcess(mistyped, "keyward login --api-url " + coordinator.url());

            assertEquals(1, wrong.exitCode());
            assertTrue(wrong.err().contains("answered 401"), wrong.err());
            assertEquals(1, slip.exitCode());
            assertTrue(slip.err().contains("check digits"), slip.err());
        }
        assertFalse(Files.exists(directory.resolve(".config")));
        assertFalse(everythingShown.toString().contains(stranger.substring(16)), "a command showed the key");
    }

    @Test
    @DisplayName("issue 18.6 status says whether a change of the file is in force in the running coordinator")
    void statusFollowsTheRunningService() throws Exception {
        String admin =
                inProcess("keyward issue --role admin --owner root").out().strip();
        everythingShown.setLength(0);
        try (RunningCoordinator coordinator = RunningCoordinator.serving(directory.resolve(".env"))) {
            String line =
                    "keyward status --file " + directory.resolve(".env") + " --url " + coordinator.url() + "/v1/admin";
            Outcome before = inProcess(admin, line);
            assertEquals(0, before.exitCode(), before.err());
            assertTrue(before.out().contains("in force, loaded "), before.out());

            inProcess("keyward revoke " + KeyFormat.of("kw_live").idOf(ApiKey.of(key)));
            long deadline = System.nanoTime() + RunningCoordinator.RELOAD_BOUND.toNanos();
            Outcome after = inProcess(admin, line);
            while (after.exitCode() != 0 && System.nanoTime() < deadline) {
                assertTrue(after.err().contains("ask again in a few seconds"), after.err());
                RunningCoordinator.pause();
                after = inProcess(admin, line);
            }
            assertEquals(0, after.exitCode(), after.err());

            Files.copy(directory.resolve(".env"), directory.resolve("other.env"));
            inProcess("keyward issue --role client --owner bob --file " + directory.resolve("other.env"));
            everythingShown.setLength(0);
            Outcome other = inProcess(admin, line.replace("/.env ", "/other.env "));
            assertEquals(1, other.exitCode());
            assertTrue(other.err().contains("it reads " + directory.resolve(".env")), other.err());
            assertEquals(1, inProcess(key, line).exitCode(), "a revoked key");
        }
    }

    @Test
    @DisplayName("CL-01 makes the file for its owner only, whatever the umask")
    void makesFileForTheOwnerOnly() throws Exception {
        gives(key, "umask 000; keyward login");

        Path file = directory.resolve(".config/keyward/credentials.toml");
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file.getParent())));
    }

    @Test
    @DisplayName("CL-10 no process has the key among its arguments while it is sent")
    void keepsTheKeyOutOfTheProcessList() throws Exception {
        List<String> seen = new CopyOnWriteArrayList<>();
        try (StandInService service = StandInService.guarded(key, request -> {
            ProcessHandle.allProcesses()
                    .forEach(process -> seen.add(process.info().commandLine().orElse("")));
            return Reply.of(200);
        })) {
            gives(key, "keyward login --api-url " + service.url());
            runs("keyward request GET /seen");
        }

        assertTrue(seen.stream().anyMatch(line -> line.contains("request GET /seen")), "the process was not seen");
        assertTrue(seen.stream().noneMatch(line -> line.contains(key)), "the key is in the process list");
    }

    @Test
    @DisplayName("CL-15 says so when the answer cannot be written")
    void saysThatTheAnswerCannotBeWritten() throws Exception {
        try (StandInService service = StandInService.guarded(key, request -> Reply.json(200, "{}"))) {
            inProcess(key, "keyward login --api-url " + service.url());

            assertEquals(3, runs("keyward request GET /x > /dev/full").exitCode());
            assertEquals(3, runs("keyward request GET /x >&-").exitCode());
            assertEquals(3, runs("keyward auth status > /dev/full").exitCode());
        }
    }
}
