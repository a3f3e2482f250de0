package io.keyward.benchmarks;

import io.undertow.Undertow;
import io.undertow.UndertowOptions;
import io.undertow.servlet.Servlets;
import io.undertow.servlet.api.DeploymentManager;
import io.undertow.servlet.api.ServletContainerInitializerInfo;
import io.undertow.servlet.util.ImmediateInstanceFactory;
import jakarta.servlet.ServletContainerInitializer;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import org.apache.catalina.core.StandardContext;
import org.apache.catalina.startup.Tomcat;
import org.apache.catalina.startup.Tomcat.FixContextListener;
import org.eclipse.jetty.ee11.servlet.ServletContextHandler;
import org.eclipse.jetty.ee11.servlet.ServletHolder;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;

/** A service of one path in a container on loopback, guarded in one way or not at all. */
public final class Site {
    static final String PATH = "/v1/jobs";

    /** Connections stay open while other services are asked, which on a busy machine is longer than containers wait. */
    private static final Duration LONGEST_IDLE = Duration.ofMinutes(10);

    private static final byte[] BODY = "{\"ok\":true}".getBytes(StandardCharsets.US_ASCII);

    private final int port;
    private final AutoCloseable container;

    private Site(int port, AutoCloseable container) {
        this.port = port;
        this.container = container;
    }

    /** Which container. */
    public enum Container {
        JETTY("Jetty") {
            @Override
            public Site start(Guard guard) throws Exception {
                Server server = new Server();
                ServerConnector connector = new ServerConnector(server);
                connector.setHost("127.0.0.1");
                connector.setIdleTimeout(LONGEST_IDLE.toMillis());
                server.addConnector(connector);
                ServletContextHandler context = new ServletContextHandler();
                context.addServlet(new ServletHolder(new Jobs()), PATH);
                context.addServletContainerInitializer((classes, servletContext) -> guard.register(servletContext));
                server.setHandler(context);
                server.start();
                return new Site(connector.getLocalPort(), server::stop);
            }
        },
        TOMCAT("Tomcat") {
            @Override
            public Site start(Guard guard) throws Exception {
                Tomcat tomcat = new Tomcat();
                tomcat.setBaseDir(System.getProperty("java.io.tmpdir"));
                tomcat.setHostname("127.0.0.1");
                tomcat.setPort(0);
                // Tomcat closes a connection after a hundred requests by default, Jetty never: neither is the question
                // here
                tomcat.getConnector().setProperty("maxKeepAliveRequests", "-1");
                tomcat.getConnector().setProperty("keepAliveTimeout", Long.toString(LONGEST_IDLE.toMillis()));
                StandardContext context = (StandardContext) tomcat.addContext("", null);
                // these look into the JDK when the context ends, and complain at length that they may not
                context.setClearReferencesThreadLocals(false);
                context.setClearReferencesRmiTargets(false);
                context.addLifecycleListener(new FixContextListener());
                Tomcat.addServlet(context, "jobs", new Jobs()).addMapping(PATH);
                context.addServletContainerInitializer(
                        (classes, servletContext) -> guard.register(servletContext), null);
                tomcat.start();
                return new Site(tomcat.getConnector().getLocalPort(), () -> {
                    tomcat.stop();
                    tomcat.destroy();
                });
            }
        },
        UNDERTOW("Undertow") {
            @Override
            public Site start(Guard guard) throws Exception {
                ServletContainerInitializer initializer = (classes, context) -> guard.register(context);
                DeploymentManager deployment = Servlets.newContainer()
                        .addDeployment(Servlets.deployment()
                                .setClassLoader(Site.class.getClassLoader())
                                .setContextPath("/")
                                .setDeploymentName("jobs")
                                .addServlet(Servlets.servlet("jobs", Jobs.class).addMapping(PATH))
                                .addServletContainerInitializer(new ServletContainerInitializerInfo(
                                        initializer.getClass().asSubclass(ServletContainerInitializer.class),
                                        new ImmediateInstanceFactory<>(initializer),
                                        Set.of())));
                deployment.deploy();
                Undertow server = Undertow.builder()
                        .addHttpListener(0, "127.0.0.1", deployment.start())
                        .setServerOption(UndertowOptions.NO_REQUEST_TIMEOUT, (int) LONGEST_IDLE.toMillis())
                        .build();
                server.start();
                InetSocketAddress address =
                        (InetSocketAddress) server.getListenerInfo().get(0).getAddress();
                return new Site(address.getPort(), server::stop);
            }
        };

        /** The name of the product. */
        public final String title;

        Container(String title) {
            this.title = title;
        }

        public abstract Site start(Guard guard) throws Exception;
    }

    /** Serves until its standard input ends; prints its port, and for each line that it reads what it spent so far. */
    public static void main(String[] arguments) throws Exception {
        Site site = Container.valueOf(arguments[0]).start(Guard.valueOf(arguments[1]));
        System.out.println(site.port());
        ProcessorTime time = new ProcessorTime();
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        // the stream ends when the process that started this one closes it, or ends
        while (input.readLine() != null) {
            System.out.println(Spent.soFar(time));
        }
        site.stop();
    }

    public int port() {
        return port;
    }

    public void stop() throws Exception {
        container.close();
    }

    /** The service; public because a container makes one. */
    public static final class Jobs extends HttpServlet {
        @Override
        protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
            response.setContentType("application/json");
            response.setContentLength(BODY.length);
            response.getOutputStream().write(BODY);
        }
    }
}
