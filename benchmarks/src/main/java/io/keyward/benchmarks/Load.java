package io.keyward.benchmarks;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.HdrHistogram.Histogram;

/**
 * Asks a {@link Site} over some connections that stay open, each as fast as it is answered.
 *
 * <p>Bare sockets: on two processors a whole HTTP client would take more time than the server, and hide what a filter
 * costs.
 */
public final class Load implements AutoCloseable {
    private static final long LONGEST_NANOS = Duration.ofMinutes(1).toNanos();
    private static final int SIGNIFICANT_DIGITS = 3;
    private static final String OK = "HTTP/1.1 200";

    private final List<Connection> connections = new ArrayList<>();
    private final ExecutorService threads;

    public Load(int port, int count) throws IOException {
        threads = Executors.newFixedThreadPool(count);
        String[] keys = Guard.keys();
        for (int i = 0; i < count; i++) {
            connections.add(new Connection(port, keys, i));
        }
    }

    /** Returns how long each answer took, in nanoseconds. */
    public Histogram ask(Duration time) throws IOException, InterruptedException {
        long end = System.nanoTime() + time.toNanos();
        List<Callable<Histogram>> tasks = new ArrayList<>();
        for (Connection connection : connections) {
            tasks.add(() -> connection.askUntil(end));
        }
        Histogram all = new Histogram(LONGEST_NANOS, SIGNIFICANT_DIGITS);
        for (Future<Histogram> answers : threads.invokeAll(tasks)) {
            try {
                all.add(answers.get());
            } catch (ExecutionException e) {
                throw new IOException("a connection failed", e.getCause());
            }
        }
        return all;
    }

    @Override
    public void close() throws IOException {
        threads.shutdownNow();
        for (Connection connection : connections) {
            connection.socket.close();
        }
    }

    private static final class Connection {
        private final Socket socket;
        private final InputStream in;
        private final OutputStream out;
        private final byte[][] requests;
        private final StringBuilder line = new StringBuilder();
        private int turn;

        Connection(int port, String[] keys, int turn) throws IOException {
            this.socket = new Socket(InetAddress.getLoopbackAddress(), port);
            socket.setTcpNoDelay(true);
            this.in = new BufferedInputStream(socket.getInputStream());
            this.out = socket.getOutputStream();
            this.requests = new byte[keys.length][];
            for (int i = 0; i < keys.length; i++) {
                requests[i] = ("GET " + Site.PATH + " HTTP/1.1\r\nHost: localhost:" + port
                                + "\r\nAccept: application/json\r\nX-Api-Key: " + keys[i] + "\r\n\r\n")
                        .getBytes(US_ASCII);
            }
            this.turn = turn;
        }

        Histogram askUntil(long end) throws IOException {
            Histogram answers = new Histogram(LONGEST_NANOS, SIGNIFICANT_DIGITS);
            long now = System.nanoTime();
            do {
                long before = now;
                turn = (turn + 1) % requests.length;
                out.write(requests[turn]);
                readAnswer();
                now = System.nanoTime();
                answers.recordValue(now - before);
            } while (now < end);
            return answers;
        }

        /** Reads one answer, whose length the service always says. */
        private void readAnswer() throws IOException {
            readLine();
            if (line.indexOf(OK) != 0) {
                throw new IOException("answered " + line);
            }
            long length = 0;
            for (readLine(); !line.isEmpty(); readLine()) {
                if (line.length() > 15 && line.substring(0, 15).equalsIgnoreCase("content-length:")) {
                    length = Long.parseLong(line.substring(15).strip());
                }
            }
            in.skipNBytes(length);
        }

        private void readLine() throws IOException {
            line.setLength(0);
            for (int c = in.read(); c != '\n'; c = in.read()) {
                if (c < 0) {
                    throw new EOFException("the server closed the connection");
                }
                if (c != '\r') {
                    line.append((char) c);
                }
            }
        }
    }
}
