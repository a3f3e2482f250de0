/** The coordinator: a small service that is guarded by API keys. */
module io.keyward.examples {
    requires com.zaxxer.hikari;
    requires io.keyward.admin;
    requires io.keyward.config;
    requires io.keyward.jdbc;
    requires io.keyward.servlet;
    requires jakarta.json;
    requires jakarta.servlet;
    requires jakarta.websocket;
    requires org.eclipse.jetty.ee11.servlet;
    requires org.eclipse.jetty.ee11.websocket.jakarta.server;
    requires org.eclipse.jetty.server;
    requires static org.jspecify;

    opens io.keyward.examples.coordinator; // the container makes the endpoint
}
