package io.keyward.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.keyward.cli.terminal.Terminal;
import io.keyward.cli.terminal.TestTerminal;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

/** Issue 18.8: messages in people's words, exit codes as documented, JSON for failures, completion, manual page. */
class MessagesTest {
    @TempDir
    private Path directory;

    private Operator operator = new Operator(Path.of(""));

    @BeforeEach
    void setUp() {
        operator = new Operator(directory.resolve(".env"));
    }

    private String issue(String... further) {
        List<String> args = new java.util.ArrayList<>(List.of("issue", "--role=client", "--owner=alice", "--json"));
        args.addAll(List.of(further));
        Outcome outcome = operator.run(args.toArray(String[]::new));
        assertEquals(0, outcome.exitCode(), outcome.err());
        return read(outcome.out()).getString("id");
    }

    @ParameterizedTest(name = "{0}")
    @DisplayName("issue 16 a value that cannot be read is named by its option and its rule, and not repeated")
    @CsvSource(
            delimiter = '|',
            value = {
                "issue --not-before typed-it  | --not-before must be an instant like 2027-01-01T00:00:00Z",
                "issue --count typed-it       | --count must be a whole number",
                "issue --expires typed-it     | --expires must be a span like 90d",
                "issue --prefix typed-it      | --prefix is not a prefix: key prefix must be",
                "issue --output typed-it      | --output must be one of text, json, env",
                "issue --json=typed-it        | --json takes no value",
                "issue --owner                | --owner needs a value",
                "issue --owner typed-it --owner typed-it | --owner is given twice; keep one",
                "change x --metadata typed-it | --metadata must be NAME=VALUE",
                "rotate x --overlap typed-it  | --overlap must be a number and one of s m h d w",
                "list --file=                 | --file is empty, and must be a path",
                "list --sort typed-it         | --sort must be one of id, owner, name, end, state",
                "list --columns typed-it      | --columns must be one of id, state, roles",
                "status --pid typed-it        | --pid must be a whole number",
                "scan                         | PATH is missing",
                "scan-rules                   | --format is missing",
                "scan-rules --format typed-it | --format must be one of regex, gitleaks",
                "completion typed-it          | SHELL must be one of bash, zsh, fish",
                "request                      | METHOD is missing",
                "help typed-it                | there is no such command",
                "auth                         | no command given; `keyward auth --help` lists them",
            })
    void usageFailureNamesOptionAndRule(String line, String message) {
        Outcome refused = Outcome.of(line.split(" "));

        assertEquals(2, refused.exitCode(), refused.err());
        assertTrue(refused.err().startsWith("keyward: " + message), refused.err());
        assertFalse(refused.err().contains("typed-it"), refused.err());
        assertTrue(
                refused.err().contains("\nkeyward: Try: ") || refused.err().contains("\nTry: keyward "), refused.err());
    }

    static Stream<Arguments> failures() {
        return Stream.of(
                Arguments.of("show nosuchid --json", 1, "refused"),
                Arguments.of("revoke nosuchid --json", 1, "refused"),
                Arguments.of("list --json --file no/such/file", 3, "file"),
                Arguments.of("issue --json --role client", 2, "usage"),
                Arguments.of("list --json --nonsense", 2, "usage"),
                Arguments.of("issue --role client --owner x --file no/such/dir/.env --output json", 3, "file"),
                Arguments.of("hash --json", 1, "refused"),
                Arguments.of("whoami --json", 3, "file"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("failures")
    @DisplayName("a failure is JSON where JSON was asked for")
    void failureIsJson(String line, int exitCode, String title) {
        issue();

        Outcome outcome = operator.run(line.split(" "));

        assertEquals(exitCode, outcome.exitCode(), outcome.err());
        JsonObject problem = read(outcome.out());
        assertEquals(title, problem.getString("title"));
        assertEquals(exitCode, problem.getInt("exitCode"));
        assertTrue(outcome.err().contains(problem.getString("detail")), outcome.err());
    }

    @Test
    void everyCommandTakesJson() {
        Stream<CommandLine> commands = Main.commandLine(silent()).getSubcommands().values().stream()
                .flatMap(command -> command.getSubcommands().isEmpty()
                        ? Stream.of(command)
                        : command.getSubcommands().values().stream())
                .filter(command -> !command.getCommandSpec().usageMessage().hidden());

        assertEquals(
                List.of("help"),
                commands.filter(command -> command.getCommandSpec().findOption("--json") == null)
                        .map(CommandLine::getCommandName)
                        .toList());
    }

    @ParameterizedTest
    @CsvSource({
        "isue, `issue`",
        "lst, `list`",
        "auth stauts, `status`",
        "list --ownr bob, `--owner`",
        "list --rolle client, `--role`"
    })
    @DisplayName("an unknown command or option suggests the near one")
    void suggestsTheNearOne(String line, String suggested) {
        Outcome outcome = operator.run(line.split(" "));

        assertEquals(2, outcome.exitCode());
        assertTrue(outcome.err().contains("did you mean"), outcome.err());
        assertTrue(outcome.err().contains(suggested), outcome.err());
    }

    @Test
    @DisplayName("revoke of a revoked key is 1, as documented")
    void revokingTwiceIsRefused() throws IOException {
        String id = issue();
        assertEquals(0, operator.run("revoke", id).exitCode());
        byte[] before = Files.readAllBytes(operator.file());

        for (String command : List.of("revoke", "disable", "enable")) {
            Outcome outcome = operator.run(command, id);

            assertEquals(1, outcome.exitCode(), command);
            assertTrue(outcome.err().contains("is revoked"), outcome.err());
        }
        assertEquals(new String(before, UTF_8), Files.readString(operator.file()));
    }

    @ParameterizedTest
    @CsvSource({"2d, 2 days", "13d, 13 days", "30h, 30 hours", "3h, 3 hours", "89m, 89 minutes", "1m, 1 minute"})
    @DisplayName("a span is said as people say it")
    void saysSpansAsPeopleDo(String span, String said) {
        issue("--expires=" + span);

        Outcome outcome = operator.run("list");

        assertTrue(outcome.err().contains("ends in " + said + ","), outcome.err());
    }

    @Test
    @DisplayName("141 where nobody reads the output, and a key that nobody saw is not stored")
    void endsWith141WhereNobodyReads() {
        String id = issue();
        Outcome list = writingTo(new BrokenStream("Broken pipe"), "list");
        Outcome issued = writingTo(new BrokenStream("Broken pipe"), "issue", "--role=client", "--owner=bob");

        assertEquals(141, list.exitCode());
        assertEquals(141, issued.exitCode());
        assertTrue(issued.err().contains("the key was not stored"), issued.err());
        assertEquals(2, operator.run("list").out().lines().count(), () -> "more than " + id);
    }

    @Test
    @DisplayName("a full disk is called that")
    void callsFullDiskThat() {
        issue();

        Outcome outcome = writingTo(new BrokenStream("No space left on device"), "list");

        assertEquals(3, outcome.exitCode());
        assertTrue(outcome.err().contains("the disk is full"), outcome.err());
        assertFalse(outcome.err().contains("Exception"), outcome.err());
    }

    @Test
    @DisplayName("a change that was done is told, also where its JSON cannot be shown")
    void tellsWhatWasDone() {
        String id = issue();

        Outcome outcome = writingTo(new BrokenStream("No space left on device"), "revoke", id, "--json");

        assertEquals(3, outcome.exitCode());
        assertTrue(outcome.err().contains("revoked key " + id), outcome.err());
    }

    @Test
    @DisplayName("the width follows the terminal")
    void widthFollowsTheTerminal() {
        assertTrue(widest("70") <= 70, "wider than the terminal");
        assertTrue(widest("140") > 100, "narrower than it could be");
    }

    private int widest(String columns) {
        return operator.with("COLUMNS", columns)
                .run("help", "request")
                .out()
                .lines()
                .takeWhile(line -> !line.startsWith("Exit codes"))
                .mapToInt(String::length)
                .max()
                .orElse(0);
    }

    @Test
    @DisplayName("ids complete on TAB, and an unreadable file completes to nothing")
    void completesIds() throws Exception {
        assertEquals("", operator.run("complete-ids").out());
        String id = issue();

        assertEquals(id + "\n", operator.run("complete-ids").out());
        Path script = Files.writeString(
                directory.resolve("script"),
                "keyward() { echo " + id + "; }\n"
                        + operator.run("completion", "bash").out()
                        + "COMP_WORDS=(keyward revoke '')\nCOMP_CWORD=2\n_keyward_with_ids\necho \"${COMPREPLY[@]}\"\n");
        Process bash = new ProcessBuilder("bash", script.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        assertEquals(id + "\n", new String(bash.getInputStream().readAllBytes(), UTF_8));
    }

    @ParameterizedTest
    @CsvSource({"zsh, #compdef keyward", "fish, complete -c keyward -f"})
    @DisplayName("other shells have a script of their own")
    void writesScriptsForOtherShells(String shell, String first) {
        String script = operator.run("completion", shell).out();

        assertTrue(script.startsWith(first + "\n"), "another beginning");
        for (String part : List.of("issue", "auth", "token", "declared-roles", "complete-ids", "1password")) {
            assertTrue(script.contains(part), part);
        }
        assertEquals(2, operator.run("completion", "tcsh").exitCode());
    }

    @Test
    @DisplayName("issue 22.3 each command is found under its own name, whether it is made alone or with all others")
    void commandsAreFoundByTheirNames() {
        Main.commandLine(silent())
                .getSubcommands()
                .forEach((name, command) ->
                        assertEquals(name, command.getCommandSpec().name()));
        Main.commands(silent()).keySet().forEach(name -> {
            Outcome alone = operator.run(name, "--help");
            assertEquals(0, alone.exitCode(), name);
            assertTrue(alone.out().contains("Usage: keyward " + name), alone.out());
        });
    }

    @Test
    @DisplayName("the manual page has every command")
    void manualPageHasEveryCommand() {
        String page = operator.run("man").out();

        assertTrue(page.startsWith(".TH KEYWARD 1\n"), page);
        Main.commandLine(silent()).getSubcommands().forEach((name, command) -> {
            if (!command.getCommandSpec().usageMessage().hidden()) {
                assertTrue(page.contains("\"KEYWARD " + name.toUpperCase(java.util.Locale.ROOT) + "\""), name);
            }
        });
    }

    private Outcome writingTo(OutputStream out, String... args) {
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Terminal terminal = TestTerminal.of(
                InputStream.nullInputStream(),
                out,
                new PrintStream(err, true, UTF_8),
                Map.of("KEYWARD_FILE", operator.file().toString()),
                null,
                false);
        return new Outcome(Main.run(List.of(args), terminal), "", err.toString(UTF_8));
    }

    private static Terminal silent() {
        return TestTerminal.of(
                InputStream.nullInputStream(),
                OutputStream.nullOutputStream(),
                new PrintStream(OutputStream.nullOutputStream(), true, UTF_8),
                Map.of(),
                null,
                false);
    }

    private static JsonObject read(String text) {
        try (var reader = Json.createReader(new StringReader(text))) {
            return reader.readObject();
        }
    }
}
