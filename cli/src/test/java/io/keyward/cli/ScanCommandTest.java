package io.keyward.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.keyward.ApiKey;
import io.keyward.testing.ThrowAwayKeys;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScanCommandTest {
    private final ApiKey key = ThrowAwayKeys.newKey();
    private final String id = ThrowAwayKeys.FORMAT.idOf(key);

    @TempDir
    private Path directory;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "%s",
                "key=%s",
                "KEY_%s",
                "\"%s\"",
                "url?a=%%3D%s&b",
                "{\"key\":\"%s\\nnext\"}",
                "X%s",
                "%s_and_more",
                "%sAndMore",
                "first line\n\n%s\n"
            })
    void findsKeyWhereverItStands(String template) throws IOException {
        String text = String.format(template, key.reveal());
        Path file = Files.writeString(directory.resolve("notes.txt"), text);
        long line = text.substring(0, text.indexOf(key.reveal())).lines().count();

        Outcome outcome = Outcome.of("scan", directory.toString());

        assertEquals(1, outcome.exitCode());
        assertEquals(
                file + ":" + Math.max(1, text.startsWith("first") ? line + 1 : line) + ": key " + id
                        + " with prefix kw_test\n",
                outcome.out());
        assertFalse((outcome.out() + outcome.err()).contains(key.reveal().substring(16)), "shows the key");
    }

    @Test
    void leavesLookAlikesAlone() throws IOException {
        String text = key.reveal();
        char last = text.charAt(text.length() - 1);
        Files.writeString(directory.resolve("a"), text.substring(0, text.length() - 1) + (last == 'a' ? 'b' : 'a'));

        Outcome outcome = Outcome.of("scan", directory.toString());

        assertEquals(0, outcome.exitCode());
        assertEquals("", outcome.out());
    }

    @Test
    void findsEveryKeyAtEveryPlaceAroundTheSeamOfTwoBuffers() throws IOException {
        for (int offset = -70; offset <= 3; offset++) {
            byte[] bytes = " ".repeat(2 << 20).getBytes(ISO_8859_1);
            byte[] text = key.reveal().getBytes(ISO_8859_1);
            System.arraycopy(text, 0, bytes, (1 << 20) + offset, text.length);
            List<Long> lines = new ArrayList<>();
            new KeyScanner(null).scan(new ByteArrayInputStream(bytes), true, finding -> lines.add(finding.line()));
            assertEquals(List.of(1L), lines, "offset " + offset);
        }
    }

    @Test
    void findsAllOfManyKeysInRandomText() throws IOException {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        StringBuilder text = new StringBuilder();
        List<String> expected = new ArrayList<>();
        int line = 1;
        for (int i = 0; i < 2000; i++) {
            for (int j = random.nextInt(2000); j > 0; j--) {
                char c = "abcXYZ019_ -\n".charAt(random.nextInt(13));
                text.append(c);
                line += c == '\n' ? 1 : 0;
            }
            ApiKey next = ThrowAwayKeys.newKey();
            expected.add(line + ":" + ThrowAwayKeys.FORMAT.idOf(next));
            text.append(' ').append(next.reveal()).append(' ');
        }
        List<String> found = new ArrayList<>();
        new KeyScanner(ThrowAwayKeys.FORMAT)
                .scan(
                        new ByteArrayInputStream(text.toString().getBytes(UTF_8)),
                        true,
                        finding -> found.add(finding.line() + ":" + finding.id()));
        assertEquals(expected, found, "seed " + seed);
    }

    @Test
    void readsDumpFromStandardInput() {
        Outcome outcome = Outcome.reading("commit 1\n+KEY=" + key.reveal() + "\n", "scan", "--json", "-");

        assertEquals(1, outcome.exitCode());
        assertTrue(outcome.out().contains("\"line\": 2"), outcome.out());
        assertTrue(outcome.out().contains("\"id\": \"" + id + "\""), outcome.out());
    }

    @Test
    void namesFileAndCommitOfDump() {
        String dump =
                "commit 1111\n\ndiff\n--- a/x\n+++ b/src/old\n+nothing\ncommit 2222\n\n+++ b/src/app.env\n@@\n+KEY="
                        + key.reveal() + "\ncommit 3333\n+++ b/later\n";

        Outcome outcome = Outcome.reading(dump, "scan", "-");

        assertEquals(
                "(standard input):11 (src/app.env in commit 2222): key " + id + " with prefix kw_test\n",
                outcome.out());
    }

    @Test
    void remembersFileAndCommitOverBuffers() throws IOException {
        String dump = "\ncommit 1111\n+++ b/big\n" + "+x\n".repeat(1 << 20) + key.reveal();
        List<String> places = new ArrayList<>();

        new KeyScanner(null)
                .scan(new ByteArrayInputStream(dump.getBytes(UTF_8)), false, finding -> places.add(finding.diff()));

        assertEquals(List.of("big in commit 1111"), places);
    }

    @Test
    void skipsBinaryFilesAndGitObjectsAndLinks() throws IOException {
        Files.writeString(directory.resolve("binary"), "\0" + key.reveal());
        Files.createDirectories(directory.resolve(".git"));
        Files.writeString(directory.resolve(".git/packed"), key.reveal());
        Files.createSymbolicLink(directory.resolve("loop"), directory);

        assertEquals(0, Outcome.of("scan", directory.toString()).exitCode());
    }

    @Test
    void reportsKeysOfOnePrefixOnly() throws IOException {
        Files.writeString(directory.resolve("a"), key.reveal());

        assertEquals(
                0,
                Outcome.of("scan", "--prefix", "acme_live", directory.toString())
                        .exitCode());
    }

    @Test
    void saysWhatCannotBeRead() {
        Outcome outcome = Outcome.of("scan", directory.resolve("missing").toString());

        assertEquals(3, outcome.exitCode());
        assertTrue(outcome.err().contains("missing"), outcome.err());
    }
}
