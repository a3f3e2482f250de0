package io.keyward.servlet.suite;

import jakarta.websocket.OnMessage;
import jakarta.websocket.server.ServerEndpoint;

/** Echoes text over a WebSocket. */
@ServerEndpoint("/api/ws")
public class EchoEndpoint {
    /** Returns what it is told. */
    @OnMessage
    public String echo(String message) {
        return message;
    }
}
