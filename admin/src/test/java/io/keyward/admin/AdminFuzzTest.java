package io.keyward.admin;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.api.BugDetectors;
import com.code_intelligence.jazzer.api.SilentCloseable;
import com.code_intelligence.jazzer.junit.FuzzTest;
import io.keyward.KeyHasher;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Sends any request of an administrator, byte by byte: never a 5xx, and never a secret in the answer but the one that the
 * call has made.
 *
 * <p>An input is a request of lines: method and target below the servlet, headers, an empty line, a body; {@code {KEY}} is
 * the key of the caller and {@code {ID}} that of another. Replays its seeds, and some changes of them, as a plain test. To
 * fuzz: {@code JAZZER_FUZZ=1 mvn -Pfull -pl admin -am test -Dtest=AdminFuzzTest#answersAnyRequest
 * -Dsurefire.failIfNoSpecifiedTests=false}.
 */
class AdminFuzzTest {
    private static final int TIMEOUT_MILLIS = 120_000;
    private static final int ROUNDS = 400;
    private static final List<String> PIECES = List.of(
            "{KEY}",
            "{ID}",
            "null",
            "[",
            "]",
            "{",
            "}",
            "\"",
            ":",
            ",",
            "\\u0000",
            "\\ud800",
            "%00",
            "%2F",
            "..",
            ";",
            "\n",
            "\r",
            "\0",
            "\u00ff",
            "1e999",
            "-1",
            "*",
            "W/",
            "true",
            "PT1H",
            "2030-01-01T00:00:00Z",
            "?next=",
            "&",
            "charset=");

    private static AdminService service;
    private static String other;

    @BeforeAll
    static void start() {
        service = new AdminService();
        other = service.issue("client").id();
    }

    @AfterAll
    static void stop() throws Exception {
        service.close();
    }

    @FuzzTest(maxDuration = "60s")
    void answersAnyRequest(byte[] input) throws Exception {
        // Jazzer takes a connection for a finding where it is not said to be meant
        try (SilentCloseable meant = BugDetectors.allowNetworkConnections()) {
            requireGoodAnswer(input);
        }
    }

    private static void requireGoodAnswer(byte[] input) throws Exception {
        if (!service.isAccepted(service.admin.key().reveal())) {
            // a call has ended it, which is its right
            stop();
            start();
        }
        String secret = service.admin.key().reveal();
        String text = new String(input, ISO_8859_1).replace("{KEY}", secret).replace("{ID}", other);

        String answer = send(request(text, secret));

        assertTrue(answer.isEmpty() || answer.startsWith("HTTP/1.1 "), answer);
        if (!answer.isEmpty()) {
            int status = Integer.parseInt(answer.substring(9, 12));
            // the container itself says 501 and 505 of transfer codings and versions that it does not know
            assertTrue(status < 500 || status == 501 || status == 505, () -> text + "\n" + answer);
        }
        if (answer.contains("Content-Type: text/html")) {
            // Jetty's own page for what is no HTTP, before any filter; it repeats the target
            return;
        }
        assertFalse(answer.contains(secret), () -> "repeats the key of the caller: " + text);
        String hash = KeyHasher.sha256().hash(service.admin.key()).reveal();
        assertFalse(answer.contains(hash.substring(hash.indexOf(':') + 1)), () -> "has a hash: " + text);
        assertFalse(answer.contains("sha256:"), () -> "has a hash: " + text);
    }

    private static byte[] request(String text, String secret) {
        int headEnd = text.indexOf("\n\n");
        String head = headEnd < 0 ? text : text.substring(0, headEnd);
        String body = headEnd < 0 ? "" : text.substring(headEnd + 2);
        int lineEnd = head.indexOf('\n');
        String line = lineEnd < 0 ? head : head.substring(0, lineEnd);
        String headers = lineEnd < 0 ? "" : head.substring(lineEnd + 1).replace("\n", "\r\n") + "\r\n";
        String request = line.replaceFirst(" ", " " + AdminService.PATH)
                + " HTTP/1.1\r\nHost: h\r\nConnection: close\r\nX-Api-Key: "
                + secret + "\r\n" + headers
                + (body.isEmpty() ? "" : "Content-Length: " + body.length() + "\r\n")
                + "\r\n" + body;
        return request.getBytes(ISO_8859_1);
    }

    private static String send(byte[] request) throws IOException {
        int port = URI.create(service.origin()).getPort();
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(TIMEOUT_MILLIS);
            socket.getOutputStream().write(request);
            socket.shutdownOutput();
            ByteArrayOutputStream answer = new ByteArrayOutputStream();
            try {
                socket.getInputStream().transferTo(answer);
            } catch (java.net.SocketException reset) {
                // the server closed while part of a refused request was unread; what came before is judged
            }
            return answer.toString(ISO_8859_1);
        }
    }

    @Test
    void answersChangedSeeds() throws Exception {
        Random random = new Random(Long.getLong("tests.seed", 1));
        Path directory =
                Path.of(Objects.requireNonNull(AdminFuzzTest.class.getResource("AdminFuzzTestInputs/answersAnyRequest"))
                        .toURI());
        List<Path> seeds;
        try (Stream<Path> files = Files.list(directory)) {
            seeds = files.sorted().toList();
        }
        assertTrue(seeds.size() > 5, "the seeds are there");
        for (int i = 0; i < ROUNDS; i++) {
            StringBuilder text = new StringBuilder(
                    new String(Files.readAllBytes(seeds.get(random.nextInt(seeds.size()))), ISO_8859_1));
            for (int n = 1 + random.nextInt(4); n > 0; n--) {
                change(text, random);
            }
            requireGoodAnswer(text.toString().getBytes(ISO_8859_1));
        }
    }

    private static void change(StringBuilder text, Random random) {
        int at = random.nextInt(text.length() + 1);
        int end = Math.min(text.length(), at + random.nextInt(6));
        switch (random.nextInt(4)) {
            case 0 -> text.delete(at, end);
            case 1 -> text.insert(at, (char) random.nextInt(256));
            case 2 -> text.insert(at, text.substring(at, end));
            default -> text.insert(at, PIECES.get(random.nextInt(PIECES.size())));
        }
    }
}
