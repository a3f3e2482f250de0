package io.keyward.servlet.on;

import io.keyward.servlet.suite.Container;
import java.io.IOException;
import org.eclipse.jetty.ee11.servlet.ErrorPageErrorHandler;
import org.eclipse.jetty.ee11.servlet.ServletContextHandler;
import org.eclipse.jetty.ee11.websocket.jakarta.server.config.JakartaWebSocketServletContainerInitializer;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;

/** Jetty 12.1 with the servlet API of Jakarta EE 11. */
public class JettyEe11 implements Container {
    private final boolean encodedPaths;

    /** Creates it as it comes. */
    public JettyEe11() {
        this(false);
    }

    private JettyEe11(boolean encodedPaths) {
        this.encodedPaths = encodedPaths;
    }

    @Override
    public Container lettingEncodedPathsIn() {
        return new JettyEe11(true);
    }

    @Override
    public String name() {
        return "Jetty 12.1 ee11";
    }

    /** Returns the server, with its threads. */
    protected Server server() {
        return new Server();
    }

    /** Returns the connector, with its protocols. */
    protected ServerConnector connector(Server server) {
        return new ServerConnector(server);
    }

    @Override
    public Running start(String contextPath, Application application) throws Exception {
        Server server = server();
        ServerConnector connector = connector(server);
        connector.setHost("127.0.0.1");
        server.addConnector(connector);
        ServletContextHandler context = new ServletContextHandler(contextPath.isEmpty() ? "/" : contextPath);
        ErrorPageErrorHandler errors = new ErrorPageErrorHandler();
        errors.addErrorPage(401, application.errorPage());
        errors.addErrorPage(500, application.errorPage());
        context.setErrorHandler(errors);
        JakartaWebSocketServletContainerInitializer.configure(
                context, (servletContext, container) -> container.addEndpoint(application.endpoint()));
        context.addServletContainerInitializer((classes, servletContext) -> {
            try {
                application.onStartup(servletContext);
            } catch (Exception failure) {
                throw new IllegalStateException(failure);
            }
        });
        if (encodedPaths) {
            connector
                    .getConnectionFactory(HttpConnectionFactory.class)
                    .getHttpConfiguration()
                    .setUriCompliance(UriCompliance.UNSAFE);
            context.getServletHandler().setDecodeAmbiguousURIs(true);
        }
        server.setHandler(context);
        try {
            server.start();
        } catch (Exception failure) {
            server.stop();
            throw failure;
        }
        return new Running() {
            @Override
            public int port() {
                return connector.getLocalPort();
            }

            @Override
            public void close() throws IOException {
                try {
                    server.stop();
                } catch (Exception e) {
                    throw new IOException("Jetty did not stop", e);
                }
            }
        };
    }
}
