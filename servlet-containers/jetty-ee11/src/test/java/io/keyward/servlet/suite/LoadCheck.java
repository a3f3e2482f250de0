package io.keyward.servlet.suite;

import com.sun.management.ThreadMXBean;
import io.keyward.ApiKeyVerifier;
import io.keyward.servlet.Access;
import io.keyward.servlet.ApiKeyFilter;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Measures what the filter costs in Jetty over loopback: throughput with and without it, in turns within one run;
 * memory allocated per request; heap left behind by connections with bad keys.
 *
 * <p>A program, not a test: its figures depend on the machine. Run it with the test class path of this module.
 */
final class LoadCheck {
    private static final int ROUNDS = 12;
    private static final int REQUESTS = 15_000;
    private static final int CLIENTS = 2;

    private LoadCheck() {}

    public static void main(String[] args) throws Exception {
        TestKeys keys = new TestKeys();
        try (Container.Running without = start(keys, false);
                Container.Running with = start(keys, true)) {
            String request = keys.fill("GET /api/x HTTP/1.1\r\nHost: h\r\nX-API-Key: {K1}\r\n\r\n");
            double[] ratios = new double[ROUNDS];
            long[] bytes = new long[2];
            for (int round = -3; round < ROUNDS; round++) {
                long[] start = {allocated(), 0, 0};
                double plain = throughput(without.port(), request);
                start[1] = allocated();
                double filtered = throughput(with.port(), request);
                start[2] = allocated();
                if (round >= 0) {
                    ratios[round] = filtered / plain;
                    bytes[0] += start[1] - start[0];
                    bytes[1] += start[2] - start[1];
                }
            }
            Arrays.sort(ratios);
            System.out.printf(
                    "throughput with / without: median %.3f (%.3f to %.3f)%n",
                    (ratios[ROUNDS / 2 - 1] + ratios[ROUNDS / 2]) / 2, ratios[0], ratios[ROUNDS - 1]);
            System.out.printf(
                    "allocated by the filter: %d B a request%n",
                    (bytes[1] - bytes[0]) / ((long) ROUNDS * REQUESTS * CLIENTS));
            System.out.printf("heap left by 10 000 bad connections: %d B%n", growth(with.port(), keys));
        }
        System.exit(0);
    }

    private static Container.Running start(TestKeys keys, boolean filtered) throws Exception {
        return Container.onClassPath().start("", context -> {
            context.addServlet("hello", new Hello()).addMapping("/*");
            if (filtered) {
                ApiKeyFilter.register(
                        context,
                        ApiKeyFilter.builder()
                                .verifier(ApiKeyVerifier.of(keys.ring()))
                                .rule("/api/*", Access.anyRole("reader"))
                                .otherwise(Access.denyAll())
                                .build());
            }
        });
    }

    private static double throughput(int port, String request) throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(CLIENTS);
        List<Callable<Void>> clients = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            clients.add(() -> {
                exchange(port, request);
                return null;
            });
        }
        long start = System.nanoTime();
        for (var client : pool.invokeAll(clients)) {
            client.get();
        }
        long time = System.nanoTime() - start;
        pool.shutdown();
        return REQUESTS * CLIENTS * 1e9 / time;
    }

    private static void exchange(int port, String request) throws IOException {
        byte[] bytes = request.getBytes(StandardCharsets.ISO_8859_1);
        byte[] buffer = new byte[4096];
        try (Socket socket = new Socket("127.0.0.1", port)) {
            socket.setTcpNoDelay(true);
            InputStream in = socket.getInputStream();
            OutputStream out = socket.getOutputStream();
            for (int i = 0; i < REQUESTS; i++) {
                out.write(bytes);
                // The answer is small and sent in one piece.
                int n = in.read(buffer);
                if (n < 12 || buffer[9] != '2') {
                    throw new IOException(
                            "not 200: " + new String(buffer, 0, Math.max(0, n), StandardCharsets.ISO_8859_1));
                }
            }
        }
    }

    /** All threads, those of the clients too, which do the same in both cases. */
    private static long allocated() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long total = 0;
        for (long bytes : threads.getThreadAllocatedBytes(Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("qtp"))
                .mapToLong(Thread::getId)
                .toArray())) {
            total += Math.max(0, bytes);
        }
        return total;
    }

    private static long growth(int port, TestKeys keys) throws Exception {
        bad(port, keys, 500);
        long before = used();
        bad(port, keys, 10_000);
        return used() - before;
    }

    private static void bad(int port, TestKeys keys, int connections) throws Exception {
        for (int i = 0; i < connections; i++) {
            String request = keys.fill(
                    "GET /api/x" + i + " HTTP/1.1\r\nHost: h\r\nConnection: close\r\nX-API-Key: {KF}" + i + "\r\n\r\n");
            if (RawHttp.send(port, request).status() != 401) {
                throw new IllegalStateException("not 401");
            }
        }
    }

    private static long used() throws InterruptedException {
        for (int i = 0; i < 4; i++) {
            System.gc();
            Thread.sleep(200);
        }
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    /** The smallest handler there is. */
    static final class Hello extends HttpServlet {
        private static final long serialVersionUID = 1L;

        @Override
        protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
            response.setContentLength(2);
            response.getOutputStream().print("ok");
        }
    }
}
