package io.keyward.servlet.suite;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** Sends bytes as they are: a client library would repair what the cases are about. */
final class RawHttp {
    private static final int TIMEOUT_MILLIS = 30_000;

    private RawHttp() {}

    /** Sends and reads until the server closes, or is silent for half a minute. */
    static Answer send(int port, String request) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(TIMEOUT_MILLIS);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            socket.getOutputStream().flush();
            return Answer.parse(readAll(socket.getInputStream()));
        }
    }

    /** Sends the head and reads one answer, leaving the connection open: for answers that must not wait. */
    static Answer first(Socket socket, String request) throws IOException {
        socket.setSoTimeout(TIMEOUT_MILLIS);
        socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
        socket.getOutputStream().flush();
        return next(socket);
    }

    /** Reads the next answer of a connection. */
    static Answer next(Socket socket) throws IOException {
        InputStream in = socket.getInputStream();
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int octet = in.read();
            if (octet < 0) {
                break;
            }
            head.append((char) octet);
        }
        String length = Answer.parse(head.toString()).header("Content-Length");
        String body =
                length == null ? "" : new String(in.readNBytes(Integer.parseInt(length)), StandardCharsets.ISO_8859_1);
        return Answer.parse(head + body);
    }

    private static String readAll(InputStream in) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        byte[] buffer = new byte[8192];
        try {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                bytes.write(buffer, 0, n);
            }
        } catch (SocketTimeoutException silent) {
            bytes.writeBytes("\r\nHANG".getBytes(StandardCharsets.ISO_8859_1));
        } catch (IOException reset) {
            // The server closed while part of the request was unread; what came before counts.
        }
        return bytes.toString(StandardCharsets.ISO_8859_1);
    }

    /** What came back. */
    record Answer(int status, List<String> headers, String body) {
        static Answer parse(String text) {
            int end = text.indexOf("\r\n\r\n");
            if (!text.startsWith("HTTP/1.")) {
                return new Answer(text.isEmpty() ? 0 : -1, List.of(), text);
            }
            String head = end < 0 ? text : text.substring(0, end);
            String[] lines = head.split("\r\n");
            return new Answer(
                    Integer.parseInt(lines[0].split(" ", 3)[1]),
                    Arrays.asList(lines).subList(1, lines.length),
                    end < 0 ? "" : text.substring(end + 4));
        }

        List<String> all(String name) {
            String prefix = name.toLowerCase(java.util.Locale.ROOT) + ":";
            return headers.stream()
                    .filter(line -> line.toLowerCase(java.util.Locale.ROOT).startsWith(prefix))
                    .map(line -> line.substring(prefix.length()).trim())
                    .toList();
        }

        String header(String name) {
            List<String> all = all(name);
            return all.isEmpty() ? null : String.join(", ", all);
        }

        boolean isProblem() {
            String type = header("Content-Type");
            return type != null && type.startsWith("application/problem+json");
        }

        /** Everything but what changes with time or with the connection. */
        String lasting() {
            return status + "\n"
                    + String.join(
                            "\n",
                            headers.stream()
                                    .filter(line -> !line.startsWith("Date:")
                                            && !line.startsWith("Connection:")
                                            && !line.startsWith("Keep-Alive:"))
                                    .toList())
                    + "\n\n" + body;
        }
    }
}
