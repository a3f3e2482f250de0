package io.keyward.env;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.keyward.config.Machine;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What readers and the next editor see of a file that was being written in place: issue 17, item 1. */
class JournalTest {
    @TempDir
    Path directory;

    private Path file;

    @BeforeEach
    void writeFile() throws IOException {
        file = Files.writeString(directory.resolve(".env"), "A=1\nB=2\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
    }

    private Path journal() {
        return new SiblingNames(file).journal();
    }

    private Set<String> names() throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            Set<String> names = new TreeSet<>();
            entries.forEach(entry -> names.add(entry.getFileName().toString()));
            return names;
        }
    }

    @ParameterizedTest
    @CsvSource({"A=1;B=2;, A=1;B=3;C=4;", "A=1;B=2;C=3;, X=1;", "A=1;, A=1;B=2;"})
    @DisplayName("however far a write came, readers see the new content and the next change finishes it")
    void everyHalfWrittenStateIsRepaired(String one, String other) throws IOException {
        byte[] before = one.replace(';', '\n').getBytes(UTF_8);
        byte[] after = other.replace(';', '\n').getBytes(UTF_8);
        for (int written = 1; written <= after.length; written++) {
            ByteArrayOutputStream torn = new ByteArrayOutputStream();
            torn.write(after, 0, written);
            if (written < before.length) {
                torn.write(before, written, before.length - written);
            }
            Files.write(file, before);
            Journal.write(file, before, after);
            Files.write(file, torn.toByteArray());
            byte[] expected = Arrays.equals(torn.toByteArray(), before) ? before : after;
            assertArrayEquals(expected, KeyFileBytes.ofRegular(file), "written " + written);
            LockedFile.open(file, false).close();
            assertArrayEquals(expected, Files.readAllBytes(file), "written " + written);
            assertFalse(Files.exists(journal()));
        }
    }

    @Test
    void aFileEditedByHandSinceStaysAsItIs() throws IOException {
        Journal.write(file, "A=1\nB=2\n".getBytes(UTF_8), "A=1\nB=3\n".getBytes(UTF_8));
        for (String edited : new String[] {"A=1\nB=4\n", "A=1\nB=2\n#\n", "A=1\nB=2\n", "", "C=1\nA=1\nB=3\n"}) {
            Files.writeString(file, edited);
            assertEquals(edited, new String(KeyFileBytes.ofRegular(file), UTF_8));
        }
        LockedFile.open(file, false).close();
        assertEquals("C=1\nA=1\nB=3\n", Files.readString(file));
        assertEquals(Set.of(".env", ".env.lock"), names());
    }

    @Test
    @DisplayName("a journal that is cut off, or that is no journal, says nothing")
    void ignoresHalfAJournal() throws IOException {
        Journal.write(file, "A=1\nB=2\n".getBytes(UTF_8), "A=1\nB=3\n".getBytes(UTF_8));
        byte[] whole = Files.readAllBytes(journal());
        Files.writeString(file, "A=1\nB=3\n");
        for (int length = 0; length < whole.length; length++) {
            Files.write(journal(), Arrays.copyOf(whole, length));
            assertEquals("A=1\nB=3\n", new String(KeyFileBytes.ofRegular(file), UTF_8));
        }
        Files.write(journal(), new byte[] {(byte) 0xff, 0, '\n', 1});
        assertEquals("A=1\nB=3\n", new String(KeyFileBytes.ofRegular(file), UTF_8));
    }

    @Test
    void aJournalOfAStrangerSaysNothing() throws Exception {
        Machine.assumeRoot("a journal of another user");
        Journal.write(file, "A=0\nB=2\n".getBytes(UTF_8), "A=1\nB=9\n".getBytes(UTF_8));
        assertEquals("A=1\nB=9\n", new String(KeyFileBytes.ofRegular(file), UTF_8));
        Files.setAttribute(journal(), "unix:uid", 1666);
        assertEquals("A=1\nB=2\n", new String(KeyFileBytes.ofRegular(file), UTF_8));
    }

    @Test
    @DisplayName("a journal has the rights of the key file")
    void journalHasRightsOfFile() throws IOException {
        Journal.write(file, new byte[0], new byte[1]);
        assertEquals("rw-r-----", PosixFilePermissions.toString(Files.getPosixFilePermissions(journal())));
    }
}
