package io.keyward.examples.coordinator;

import jakarta.websocket.OnMessage;
import jakarta.websocket.server.ServerEndpoint;

/**
 * The WebSocket at {@code /ws}: sends back each text it gets; for any valid key. Jetty makes one for each connection.
 */
@ServerEndpoint("/ws")
public final class EchoEndpoint {
    /** Returns the text to send back. */
    @OnMessage(maxMessageSize = 64 * 1024)
    public String echo(String text) {
        return text;
    }
}
