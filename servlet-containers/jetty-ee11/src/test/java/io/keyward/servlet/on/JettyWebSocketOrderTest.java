package io.keyward.servlet.on;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.keyward.ApiKeyVerifier;
import io.keyward.KeyRing;
import io.keyward.servlet.Access;
import io.keyward.servlet.ApiKeyFilter;
import jakarta.servlet.ServletException;
import java.util.Map;
import org.eclipse.jetty.ee11.servlet.ServletContextHandler;
import org.eclipse.jetty.ee11.websocket.jakarta.server.config.JakartaWebSocketServletContainerInitializer;
import org.eclipse.jetty.server.Server;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * Jetty's WebSocket filter puts itself before the filters there are: a key filter registered too early must not start.
 */
@DisplayName("DI-08 the order of filters on Jetty")
class JettyWebSocketOrderTest {
    private final ServletContextHandler context = new ServletContextHandler();
    private final ApiKeyFilter filter = ApiKeyFilter.builder()
            .verifier(ApiKeyVerifier.of(KeyRing.of()))
            .otherwise(Access.authenticated())
            .build();

    @Test
    void startsWhereTheFilterIsRegisteredInTheConfigurator() {
        JakartaWebSocketServletContainerInitializer.configure(
                context, (servletContext, container) -> ApiKeyFilter.register(servletContext, filter));
        assertDoesNotThrow(this::startAndStop);
    }

    @Test
    void startsWithoutWebSockets() {
        ApiKeyFilter.register(context.getServletContext(), filter);
        assertDoesNotThrow(this::startAndStop);
    }

    @Test
    void refusesToStartWhereWebSocketsWereConfiguredAfterwards() {
        ApiKeyFilter.register(context.getServletContext(), filter);
        JakartaWebSocketServletContainerInitializer.configure(context, (servletContext, container) -> {});
        ServletException refused = assertThrows(ServletException.class, this::startAndStop);
        assertTrue(refused.getMessage().contains("configurator"), refused.getMessage());
    }

    @Test
    void startsWhereTheOrderIsSaidToBeRight() {
        ApiKeyFilter.register(context.getServletContext(), filter)
                .setInitParameters(Map.of(ApiKeyFilter.WEB_SOCKETS_COME_AFTER, "true"));
        JakartaWebSocketServletContainerInitializer.configure(context, (servletContext, container) -> {});
        assertDoesNotThrow(this::startAndStop);
    }

    private void startAndStop() throws Exception {
        Server server = new Server();
        server.setHandler(context);
        try {
            server.start();
        } finally {
            server.stop();
        }
    }
}
