package io.keyward.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.keyward.ApiKey;
import io.keyward.KeyFormat;
import io.keyward.KeyHasher;
import io.keyward.cli.terminal.Terminal;
import io.keyward.cli.terminal.TestTerminal;
import io.keyward.testing.ThrowAwayKeys;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** The commands that need no file: generate, hash, check, completion, and how every command line is judged. */
class KeyTextCommandsTest {
    private final ApiKey key = ThrowAwayKeys.newKey();

    @Test
    void refusesAKeyThatAnyoneCanGuess() {
        for (String guessable : new String[] {"your-api-key-here", "client_dev_key_1_valid", "<your-api-key-here>"}) {
            Outcome outcome = Outcome.reading(guessable + "\n", "hash");
            assertEquals(1, outcome.exitCode());
            assertEquals("", outcome.out());
        }
    }

    @Test
    void generatesSoundKeyOfTheAskedPrefix() {
        Outcome outcome = Outcome.of("generate", "--prefix", "acme_test");

        assertEquals(0, outcome.exitCode());
        assertTrue(KeyFormat.of("acme_test").flawOf(outcome.out().strip()).isEmpty());
        assertEquals("", outcome.err());
    }

    @Test
    void hashesTheKeyFromStandardInput() {
        String expected = KeyHasher.sha256().hash(key).reveal();

        assertEquals(
                expected + "\n", Outcome.reading(key.reveal() + "\n", "hash").out());
        assertEquals(
                expected.substring(7) + "\n",
                Outcome.reading(key.reveal() + "\r\n", "hash", "--bare").out());
    }

    @Test
    void asksPersonWithoutEcho() {
        var out = new java.io.ByteArrayOutputStream();
        Terminal terminal = TestTerminal.of(
                java.io.InputStream.nullInputStream(),
                out,
                new java.io.PrintStream(java.io.OutputStream.nullOutputStream()),
                Map.of("TERM", "xterm"),
                question -> key.reveal().toCharArray(),
                false);

        assertEquals(0, Main.run(List.of("hash"), terminal));
        assertTrue(out.toString().startsWith("sha256:"));
    }

    @Test
    void refusesToHashMistypedKey() {
        Outcome outcome = Outcome.reading(mistyped(), "hash");

        assertEquals(1, outcome.exitCode());
        assertEquals("", outcome.out());
        assertTrue(outcome.err().contains("check digits"), outcome.err());
    }

    @Test
    void checksSoundKeyWithoutShowingIt() {
        Outcome outcome = Outcome.reading(key.reveal(), "check");

        assertEquals(0, outcome.exitCode());
        assertEquals("well formed: key " + ThrowAwayKeys.FORMAT.idOf(key) + " with prefix kw_test\n", outcome.out());
    }

    static Stream<Arguments> flaws() {
        String text = ThrowAwayKeys.newKey().reveal();
        return Stream.of(
                Arguments.of("a slip", swapLast(text), "check_digits", "copy it again"),
                Arguments.of(
                        "a character too few", text.substring(0, text.length() - 1), "outline", "a part is missing"),
                Arguments.of("quotes around it", '"' + text + '"', "surroundings", "quotes"),
                Arguments.of("a blank before it", ' ' + text, "surroundings", "blanks"),
                Arguments.of("its header with it", "X-Api-Key: " + text, "surroundings", "header"),
                Arguments.of("upper case in the id", upperCaseId(text), "alphabet", "no key has"),
                Arguments.of("a key made elsewhere", "elsewhere-0123456789abcdef", "outline", "made elsewhere"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("flaws")
    void namesTheFlaw(String name, String text, String flaw, String reason) {
        Outcome plain = Outcome.reading(text, "check");
        Outcome json = Outcome.reading(text, "check", "--json");

        assertEquals(1, plain.exitCode());
        assertTrue(plain.err().contains(reason), plain.err());
        assertTrue(json.out().contains("\"flaw\": \"" + flaw + "\""), json.out());
        assertFalse((plain.err() + json.out()).contains(text.substring(4, 20)), "echoes the key");
    }

    @Test
    void refusesKeyOfAnotherPrefix() {
        Outcome outcome = Outcome.reading(key.reveal(), "check", "--prefix", "acme_live");

        assertEquals(1, outcome.exitCode());
        assertTrue(outcome.err().contains("prefix of this application"), outcome.err());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n", "\r\n"})
    void refusesEmptyInput(String input) {
        assertEquals(1, Outcome.reading(input, "hash").exitCode());
    }

    @Test
    void refusesSecondLineOnStandardInput() {
        Outcome outcome = Outcome.reading(key.reveal() + "\nsecond\n", "hash");

        assertEquals(1, outcome.exitCode());
        assertTrue(outcome.err().contains("one key on one line"), outcome.err());
    }

    static Stream<Arguments> secretsAsArguments() {
        String text = ThrowAwayKeys.newKey().reveal();
        String hash = KeyHasher.sha256().hash(ThrowAwayKeys.newKey()).reveal();
        return Stream.of(
                Arguments.of(List.of("hash", text)),
                Arguments.of(List.of("check", text)),
                Arguments.of(List.of("check", "--prefix=" + text)),
                Arguments.of(List.of("check", "client_made_elsewhere_1")),
                Arguments.of(List.of("hash", "--key", "client_made_elsewhere_1")),
                Arguments.of(List.of("hash", "--key=client_made_elsewhere_1")),
                Arguments.of(List.of("generate", hash)),
                Arguments.of(List.of("generate", hash.substring(7))));
    }

    @ParameterizedTest
    @MethodSource("secretsAsArguments")
    @DisplayName("CL-10 refuses a secret as an argument, with the reason and without repeating it")
    void refusesSecretAsArgument(List<String> args) {
        Outcome outcome = Outcome.of(args.toArray(String[]::new));

        assertEquals(2, outcome.exitCode());
        assertTrue(outcome.err().contains("process list"), outcome.err());
        String secret = args.get(args.size() - 1);
        assertFalse(outcome.err().contains(secret.substring(secret.indexOf('=') + 1)), "echoes the secret");
        assertEquals("", outcome.out());
    }

    @Test
    void everyCommandHasExamplesAndExitCodes() {
        CommandLine commandLine = Main.commandLine(silent());
        commandLine.getSubcommands().forEach((name, command) -> {
            if (!name.equals("help") && !command.getCommandSpec().usageMessage().hidden()) {
                String usage = command.getUsageMessage(CommandLine.Help.Ansi.OFF);
                assertTrue(usage.contains("Examples:"), name);
                assertTrue(usage.contains("Exit codes:"), name);
            }
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"regex", "gitleaks", "trufflehog", "github"})
    void printsRulesForOtherScanners(String scanner) {
        Outcome outcome = Outcome.of("scan-rules", "--format", scanner, "--prefix", "kw_test");

        assertEquals(0, outcome.exitCode());
        assertTrue(outcome.out().contains("kw_test_[0-9a-z]{8}[0-9A-Za-z]{36}"), outcome.out());
    }

    @Test
    void completionScriptNamesEveryCommand() {
        String script = Outcome.of("completion").out();

        Main.commandLine(silent()).getSubcommands().keySet().forEach(name -> assertTrue(script.contains(name), name));
    }

    @Test
    void coloursOnlyForPersonWhoDidNotRefuse() {
        assertEquals(
                CommandLine.Help.Ansi.ON,
                terminal(Map.of("TERM", "xterm"), true).ansi());
        assertEquals(
                CommandLine.Help.Ansi.OFF,
                terminal(Map.of("TERM", "xterm", "NO_COLOR", "1"), true).ansi());
        assertEquals(
                CommandLine.Help.Ansi.OFF,
                terminal(Map.of("TERM", "dumb"), true).ansi());
        assertEquals(
                CommandLine.Help.Ansi.OFF,
                terminal(Map.of("TERM", "xterm"), false).ansi());
    }

    private static Terminal silent() {
        return terminal(Map.of(), false);
    }

    private static Terminal terminal(Map<String, String> environment, boolean person) {
        return TestTerminal.of(
                java.io.InputStream.nullInputStream(),
                java.io.OutputStream.nullOutputStream(),
                new java.io.PrintStream(java.io.OutputStream.nullOutputStream()),
                environment,
                person ? question -> new char[0] : null,
                false);
    }

    private String mistyped() {
        return swapLast(key.reveal());
    }

    private static String swapLast(String text) {
        char last = text.charAt(text.length() - 1);
        return text.substring(0, text.length() - 1) + (last == 'a' ? 'b' : 'a');
    }

    private static String upperCaseId(String text) {
        return text.substring(0, 8) + 'A' + text.substring(9);
    }
}
