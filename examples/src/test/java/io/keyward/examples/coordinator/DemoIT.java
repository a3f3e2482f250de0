package io.keyward.examples.coordinator;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.keyward.KeyFormat;
import io.keyward.KeyHasher;
import io.keyward.testing.ThrowAwayKeys;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;

/** Shows what {@code mvn -q -Pdemo} does once everything is built. */
@Timeout(value = 180, threadMode = ThreadMode.SEPARATE_THREAD)
class DemoIT {
    private static final Pattern KEY = Pattern.compile(KeyFormat.of("kw_demo").regex());

    @TempDir
    Path directory;

    @Test
    void printsThreeKeysThatWorkAndKeepsTheirHashesOnly() throws Exception {
        Path envFile = directory.resolve("fresh").resolve(".env");
        try (CoordinatorProcess demo = CoordinatorProcess.demo(envFile)) {
            List<String> keys = keysIn(demo.printed());
            assertEquals(3, keys.size());
            assertTrue(demo.printed().contains("-Ddemo.port="), demo.printed());
            assertTrue(page(demo).contains("<title>API keys</title>"), demo.printed());
            for (String key : keys) {
                assertEquals(200, whoAmI(demo.url(), key));
            }
            assertEquals(List.of(), keysIn(Files.readString(envFile)));
            assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(envFile)));
        }
    }

    @Test
    void servesANamedFileAsItIs() throws Exception {
        Path envFile = directory.resolve("own.env");
        String hash = KeyHasher.sha256().hash(ThrowAwayKeys.newKey()).reveal();
        Files.writeString(envFile, "# mine\nCLIENT_API_KEY_HASHES=" + hash + "\n");
        byte[] before = Files.readAllBytes(envFile);
        try (CoordinatorProcess demo = CoordinatorProcess.demo(envFile)) {
            assertEquals(List.of(), keysIn(demo.printed()));
            assertTrue(demo.printed().contains("as it is"), demo.printed());
            assertFalse(demo.printed().contains(hash));
            assertArrayEquals(before, Files.readAllBytes(envFile));
        }
    }

    private static List<String> keysIn(String text) {
        return KEY.matcher(text).results().map(MatchResult::group).distinct().toList();
    }

    /** Returns what is at the address of the page that was printed. */
    private static String page(CoordinatorProcess demo) throws Exception {
        String address = Pattern.compile("http://[^/\\s]+/admin/")
                .matcher(demo.printed())
                .results()
                .map(MatchResult::group)
                .findFirst()
                .orElse("");
        HttpRequest request = HttpRequest.newBuilder(URI.create(address)).build();
        return HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).body();
    }

    private static int whoAmI(String url, String key) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url + "/v1/whoami"))
                .header("X-Api-Key", key)
                .build();
        return HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).statusCode();
    }
}
