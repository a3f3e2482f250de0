package io.keyward.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A service on the loopback address that answers each request as the test says, and remembers what it was asked. */
final class StandInService implements AutoCloseable {
    private final ServerSocket socket;
    private final Function<Request, Reply> answer;
    private final List<Request> requests = new CopyOnWriteArrayList<>();

    private StandInService(ServerSocket socket, Function<Request, Reply> answer) {
        this.socket = socket;
        this.answer = answer;
    }

    record Request(String method, String target, Map<String, String> headers, String body) {
        @Nullable
        String key() {
            return headers.get("X-Api-Key");
        }
    }

    record Reply(int status, String headers, String body) {
        static Reply of(int status) {
            return new Reply(status, "", "");
        }

        static Reply json(int status, String body) {
            return new Reply(status, "Content-Type: application/json\r\n", body);
        }

        static Reply redirect(String location) {
            return new Reply(302, "Location: " + location + "\r\n", "");
        }
    }

    static StandInService answering(Function<Request, Reply> answer) throws IOException {
        ServerSocket socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        StandInService service = new StandInService(socket, answer);
        Thread thread = new Thread(service::serve, "stand-in");
        thread.setDaemon(true);
        thread.start();
        return service;
    }

    /** Returns a service that answers 401 to everything but one key, and to that as the test says. */
    static StandInService guarded(String key, Function<Request, Reply> answer) throws IOException {
        return answering(request -> key.equals(request.key()) ? answer.apply(request) : Reply.of(401));
    }

    String url() {
        return "http://127.0.0.1:" + socket.getLocalPort();
    }

    List<Request> requests() {
        return requests;
    }

    private void serve() {
        while (!socket.isClosed()) {
            try (Socket connection = socket.accept()) {
                serve(connection);
            } catch (IOException closedOrBroken) {
                // The client went away, or the test is over; the next accept says which.
                continue;
            }
        }
    }

    private void serve(Socket connection) throws IOException {
        InputStream in = new BufferedInputStream(connection.getInputStream());
        String[] start = line(in).split(" ");
        Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        for (String header = line(in); !header.isEmpty(); header = line(in)) {
            headers.put(
                    header.substring(0, header.indexOf(':')),
                    header.substring(header.indexOf(':') + 1).strip());
        }
        byte[] body = in.readNBytes(Integer.parseInt(headers.getOrDefault("Content-Length", "0")));
        Request request = new Request(start[0], start[1], headers, new String(body, UTF_8));
        requests.add(request);
        Reply reply = answer.apply(request);
        byte[] bytes = reply.body().getBytes(UTF_8);
        String head = "HTTP/1.1 " + reply.status() + " Status\r\nConnection: close\r\nContent-Length: " + bytes.length
                + "\r\n" + reply.headers() + "\r\n";
        connection.getOutputStream().write(head.getBytes(ISO_8859_1));
        connection.getOutputStream().write(bytes);
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new IOException("the request ended early");
            }
            line.append((char) c);
        }
        return line.toString().strip();
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
