package io.keyward.servlet.guide;

import io.keyward.servlet.ApiKeyFilter;
import jakarta.servlet.ServletContext;
import jakarta.websocket.server.ServerEndpoint;
import java.util.Set;
import org.apache.catalina.Context;
import org.apache.catalina.startup.Tomcat;
import org.eclipse.jetty.ee11.servlet.ServletContextHandler;
import org.eclipse.jetty.ee11.websocket.jakarta.server.config.JakartaWebSocketServletContainerInitializer;
import org.eclipse.jetty.server.Server;

class EmbeddedContainers {
    static ApiKeyFilter filter;

    static void jetty() throws Exception {
        // snippet: jetty
        Server server = new Server(8080);
        ServletContextHandler context = new ServletContextHandler("/");
        context.addServletContainerInitializer(
                (classes, servletContext) -> ApiKeyFilter.register(servletContext, filter));
        server.setHandler(context);
        server.start();
        // end
    }

    static void tomcat() throws Exception {
        // snippet: tomcat
        Tomcat tomcat = new Tomcat();
        tomcat.setPort(8080);
        tomcat.getConnector();
        Context context = tomcat.addContext("", null);
        context.addServletContainerInitializer(
                (classes, servletContext) -> ApiKeyFilter.register(servletContext, filter), Set.of());
        tomcat.start();
        // end
    }

    static void webXml(ServletContext context) {
        // snippet: attribute
        context.setAttribute(ApiKeyFilter.CONTEXT_ATTRIBUTE, filter);
        // end
    }

    static void webSocket(ServletContextHandler context) {
        // snippet: websocket
        JakartaWebSocketServletContainerInitializer.configure(
                context, (servletContext, container) -> container.addEndpoint(Ticker.class));
        context.addServletContainerInitializer(
                (classes, servletContext) -> ApiKeyFilter.register(servletContext, filter));
        // end
    }

    @ServerEndpoint("/ticker")
    static class Ticker {}
}
