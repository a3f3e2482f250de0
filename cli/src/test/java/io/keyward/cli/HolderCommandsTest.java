package io.keyward.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.keyward.ApiKey;
import io.keyward.KeyHasher;
import io.keyward.cli.StandInService.Reply;
import io.keyward.testing.ThrowAwayKeys;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The commands for key holders against a service that answers as each test says. */
class HolderCommandsTest {
    private final ApiKey key = ThrowAwayKeys.newKey();
    private final String text = key.reveal();
    private final StringBuilder everythingShown = new StringBuilder();

    @TempDir
    private Path home;

    private Holder holder = new Holder(Path.of(""));

    @BeforeEach
    void comeHome() {
        holder = new Holder(home);
    }

    @AfterEach
    void nothingShowsTheKey() {
        String secret = text.substring(text.length() - 36, text.length() - 6);
        assertFalse(everythingShown.toString().contains(secret), "a command showed the key");
    }

    private Outcome runs(String... args) {
        return gives("", args);
    }

    private Outcome gives(String input, String... args) {
        Outcome outcome = holder.gives(input, args);
        everythingShown.append(outcome.out()).append(outcome.err());
        return outcome;
    }

    private StandInService guarded(int status) throws IOException {
        return StandInService.guarded(text, request -> Reply.of(status));
    }

    private void logIn(String url) {
        assertEquals(0, gives(text, "login", "--api-url", url).exitCode());
    }

    @Nested
    class Login {
        @Test
        void storesKeyThatTheServerAccepts() throws IOException {
            try (StandInService service = guarded(200)) {
                Outcome outcome = gives(text + "\n", "login", "--api-url", service.url());

                assertEquals(0, outcome.exitCode());
                assertEquals(
                        "stored client@default: key " + ThrowAwayKeys.FORMAT.idOf(key) + " with prefix kw_test, for "
                                + service.url() + "\n",
                        outcome.out());
                assertTrue(outcome.err().contains("answered 200: the key is valid"), outcome.err());
                assertEquals(
                        "[default.client]\napi_key = \"" + text + "\"\norigin = \"" + service.url()
                                + "\"\ncheck_path = \"/\"\n",
                        holder.stored());
                assertNull(service.requests().get(0).key(), "the first question goes without the key");
                assertEquals(text, service.requests().get(1).key());
                assertEquals(2, service.requests().size());
            }
        }

        @ParameterizedTest
        @CsvSource({
            "200, the key is valid",
            "204, the key is valid",
            "400, the key is valid",
            "403, lacks the role",
            "404, only the endpoint does not exist",
            "405, the key is valid",
            "426, the key is valid",
            "429, could not tell",
            "500, could not tell",
            "503, could not tell"
        })
        void saysWhatTheServerMadeOfTheKey(int status, String said) throws IOException {
            try (StandInService service = guarded(status)) {
                Outcome outcome = gives(text, "login", "--api-url", service.url() + "/v1/jobs");

                assertEquals(0, outcome.exitCode());
                assertTrue(outcome.err().contains(said), outcome.err());
                assertTrue(outcome.err().contains("answered " + status), outcome.err());
                assertEquals("/v1/jobs", service.requests().get(0).target());
            }
        }

        @Test
        void storesNothingWhenTheServerRefusesTheKey() throws IOException {
            try (StandInService service = StandInService.answering(request -> Reply.of(401))) {
                Outcome outcome = gives(text, "login", "--api-url", service.url());

                assertEquals(1, outcome.exitCode());
                assertTrue(outcome.err().contains("not stored"), outcome.err());
                assertFalse(Files.exists(holder.credentials()));
            }
        }

        @Test
        void keepsTheKeyFromServerThatAsksForNone() throws IOException {
            try (StandInService service = StandInService.answering(request -> Reply.of(200))) {
                Outcome outcome = gives(text, "login", "--api-url", service.url());

                assertEquals(0, outcome.exitCode());
                assertTrue(
                        outcome.err().contains("could not tell")
                                && outcome.err().contains("answered 200 without a key"),
                        outcome.err());
                assertTrue(service.requests().stream().allMatch(request -> request.key() == null));
            }
        }

        @Test
        void followsNoRedirect() throws IOException {
            try (StandInService elsewhere = StandInService.answering(request -> Reply.of(401));
                    StandInService service = StandInService.answering(
                            request -> Reply.redirect(elsewhere.url() + "/stolen?token=marker"))) {
                Outcome outcome = gives(text, "login", "--api-url", service.url());

                assertTrue(outcome.err().contains("could not tell"), outcome.err());
                assertTrue(outcome.err().contains("a redirect to " + elsewhere.url() + " "), outcome.err());
                assertFalse(outcome.err().contains("marker"), outcome.err());
                assertEquals(List.of(), elsewhere.requests());
            }
        }

        @Test
        void followsNoRedirectThatComesWithTheKey() throws IOException {
            try (StandInService elsewhere = StandInService.answering(request -> Reply.of(200));
                    StandInService service = StandInService.guarded(text, request -> Reply.redirect(elsewhere.url()))) {
                Outcome outcome = gives(text, "login", "--api-url", service.url());

                assertTrue(outcome.err().contains("could not tell"), outcome.err());
                assertEquals(List.of(), elsewhere.requests());
            }
        }

        @Test
        void saysThatTheServerIsDown() throws IOException {
            Outcome outcome = gives(text, "login", "--api-url", "http://127.0.0.1:" + freePort());

            assertEquals(0, outcome.exitCode());
            assertTrue(outcome.err().contains("could not tell"), outcome.err());
            assertTrue(outcome.err().contains("nothing listens there"), outcome.err());
        }

        @Test
        void asksWebSocketServersByHttp() throws IOException {
            try (StandInService service = guarded(426)) {
                Outcome outcome =
                        gives(text, "login", "--api-url", service.url().replace("http", "ws") + "/ws");

                assertTrue(outcome.err().contains("the key is valid"), outcome.err());
                assertEquals("/ws", service.requests().get(1).target());
            }
        }

        @ParameterizedTest
        @ValueSource(strings = {"http://api.example.com", "ws://10.0.0.7:9100/ws"})
        void refusesServerThatWouldGetTheKeyUnencrypted(String url) {
            Outcome outcome = gives(text, "login", "--api-url", url);

            assertEquals(1, outcome.exitCode());
            assertTrue(outcome.err().contains("unencrypted"), outcome.err());
            assertFalse(Files.exists(holder.credentials()));
        }

        @Test
        void storesWithoutServer() {
            Outcome outcome = gives(text, "login");

            assertEquals(0, outcome.exitCode());
            assertTrue(outcome.out().endsWith("for no server yet\n"), outcome.out());
            assertTrue(outcome.err().contains("not checked with a server"), outcome.err());
        }

        static Stream<Arguments> notKeys() {
            String sound = ThrowAwayKeys.newKey().reveal();
            String slip = sound.substring(0, sound.length() - 1) + (sound.endsWith("a") ? 'b' : 'a');
            String hash = KeyHasher.sha256().hash(ThrowAwayKeys.newKey()).reveal();
            return Stream.of(
                    Arguments.of("a mistyped key", slip, "copy it again"),
                    Arguments.of("quotes", '"' + sound + '"', "quotes"),
                    Arguments.of("a hash", hash, "a hash and not a key"),
                    Arguments.of("a bare hash", hash.substring(7), "a hash and not a key"),
                    Arguments.of("a header", "X-Api-Key: " + sound, "header"),
                    Arguments.of("nothing", "", "no key was given"),
                    Arguments.of("too little", "short", "must have 16"),
                    Arguments.of("two lines", sound + "\n" + sound, "one key on one line"));
        }

        @ParameterizedTest(name = "{0}")
        @MethodSource("notKeys")
        void refusesWhatIsNoSoundKeyBeforeAskingAnybody(String name, String input, String reason) throws IOException {
            try (StandInService service = guarded(200)) {
                Outcome outcome = gives(input, "login", "--api-url", service.url());

                assertEquals(1, outcome.exitCode());
                assertTrue(outcome.err().contains(reason), outcome.err());
                assertFalse(input.length() > 16 && outcome.err().contains(input.substring(8)), "echoes the input");
                assertEquals(List.of(), service.requests());
                assertFalse(Files.exists(holder.credentials()));
            }
        }

        @Test
        @DisplayName("BR-21 64 hexadecimal digits are stored when it is said that they are a key")
        void storesHexKeyWhenTold() {
            String hex =
                    KeyHasher.sha256().hash(ThrowAwayKeys.newKey()).reveal().substring("sha256:".length());

            Outcome refused = gives(hex, "login");
            Outcome stored = gives(hex, "login", "--hex-key");

            assertEquals(1, refused.exitCode());
            assertTrue(refused.err().contains("--hex-key"), refused.err());
            assertEquals(0, stored.exitCode(), stored.err());
            assertEquals(1, gives("sha256:" + hex, "login", "--hex-key").exitCode());
        }

        @Test
        @DisplayName("issue 18.9 a ws:// address is checked for the key only, and that is said")
        void saysThatOfWebSocketsOnlyTheKeyIsChecked() throws IOException {
            try (StandInService service = guarded(426)) {
                String url = service.url().replace("http", "ws") + "/ws";

                Outcome outcome = gives(text, "login", "--api-url", url);

                assertTrue(outcome.err().contains("no WebSocket was opened"), outcome.err());
            }
        }

        @Test
        @DisplayName("issue 18.9 the key of another role does not take the client's place, and its own is named")
        void offersThePlaceOfAnotherRole() throws IOException {
            String miner = ThrowAwayKeys.newKey().reveal();
            try (StandInService service = StandInService.answering(request -> text.equals(request.key())
                    ? Reply.json(200, "{\"roles\":[\"client\"]}")
                    : miner.equals(request.key()) ? Reply.json(200, "{\"roles\":[\"miner\"]}") : Reply.of(401))) {
                logIn(service.url());
                String before = holder.stored();

                Outcome refused = gives(miner, "login");

                assertEquals(1, refused.exitCode());
                assertTrue(refused.err().contains("miner@default with `keyward login --role miner`"), refused.err());
                assertEquals(before, holder.stored());
                Outcome stored = gives(miner, "login", "--role", "miner", "--api-url", service.url());
                assertEquals(0, stored.exitCode(), stored.err());
                assertTrue(holder.stored().startsWith(before), "the client's key is gone");
                assertEquals(0, gives(text, "login").exitCode(), "the same key again");
            }
        }

        @Test
        @DisplayName("issue 18.9 is `auth login`, too")
        void isAuthLoginToo() {
            assertEquals(0, gives(text, "auth", "login").exitCode());
            assertEquals(
                    "authenticated, stored_credentials: client@default\n",
                    runs("auth", "status").out());
            assertEquals("removed client@default\n", runs("auth", "logout").out());
        }

        @Test
        void replacesTheKeyOfItsPlaceAndKeepsTheServer() throws IOException {
            try (StandInService service = guarded(200)) {
                logIn(service.url());
                String other = ThrowAwayKeys.newKey().reveal();
                gives(other, "login", "--environment", "staging", "--role", "admin");
                String before = holder.stored();

                Outcome outcome = gives(text, "login");

                assertTrue(outcome.err().contains("the key is valid"), outcome.err());
                assertEquals(before, holder.stored());
                assertTrue(before.contains("[staging.admin]\napi_key = \"" + other + "\""), "lost the other key");
            }
        }

        @ParameterizedTest
        @ValueSource(strings = {"a.b", "a]\nb", "x=1#", "", "ä"})
        @DisplayName("CL-08 CL-09 refuses names that would be read as more than a name")
        void refusesNamesThatAreMore(String name) {
            assertEquals(2, gives(text, "login", "--environment", name).exitCode());
            assertEquals(2, gives(text, "login", "--role", name).exitCode());
            assertFalse(Files.exists(holder.credentials()));
        }

        @Test
        @DisplayName("CL-10 refuses the key as an argument")
        void refusesKeyAsArgument() {
            Outcome outcome = runs("login", "client_made_elsewhere_1", "--environment", "default");

            assertEquals(2, outcome.exitCode());
            assertTrue(outcome.err().contains("process list"), outcome.err());
            assertFalse(outcome.err().contains("client_made_elsewhere_1"), outcome.err());
        }
    }

    @Nested
    class CredentialFile {
        @Test
        void refusesDamagedFileByLineAndLeavesIt() throws IOException {
            logIn("http://127.0.0.1:" + freePort());
            String damaged = holder.stored() + "[oops\n";
            Files.writeString(holder.credentials(), damaged);

            for (List<String> command :
                    List.of(List.of("login"), List.of("auth", "status"), List.of("logout"), List.of("whoami"))) {
                Outcome outcome = gives(text, command.toArray(String[]::new));

                assertEquals(3, outcome.exitCode(), () -> String.join(" ", command));
                assertTrue(outcome.err().contains("credentials.toml, line 5"), outcome.err());
            }
            assertEquals(damaged, holder.stored());
        }

        @Test
        void refusesDamagedKeyWithoutShowingIt() throws IOException {
            logIn("http://127.0.0.1:" + freePort());
            Files.writeString(holder.credentials(), holder.stored().replace(text, text + " " + text));

            Outcome outcome = runs("whoami");

            assertEquals(3, outcome.exitCode());
            assertTrue(outcome.err().contains("line 2, api_key: key has a blank"), outcome.err());
        }

        @Test
        void readsNoKeyThatOthersCanRead() throws IOException {
            logIn("http://127.0.0.1:" + freePort());
            Files.setPosixFilePermissions(holder.credentials(), PosixFilePermissions.fromString("rw-r-----"));

            for (List<String> command :
                    List.of(List.of("auth", "status"), List.of("whoami"), List.of("request", "GET", "/x"))) {
                Outcome outcome = runs(command.toArray(String[]::new));

                assertEquals(3, outcome.exitCode(), () -> String.join(" ", command));
                assertTrue(outcome.err().contains("chmod 600"), outcome.err());
            }
        }

        @Test
        void closesFileAtLoginAndSaysSo() throws IOException {
            logIn("http://127.0.0.1:" + freePort());
            Path directory = holder.credentials().getParent();
            Files.setPosixFilePermissions(holder.credentials(), PosixFilePermissions.fromString("rw-r--r--"));
            Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));

            Outcome outcome = gives(text, "login");

            assertTrue(outcome.err().contains("is private now"), outcome.err());
            assertEquals(
                    "rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(holder.credentials())));
            assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(directory)));
        }

        @Test
        void refusesLinkInPlaceOfTheFile() throws IOException {
            logIn("http://127.0.0.1:" + freePort());
            Path moved = Files.move(holder.credentials(), home.resolve("moved.toml"));
            Files.createSymbolicLink(holder.credentials(), moved);

            assertEquals(3, runs("auth", "status").exitCode());
            assertEquals(3, gives(text, "login").exitCode());
            assertTrue(Files.isSymbolicLink(holder.credentials()));
        }
    }

    @Nested
    class AuthStatus {
        @Test
        void listsWhatIsStored() {
            gives(text, "login");
            gives(text, "login", "--environment", "staging", "--role", "admin");

            assertEquals(
                    "authenticated, stored_credentials: client@default, admin@staging\n",
                    runs("auth", "status").out());
            assertEquals(
                    "authenticated, stored_credentials: admin@staging\n",
                    runs("auth", "status", "--environment", "staging").out());
        }

        @Test
        void saysThatNothingIsStored() {
            Outcome outcome = runs("auth", "status");

            assertEquals(1, outcome.exitCode());
            assertEquals("not authenticated, stored_credentials: none\n", outcome.out());
        }

        @Test
        void printsStableJson() {
            gives(text, "login");

            assertEquals(
                    """
                    {
                        "authenticated": true,
                        "stored_credentials": [
                            "client@default"
                        ],
                        "credentials": [
                            {
                                "stored": "client@default",
                                "id": "%s",
                                "prefix": "kw_test",
                                "origin": null,
                                "check": null,
                                "reason": null
                            }
                        ]
                    }
                    """.formatted(ThrowAwayKeys.FORMAT.idOf(key)),
                    runs("auth", "status", "--json").out());
        }

        @ParameterizedTest
        @CsvSource({
            "200, 0, accepted",
            "403, 0, lacks role",
            "404, 0, accepted",
            "401, 1, rejected",
            "500, 1, could not tell"
        })
        void asksTheServer(int status, int exitCode, String said) throws IOException {
            int[] answer = {200};
            try (StandInService service = StandInService.guarded(text, request -> Reply.of(answer[0]))) {
                logIn(service.url());
                answer[0] = status;

                Outcome outcome = runs("auth", "status", "--check");

                assertEquals(exitCode, outcome.exitCode());
                assertTrue(outcome.out().contains("\nclient@default: " + said + ": "), outcome.out());
                assertTrue(outcome.out().startsWith(exitCode == 0 ? "authenticated" : "not authenticated"));
            }
        }
    }

    @Nested
    class Logout {
        @Test
        void removesOneKeyAndLeavesTheOthers() throws IOException {
            gives(text, "login");
            gives(text, "login", "--role", "admin");

            Outcome outcome = runs("logout");

            assertEquals(0, outcome.exitCode());
            assertEquals("removed client@default\n", outcome.out());
            assertTrue(outcome.err().contains("still valid"), outcome.err());
            assertFalse(holder.stored().contains("client"));
            assertEquals(
                    "authenticated, stored_credentials: admin@default\n",
                    runs("auth", "status").out());
        }

        @Test
        void saysThatThereWasNone() {
            Outcome outcome = runs("logout");

            assertEquals(1, outcome.exitCode());
            assertFalse(Files.exists(holder.credentials()));
        }
    }

    @Nested
    class AuthToken {
        @Test
        @DisplayName("issue 18.9 prints the key to a pipe and says where none is stored")
        void printsTheKeyToPipe() {
            assertEquals(1, runs("auth", "token").exitCode());
            gives(text, "login");

            Outcome outcome = holder.runs("auth", "token");

            assertEquals(0, outcome.exitCode());
            assertEquals(text + "\n", outcome.out());
            assertEquals("", outcome.err());
        }

        @Test
        @DisplayName("issue 18.9 prints the key to a terminal with --show only")
        void printsTheKeyToTerminalWithShowOnly() {
            gives(text, "login");

            Outcome refused = holder.atTerminal("auth", "token");
            everythingShown.append(refused.out()).append(refused.err());

            assertEquals(1, refused.exitCode());
            assertTrue(refused.err().contains("--show"), refused.err());
            assertEquals(
                    text + "\n", holder.atTerminal("auth", "token", "--show").out());
        }
    }

    @Nested
    class Home {
        @ParameterizedTest
        @ValueSource(strings = {"login", "logout", "whoami", "auth status", "auth token", "request GET /x"})
        @DisplayName("issue 18.9 HOME that is not set is a clear error")
        void saysThatHomeIsNotSet(String command) {
            Outcome outcome = Outcome.reading(text, command.split(" "));
            everythingShown.append(outcome.out()).append(outcome.err());

            assertEquals(3, outcome.exitCode());
            assertTrue(outcome.err().contains("HOME is not set"), outcome.err());
        }
    }

    @Nested
    class Whoami {
        @Test
        void tellsIdPrefixOwnerAndRoles() throws IOException {
            try (StandInService service = StandInService.guarded(
                    text,
                    request -> request.target().equals("/v1/whoami")
                            ? Reply.json(200, "{\"id\":\"x\",\"owner\":\"alice\",\"roles\":[\"client\",\"miner\"]}")
                            : Reply.of(404))) {
                logIn(service.url() + "/v1/jobs");

                Outcome outcome = runs("whoami");

                assertEquals(0, outcome.exitCode());
                assertEquals(
                        "client@default: key " + ThrowAwayKeys.FORMAT.idOf(key) + " with prefix kw_test, for "
                                + service.url() + "\nowner: alice\nroles: client, miner\n",
                        outcome.out());
            }
        }

        @Test
        void asksTheGivenPath() throws IOException {
            try (StandInService service = StandInService.guarded(
                    text,
                    request -> request.target().equals("/me")
                            ? Reply.json(
                                    200, "{\"owner\":\"alice\\u001b[2J\",\"roles\":null,\"name\":\"" + text + "\"}")
                            : Reply.of(404))) {
                logIn(service.url());

                assertTrue(runs("whoami").err().contains("which says nothing about the key"));
                Outcome outcome = runs("whoami", "--path", "/me", "--json");

                assertTrue(outcome.out().contains("\"owner\": \"alice?[2J\""), outcome.out());
                assertTrue(outcome.out().contains("\"name\": \"********\""), outcome.out());
                assertTrue(outcome.out().contains("\"roles\": null"), outcome.out());
            }
        }

        @Test
        void saysThatTheServerRefusesTheKey() throws IOException {
            boolean[] revoked = new boolean[1];
            try (StandInService service = StandInService.guarded(text, request -> Reply.of(revoked[0] ? 401 : 200))) {
                logIn(service.url());
                revoked[0] = true;

                Outcome outcome = runs("whoami");

                assertEquals(1, outcome.exitCode());
                assertTrue(outcome.err().contains("does not accept the key"), outcome.err());
            }
        }
    }

    @Nested
    class Request {
        @Test
        void sendsTheStoredKeyAndTheBody() throws IOException {
            try (StandInService service = StandInService.guarded(
                    text, request -> Reply.json(201, request.method() + request.target() + request.body()))) {
                logIn(service.url());

                Outcome outcome = runs(
                        "request",
                        "post",
                        service.url() + "/v1/jobs?dry=1",
                        "-d",
                        "{\"prompt\":\"test\"}",
                        "-H",
                        "A: b");

                assertEquals(0, outcome.exitCode(), outcome.err());
                assertEquals("POST/v1/jobs?dry=1{\"prompt\":\"test\"}", outcome.out());
                StandInService.Request request = service.requests().get(2);
                assertEquals("application/json", request.headers().get("Content-Type"));
                assertEquals("b", request.headers().get("A"));
            }
        }

        @Test
        void sendsFileAndStandardInput() throws IOException {
            Path file = Files.writeString(home.resolve("job.json"), "{}");
            try (StandInService service = StandInService.guarded(text, request -> Reply.json(200, request.body()))) {
                logIn(service.url());

                assertEquals(
                        "{}", runs("request", "PUT", "/x", "-d", "@" + file).out());
                assertEquals(
                        3,
                        runs("request", "PUT", "/x", "-d", "@" + home.resolve("none"))
                                .exitCode());
                assertEquals(
                        "a=b",
                        runs("request", "PUT", "/x", "-d", "a=b", "-H", "Content-Type: text/plain")
                                .out());
            }
        }

        @Test
        void starsTheKeyWhereTheAnswerRepeatsIt() throws IOException {
            int[] status = {200};
            try (StandInService service =
                    StandInService.guarded(text, request -> Reply.json(status[0], "you sent " + request.key()))) {
                logIn(service.url());

                assertEquals("you sent ********", runs("request", "GET", "/x").out());
                status[0] = 400;
                assertEquals("you sent ********\n", runs("request", "GET", "/x").out());
            }
        }

        @Test
        void keepsTheKeyFromOtherServers() throws IOException {
            try (StandInService service = guarded(200);
                    StandInService other = StandInService.answering(request -> Reply.of(200))) {
                logIn(service.url());

                Outcome outcome = runs("request", "GET", other.url() + "/x");

                assertEquals(1, outcome.exitCode());
                assertTrue(outcome.err().contains("--force-origin"), outcome.err());
                assertEquals(List.of(), other.requests());
                assertEquals(
                        0,
                        runs("request", "GET", other.url() + "/x", "--force-origin")
                                .exitCode());
                assertEquals(text, other.requests().get(0).key());
            }
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "http://localhost:%d/x",
                    "https://127.0.0.1:%d/x",
                    "http://127.0.0.1/x",
                    "http://127.0.0.2:%d/x",
                    "http://127.0.0.1:%d.example.com/x",
                    "http://127.0.0.1:%d@example.com/x",
                    "http://example.com/127.0.0.1:%d"
                })
        void takesNoOtherOriginForItsOwn(String url) throws IOException {
            try (StandInService service = guarded(200)) {
                logIn(service.url());
                int port = Integer.parseInt(service.url().substring("http://127.0.0.1:".length()));

                assertTrue(runs("request", "GET", url.formatted(port)).exitCode() > 0);
                assertEquals(2, service.requests().size());
            }
        }

        @Test
        void sendsNothingWithoutServerOrKey() {
            assertEquals(1, runs("request", "GET", "/x").exitCode());
            gives(text, "login");
            assertEquals(1, runs("request", "GET", "/x").exitCode());
            assertEquals(1, runs("request", "GET", "http://127.0.0.1:1/x").exitCode());
        }

        @Test
        void followsRedirectsAtTheServerOnly() throws IOException {
            try (StandInService other = StandInService.answering(request -> Reply.of(200));
                    StandInService service = StandInService.guarded(text, request -> switch (request.target()) {
                        case "/here" -> Reply.redirect("/there");
                        case "/away" -> Reply.redirect(other.url() + "/stolen");
                        case "/round" -> Reply.redirect("/round");
                        case "/broken" -> Reply.redirect("http://[");
                        default -> Reply.json(200, request.target());
                    })) {
                logIn(service.url());

                assertEquals("/there", runs("request", "GET", "/here").out());
                assertEquals(1, runs("request", "POST", "/here").exitCode());
                Outcome away = runs("request", "GET", "/away");
                assertEquals(1, away.exitCode());
                assertTrue(away.err().contains("the key is not sent there"), away.err());
                assertEquals(
                        1, runs("request", "GET", "/away", "--force-origin").exitCode());
                assertEquals(1, runs("request", "POST", "/away").exitCode());
                assertEquals(1, runs("request", "GET", "/round").exitCode());
                assertEquals(1, runs("request", "GET", "/broken").exitCode());
                assertEquals(List.of(), other.requests());
            }
        }

        @Test
        void showsTheEndpointsOfProblemAsList() throws IOException {
            String problem = """
                    {"title":"Not Found","status":404,"endpoints":["GET /v1/jobs",
                     {"methods":["GET","POST"],"path":"/v1/x"}]}""";
            try (StandInService service = StandInService.guarded(text, request -> Reply.json(404, problem))) {
                logIn(service.url());

                Outcome outcome = runs("request", "GET", "/v1/agents/workflows");

                assertEquals(1, outcome.exitCode());
                assertEquals("endpoints:\n  GET /v1/jobs\n  GET,POST /v1/x\n", outcome.out());
                assertTrue(outcome.err().contains("says nothing about the key"), outcome.err());
            }
        }

        @ParameterizedTest
        @CsvSource({
            "401, does not accept the key",
            "403, lacks the role",
            "404, no such endpoint",
            "405, not with this method",
            "500, answered 500"
        })
        void explainsRefusals(int status, String said) throws IOException {
            int[] answer = {200};
            try (StandInService service = StandInService.guarded(text, request -> Reply.of(answer[0]))) {
                logIn(service.url());
                answer[0] = status;

                Outcome outcome = runs("request", "GET", "/x");

                assertEquals(1, outcome.exitCode());
                assertTrue(outcome.err().contains(said), outcome.err());
            }
        }

        static Stream<List<String>> secretsOnTheLine() {
            return Stream.of(
                    List.of("request", "GET", "/x", "-H", "X-Api-Key: marker-0123456789"),
                    List.of("request", "GET", "/x", "-H", "authorization: Bearer marker-0123456789"),
                    List.of("request", "GET", "/x?key=made_elsewhere_0123"),
                    List.of("request", "POST", "/x", "-d", "key=made_elsewhere_0123"),
                    List.of("request", "POST", "/x", "-H", "A: made_elsewhere_0123"));
        }

        @ParameterizedTest
        @MethodSource("secretsOnTheLine")
        @DisplayName("CL-10 refuses credentials on the command line")
        void refusesCredentialsOnTheLine(List<String> args) throws IOException {
            String foreign = "made_elsewhere_0123";
            try (StandInService service = StandInService.guarded(foreign, request -> Reply.of(200))) {
                assertEquals(
                        0, gives(foreign, "login", "--api-url", service.url()).exitCode());

                Outcome outcome = runs(args.toArray(String[]::new));

                assertEquals(2, outcome.exitCode());
                assertTrue(outcome.err().contains("process list"), outcome.err());
                assertFalse(outcome.err().contains("marker") || outcome.err().contains(foreign), outcome.err());
                assertEquals(2, service.requests().size());
            }
        }

        @ParameterizedTest
        @ValueSource(strings = {"A", "A b: c", "A: b\r\nX: y", "Host: example.com", "Content-Length: 1"})
        void refusesHeadersThatAreNoneOrNotItsBusiness(String header) throws IOException {
            try (StandInService service = guarded(200)) {
                logIn(service.url());

                assertEquals(2, runs("request", "GET", "/x", "-H", header).exitCode());
                assertEquals(2, service.requests().size());
            }
        }

        @ParameterizedTest
        @ValueSource(strings = {"TRACE", "connect", "G ET", ""})
        void refusesMethods(String method) {
            gives(text, "login");

            assertEquals(2, runs("request", method, "http://127.0.0.1:1/x").exitCode());
        }
    }

    /** The file of the second reference document. */
    @Nested
    class ConfigFile {
        private static final String FETCHML = """
                # FetchML
                api_key = "<your-api-key>"  # from Bitwarden
                worker_host = "localhost"
                worker_port = 9100
                api_url = "ws://localhost:9100/ws"

                [ui]
                theme = "dark"
                """;

        @Test
        @DisplayName("CL-12 puts the key in and leaves the rest alone")
        void putsTheKeyIn() throws IOException {
            try (StandInService service = guarded(426)) {
                String port = service.url().substring("http://127.0.0.1:".length());
                Path file = file(FETCHML.replace("localhost:9100", "127.0.0.1:" + port), "rw-r--r--");

                Outcome outcome = gives(text, "login", "--config-file", file.toString());

                assertEquals(0, outcome.exitCode(), outcome.err());
                assertTrue(outcome.err().contains("the key is valid"), outcome.err());
                assertEquals("/ws", service.requests().get(0).target());
                assertEquals(
                        FETCHML.replace("localhost:9100", "127.0.0.1:" + port).replace("<your-api-key>", text),
                        Files.readString(file));
                assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
                assertEquals(
                        0,
                        runs("auth", "status", "--check", "--config-file", file.toString())
                                .exitCode());
                assertFalse(Files.exists(holder.credentials()));
            }
        }

        @Test
        void makesTheFileThatTheOtherProgramReads() throws IOException {
            Path file = home.resolve(".ml/config.toml");

            gives(text, "login", "--config-file", file.toString(), "--api-url", "ws://localhost:9/ws");

            assertEquals(
                    "api_key = \"" + text
                            + "\"\nworker_host = \"localhost\"\nworker_port = 9\napi_url = \"ws://localhost:9/ws\"\n",
                    Files.readString(file));
        }

        @Test
        void takesTheServerFromHostAndPort() throws IOException {
            try (StandInService service = guarded(200)) {
                String port = service.url().substring("http://127.0.0.1:".length());
                Path file = file("worker_host = \"127.0.0.1\"\nworker_port = " + port + "\n", "rw-------");

                gives(text, "login", "--config-file", file.toString());
                Outcome outcome = runs("request", "GET", "/x", "--config-file", file.toString());

                assertEquals(0, outcome.exitCode(), outcome.err());
                assertEquals(
                        "api_key = \"" + text + "\"\nworker_host = \"127.0.0.1\"\nworker_port = " + port + "\n",
                        Files.readString(file));
            }
        }

        @Test
        void removesTheKeyOnly() throws IOException {
            Path file = file(FETCHML, "rw-------");

            Outcome outcome = runs("logout", "--config-file", file.toString());
            assertEquals(0, outcome.exitCode());
            assertEquals("removed the line `api_key` of " + file + ", and nothing else of it\n", outcome.out());
            assertEquals(
                    FETCHML.replace("api_key = \"<your-api-key>\"  # from Bitwarden\n", ""), Files.readString(file));
            assertEquals(1, runs("logout", "--config-file", file.toString()).exitCode());
        }

        @Test
        void holdsOneKeyAndTakesNoSlot() throws IOException {
            Path file = file(FETCHML, "rw-------");

            assertEquals(
                    2,
                    gives(text, "login", "--config-file", file.toString(), "--role", "admin")
                            .exitCode());
        }

        private Path file(String content, String mode) throws IOException {
            Path file = Files.writeString(home.resolve("config.toml"), content);
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
            return file;
        }
    }

    /** Returns a port at which nothing listens. */
    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
