package io.keyward.benchmarks;

import io.keyward.ApiKeyVerifier;
import io.keyward.servlet.Access;
import io.keyward.servlet.ApiKeyFilter;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
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

    private static final int KEYS = 100;
    private static final byte[] BODY = "{\"ok\":true}".getBytes(StandardCharsets.US_ASCII);

    private final int port;
    private final AutoCloseable container;

    private Site(int port, AutoCloseable container) {
        this.port = port;
        this.container = container;
    }

    /** Which container. */
    public enum Container {
        JETTY {
            @Override
            public Site start(Guard guard) throws Exception {
                Server server = new Server();
                ServerConnector connector = new ServerConnector(server);
                connector.setHost("127.0.0.1");
                server.addConnector(connector);
                ServletContextHandler context = new ServletContextHandler();
                context.addServlet(new ServletHolder(new Jobs()), PATH);
                context.addServletContainerInitializer((classes, servletContext) -> guard.register(servletContext));
                server.setHandler(context);
                server.start();
                return new Site(connector.getLocalPort(), server::stop);
            }
        },
        TOMCAT {
            @Override
            public Site start(Guard guard) throws Exception {
                Tomcat tomcat = new Tomcat();
                tomcat.setBaseDir(System.getProperty("java.io.tmpdir"));
                tomcat.setHostname("127.0.0.1");
                tomcat.setPort(0);
                // Tomcat closes a connection after a hundred requests by default, Jetty never: neither is the question
                // here
                tomcat.getConnector().setProperty("maxKeepAliveRequests", "-1");
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
        };

        public abstract Site start(Guard guard) throws Exception;
    }

    /** What stands before the service. */
    public enum Guard {
        /** Nothing. */
        NONE {
            @Override
            void register(ServletContext context) {
                // everybody may
            }
        },
        /** The filter with its defaults. */
        KEYWARD {
            @Override
            void register(ServletContext context) {
                ApiKeyVerifier verifier = ApiKeyVerifier.of(SampleKeys.ring(keys(), record -> record));
                ApiKeyFilter.register(
                        context,
                        ApiKeyFilter.builder()
                                .verifier(verifier)
                                .otherwise(Access.authenticated())
                                .build());
            }
        },
        /** Spring Security's filters, put together by hand. */
        SPRING {
            @Override
            void register(ServletContext context) throws ServletException {
                Filter chain = SpringChain.over(Peer.HEX_HASH_MAP.over(keys()));
                context.addFilter("springSecurityFilterChain", chain)
                        .addMappingForUrlPatterns(EnumSet.of(DispatcherType.REQUEST), false, "/*");
            }
        };

        abstract void register(ServletContext context) throws ServletException;
    }

    /** Serves until its standard input ends; prints its port. */
    public static void main(String[] arguments) throws Exception {
        Site site = Container.valueOf(arguments[0]).start(Guard.valueOf(arguments[1]));
        System.out.println(site.port());
        while (System.in.read() >= 0) {
            // whoever started this closes the stream when it is done, or when it dies
        }
        site.stop();
    }

    /** Returns the keys that every guard knows. */
    public static String[] keys() {
        return SampleKeys.texts(KEYS, 1);
    }

    public int port() {
        return port;
    }

    public void stop() throws Exception {
        container.close();
    }

    private static final class Jobs extends HttpServlet {
        @Override
        protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
            response.setContentType("application/json");
            response.setContentLength(BODY.length);
            response.getOutputStream().write(BODY);
        }
    }
}
