package io.keyward.cli.holder;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.keyward.cli.terminal.CommandFailure;
import io.keyward.cli.terminal.ExitCode;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TomlTextTest {
    private static final Path FILE = Path.of("config.toml");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "api_key = \"old-key-0123456789\"\n",
                "api_key = \"old-key-0123456789\"",
                "# mine\n\n  api_key   =  'old-key-0123456789'   # keep = \"this\"\n\nother = 1\n",
                "api_key = \"old-key-0123456789\"\r\nother = [ 1,\r\n  2 ]\r\n\r\n[t]\r\nx = '''\r\napi_key = 1\r\n'''\r\n",
                "\uFEFFapi_key = \"old-key-0123456789\"\n",
                "other = \"\"\"\napi_key = \"not this\"\n\"\"\"\napi_key = \"old-key-0123456789\"\n[t]\napi_key = \"nor this\"\n",
                "\"api_key\" = \"old-key-0123456789\" # 'quoted'\n",
                "api_key = \"a \\\" quote # in it\"\n"
            })
    @DisplayName("CL-12 replaces one value and nothing else")
    void replacesOneValueAndNothingElse(String text) {
        TomlText changed = parse(text).with(List.of(), Map.of("api_key", "\"N\""));

        assertEquals(
                text.replaceAll("\"?old-key-0123456789\"?|\"a \\\\\" quote # in it\"", "\"N\"")
                        .replace("'\"N\"'", "\"N\""),
                changed.text());
        assertEquals(Optional.of("N"), changed.string(List.of("api_key")));
    }

    @Test
    void addsMissingEntriesBesideTheOneThatIsThere() {
        TomlText changed = parse("# c\napi_key = \"a\"\nother = 1\n[t]\nx = 2\n")
                .with(List.of(), entries("api_key", "host", "url"));

        assertEquals(
                "# c\napi_key = \"api_key\"\nhost = \"host\"\nurl = \"url\"\nother = 1\n[t]\nx = 2\n", changed.text());
    }

    @Test
    void addsEntriesBeforeTheFirstTable() {
        TomlText changed = parse("# c\n[t]\nx = 2").with(List.of(), entries("api_key"));

        assertEquals("# c\napi_key = \"api_key\"\n[t]\nx = 2", changed.text());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "# only a comment", "# only a comment\n", "\r\n"})
    void addsEntriesToFileWithoutAny(String text) {
        TomlText changed = parse(text).with(List.of(), entries("api_key"));

        assertTrue(changed.text().startsWith(text), changed.text());
        assertEquals(Optional.of("api_key"), changed.string(List.of("api_key")));
    }

    @Test
    void addsTableAtTheEnd() {
        TomlText one = parse("").with(List.of("default", "client"), entries("api_key"));
        TomlText two = one.with(List.of("default", "admin"), entries("api_key", "origin"));

        assertEquals(
                "[default.client]\napi_key = \"api_key\"\n\n[default.admin]\napi_key = \"api_key\"\norigin = \"origin\"\n",
                two.text());
    }

    @Test
    void removesEntriesAndTheHeaderOfAnEmptyTable() {
        TomlText toml = parse("# c\n[a.b]\napi_key = \"1\"\n# d\n[a.c]\napi_key = \"2\"\nmine = 3\n");

        assertEquals(
                "# c\n# d\n[a.c]\napi_key = \"2\"\nmine = 3\n",
                toml.without(List.of("a", "b"), Set.of("api_key")).text());
        assertEquals(
                "# c\n[a.b]\napi_key = \"1\"\n# d\n[a.c]\nmine = 3\n",
                toml.without(List.of("a", "c"), Set.of("api_key")).text());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "api_key = \"\"\"marker\n\"\"\"\n",
                "api_key = \"\"\"marker\"\"\"\n",
                "api_key = '''marker'''\n",
                "api_key = { marker = 1 }\n",
                "api_key = [\n\"marker\"\n]\n",
                "[api_key]\nmarker = 1\n",
            })
    void refusesToGuessHowAnEntryIsWritten(String text) {
        CommandFailure failure =
                assertThrows(CommandFailure.class, () -> parse(text).with(List.of(), entries("api_key")));

        assertEquals(ExitCode.FILE, failure.exitCode());
        assertFalse(String.valueOf(failure.getMessage()).contains("marker"), failure.getMessage());
    }

    @Test
    void refusesChangeThatWouldTouchOtherEntries() {
        String inline = "default = { client = { x = 1 } }\n";

        assertThrows(CommandFailure.class, () -> parse(inline).with(List.of("default", "client"), entries("api_key")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "api_key = \"kept\"\napi_key = \"marker\"\n",
                "api_key = \"kept\"\nmarker marker\n",
                "api_key = \"kept\"\nx = \"marker\n",
                "api_key = \"kept\"\nx = \"\\qmarker\"\n"
            })
    @DisplayName("LE-10 names file and line of what is no TOML, not what stands there")
    void namesLineOfDamage(String text) {
        CommandFailure failure = assertThrows(CommandFailure.class, () -> parse(text));

        assertTrue(String.valueOf(failure.getMessage()).startsWith("config.toml, line 2"), failure.getMessage());
        assertFalse(String.valueOf(failure.getMessage()).contains("marker"), failure.getMessage());
    }

    @Test
    void writesAnyKeySoThatItReadsTheSame() {
        StringBuilder printable = new StringBuilder();
        for (char c = '!'; c <= '~'; c++) {
            printable.append(c);
        }
        String key = printable.toString();

        TomlText changed = parse("").with(List.of(), Map.of("api_key", TomlText.quoted(key)));

        assertEquals(Optional.of(key), changed.string(List.of("api_key")));
        assertEquals(
                Optional.of("N"),
                changed.with(List.of(), Map.of("api_key", "\"N\"")).string(List.of("api_key")));
    }

    private static Map<String, String> entries(String... names) {
        Map<String, String> entries = new LinkedHashMap<>();
        for (String name : names) {
            entries.put(name, TomlText.quoted(name));
        }
        return entries;
    }

    private static TomlText parse(String text) {
        return TomlText.parse(FILE, text);
    }
}
