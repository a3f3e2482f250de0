package io.keyward.config;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.keyward.ApiKey;
import io.keyward.KeyFormat;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Looks through everything that is published for keys and hashes, and loads each as an attacker would. */
class PublishedKeysTest {
    private static final Path ROOT = Path.of("..");
    private static final Set<String> SKIPPED = Set.of("target", ".git", ".idea", ".cifuzz-corpus");
    private static final Set<String> READ =
            Set.of("md", "java", "txt", "env", "sh", "xml", "properties", "json", "yml");
    private static final Pattern HASH = Pattern.compile("\\bsha256:[0-9A-Fa-f]{64}\\b");
    private static final Pattern ISSUED = Pattern.compile("\\b[a-z][a-z0-9_]{1,19}_[0-9a-z]{8}[0-9A-Za-z]{36}\\b");
    private static final Pattern EXAMPLE = Pattern.compile("\\b[a-z]+(?:_[a-z0-9]+)*_(?:key|dev)(?:_[a-z0-9]+)+\\b");

    @TempDir
    Path directory;

    @Test
    @DisplayName("SU-01 no key and no hash of docs, samples, tests and Javadoc loads in production")
    void noPublishedKeyLoadsInProduction() throws IOException {
        Map<String, Path> found = published();
        assertTrue(found.containsKey("client_dev_key_1_valid"), "the search finds nothing at all");
        found.forEach((text, file) -> assertThrows(
                ConfigException.class,
                () -> load(text),
                () -> "a key or hash of " + text.length() + " characters in " + file + " loads in production"));
    }

    private void load(String text) {
        String variable = HASH.matcher(text).matches() ? "CLIENT_API_KEY_HASHES" : "CLIENT_API_KEYS";
        ConfigFiles files = new ConfigFiles(directory);
        files.env("keyward.plaintext-keys=allow\n" + variable + "=" + text + "\n")
                .load()
                .close();
    }

    @Test
    void findsAKeyThatWasLeftInAFile() throws IOException {
        String key = ConfigFiles.newKey();
        Map<String, Path> found = new LinkedHashMap<>();
        collect("a line with " + key + " in it, and sha256:" + "ab".repeat(32), Path.of("x"), found);
        assertTrue(found.containsKey(key));
        assertTrue(found.containsKey("sha256:" + "ab".repeat(32)));
        assertFalse(found.isEmpty());
    }

    private static Map<String, Path> published() throws IOException {
        Map<String, Path> found = new LinkedHashMap<>();
        Files.walkFileTree(ROOT, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path path, BasicFileAttributes attributes) {
                return SKIPPED.contains(String.valueOf(path.getFileName()))
                        ? FileVisitResult.SKIP_SUBTREE
                        : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path path, BasicFileAttributes attributes) {
                String name = path.getFileName().toString();
                if (READ.contains(name.substring(name.lastIndexOf('.') + 1))) {
                    collect(read(path), path, found);
                }
                return FileVisitResult.CONTINUE;
            }
        });
        return found;
    }

    private static String read(Path path) {
        try {
            return Files.readString(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void collect(String text, Path file, Map<String, Path> found) {
        Matcher hashes = HASH.matcher(text);
        while (hashes.find()) {
            found.putIfAbsent(hashes.group(), file);
        }
        Matcher issued = ISSUED.matcher(text);
        while (issued.find()) {
            KeyFormat.recognise(issued.group())
                    .filter(format -> format.flawOf(issued.group()).isEmpty())
                    .ifPresent(format -> found.putIfAbsent(issued.group(), file));
        }
        if (file.toString().endsWith("coordinator.env")) {
            Matcher examples = EXAMPLE.matcher(text);
            while (examples.find()) {
                if (examples.group().length() >= ApiKey.MIN_LENGTH) {
                    found.putIfAbsent(examples.group(), file);
                }
            }
        }
    }
}
