package io.keyward.servlet.suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.keyward.servlet.on.JettyEe11;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.VirtualThreads;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.junit.jupiter.api.Test;

/** Requests on virtual threads, where the JVM has them. */
class VirtualThreadsTest {
    @Test
    void eachRequestOnVirtualThreadsHasItsOwnCaller() throws Exception {
        assumeTrue(VirtualThreads.areSupported(), "this JVM has no virtual threads");
        try (TestService service = TestService.on(
                new JettyEe11() {
                    @Override
                    protected Server server() {
                        QueuedThreadPool threads = new QueuedThreadPool();
                        threads.setVirtualThreadsExecutor(VirtualThreads.getDefaultVirtualThreadsExecutor());
                        return new Server(threads);
                    }
                },
                "")) {
            ExecutorService clients = Executors.newFixedThreadPool(8);
            List<Callable<String>> calls = new ArrayList<>();
            for (int i = 0; i < 400; i++) {
                String key = List.of("K1", "K2", "KF", "KA").get(i % 4);
                calls.add(() -> key + " " + caller(service.send("GET /api/x", "X-API-Key: {" + key + "}")));
            }
            for (Future<String> answer : clients.invokeAll(calls)) {
                String[] parts = answer.get().split(" ");
                assertEquals(parts[0].equals("KF") ? "401" : service.keys.idOf(parts[0]), parts[1]);
            }
            clients.shutdown();
        }
    }

    private static String caller(RawHttp.Answer answer) {
        return answer.status() == 200
                ? answer.body().replaceAll(".*user=(\\S+) .*", "$1")
                : String.valueOf(answer.status());
    }
}
