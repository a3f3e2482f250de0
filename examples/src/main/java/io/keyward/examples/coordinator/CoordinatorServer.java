package io.keyward.examples.coordinator;

import static io.keyward.servlet.Access.anyRole;
import static io.keyward.servlet.Access.authenticated;
import static io.keyward.servlet.Access.permitAll;

import io.keyward.admin.ApiKeyAdminPage;
import io.keyward.admin.ApiKeyAdminServlet;
import io.keyward.role.Role;
import io.keyward.role.RoleModel;
import io.keyward.servlet.ApiKeyFilter;
import io.keyward.store.ApiKeys;
import jakarta.servlet.http.HttpServlet;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.eclipse.jetty.ee11.servlet.ServletContextHandler;
import org.eclipse.jetty.ee11.servlet.ServletHolder;
import org.eclipse.jetty.ee11.websocket.jakarta.server.config.JakartaWebSocketServletContainerInitializer;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;

/** The coordinator on embedded Jetty: which roles there are, who may call what, and what answers. */
final class CoordinatorServer {
    static final RoleModel ROLES = RoleModel.of(
            Role.of("client").permitting("own-key:*"),
            Role.of("miner").permitting("own-key:*"),
            Role.of("admin").including("client", "miner").permitting("keys:*"));

    /** The path of the page for people; with a slash at its end it is the page itself. */
    static final String PAGE = "/admin";

    private static final String LOOPBACK = "127.0.0.1";
    private static final int STOP_TIMEOUT_MILLIS = 5_000;

    private final Server server = new Server();
    private final ServerConnector connector;

    /** Prepares a server for keys that are already loaded; the port 0 picks a free one. */
    CoordinatorServer(CoordinatorKeys keys, int port) {
        HttpConfiguration http = new HttpConfiguration();
        http.setSendServerVersion(false);
        connector = new ServerConnector(server, new HttpConnectionFactory(http));
        connector.setHost(LOOPBACK);
        connector.setPort(port);
        server.addConnector(connector);
        server.setHandler(application(keys.keys(), keys.details()));
        server.setStopTimeout(STOP_TIMEOUT_MILLIS);
    }

    private static ServletContextHandler application(ApiKeys keys, Supplier<List<String>> details) {
        ServletContextHandler context = new ServletContextHandler();
        Map<String, HttpServlet> servlets = Map.of(
                "/health", new HealthServlet(keys::state),
                "/v1/jobs", new JobsServlet(),
                "/v1/miners/heartbeat", new HeartbeatServlet(),
                "/v1/whoami", new WhoAmIServlet(),
                "/", new UnknownPathServlet());
        ApiKeyAdminServlet admin =
                ApiKeyAdminServlet.builder(keys).details(details).build();
        servlets.forEach((path, servlet) -> context.addServlet(new ServletHolder(servlet), path));
        // The container puts its WebSocket filter first; the key filter, registered after that, comes before it.
        JakartaWebSocketServletContainerInitializer.configure(context, (servletContext, container) -> {
            container.addEndpoint(EchoEndpoint.class);
            ApiKeyAdminServlet.register(servletContext, "/v1/admin", admin);
            ApiKeyAdminPage.register(servletContext, PAGE, "/v1/admin");
            ApiKeyFilter.register(servletContext, filter(keys));
        });
        return context;
    }

    private static ApiKeyFilter filter(ApiKeys keys) {
        return ApiKeyFilter.builder()
                .verifier(keys.verifier())
                .rule("/health", permitAll())
                .rule(PAGE + "/*", permitAll())
                .rule("/v1/jobs", anyRole("client"))
                .rule("/v1/miners/heartbeat", anyRole("miner"))
                .rule("/v1/admin/*", anyRole("admin"))
                .rule("/v1/admin/me", authenticated())
                .rule("/v1/admin/me/*", authenticated())
                .otherwise(authenticated())
                .build();
    }

    /** Starts listening; returns the address. */
    String start() throws Exception {
        server.start();
        return "http://" + LOOPBACK + ":" + connector.getLocalPort();
    }

    void join() throws InterruptedException {
        server.join();
    }

    /** Ends the service; requests in progress get five seconds. */
    void stop() throws Exception {
        server.stop();
    }
}
