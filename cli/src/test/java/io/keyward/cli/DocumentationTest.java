package io.keyward.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.keyward.cli.terminal.Terminal;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;

/**
 * Keeps docs/cli.md, and the manual page in the jar, what the commands say of themselves. After a change of a command run
 * {@code mvn -pl cli -am test -Ddocs.write=true -Dtest=DocumentationTest -Dsurefire.failIfNoSpecifiedTests=false}, which
 * generates both.
 */
class DocumentationTest {
    private static final Path PAGE = Path.of("..", "docs", "cli.md");
    private static final Path MANUAL = Path.of("src", "main", "resources", "META-INF", "man", "man1", "keyward.1");

    @Test
    void pageSaysWhatTheCommandsSay() throws IOException {
        assertWritten(PAGE, page());
    }

    @Test
    @DisplayName("issue 18.8 the manual page in the jar is what keyward man prints")
    void manualPageSaysWhatTheCommandsSay(@TempDir Path directory) throws IOException {
        assertWritten(MANUAL, new Operator(directory.resolve(".env")).run("man").out());
    }

    private static void assertWritten(Path file, String text) throws IOException {
        if (Boolean.getBoolean("docs.write")) {
            Files.writeString(file, text);
        }
        assertEquals(
                text,
                Files.readString(file),
                file + " is out of date; the Javadoc of this class says how to generate it");
    }

    /**
     * Picocli takes <code>${NAME}</code> in a description for a variable, and prints null for one that it does not
     * know.
     */
    @Test
    void helpPrintsNullForNoPlaceholder() throws IOException {
        String meant = "the server does not say is null";
        assertFalse(
                page().replaceAll("\\s+", " ").replace(meant, "").contains("null"), "a placeholder in a description");
    }

    private static String page() throws IOException {
        StringBuilder page = new StringBuilder(head());
        CommandLine keyward = Main.commandLine(Terminal.ofProcess());
        describe(keyward, page);
        return page.toString();
    }

    private static void describe(CommandLine parent, StringBuilder page) {
        parent.getSubcommands().forEach((name, command) -> {
            if (!name.equals("help") && !command.getCommandSpec().usageMessage().hidden()) {
                page.append("\n## ")
                        .append(command.getCommandSpec().qualifiedName())
                        .append("\n\n```\n");
                command.getUsageMessage(Ansi.OFF)
                        .lines()
                        .forEach(line -> page.append(line.stripTrailing()).append('\n'));
                page.append("```\n");
                describe(command, page);
            }
        });
    }

    private static String head() throws IOException {
        try (InputStream in = DocumentationTest.class.getResourceAsStream("cli-head.md")) {
            return new String(Objects.requireNonNull(in).readAllBytes(), UTF_8);
        }
    }
}
