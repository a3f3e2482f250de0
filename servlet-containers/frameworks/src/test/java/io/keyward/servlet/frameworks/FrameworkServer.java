package io.keyward.servlet.frameworks;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.catalina.Context;
import org.apache.catalina.LifecycleState;
import org.apache.catalina.startup.Tomcat;

/** A framework on Tomcat, which of all containers hands on the most spellings, behind a filter that can be replaced. */
final class FrameworkServer implements AutoCloseable {
    private static final Filter NONE = (request, response, chain) -> chain.doFilter(request, response);

    private final Tomcat tomcat = new Tomcat();
    private final Path base = Files.createTempDirectory("keyward-frameworks");
    private volatile Filter filter = NONE;

    /**
     * Starts a server on a free port.
     *
     * @param lenient whether the framework has every setting that finds a handler under more paths
     */
    FrameworkServer(Framework framework, boolean lenient) throws Exception {
        tomcat.setBaseDir(base.toString());
        tomcat.setPort(0);
        tomcat.getConnector().setProperty("address", "127.0.0.1");
        tomcat.getConnector().setEncodedSolidusHandling("passthrough");
        Context context = tomcat.addContext("", base.toString());
        context.addServletContainerInitializer(
                (classes, servletContext) -> {
                    servletContext
                            .addFilter("keyward", (Filter)
                                    (request, response, chain) -> filter.doFilter(request, response, chain))
                            .addMappingForUrlPatterns(EnumSet.allOf(DispatcherType.class), false, "/*");
                    framework.addTo(servletContext, lenient);
                },
                Set.of());
        tomcat.start();
        if (context.getState() != LifecycleState.STARTED) {
            close();
            throw new IllegalStateException("the context did not start");
        }
    }

    void guardBy(Filter guard) {
        filter = guard;
    }

    void openToAll() {
        filter = NONE;
    }

    /** Sends a request as it is written and returns what came of it. */
    Answer send(String requestLine, String... headers) throws IOException {
        Framework.RAN.clear();
        StringBuilder request = new StringBuilder(requestLine).append(" HTTP/1.1\r\nHost: h\r\nConnection: close\r\n");
        String body = "";
        for (String header : headers) {
            if (header.startsWith("\r\n")) {
                body = header.substring(2);
                request.append("Content-Length: ").append(body.length()).append("\r\n");
            } else {
                request.append(header).append("\r\n");
            }
        }
        request.append("\r\n").append(body);
        try (Socket socket = new Socket("127.0.0.1", tomcat.getConnector().getLocalPort())) {
            socket.setSoTimeout(30_000);
            socket.getOutputStream().write(request.toString().getBytes(StandardCharsets.ISO_8859_1));
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
            return new Answer(answer.substring(9, 12), List.copyOf(Framework.RAN));
        }
    }

    @Override
    public void close() throws Exception {
        tomcat.stop();
        tomcat.destroy();
        try (Stream<Path> files = Files.walk(base)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    /**
     * What came of a request.
     *
     * @param ran the methods whose handlers ran
     */
    record Answer(String status, List<String> ran) {}
}
