package io.keyward.cli.scan;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16BE;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.keyward.ApiKey;
import io.keyward.KeyHasher;
import io.keyward.cli.Outcome;
import io.keyward.testing.ThrowAwayKeys;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ScanCommandTest {
    private static final ApiKey KEY_IN_CONTAINER = ThrowAwayKeys.newKey();

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
        byte[] blanks = " ".repeat((1 << 20) + (1 << 10)).getBytes(ISO_8859_1);
        for (int offset = -70; offset <= 3; offset++) {
            byte[] bytes = blanks.clone();
            byte[] text = key.reveal().getBytes(ISO_8859_1);
            System.arraycopy(text, 0, bytes, (1 << 20) + offset, text.length);
            List<Long> lines = new ArrayList<>();
            new KeyScanner(null, Map.of()).scan(new ByteArrayInputStream(bytes), finding -> lines.add(finding.line()));
            assertEquals(List.of(1L), lines, "offset " + offset);
        }
    }

    @Test
    void findsAllOfManyKeysInRandomText() throws IOException {
        long seed = Long.getLong("tests.seed", 1);
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
        new KeyScanner(ThrowAwayKeys.FORMAT, Map.of())
                .scan(
                        new ByteArrayInputStream(text.toString().getBytes(UTF_8)),
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

        new KeyScanner(null, Map.of())
                .scan(new ByteArrayInputStream(dump.getBytes(UTF_8)), finding -> places.add(finding.diff()));

        assertEquals(List.of("big in commit 1111"), places);
    }

    @Test
    @DisplayName("each of many keys in a dump has its own line, file and commit, also where its file is named by a key")
    void namesThePlaceOfEachOfManyKeys() throws IOException {
        StringBuilder dump = new StringBuilder("+KEY=" + key.reveal() + "\n");
        List<String> expected = new ArrayList<>(List.of("1 "));
        for (int i = 0; i < 20_000; i++) {
            dump.append("commit c").append(i).append("\n+++ b/f").append(i).append("\r\n");
            dump.append(key.reveal()).append("\n+++ b/of_").append(key.reveal()).append("\n");
            expected.add(4 * i + 4 + " f" + i + " in commit c" + i);
            expected.add(4 * i + 5 + " of_kw_test_ in commit c" + i);
        }
        List<String> found = new ArrayList<>();

        new KeyScanner(ThrowAwayKeys.FORMAT, Map.of())
                .scan(
                        new ByteArrayInputStream(dump.toString().getBytes(UTF_8)),
                        finding -> found.add(finding.line() + " " + finding.diff()));

        assertEquals(expected, found);
    }

    @Test
    void skipsGitObjectsAndLinks() throws IOException {
        Files.createDirectories(directory.resolve(".git"));
        Files.writeString(directory.resolve(".git/packed"), key.reveal());
        Files.createSymbolicLink(directory.resolve("loop"), directory);

        assertEquals(0, Outcome.of("scan", directory.toString()).exitCode());
    }

    static Stream<Arguments> containers() throws IOException {
        String text = "one\nKEY=" + KEY_IN_CONTAINER.reveal() + "\n";
        byte[] plain = text.getBytes(UTF_8);
        return Stream.of(
                Arguments.of("notes", ("\0\0ab\n" + KEY_IN_CONTAINER.reveal() + "\0cd").getBytes(UTF_8), ""),
                Arguments.of("utf16.txt", ("\uFEFF" + text).getBytes(UTF_16LE), ""),
                Arguments.of("utf16be.txt", ("\uFEFF" + text).getBytes(UTF_16BE), ""),
                Arguments.of("app.log.gz", gzip(plain), ""),
                Arguments.of("app.gz.gz", gzip(gzip(plain)), ""),
                Arguments.of("app.zip", zip("a/b.env", plain), "!/a/b.env"),
                Arguments.of("app.jar", zip("BOOT-INF/x.properties", plain), "!/BOOT-INF/x.properties"),
                Arguments.of("document", zip("x.jar", zip("y.gz", gzip(plain))), "!/x.jar!/y.gz"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("containers")
    @DisplayName("issue 18.7 looks into archives, compressed files, UTF-16 and files with a NUL")
    void looksIntoContainers(String name, byte[] content, String inner) throws IOException {
        Path file = Files.write(directory.resolve(name), content);

        Outcome outcome = Outcome.of("scan", directory.toString());

        assertEquals(1, outcome.exitCode(), outcome.err());
        assertEquals(
                file + inner + ":2: key " + ThrowAwayKeys.FORMAT.idOf(KEY_IN_CONTAINER) + " with prefix kw_test\n",
                outcome.out());
    }

    static Stream<Arguments> closed() throws IOException {
        byte[] whole = gzip("nothing".repeat(1000).getBytes(UTF_8));
        byte[] deep = "nothing".getBytes(UTF_8);
        for (int i = 0; i < 10; i++) {
            deep = gzip(deep);
        }
        return Stream.of(
                Arguments.of("a.xz", new byte[] {(byte) 0xFD, '7', 'z', 'X', 'Z', 0, 1}),
                Arguments.of("a.bz2", "BZh91AY".getBytes(UTF_8)),
                Arguments.of("a.7z", new byte[] {'7', 'z', (byte) 0xBC, (byte) 0xAF, 0x27, 0x1C}),
                Arguments.of("a.gz", Arrays.copyOf(whole, whole.length / 2)),
                Arguments.of("a.jar", "#!/bin/sh\n".getBytes(UTF_8)),
                Arguments.of("deep.gz", deep));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("closed")
    @DisplayName("issue 18.7 says what it did not look into")
    void saysWhatItDidNotLookInto(String name, byte[] content) throws IOException {
        Path file = Files.write(directory.resolve(name), content);

        Outcome outcome = Outcome.of("scan", directory.toString());

        assertEquals(3, outcome.exitCode(), outcome.err());
        assertTrue(outcome.err().contains("did not look into " + file), outcome.err());
        assertFalse(outcome.err().contains("Exception"), outcome.err());
    }

    @Test
    @DisplayName("issue 18.7 finds the hashes of the key file outside of it")
    void findsHashesOfTheKeyFile() throws IOException {
        String hash = KeyHasher.sha256().hash(key).reveal().substring("sha256:".length());
        String stranger = KeyHasher.sha256().hash(ThrowAwayKeys.newKey()).reveal();
        Path keys = Files.writeString(
                directory.resolve(".env"), "KEYWARD_KEYS_ALICE_HASH=sha256:" + hash + "\nKEYWARD_KEYS_ALICE_ROLES=x\n");
        Path notes = Files.writeString(
                directory.resolve("notes"), stranger + "\nhash: " + hash.toUpperCase(java.util.Locale.ROOT) + "\n");

        Outcome outcome = Outcome.of("scan", "--file", keys.toString(), directory.toString());

        assertEquals(1, outcome.exitCode(), outcome.err());
        assertEquals(notes + ":2: the hash of key alice\n", outcome.out());
        assertTrue(outcome.err().contains("no key and 1 hash found"), outcome.err());
        String json = Outcome.of("scan", "--json", "--file", keys.toString(), notes.toString())
                .out();
        assertTrue(json.contains("\"kind\": \"hash\""), json);
        assertFalse((outcome.out() + outcome.err() + json).contains(hash), "shows the hash");
        assertEquals(0, Outcome.of("scan", directory.toString()).exitCode(), "without --file");
    }

    @Test
    void findsHashesAroundTheSeamOfTwoBuffers() throws IOException {
        byte[] hash = "0123456789abcdef".repeat(4).getBytes(ISO_8859_1);
        byte[] blanks = " ".repeat((1 << 20) + (1 << 10)).getBytes(ISO_8859_1);
        for (int offset = -70; offset <= 3; offset++) {
            byte[] bytes = blanks.clone();
            System.arraycopy(hash, 0, bytes, (1 << 20) + offset, hash.length);
            List<String> ids = new ArrayList<>();
            new KeyScanner(null, Map.of("0123456789abcdef".repeat(4), "alice"))
                    .scan(new ByteArrayInputStream(bytes), finding -> ids.add(finding.id()));
            assertEquals(List.of("alice"), ids, "offset " + offset);
        }
    }

    @Test
    @DisplayName("issue 18.7 looks into the history of a Git repository")
    void looksIntoTheHistory() throws Exception {
        assumeTrue(git("init", "-q") == 0, "no git here");
        Path file = Files.writeString(directory.resolve("app.env"), "KEY=" + key.reveal() + "\n");
        git("add", ".");
        git("-c", "user.name=x", "-c", "user.email=x@example.com", "commit", "-qm", "x");
        Files.writeString(file, "KEY=\n");
        git("-c", "user.name=x", "-c", "user.email=x@example.com", "commit", "-qam", "y");

        assertEquals(0, Outcome.of("scan", directory.toString()).exitCode());
        Outcome outcome = Outcome.of("scan", "--git", directory.toString());

        assertEquals(1, outcome.exitCode(), outcome.err());
        assertTrue(outcome.out().contains("(app.env in commit "), outcome.out());
        assertTrue(outcome.out().contains(": key " + id), outcome.out());
    }

    @Test
    void saysThatThereIsNoHistory() throws IOException {
        Outcome outcome = Outcome.of("scan", "--git", directory.toString());

        assertEquals(3, outcome.exitCode());
        assertTrue(outcome.err().contains("did not look into the history of " + directory), outcome.err());
    }

    private int git(String... args) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("git", "-C", directory.toString()));
        command.addAll(List.of(args));
        return new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
    }

    private static byte[] gzip(byte[] content) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
            out.write(content);
        }
        return bytes.toByteArray();
    }

    private static byte[] zip(String name, byte[] content) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream out = new ZipOutputStream(bytes)) {
            out.putNextEntry(new ZipEntry("empty"));
            out.putNextEntry(new ZipEntry(name));
            out.write(content);
        }
        return bytes.toByteArray();
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
