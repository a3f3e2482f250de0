package io.keyward.servlet.suite;

import io.keyward.servlet.suite.AttackCase.Expect;
import java.io.IOException;

/** A service that the cases attack: {@code /public/*} is open, {@code /api/*} wants a key, {@code /admin/*} the role admin. */
abstract class AttackedService implements AutoCloseable {
    final TestKeys keys;
    final String contextPath;

    AttackedService(TestKeys keys, String contextPath) {
        this.keys = keys;
        this.contextPath = contextPath;
    }

    abstract int port();

    /** Returns how many requests have reached a handler. */
    abstract int calls();

    /** Returns what the answer to a case must be. */
    Expect expected(AttackCase attack) {
        return attack.expect();
    }

    /** Returns whether a key is verified where the path is open to everyone. */
    boolean verifiesOnOpenPaths() {
        return false;
    }

    /** Sends a request whose target, unless it begins with {@code !}, is below the context path. */
    RawHttp.Answer send(String requestLine, String... headers) throws IOException {
        return RawHttp.send(port(), request(requestLine, headers));
    }

    String request(String requestLine, String... headers) {
        String[] parts = requestLine.split(" ", 2);
        String target =
                parts[1].startsWith("!") ? parts[1].substring(1).replace("{ctx}", contextPath) : contextPath + parts[1];
        StringBuilder request = new StringBuilder(parts[0] + " " + target + " HTTP/1.1\r\n");
        boolean host = false;
        String body = "";
        for (String header : headers) {
            if (header.startsWith("\r\n")) {
                body = header.substring(2);
            } else {
                request.append(header).append("\r\n");
                host |= header.startsWith("Host:");
            }
        }
        return keys.fill(request + (host ? "" : "Host: h\r\n") + "Connection: close\r\n\r\n" + body);
    }

    @Override
    public abstract void close() throws IOException;

    @Override
    public String toString() {
        return "at \"" + contextPath + "\"";
    }
}
