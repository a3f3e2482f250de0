package io.keyward.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.keyward.ApiKey;
import io.keyward.KeyFormat;
import io.keyward.KeyHasher;
import jakarta.json.Json;
import jakarta.json.JsonArray;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * Issue 18: every sentence about keys in the two documents for whose systems Keyward was made, in their order, done with
 * its commands against the packaged coordinator. Each step has the sentence as its name.
 *
 * <p>The keys of the first document are well known: they work because its {@code .env} says {@code APP_ENV=dev}.
 */
@Tag("coordinator")
@Execution(ExecutionMode.CONCURRENT)
class ReferenceDocumentsIT {
    private static final String ROLES = "client,miner,admin";
    private static final List<String> CLIENT_KEYS =
            List.of("client_dev_key_1_valid", "client_dev_key_2_valid", "test_client_key_16_chars");
    private static final List<String> MINER_KEYS =
            List.of("miner_dev_key_1_valid", "miner_dev_key_2_valid", "test_key_16_characters_long_minimum");
    private static final List<String> ADMIN_KEYS = List.of("admin_dev_key_1_valid", "test_admin_key_16_chars_min");
    private static final String JOB = "{\"prompt\":\"What is AITBC?\"}";

    @TempDir
    private Path machine;

    private Path file = Path.of("");
    private Path home = Path.of("");
    private @Nullable RunningCoordinator coordinator;
    private final List<DynamicTest> steps = new ArrayList<>();

    @BeforeEach
    void makeHome() throws IOException {
        home = Files.createDirectory(machine.resolve("home"));
    }

    @AfterEach
    void stopCoordinator() {
        if (coordinator != null) {
            coordinator.close();
        }
    }

    private void step(String sentence, Executable does) {
        steps.add(dynamicTest(sentence, does));
    }

    private String url() {
        return coordinator.url();
    }

    private Outcome gives(String input, String... args) {
        Map<String, String> environment = Map.of("HOME", home.toString(), "KEYWARD_FILE", file.toString());
        return Outcome.in(environment, input.getBytes(UTF_8), args);
    }

    private Outcome runs(String... args) {
        return gives("", args);
    }

    private Outcome succeeds(String... args) {
        return mustSucceed(runs(args));
    }

    private static Outcome mustSucceed(Outcome outcome) {
        assertEquals(0, outcome.exitCode(), outcome.err());
        return outcome;
    }

    private void login(String key, String role) {
        mustSucceed(gives(key, "auth", "login", "--environment=default", "--role=" + role, "--api-url=" + url()));
    }

    /** Asks until the service has read its file again. */
    private void awaitVerdict(String key, int exitCode) throws InterruptedException {
        long deadline = System.nanoTime() + RunningCoordinator.RELOAD_BOUND.toNanos();
        Outcome outcome = gives(key, "login", "--role=awaited", "--api-url=" + url());
        while (outcome.exitCode() != exitCode && System.nanoTime() < deadline) {
            RunningCoordinator.pause();
            outcome = gives(key, "login", "--role=awaited", "--api-url=" + url());
        }
        assertEquals(exitCode, outcome.exitCode(), outcome.err());
    }

    private static JsonObject object(String json) {
        return Json.createReader(new StringReader(json)).readObject();
    }

    private static JsonArray array(String json) {
        return Json.createReader(new StringReader(json)).readArray();
    }

    private static String idOf(String key) {
        return KeyFormat.recognise(key).orElseThrow().idOf(ApiKey.of(key));
    }

    private static String digits(String key) {
        String hash = KeyHasher.sha256().hash(ApiKey.of(key)).reveal();
        return hash.substring(hash.lastIndexOf(':') + 1);
    }

    private static String list(List<String> keys) {
        return "[\"" + String.join("\",\"", keys) + "\"]";
    }

    @TestFactory
    @Execution(ExecutionMode.SAME_THREAD)
    @DisplayName("API Key Setup Summary (AITBC coordinator)")
    Stream<DynamicTest> coordinator() throws IOException {
        Path primary =
                Files.createDirectories(machine.resolve("opt/coordinator-api")).resolve(".env");
        Path active = Files.createDirectories(machine.resolve("opt/aitbc/apps/coordinator-api"))
                .resolve(".env");
        String env = "APP_ENV=dev\nDATABASE_URL=sqlite:///./aitbc_coordinator.db\nCLIENT_API_KEYS=" + list(CLIENT_KEYS)
                + "\nMINER_API_KEYS=" + list(MINER_KEYS) + "\nADMIN_API_KEYS=" + list(ADMIN_KEYS) + "\n";
        Files.writeString(primary, env.replace(",\"client_dev_key_2_valid\"", ""));
        Files.writeString(active, env);
        file = active;

        step("Coordinator API loads from .env file in working directory", () -> {
            coordinator = RunningCoordinator.in(active.getParent());
            assertEquals(
                    0, gives(CLIENT_KEYS.get(0), "login", "--api-url=" + url()).exitCode());
            succeeds("logout");
        });
        step("Active: apps/coordinator-api/.env (used by port 8000 service)", () -> {
            assumeTrue(Files.isDirectory(Path.of("/proc/self/fd")), "only Linux says what a process reads");
            Outcome outcome = runs("status", "--pid=" + coordinator.pid(), "--declared-roles=" + ROLES);
            assertTrue(outcome.out().contains(active.toString()), outcome.out() + outcome.err());
            assertFalse(outcome.out().contains(primary.toString()), outcome.out());
        });
        step("Primary: coordinator-api/.env (not used by running service)", () -> {
            Outcome used = gives(ADMIN_KEYS.get(0), "status", "--url=" + url() + "/v1/admin", "--file=" + active);
            Outcome unused = gives(ADMIN_KEYS.get(0), "status", "--url=" + url() + "/v1/admin", "--file=" + primary);
            assertEquals(0, used.exitCode(), used.err());
            assertEquals(1, unused.exitCode());
            assertTrue(unused.err().contains("it reads "), unused.err());
            assertTrue(unused.err().contains("apps/coordinator-api/.env"), unused.err());
        });
        step("Validation: Coordinator API validates against configured API keys", () -> {
            Outcome refused = gives("client_dev_key_3_valid", "login", "--api-url=" + url());
            assertEquals(1, refused.exitCode());
            assertTrue(refused.err().contains("answered 401"), refused.err());
        });
        step("Valid API Keys Discovered: client, miner, admin", () -> {
            for (String key : CLIENT_KEYS) {
                login(key, "client");
                succeeds("request", "POST", "/v1/jobs", "-d", JOB);
            }
            for (String key : MINER_KEYS) {
                login(key, "miner");
                succeeds("request", "POST", "/v1/miners/heartbeat", "-d", "{}", "--role=miner");
            }
            for (String key : ADMIN_KEYS) {
                login(key, "admin");
                succeeds("request", "GET", "/v1/admin/keys", "--role=admin");
            }
        });
        step("Permissions: Client, Miner, Admin role-based keys", () -> {
            for (String[] foreign : new String[][] {
                {"client", "GET", "/v1/admin/keys"}, {"miner", "GET", "/v1/jobs"}, {"miner", "GET", "/v1/admin/keys"}
            }) {
                Outcome denied = runs("request", foreign[1], foreign[2], "--role=" + foreign[0]);
                assertEquals(1, denied.exitCode());
                assertTrue(denied.err().contains("answered 403"), denied.err());
            }
            List.of("client", "miner", "admin").forEach(role -> succeeds("logout", "--role=" + role));
        });
        step("Created script for generating cryptographically secure API keys", () -> {
            Set<String> made = new HashSet<>();
            for (int i = 0; i < 100; i++) {
                String key = succeeds("generate").out().strip();
                assertTrue(KeyFormat.recognise(key).isPresent(), "has another form");
                assertTrue(made.add(key), "made twice");
            }
        });
        step(".env file with format: CLIENT_API_KEYS=[\"key1\",\"key2\"]", () -> {
            JsonArray keys = array(
                    succeeds("list", "--json", "--declared-roles=" + ROLES).out());
            assertEquals(CLIENT_KEYS.size() + MINER_KEYS.size() + ADMIN_KEYS.size(), keys.size());
        });
        step("aitbc auth login test_client_key_16_chars --environment default", () -> {
            Outcome typed = runs("auth", "login", "test_client_key_16_chars", "--environment", "default");
            assertEquals(2, typed.exitCode());
            assertTrue(typed.err().contains("process list"), typed.err());
            assertFalse(typed.err().contains("test_client_key_16_chars"), "repeats the key");

            mustSucceed(gives(
                    "test_client_key_16_chars\n", "auth", "login", "--environment", "default", "--api-url", url()));
        });
        step("aitbc auth status: authenticated, stored_credentials: [\"client@default\"]", () -> {
            assertEquals(
                    "authenticated, stored_credentials: client@default\n",
                    succeeds("auth", "status").out());
            assertTrue(succeeds("auth", "status", "--check").out().contains("accepted"));
        });
        step("401 = key validation, 404 = endpoint not found", () -> {
            Outcome wrong = gives("a_key_of_nobody_here", "login", "--api-url=" + url());
            Outcome missing = runs("request", "POST", "/v1/agents/workflows", "-d", "{}");
            assertTrue(wrong.err().contains("answered 401"), wrong.err());
            assertEquals(1, missing.exitCode());
            assertTrue(missing.err().contains("says nothing about the key"), missing.err());
        });
        step("aitbc client submit --prompt \"What is AITBC?\"", () -> {
            assertTrue(succeeds("request", "POST", "/v1/jobs", "-d", JOB).out().contains("queued"));
        });
        step("Error Messages: indicate missing endpoints; Endpoint Discovery", () -> {
            Outcome missing = runs("request", "GET", "/v1/swarm/join");
            assertTrue(missing.out().startsWith("endpoints:\n"), missing.out());
            assertTrue(missing.out().contains("/v1/jobs"), missing.out());
        });
        step("API Key Validation: Pre-validate API keys before requests", () -> {
            String mistyped = succeeds("generate").out().strip();
            String slip = mistyped.substring(0, 20) + (mistyped.charAt(20) == 'x' ? 'y' : 'x') + mistyped.substring(21);
            assertEquals(1, gives(slip, "check").exitCode());
            assertEquals(1, gives(slip, "login").exitCode());
            assertEquals(
                    "authenticated, stored_credentials: client@default\n",
                    succeeds("auth", "status").out());
        });
        step("Miner operations: aitbc auth login test_key_16_characters_long_minimum --environment default", () -> {
            String key = "test_key_16_characters_long_minimum";
            Outcome offered = gives(key, "auth", "login", "--environment=default", "--api-url=" + url());
            assertEquals(1, offered.exitCode());
            assertTrue(offered.err().contains("--role miner"), offered.err());
            login(key, "miner");
        });
        step("Admin operations: aitbc auth login test_admin_key_16_chars_min --environment default", () -> {
            login("test_admin_key_16_chars_min", "admin");
            String status = succeeds("auth", "status").out();
            for (String stored : List.of("client@default", "miner@default", "admin@default")) {
                assertTrue(status.contains(stored), status);
            }
        });
        step("Create API key generation endpoint", () -> {
            Outcome made = succeeds(
                    "request",
                    "POST",
                    "/v1/admin/keys",
                    "--role=admin",
                    "-d",
                    "{\"owner\":\"alice\",\"roles\":[\"client\"]}");
            String key = object(made.out()).getString("key");
            login(key, "made");
            succeeds("request", "GET", "/v1/jobs", "--role=made");
        });
        step("Add API key rotation functionality", () -> {
            String id = array(succeeds("list", "--json", "--owner=alice").out())
                    .getJsonObject(0)
                    .getString("id");
            String key = succeeds("rotate", id, "--overlap=0s").out().strip();
            assertEquals(id, idOf(key));
            awaitVerdict(key, 0);
        });
        step("Implement API key permissions system: different permissions for different key types", () -> {
            succeeds("issue", "--role=client", "--owner=bob", "--permission=reports:read");
            assertTrue(succeeds("list", "--owner=bob", "--columns=permissions")
                    .out()
                    .contains("reports:read"));
        });
        step("API keys are plain text in development environment", () -> {
            Outcome status = runs("status", "--file=" + active, "--declared-roles=" + ROLES, "--strict");
            assertEquals(1, status.exitCode());
            assertTrue(status.out().contains("development"), status.out());
            assertTrue(status.out().contains("plaintext"), status.out());
        });
        step("Production should use encrypted storage", () -> {
            Path production = Files.writeString(
                    machine.resolve("production.env"), Files.readString(active).replace("APP_ENV=dev\n", ""));
            Outcome refused = runs("status", "--file=" + production, "--declared-roles=" + ROLES);
            assertEquals(1, refused.exitCode());
            Outcome hashed = runs("hash", "--file=" + production, "--declared-roles=" + ROLES);
            assertEquals(3, hashed.exitCode());
            assertTrue(hashed.err().contains("well known"), hashed.err());

            Path fresh = machine.resolve("fresh.env");
            String key = succeeds("issue", "--role=client", "--owner=alice", "--file=" + fresh)
                    .out()
                    .strip();
            assertFalse(Files.readString(fresh).contains(key.substring(16)), "the key is in the file");
            succeeds("status", "--file=" + fresh);
        });
        step("Keys should be rotated regularly", () -> {
            Outcome all = succeeds(
                    "rotate", "--role=client", "--declared-roles=" + ROLES, "--expires=90d", "--drop-old", "--yes");
            assertTrue(all.out().startsWith("id,owner,name,key\n"), "no CSV");
            assertEquals(CLIENT_KEYS.size() + 2 + 1, all.out().lines().count());
            String text = Files.readString(active);
            assertFalse(text.contains("client_dev_key_1_valid"), "a key of the document is still in the file");
            assertTrue(text.contains("miner_dev_key_1_valid"), "another list was changed");
        });
        return steps.stream();
    }

    @TestFactory
    @Execution(ExecutionMode.SAME_THREAD)
    @DisplayName("FetchML API Key Process")
    Stream<DynamicTest> fetchMl() throws IOException {
        file = machine.resolve(".env");
        String role = "--role=client";
        Path config = home.resolve(".ml/config.toml");
        String[] key = {"", ""};

        step("Each user gets a personal API key (no shared admin keys for normal use)", () -> {
            String alice = succeeds("issue", role, "--owner=alice").out().strip();
            String bob = succeeds("issue", role, "--owner=bob").out().strip();
            assertNotEquals(idOf(alice), idOf(bob));
            assertEquals(
                    1, array(succeeds("list", "--json", "--owner=alice").out()).size());
            succeeds("revoke", idOf(alice));
        });
        step("Creates a Bitwarden item with user name, password and custom field api_key_hash", () -> {
            JsonObject item = object(succeeds(
                            "issue",
                            role,
                            "--owner=alice",
                            "--output=bitwarden",
                            "--item-name=FetchML API \u2013 {owner}")
                    .out());
            BitwardenStandIn.check(item);
            key[0] = item.getJsonObject("login").getString("password");
            assertEquals("FetchML API \u2013 alice", item.getString("name"));
            assertEquals("alice", item.getJsonObject("login").getString("username"));
            JsonObject field = item.getJsonArray("fields").getJsonObject(0);
            assertEquals("api_key_hash", field.getString("name"));
            assertEquals(digits(key[0]), field.getString("value"));
        });
        step("Configure the CLI, e.g. in ~/.ml/config.toml; api_url is typically ws://localhost:9100/ws", () -> {
            coordinator = RunningCoordinator.serving(file);
            String address = url().replace("http://", "");
            Files.createDirectories(config.getParent());
            Files.writeString(config, "# mine\nqueue = \"gpu\"\n");
            Outcome login =
                    mustSucceed(gives(key[0], "login", "--config-file=" + config, "--api-url=ws://" + address + "/ws"));
            assertTrue(login.err().contains("no WebSocket was opened"), login.err());
            String port = address.substring(address.indexOf(':') + 1);
            String text = Files.readString(config);
            for (String line : List.of(
                    "# mine",
                    "queue = \"gpu\"",
                    "api_key = \"" + key[0] + "\"",
                    "worker_host = \"127.0.0.1\"",
                    "worker_port = " + port,
                    "api_url = \"ws://" + address + "/ws\"")) {
                assertTrue(text.lines().anyMatch(line::equals), () -> "lacks " + line.replace(key[0], "(the key)"));
            }
        });
        step("Test your setup: if the command works, your key and tunnel/config are correct", () -> {
            Outcome status = succeeds("auth", "status", "--check", "--config-file=" + config);
            assertTrue(status.out().contains("accepted"), status.out());
        });
        step("Generate a per-user API key and hash as usual", () -> {
            key[1] = succeeds("issue", role, "--owner=carol").out().strip();
            assertEquals(
                    digits(key[1]),
                    mustSucceed(gives(key[1], "hash", "--bare")).out().strip());
            assertTrue(Files.readString(file).contains(digits(key[1])), "the file has another hash");
        });
        step("Share only the API key with the user", () -> {
            Outcome issued = succeeds("issue", role, "--owner=dave");
            assertTrue(KeyFormat.recognise(issued.out().strip()).isPresent(), "more than the key is printed");
            assertFalse(issued.err().contains(issued.out().strip().substring(16)), "the key is in a note");
            succeeds("revoke", "--owner=dave", "--yes");
        });
        step("Short call/meeting where you read it to them", () -> {
            char misheard = key[1].charAt(30) == 'm' ? 'n' : 'm';
            String heard = key[1].substring(0, 30) + misheard + key[1].substring(31);
            Outcome refused = gives(heard, "login", "--api-url=" + url());
            assertEquals(1, refused.exitCode());
            assertTrue(refused.err().contains("check digits"), refused.err());
        });
        step("Paste the key into their local config", () -> {
            awaitVerdict(key[1], 0);
            mustSucceed(gives(key[1], "login", "--config-file=" + home.resolve("carol.toml"), "--api-url=" + url()));
        });
        step("Avoid keeping the key in plain chat history if possible", () -> {
            Path chat = Files.writeString(home.resolve("chat.txt"), "here it is: " + key[1] + "\n");
            Outcome found = runs("scan", chat.toString());
            assertEquals(1, found.exitCode());
            assertTrue(found.out().contains("chat.txt:1: key " + idOf(key[1])), found.out());
        });
        step("The 64-character api_key_hash is as sensitive as the API key itself", () -> {
            assertEquals(1, gives(digits(key[1]), "login", "--api-url=" + url()).exitCode());
            Outcome asKey = gives(digits(key[1]), "login", "--hex-key", "--api-url=" + url());
            assertTrue(asKey.err().contains("answered 401"), asKey.err());
            for (String command : List.of("list", "list --json", "show " + idOf(key[1]), "status")) {
                assertFalse(runs(command.split(" ")).out().contains(digits(key[1])), command + " shows the hash");
            }
        });
        step("Do not commit keys or hashes to Git or share them in screenshots or tickets", () -> {
            Path ticket = Files.writeString(home.resolve("ticket.md"), "hash " + digits(key[1]) + "\n");
            Outcome found = runs("scan", "--file=" + file, ticket.toString());
            assertEquals(1, found.exitCode());
            assertTrue(found.out().contains("the hash of key " + idOf(key[1])), found.out());
        });
        step("The admin will revoke the old key, generate a new one, and update Bitwarden", () -> {
            JsonObject item = object(succeeds("rotate", idOf(key[0]), "--overlap=0s", "--output=bitwarden")
                    .out());
            BitwardenStandIn.check(item);
            String fresh = item.getJsonObject("login").getString("password");
            assertEquals(idOf(key[0]), idOf(fresh));
            awaitVerdict(fresh, 0);
            awaitVerdict(key[0], 1);
        });
        step("or share a new key", () -> {
            assertEquals(0, gives(key[1], "revoke", "--key=-").exitCode());
            awaitVerdict(key[1], 1);
        });
        step("The SSH tunnel and nginx/TLS provide encryption over the network", () -> {
            for (String plain : List.of("ws://homelab.example:9100/ws", "http://homelab.example")) {
                Outcome refused = gives(key[1], "login", "--api-url=" + plain);
                assertEquals(1, refused.exitCode());
                assertTrue(refused.err().contains("unencrypted"), refused.err());
            }
        });
        return steps.stream();
    }
}
